package boottest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	mailbox  = "foi@example.test"
	password = "correct-horse-battery"
)

const dovecot = `protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = </etc/dovecot/cert.pem
ssl_key = </etc/dovecot/key.pem
mail_location = maildir:~/Maildir:UTF-8
first_valid_uid = 1
namespace inbox {
  inbox = yes
  mailbox 垃圾邮件 {
    auto = create
    special_use = \Junk
  }
  mailbox 已发送 {
    auto = create
    special_use = \Sent
  }
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN /etc/dovecot/users
}
userdb {
  driver = static
  args = uid=vmail gid=vmail home=/srv/vmail/%u
}
log_path = /dev/stderr
`

// dovecot24 is the same in the words of Dovecot 2.4, which knows none of the old ones.
const dovecot24 = `dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_server_cert_file = /etc/dovecot/cert.pem
ssl_server_key_file = /etc/dovecot/key.pem
mail_driver = maildir
mail_path = ~/Maildir
mailbox_list_utf8 = yes
first_valid_uid = 1
namespace inbox {
  inbox = yes
  mailbox 垃圾邮件 {
    auto = create
    special_use = \Junk
  }
  mailbox 已发送 {
    auto = create
    special_use = \Sent
  }
}
passdb passwd-file {
  default_password_scheme = PLAIN
  passwd_file_path = /etc/dovecot/users
}
userdb static {
  fields {
    uid = vmail
    gid = vmail
    home = /srv/vmail/%{user}
  }
}
log_path = /dev/stderr
`

// The accounts: each clerk is a member of the socket's group and of one role's.
var clerks = map[string][]string{
	"zhang": {"ysq-users", "ysq-operators"}, // 经办
	"li":    {"ysq-users", "ysq-viewers"},   // 查看
	"zhao":  {"ysq-users", "ysq-approvers"}, // 审核
	"wang":  nil,                            // nobody of the office
}

// furnish sets up the mail server, and the groups of the roles. The package makes ysq-users.
func (m *machine) furnish(t *testing.T) {
	t.Helper()
	conf := dovecot
	if m.suite == trixie {
		conf = dovecot24
	}
	cert, key := certificate(t)
	m.write(t, "/etc/ysq-ca.pem", "0644", "root:root", cert)
	m.write(t, "/etc/dovecot/cert.pem", "0644", "root:root", cert)
	m.write(t, "/etc/dovecot/key.pem", "0600", "root:root", key)
	m.write(t, "/etc/dovecot/dovecot.conf", "0644", "root:root", conf)
	m.write(t, "/etc/dovecot/users", "0640", "root:dovecot", mailbox+":"+password+"\nother@example.test:"+password+"\n")
	m.sh(t, `useradd --system --no-create-home vmail
		install -d -o vmail -g vmail /srv/vmail
		for g in ysq-operators ysq-viewers ysq-approvers; do groupadd $g; done
		systemctl restart dovecot`)
}

func (m *machine) employ(t *testing.T) {
	t.Helper()
	for name, groups := range clerks {
		m.sh(t, fmt.Sprintf("useradd --create-home -G '%s' %s", strings.Join(groups, ","), name))
	}
}

// deliver puts an application into the mailbox, as a mail server does: written beside, then renamed.
func (m *machine) deliver(t *testing.T, to string, n int) {
	t.Helper()
	m.deliverText(t, to, n, fmt.Sprintf("现申请公开第 %d 号监测点 2025 年的监测数据。\n", n))
}

func (m *machine) deliverText(t *testing.T, to string, n int, text string) {
	t.Helper()
	m.put(t, to, n, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"+base64.StdEncoding.EncodeToString([]byte(text)))
}

// deliverFile delivers an application as a file.
func (m *machine) deliverFile(t *testing.T, to string, n int, mediaType, name string, body []byte) {
	t.Helper()
	var lines strings.Builder
	for b := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(body)), 76) {
		lines.Write(append(b, "\r\n"...))
	}
	m.put(t, to, n, strings.Join([]string{
		`Content-Type: multipart/mixed; boundary="b"`, "", "--b", "Content-Type: text/plain; charset=utf-8", "", "see the attachment", "--b",
		"Content-Type: " + mediaType + `; name="` + word(name) + `"`, `Content-Disposition: attachment; filename="` + word(name) + `"`,
		"Content-Transfer-Encoding: base64", "", lines.String() + "--b--",
	}, "\r\n"))
}

