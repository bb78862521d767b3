package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Root finds out what the user of the daemon could read, and goes on as root.
func TestReadable(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can look as somebody else")
	}
	base, err := os.MkdirTemp("/dev/shm", "readable")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	nobody := Owner{UID: 65534, GID: 65534}
	for _, tt := range []struct {
		name    string
		dir     os.FileMode
		file    os.FileMode
		gid     int
		problem string
	}{
		{"open", 0o755, 0o644, 0, ""},
		{"root's alone", 0o755, 0o600, 0, "读不了"},
		{"root's group", 0o755, 0o640, 0, "读不了"},
		{"his group", 0o755, 0o640, 65534, ""},
		{"below a closed directory", 0o700, 0o644, 0, "读不了"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(base, strings.ReplaceAll(tt.name, " ", "-"))
			path := filepath.Join(dir, "f")
			for _, err := range []error{
				os.Chmod(base, 0o755), os.Mkdir(dir, 0o755), os.WriteFile(path, nil, 0o600),
				os.Chown(path, 0, tt.gid), os.Chmod(path, tt.file), os.Chmod(dir, tt.dir),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			err := Readable(path, nobody)
			if (err == nil) != (tt.problem == "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("%v, want %q", err, tt.problem)
			}
			if _, err := os.ReadFile(path); err != nil {
				t.Errorf("root is root no longer: %v", err)
			}
		})
	}
	for _, path := range []string{"/root/ca.pem", "/home/a/ca.pem", "/tmp/ca.pem"} {
		if err := Readable(path, nobody); err == nil || !strings.Contains(err.Error(), "服务看不见") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := Readable(filepath.Join(base, "none"), Owner{}); err == nil {
		t.Error("a file that is not there is readable")
	}
}
