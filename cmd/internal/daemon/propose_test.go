package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// applicationOf is the text of an application.
func applicationOf(name, id, phone, request string) string {
	return fmt.Sprintf("申请人：%s\n身份证号码：%s\n联系电话：%s\n所需信息的内容描述：%s\n获取方式：邮寄\n", name, id, phone, request)
}

func (b *bureau) proposals(id casefile.ID) ask.Proposals {
	b.t.Helper()
	p, err := ask.Do(b.t.Context(), b.client, ask.Propose, ask.CaseRef{Case: id})
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// accept registers a case with all that is proposed.
func (b *bureau) accept(p ask.Proposals) error {
	req := ask.RegisterRequest{CaseRef: ask.CaseRef{Case: p.Case}, Token: p.Token, Event: json.RawMessage(`{}`)}
	for _, v := range p.Values {
		req.Accept = append(req.Accept, v.Flag)
	}
	_, err := ask.Do(b.t.Context(), b.client, ask.Register, req)
	return err
}

const invented = "110101190003071239" // its check digit is wrong

func TestProposeAndRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("张三 <a@example.test>", "政府信息公开申请", applicationOf("张三", invented, "13800000000", "本人 "+invented+" 的户籍底册"))
		b.poll()
		p := b.proposals("2026-00001")
		text, err := json.Marshal(p)
		if err != nil || strings.Contains(string(text), invented) || strings.Contains(string(text), "13800000000") {
			t.Errorf("unmasked: %s, %v", text, err)
		}
		if i := slices.IndexFunc(p.Values, func(v ask.ProposedValue) bool { return v.Flag == "id" }); i < 0 || p.Values[i].Doubt == "" {
			t.Errorf("a wrong check digit is not told: %+v", p.Values)
		}
		// Another mail in between: what was seen is no longer what would be recorded.
		b.deliver("张三 <a@example.test>", "补充 2026-00001", "联系地址：示例路1号\n")
		b.poll()
		time.Sleep(time.Minute)
		synctest.Wait()
		if e, ok := errors.AsType[*ask.Error](b.accept(p)); !ok || e.Code != "proposals-changed" {
			t.Errorf("registered what nobody has seen: %v", e)
		}
		if err := b.accept(b.proposals("2026-00001")); err != nil {
			t.Fatal(err)
		}
		d, err := ask.Do(t.Context(), b.client.Reveal(ask.All), ask.Show, ask.WholeCase("2026-00001"))
		if err != nil {
			t.Fatal(err)
		}
		if d.Stage != "registered" || d.Applicant != "张三" || d.Category != "自然人" || !strings.Contains(string(d.Contact), "13800000000") ||
			d.Request != "本人 （证件号码略） 的户籍底册" {
			t.Errorf("registered: %+v, %q, %q", d.CaseRow, d.Contact, d.Request)
		}
		for _, r := range d.Records {
			if strings.Contains(string(r.Event), invented) {
				t.Errorf("a record has the ID number: %s", r.Event)
			}
		}
		journal, err := filepath.Glob(filepath.Join(b.state, "journal", "*.jsonl"))
		if err != nil || len(journal) == 0 {
			t.Fatalf("journal %v, %v", journal, err)
		}
		line, err := os.ReadFile(journal[0])
		if err != nil || strings.Contains(string(line), invented) || !strings.Contains(string(line), `"id_tail":"1239","id_mark":"`) {
			t.Errorf("journal: %s, %v", line, err)
		}
		if info, err := os.Stat(filepath.Join(b.state, "secret")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("secret: %v, %v", info, err)
		}
	})
}

