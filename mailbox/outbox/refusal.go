package outbox

import (
	"fmt"
	"strings"
	"time"
)

// Phase is how far a conversation had come.
type Phase string

// The phases of a delivery. Up to PhaseData the server has not been given the mail.
const (
	PhaseConnect Phase = "connect" // with the greeting
	PhaseTLS     Phase = "tls"
	PhaseLogin   Phase = "login"
	PhaseFrom    Phase = "from"
	PhaseTo      Phase = "to"
	PhaseData    Phase = "data"
	PhaseDot     Phase = "dot"    // after the final dot
	PhaseAppend  Phase = "append" // of a draft
)

// Fault is the stable code of what keeps a whole way out from being used, whatever the mail.
type Fault string

const (
	FaultNone        Fault = ""
	FaultUnreachable Fault = "UNREACHABLE"
	FaultTLS         Fault = "TLS_REJECTED"
	FaultAuth        Fault = "AUTH_REJECTED"
	FaultThrottled   Fault = "THROTTLED" // too many connections, mails or failed logins for now
	FaultDisabled    Fault = "DISABLED"  // the account may not use SMTP
	FaultSender      Fault = "SENDER"    // From is not the login
	FaultQuota       Fault = "QUOTA"     // of the day
	FaultBlocked     Fault = "BLOCKED"   // this machine's address
	FaultConfig      Fault = "CONFIG"    // the password cannot be read, there is no folder for drafts
)

// Refusal is a server's no, or that of the configuration, with its consequence: for the mail
// (Outcome) and for the way out as a whole (Fault, Rest).
type Refusal struct {
	Phase   Phase
	Code    int
	Said    string
	Outcome State         // Queued: try again; Held or Failed: a person has to
	Wait    time.Duration // of the mail, at least; zero: the Outbox's own back-off
	Fault   Fault         // FaultNone: only this mail is concerned
	Rest    time.Duration // of the way out; zero with a Fault: its own back-off
	Reason  string        // in Chinese, with what to do
	Err     error
}

func (r *Refusal) Error() string {
	s := string(r.Phase)
	if r.Code != 0 || r.Said != "" {
		s += fmt.Sprintf(": server says %q", strings.TrimSpace(fmt.Sprintf("%d %s", r.Code, r.Said)))
	}
	if r.Err != nil {
		s += ": " + r.Err.Error()
	}
	return s
}

func (r *Refusal) Unwrap() error { return r.Err }

// untilTomorrow as Refusal.Rest: a daily quota begins anew at midnight in Beijing.
const untilTomorrow = -1

// judge says what a reply means (RFC 5321, 4.2.1; NetEase's words from mailbox/PROVIDERS.md#sending). First the words
// that say more than the code, then by how far it had come.
func judge(phase Phase, code int, said string) *Refusal {
	r := &Refusal{Phase: phase, Code: code, Said: said, Outcome: Queued}
	words := strings.ToUpper(said)
	has := func(some ...string) bool {
		for _, w := range some {
			if strings.Contains(words, w) {
				return true
			}
		}
		return false
	}
	later := code/100 == 4
	switch {
	case has("AUTHENTICATION", "AUTH ERROR") && has("TOO MUCH", "TOO MANY", "LIMIT EXCEED"):
		r.Fault, r.Rest = FaultThrottled, time.Hour
		r.Reason = "登录失败次数过多，服务商暂时禁止登录；一小时后再试，请先核对授权码"
	case code == 550 && has("NO PERMISSION"):
		r.Fault, r.Rest = FaultDisabled, 15*time.Minute
		r.Reason = "此账号没有开通 SMTP：请登录网页邮箱，在“设置 → POP3/SMTP/IMAP”中开启"
	case has("MUST EQUAL AUTHORIZED", "DT:SUM"):
		r.Fault, r.Rest = FaultSender, 15*time.Minute
		r.Reason = "发件人与登录名不一致：[smtp] 的 user 应为完整的邮箱地址"
	case has("MI:STC"):
		r.Outcome, r.Fault, r.Rest = Held, FaultQuota, untilTomorrow
		r.Reason = "已超过服务商当日的发信数量；其余的信次日再发，这一封请核对后重试"
	case has("MI:SFQ", "MI:DMC", "MI:CCL", "HL:ICC", "HL:IFC", "HL:MEP"):
		r.Fault, r.Rest = FaultThrottled, 15*time.Minute
		r.Reason = "发信过于频繁，服务商要求稍后再发"
	case has("DT:SPM", "DT:SPAM") && later:
		r.Wait = 2*time.Minute + 30*time.Second
		r.Reason = "服务商疑为垃圾邮件，要求两分钟后重试"
	case has("DT:SPM", "DT:SPAM"):
		r.Outcome = Held
		r.Reason = "服务商认为内容像垃圾邮件：请改用网页邮箱发出，或改动正文后重新拟信"
	case has("IP IS REJECTED", "HL:IPB", "HL:REP"):
		r.Fault, r.Rest = FaultBlocked, time.Hour
		r.Reason = "服务商拒绝本机的网络地址：请联系服务商或网络管理员"
	case phase == PhaseLogin && later, phase == PhaseConnect, code == 421:
		r.Fault, r.Reason = FaultThrottled, "服务器暂不接受连接"
	case phase == PhaseLogin && code == 550:
		r.Fault, r.Rest = FaultDisabled, 15*time.Minute
		r.Reason = "服务器不允许此账号发信：请登录网页邮箱确认已开启 SMTP"
	case phase == PhaseLogin:
		r.Fault, r.Rest = FaultAuth, 15*time.Minute
		r.Reason = "授权码被服务器拒绝：请在网页邮箱重新生成客户端授权码（不是网页登录密码）并写入密码文件"
	case code == 552:
		r.Outcome, r.Reason = Failed, "信太大，或附件类型不被允许：请改用其他方式送达"
	case later && phase == PhaseFrom:
		r.Fault, r.Reason = FaultThrottled, "服务器要求稍后再发"
	case later:
		r.Reason = "服务器要求稍后再发"
	case phase == PhaseFrom:
		r.Fault, r.Rest = FaultSender, 15*time.Minute
		r.Reason = "服务器不接受以此地址发信：请核对 [smtp] 的 user"
	case phase == PhaseTo:
		r.Outcome, r.Reason = Failed, "服务器不接受收件人地址：请核对地址，或换方式送达"
	case phase == PhaseAppend:
		r.Outcome, r.Reason = Held, "服务器拒绝存入草稿箱：请核对邮箱空间"
	default:
		r.Outcome, r.Reason = Held, "服务器拒收：请看它的说明，核对后重试，或换方式送达"
	}
	return r
}
