package intake

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime/quotedprintable"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/desk/desktest"
	"ysq.internal/ysq/cmd/internal/office/record"
	"ysq.internal/ysq/mailbox"
)

// server is a mailbox whose mails were fetched, and the room that takes them in.
type server struct {
	*Room
	clock *desktest.Clock
	t     *testing.T
	uid   uint32
}

// open opens the room of an office that makes cases of what arrives from 2026 on.
func open(t *testing.T) *server {
	t.Helper()
	d, k := desktest.Open(t, "2026-03-02")
	mails := NewMails(d, record.New(d))
	c := d.Config
	c.Intake.CasesFrom = d.Today() - 30
	if err := d.Adopt(c); err != nil {
		t.Fatal(err)
	}
	return &server{Room: New(d, mails), clock: k, t: t}
}

const form = "申请人：%s\r\n所需政府信息：%s的批复\r\n获取方式：电子邮件\r\n"

// mail is the source of an application. What comes before its first line may be other lines of a header.
func mail(lines, from, id, subject, text string) string {
	return lines + "From: " + from + "\r\nTo: foi@example.test\r\nDate: Mon, 02 Mar 2026 08:00:00 +0800\r\nMessage-ID: <" + id + ">\r\nSubject: " + subject +
		"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text
}

func application(from, id, about string) string {
	return mail("", from, id, "政府信息公开申请", fmt.Sprintf(form, "张三", about))
}

var folderNames = map[mailbox.Role]string{mailbox.RoleInbox: "INBOX", mailbox.RoleJunk: "垃圾邮件"}

// fetched keeps a mail as the poller does, under the next UID of a folder.
func (s *server) fetched(role mailbox.Role, source string) mailbox.Fetched {
	s.t.Helper()
	e, err := s.Keep(func(w io.Writer) error { _, err := io.WriteString(w, source); return err })
	if err != nil {
		s.t.Fatal(err)
	}
	s.uid++
	return mailbox.Fetched{Ref: mailbox.Ref{Account: "foi", Folder: folderNames[role], UIDValidity: 7, UID: s.uid}, Role: role, InternalDate: s.clock.Now, Size: e.Size, Digest: e.Digest}
}

func (s *server) take(batch ...mailbox.Fetched) {
	s.t.Helper()
	if err := s.Take(s.t.Context(), batch); err != nil {
		s.t.Fatal(err)
	}
}

// arrive takes mails in from INBOX, and returns where the last of them lies.
func (s *server) arrive(sources ...string) casefile.MessageTaken {
	s.t.Helper()
	var batch []mailbox.Fetched
	for _, source := range sources {
		batch = append(batch, s.fetched(mailbox.RoleInbox, source))
	}
	s.take(batch...)
	return s.where(batch[len(batch)-1].Digest)
}

func (s *server) where(d casefile.Digest) casefile.MessageTaken {
	s.t.Helper()
	taken, err := desk.Look(s.Desk, func(v *desk.View) (casefile.MessageTaken, error) { return desk.Lies(v, d) })
	if err != nil {
		s.t.Fatal(err)
	}
	return taken
}

func (s *server) head() uint64 {
	s.t.Helper()
	seq, _, err := s.Reg.Head()
	if err != nil {
		s.t.Fatal(err)
	}
	return seq
}

// A mail becomes a case in the transaction that books it. After a crash between the commit and its answer the mail
// comes again, and nothing is recorded; under another UID the same bytes are a duplicate.
func TestTake(t *testing.T) {
	s := open(t)
	first := s.fetched(mailbox.RoleInbox, application("zhangsan@example.test", "1@example.test", "甲路"))
	s.take(first)
	at := s.where(first.Digest)
	if at.Disposition != casefile.ToCase || at.Case != "2026-00001" {
		t.Fatalf("an application went to %s %s: %v", at.Disposition, at.Case, at.Reasons)
	}
	if c, _, err := s.Reg.Case(at.Case); err != nil || c.Stage != casefile.StageReceived || c.ArrivedOn != s.Today() {
		t.Errorf("its case is %v %s, %v", c.Stage, c.ArrivedOn, err)
	}
	before := s.head()
	s.take(first)
	if after := s.head(); after != before {
		t.Errorf("the same mail was recorded again: %d, then %d", before, after)
	}
	again := first
	again.UID = 99
	s.take(again)
	if d := s.where(first.Digest); d.Case != at.Case {
		t.Errorf("its copy moved it to %s %s", d.Disposition, d.Case)
	}
	if owed, err := s.Owed(t.Context(), "foi", "INBOX", 7, []uint32{first.UID, 99, 100}); err != nil || !slices.Equal(owed, []uint32{100}) {
		t.Errorf("owed are %v, %v", owed, err)
	}
}

