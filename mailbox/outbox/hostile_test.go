package outbox_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/mailbox/outbox"
)

// A server that talks without end, before or after TLS is offered, costs little memory and less than
// the time of an answer; one that drips costs that time.
func TestServerWithoutEnd(t *testing.T) {
	for _, tt := range []struct {
		name       string
		greet, say string // once; for ever
		pause      time.Duration
		security   outbox.Security
	}{
		{"greeting", "", "220-hello\r\n", 0, outbox.None},
		{"greeting in one line", "", "220-hello", 0, outbox.None},
		{"greeting before STARTTLS", "", "220-hello\r\n", 0, outbox.StartTLS},
		{"EHLO", "220 hello\r\n", "250-X\r\n", 0, outbox.None},
		{"EHLO before STARTTLS", "220 hello\r\n", "250-X\r\n", 0, outbox.StartTLS},
		{"dripping greeting", "", "220-hello\r\n", 5 * time.Second, outbox.None},
		{"dripping EHLO", "220 hello\r\n", "250-X\r\n", 5 * time.Second, outbox.StartTLS},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var server sync.WaitGroup
				defer server.Wait()
				channel := &outbox.SMTP{
					Account: func() (outbox.Account, error) {
						return outbox.Account{Host: "mail.example.test", Port: 25, Security: tt.security, User: "u", Password: "p"}, nil
					},
					Dial: func(context.Context, string) (net.Conn, error) {
						ours, theirs := net.Pipe()
						server.Go(func() { io.Copy(io.Discard, theirs) })
						server.Go(func() {
							defer theirs.Close()
							_, err := io.WriteString(theirs, tt.greet)
							for err == nil {
								time.Sleep(tt.pause)
								_, err = io.WriteString(theirs, tt.say)
							}
						})
						return ours, nil
					},
				}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				began := time.Now()
				err := channel.Probe(t.Context())
				runtime.ReadMemStats(&after)
				took := time.Since(began)
				if err == nil || took > time.Minute || tt.pause == 0 && took > time.Second {
					t.Errorf("%v after %v", err, took)
				}
				if got := after.TotalAlloc - before.TotalAlloc; got > 20<<20 {
					t.Errorf("%d MB were allocated", got>>20)
				}
			})
		})
	}
}

// Whatever a server answers to whichever command, before TLS and within it, it costs little memory and less than the
// time of an answer; a mail that it took is sent, however it takes leave.
func TestAnswersWithoutEnd(t *testing.T) {
	certificate, roots := selfSigned(t)
	for _, security := range []outbox.Security{outbox.None, outbox.StartTLS, outbox.TLS} {
		for _, at := range []string{"EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"} {
			if at == "STARTTLS" && security != outbox.StartTLS {
				continue
			}
			for name, endless := range map[string]string{"lines": "250-more\r\n", "a line": "250 more and ", "answers": "250 ok\r\n"} {
				t.Run(string(security)+" "+at+" "+name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var server sync.WaitGroup
						defer server.Wait()
						channel := &outbox.SMTP{
							Account: func() (outbox.Account, error) {
								return outbox.Account{Host: "mail.example.test", Port: 25, Security: security, User: "u", Password: "p", Roots: roots}, nil
							},
							Dial: func(context.Context, string) (net.Conn, error) {
								ours, theirs := net.Pipe()
								server.Go(func() { flood(theirs, certificate, security, at, endless) })
								return ours, nil
							},
						}
						var before, after runtime.MemStats
						runtime.ReadMemStats(&before)
						began := time.Now()
						receipt, err := channel.Deliver(t.Context(), outbox.Item{ID: 1, To: "a@example.test", Size: 3}, strings.NewReader("x\r\n"), func() error { return nil })
						runtime.ReadMemStats(&after)
						if took := time.Since(began); took > time.Minute {
							t.Errorf("it took %v", took)
						}
						if taken := err == nil && receipt.State == outbox.Sent; at == "QUIT" && !taken || at != "QUIT" && at != "." && taken || at == "." && taken == (name != "answers") {
							t.Errorf("receipt %+v, %v", receipt, err)
						}
						if got := after.TotalAlloc - before.TotalAlloc; got > 20<<20 {
							t.Errorf("%d MB were allocated", got>>20)
						}
					})
				})
			}
		}
	}
}

// flood is a server that goes well until a command, which it answers without end. Within TLS it begins where EHLO comes
// for the second time.
func flood(conn net.Conn, certificate tls.Certificate, security outbox.Security, at, endless string) {
	defer conn.Close()
	secure := func() {
		conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
	}
	if security == outbox.TLS {
		secure()
	}
	io.WriteString(conn, "220 hello\r\n")
	asked, greeted := bufio.NewReader(conn), 0
	for data := false; ; {
		line, err := asked.ReadString('\n')
		if err != nil {
			return
		}
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if data && word != "." {
			continue
		}
		if word == "EHLO" {
			greeted++
		}
		if word == at && (word != "EHLO" || security != outbox.StartTLS || greeted == 2) {
			if word == "DATA" {
				endless = strings.Replace(endless, "250", "354", 1)
			}
			for err == nil {
				_, err = io.WriteString(conn, strings.Repeat(endless, 100))
			}
			return
		}
		answer := "250 ok\r\n"
		switch word {
		case "EHLO":
			answer = "250-mail.example.test\r\n250 AUTH PLAIN\r\n"
			if security == outbox.StartTLS && greeted == 1 {
				answer = "250-mail.example.test\r\n250 STARTTLS\r\n"
			}
		case "STARTTLS":
			answer = "220 go ahead\r\n"
		case "AUTH":
			answer = "235 welcome\r\n"
		case "DATA":
			answer, data = "354 go ahead\r\n", true
		case ".":
			data = false
		}
		if _, err := io.WriteString(conn, answer); err != nil {
			return
		}
		if word == "STARTTLS" {
			secure()
			asked = bufio.NewReader(conn)
		}
	}
}

// selfSigned is a certificate of mail.example.test, and the pool that trusts it.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"mail.example.test"}, NotBefore: time.Unix(0, 0), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, roots
}
