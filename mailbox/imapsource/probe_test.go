package imapsource

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/mailbox"
	"ysq.internal/ysq/mailbox/dovecottest"
	"ysq.internal/ysq/mailbox/imapsim"
)

const (
	probeUser     = "gongkai@office.example.test"
	probePassword = `to"p\secret`
)

func probeSim(t *testing.T, o imapsim.Options) (*imapsim.Server, *Source) {
	t.Helper()
	o.User, o.Password, o.Security = probeUser, probePassword, imapsim.PlainText
	sim, err := imapsim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim, New(Options{Host: imapsim.Host, Security: None, User: probeUser, Password: probePassword, Idle: 5 * time.Second,
		Dial: func(ctx context.Context, _ string) (net.Conn, error) { return sim.Dial(ctx) }}, nil)
}

func answers(p mailbox.Probe) string {
	var b strings.Builder
	for _, a := range p.Answers {
		b.WriteString(a.Question + "：" + a.Answer + "\n")
	}
	return b.String()
}

func private(n int) []byte {
	return []byte("From: 张三 <zhangsan@example.test>\r\nSubject: 秘密的主题 secret-subject\r\n\r\n" + strings.Repeat("x", n))
}

// What can be learnt of a provider is told, and nothing of the office or its correspondents is.
func TestProbe(t *testing.T) {
	arrival := time.Date(2026, 11, 20, 9, 30, 0, 0, time.FixedZone("", 8*3600))
	for _, tt := range []struct {
		name  string
		o     imapsim.Options
		wants []string
	}{
		{"163", imapsim.Options{}, []string{"EXAMINE 是否给出 UIDNEXT：不给出", "ID：接受", "长度>）：遵守", "各段之和：相等（600", "列出 2 封，EXISTS 2", "重新 EXAMINE 才得知（EXISTS 2 → 3）"}},
		{"another", imapsim.Options{UIDNext: true, ID: imapsim.IDUnsupported, IgnorePartial: true, AnnounceOnNoop: true},
			[]string{"EXAMINE 是否给出 UIDNEXT：给出", "ID：不接受", "不遵守", "NOOP 即得知（EXISTS 2 → 3）"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim, source := probeSim(t, tt.o)
				sim.AddFolder("与李四的往来", "")
				sim.Add("INBOX", private(100), arrival)
				sim.Add("INBOX", private(600_000), arrival.Add(time.Hour))
				later := time.AfterFunc(30*time.Second, func() { sim.Add("INBOX", private(7), arrival) })
				defer later.Stop()
				p, err := source.Probe(t.Context(), mailbox.ProbeOptions{Live: true, Wait: time.Minute})
				if err != nil {
					t.Fatal(err)
				}
				got := answers(p)
				for _, want := range tt.wants {
					if !strings.Contains(got, want) {
						t.Errorf("no answer %q in\n%s", want, got)
					}
				}
				inbox := p.Folders[0]
				if !p.LoggedIn || inbox.Listed != 2 || !inbox.Newest.Equal(arrival.Add(time.Hour)) || !inbox.Oldest.Equal(arrival) || inbox.UIDValidity != 1 {
					t.Errorf("inbox %+v", inbox)
				}
				if len(p.Folders) != 6 || p.Folders[2].Role != mailbox.RoleJunk || p.Folders[2].Name != "垃圾邮件" {
					t.Errorf("folders %+v", p.Folders)
				}
				all := strings.Join(p.Lines, "\n")
				for _, secret := range []string{"secret", "gongkai", "zhangsan", "example.test", "主题", "xxxx", "李四"} {
					if strings.Contains(all+got, secret) {
						t.Errorf("%q is in the transcript:\n%s", secret, all)
					}
				}
				for _, want := range []string{"LOGIN *** ***", "EXAMINE", "UID SEARCH ALL", "(垃圾邮件)"} {
					if !strings.Contains(all, want) {
						t.Errorf("no %q in the transcript:\n%s", want, all)
					}
				}
				if m := sim.Mutations(); len(m) > 0 {
					t.Errorf("the mailbox was changed: %v", m)
				}
			})
		})
	}
}