// A mail whose reading panics waits for a person, and the others of its batch do not notice.
func TestUnreadable(t *testing.T) {
	s := open(t)
	good, bad := s.fetched(mailbox.RoleInbox, application("a@example.test", "1@example.test", "甲路")), s.fetched(mailbox.RoleInbox, application("b@example.test", "2@example.test", "乙路"))
	s.OnOne = func(doing string, d casefile.Digest) {
		if doing == "读信" && d == bad.Digest {
			panic("a fault of the parser")
		}
	}
	s.take(bad, good)
	if at := s.where(good.Digest); at.Case == "" {
		t.Errorf("the good one went to %s", at.Disposition)
	}
	if at := s.where(bad.Digest); at.Disposition != casefile.Parked || !failedToTake(at) {
		t.Fatalf("the bad one went to %s: %v", at.Disposition, at.Defects)
	}
	s.OnOne = nil
	res, err := s.Retry(t.Context(), s.clock.Call(), ask.RetryRequest{})
	if err != nil || len(res.Decided) != 1 || s.where(bad.Digest).Case == "" {
		t.Errorf("tried again: %+v, %v; it lies in %s", res.Decided, err, s.where(bad.Digest).Disposition)
	}
}

// An alias brings the same mail under other Received lines: it is no second case, and the case knows both arrivals.
// The same Message-ID with another text is another mail.
func TestCopies(t *testing.T) {
	s := open(t)
	source := application("zhangsan@example.test", "1@example.test", "甲路")
	at := s.arrive(source)
	s.clock.Now = s.clock.Now.Add(time.Hour)
	other := s.arrive("Received: from relay.example.test by mx.example.test; Mon, 02 Mar 2026 08:30:00 +0800\r\n" + source)
	if other.Disposition != casefile.Duplicate || other.Case != at.Case || other.CopyOf != at.Digest {
		t.Errorf("the copy is %s of %s in %s", other.Disposition, other.CopyOf.Short(), other.Case)
	}
	_, history, err := s.Reg.Case(at.Case)
	if err != nil || !slices.ContainsFunc(history, func(r casefile.Record) bool { return r.Event.Kind() == casefile.KindCopyReceived }) {
		t.Errorf("the case does not know of it: %v", err)
	}
	if changed := s.arrive(application("zhangsan@example.test", "1@example.test", "乙路")); changed.Disposition == casefile.Duplicate {
		t.Error("another text under the same Message-ID is taken for a copy")
	}
	// The bytes of the copy lie in another folder, too, from an earlier day: the case learns of the earliest only.
	for _, days := range []int{-1, -3, -2} {
		again := s.fetched(mailbox.RoleJunk, "Received: from relay.example.test by mx.example.test; Mon, 02 Mar 2026 08:30:00 +0800\r\n"+source)
		again.InternalDate = again.InternalDate.AddDate(0, 0, days)
		s.take(again)
	}
	c, history, err := s.Reg.Case(at.Case)
	told := slices.DeleteFunc(history, func(r casefile.Record) bool { return r.Event.Kind() != casefile.KindCopyReceived })
	if err != nil || len(told) != 3 || c.Strict.Start != civil.New(2026, 2, 27) {
		t.Errorf("the strict clock runs from %s after %d copies, %v", c.Strict.Start, len(told), err)
	}
	// A person who finds that the copy is none makes a case of it; what it told the first one is void.
	row, err := s.mails.OpenMail(t.Context(), s.clock.Call(), ask.MailRef{Mail: other.Digest.String()})
	if err != nil || row.Case == at.Case {
		t.Fatalf("the copy became %s, %v", row.Case, err)
	}
	_, history, _ = s.Reg.Case(at.Case)
	if slices.ContainsFunc(casefile.Live(history), func(r casefile.Record) bool { return r.Event.Kind() == casefile.KindCopyReceived }) {
		t.Error("the first case still counts the arrival of the copy")
	}
}

