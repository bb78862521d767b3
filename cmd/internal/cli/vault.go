package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

// How a password is kept.
const (
	storeAuto       = "auto"
	storeCredential = "credential"
	storeFile       = "file"
)

var stores = []string{storeAuto, storeCredential, storeFile}

// credentialName is by which name the packages' unit hands the password to the daemon.
const credentialName = "imap-password"

// vault is where the unit of an office finds its passwords: encrypted by systemd for this machine alone
// (since 250), in a file that systemd hands over (since 247), or in one that the daemon reads itself.
// Everything that it writes can be taken back.
type vault struct {
	ctx    context.Context
	root   string       // of the system, for tests; empty: /
	config string       // file of the configuration
	unit   string       // systemd's; "": it is not known
	owner  config.Owner // who runs the daemon; zero: whoever runs this
	wrote  []string     // in this order
	undo   []func() error
}

// secretPlace is where a configuration says that a password is.
type secretPlace struct{ credential, file string }

// defaultFile is the file beside the configuration from which the packages' units load the password:
// imap-password for ysq.toml, east.imap-password for the instance of east.toml.
func (v *vault) defaultFile() string {
	name := credentialName
	if office := strings.TrimSuffix(filepath.Base(v.config), ".toml"); office != "ysq" {
		name = office + "." + name
	}
	return filepath.Join(filepath.Dir(v.config), name)
}

func (v *vault) sealedFile(credential string) string {
	return filepath.Join(filepath.Dir(v.config), credential+".cred")
}

// dropIn is the file that tells the unit where a credential is. That of the first account comes first, for
// it takes the packages' own line away.
func (v *vault) dropIn(credential string) string {
	name := "50-ysq-credential.conf"
	if credential != filepath.Base(v.defaultFile()) && credential != credentialName {
		name = "60-ysq-credential-" + credential + ".conf"
	}
	return filepath.Join(v.root+"/etc/systemd/system", v.unit+".d", name)
}

// sealed tells whether a credential lies encrypted beside the configuration.
func (v *vault) sealed(credential string) bool {
	there, err := durable.Exists(v.sealedFile(credential))
	return credential != "" && there && err == nil
}

// plain is the file of a password that is not sealed.
func (v *vault) plain(at secretPlace) string {
	if at.file != "" {
		return at.file
	}
	return filepath.Join(filepath.Dir(v.config), cmp.Or(at.credential, filepath.Base(v.defaultFile())))
}

// missing tells whether a password has to be given yet.
func (v *vault) missing(at secretPlace) bool {
	if v.sealed(at.credential) {
		return false
	}
	_, err := os.Lstat(v.plain(at))
	return errors.Is(err, fs.ErrNotExist)
}

// read gives the password as the daemon gets it.
func (v *vault) read(at secretPlace) (string, error) {
	if v.sealed(at.credential) {
		return v.systemd("", "systemd-creds", "decrypt", "--name="+at.credential, v.sealedFile(at.credential), "-")
	}
	return config.Mailbox{PasswordFile: v.plain(at)}.Password()
}

// unsealable says why systemd cannot keep a password; "" where it can.
func (v *vault) unsealable() string {
	if why := v.unserved(); why != "" {
		return why
	}
	if _, err := exec.LookPath("systemd-creds"); err != nil {
		return "systemd 太旧，没有 systemd-creds（250 起有）"
	}
	return ""
}

// unserved says why systemd cannot hand a password over; "" where it can.
func (v *vault) unserved() string {
	switch {
	case v.unit == "":
		return "没有说由哪个 systemd 单元运行（--unit）"
	case os.Geteuid() != 0:
		return "须由 root 运行"
	}
	if _, err := os.Stat(v.root + "/run/systemd/system"); err != nil {
		return "本机不由 systemd 管理"
	}
	return ""
}

// firstWithCredentials is the systemd that knows LoadCredential=; those before it pass it over.
const firstWithCredentials = 247

func (v *vault) version() int {
	said, err := v.systemd("", "systemctl", "--version")
	if words := strings.Fields(said); err == nil && len(words) > 1 {
		n, _ := strconv.Atoi(words[1]) // 0 for what is no number
		return n
	}
	return 0
}