func TestProbeFailures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault imapsim.Fault
		want  mailbox.Fault
	}{
		{"wrong password", imapsim.At{Command: "LOGIN"}.Do(func(_ imapsim.Event, r *imapsim.Reply) { r.Line = "NO LOGIN Login error or password error" }), mailbox.FaultAuth},
		{"silence", imapsim.At{Command: "CAPABILITY"}.Do(imapsim.StopAt(0, imapsim.Silence)), mailbox.FaultUnreachable},
		{"cut off", imapsim.At{Command: "LIST", Kind: imapsim.Untagged}.Do(imapsim.StopAt(3, imapsim.EOF)), mailbox.FaultUnreachable},
		{"unsafe", imapsim.At{Command: "LOGIN"}.Do(func(_ imapsim.Event, r *imapsim.Reply) {
			r.Line = "NO Unsafe Login. Please contact kefu@188.com for help"
		}), mailbox.FaultUnsafe},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim, source := probeSim(t, imapsim.Options{})
				sim.Inject(tt.fault)
				p, err := source.Probe(t.Context(), mailbox.ProbeOptions{})
				e, ok := err.(*mailbox.Error)
				if !ok || e.Fault != tt.want || len(p.Lines) == 0 {
					t.Errorf("got %v after %q, want %s", err, p.Lines, tt.want)
				}
			})
		})
	}
}

// A cancelled probe ends at once.
func TestProbeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, source := probeSim(t, imapsim.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		began := time.Now()
		if _, err := source.Probe(ctx, mailbox.ProbeOptions{Live: true, Wait: time.Hour}); err == nil || time.Since(began) > time.Minute {
			t.Errorf("ended after %v: %v", time.Since(began), err)
		}
	})
}

func TestProbeDovecot(t *testing.T) {
	server := dovecottest.Start(t)
	server.Deliver(t, "INBOX", private(300_000), time.Now().Add(-time.Hour))
	source := New(Options{Host: server.Host, Port: server.TLSPort, User: server.User, Password: server.Password, Roots: server.Roots}, nil)
	p, err := source.Probe(t.Context(), mailbox.ProbeOptions{Live: true})
	if err != nil {
		t.Fatalf("%v after\n%s", err, strings.Join(p.Lines, "\n"))
	}
	got := answers(p)
	for _, want := range []string{"UIDNEXT：给出", "ID：接受", "：遵守", "：相等", "列出 1 封，EXISTS 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("no answer %q in\n%s\n%s", want, got, strings.Join(p.Lines, "\n"))
		}
	}
	if len(p.Folders) != 3 || p.CertificateEnds.Before(time.Now()) {
		t.Errorf("folders %+v, certificate until %v", p.Folders, p.CertificateEnds)
	}
	if all := strings.Join(p.Lines, "\n"); strings.Contains(all, server.Password) || strings.Contains(all, "foi") {
		t.Errorf("the transcript tells too much:\n%s", all)
	}
}

// What is looked at is what is polled: the configured folders alone, by whatever name, with the roles of the list.
func TestProbeLooksAtWhatIsPolled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim, source := probeSim(t, imapsim.Options{})
		sim.Add("垃圾邮件", private(100), time.Now())
		sim.AddFolder("公文发出", `\Sent`)
		p, err := source.Probe(t.Context(), mailbox.ProbeOptions{Folders: []string{"inbox", "垃圾邮件", "科室 & 来信", "公文发出", "草稿箱"}})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []mailbox.ProbedFolder{
			{Folder: mailbox.Folder{Name: "INBOX", Role: mailbox.RoleInbox}},
			{Folder: mailbox.Folder{Name: "垃圾邮件", Role: mailbox.RoleJunk}, Exists: 1},
			{Folder: mailbox.Folder{Name: "科室 & 来信", Role: mailbox.RoleInbox}, Unlisted: true},
			{Folder: mailbox.Folder{Name: "公文发出", Role: mailbox.RoleSent}},
			{Folder: mailbox.Folder{Name: "草稿箱", Role: mailbox.RoleInbox}, Marked: `\Drafts`},
		} {
			if got := p.Folders[i]; got.Folder != want.Folder || got.Exists != want.Exists || got.Unlisted != want.Unlisted || got.Marked != want.Marked || (got.Refused != "") != want.Unlisted {
				t.Errorf("folder %+v, want %+v", got, want)
			}
		}
		if !strings.Contains(strings.Join(p.Lines, "\n"), "EXAMINE") || len(p.Folders) != 5 || len(p.Unpolled) != 4 {
			t.Errorf("folders %+v, left out %+v", p.Folders, p.Unpolled)
		}
	})
}

// Names go over the wire as they came.
func TestEncodedName(t *testing.T) {
	for name, want := range map[string]string{
		"INBOX": `"INBOX"`, "a&b": `"a&-b"`, "垃圾邮件": `"&V4NXPpCuTvY-"`, "x台y北": `"x&U,A-y&Uxc-"`, "😀": `"&2D3eAA-"`,
	} {
		got := encodedName(name)
		back, ok := decodedName(strings.Trim(got, `"`))
		if got != want || !ok || back != name {
			t.Errorf("%q: %s, back %q", name, got, back)
		}
	}
}
