package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile/civil"
)

var commentedKey = regexp.MustCompile(`(?m)^# ([a-z_]+ = )`)

// uncommented switches on every option that stands in a comment.
func uncommented(text string) string { return commentedKey.ReplaceAllString(text, "$1") }

func TestExampleLoads(t *testing.T) {
	c := mustParse(t, Example())
	if c.Agency.Name == "" || len(c.Mailboxes) != 1 {
		t.Errorf("example lacks content: %+v", c)
	}
}

// Each option is in the example with an explanation above it, and works when it is switched on.
func TestExampleShowsEveryOption(t *testing.T) {
	all := mustParse(t, uncommented(Example()))
	defaults := Default()
	sections := append(defaults.sections(), section{name: mailboxKey(0, ""), options: new(Mailbox).options()})
	lines := strings.Split(Example(), "\n")
	for _, s := range sections {
		for _, o := range s.options {
			if !all.source.has(s.name + "." + o.key) {
				t.Errorf("%s.%s is not in the example", s.name, o.key)
			}
			if o.doc == "" {
				t.Errorf("%s.%s has no explanation", s.name, o.key)
			}
		}
	}
	for i, line := range lines {
		if strings.Contains(line, " = ") && strings.TrimLeft(line, "# abcdefghijklmnopqrstuvwxyz_")[0] == '=' && !strings.HasPrefix(lines[i-1], "# ") {
			t.Errorf("line %d: no explanation above %q", i+1, line)
		}
	}
}

func TestRenderedLoadsBack(t *testing.T) {
	word := rapid.StringMatching(`[a-z0-9\p{Han}"\\' #=\[\].@-]{1,12}`)
	host := rapid.SampledFrom([]string{"imap.example.test", "邮件.example.test", "127.0.0.1", "::1", "localhost"})
	group := rapid.Custom(func(t *rapid.T) Group {
		return Group(rapid.SampledFrom([]string{"ysq-users", "0", "4294967295", `a"b`}).Draw(t, "group"))
	})
	rapid.Check(t, func(t *rapid.T) {
		c := Default()
		c.Agency = Agency{Name: "局" + word.Draw(t, "name"), Code: word.Draw(t, "code")}
		c.Paths = Paths{State: "/" + word.Draw(t, "state"), Socket: "/" + word.Draw(t, "socket")}
		c.Intake.CasesFrom = civil.Date(rapid.Int32Range(0, 40000).Draw(t, "from"))
		c.Access.Viewer = rapid.SliceOfN(group, 1, 3).Draw(t, "viewer")
		c.Access.Operator = rapid.SliceOf(group).Draw(t, "operator")
		c.Terminal.AmbiguousWidth = Width(rapid.IntRange(0, 2).Draw(t, "width"))
		c.Log.Level = rapid.SampledFrom([]Level{Debug, Info, Warn, Fault}).Draw(t, "level")
		for i := range rapid.IntRange(1, 3).Draw(t, "mailboxes") {
			m := DefaultMailbox()
			m.Name = string(rune('a' + i))
			m.Host, m.User = host.Draw(t, "host"), m.Name+word.Draw(t, "user")
			m.TLS = rapid.SampledFrom([]TLS{ImplicitTLS, StartTLS, Plaintext}).Draw(t, "tls")
			m.AllowPlaintext = m.TLS == Plaintext
			m.Port = rapid.IntRange(1, 65535).Draw(t, "port")
			m.PasswordFile = "/" + word.Draw(t, "file")
			m.PollInterval = time.Duration(rapid.Int64Range(int64(time.Second), int64(time.Hour)).Draw(t, "interval"))
			c.Mailboxes = append(c.Mailboxes, m)
		}
		text := Render(c)
		back, err := parse("ysq.toml", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if got := Render(back); got != text {
			t.Fatalf("rendered again:\n%s\nfirst:\n%s", got, text)
		}
	})
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ysq.toml")
	if err := WriteFile(path, Example(), Owner{}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode(), fs.FileMode(0o600); got != want {
		t.Errorf("mode %v, want %v", got, want)
	}
	if _, err := Load(path); err != nil {
		t.Error(err)
	}
	err = WriteFile(path, "other", Owner{})
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("second write: %v, want fs.ErrExist", err)
	}
	if e, ok := errors.AsType[Error](err); !ok || e.Hint == "" {
		t.Errorf("second write: no hint in %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != Example() {
		t.Errorf("the first file was changed (%v)", err)
	}
	if err := WriteFile(filepath.Join(dir, "none", "ysq.toml"), "x", Owner{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing directory: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestWriteFileOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	path := filepath.Join(t.TempDir(), "ysq.toml")
	if err := WriteFile(path, Example(), Owner{UID: 12345, GID: 23456}); err != nil {
		t.Fatal(err)
	}
	if uid, gid := ownerOf(t, path); uid != 12345 || gid != 23456 {
		t.Errorf("owner %d:%d, want 12345:23456", uid, gid)
	}
}

// What is in force reads back as the same configuration, and holds no password.
func TestEffective(t *testing.T) {
	c := mustParse(t, smallest)
	shown := Effective(c)
	same(t, mustParse(t, shown), c)
	if !strings.Contains(shown, "credential = \"imap-password\"\n# 密码：********\n") || !strings.Contains(shown, "\nwarn_days = 2\n") {
		t.Errorf("got\n%s", shown)
	}
}
