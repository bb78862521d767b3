package cli

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/web"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/stats/render/grid"
)

// The files of the web service's certificate, and what the unit calls them.
const (
	webCert = "web-cert.pem"
	webKey  = "web-key.pem"
)

func (a *app) webServeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "运行网页服务（由 systemd 启动）",
		Long: "运行网页服务：单位内网的同事用姓名和密码登录（由 ysq-web.socket 启动）。它以自己的账号运行，没有登记库、没有密码的散列，也没有任何角色：\n" +
			"登录、每一步由守护进程判断。证书和私钥取自 systemd 的凭据（没有的，/etc/ysq 下的文件），或 --cert、--key。",
		Example: "ysq web serve --cert /etc/ysq/web-cert.pem --key /etc/ysq/web-key.pem --listen 0.0.0.0:8443",
		Args:    noArgs,
	}
	o := &options{cmd: cmd}
	handed := cmp.Or(a.getenv("CREDENTIALS_DIRECTORY"), filepath.Dir(config.DefaultFile)) // systemd hands them over since 247
	cert, key := o.text("cert", "证书`文件`（PEM）"), o.text("key", "私钥`文件`（PEM）")
	listen := o.text("listen", "监听的`地址`；不写则用 systemd 交来的")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		*cert, *key = cmp.Or(*cert, filepath.Join(handed, webCert)), cmp.Or(*key, filepath.Join(handed, webKey))
		pair, err := tls.LoadX509KeyPair(*cert, *key)
		if errors.Is(err, fs.ErrPermission) {
			return &ask.Error{Code: "certificate", Msg: "证书或私钥读不了：" + err.Error(), Hint: fmt.Sprintf("让网页服务的账号读得到：chgrp %s %s %s && chmod 640 %[2]s %[3]s", config.DefaultWeb, *cert, *key), Exit: ask.ExitConfig}
		}
		if err != nil {
			return &ask.Error{Code: "certificate", Msg: "证书或私钥不能用：" + err.Error(), Hint: "用 --cert、--key 指明；没有证书的，运行 ysq web certificate", Exit: ask.ExitConfig}
		}
		socket, err := a.socketPath()
		if err != nil {
			return notToBeRestarted(err)
		}
		l, err := a.webListener(*listen)
		if err != nil {
			return err
		}
		secure := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
		c := ask.Dial(socket)
		defer c.Close()
		ctx, stop := context.WithCancel(cmd.Context())
		var announcing sync.WaitGroup
		announcing.Go(func() { web.Announce(ctx, c, pair.Leaf.NotAfter) })
		defer announcing.Wait()
		defer stop()
		log := a.log(nil)
		return web.ServeTLS(ctx, l, secure, web.Network(c, func(err error) { log.Error().Err(err).Msg("a page could not be shown") }))
	}
	return cmd
}

// webListener is what systemd opened (sd_listen_fds(3)), or an address.
func (a *app) webListener(address string) (net.Listener, error) {
	if address != "" {
		return net.Listen("tcp", address)
	}
	if a.getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) || a.getenv("LISTEN_FDS") != "1" {
		return nil, &ask.Error{Code: "usage", Msg: "没有 systemd 交来的套接字", Hint: "启动 ysq-web.socket，或用 --listen 写明地址", Exit: ask.ExitConfig}
	}
	const first = 3
	syscall.CloseOnExec(first)
	f := os.NewFile(first, "LISTEN_FD_3")
	defer f.Close()
	return net.FileListener(f)
}

