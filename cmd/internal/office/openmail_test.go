package office

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox"
)

// Whatever the order in which mails come and people record things, every mail of a person stands in what is due until a
// person decided about it, and no longer. The mails go through the true intake and the steps through the rooms that judge
// them; what is open is found again from the records alone, by a rule that knows nothing of indices and counters.
//
// More orders: go test ./cmd/internal/office -run UntilDecided -rapid.checks=2000.
func TestDueUntilDecided(t *testing.T) {
	tried := map[string]int{} // acts that were not refused
	rapid.Check(t, func(rt *rapid.T) {
		p := openPlay(rt, tried)
		defer p.close()
		p.applies()
		if rapid.Bool().Draw(rt, "registered") {
			p.steps("register", "2026-00001", casefile.Registered{As: casefile.Application, Applicant: applicants[0], Column: casefile.Natural, Request: "甲路改造工程的批复"})
		}
		for range rapid.IntRange(6, 16).Draw(rt, "acts") {
			p.act()
			p.compare()
		}
	})
	t.Log(tried)
}

// play is an office, the people who write to it, and those who work there.
type play struct {
	*Office
	t     *rapid.T
	dir   string
	now   time.Time
	uid   uint32
	n     int
	tried map[string]int
	mails []string          // the sources of those that came
	known []casefile.Digest // and their digests
	outs  map[uint64]string // drafts by their records: the case in which they are to be seen
}

func openPlay(t *rapid.T, tried map[string]int) *play {
	p := &play{t: t, now: civil.MustParse("2026-03-03").Start().Add(9 * time.Hour), tried: tried, outs: map[uint64]string{}}
	var err error
	if p.dir, err = os.MkdirTemp("/dev/shm", "ysq"); err != nil { // a disk would be waited for a thousand times
		p.dir, err = os.MkdirTemp("", "ysq")
	}
	p.must(err)
	p.Office, err = openOffice(filepath.Join(p.dir, "state"), func() time.Time { return p.now })
	p.must(err)
	return p
}

// openOffice founds an office.
func openOffice(state string, now func() time.Time) (*Office, error) {
	c := config.Default()
	c.Agency = config.Agency{Name: "某区城乡建设局", Code: "某建依申请"}
	c.Paths.State = state
	c.Intake.CasesFrom = civil.MustParse("2026-01-01")
	if _, err := register.Create(c.Paths.State, now()); err != nil {
		return nil, err
	}
	return Open(Options{Options: desk.Options{Config: c, Now: now, Command: register.Serve, Space: durable.SpaceOf}})
}

func (p *play) close() {
	p.must(errors.Join(p.Close(), os.RemoveAll(p.dir)))
}

func (p *play) must(err error) {
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *play) call() ask.Call {
	return ask.Call{Who: ask.Actor{Name: "李四", UID: 1000, Role: ask.Approver}, At: p.now}
}

// arrives takes a mail in, as the poller brings it.
func (p *play) arrives(folder string, role mailbox.Role, source string) casefile.Digest {
	e, err := p.Keep(func(w io.Writer) error { _, err := io.WriteString(w, source); return err })
	p.must(err)
	p.uid++
	p.must(p.Intake.Take(p.t.Context(), []mailbox.Fetched{{
		Ref: mailbox.Ref{Account: "foi", Folder: folder, UIDValidity: 7, UID: p.uid}, Role: role, InternalDate: p.now, Size: e.Size, Digest: e.Digest,
	}}))
	p.tried[p.ledger().where(e.Digest)]++
	if !slices.Contains(p.known, e.Digest) {
		p.mails, p.known = append(p.mails, source), append(p.known, e.Digest)
	}
	return e.Digest
}