// A gateway that encodes a mail anew changes nothing in it; one that writes something below it does.
func TestCopiesEncodedAnew(t *testing.T) {
	s := open(t)
	source := application("zhangsan@example.test", "1@example.test", "甲路")
	at := s.arrive(source)
	head, body, _ := strings.Cut(source, "\r\n\r\n")
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(body)
	if err != nil {
		t.Fatal(err)
	}
	var quoted strings.Builder
	w := quotedprintable.NewWriter(&quoted)
	io.WriteString(w, body)
	w.Close()
	for name, encoded := range map[string]string{
		"quoted-printable": strings.Replace(head, "8bit", "quoted-printable", 1) + "\r\n\r\n" + quoted.String(),
		"base64":           strings.Replace(head, "8bit", "base64", 1) + "\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(body, "\r\n", "\n")+"\n")),
		"GBK":              strings.Replace(head, "utf-8", "gbk", 1) + "\r\n\r\n" + gbk,
		"blanks":           head + "\r\n\r\n" + strings.ReplaceAll(body, "\r\n", "  \r\n") + "\r\n",
	} {
		if other := s.arrive(encoded); other.Disposition != casefile.Duplicate || other.CopyOf != at.Digest {
			t.Errorf("encoded anew as %s it is %s of %s", name, other.Disposition, other.CopyOf.Short())
		}
	}
	if footed := s.arrive(source + "\r\n-- \r\n本邮件已经扫描\r\n"); footed.Disposition == casefile.Duplicate {
		t.Error("a mail with another line below is taken for a copy")
	}
	// What cannot be decoded is written as � and may be anything; of very many parts not all are compared.
	garbled := func(b string) string {
		return strings.NewReplacer("utf-8", "gbk", "1@example.test", "2@example.test").Replace(head) + "\r\n\r\n" + b
	}
	many := func(last string) string {
		var parts strings.Builder
		for range 500 {
			parts.WriteString("--x\r\n\r\n略\r\n")
		}
		return strings.NewReplacer("text/plain; charset=utf-8", "multipart/mixed; boundary=x", "1@example.test", "3@example.test").Replace(head) + "\r\n\r\n" + parts.String() + "--x\r\n\r\n" + last + "\r\n--x--\r\n"
	}
	for name, two := range map[string][2]string{"bytes": {garbled("\xff"), garbled("\xfe")}, "parts": {many("甲"), many("乙")}} {
		s.arrive(two[0])
		if second := s.arrive(two[1]); second.Disposition == casefile.Duplicate {
			t.Errorf("two mails that may differ are copies: %s", name)
		}
	}
}

// A copy of a mail that came to the case later: the step that takes the mail has the day of the earliest arrival; opened
// as a case of its own the mail takes its copy along.
func TestCopiesOfAnAnswer(t *testing.T) {
	s := open(t)
	at := s.arrive(application("zhangsan@example.test", "1@example.test", "甲路"))
	s.clock.Set("2026-03-05")
	source := mail("In-Reply-To: <1@example.test>\r\n", "zhangsan@example.test", "2@example.test", "Re: 政府信息公开申请", "补充：我要的是2024年的。\r\n")
	answer := s.fetched(mailbox.RoleInbox, source)
	s.take(answer)
	if s.where(answer.Digest).Case != at.Case {
		t.Fatalf("the answer lies in %q", s.where(answer.Digest).Case)
	}
	day := func() civil.Date {
		t.Helper()
		open, err := desk.Look(s.Desk, func(v *desk.View) ([]casefile.OpenMail, error) {
			c, err := v.Case(at.Case)
			if err != nil {
				return nil, err
			}
			return v.OpenMails(c)
		})
		if err != nil || len(open) != 1 {
			t.Fatalf("%+v, %v", open, err)
		}
		return open[0].On()
	}
	again := s.fetched(mailbox.RoleJunk, source) // the same bytes in another folder
	again.InternalDate = again.InternalDate.AddDate(0, 0, -1)
	s.take(again)
	if day() != civil.New(2026, 3, 4) {
		t.Errorf("with a copy of the same bytes the answer is of %s", day())
	}
	other := s.fetched(mailbox.RoleInbox, "Received: from a.example.test by b.example.test; Tue, 03 Mar 2026 08:30:00 +0800\r\n"+source)
	s.take(other)
	if to := s.where(other.Digest); to.Disposition != casefile.Duplicate || to.CopyOf != answer.Digest || day() != civil.New(2026, 3, 3) {
		t.Errorf("the copy is %s of %s; the answer is of %s", to.Disposition, to.CopyOf.Short(), day())
	}
	if c, _, err := s.Reg.Case(at.Case); err != nil || c.ArrivedOn != civil.New(2026, 3, 2) || c.Strict.Due != civil.New(2026, 3, 30) {
		t.Errorf("the case arrived on %s and is due on %s, %v", c.ArrivedOn, c.Strict.Due, err)
	}
	row, err := s.mails.OpenMail(t.Context(), s.clock.Call(), ask.MailRef{Mail: answer.Digest.String()})
	if err != nil || s.where(other.Digest).Case != row.Case {
		t.Fatalf("%+v, %v; the copy lies in %q", row, err, s.where(other.Digest).Case)
	}
	if c, _, err := s.Reg.Case(row.Case); err != nil || c.Strict.Start != civil.New(2026, 3, 3) {
		t.Errorf("its own case begins on %s, %v", c.Strict.Start, err)
	}
	_, history, _ := s.Reg.Case(at.Case)
	for _, r := range casefile.Live(history) {
		if e, ok := r.Event.(casefile.CopyReceived); ok && e.Digest == other.Digest {
			t.Error("the first case still counts the arrival of the copy")
		}
	}
}