func (a *app) webCertificateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "certificate 名称…",
		Short: "为网页服务做一张自签的证书",
		Long: "为网页服务做一张自签的证书，写到 " + filepath.Join("/etc/ysq", webCert) + " 和 " + webKey + "（权限 0600；写到 /etc/ysq 而 systemd 早于 247 的，0640，由组 " + config.DefaultWeb + " 读）。名称写同事在浏览器里打的主机名或 IP 地址。\n" +
			"浏览器第一次会警告：请对照所示的指纹再信任。有单位自己的证书的，直接放到这两个文件里，不必运行本命令。",
		Example: "ysq web certificate ysq.intranet.example 192.0.2.7",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(cmd, "没有写主机名")
			}
			return nil
		},
	}
	o := &options{cmd: cmd}
	dir := o.text("dir", "写到哪个`目录`；不写则为 /etc/ysq")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *dir == "" {
			*dir = filepath.Dir(config.DefaultFile)
		}
		reader := -1
		if at, err := filepath.Abs(*dir); err != nil {
			return err
		} else if at == filepath.Dir(config.DefaultFile) { // elsewhere no unit reads them
			if reader, err = webReader(cmd.Context()); err != nil {
				return err
			}
		}
		certificate, key, sum, err := selfSigned(args, a.now())
		if err != nil {
			return err
		}
		files := map[string][]byte{webKey: key, webCert: certificate}
		for _, name := range []string{webKey, webCert} { // neither is written unless both can be
			there, err := durable.Exists(filepath.Join(*dir, name))
			if err != nil {
				return err
			}
			if there {
				return &ask.Error{Code: "file-exists", Msg: filepath.Join(*dir, name) + " 已存在，没有覆盖", Hint: "要换的，先移走它", Exit: ask.ExitRefused}
			}
		}
		var wrote []string
		for name, content := range files {
			path := filepath.Join(*dir, name)
			err := durable.Disk{}.Create(path, 0o600, durable.Content(content))
			if err == nil {
				wrote = append(wrote, path)
				if reader >= 0 {
					err = errors.Join(os.Chown(path, 0, reader), os.Chmod(path, 0o640))
				}
			}
			if err != nil {
				for _, path := range wrote { // half of a pair would refuse the next attempt
					err = errors.Join(err, os.Remove(path))
				}
				return err
			}
		}
		fmt.Fprintf(a.out, "已写 %s\n名称 %s，有效至 %s\nSHA-256 指纹 %s\n", filepath.Join(*dir, webCert), grid.Clean(strings.Join(args, "、")), a.now().AddDate(certificateYears, 0, 0).Format(time.DateOnly), sum)
		return nil
	}
	return cmd
}

// webReader returns the group that has to read the files because systemd is too old to hand them over, or -1 where systemd
// does that, or where the service of the packages is not to read them.
func webReader(ctx context.Context) (int, error) {
	v := &vault{ctx: ctx, unit: config.DefaultWeb + ".service"}
	if v.unserved() != "" {
		return -1, nil
	}
	if known := v.version(); known == 0 || known >= firstWithCredentials {
		return -1, nil
	}
	g, err := user.LookupGroup(config.DefaultWeb)
	if _, none := errors.AsType[user.UnknownGroupError](err); none {
		return -1, nil
	}
	if err != nil {
		return -1, err
	}
	return strconv.Atoi(g.Gid)
}

// certificateYears is for how long a certificate of our own making holds. Browsers bound those of authorities to less;
// one that each machine trusts by its fingerprint may hold longer.
const certificateYears = 5

func selfSigned(names []string, now time.Time) (certificate, key []byte, fingerprint string, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, "", err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, "", err
	}
	t := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: names[0]}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(certificateYears, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &private.PublicKey, private)
	if err != nil {
		return nil, nil, "", err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, "", err
	}
	var parts []string
	for _, b := range sha256.Sum256(der) {
		parts = append(parts, fmt.Sprintf("%02X", b))
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), strings.Join(parts, ":"), nil
}

