package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// sealing is a set-up on a machine whose systemd programs are scripts that note how they were called.
func sealing(t *testing.T) (s *setup, called func() string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root may seal a password")
	}
	root := t.TempDir()
	bin, log := filepath.Join(root, "bin"), filepath.Join(root, "log")
	for _, dir := range []string{bin, filepath.Join(root, "run/systemd/system"), filepath.Join(root, "etc/ysq")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range map[string]string{
		// Its cipher is tr, which suffices to tell sealed from plain.
		"systemd-creds": "#!/bin/sh\necho \"creds $*\" >> " + log + "\ncase $1 in\nencrypt) tr a-z n-za-m > \"$4\";;\ndecrypt) tr a-z n-za-m < \"$3\";;\nesac\n",
		"systemctl":     "#!/bin/sh\necho \"systemctl $*\" >> " + log + "\n",
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	cmd := &cobra.Command{Use: "init"}
	cmd.SetContext(t.Context())
	s = &setup{a: newTerminal(0, nil).app, cmd: cmd, root: root, path: filepath.Join(root, "etc/ysq/ysq.toml"), unit: "ysq.service", store: storeAuto, secret: "open sesame"}
	return s, func() string {
		b, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
}

// A typed password is sealed where it can be, comes back, and the unit is told; it is in no argument
// and in no file.
func TestSealedPassword(t *testing.T) {
	s, called := sealing(t)
	if err := s.keepSecret(); err != nil {
		t.Fatal(err)
	}
	cred := filepath.Join(s.root, "etc/ysq/imap-password.cred")
	if s.credential != "imap-password" || s.password != "" {
		t.Errorf("the configuration would say %q and %q", s.credential, s.password)
	}
	unit, err := os.ReadFile(filepath.Join(s.root, "etc/systemd/system/ysq.service.d/50-ysq-credential.conf"))
	if err != nil || !strings.Contains(string(unit), "\nLoadCredential=\nLoadCredentialEncrypted=imap-password:"+cred+"\n") {
		t.Errorf("the unit is told %q, %v", unit, err)
	}
	if info, err := os.Stat(cred); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the credential: %v, %v", info, err)
	}
	said := called()
	if !strings.Contains(said, "creds encrypt --name=imap-password - ") || !strings.Contains(said, "systemctl daemon-reload") || strings.Contains(said, "sesame") {
		t.Errorf("called:\n%s", said)
	}
	err = filepath.WalkDir(s.root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if b, err := os.ReadFile(path); err != nil || strings.Contains(string(b), "open sesame") {
				t.Errorf("%s holds the password (%v)", path, err)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Where it cannot be sealed, or somebody wants a file, it is a file of mode 0600; what was asked for
// expressly and cannot be is refused.
func TestPasswordInFile(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*setup)
		file   string // "": refused
	}{
		{"asked for", func(s *setup) { s.store = storeFile }, "etc/ysq/imap-password"},
		{"a file is named", func(s *setup) { s.password = s.root + "/etc/ysq/secret" }, "etc/ysq/secret"},
		{"no unit", func(s *setup) { s.unit = "" }, "etc/ysq/imap-password"},
		{"no systemd", func(s *setup) { os.RemoveAll(s.root + "/run") }, "etc/ysq/imap-password"},
		{"asked for sealed, without systemd", func(s *setup) { s.store = storeCredential; os.RemoveAll(s.root + "/run") }, ""},
		{"an old credential is there", func(s *setup) { os.WriteFile(s.root+"/etc/ysq/imap-password.cred", nil, 0o600) }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := sealing(t)
			tt.change(s)
			err := s.keepSecret()
			if tt.file == "" {
				if err == nil || len(s.kept) > 0 {
					t.Errorf("not refused; kept %v", s.kept)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(s.root, tt.file)
			b, err := os.ReadFile(path)
			info, e := os.Stat(path)
			if err != nil || e != nil || string(b) != "open sesame\n" || info.Mode().Perm() != 0o600 || s.password != path {
				t.Errorf("%s: %q, %v, %v, configuration %s", path, b, info, err, s.password)
			}
		})
	}
}
