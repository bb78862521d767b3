package imapsource

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"
	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/mailbox"
)

// logIn sends LOGIN, and where the server has turned that command off, AUTHENTICATE PLAIN: with TLS
// only, as the server may have turned it off for want of TLS.
func (s *session) logIn(ctx context.Context) error {
	err := s.run(ctx, answer, "LOGIN", func() error {
		s.wire.loggingIn()
		return s.client.Login(s.source.opts.User, s.source.opts.Password).Wait()
	})
	if !loginIsOff(err) || s.source.opts.Security == None {
		return err
	}
	return s.run(ctx, answer, "AUTHENTICATE", func() error {
		s.wire.loggingIn()
		return s.client.Authenticate(sasl.NewPlainClient("", s.source.opts.User, s.source.opts.Password))
	})
}

// login is logIn for a conversation.
func (t *talk) login() error {
	r, err := t.say("LOGIN " + quoted(t.opts.User) + " " + quoted(t.opts.Password))
	if err != nil || r.ok() {
		return err
	}
	refused := loginRefused("LOGIN", r.refusal())
	if loginIsOff(refused) && t.opts.Security != None {
		t.write("C: AUTHENTICATE PLAIN ***")
		r, err = t.sayMore("AUTHENTICATE PLAIN", []byte(base64.StdEncoding.EncodeToString([]byte("\x00"+t.opts.User+"\x00"+t.opts.Password))))
		if err != nil || r.ok() {
			return err
		}
		refused = loginRefused("AUTHENTICATE", r.refusal())
	}
	refused.Said = t.redact(refused.Said)
	return refused
}

// refusal is a NO or BAD as go-imap has it.
func (r reply) refusal() *imap.Error {
	e := &imap.Error{Type: imap.StatusResponseType(r.status), Text: r.text}
	if code, text, ok := strings.Cut(strings.TrimPrefix(r.text, "["), "]"); ok && strings.HasPrefix(r.text, "[") {
		e.Code, e.Text = imap.ResponseCode(strings.ToUpper(code)), strings.TrimSpace(text)
	}
	return e
}

func loginIsOff(err error) bool {
	e, ok := errors.AsType[*mailbox.Error](err)
	return ok && e.Detail == mailbox.DetailLoginOff
}

// What servers say where RFC 5530 has a code that they do not send.
var (
	saysLoginOff = regexp.MustCompile(`(?i)\blogin\b.{0,30}\bdisabled\b|\bdisabled\b.{0,30}\blogin command\b|\buse authenticate\b`)
	saysOutage   = regexp.MustCompile(`(?i)temporar|try again|unavailable|internal error|server error|out of service|系统繁忙|系统忙|系统错误|服务不可用|稍后|维护`)
	saysQuota    = regexp.MustCompile(`(?i)over ?quota|quota exceeded|mailbox (is )?full|容量已满|空间不足|空间已满`)
	saysPassword = regexp.MustCompile(`(?i)password|passwd|credential|密码|授权码`)
)

// loginRefused tells a wrong 授权码 from a server that has had enough of us, is ill, is full, or takes no
// LOGIN. What names the password is about the password, whatever else it may name.
func loginRefused(doing string, reply *imap.Error) *mailbox.Error {
	text := legible(reply.Text)
	e := &mailbox.Error{Fault: mailbox.FaultAuth, Doing: doing, Said: text, Err: errors.New("refused")}
	password := saysPassword.MatchString(text)
	switch code := reply.Code; {
	case unsafeLogin(text):
		e.Fault = mailbox.FaultUnsafe
	case code == "PRIVACYREQUIRED", saysLoginOff.MatchString(text):
		e.Detail = mailbox.DetailLoginOff
	case reply.Type == imap.StatusResponseTypeBad:
		e.Fault = mailbox.FaultProtocol
	case detailOf(code) != "":
		e.Fault, e.Detail = mailbox.FaultThrottled, detailOf(code)
	case code == "" && !password && saysQuota.MatchString(text):
		e.Fault, e.Detail = mailbox.FaultThrottled, mailbox.DetailQuota
	case code == "" && !password && saysOutage.MatchString(text):
		e.Fault, e.Detail = mailbox.FaultThrottled, mailbox.DetailOutage
	case code == imap.ResponseCodeInUse, code == imap.ResponseCodeLimit:
		e.Fault = mailbox.FaultThrottled
	}
	return e
}

// detailOf reads the codes of RFC 5530.
func detailOf(code imap.ResponseCode) mailbox.Detail {
	switch code {
	case "OVERQUOTA":
		return mailbox.DetailQuota
	case imap.ResponseCodeUnavailable, "SERVERBUG":
		return mailbox.DetailOutage
	}
	return ""
}

func byeFault(text string) (mailbox.Fault, mailbox.Detail) {
	switch {
	case unsafeLogin(text):
		return mailbox.FaultUnsafe, ""
	case strings.HasPrefix(strings.ToUpper(text), "[UNAVAILABLE]"):
		return mailbox.FaultUnreachable, mailbox.DetailOutage
	}
	return mailbox.FaultUnreachable, ""
}

// unsafeLogin knows NetEase's refusal, in all its variants (mailbox/PROVIDERS.md#netease-163-126). It is not about the password.
func unsafeLogin(text string) bool {
	return strings.Contains(strings.ToLower(text), "unsafe login")
}

// legible is what a server says, for people: Chinese providers answer in GBK.
func legible(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().String(text)
	if err != nil {
		return strings.ToValidUTF8(text, "?")
	}
	return decoded
}
