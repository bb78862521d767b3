package config

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ysq.internal/ysq/casefile/civil"
)

var update = flag.Bool("update", false, "rewrite golden files")

// same compares two configurations, wherever they were read from.
func same(t testing.TB, got, want Config) {
	t.Helper()
	got.source, want.source = source{}, source{}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Config{}, source{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("configuration differs (-want +got):\n%s", diff)
	}
}

func mustParse(t testing.TB, text string) Config {
	t.Helper()
	c, err := parse("ysq.toml", []byte(text))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return c
}

const smallest = `[agency]
name = "示例局"
[[mailbox]]
host = "imap.example.test"
user = "foi@example.test"
credential = "imap-password"
`

func TestSmallestFileGivesDefaults(t *testing.T) {
	want := Default()
	want.Agency.Name = "示例局"
	want.Mailboxes = []Mailbox{{
		Name: "foi@example.test", Host: "imap.example.test", Port: 993, TLS: ImplicitTLS,
		User: "foi@example.test", Credential: "imap-password", PollInterval: 90 * time.Second,
	}}
	got := mustParse(t, smallest)
	same(t, got, want)
}

func TestEveryOptionIsRead(t *testing.T) {
	got := mustParse(t, "\ufeff"+`
[agency]
name = "示例局"
code = "示依申请"
names = ["2024-03-01  示例 新局"]
[paths]
state = "/srv/ysq/state"
socket = '/run/ysq-a/s'
[[mailbox]]
name = "main"
host = "127.0.0.1"
port = 1_143
tls = "none"
user = "a"
password_file = "/p"
poll_interval = "2m"
folders = ["INBOX", "垃圾邮件"]
[[mailbox]]
host = "mail.example.test"
tls = "starttls"
allow_plaintext = false
ca_file = "/ca.pem"
user = "b"
credential = "second"
[intake]
cases_from = 2026-01-05
[notify]
host = "qyapi.weixin.qq.com"
credential = "notify-url"
template = '{"text": "{清单}"}'
[access]
socket_group = "office"
viewer = ["v", 2001]
operator = []
approver = [3]
web = "desk"
[approval]
extension = "role"
answer = "recorded"
screening = true
[platform]
starts = "confirmed"
[backup]
warn_days = 0
[report]
submit_by = "01-10"
publish_by = "03-31"
[letter]
templates = "/srv/letters"
number = "{代字}〔{年}〕{号}号"
contact = "办公室"
payment = "窗口"
review_organ = "示例市人民政府"
court = "示例法院"
[log]
level = "warn"
[terminal]
ambiguous_width = 2
`)
	same(t, got, Config{
		Agency: Agency{"示例局", "示依申请", []Named{{civil.New(2024, 3, 1), "示例 新局"}}},
		Paths:  Paths{"/srv/ysq/state", "/run/ysq-a/s"},
		Mailboxes: []Mailbox{
			{Name: "main", Host: "127.0.0.1", Port: 1143, TLS: Plaintext, User: "a", PasswordFile: "/p", PollInterval: 2 * time.Minute, Folders: []string{"INBOX", "垃圾邮件"}},
			{Name: "b", Host: "mail.example.test", Port: 143, TLS: StartTLS, CAFile: "/ca.pem", User: "b", Credential: "second", PollInterval: 90 * time.Second},
		},
		Intake: Intake{civil.New(2026, 1, 5)},
		SMTP:   Default().SMTP, Acknowledge: Default().Acknowledge, Digest: Default().Digest, // see TestSending
		Notify:   Notify{Host: "qyapi.weixin.qq.com", Credential: "notify-url", Template: `{"text": "{清单}"}`},
		Access:   Access{SocketGroup: "office", Viewer: []Group{"v", "2001"}, Operator: []Group{}, Approver: []Group{"3"}, Web: "desk"},
		Approval: Approval{Extension: ExtensionRole, Answer: SigningRecorded, Screening: true}, Platform: Platform{PlatformConfirmed},
		Report:   Report{MonthDay{time.January, 10}, MonthDay{time.March, 31}},
		Letter:   Letter{"/srv/letters", "{代字}〔{年}〕{号}号", "办公室", "窗口", "示例市人民政府", "示例法院"},
		Log:      Log{Warn},
		Terminal: Terminal{2},
	})
}

