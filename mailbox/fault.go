package mailbox

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/panics"
)

// Fault is the stable code of what keeps a Poller from polling.
type Fault string

// The faults. Each has a back-off of its own and a hint of its own.
const (
	FaultNone        Fault = ""
	FaultUnreachable Fault = "UNREACHABLE"   // no connection, or it broke or fell silent
	FaultTLS         Fault = "TLS_REJECTED"  // the certificate does not verify, or there is no TLS
	FaultAuth        Fault = "AUTH_REJECTED" // the 授权码 was refused
	FaultSettings    Fault = "SETTINGS"      // a file that the configuration names cannot be read: password, root certificates
	FaultUnsafe      Fault = "UNSAFE_LOGIN"  // NetEase insists on ID although it was sent
	FaultThrottled   Fault = "THROTTLED"     // too many connections or logins
	FaultProtocol    Fault = "PROTOCOL"      // the server speaks what nobody understands
	FaultRefused     Fault = "REFUSED"       // a single command was refused; the session lives on
	FaultStorage     Fault = "STORAGE"       // this machine's disk
	FaultIntake      Fault = "INTAKE"        // the register did not take the mails
	FaultPanic       Fault = "PANIC"         // this program panicked
)

// What FetchSlowly returns for a mail that cannot be fetched.
var (
	ErrMissing  = errors.New("server does not return the mail")
	ErrEmpty    = errors.New("server returns no bytes for the mail")
	ErrTooLarge = errors.New("mail is larger than is accepted")
	ErrExcuse   = errors.New("server returns an excuse in the place of the mail")
)

// ErrInvented ends the poll of a folder of which the server lists mails, and shows nothing of any of them.
var ErrInvented = errors.New("the server lists mails of which it shows nothing")

// ErrSlow is wrapped by the error of a connection that was given up because the server was silent or its answer had no end.
var ErrSlow = errors.New("the server takes too long for its answer")

// Detail tells apart what comes under one Fault, where what is to be done differs.
type Detail string

const (
	DetailOutage   Detail = "outage"    // the server's own passing trouble (RFC 5530: UNAVAILABLE)
	DetailQuota    Detail = "quota"     // the mailbox is full (OVERQUOTA)
	DetailLoginOff Detail = "login-off" // neither LOGIN nor AUTHENTICATE PLAIN is taken
	DetailInvented Detail = "invented"  // mails are listed and none of them is there
)

// tooManyFiles reports an error that no disk is to blame for.
func tooManyFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// Error is a failed poll.
type Error struct {
	Fault  Fault
	Detail Detail // "": none
	Doing  string // what was being done: "connecting", "LOGIN", "EXAMINE INBOX"
	Folder string // which one the server refuses to open; "": none
	Said   string // the server's own words, if it said any
	Err    error
}

func (e *Error) Error() string {
	s := e.Doing
	if e.Said != "" {
		s += fmt.Sprintf(": server says %q", e.Said)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// AsError is the failed poll in err; one that says nothing of itself, and is no panic, is a line that broke.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if panics.Is(err) {
		return &Error{Fault: FaultPanic, Err: err}
	}
	return &Error{Fault: FaultUnreachable, Err: err}
}

// faultOf classifies an error that ended a poll.
func faultOf(err error) Fault { return AsError(err).Fault }

// advice is what people read of a fault.
type advice struct {
	label     string // what is wrong, in a few words
	hint      string // what to do about it
	meanwhile string // what a running Poller does by itself; where nobody polls, nobody does it
	do        string // the command line that belongs to hint
}

func (e *Error) advice() advice {
	switch e.Detail {
	case DetailOutage:
		return advice{label: "邮件服务器暂时不可用", hint: "这是服务器一方的临时故障，与授权码无关，不必改动配置，请稍后再看；持续半天以上的，请联系邮件服务商。",
			meanwhile: "系统会自动重试，期间的来信不会丢失。"}
	case DetailQuota:
		return advice{label: "邮箱容量已满", hint: "请登录网页邮箱清理或扩容：容量满时新来信会被退回。删除前请先核对邮件都已收进登记簿。", do: "ysq reconcile"}
	case DetailLoginOff:
		return advice{label: "邮件服务器不接受用户名和密码登录",
			hint: "LOGIN 已被服务器停用（用 TLS 时已改试 AUTHENTICATE PLAIN）；这不是授权码写错。请按服务器的话在网页邮箱的设置里开启 IMAP 的密码（授权码）登录，或请邮件管理员开启。"}
	case DetailInvented:
		return advice{label: "邮件服务器列出的邮件接连取不到", do: "ysq doctor",
			hint:      "服务器列出了许多邮件，逐封索取却什么也不给：可能是邮箱索引损坏、服务器有故障，或有人正在清空该文件夹。请登录网页邮箱核对邮件数；相差很大的，请邮件服务商修复该邮箱。与服务器的对话可用自检查看。",
			meanwhile: "该文件夹本轮到此为止，其他文件夹照常收取；下一轮从停下的地方接着取，最新的邮件每轮都取，来信仍在服务器上。"}
	}
	if errors.Is(e.Err, ErrSlow) {
		return advice{label: "邮件服务器迟迟不答完，已断开",
			hint:      "连得上，但在时限内没有答复，或一直没有答完：可能是服务器繁忙、线路极慢，或中间有设备拦截。请稍后再看，持续出现请核对服务器地址、端口并询问邮件服务商。",
			meanwhile: "系统会自动重试，来信仍在服务器上。"}
	}
	if e.Fault == FaultStorage && tooManyFiles(e.Err) {
		return advice{label: "本机打开的文件太多，邮件暂时存不下", do: "systemctl show ysq -p LimitNOFILE",
			hint:      "磁盘没有问题，是进程或系统的文件数上限太小：请用 systemctl edit ysq 写 LimitNOFILE=（至少 1024），或提高系统的上限（fs.file-max），再重启服务。",
			meanwhile: "来信仍在服务器上，恢复后会自动收取。"}
	}
	if e.Fault == FaultStorage && errors.Is(e.Err, fs.ErrNotExist) {
		return advice{label: "状态目录或其中的文件夹不见了，邮件暂时存不下",
			hint:      "被移走、删去，或它的磁盘没有挂载：请放回原处、重新挂载；只少 tmp 的，重启服务即重建。",
			meanwhile: "来信仍在服务器上，恢复后会自动收取。"}
	}
	if e.Folder != "" {
		return advice{label: "文件夹 " + e.Folder + " 打不开",
			hint:      "请登录网页邮箱确认它存在且可以打开；配置的 folders 里名字写错或已不用的，请改正，再 systemctl reload ysq。",
			meanwhile: "其他文件夹照常收取；打不开的每次都再试。"}
	}
	a := e.Fault.advice()
	if why := certificateFault(e.Err); e.Fault == FaultTLS && why != "" {
		a.label += "：" + why
	}
	return a
}