// source is a mail of a person, with a file where one is wanted.
func (p *play) source(from, answers, subject, text string, file bool) string {
	p.n++
	head := fmt.Sprintf("From: %s\r\nTo: foi@example.test\r\nSubject: %s\r\nMessage-ID: <m%d@example.test>\r\n", from, mime.BEncoding.Encode("utf-8", subject), p.n)
	if answers != "" {
		head += "In-Reply-To: <" + answers + ">\r\n"
	}
	plain := "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text + "\r\n"
	if !file {
		return head + plain
	}
	return head + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + plain +
		"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=1.pdf\r\n\r\n" + fmt.Sprint(p.n) + "\r\n--b--\r\n"
}

// applicants live in two places, and write from there.
var applicants = []string{"张三", "赵四"}

func address(who int) string { return fmt.Sprintf("a%d@example.test", who) }

func (p *play) applies() casefile.Digest {
	who := rapid.IntRange(0, len(applicants)-1).Draw(p.t, "who")
	about := rapid.SampledFrom([]string{"甲路改造工程的批复", "乙河整治的预算", "丙地块的征收决定"}).Draw(p.t, "about")
	return p.arrives("INBOX", mailbox.RoleInbox, p.source(address(who), "", "政府信息公开申请",
		fmt.Sprintf("申请人：%s\r\n联系电话：1390000000%d\r\n通信地址：示例市某路%d号\r\n所需信息：%s", applicants[who], who, who, about), false))
}

// writes is a mail about a case: by its thread or not, from its address or another, in the inbox or taken for junk.
func (p *play) writes(c casefile.Case, history []casefile.Record) {
	first, _ := history[0].Event.(casefile.Received)
	from, answers := first.From.Mail, first.MessageID
	if rapid.Bool().Draw(p.t, "another address") {
		from, answers = "second@example.test", ""
	}
	if rapid.IntRange(0, 3).Draw(p.t, "without thread") == 0 {
		answers = ""
	}
	text := rapid.SampledFrom([]string{"补正：指2024年3月的那一份。", "收到，谢谢！", "再不答复我就复议了", "本人自愿撤回申请。", "请问什么时候答复？",
		"收到，谢谢。另外我还想申请公开贵局2025年公务用车费用明细。", "情况说明，供参考。"}).Draw(p.t, "text")
	subject := rapid.SampledFrom([]string{"回复：政府信息公开申请", "补正材料", "关于 " + string(c.ID) + " 号申请"}).Draw(p.t, "subject")
	source := p.source(from, answers, subject, text+"\r\n"+applicants[0], rapid.IntRange(0, 3).Draw(p.t, "with a file") == 0)
	if rapid.IntRange(0, 3).Draw(p.t, "junk") == 0 {
		p.arrives("垃圾邮件", mailbox.RoleJunk, source)
		return
	}
	p.arrives("INBOX", mailbox.RoleInbox, source)
}

// does reports an act that may be refused.
func (p *play) does(name string, err error) {
	if err == nil {
		p.tried[name]++
		return
	}
	_, refused := errors.AsType[*ask.Error](err)
	_, unruly := errors.AsType[*casefile.RuleError](err)
	_, untimely := errors.AsType[*casefile.TransitionError](err)
	if !refused && !unruly && !untimely && !errors.Is(err, register.ErrNotFound) {
		p.t.Fatalf("%s: %T %v", name, err, err)
	}
}

func (p *play) steps(name string, id casefile.ID, e casefile.Event, mails ...string) {
	body, err := casefile.EncodeEvent(e)
	p.must(err)
	_, err = p.Record.Append(p.t.Context(), p.call(), ask.AppendRequest{Drafts: []ask.DraftView{{Case: id, On: ask.Day(p.Today()), Kind: e.Kind(), Event: body, Mails: mails}}})
	p.does(name, err)
}

// working are the stages in which a case is handled.
var working = []casefile.Stage{casefile.StageRegistered, casefile.StageReviewed, casefile.StageHandling}

