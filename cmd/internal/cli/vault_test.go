package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sealing is a vault on a machine whose systemd programs are scripts that note how they were called.
func sealing(t *testing.T) (v *vault, called func() string) {
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
		"systemctl":     "#!/bin/sh\necho \"systemctl $*\" >> " + log + "\n[ $1 != --version ] || echo systemd 252",
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	v = &vault{ctx: t.Context(), root: root, config: filepath.Join(root, "etc/ysq/ysq.toml"), unit: "ysq.service"}
	return v, func() string {
		b, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
}

const sesame = "open sesame"

// A typed password is sealed where it can be, comes back, and the unit is told; it is in no argument
// and in no file. Taken back, nothing of it is left.
func TestSealedPassword(t *testing.T) {
	v, called := sealing(t)
	at, err := v.keep(sesame, storeAuto, secretPlace{})
	if err != nil {
		t.Fatal(err)
	}
	cred := filepath.Join(v.root, "etc/ysq/imap-password.cred")
	if at != (secretPlace{credential: "imap-password"}) {
		t.Errorf("the configuration would say %+v", at)
	}
	unit, err := os.ReadFile(filepath.Join(v.root, "etc/systemd/system/ysq.service.d/50-ysq-credential.conf"))
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
	if back, err := v.read(at); err != nil || back != sesame {
		t.Errorf("read back: %q, %v", back, err)
	}
	count := 0
	files := func() {
		count = 0
		err := filepath.WalkDir(filepath.Join(v.root, "etc"), func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				count++
				if b, err := os.ReadFile(path); err != nil || strings.Contains(string(b), sesame) {
					t.Errorf("%s holds the password (%v)", path, err)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	files()
	if count != 2 {
		t.Errorf("%d files, want the credential and the drop-in", count)
	}
	if err := v.takeBack(); err != nil {
		t.Error(err)
	}
	if files(); count != 0 {
		t.Errorf("taken back, %d files are left", count)
	}
}

// A password that is changed is kept as it was before; what goes wrong leaves the old one.
func TestChangedPassword(t *testing.T) {
	v, _ := sealing(t)
	at, err := v.keep("the old one", storeAuto, secretPlace{})
	if err != nil {
		t.Fatal(err)
	}
	v.undo, v.wrote = nil, nil
	if _, err := v.keep(sesame, storeAuto, at); err != nil {
		t.Fatal(err)
	}
	if now, err := v.read(at); err != nil || now != sesame {
		t.Errorf("%q, %v", now, err)
	}
	if len(v.wrote) != 1 { // the unit knows already
		t.Errorf("wrote %v", v.wrote)
	}
	if err := v.takeBack(); err != nil {
		t.Error(err)
	}
	if now, err := v.read(at); err != nil || now != "the old one" {
		t.Errorf("taken back: %q, %v", now, err)
	}
}

// Where it cannot be sealed, or somebody wants a file, it is a file of mode 0600, and the unit hands over
// one that lies elsewhere than it thinks; what was asked for expressly and cannot be is refused.
func TestPasswordInFile(t *testing.T) {
	for _, tt := range []struct {
		name    string
		how     string
		at      secretPlace
		change  func(*vault)
		file    string // "": refused
		handed  bool   // by a drop-in
		systemd int    // 0: the present one
	}{
		{"asked for", storeFile, secretPlace{}, nil, "etc/ysq/imap-password", false, 0},
		{"a file is named", storeFile, secretPlace{file: "etc/ysq/secret"}, nil, "etc/ysq/secret", true, 0},
		{"a file is named, before systemd knew credentials", storeFile, secretPlace{file: "etc/ysq/secret"}, nil, "etc/ysq/secret", false, 243},
		{"no unit", storeAuto, secretPlace{}, func(v *vault) { v.unit = "" }, "etc/ysq/imap-password", false, 0},
		{"no systemd", storeAuto, secretPlace{}, func(v *vault) { os.RemoveAll(v.root + "/run") }, "etc/ysq/imap-password", false, 0},
		{"asked for sealed, without systemd", storeCredential, secretPlace{}, func(v *vault) { os.RemoveAll(v.root + "/run") }, "", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, _ := sealing(t)
			if tt.change != nil {
				tt.change(v)
			}
			if tt.systemd != 0 {
				script := fmt.Sprintf("#!/bin/sh\necho systemd %d\n", tt.systemd)
				if err := os.WriteFile(filepath.Join(v.root, "bin/systemctl"), []byte(script), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if tt.at.file != "" {
				tt.at.file = filepath.Join(v.root, tt.at.file)
			}
			at, err := v.keep(sesame, tt.how, tt.at)
			if tt.file == "" {
				if err == nil || len(v.wrote) > 0 {
					t.Errorf("not refused; wrote %v", v.wrote)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(v.root, tt.file)
			b, err := os.ReadFile(path)
			info, e := os.Stat(path)
			if err != nil || e != nil || string(b) != sesame+"\n" || info.Mode().Perm() != 0o600 || at.file != path {
				t.Errorf("%s: %q, %v, %v, configuration %+v", path, b, info, err, at)
			}
			drop, err := os.ReadFile(v.dropIn(credentialName))
			if (err == nil) != tt.handed || tt.handed && !strings.Contains(string(drop), "\nLoadCredential=\nLoadCredential=imap-password:"+path+"\n") {
				t.Errorf("the unit is told %q, %v", drop, err)
			}
		})
	}
}