// certificateFault says what is wrong with a certificate; "" where it is something else.
func certificateFault(err error) string {
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return "已过期或尚未生效（有效期 " + e.Cert.NotBefore.In(civil.Zone).Format("2006-01-02") + " 至 " + e.Cert.NotAfter.In(civil.Zone).Format("2006-01-02") + "）"
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return "不是发给 " + e.Host + " 的"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "签发机构不受信任"
	}
	return ""
}

// Label says in a few words what is wrong, for people.
func (e *Error) Label() string { return e.advice().label }

// Hint says what to do about it.
func (e *Error) Hint() string { return e.advice().hint }

// Meanwhile says what a running Poller does about it by itself.
func (e *Error) Meanwhile() string { return e.advice().meanwhile }

// Do is the command line that belongs to Hint, if there is one.
func (e *Error) Do() string { return e.advice().do }

func (f Fault) advice() advice {
	switch f {
	case FaultUnreachable:
		return advice{label: "连接不上邮件服务器", hint: "请检查网络、防火墙和配置中的服务器地址、端口。", meanwhile: "系统会自动重试，期间的来信不会丢失。"}
	case FaultTLS:
		return advice{label: "邮件服务器的 TLS 证书未通过验证",
			hint: "连接可能被截获，已拒绝登录，不会改用明文。请核对服务器地址和本机时间；单位自建邮件系统的，请在配置中指定其根证书（ca_file，初始化时用 --ca-file）。"}
	case FaultAuth:
		return advice{label: "授权码被邮件服务器拒绝", do: "ysq password",
			hint:      "请登录网页邮箱，在“设置 → POP3/SMTP/IMAP”中确认 IMAP 服务已开启，重新生成客户端授权码（不是网页登录密码），换上新的。",
			meanwhile: "为免账号被封，每 15 分钟最多重试一次。"}
	case FaultSettings:
		return advice{label: "配置所指的密码或证书文件读不出",
			hint:      "请按所说核对该文件（属主应是运行 ysq 的用户，密码文件权限 0600）。与邮件服务器无关，没有尝试登录。",
			meanwhile: "改正后下次重试即生效，不必重启。"}
	case FaultUnsafe:
		return advice{label: "网易邮箱以“Unsafe Login”拒绝打开收件箱",
			hint: "这不是密码错误：身份标识（ID）已重发仍被拒绝。请登录网页邮箱处理安全提醒，或按提示联系 kefu@188.com。", meanwhile: "系统会自动重试。"}
	case FaultThrottled:
		return advice{label: "邮件服务器限制了登录或连接次数", hint: "请检查是否有其他程序用同一账号频繁登录；一刻钟内不要再试。", meanwhile: "系统会放慢重试。"}
	case FaultProtocol:
		return advice{label: "邮件服务器的应答无法理解", hint: "请核对端口和加密方式（993 用 tls，143 用 starttls）；持续出现请附上自检的输出求助。", do: "ysq doctor"}
	case FaultRefused:
		return advice{label: "邮件服务器拒绝了一条命令", hint: "请稍后再看；持续出现请附上自检的输出求助。", do: "ysq doctor", meanwhile: "系统会自动重试。"}
	case FaultStorage:
		return advice{label: "邮件写不进本机磁盘", hint: "请检查状态目录所在磁盘的剩余空间和读写错误（df -h、dmesg）。", meanwhile: "来信仍在服务器上，恢复后会自动收取。"}
	case FaultIntake:
		return advice{label: "登记簿没有收下邮件", hint: "请查看日志中的原因。", meanwhile: "邮件已存盘，恢复后会自动登记。"}
	case FaultPanic:
		return advice{label: "程序收信时出错", hint: "这是本程序的缺陷，不是邮箱或配置的问题；请把日志中的这一条报告给维护人员。", do: "journalctl -u ysq",
			meanwhile: "来信仍在服务器上，系统会自动重试；总是出错的那一封会单独列为未取回，其余照常收取。"}
	}
	return advice{label: string(f)}
}