// handsOver reports whether systemd reads the password and hands it to the daemon.
func (v *vault) handsOver() bool { return v.unserved() == "" && v.version() >= firstWithCredentials }

// keep puts a password where the daemon finds it, in the way that is asked for, and says what the
// configuration has to name.
func (v *vault) keep(secret, how string, at secretPlace) (secretPlace, error) {
	why := v.unsealable()
	switch {
	case how == storeCredential && why != "":
		return at, fmt.Errorf("不能存成加密凭据：%s", why)
	case how != storeFile && why == "":
		return v.seal(secret, at)
	}
	path := v.plain(at)
	reader := v.owner // whoever runs the daemon, by hand or by a unit before systemd 247
	if v.handsOver() {
		reader = config.Owner{} // systemd: the file is root's
	}
	if err := v.put(path, secret+"\n", 0o600, reader); err != nil {
		return at, err
	}
	return v.handOver(secretPlace{at.credential, path})
}

// handOver has the unit load a password that lies in a file; where no unit can, the daemon reads it.
func (v *vault) handOver(at secretPlace) (secretPlace, error) {
	if !v.handsOver() {
		return at, nil
	}
	inUnit := at.file == v.defaultFile() && strings.HasPrefix(v.unit, "ysq")
	at.credential = cmp.Or(at.credential, filepath.Base(v.defaultFile()))
	drop := v.dropIn(at.credential)
	there, err := durable.Exists(drop)
	switch {
	case err != nil:
		return at, err
	case inUnit && !there:
		return at, nil
	case inUnit: // an earlier one names what is no longer used
		err = v.remove(drop)
	default:
		err = v.put(drop, dropInText(v.dropIn(at.credential), "LoadCredential", at.credential, at.file), 0o644, config.Owner{})
	}
	if err != nil {
		return at, err
	}
	_, err = v.systemd("", "systemctl", "daemon-reload")
	return at, err
}

// reaches tells whether a daemon whose configuration names a password in one place finds what was kept in
// another: systemd hands it over, or the file is the same.
func (v *vault) reaches(named, kept secretPlace) bool {
	if kept.credential != "" && kept.credential == named.credential && v.unserved() == "" && v.version() >= firstWithCredentials {
		return true
	}
	return kept.file != "" && kept.file == named.file
}

// unnamed says what a configuration lacks that does not reach what was kept.
func (v *vault) unnamed(kept secretPlace) error {
	name := fmt.Sprintf("password_file = %q", kept.file)
	if kept.file == "" {
		name = fmt.Sprintf("credential = %q", kept.credential)
	}
	return &ask.Error{Code: "config", Exit: ask.ExitUsage, Msg: "密码存了服务也找不到：配置没有指向存放它的地方，什么都没有改", Hint: fmt.Sprintf("先在 %s 的 [[mailbox]] 里写 %s，再运行", v.config, name)}
}

// seal encrypts the password with the machine's key, proves that it comes back, and has the unit load it.
func (v *vault) seal(secret string, at secretPlace) (secretPlace, error) {
	at = secretPlace{credential: cmp.Or(at.credential, filepath.Base(v.defaultFile()))}
	path := v.sealedFile(at.credential)
	made := path + ".new"
	defer os.Remove(made)
	if _, err := v.systemd(secret, "systemd-creds", "encrypt", "--name="+at.credential, "-", made); err != nil {
		return at, err
	}
	if back, err := v.systemd("", "systemd-creds", "decrypt", "--name="+at.credential, made, "-"); err != nil || back != secret {
		return at, errors.Join(err, errors.New("加密的凭据解不回来；请用 --password-store file"))
	}
	text, err := os.ReadFile(made)
	if err != nil {
		return at, err
	}
	if err := v.put(path, string(text), 0o600, config.Owner{}); err != nil {
		return at, err
	}
	return at, v.pointTo(at.credential)
}

// pointTo tells the unit where a sealed credential lies, unless it knows.
func (v *vault) pointTo(credential string) error {
	drop := v.dropIn(credential)
	text := dropInText(drop, "LoadCredentialEncrypted", credential, v.sealedFile(credential))
	if old, err := os.ReadFile(drop); err == nil && settings(string(old)) == settings(text) {
		return nil
	}
	if err := v.put(drop, text, 0o644, config.Owner{}); err != nil {
		return err
	}
	_, err := v.systemd("", "systemctl", "daemon-reload")
	return err
}