func (a *app) webPersonCommand() *cobra.Command {
	return parent("person", "谁可以用浏览器登录",
		"用浏览器登录的人：名单在守护进程里，只存密码的散列（argon2id）。首次登录须改密码；离岗的用 close，立即生效。要“审核”角色。",
		"ysq web person add 王某 --role 经办 --department 监测科\nysq web person passwd 王某\nysq web person close 王某",
		a.personAddCommand(), a.personCommand("passwd", "重设密码，原来的登录即刻失效", func(ctx context.Context, c *ask.Client, q ask.PersonRef) error {
			res, err := ask.Do(ctx, c, ask.ResetPerson, q)
			return a.told(res, err)
		}), a.personCommand("close", "不再让此人登录，即刻生效", func(ctx context.Context, c *ask.Client, q ask.PersonRef) error {
			p, err := ask.Do(ctx, c, ask.ClosePerson, q)
			if err != nil || a.json {
				return errors.Join(err, a.jsonIf(err == nil, p))
			}
			fmt.Fprintf(a.out, "%s 不能再登录\n", grid.Clean(p.Name))
			return nil
		}), a.personListCommand())
}

// jsonIf prints JSON where there is something to print.
func (a *app) jsonIf(some bool, v any) error {
	if !some {
		return nil
	}
	return a.printJSON(v)
}

// told shows a first password, once.
func (a *app) told(res ask.PersonSecret, err error) error {
	if err != nil || a.json {
		return errors.Join(err, a.jsonIf(err == nil, res))
	}
	fmt.Fprintf(a.out, "%s（%s）的初始密码：%s\n只显示这一次，请当面交给本人；首次登录须改。\n", grid.Clean(res.Person.Name), res.Person.Label, res.Password)
	return nil
}

func (a *app) personAddCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add 姓名",
		Short: "让一个人用浏览器登录",
		Long:  "让一个人用浏览器登录，并给出初始密码。科室只决定他先看到哪些案件，不限制他看别的。",
		Args:  exactly("姓名"),
	}
	cmd.Example = "ysq web person add 王某 --role 经办 --department 监测科"
	o := &options{cmd: cmd}
	role, department := parsed(o, "role", "`角色`：查看、经办、审核", func(s string) (string, error) {
		r, err := ask.ParseRole(s)
		return r.String(), err
	}), o.text("department", "`科室`")
	o.complete("role", []string{"查看", "经办", "审核"})
	o.need("role")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		res, err := ask.Do(ctx, c, ask.AddPerson, ask.PersonRequest{PersonRef: ask.PersonRef{Name: args[0]}, Role: *role, Department: *department})
		return a.told(res, err)
	})
	return cmd
}

func (a *app) personCommand(use, short string, do func(context.Context, *ask.Client, ask.PersonRef) error) *cobra.Command {
	return &cobra.Command{Use: use + " 姓名", Short: short, Long: short + "。", Example: "ysq web person " + use + " 王某", Args: exactly("姓名"),
		RunE: a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			return do(ctx, c, ask.PersonRef{Name: args[0]})
		})}
}

func (a *app) personListCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "列出名单", Long: "列出可以和曾经可以用浏览器登录的人。", Example: "ysq web person list\nysq web person list -o 名单.xlsx", Args: noArgs}
	out := newListing[ask.PersonView](a, cmd)
	out.title = "可用浏览器登录的人"
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		all, err := ask.Do(ctx, c, ask.People, ask.None{})
		if err != nil {
			return err
		}
		return out.show(all, "名单是空的", func(bool) error {
			t := grid.Table{Header: []string{"姓名", "角色", "科室", "加入", "状态"}}
			for _, p := range all {
				state := "可以登录"
				switch {
				case p.Closed != 0:
					state = "已停用 " + day(p.Closed)
				case p.Must:
					state = "还没有登录过"
				case p.Stays > 0:
					state = fmt.Sprintf("正在使用（%d 个浏览器）", p.Stays)
				}
				t.Rows = append(t.Rows, []string{p.Name, p.Label, string(p.Department), day(p.Added), state})
			}
			return a.table(t, nil)
		})
	}))
	return cmd
}