// acts are what may happen, and in which stages of a case it does: elsewhere it is refused.
var acts = []struct {
	name string
	in   []casefile.Stage
}{
	{"applies", nil}, {"writes", nil}, {"writes", nil}, {"writes", nil}, {"writes", nil}, {"moved", nil}, {"machine", nil},
	{"register", []casefile.Stage{casefile.StageReceived}}, {"register", []casefile.Stage{casefile.StageReceived}}, {"confirm", nil},
	{"correct", working}, {"corrected", working}, {"withdraw", working}, {"reply", working}, {"dispatch", []casefile.Stage{casefile.StageReplied}},
	{"seen", nil}, {"seen", nil}, {"note", nil}, {"dismiss", []casefile.Stage{casefile.StageReceived}}, {"reinstate", []casefile.Stage{casefile.StageDismissed}},
	{"merge", append(working, casefile.StageReceived)}, {"attach", nil}, {"detach", nil}, {"open", nil}, {"split", working},
	{"void", nil}, {"void", nil}, {"mail seen", nil}, {"judged", nil}, {"draft", nil}, {"settle", nil},
}

// act is one thing that happens.
func (p *play) act() {
	p.now = p.now.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 1, 24}).Draw(p.t, "hours")) * time.Hour)
	l := p.ledger()
	cases, wait := slices.Sorted(maps.Keys(l.stage)), l.open()
	what := acts[rapid.IntRange(0, len(acts)-1).Draw(p.t, "what")]
	likely := slices.DeleteFunc(slices.Clone(cases), func(id casefile.ID) bool {
		switch what.name {
		case "seen", "detach", "corrected", "open", "judged":
			return len(wait[id]) == 0
		case "settle":
			return !slices.Contains(slices.Collect(maps.Values(p.outs)), string(id))
		}
		return what.in != nil && !slices.Contains(what.in, l.stage[id])
	})
	if len(likely) == 0 || rapid.IntRange(0, 9).Draw(p.t, "any case") == 0 {
		likely = cases
	}
	id := rapid.SampledFrom(likely).Draw(p.t, "case")
	c, history, err := p.Reg.Case(id)
	p.must(err)
	among := p.known
	if what.name == "attach" || what.name == "mail seen" { // mostly one that lies in no case
		among = slices.DeleteFunc(slices.Clone(p.known), func(d casefile.Digest) bool { return l.taken[d].Disposition != casefile.Parked })
	} else if len(wait[id]) > 0 {
		among = slices.DeleteFunc(slices.Clone(p.known), func(d casefile.Digest) bool { return !wait[id][d] })
	}
	if len(among) == 0 || rapid.IntRange(0, 4).Draw(p.t, "any mail") == 0 {
		among = p.known
	}
	mail := rapid.SampledFrom(among).Draw(p.t, "mail")
	name, ctx := mail.String(), p.t.Context()
	switch what := what.name; what {
	case "applies":
		p.applies()
	case "writes":
		p.writes(c, history)
	case "moved": // into another folder, or back: the same bytes under another UID
		p.arrives("已处理", mailbox.RoleInbox, rapid.SampledFrom(p.mails).Draw(p.t, "source"))
	case "machine":
		first, _ := history[0].Event.(casefile.Received)
		p.arrives("INBOX", mailbox.RoleInbox, "Auto-Submitted: auto-replied\r\n"+p.source(first.From.Mail, first.MessageID, "自动回复", "我在休假。", false))
	case "register":
		p.steps(what, id, casefile.Registered{As: casefile.Application, Applicant: applicants[0], Column: casefile.Natural, Request: "甲路改造工程的批复"})
	case "confirm":
		p.steps(what, id, casefile.Confirmed{How: "电话"}, rapid.SampledFrom([]string{"无", "全部", name}).Draw(p.t, "of"))
	case "correct":
		p.steps(what, id, casefile.CorrectionAsked{Items: []string{"文号"}, Until: p.Today() + 10})
	case "corrected":
		p.steps(what, id, casefile.CorrectionReceived{}, name)
	case "withdraw":
		p.steps(what, id, casefile.Withdrawn{}, rapid.SampledFrom([]string{"无", name}).Draw(p.t, "of"))
	case "reply":
		p.steps(what, id, casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4", Grounds: "未制作"})
	case "dispatch":
		p.steps(what, id, casefile.Dispatched{Way: casefile.ByPost, Tracking: "1"})
	case "seen":
		p.steps(what, id, casefile.Seen{}, name)
	case "note":
		p.steps(what, id, casefile.Noted{Text: "一"})
	case "dismiss":
		p.steps(what, id, casefile.Dismissed{Reason: "咨询"})
	case "reinstate":
		p.steps(what, id, casefile.Reinstated{Reason: "是申请"})
	case "merge":
		p.steps(what, id, casefile.Merged{Into: rapid.SampledFrom(cases).Draw(p.t, "into"), Reason: "同一件"})
	case "attach":
		_, err := p.Mails.AttachMail(ctx, p.call(), ask.AttachMailRequest{CaseRef: ask.CaseRef{Case: id}, MailRef: ask.MailRef{Mail: name}, Reason: "本件的"})
		p.does(what, err)
	case "detach":
		p.steps(what, id, casefile.Detached{Digest: mail, Reason: "不是本件的"})
	case "open":
		_, err := p.Mails.OpenMail(ctx, p.call(), ask.MailRef{Mail: name})
		p.does(what, err)
	case "split":
		_, err := p.Record.Split(ctx, p.call(), ask.SplitRequest{CaseRef: ask.CaseRef{Case: id}, Parts: 2, Reason: "两件事"})
		p.does(what, err)
	case "void":
		if len(history) == 1 {
			return
		}
		p.steps(what, id, casefile.Voided{Seq: rapid.SampledFrom(history[1:]).Draw(p.t, "record").Seq, Reason: "记错"})
	case "mail seen":
		_, err := p.Record.SeenMail(ctx, p.call(), ask.SeenRequest{Mails: []string{name}, Undo: rapid.Bool().Draw(p.t, "undo")})
		p.does(what, err)
	case "judged":
		said := rapid.SampledFrom([]string{"", "补正说明", "政府信息公开申请表\n申请人：王五\n联系电话：13900000009\n通信地址：示例市某路9号\n所需信息：丁厂的环评批复"}).Draw(p.t, "the file says")
		p.does(what, p.Intake.Judge(id, mail, said))
	case "draft": // put into 草稿箱
		p.n++
		records, err := p.Append(p.call(), casefile.Draft{Case: id, On: p.Today(), Event: casefile.MailPrepared{
			Letter: casefile.Letter{Digest: casefile.DigestOf(fmt.Append(nil, "draft", p.n)), MessageID: fmt.Sprintf("d%d@example.test", p.n)}, To: casefile.Address{Mail: "a0@example.test"}, Way: casefile.OutDraft}})
		p.must(err)
		p.settles(id, records[0].Seq, casefile.OutDrafted)
		p.tried[what]++
	case "settle": // it has gone from there, or was sent, or nobody wants it any more
		for seq := range p.outs {
			if p.outs[seq] == string(id) {
				p.settles(id, seq, rapid.SampledFrom([]casefile.OutState{casefile.OutVanished, casefile.OutVanished, casefile.OutSent, casefile.OutDropped}).Draw(p.t, "to"))
				p.tried[what]++
				return
			}
		}
	}
}

