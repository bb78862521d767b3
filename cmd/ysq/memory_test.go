package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ysq.internal/ysq/mailbox/imapsim"
)

// onSimulator is an instance whose mailbox is a simulated one, over TCP.
func onSimulator(t testing.TB, sim *imapsim.Server) *instance {
	t.Helper()
	address, err := sim.Listen()
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	i := &instance{t: t, config: filepath.Join(dir, "ysq.toml"), state: filepath.Join(dir, "state")}
	out, err := i.command("init", "--agency", "示例市生态环境局", "--state", i.state, "--socket", filepath.Join(dir, "s"), "--imap-host", "127.0.0.1",
		"--imap-port", port, "--imap-tls", "none", "--imap-user", "office@example.test", "--password-file", password, "--yes").CombinedOutput()
	if err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	return i
}

// One mail of 70 MB, as large as providers let through, goes through the program in memory of its
// own that does not depend on its size.
func TestMemoryOfLargeMail(t *testing.T) {
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	head := "From: applicant@example.test\r\nTo: <foi@example.test>\r\nSubject: 政府信息公开申请\r\nMessage-ID: <large@example.test>\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n现申请公开。\r\n" +
		"--b\r\nContent-Type: application/pdf; name=\"form.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	line := append(bytes.Repeat([]byte("QUJD"), 19), "\r\n"...)
	raw := fmt.Appendf(nil, "%s%s--b--\r\n", head, bytes.Repeat(line, 70_000_000/len(line)))
	sim.Add("INBOX", raw, time.Now().Add(-time.Minute))
	i := onSimulator(t, sim)
	used := timed(t, i.command("poll"))
	t.Logf("%d MiB of anonymous memory, %.2f s of processor, %.2f s", used.anon>>20, used.cpu, used.wall)
	if used.anon == 0 || used.anon > mostAnonymous {
		t.Errorf("%d MiB of anonymous memory, want less than %d", used.anon>>20, mostAnonymous>>20)
	}
	files, err := filepath.Glob(filepath.Join(i.state, "mail", "?", "*.eml"))
	if err != nil || len(files) != 1 {
		t.Fatalf("stored %v, %v", files, err)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Size() != int64(len(raw)) {
		t.Errorf("stored %v of %d bytes: %v", info, len(raw), err)
	}
}
