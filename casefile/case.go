package casefile

import (
	"slices"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Case is what a case's records come to: a projection, derived by Fold and kept beside the records
// only so that lists need not fold. Every field can be thrown away and made again.
type Case struct {
	ID      ID
	Kind    RequestKind
	Stage   Stage
	Channel Channel
	Column  Column

	// ToConfirm says that 收到申请之日 is the day on which both sides confirmed it (条例31): by the channel, by the published
	// rule of the office's platform, or because the application reached another unit first.
	ToConfirm bool

	// Seems is what the mail seems to be that opened the case, where that is no application; once somebody has registered
	// it, Kind says what it is.
	Seems Nature

	ArrivedAt    time.Time  // instant of arrival in the mailbox; zero when only the day is known
	ArrivedOn    civil.Date // its day, by which the case is numbered and counted
	StampedOn    civil.Date // an earlier day that the mail's Received line or a person names; zero for none
	ConfirmedOn  civil.Date // 双方确认之日
	RegisteredOn civil.Date
	ReviewedOn   civil.Date
	CorrectedOn  civil.Date // the latest 补正告知
	RepliedOn    civil.Date
	DispatchedOn civil.Date
	DeliveredOn  civil.Date
	StoppedOn    civil.Date // service: the day that counts for time and year
	ArchivedOn   civil.Date

	Outcome  Outcome
	Basis    string
	Document string // number of the reply

	// ArrivalDoubted (到达日存疑) says that StampedOn is so much earlier, or was found so late, that a person has
	// to settle the day of arrival. SureDue is then the strict due date counted from ArrivedOn: only when it
	// has passed, too, is the case overdue.
	ArrivalDoubted bool
	SureDue        civil.Date

	// TallyOn and Tally are what 表三 counts: the first outcome, or the one that replaced it in the
	// same year after 重新办理. CountedIn is the year that a person said for 新收; zero = by date.
	TallyOn   civil.Date
	Tally     Outcome
	CountedIn int
	// Reclassified is how often a person put right the column or the row (改列).
	Reclassified int
	// Carried marks a case of the opening balance: 上年结转, never 新收.
	Carried bool

	Strict, Legal Reading  // of the current period
	Periods       []Period // all of the case's, in order
	ExtendedDays  int      // working days granted in the current period
	Corrections   int      // notices of 补正 so far
	Undelivered   bool
	Unreached     Returned // notices that were sent and of which nobody has recorded the arrival
	Returned      Returned // notices that came back and were not sent again
	Messages      int      // mails in the case, the first included, and those of cases merged into it

	// Approval is where the proposed answer stands within the office, ApprovalOn since when.
	Approval   Approval
	ApprovalOn civil.Date

	ReportBy  civil.Date // by when the department has to report, as the office set it; zero: it need not, or has
	Publicity Publicity  // of what was applied for
	KeepYears int        // how long its files are kept; 0: as the office keeps all, KeptForGood: for ever

	Applicant  string // as registered; until then the sender's name
	Contact    string
	Email      string // that a person registered
	Form       string // 载体形式 as wanted
	Delivery   string // 获取方式 as wanted
	Subject    string
	Request    string
	Department string
	Assignee   string
	Agent      string
	MergedInto ID       // the case that goes on for this one
	Addresses  []string // e-mail addresses that belong to the case: those of its incoming mails, and Email

	// LettersOwed says that a letter was issued of which nobody has recorded that it went out (Unannounced), while
	// the case is open.
	LettersOwed bool

	OpenMail int        // mails in it about which nobody has decided
	OldestOn civil.Date // when the oldest of them arrived; zero: there is none
	// Suggested are open mails that are elsewhere and may belong to the case. Whoever judges a draft sets
	// them; they are no part of the projection.
	Suggested []OpenMail `json:"-"`

	stageBefore Stage   // to which Reinstated returns
	returnable  bool    // what stopped the clock fails when it comes back
	tally       Outcome // before the last service, with its day
	tallyOn     civil.Date
	law         *Statute // while the case is folded
}

// Reading is a clock as the projection keeps it.
type Reading struct {
	Start       civil.Date
	Due         civil.Date
	Provisional bool
	Waiting     Waiting
	WaitSince   civil.Date
	WaitUntil   civil.Date
	Ordered     bool `json:",omitzero"` // Due was set by a court or the 复议机关
}

func (c Clock) reading() Reading {
	return Reading{c.Start, c.Due, c.Provisional, c.Waiting, c.WaitSince, c.WaitUntil, c.Ordered}
}

// ReceivedOn is 收到申请之日: the confirmed day where the channel needs confirmation and has it, else
// the arrival.
func (c Case) ReceivedOn() civil.Date {
	if c.ToConfirm && !c.ConfirmedOn.IsZero() {
		return c.ConfirmedOn
	}
	return c.ArrivedOn
}

// NewIn is the year in which the case counts as 新收.
func (c Case) NewIn() int {
	if c.CountedIn != 0 {
		return c.CountedIn
	}
	return c.ReceivedOn().Year()
}

// Counts reports whether the case is one of 表三: registered as an application, not dismissed and
// not one with another.
func (c Case) Counts() bool {
	return c.Kind == Application && c.Stage != StageDismissed && c.Stage != StageMerged
}

// Fold derives a case from its records, and what is in it also from those of the cases that were merged
// into it. It is total: whatever the records say, there is a case.
func Fold(id ID, history []Record, law Statute, cal *workday.Calendar, merged ...[]Record) Case {
	live := Live(history)
	c := Case{ID: id, law: &law}
	for _, r := range live {
		c.apply(r)
	}
	c.approve(live)
	c.law, c.returnable, c.tally, c.tallyOn = nil, false, 0, 0
	items, lives := contents(live), [][]Record{live}
	for _, m := range merged {
		one := Live(m)
		items, lives = append(items, contents(one)...), append(lives, one)
	}
	if c.Stage != StageMerged { // otherwise they are open in the case that goes on
		if open := openMails(lives); len(open) > 0 {
			c.OpenMail, c.OldestOn = len(open), open[0].On()
		}
	}
	c.LettersOwed = c.Stage.Open() && len(Unannounced(live)) > 0
	for _, i := range onceEach(items) {
		c.addMail(i)
	}
	c.addAddress(c.Email)
	clocks := readClocks(live, c, law, cal)
	c.Strict, c.Legal, c.Periods, c.SureDue = clocks.Strict.reading(), clocks.Legal.reading(), clocks.Periods, clocks.sureDue
	c.ExtendedDays = clocks.Legal.Extended
	if clocks.Legal.Start.IsZero() {
		c.ExtendedDays = clocks.Strict.Extended
	}
	return c
}

func (c *Case) apply(r Record) {
	row := r.Event.Kind().row()
	if row.does.fold != nil {
		row.does.fold(c, r, r.Event)
	}
	if e, ok := r.Event.(DeliveryFailed); ok && e.Of != NoticeReply {
		return // the case stands where it stood
	}
	c.advance(row)
}

// advance moves the case on. A fact learned late, or a step taken twice, does not move it back: only
// 送达失败 and 重新办理 do.
func (c *Case) advance(k *KindInfo) {
	back := k.Kind == KindDeliveryFailed || k.Kind == KindReopened || k.To == StageArchived
	if k.To > c.Stage || (back && k.To != StageNone) {
		c.Stage = k.To
	}
}

// addMail counts a mail of the case. The addresses of those who wrote to the office belong to the case;
// the office's own does not.
func (c *Case) addMail(i Item) {
	if !i.Mail() {
		return
	}
	c.Messages++
	if _, joined := i.Record.Event.(MessageIn); joined && !i.Letter.Verified.Trusted() {
		return // a mail that nobody vouches for teaches no address
	}
	if i.Sort == Incoming {
		c.addAddress(i.Letter.From.Mail)
	}
}

func (c *Case) addAddress(mail string) {
	if mail != "" && !slices.Contains(c.Addresses, mail) {
		c.Addresses = append(c.Addresses, mail)
	}
}

func (c *Case) serve(day civil.Date) {
	c.Stage = StageServed
	c.stop(day)
}

func (c *Case) stop(day civil.Date) {
	if !c.StoppedOn.IsZero() {
		return // the first service governs
	}
	c.StoppedOn, c.tallyOn, c.tally = day, c.TallyOn, c.Tally
	if c.TallyOn.IsZero() || bool(c.law.SameYearReplace) && c.TallyOn.Year() == day.Year() {
		c.TallyOn, c.Tally = day, c.Outcome
	}
}

// unserve takes a service back that failed, with what it counted.
func (c *Case) unserve() {
	c.StoppedOn, c.TallyOn, c.Tally = 0, c.tallyOn, c.tally
}
