package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/imapsim"
)

// states is a doctor's report as id:state, the worst of each id.
func (b *bureau) states() map[string]ask.Diagnosis {
	b.t.Helper()
	all, err := ask.Do(b.t.Context(), b.client, ask.Doctor, ask.None{})
	if err != nil {
		b.t.Fatal(err)
	}
	rank := map[string]int{ask.DiagnosisOK: 1, ask.DiagnosisWarn: 2, ask.DiagnosisFail: 3}
	worst := map[string]ask.Diagnosis{}
	for _, d := range all {
		if rank[d.State] == 0 || d.Subject == "" || d.Text == "" || d.State != ask.DiagnosisOK && d.Do == "" {
			b.t.Errorf("a line that does not say enough: %+v", d)
		}
		if rank[d.State] > rank[worst[d.ID].State] {
			worst[d.ID] = d
		}
	}
	return worst
}

func TestDoctor(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(b *bureau)
		want  map[string]string // id to state, where it is not ok
		says  string
	}{
		{"all is well", func(b *bureau) {}, nil, ""},
		{"a wrong password", func(b *bureau) { b.sim.SetPassword("changed"); b.sim.Disconnect(imapsim.EOF); time.Sleep(time.Hour) },
			map[string]string{"login": "fail", "poll": "fail"}, "授权码"},
		{"no password file", func(b *bureau) { os.Remove(b.config.Mailboxes[0].PasswordFile) },
			map[string]string{"config": "fail", "login": "fail"}, ""},
		{"a server that is gone", func(b *bureau) {
			b.sim.Inject(imapsim.At{Kind: imapsim.Greeting}.Do(imapsim.StopAt(0, imapsim.EOF)))
			b.sim.Disconnect(imapsim.EOF)
			time.Sleep(2 * time.Hour)
		}, map[string]string{"login": "fail", "poll": "fail"}, ""},
		{"a server that is gone for a moment", func(b *bureau) {
			b.sim.Inject(imapsim.At{Kind: imapsim.Greeting}.Do(imapsim.StopAt(0, imapsim.EOF)))
			b.sim.Disconnect(imapsim.EOF)
			if _, err := ask.Do(b.t.Context(), b.client, ask.Poll, ask.None{}); err == nil {
				b.t.Error("a poll of a server that is gone went well")
			}
		}, map[string]string{"login": "fail", "poll": "warn"}, ""},
		{"a server that was gone for a moment", func(b *bureau) {
			b.sim.Inject(imapsim.At{Kind: imapsim.Greeting}.Do(imapsim.StopAt(0, imapsim.EOF)))
			b.sim.Disconnect(imapsim.EOF)
			if _, err := ask.Do(b.t.Context(), b.client, ask.Poll, ask.None{}); err == nil {
				b.t.Error("a poll of a server that is gone went well")
			}
			b.sim.Heal()
			b.poll()
		}, nil, ""},
		{"a clock that jumped back", func(b *bureau) { b.ahead.Add(-int64(2 * time.Hour)) }, map[string]string{"clock": "fail"}, "timedatectl"},
		{"a clock that caught up", func(b *bureau) {
			b.ahead.Add(-int64(2 * time.Hour))
			b.states()
			b.ahead.Add(int64(2 * time.Hour))
			b.poll()
		}, nil, ""},
		{"a mail in quarantine", func(b *bureau) {
			b.sim.Inject(imapsim.At{Command: "UID FETCH", Kind: imapsim.Fetch}.Do(func(_ imapsim.Event, r *imapsim.Reply) { r.Line, r.Attrs = "", nil }))
			b.deliver("李四 <lisi@example.test>", "政府信息公开申请", "取不下来")
			for range 3 {
				b.poll()
			}
			b.sim.Heal()
		}, map[string]string{"quarantine": "warn"}, "retry"},
		{"a parked application", func(b *bureau) {
			b.sim.Add("垃圾邮件", compose("李四 <lisi@example.test>", "政府信息公开申请", "申请公开预算"), b.now())
			b.poll()
		}, map[string]string{"parked": "warn"}, "mail open"},
		{"a clock that is slow", func(b *bureau) {
			for range 100 { // so that no earlier mail says otherwise
				b.sim.Add("INBOX", compose("李四 <lisi@example.test>", "政府信息公开申请", time.Now().String()), b.now().Add(20*time.Minute))
				time.Sleep(time.Second)
			}
			b.poll()
		}, map[string]string{"clock": "fail"}, "校时"},
		{"a clock that was slow", func(b *bureau) { // one mail of a server that errs does not last
			b.sim.Add("INBOX", compose("李四 <lisi@example.test>", "政府信息公开申请", "早"), b.now().Add(12*time.Hour))
			b.poll()
			for range 3 {
				b.deliver("李四 <lisi@example.test>", "政府信息公开申请", time.Now().String())
				b.poll()
			}
		}, nil, ""},
		{"no words for letters", func(b *bureau) {
			c := b.config
			c.Letter.Court = ""
			if err := b.daemon.Adopt(c); err != nil {
				b.t.Error(err)
			}
		}, map[string]string{"letter": "warn"}, "reload"},
		{"a disk that fills", func(b *bureau) { b.free.Store(2<<30 - 1) }, map[string]string{"disk": "warn"}, "清理"},
		{"a disk that is all but full", func(b *bureau) { b.free.Store(256<<20 - 1) }, map[string]string{"disk": "fail"}, "立即清理"},
		{"a journal that is gone", func(b *bureau) {
			files, _ := filepath.Glob(filepath.Join(b.state, "journal", "*.jsonl"))
			for _, f := range files {
				if err := os.Rename(f, f+".away"); err != nil {
					b.t.Fatal(err)
				}
				b.t.Cleanup(func() { os.Rename(f+".away", f) })
			}
		}, map[string]string{"journal": "fail", "writing": "fail"}, "rebuild"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBureau(t, "2026-03-02")
				b.config.Agency.Code = "某环依申请"
				b.config.Letter.Contact, b.config.Letter.ReviewOrgan, b.config.Letter.Court = "某路 1 号", "某市人民政府", "某区人民法院"
				b.config.Access = config.Access{SocketGroup: config.Group(strconv.Itoa(os.Getgid()))}
				b.start()
				b.sim.Add("INBOX", compose("张三 <zhangsan@example.test>", "政府信息公开申请", "x"), b.now().AddDate(0, -2, 0))
				b.deliver("张三 <zhangsan@example.test>", "申请公开预算", "y")
				b.poll()
				tt.spoil(b)
				got := b.states()
				for id, d := range got {
					want := tt.want[id]
					switch {
					case want == "" && d.State != "ok" && id != "tls", want != "" && d.State != want:
						t.Errorf("%s: %s, want %q: %+v", id, d.State, want, d)
					case want != "" && tt.says != "" && id != "poll" && id != "config" && id != "writing" && !strings.Contains(d.Do, tt.says):
						t.Errorf("%s: what to do is %q, want %q", id, d.Do, tt.says)
					}
				}
				for id := range tt.want {
					if _, ok := got[id]; !ok {
						t.Errorf("nothing is said of %s", id)
					}
				}
				for _, id := range []string{"config", "timezone", "calendar", "disk", "register", "clock", "backlog", "quarantine", "parked", "poll", "login"} {
					if _, ok := got[id]; !ok {
						t.Errorf("nothing is said of %s", id)
					}
				}
			})
		})
	}
}

