package boottest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// desk: people without an account come in by a browser, over TLS, through a service that has no rights of its own.
func desk(t *testing.T, m *machine) {
	contains(t, m.sh(t, "ysq web certificate localhost 127.0.0.1"), "SHA-256")
	if got := m.sh(t, "stat -c '%a %U' /etc/ysq/web-key.pem"); got != "600 root\n" {
		t.Errorf("the key: %s", got)
	}
	m.sh(t, "systemctl restart ysq.service; systemctl enable --now ysq-web.socket 2>&1")
	m.does(t, "zhang", 3, "ysq", "web", "person", "add", "王某", "--role", "经办")
	said := m.does(t, "zhao", 0, "ysq", "web", "person", "add", "王某", "--role", "经办", "--department", "监测科")
	first := regexp.MustCompile(`初始密码：(\S+)`).FindStringSubmatch(said)
	if first == nil {
		t.Fatalf("no first password in: %s", said)
	}
	b := m.browser(t)
	login := url.Values{"name": {"王某"}, "password": {"wrong"}}
	b.says(t, "/login", login, http.StatusConflict, "姓名或密码不对")
	login.Set("password", first[1])
	b.says(t, "/login", login, http.StatusConflict, `name="new"`)
	for _, field := range []string{"new", "again"} {
		login.Set(field, "horse battery staple")
	}
	login.Set("change", "1")
	b.says(t, "/login", login, http.StatusOK, "王某（经办）") // and on to the first page
	b.says(t, "/case/1", nil, http.StatusOK, "第 1 号监测点")
	m.hardenedTo(t, "ysq-web.service", 1.0)
	// The process has no register, no hashes, no network and nobody's role, and sees nobody's configuration and password.
	m.sh(t, `pid=$(systemctl show --value -p MainPID ysq-web.service)
		[ "$(stat -c %U /proc/$pid)" = ysq-web ]
		[ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/1/ns/net)" ]
		[ "$(ls /proc/$pid/root/etc/ysq | tr '\n' ' ')" = 'web-cert.pem web-key.pem ' ]
		! touch /proc/$pid/root/etc/ysq/x
		! runuser -u ysq-web -- cat /var/lib/ysq/people.json
		! runuser -u ysq-web -- ysq list`)
	// He is known to a restored office: the list is in the backup.
	m.sh(t, "ysq backup /var/backups/ysq && ls /var/backups/ysq/ysq-*/people.json && rm -r /var/backups/ysq/ysq-*")
	m.does(t, "zhao", 0, "ysq", "web", "person", "close", "王某")
	b.says(t, "/case/1", nil, http.StatusUnauthorized, "登录已过期")
}

// browser is one that trusts the machine's certificate.
type browser struct {
	http.Client
	site string
}

func (m *machine) browser(t *testing.T) *browser {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(m.sh(t, "cat /etc/ysq/web-cert.pem"))) {
		t.Fatal("no certificate")
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DialContext: m.dial, TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{http.Client{Transport: transport, Jar: jar, Timeout: time.Minute}, "https://127.0.0.1:8443"}
}

// says asks for a page, with a form as somebody fills it in on this site.
func (b *browser) says(t *testing.T, path string, form url.Values, status int, want string) {
	t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(t.Context(), method, b.site+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.site)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != status || !strings.Contains(string(page), want) {
		t.Fatalf("%s %s: %d, want %d with %q; %v\n%s", method, path, res.StatusCode, status, want, err, page[:min(len(page), 4096)])
	}
}

// dial connects from within the machine's network. A socket belongs to the network of the thread that makes it.
func (m *machine) dial(ctx context.Context, network, address string) (net.Conn, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	ours, err := os.Open(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()))
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	theirs, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", m.leader))
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	if err := unix.Setns(int(theirs.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, err
	}
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if back := unix.Setns(int(ours.Fd()), unix.CLONE_NEWNET); back != nil {
		panic(back) // this thread would go on in another network
	}
	return c, err
}