func (p *play) settles(id casefile.ID, seq uint64, to casefile.OutState) {
	if _, err := p.Append(p.call(), casefile.Draft{Case: id, On: p.Today(), Event: casefile.MailSettled{Mail: seq, State: to}}); err != nil {
		p.t.Fatal(err)
	}
	if delete(p.outs, seq); to == casefile.OutDrafted || to == casefile.OutVanished {
		p.outs[seq] = string(id)
	}
}

// ledger is what the records say, read once more by somebody who has nothing but them.
type ledger struct {
	lives map[casefile.ID][]casefile.Record // those that count, of each case
	taken map[casefile.Digest]casefile.MessageTaken
	stage map[casefile.ID]casefile.Stage
}

func (p *play) ledger() ledger {
	l := ledger{map[casefile.ID][]casefile.Record{}, map[casefile.Digest]casefile.MessageTaken{}, map[casefile.ID]casefile.Stage{}}
	p.must(p.View(func(tx *desk.View) error {
		for r, err := range tx.Records(0) {
			if err != nil {
				return err
			}
			if e, ok := r.Event.(casefile.MessageTaken); ok && e.Disposition != casefile.Duplicate {
				l.taken[e.Digest] = e
			}
			l.lives[r.Case] = append(l.lives[r.Case], r)
		}
		for id, all := range l.lives {
			if l.lives[id] = casefile.Live(all); id == "" {
				continue
			}
			c, err := tx.Case(id)
			if err != nil {
				return err
			}
			l.stage[id] = c.Stage
		}
		return nil
	}))
	return l
}