// TestErrors reads testdata/errors/*.toml and compares all that is wrong with the .txt beside it.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".toml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = parse(filepath.Base(file), data)
			if err == nil {
				t.Fatal("no error")
			}
			errs, ok := errors.AsType[Errors](err)
			if !ok {
				t.Fatalf("error is a %T", err)
			}
			for _, e := range errs {
				if e.File == "" || e.Line < 1 || e.Col < 1 || e.Msg == "" {
					t.Errorf("incomplete: %#v", e)
				}
			}
			golden(t, strings.TrimSuffix(file, ".toml")+".txt", err.Error()+"\n")
		})
	}
}

func golden(t testing.TB, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// What people write wrong most often is said in Chinese, without a word of the library.
func TestSyntaxInChinese(t *testing.T) {
	for _, line := range []string{
		"name = \"a\"\nname = \"b\"", "[agency]", "name = \"局", "name = \"局\nx = 1", "name = \"\"\"局", "name = \"a\x00\"", `name = "C:\letters"`,
		"name = [\"a\"", "name = [\"a\" \"b\"]", "[paths", "name", "name 局", "name = \"a\"\"", "at = 8:30", "name =", "name = 局", "name = value",
	} {
		_, err := parse("x.toml", []byte("[agency]\n"+line+"\n"))
		errs, _ := errors.AsType[Errors](err)
		for _, e := range errs {
			if strings.Contains(e.Msg, "TOML") {
				if _, said, _ := strings.Cut(e.Msg, "TOML："); strings.ContainsFunc(said, func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }) || said == "" {
					t.Errorf("%q: %s", line, e.Msg)
				}
			}
		}
		if !strings.Contains(fmt.Sprint(err), "TOML") {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestLoadUnreadable(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.toml")
	if err := os.WriteFile(large, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	circle := filepath.Join(dir, "circle.toml")
	if err := os.Symlink("circle.toml", circle); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, path string
		want       error
	}{
		{"missing", filepath.Join(dir, "none.toml"), fs.ErrNotExist},
		{"large", large, errTooLarge},
		{"directory", dir, syscall.EISDIR},
		{"circle", circle, syscall.ELOOP},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(tt.path)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Fatalf("error = %v, want %v", err, tt.want)
			}
			if !strings.HasPrefix(err.Error(), tt.path+": ") {
				t.Errorf("%q does not begin with the path", err)
			}
			if strings.Contains(err.Error(), ": read ") || strings.Contains(err.Error(), ": open ") {
				t.Errorf("%q is in English", err)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	words := []string{"host", "port", "tls", "password_file", "poll_interval"}
	for in, want := range map[string]string{
		"hots": "host", "Port": "port", "tsl": "tls", "password-file": "password_file",
		"pol_intervall": "poll_interval", "x": "", "": "", "folders": "",
		strings.Repeat("a", 1000): "",
	} {
		if got := nearest(in, words); got != want {
			t.Errorf("nearest(%.20q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzLoad: no input panics; what is accepted survives being written and read again; what is
// refused is refused with a place inside the file.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(smallest))
	f.Add([]byte(Example()))
	f.Add([]byte(uncommented(Example())))
	files, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > maxFile {
			return
		}
		c, err := parse("f", slices.Clone(data))
		if err == nil {
			same(t, mustParse(t, Render(c)), c)
			return
		}
		errs, _ := errors.AsType[Errors](err)
		if len(errs) == 0 {
			t.Fatalf("error without content: %#v", err)
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, e := range errs {
			if e.Line < 1 || e.Line > lines || e.Col < 1 {
				t.Errorf("place outside of %d lines: %v", lines, e)
			}
		}
	})
}