// The copies of a mail that waits go with it: into the case to which a person attaches it, and out again.
func TestCopiesOfWhatIsAttached(t *testing.T) {
	s := open(t)
	id := s.arrive(application("zhangsan@example.test", "1@example.test", "甲路")).Case
	source := mail("", "lisi@example.test", "2@example.test", "自动回复：出差", "本人出差。\r\n")
	first := s.arrive(source)
	other := s.arrive("Received: from a.example.test by b.example.test; Mon, 02 Mar 2026 08:30:00 +0800\r\n" + source)
	if first.Disposition != casefile.Parked || other.CopyOf != first.Digest || other.Case != "" {
		t.Fatalf("%s; copy of %s in %q", first.Disposition, other.CopyOf.Short(), other.Case)
	}
	if _, err := s.mails.AttachMail(t.Context(), s.clock.Call(), ask.AttachMailRequest{CaseRef: ask.CaseRef{Case: id}, MailRef: ask.MailRef{Mail: first.Digest.String()}, Reason: "属于本件"}); err != nil {
		t.Fatal(err)
	}
	if to := s.where(other.Digest); to.Case != id || to.Disposition != casefile.Duplicate {
		t.Errorf("the copy is %s in %q", to.Disposition, to.Case)
	}
	err := s.Change(s.clock.Call(), func(tx *desk.Change) error {
		_, _, err := s.mails.record.Add(tx, casefile.Draft{Case: id, Event: casefile.Detached{Digest: first.Digest, Reason: "不属于本件"}})
		return err
	})
	if to := s.where(other.Digest); err != nil || to.Case != "" || to.CopyOf != first.Digest || s.where(first.Digest).Disposition != casefile.Parked {
		t.Errorf("taken out: %v; the copy lies in %q", err, to.Case)
	}
}

// A person makes a case of a mail that waits, with its day of arrival, and not of one that has opened its case.
func TestOpenMail(t *testing.T) {
	s := open(t)
	junk := s.fetched(mailbox.RoleJunk, application("zhangsan@example.test", "1@example.test", "甲路"))
	s.take(junk)
	if at := s.where(junk.Digest); at.Disposition != casefile.Parked {
		t.Fatalf("from the folder of junk it went to %s", at.Disposition)
	}
	s.clock.Set("2026-03-05")
	row, err := s.mails.OpenMail(t.Context(), s.clock.Call(), ask.MailRef{Mail: junk.Digest.Short()})
	if err != nil || row.ArrivedAt == nil || row.ArrivedAt.Day() != 2 {
		t.Fatalf("%+v, %v", row.ArrivedAt, err)
	}
	_, err = s.mails.OpenMail(t.Context(), s.clock.Call(), ask.MailRef{Mail: junk.Digest.Short()})
	if e, ok := errors.AsType[*ask.Error](err); !ok || e.Code != "mail-in-case" {
		t.Errorf("opened twice: %v", err)
	}
}

// One line stands for all mails that the office sent on no case: it waits since the oldest, and one without a day came now.
func TestSentDue(t *testing.T) {
	s := open(t) // on 2026-03-02
	sent := func(n byte, day int) casefile.MessageTaken {
		m := casefile.MessageTaken{Letter: casefile.Letter{Digest: casefile.Digest{n}}, Guess: casefile.GuessSent}
		if day > 0 {
			m.ArrivedAt = time.Date(2026, 2, day, 9, 0, 0, 0, civil.Zone)
		}
		return m
	}
	i := s.mails.sentDue([]casefile.MessageTaken{sent(1, 0), sent(2, 26), sent(3, 25)})
	if civil.Date(i.On) != civil.New(2026, 2, 25) || i.Mails != 3 || i.Mail != sent(3, 0).Digest || i.Newest.Digest != sent(1, 0).Digest {
		t.Errorf("%d mails since %v, the first %s, the newest %s", i.Mails, i.On, i.Mail.Short(), i.Newest.Digest.Short())
	}
}