// where says to where a mail came.
func (l ledger) where(d casefile.Digest) string {
	t := l.taken[d]
	name := "mail: " + t.Disposition.String()
	if len(l.lives[t.Case]) > 1 {
		name += " that was there"
	}
	if len(t.Suggestions) > 0 {
		name += " that suggests one"
	}
	return name
}

// goesOn is the case in which one goes on.
func (l ledger) goesOn(id casefile.ID) casefile.ID {
	for _, r := range l.lives[id] {
		if e, ok := r.Event.(casefile.Merged); ok {
			return l.goesOn(e.Into)
		}
	}
	return id
}

// decided reports whether a step on a case names a mail, and whether one does on any.
func (l ledger) decided(d casefile.Digest, on casefile.ID) (here, anywhere bool) {
	for id, live := range l.lives {
		for _, r := range live {
			if mails, _ := casefile.AnsweredBy(r.Event); slices.Contains(mails, d) {
				anywhere, here = true, here || l.goesOn(id) == on
			}
		}
	}
	return here, anywhere
}

// dismissed reports whether a case was found to be none after a record.
func (l ledger) dismissed(id casefile.ID, seq uint64) (is bool) {
	for _, r := range l.lives[id] {
		switch r.Event.(type) {
		case casefile.Dismissed:
			is = is || r.Seq > seq
		case casefile.Reinstated:
			is = false
		}
	}
	return is
}

// detached reports whether somebody took a mail out of the case to which it came: who puts it in again has decided.
func (l ledger) detached(id casefile.ID, mail casefile.Record) bool {
	return slices.ContainsFunc(l.lives[id], func(r casefile.Record) bool {
		e, ok := r.Event.(casefile.Detached)
		return ok && r.Seq > mail.Seq && e.Digest == mail.Event.(casefile.MessageIn).Digest
	})
}

// holds reports whether a mail lies in a case or in those that go on in it.
func (l ledger) holds(in casefile.ID, d casefile.Digest) bool {
	for id, live := range l.lives {
		if _, held := casefile.Holding(casefile.Contents(live), d); held && l.goesOn(id) == in {
			return true
		}
	}
	return false
}

