package boottest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"ysq.internal/ysq/deploy/doc"
)

// fenced finds the blocks of a guide.
var fenced = regexp.MustCompile("(?sm)^```[a-z]*\n(.*?)^```")

// guided is an office whose administrator and clerks do what the guides and the READMEs say: every block of them is typed
// as it stands. The few that need another machine begin with a line that says so.
func guided(t *testing.T, packages map[string]string) story {
	g := &manual{packages: packages}
	for _, file := range []string{"../doc/admin.zh-CN.md", "../../README.zh-CN.md", "../../README.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range fenced.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasPrefix(found[1], "# 别处：") && !strings.HasPrefix(found[1], "# elsewhere: ") {
				g.blocks = append(g.blocks, found[1])
			}
		}
	}
	return story{
		{"install", g.install},
		{"set up", g.setUp},
		{"import", g.importLedger},
		{"the clerk's morning", g.morning},
		{"look after it", g.lookAfter},
		{"back up", g.backUp},
		{"move", g.move},
		{"read scans", g.readScans},
		{"the clerk's guide", followed},
		{"the demo", g.demo},
		{"nothing left out", func(t *testing.T, _ *machine) {
			for _, b := range g.blocks {
				t.Errorf("nobody types\n%s", b)
			}
		}},
	}
}

// manual is what the guides tell to type and nobody has typed yet.
type manual struct {
	packages map[string]string // by format
	blocks   []string
}

// desktop is where the administrator types.
const desktop = "/root/guide"

// block takes the one block with this beginning.
func (g *manual) block(t *testing.T, begins string) string {
	t.Helper()
	for i, b := range g.blocks {
		if strings.HasPrefix(b, begins) {
			g.blocks = slices.Delete(g.blocks, i, i+1)
			return b
		}
	}
	t.Fatalf("no guide has a block that begins with %q", begins)
	return ""
}

// types has root type the lines of a block, and returns what they said. A line may name the exit codes that are no failure.
func (g *manual) types(t *testing.T, m *machine, begins string) (said string) {
	t.Helper()
	for line := range strings.Lines(g.block(t, begins)) {
		said += m.types(t, "root", strings.TrimPrefix(line, "$ "))
	}
	return said
}

func (m *machine) types(t *testing.T, account, line string) string {
	t.Helper()
	out, errOut, code := m.as(t, account, "sh", "-c", "cd "+desktop+"; "+line)
	if code != 0 && !(code == 6 && strings.Contains(line, "退出码 0 或 6")) {
		t.Fatalf("%s: %s\nexit %d\n%s%s", account, line, code, out, errOut)
	}
	return out + errOut
}

// configures puts a block in the place of the table that it begins with.
func (g *manual) configures(t *testing.T, m *machine, table string) {
	t.Helper()
	m.write(t, "/root/block.toml", "0600", "root:root", g.block(t, "["+table+"]"))
	m.sh(t, `sed -i '/^\[`+table+`\]$/d' /etc/ysq/ysq.toml; cat /root/block.toml >>/etc/ysq/ysq.toml; ysq config check`)
}

// interrupt is Ctrl-C, which ends a program with 130.
const interrupt = "\x03"

