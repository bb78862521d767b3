package outbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Hook posts JSON to one address, as office messengers take it (政务微信, 浙政钉, 粤政易). The address is a secret: whoever
// has it may post. It is read anew for each post and is in no error.
type Hook struct {
	Host  string                 // host or host:port; an address anywhere else is refused
	URL   func() (string, error) // of https
	Roots *x509.CertPool         // nil: the system's
	// Dial is for tests; nil is the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// HookError is why a post did not arrive.
type HookError struct {
	Msg   string
	Again bool // it may go well later
}

func (e *HookError) Error() string { return e.Msg }

const (
	hookTime   = 20 * time.Second
	hookAnswer = 4 << 10 // that is read of an answer
)

// Post posts once. It follows no redirect, which could lead the counts anywhere, and no proxy.
func (h Hook) Post(ctx context.Context, body []byte) error {
	address, err := h.URL()
	if err != nil {
		return err
	}
	if err := CheckHook(address, h.Host); err != nil {
		return &HookError{Msg: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, hookTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return &HookError{Msg: "地址不能用"}
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "ysq")
	transport := &http.Transport{DialContext: h.Dial, TLSClientConfig: &tls.Config{RootCAs: h.Roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // the other part is the address
		}
		return &HookError{Msg: "连不上 " + h.Host + "：" + strings.ReplaceAll(err.Error(), address, "…"), Again: true}
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, hookAnswer))
	switch code := res.StatusCode; {
	case code >= 300 && code < 400:
		return &HookError{Msg: fmt.Sprintf("%s 要求转到别处（%d），不转", h.Host, code)}
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		return &HookError{Msg: fmt.Sprintf("%s 答 %d：%s", h.Host, code, saidBy(answer)), Again: true}
	case code < 200 || code >= 300:
		return &HookError{Msg: fmt.Sprintf("%s 答 %d：%s", h.Host, code, saidBy(answer))}
	case err != nil:
		return nil // it has been taken; the rest of the answer does not matter
	}
	return refusedInJSON(h.Host, answer)
}

// CheckHook refuses an address that is not https at the host.
func CheckHook(address, host string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Opaque != "" || u.Host == "":
		return errors.New("不是网址：应为 https:// 开头的一行")
	case u.Scheme != "https":
		return errors.New("地址应以 https:// 开头")
	case u.User != nil || u.Fragment != "":
		return errors.New("地址里不能有用户名或 #")
	case withPort(u.Host) != withPort(host):
		return fmt.Errorf("地址的主机不是 %s", host)
	}
	return nil
}

func withPort(host string) string {
	host = strings.ToLower(host)
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), "443")
}

// refusedInJSON reads the refusals that messengers send with status 200: errcode of 企业微信 and 钉钉, code of 飞书.
func refusedInJSON(host string, answer []byte) error {
	var said struct {
		ErrCode int    `json:"errcode"`
		ErrMsg  string `json:"errmsg"`
		Code    int    `json:"code"`
		Msg     string `json:"msg"`
	}
	if err := json.Unmarshal(answer, &said); err != nil {
		return nil //nolint:nilerr // whoever answers with no JSON has nothing to say beyond the status
	}
	if said.ErrCode == 0 && (said.Code == 0 || said.Code == http.StatusOK) {
		return nil
	}
	code, busy := said.ErrCode, false
	if code == 0 {
		code = said.Code
	}
	switch code {
	case -1, 45009, 130101, 11232, 9499: // the server is busy, or it was asked too often
		busy = true
	}
	return &HookError{Msg: fmt.Sprintf("%s 拒收：%d %s", host, code, saidBy([]byte(said.ErrMsg+said.Msg))), Again: busy}
}

// saidBy is the beginning of what a server says, on one line.
func saidBy(answer []byte) string {
	s := []rune(strings.Join(strings.Fields(plain(strings.ToValidUTF8(string(answer), "�"))), " "))
	if len(s) > 200 {
		return string(s[:200]) + "…"
	}
	return string(s)
}
