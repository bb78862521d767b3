package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A configuration that others may change, and originals of credentials that others may read, are warned of.
func TestWarnings(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ysq.toml")
	write := func(path string, mode os.FileMode, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	write(path, 0o600, "[agency]\nname = \"某局\"\n[[mailbox]]\nhost = \"imap.example.test\"\nuser = \"a@example.test\"\ncredential = \"imap-password\"\n")
	check := func(want ...string) {
		t.Helper()
		c, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		got := c.Warnings()
		if len(got) != len(want) {
			t.Fatalf("warned of %v, want %v", got, want)
		}
		for i, w := range want {
			if !strings.Contains(got[i].Error(), w) {
				t.Errorf("%v lacks %q", got[i], w)
			}
		}
	}
	check()
	text, _ := os.ReadFile(path)
	write(path, 0o600, string(text)+"folders = [\"垃圾邮件\"]\n")
	check("收件箱的来信不会收")
	write(path, 0o600, string(text)+"folders = [\"垃圾邮件\", \"inbox\"]\n")
	check()
	write(path, 0o600, string(text))
	write(filepath.Join(dir, "imap-password"), 0o644, "x\n")
	write(filepath.Join(dir, "imap-password.cred"), 0o640, "x\n")
	check("imap-password 的权限是 0644", "imap-password.cred 的权限是 0640")
	write(filepath.Join(dir, "imap-password"), 0o600, "x\n")
	write(filepath.Join(dir, "imap-password.cred"), 0o600, "x\n")
	write(path, 0o666, mustRead(t, path))
	check("0666")
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