// converses types a line at a terminal and answers: the first of each pair is waited for, the second is typed.
func (m *machine) converses(t *testing.T, account, line string, turns ...[2]string) string {
	t.Helper()
	want := 0
	if turns[len(turns)-1][1] == interrupt {
		want = 130
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := m.command(ctx, "runuser", "-u", account, "--", "env", "TERM=dumb", "script", "-qec", line, "/dev/null")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	heard := 0
	for buf := make([]byte, 4096); ; {
		n, err := out.Read(buf)
		said.Write(buf[:n])
		if len(turns) > 0 && bytes.Contains(said.Bytes()[heard:], []byte(turns[0][0])) {
			heard = said.Len()
			if _, err := in.Write([]byte(turns[0][1])); err != nil {
				t.Fatal(err)
			}
			turns = turns[1:]
		}
		if err != nil {
			break
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != want || len(turns) > 0 {
		t.Fatalf("%s: %s: %v; not asked: %v\n%s", account, line, err, turns, said.Bytes())
	}
	return said.String()
}

// install: the tarball, and in its place the package of this distribution.
func (g *manual) install(t *testing.T, m *machine) {
	m.sh(t, "mkdir -m 755 "+desktop+"; chmod 755 /root") // apt's own user reads the package
	for _, format := range []string{"deb", "tar"} {
		m.take(t, g.packages[format], desktop+"/"+filepath.Base(g.packages[format]))
	}
	g.types(t, m, "tar xf ysq-")
	m.sh(t, "/usr/share/ysq/install.sh purge 2>&1; test ! -e /usr/bin/ysq")
	contains(t, g.types(t, m, "apt install ./ysq_"), "ysq init")
}

// setUp: at a terminal, with a server that the machine trusts.
func (g *manual) setUp(t *testing.T, m *machine) {
	m.furnish(t)
	m.employ(t)
	m.sh(t, "mv /etc/ysq-ca.pem /usr/local/share/ca-certificates/office.crt; update-ca-certificates 2>&1")
	for line := range strings.Lines(g.block(t, "ysq init ")) {
		if !strings.HasPrefix(line, "ysq init ") {
			m.types(t, "root", line)
			continue
		}
		m.converses(t, "root", line, [2]string{"本机关的名称", "某市生态环境局\n"}, [2]string{"邮箱的登录名", mailbox + "\n"}, [2]string{"IMAP 服务器", "127.0.0.1\n"},
			[2]string{"授权码或密码", password + "\n"}, [2]string{"立案", "\n"})
	}
}

func (g *manual) importLedger(t *testing.T, m *machine) {
	m.take(t, "../../casefile/ledger/testdata/sample.xlsx", desktop+"/台账.xlsx")
	g.types(t, m, "ysq import 台账.xlsx --dry-run")
	if len(m.list(t, "zhang")) == 0 {
		t.Error("no cases after the import")
	}
}

func (g *manual) morning(t *testing.T, m *machine) {
	m.deliver(t, mailbox, 1)
	m.sh(t, "ysq poll")
	m.hasCase(t, 1)
	for line := range strings.Lines(g.block(t, "ysq  ")) {
		if strings.HasPrefix(line, "ysq web ") {
			m.converses(t, "zhang", line, [2]string{"http://127.0.0.1:", interrupt})
			continue
		}
		m.types(t, "zhang", line)
	}
}

func (g *manual) lookAfter(t *testing.T, m *machine) {
	g.types(t, m, "$ ysq status\n")
	m.sh(t, "install -m 600 -o ysq /dev/null /etc/ysq/notify-url; echo 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x' >/etc/ysq/notify-url")
	g.configures(t, m, "notify")
	m.sh(t, "systemctl reload ysq.service")
	within(t, 10*time.Second, "what would be sent", func() (string, bool) {
		out, errOut, code := m.try(t, "", "ysq", "notify")
		return out + errOut, code == 0
	})
}

// backUp: to a disk that the unit does not open. What the refusal says to type is typed, too.
func (g *manual) backUp(t *testing.T, m *machine) {
	g.types(t, m, "$ ysq verify\n")
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, "/etc/ysq/backup.pub", "0644", "root:root", id.Recipient().String()+"\n")
	m.sh(t, "install -d -o ysq /mnt/备份")
	_, said, code := m.try(t, "", "ysq", "backup", "/mnt/备份")
	_, cure, ok := strings.Cut(said, "同样要加）：")
	if code != 1 || !ok {
		t.Fatalf("a directory that the unit does not open: %d, %s", code, said)
	}
	m.sh(t, strings.Trim(strings.TrimSpace(cure), "（）")) // the lines stand in brackets
	g.types(t, m, "ysq backup /mnt/备份 --keep")
	m.sh(t, "rm /mnt/备份/ysq-*.tar.age")
	contains(t, g.types(t, m, "ysq restore --test "), "演练完成", "核验无误")
}

// move: to a machine that has the software and nothing else of the old one but the backup.
func (g *manual) move(t *testing.T, m *machine) {
	before := m.list(t, "zhang")
	m.sh(t, "sleep 1") // a backup of the same records in the same second has the same name, and is refused
	g.types(t, m, "systemctl disable --now ysq ")
	m.sh(t, `mkdir /root/old; mv /etc/ysq/* /etc/systemd/system/ysq.service.d /root/old/; find /var/lib/ysq /var/backups/ysq -mindepth 1 -delete
		cp -a "$(ls -d /mnt/备份/ysq-* | tail -n 1)" /var/backups/ysq/; chown -R ysq: /var/backups/ysq; systemctl daemon-reload`)
	for line := range strings.Lines(g.block(t, "ysq restore ")) {
		if line != "ysq init --adopt\n" {
			m.types(t, "root", line)
			continue
		}
		m.sh(t, "cp -a /root/old/notify-url /etc/ysq/") // like every password it is in no backup
		m.converses(t, "root", line, [2]string{"授权码或密码", password + "\n"})
	}
	if after := m.list(t, "zhang"); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("before %v\nafter  %v", before, after)
	}
	if got := m.sh(t, "find /var/lib/ysq -ignore_readdir_race ! -user ysq; stat -c '%a %U' /etc/ysq/ysq.toml"); got != "600 ysq\n" {
		t.Errorf("modes: %s", got)
	}
	m.does(t, "root", 0, "ysq", "verify")
}

func (g *manual) readScans(t *testing.T, m *machine) {
	g.configures(t, m, "reading")
	contains(t, g.types(t, m, "apt install tesseract-ocr "), "tesseract 在限制下可以运行")
}

// demo: what README shows is what it shows.
func (g *manual) demo(t *testing.T, m *machine) {
	command, shown, _ := strings.Cut(strings.TrimPrefix(g.block(t, "$ ysq list\n"), "$ "), "\n")
	m.sh(t, "systemd-run --quiet --unit=demo --uid=wang -p StandardOutput=file:/tmp/demo ysq demo")
	within(t, 90*time.Second, "the demo's end", func() (string, bool) {
		s := m.sh(t, "cat /tmp/demo || true")
		return s, strings.Contains(s, "按 Ctrl-C 结束")
	})
	if said := m.sh(t, `runuser -u wang -- env $(grep -o 'YSQ_CONFIG=[^ ]*' /tmp/demo | head -n 1) LANG=zh_CN.UTF-8 `+command); said != shown {
		t.Errorf("%s says\n%sand README\n%s", command, said, shown)
	}
	m.sh(t, "systemctl stop demo.service")
}

// followed: the clerk's guide, in an office of its own, by a clerk with an account.
func followed(t *testing.T, m *machine) {
	m.sh(t, `echo 'guide@example.test:`+password+`' >>/etc/dovecot/users
		echo `+password+` | ysq-instance add guide --password-stdin --agency 示例市生态环境局 --imap-host 127.0.0.1 --imap-user guide@example.test --yes
		sed -i 's/^# approver = .*/approver = ["ysq-guide-users"]/' /etc/ysq/guide.toml
		useradd --create-home -G ysq-guide-users guide`)
	m.sh(t, "install -d -o vmail -g vmail /srv/vmail/guide@example.test "+theirs+" "+theirs+"/new "+theirs+"/cur "+theirs+"/tmp; systemctl start ysq@guide.service")
	text, err := os.ReadFile("../doc/clerk.zh-CN.md")
	if err != nil {
		t.Fatal(err)
	}
	got, err := doc.Follow(string(text), &reader{t, m, 0})
	if err != nil {
		t.Fatal(err)
	}
	if got != string(text) {
		t.Error("the guide shows something else than the program says: go test ./cmd/ysq -run Guides")
	}
	for _, block := range fenced.FindAllStringSubmatch(string(text), -1) {
		if !strings.HasPrefix(block[1], "$ ") {
			t.Errorf("nobody types\n%s", block[1])
		}
	}
}

// reader is the clerk.
type reader struct {
	t    *testing.T
	m    *machine
	mail int
}

const theirs = "/srv/vmail/guide@example.test/Maildir"

// Get implements doc.Reader. Dovecot takes the file's time for the mail's.
func (r *reader) Get(mail []byte, arrived time.Time) {
	r.t.Helper()
	r.mail++
	r.m.write(r.t, theirs+"/tmp/mail", "0600", "vmail:vmail", string(mail))
	r.m.sh(r.t, fmt.Sprintf("touch -d @%d %s/tmp/mail; mv %s/tmp/mail %s/new/%d.boot; ysq poll --config /etc/ysq/guide.toml", arrived.Unix(), theirs, theirs, theirs, r.mail))
}

// Type implements doc.Reader.
func (r *reader) Type(command string) string {
	r.t.Helper()
	out, _, code := r.m.as(r.t, "guide", "env", "HOME=/home/guide", "YSQ_SOCKET=/run/ysq-guide/ysq.sock", "LANG=zh_CN.UTF-8", "sh", "-c", "cd; exec 2>&1; "+command)
	if code != 0 {
		r.t.Errorf("%s\nexit %d\n%s", command, code, out)
	}
	return out
}