// A copy that the server gives no date gets that of a line in its header, which is the sender's word: it is not the
// arrival of a mail that the server has dated, be it the same bytes or come by another way.
func TestUndatedCopies(t *testing.T) {
	s := open(t)
	source := application("zhangsan@example.test", "1@example.test", "甲路")
	line := func(day string) string {
		return "Received: from a.example.test by b.example.test; " + day + " Feb 2026 08:30:00 +0800\r\n"
	}
	first := s.fetched(mailbox.RoleJunk, line("Thu, 26")+source)
	again, other := s.fetched(mailbox.RoleJunk, line("Thu, 26")+source), s.fetched(mailbox.RoleJunk, line("Tue, 10")+source)
	again.InternalDate, other.InternalDate = time.Time{}, time.Time{}
	s.take(again, first, other)
	if to := s.where(other.Digest); to.CopyOf != first.Digest || !to.ByHeader {
		t.Fatalf("copy of %s, by its header: %v", to.CopyOf.Short(), to.ByHeader)
	}
	s.clock.Set("2026-03-05")
	due, err := desk.Look(s.Desk, func(v *desk.View) (civil.Date, error) { return s.mails.strictDue(v, s.where(first.Digest)) })
	row, opened := s.mails.OpenMail(t.Context(), s.clock.Call(), ask.MailRef{Mail: first.Digest.Short()})
	if err = errors.Join(err, opened); err != nil || row.ArrivedAt.Day() != 2 {
		t.Fatalf("arrived at %v, %v", row.ArrivedAt, err)
	}
	c, history, err := s.Reg.Case(row.Case)
	if err != nil || c.Strict.Start != civil.New(2026, 2, 26) || c.Strict.Due != due {
		t.Errorf("the strict clock runs from %s to %s, want to %s, %v", c.Strict.Start, c.Strict.Due, due, err)
	}
	for _, r := range history {
		if _, ok := r.Event.(casefile.CopyReceived); ok {
			t.Errorf("it learned of an arrival that is none: %+v", r.Event)
		}
	}
}

// Where the server dates a copy alone, the date in the header of the first does not count either.
func TestDatedCopyOfAnUndatedMail(t *testing.T) {
	s := open(t)
	source := application("zhangsan@example.test", "1@example.test", "甲路")
	first := s.fetched(mailbox.RoleJunk, "Received: from a.example.test by b.example.test; Tue, 10 Feb 2026 08:30:00 +0800\r\n"+source)
	first.InternalDate = time.Time{}
	s.take(first)
	other := s.fetched(mailbox.RoleJunk, source)
	s.take(other)
	if to := s.where(other.Digest); to.CopyOf != first.Digest || !s.where(first.Digest).ByHeader {
		t.Fatalf("%s is a copy of %s", to.Digest.Short(), to.CopyOf.Short())
	}
	s.clock.Set("2026-03-05")
	due, err := desk.Look(s.Desk, func(v *desk.View) (civil.Date, error) { return s.mails.strictDue(v, s.where(first.Digest)) })
	row, opened := s.mails.OpenMail(t.Context(), s.clock.Call(), ask.MailRef{Mail: first.Digest.Short()})
	if err = errors.Join(err, opened); err != nil {
		t.Fatal(err)
	}
	if c, _, err := s.Reg.Case(row.Case); err != nil || c.Strict.Start != civil.New(2026, 3, 2) || c.Strict.Due != due {
		t.Errorf("the strict clock runs from %s to %s, want to %s, %v", c.Strict.Start, c.Strict.Due, due, err)
	}
}

