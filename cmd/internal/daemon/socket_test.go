package daemon

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"ysq.internal/ysq/config"
)

// The daemon takes the place of a socket that a crash of its own left, and of nothing else.
func TestStaleSocket(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s")
	c := config.Default()
	c.Paths.Socket = path
	for name, put := range map[string]func() error{
		"a file":      func() error { return os.WriteFile(path, []byte("a letter"), 0o600) },
		"a link":      func() error { return os.Symlink("/etc/passwd", path) },
		"a directory": func() error { return os.Mkdir(path, 0o700) },
	} {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if l, err := listen(c); err == nil {
			l.Close()
			t.Errorf("%s was taken for a socket", name)
		}
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	l, err := listen(c)
	if err != nil {
		t.Fatalf("a stale socket: %v", err)
	}
	l.Close()
}
