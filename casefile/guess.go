package casefile

// Guess is what a mail on a case probably is. Intake proposes it; a person decides.
type Guess uint8

const (
	GuessNone        Guess = iota // nobody judged: a mail of a register from before schema 4
	GuessCorrection               // 补正 (条例30)
	GuessWithdrawal               // 撤回
	GuessConfirmed                // the applicant confirms the receipt (条例31)
	GuessPayment                  // 缴费凭证 (条例42)
	GuessReasons                  // 说明理由 (条例35)
	GuessOpinion                  // 意见 of a side that was consulted (条例32, 34)
	GuessReminder                 // 催办
	GuessThanks                   // 感谢
	GuessApplication              // 疑为新申请
	GuessOther                    // a mail that does not say what it is
	GuessBounce                   // 退信？: a report on a letter of the office, which a person has to judge
	GuessSent                     // a letter of the office of which nobody knows the case
	GuessNotice                   // a report that needs nobody: delivered, delayed, or recorded as 送达失败 already
)

var guesses = codes{{}, {"correction", "补正"}, {"withdrawal", "撤回"}, {"confirmation", "确认收到"}, {"payment", "缴费凭证"}, {"reasons", "说明理由"},
	{"opinion", "意见"}, {"reminder", "催办"}, {"thanks", "感谢"}, {"application", "疑为新申请"}, {"other", "来信"}, {"bounce", "退信？"}, {"sent", "去信待归"}, {"notice", "回执"}}

func (g Guess) String() string { return guesses.code(uint8(g)) }

// Label returns the Chinese word.
func (g Guess) Label() string {
	if g == GuessNone {
		return GuessOther.Label()
	}
	return guesses.label(uint8(g))
}

// Likely says what the mail probably is, for a sentence: a label that doubts already is not doubted twice.
func (g Guess) Likely() string {
	switch g {
	case GuessApplication:
		return "像是新的申请"
	case GuessBounce:
		return "像是退信"
	case GuessNone, GuessOther, GuessSent:
		return g.Label()
	}
	return "像是" + g.Label()
}

func ParseGuess(s string) (Guess, error)            { return parsed[Guess](guesses, "来信类别", s) }
func (g Guess) MarshalText() ([]byte, error)        { return []byte(g.String()), nil }
func (g *Guess) UnmarshalText(b []byte) (err error) { *g, err = ParseGuess(string(b)); return err }

// Fits reports whether a mail that is probably this is decided by a step of that kind.
func (g Guess) Fits(k Kind) bool { return g.Step() == k && k != KindSeen }

// Step is the kind of record that decides such a mail: the step for which it was sent, otherwise 阅毕.
func (g Guess) Step() Kind {
	switch g {
	case GuessCorrection:
		return KindCorrectionReceived
	case GuessWithdrawal:
		return KindWithdrawn
	case GuessConfirmed:
		return KindConfirmed
	case GuessPayment:
		return KindFeePaid
	case GuessReasons:
		return KindReasonGiven
	case GuessOpinion:
		return KindConsultationAnswered
	case GuessBounce:
		return KindDeliveryFailed
	}
	return KindSeen
}

// Plain reports whether nothing follows from such a mail, so that several may be marked as read at once.
func (g Guess) Plain() bool { return g == GuessReminder || g == GuessThanks }