// What the server lists and does not hand out is in the book, and due again when its time has come.
func TestQuarantine(t *testing.T) {
	s := open(t)
	ref := mailbox.Ref{Account: "foi", Folder: "INBOX", UIDValidity: 7, UID: 5}
	if err := s.Quarantine(t.Context(), mailbox.Trouble{Ref: ref, Reason: mailbox.ReasonBroken, Tries: 3, Next: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	owed := func() []uint32 {
		t.Helper()
		o, err := s.Owed(t.Context(), ref.Account, ref.Folder, ref.UIDValidity, []uint32{ref.UID})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	if o := owed(); len(o) != 0 {
		t.Errorf("owed at once: %v", o)
	}
	s.clock.Now = s.clock.Now.Add(2 * time.Hour)
	if o := owed(); len(o) != 1 {
		t.Errorf("owed later: %v", o)
	}
}

// What a transaction remembers of a sender is what the register says at any moment, also where cases come and leave
// while it runs, and whatever the case of the letters in the address.
func TestSenderIndex(t *testing.T) {
	s := open(t)
	const mail = "Zhangsan@example.test"
	err := s.Record(actorMailbox, s.Now(), func(tx *desk.Change) error {
		p := &placing{Room: s.Room, tx: tx}
		check := func(when string) {
			t.Helper()
			var want []casefile.ID
			for id := range tx.CasesByAddress(strings.ToLower(mail)) {
				want = append(want, id)
			}
			if got := slices.Collect(p.casesOf(mail)); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", when, got, want)
			}
		}
		check("before any")
		for i := range burst + 5 {
			id := tx.NextID(2026)
			e := casefile.Received{Channel: casefile.Email, ArrivedAt: tx.At, Letter: casefile.Letter{Digest: casefile.Digest{byte(i + 1)}, From: casefile.Address{Mail: mail}, MessageID: fmt.Sprint(i)}}
			if err := p.append([]casefile.Draft{{Case: id, On: tx.Today(), Event: e}}); err != nil {
				return err
			}
			check(fmt.Sprint("with ", i+1))
		}
		// Somebody else's case gets the address, too.
		other := tx.NextID(2026)
		if err := p.append([]casefile.Draft{{Case: other, On: tx.Today(), Event: casefile.Received{Channel: casefile.InPerson}},
			{Case: other, On: tx.Today(), Event: casefile.Registered{As: casefile.Application, Applicant: "李四", Column: casefile.Natural, Request: "甲", Email: mail}}}); err != nil {
			return err
		}
		check("registered with it")
		open, err := index{p}.CasesByAddress(mail)
		if err != nil || len(open) != sendersCases || !slices.IsSorted(open) || open[len(open)-1] != other {
			t.Errorf("open cases: %v, %v", open, err)
		}
		// A case that changes is read anew.
		if c, err := p.caseOf(other); err != nil || c.Stage != casefile.StageRegistered {
			t.Errorf("%v, %v", c, err)
		}
		if err := p.append([]casefile.Draft{{Case: other, On: tx.Today(), Event: casefile.Withdrawn{}}}); err != nil {
			return err
		}
		if c, err := p.caseOf(other); err != nil || c.Stage != casefile.StageWithdrawn {
			t.Errorf("%v, %v", c, err)
		}
		if _, err := p.caseOf("2026-99999"); !errors.Is(err, register.ErrNotFound) {
			t.Errorf("no case: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Of very many cases that wait for opinions the latest are known, and who is asked once more after an answer.
func TestConsultations(t *testing.T) {
	s := open(t)
	err := s.Record(actorMailbox, s.Now(), func(tx *desk.Change) error {
		p := &placing{Room: s.Room, tx: tx}
		asked := func(party string) casefile.Event {
			return casefile.ConsultationSent{Side: casefile.ThirdParty, Party: party}
		}
		var ids []casefile.ID
		for i := range mostConsulting + 1 {
			events := []casefile.Event{casefile.Received{Channel: casefile.InPerson}, casefile.Registered{As: casefile.Application, Applicant: "李四", Column: casefile.Natural, Request: "甲"}, asked("甲公司")}
			if i == mostConsulting {
				events = append(events, casefile.ConsultationAnswered{Party: "甲公司", Opinion: casefile.OtherOpinion}, asked("乙公司"), asked("甲公司"))
			}
			id := tx.NextID(2026)
			var drafts []casefile.Draft
			for _, e := range events {
				drafts = append(drafts, casefile.Draft{Case: id, On: tx.Today(), Event: e})
			}
			if err := p.append(drafts); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		all, err := index{p}.Consultations()
		if n := mostConsulting + 1; err != nil || len(all) != n || all[0].Case != ids[1] || all[n-2].Party != "乙公司" || all[n-1].Party != "甲公司" || all[n-1].Case != ids[n-1] {
			t.Errorf("%d, from %v to %v, %v", len(all), all[0], all[max(0, len(all)-2):], err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