// open are the mails that wait on each case; under "" those that lie in none and wait on none.
func (l ledger) open() map[casefile.ID]map[casefile.Digest]bool {
	all := map[casefile.ID]map[casefile.Digest]bool{}
	put := func(id casefile.ID, d casefile.Digest) {
		if all[id] == nil {
			all[id] = map[casefile.Digest]bool{}
		}
		all[id][d] = true
	}
	// suggests files a mail that lies elsewhere under the cases that it may be about, as long as these are open.
	suggests := func(d casefile.Digest, lies casefile.ID, to []casefile.Suggestion) (somewhere bool) {
		for _, s := range to {
			on := l.goesOn(s.Case)
			if here, _ := l.decided(d, on); l.stage[on].Open() && on != lies && !here && !l.holds(on, d) {
				put(on, d)
				somewhere = true
			}
		}
		return somewhere
	}
	for id, live := range l.lives {
		for _, r := range live {
			switch e := r.Event.(type) {
			case casefile.MessageIn:
				on := l.goesOn(id)
				here, _ := l.decided(e.Digest, on)
				if e.Guess != casefile.GuessNotice && !here && !l.dismissed(id, r.Seq) && !l.dismissed(on, r.Seq) && !l.detached(id, r) {
					put(on, e.Digest)
				}
			case casefile.Received:
				if l.stage[id] == casefile.StageReceived && e.Guess != casefile.GuessNone {
					suggests(e.Digest, id, e.Suggestions)
				}
				// Merging files it in the case, and does not record what it asks for.
				on := l.goesOn(id)
				here, _ := l.decided(e.Digest, on)
				plain := e.Guess == casefile.GuessNone || e.Guess == casefile.GuessApplication || e.Guess.Step() == casefile.KindSeen
				registered := slices.ContainsFunc(live, func(r casefile.Record) bool { return r.Event.Kind() == casefile.KindRegistered })
				if on != id && !plain && !registered && !here && !l.dismissed(on, r.Seq) {
					put(on, e.Digest)
				}
			}
		}
	}
	for d, e := range l.taken {
		if e.Disposition != casefile.Parked || e.Guess == casefile.GuessNone || e.Guess == casefile.GuessNotice {
			continue
		}
		if _, anywhere := l.decided(d, ""); !suggests(d, "", e.Suggestions) && !anywhere {
			put("", d)
		}
	}
	return all
}

func (p *play) compare() {
	items, err := p.Deadlines.Due(p.t.Context(), p.call(), ask.DueQuery{Each: true})
	p.must(err)
	p.Deadlines.kept = desk.Memo[*waitingCase]{}
	if anew, err := p.Deadlines.Due(p.t.Context(), p.call(), ask.DueQuery{Each: true}); err != nil || !reflect.DeepEqual(items, anew) {
		p.t.Errorf("from what is kept of the cases: %+v, made anew: %+v (%v)", items, anew, err)
	}
	got, vanished := map[casefile.ID]int{}, map[casefile.ID]bool{}
	alone := map[casefile.Digest]bool{}
	for _, i := range items {
		switch {
		case !i.Mail.IsZero():
			alone[i.Mail] = true
		case i.Block == ask.BlockMail:
			got[i.Case] += i.Mails
		case i.Kind == ask.DueLetter && strings.Contains(i.Label, casefile.OutVanished.Label()):
			vanished[i.Case] = true
		}
	}
	l := p.ledger()
	want := l.open()
	for d := range want[""] {
		if !alone[d] {
			p.t.Errorf("%s waits outside of cases (%s, suggested %v) and stands nowhere", d.Short(), l.taken[d].Guess.Label(), l.taken[d].Suggestions)
		}
	}
	delete(want, "")
	for id := range l.stage {
		if got[id] != len(want[id]) {
			p.t.Errorf("%s (%s): %d open mails in due, and nobody decided about %v", id, l.stage[id].Label(), got[id], slices.Collect(maps.Keys(want[id])))
		}
	}
	for seq, id := range p.outs {
		p.must(p.View(func(tx *desk.View) error {
			if m, err := tx.Outgoing(seq); err != nil || m.State != casefile.OutVanished || vanished[casefile.ID(id)] {
				return err
			}
			p.t.Errorf("%s: the draft %d has gone, and nothing is due", id, seq)
			return nil
		}))
	}
	if p.t.Failed() {
		p.t.FailNow()
	}
}