// dropInText replaces the plain file of the packages' unit; the empty assignment is needed, for a unit
// whose credential is missing does not start.
func dropInText(path, directive, credential, file string) string {
	text := "# 由 ysq init、ysq password 写：密码从哪里来。换密码用 ysq password。\n[Service]\n"
	if strings.HasPrefix(filepath.Base(path), "50-") {
		text += "LoadCredential=\n"
	}
	return text + directive + "=" + credential + ":" + file + "\n"
}

// settings is what systemd reads of a file.
func settings(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != "" {
			b.WriteString(line)
		}
	}
	return b.String()
}

// put writes a file whole and remembers what was there.
func (v *vault) put(path, text string, mode fs.FileMode, owner config.Owner) error {
	back, err := asItWas(path)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := replace(path, []byte(text), mode, owner); err != nil {
		return err
	}
	v.wrote, v.undo = append(v.wrote, path), append(v.undo, back)
	return nil
}

func (v *vault) remove(path string) error {
	back, err := asItWas(path)
	if err == nil {
		err = os.Remove(path)
	}
	if err == nil {
		v.undo = append(v.undo, back)
	}
	return err
}

// takeBack undoes everything, the last first.
func (v *vault) takeBack() (err error) {
	for len(v.undo) > 0 {
		last := len(v.undo) - 1
		err = errors.Join(err, v.undo[last]())
		v.undo = v.undo[:last]
	}
	v.wrote = nil
	return err
}

// asItWas returns what makes of a path again what it is now.
func asItWas(path string) (func() error, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return func() error { return os.Remove(path) }, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s 不是普通文件；请移走它", path)
	}
	text, err := os.ReadFile(path)
	st := info.Sys().(*syscall.Stat_t) // always, on Linux
	return func() error {
		return replace(path, text, info.Mode().Perm(), config.Owner{UID: int(st.Uid), GID: int(st.Gid)})
	}, err
}

func replace(path string, text []byte, mode fs.FileMode, owner config.Owner) error {
	return durable.Disk{}.Replace(path, mode, func(f *os.File) error {
		_, err := f.Write(text)
		if err == nil && owner != (config.Owner{}) && os.Geteuid() == 0 {
			err = f.Chown(owner.UID, owner.GID)
		}
		return err
	})
}

// systemd runs one of its programs. What goes in is never an argument.
func (v *vault) systemd(in, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(v.ctx, name, args...)
	cmd.Stdin = strings.NewReader(in)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s：%w：%s", name, args[0], err, strings.TrimSpace(said.String()))
	}
	return out.String(), nil
}

// servant is the user of the packages' unit, who must be able to read the configuration: ysq, or ysq-NAME
// for an instance. For anybody but root, and where the packages made no such user, it is whoever runs this.
func servant(unit string) config.Owner {
	if os.Geteuid() != 0 {
		return config.Owner{}
	}
	u, err := user.Lookup(servantName(unit))
	if err != nil {
		return config.Owner{}
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err1 != nil || err2 != nil {
		return config.Owner{}
	}
	return config.Owner{UID: uid, GID: gid}
}

// servantName is the name of that user, which is also how its directories and groups begin.
func servantName(unit string) string {
	if name, ok := strings.CutPrefix(unit, "ysq@"); ok {
		return "ysq-" + strings.TrimSuffix(name, ".service")
	}
	return "ysq"
}

// webAccount is the account of an office's web service, as the packages declare it.
func webAccount(unit string) string { return servantName(unit) + "-web" }

// unitOf is the packages' unit that runs with a configuration file; "" for any other file.
func unitOf(path string) string {
	switch office, ok := strings.CutSuffix(filepath.Base(path), ".toml"); {
	case path == config.DefaultFile:
		return "ysq.service"
	case ok && filepath.Dir(path) == filepath.Dir(config.DefaultFile):
		return "ysq@" + office + ".service"
	}
	return ""
}