// The status tells of a full disk before something can no longer be written.
func TestStatusOfAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		for _, full := range []bool{false, true} {
			if full {
				b.free.Store(256 << 20)
			}
			s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
			if got := slices.ContainsFunc(s.Troubles, func(s string) bool { return strings.Contains(s, "磁盘只剩 256 MiB") }); err != nil || got != full {
				t.Errorf("full: %v, troubles %q, %v", full, s.Troubles, err)
			}
		}
	})
}

// A monitor that asks the doctor every few seconds costs a login a minute, not more.
func TestDoctorDoesNotLogInAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.poll()
		before := b.sim.Counts().LoginAttempts
		for range 60 {
			if d := b.states()["login"]; d.State != ask.DiagnosisOK {
				t.Errorf("login: %+v", d)
			}
			time.Sleep(10 * time.Second)
		}
		if got := b.sim.Counts().LoginAttempts - before; got > 10 || got < 9 {
			t.Errorf("%d logins in ten minutes, want one a minute", got)
		}
	})
}

// A look of the doctor that panics is a line that says so; the other looks, and the other accounts, are there.
func TestDoctorsPanics(t *testing.T) {
	for doing, id := range map[string]string{"自检登记库": "register", "自检邮箱 office@example.test": "login"} {
		synctest.Test(t, func(t *testing.T) {
			b := newBureau(t, "2026-03-02")
			second := b.config.Mailboxes[0]
			second.Name = "second@example.test"
			b.config.Mailboxes = append(b.config.Mailboxes, second)
			b.seams = func(o *Options) {
				o.OnOne = func(this string, _ casefile.Digest) {
					if this == doing {
						panic("met its master")
					}
				}
			}
			b.start()
			b.poll()
			states := b.states()
			if d := states[id]; d.State != ask.DiagnosisFail || !strings.Contains(d.Text, "met its master") {
				t.Errorf("%s: %+v", doing, d)
			}
			for _, other := range []string{"disk", "calendar", "backlog", "outbox", "capabilities"} {
				if states[other].State == "" {
					t.Errorf("%s: no %s among %v", doing, other, states)
				}
			}
			if !strings.Contains(fmt.Sprint(b.daemon.Keeping.Troubles()), doing) {
				t.Errorf("%s: status says nothing", doing)
			}
		})
	}
}