// The same applicant under another address and another spelling, by the ID number; a burst; and nothing
// of it before somebody has a look.
func TestRepeatAndBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		for i := range 12 {
			b.deliver(fmt.Sprintf("张三 <a%d@example.test>", i), "政府信息公开申请",
				applicationOf("张三", invented, fmt.Sprintf("1380000%04d", i), fmt.Sprintf("第 %d 号监测点的全年监测数据及其说明", i%11)))
			b.poll()
			if err := b.accept(b.proposals(casefile.NewID(2026, i+1))); err != nil {
				t.Fatal(err)
			}
		}
		p := b.proposals("2026-00012")
		if p.Counts == nil || !p.Counts.Proposed || p.Counts.InMonth != 12 || p.Counts.Place != 12 || !strings.Contains(p.Counts.Text, "本件 100 元") {
			t.Errorf("counts: %+v", p.Counts)
		}
		if len(p.Related) == 0 || p.Related[0].Case != "2026-00001" || p.Related[0].Advice != "merge" {
			t.Errorf("related while open: %+v", p.Related)
		}
		b.record("2026-00001", casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide"}, casefile.Dispatched{Way: casefile.ByEmail})
		d, err := ask.Do(t.Context(), b.client, ask.Show, ask.WholeCase("2026-00012"))
		if err != nil || len(d.Related) == 0 || d.Related[0].Case != "2026-00001" || d.Related[0].Advice != "repeat" || d.Counts == nil {
			t.Errorf("shown once it is answered: %+v, %+v, %v", d.Related, d.Counts, err)
		}
		if d, err := ask.Do(t.Context(), b.client, ask.Show, ask.WholeCase("2026-00001")); err != nil || d.Related != nil {
			t.Errorf("shown of the first: %+v, %v", d.Related, err)
		}
	})
}

// The address for the answer is proposed from the form, then Reply-To, then From, and says from where. Whoever passed the
// application on, and an address that nobody reads, never is.
func TestAddressForTheAnswer(t *testing.T) {
	const form = "申请人：%s\n联系电话：1390000000%d\n所需信息的内容描述：第%d水厂的环评批复\n"
	all := []struct{ from, head, subject, more, want, source string }{
		{"张甲 <a@example.test>", "", "政府信息公开申请", "", "a@example.test", "来信的发件人"},
		{"张乙 <b@example.test>", "Reply-To: r@example.test\r\n", "政府信息公开申请", "", "r@example.test", "来信的回复地址（Reply-To）"},
		{"张丙 <c@example.test>", "Reply-To: s@example.test\r\n", "政府信息公开申请", "电子邮箱：f@example.test\n", "f@example.test", "正文 第4行“电子邮箱”"},
		{"noreply@portal.example.test", "", "网上申请", "", "", ""},
		{"noreply@portal.example.test", "Reply-To: no-reply@portal.example.test\r\n", "网上申请", "电子邮箱：g@example.test\n", "g@example.test", "正文 第4行“电子邮箱”"},
		{"guard@people.example.test", "", "Fw: 一封信", "", "yi@example.test", "所转发的来信的发件人"},
		{"guard@people.example.test", "Reply-To: guard@people.example.test\r\n", "转发：一封信", "", "yi@example.test", "所转发的来信的发件人"},
	}
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		for n, m := range all {
			body := fmt.Sprintf(form, "张"+string([]rune("甲乙丙丁戊己庚")[n]), n, n) + m.more
			if strings.HasPrefix(m.from, "guard") {
				body = "请看。\n\n---- 转发邮件信息 ----\n发件人：己某 <yi@example.test>\n\n" + body
			}
			b.sim.Add("INBOX", append([]byte(m.head), compose(m.from, m.subject, body)...), b.now())
			b.poll()
			id := casefile.NewID(2026, n+1)
			got, source := "", ""
			for _, v := range b.proposals(id).Values {
				if v.Flag == "email" {
					got, source = v.Value, strings.Join(v.Sources, "，")
				}
			}
			if got != m.want || source != m.source {
				t.Errorf("%s %q %s: proposed %q from %q, want %q from %q", m.from, m.head, m.subject, got, source, m.want, m.source)
			}
		}
	})
}
