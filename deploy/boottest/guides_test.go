package boottest

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"filippo.io/age"
)

// elsewhere are the blocks that another step types, or another test, by their beginnings. What cmd/ysq types (TestGuides: the
// lines with a $) is not here.
var elsewhere = map[string]string{
	"apt install ./ysq_版本":          "install, rpm and tarball",
	"systemctl disable --now ysq ":  "moved",
	"ysq restore /var/backups/ysq/": "moved",
	"go run ./cmd/ysq demo":         "the newcomer of .ci/run",
	"git clone <where":              "the newcomer of .ci/run",
	"go test ./...":                 "the newcomer of .ci/run",
	"ysq init  ":                    "set up, which also starts the units",
	"# apt install tesseract":       "scan",
	"[reading]\n":                   "scan",
}

// guides types every block of the guides and the READMEs as it stands; one that nobody types fails.
func guides(t *testing.T, m *machine) {
	here := map[string]func(*testing.T, *machine, string){
		"ysq backup /mnt/备份 ": func(t *testing.T, m *machine, block string) {
			// The unit does not let the daemon write there. What the refusal says to type is typed, too.
			m.sh(t, "install -d -o ysq /mnt/备份")
			_, said, code := m.try(t, "", "ysq", "backup", "/mnt/备份")
			_, cure, ok := strings.Cut(said, "同样要加）：\n")
			if code != 1 || !ok {
				t.Fatalf("a directory that the unit does not open: %d, %s", code, said)
			}
			m.sh(t, cure)
			id, err := age.GenerateX25519Identity()
			if err != nil {
				t.Fatal(err)
			}
			m.sh(t, strings.ReplaceAll(block, "age1…", id.Recipient().String()))
			m.sh(t, "ls -d /mnt/备份/ysq-*.tar.age")
		},
		"ysq restore --test /mnt/备份/": func(t *testing.T, m *machine, block string) {
			backup := strings.TrimSpace(m.sh(t, "ls -d /mnt/备份/ysq-* | grep -v age | head -n 1"))
			contains(t, m.sh(t, strings.ReplaceAll(block, "/mnt/备份/ysq-…", backup)), "演练完成", "核验无误")
		},
		"[notify]": func(t *testing.T, m *machine, block string) {
			m.sh(t, `install -m 600 -o ysq /dev/null /etc/ysq/notify-url; echo https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x >/etc/ysq/notify-url
				cp -a /etc/ysq/ysq.toml /root/before.toml; sed -i '/^\[notify\]$/d' /etc/ysq/ysq.toml`)
			m.write(t, "/root/block.toml", "0600", "root:root", block)
			m.sh(t, "cat /root/block.toml >>/etc/ysq/ysq.toml; ysq config check; systemctl reload ysq.service; for i in 1 2 3 4 5 6 7 8 9; do ysq notify && break; sleep 1; done; ysq notify; cp -a /root/before.toml /etc/ysq/ysq.toml; systemctl reload ysq.service; rm /etc/ysq/notify-url")
		},
		"ysq import 台账.xlsx ": func(t *testing.T, m *machine, block string) {
			m.take(t, "../../casefile/ledger/testdata/sample.xlsx", "/root/台账.xlsx")
			m.sh(t, `ysq init --config /root/ledger.toml --state /root/ledger --socket /root/ledger.sock --agency 某局 --imap-host 127.0.0.1 --imap-user x@example.test --password-file /root/none --yes 2>&1
				cd /root; export YSQ_CONFIG=/root/ledger.toml; `+block+`
				ysq list --all`)
		},
		"ysq                今天": func(t *testing.T, m *machine, block string) {
			for line := range strings.Lines(strings.ReplaceAll(block, "ysq web", "ysq web --help")) { // a browser is opened in desk
				m.does(t, "zhang", 0, "sh", "-c", line)
			}
		},
	}
	comment := regexp.MustCompile(`(?m) {2,}\p{Han}.*$`)
	for _, name := range []string{"../doc/admin.zh-CN.md", "../doc/clerk.zh-CN.md", "../../README.md", "../../README.zh-CN.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile("(?sm)^```[a-z]*\n(.*?)^```").FindAllStringSubmatch(string(text), -1) {
			block, typed := found[1], false
			for begins := range elsewhere {
				typed = typed || strings.HasPrefix(block, begins)
			}
			typed = typed || strings.HasPrefix(block, "$ ")
			for begins, do := range here {
				if strings.HasPrefix(block, begins) {
					typed = true
					do(t, m, comment.ReplaceAllString(block, ""))
				}
			}
			if !typed {
				t.Errorf("%s: nobody types\n%s", name, block)
			}
		}
	}
}