func word(s string) string {
	return "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?="
}

// put writes a mail with this content, from its fields on.
func (m *machine) put(t *testing.T, to string, n int, content string) {
	t.Helper()
	mail := strings.Join([]string{
		fmt.Sprintf("From: %s <a%d@example.test>", word(fmt.Sprintf("申请人%d", n)), n),
		"To: <" + to + ">", "Subject: " + word(fmt.Sprintf("政府信息公开申请：第 %d 号监测点", n)),
		fmt.Sprintf("Message-ID: <boot%d@example.test>", n), "Date: " + time.Now().Format(time.RFC1123Z), "MIME-Version: 1.0", content, "",
	}, "\r\n")
	dir := "/srv/vmail/" + to + "/Maildir"
	m.sh(t, fmt.Sprintf("install -d -o vmail -g vmail /srv/vmail/%s %s %s/new %s/cur %s/tmp", to, dir, dir, dir, dir))
	m.write(t, fmt.Sprintf("%s/tmp/%d.boot", dir, n), "0600", "vmail:vmail", mail)
	m.sh(t, fmt.Sprintf("mv %s/tmp/%d.boot %s/new/", dir, n, dir)) // whole or not at all, as Dovecot expects
}

// pdf is one page with a line of text.
func pdf(line string) string {
	content := "BT /F1 12 Tf 72 720 Td (" + line + ") Tj ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
	}
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	var xref strings.Builder
	for i, o := range objects {
		fmt.Fprintf(&xref, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref.String(), len(objects)+1, at)
	return b.String()
}

// row is what the test reads of `ysq list --json`.
type row struct {
	Case, Stage, Subject string
}

// list asks as a clerk; every open case.
func (m *machine) list(t *testing.T, account string, args ...string) []row {
	t.Helper()
	out, errOut, code := m.as(t, account, append([]string{"ysq", "list", "--all", "--json"}, args...)...)
	if code != 0 {
		t.Fatalf("%s: ysq list: exit %d\n%s%s", account, code, out, errOut)
	}
	var rows []row
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatalf("ysq list --json: %v\n%s", err, out)
	}
	return rows
}

// hasCase waits until the application with the number n is a case, once.
func (m *machine) hasCase(t *testing.T, n int) {
	t.Helper()
	within(t, 90*time.Second, fmt.Sprintf("a case of application %d", n), func() (string, bool) {
		rows := m.list(t, "zhang")
		hits := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !strings.HasSuffix(r.Subject, fmt.Sprintf("第 %d 号监测点", n)) })
		return fmt.Sprint(rows), len(hits) == 1
	})
}

// does runs a command as an account and holds its exit code to what is wanted.
func (m *machine) does(t *testing.T, account string, want int, argv ...string) string {
	t.Helper()
	out, errOut, code := m.as(t, account, argv...)
	if code != want {
		t.Errorf("%s: %s: exit %d, want %d\n%s%s", account, strings.Join(argv, " "), code, want, out, errOut)
	}
	return out + errOut
}

// contains holds a text to what must stand in it.
func contains(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}

// build makes packages of this tree under a version and returns the files by format.
func build(t *testing.T, version string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "run", "./deploy/package", "-o", dir, "-arch", runtime.GOARCH, "-format", "deb,rpm,tar", "-version", version)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1700000000")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the packages: %v\n%s", err, out)
	}
	made := map[string]string{}
	for kind, pattern := range map[string]string{"deb": "*.deb", "rpm": "*.rpm", "tar": "*.tar.gz"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) != 1 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		made[kind] = files[0]
	}
	return made
}

// certificate makes one for 127.0.0.1 that is its own authority.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(60 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}
