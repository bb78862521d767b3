// Package roottest runs Courier, Cyrus and GNU imap4d for tests, each as its packages bring it. They cannot be
// installed beside one another, nor beside the Dovecot of the system: their packages are fetched and unpacked,
// not installed, into a root of their own, in which they run without anything being configured but what stands
// here.
//
// The root is made by whoever asks first, with apt's own sources, and kept in /var/cache/ysq-mailservers, or
// where YSQ_SERVERS_CACHE says. One test at a time has it. Entering another root needs root.
//
// Each server has one account with an empty mailbox, and speaks without TLS on a port of the loopback interface.
package roottest

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ysq.internal/ysq/mailbox/realtest"
)

// Server is a running mail server.
type Server struct {
	Port     int
	User     string
	Password string

	root string
}

// The account, as the system files of the root have it.
const (
	account  = "office"
	password = "correct-horse"
	uid, gid = 1000, 1000
)

// wanted are the packages, in groups that may be installed together. No shell comes with them.
var wanted = [][]string{{"courier-imap", "dash", "libc-bin", "coreutils"}, {"cyrus-imapd", "sasl2-bin"}, {"mailutils-imap4d"}}

// open returns a server in the root, which the test has for itself until it ends.
func open(t testing.TB) *Server {
	t.Helper()
	if _, err := realtest.Program(t, "dpkg-deb"); err != nil {
		realtest.Missing(t, "Courier, Cyrus and GNU imap4d", err)
	}
	if os.Getuid() != 0 {
		realtest.Missing(t, "Courier, Cyrus and GNU imap4d", errors.New("only root may enter another root"))
	}
	cache := cmp.Or(os.Getenv("YSQ_SERVERS_CACHE"), "/var/cache/ysq-mailservers")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := os.Create(filepath.Join(cache, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lock.Close() })
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	key := sha256.Sum256(fmt.Append(nil, unpack, wanted))
	dir := filepath.Join(cache, fmt.Sprintf("root-%x", key[:4]))
	if _, err := os.Stat(dir); err != nil {
		if err := fill(t, cache, dir); err != nil {
			t.Fatalf("unpacking mail servers: %v", err)
		}
	}
	return &Server{User: account, Password: password, root: dir}
}

// unpack fills the directory that it is called with from the packages in archives. What is no program, library
// or setting is left out.
const unpack = `set -e
mkdir -p root/usr/bin root/usr/sbin root/usr/lib root/usr/lib64 root/dev root/tmp root/run root/home root/var/mail
ln -s usr/bin usr/sbin usr/lib usr/lib64 root/
for package in archives/*.deb; do
	dpkg-deb --fsys-tarfile "$package" | tar -x -C root --keep-directory-symlink -f - \
		--exclude=./usr/share/\[a-y\]* --exclude=./usr/lib/python3* --exclude=./usr/lib/*/guile
done
chmod 1777 root/tmp
mknod -m 666 root/dev/null c 1 3
mknod -m 666 root/dev/urandom c 1 9
mknod -m 666 root/dev/random c 1 8
chroot root ldconfig
`

// fill makes the root beside its place and renames it: half of one is never taken for one.
func fill(t testing.TB, cache, dir string) error {
	began := time.Now()
	tmp, err := os.MkdirTemp(cache, "making-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := os.MkdirAll(filepath.Join(tmp, "archives", "partial"), 0o755); err != nil {
		return err
	}
	status := filepath.Join(tmp, "status") // of a machine on which nothing is installed
	if err := os.WriteFile(status, nil, 0o644); err != nil {
		return err
	}
	for _, group := range wanted {
		args := []string{
			"-qq", "-y", "--no-install-recommends", "--download-only", "-o", "Dir::State::status=" + status,
			"-o", "Dir::Cache::archives=" + filepath.Join(tmp, "archives"), "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root", "install",
		}
		if err := run(tmp, "apt-get", append(args, group...)...); err != nil {
			return err
		}
	}
	if err := run(tmp, "sh", "-c", unpack); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"passwd": "root:x:0:0::/root:/bin/sh\ncyrus:x:60:8::/var/lib/cyrus:/bin/sh\ncourier:x:61:61::/:/bin/sh\n" +
			account + ":" + hashed + ":1000:1000::/home/" + account + ":/bin/sh\n",
		"group": "root:x:0:\nmail:x:8:\nsasl:x:45:cyrus\ncourier:x:61:\n" + account + ":x:1000:\n",
		"hosts": "127.0.0.1 localhost\n",
	} {
		if err := os.WriteFile(filepath.Join(tmp, "root", "etc", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := os.Rename(filepath.Join(tmp, "root"), dir); err != nil {
		return err
	}
	t.Logf("made %s in %.0f s", dir, time.Since(began).Seconds())
	return nil
}

// hashed is the password as crypt(3) writes it.
const hashed = "$1$abcdefgh$0R51htEHYeaUpjuspI6w91"

func run(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out[max(0, len(out)-2048):])
	}
	return nil
}

// shell runs a script inside the root.
func (s *Server) shell(t testing.TB, script string) {
	t.Helper()
	if err := run("/", "chroot", s.root, "/bin/sh", "-c", "set -e\n"+script); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.root, path), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// answers is nil once the server greets whoever connects.
func (s *Server) answers() error {
	conn, err := net.DialTimeout("tcp", fmt.Sprint("127.0.0.1:", s.Port), time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = bufio.NewReader(conn).ReadString('\n')
	return err
}

// Talk says commands to the server after a login, as another mail program would, and fails the test where one is
// refused.
func (s *Server) Talk(t testing.TB, commands ...string) {
	t.Helper()
	conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", s.Port))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(conn)
	for n, c := range append([]string{fmt.Sprintf("LOGIN %q %q", s.User, s.Password)}, commands...) {
		tag := fmt.Sprintf("a%d ", n)
		if _, err := fmt.Fprintf(conn, "%s%s\r\n", tag, c); err != nil {
			t.Fatal(err)
		}
		for {
			if !in.Scan() {
				t.Fatalf("%s: no answer: %v", c, in.Err())
			}
			if answer, ok := strings.CutPrefix(in.Text(), tag); ok {
				if !strings.HasPrefix(answer, "OK") {
					t.Fatalf("%s: %s", c, answer)
				}
				break
			}
		}
	}
}
