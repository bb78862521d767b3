package casefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
)

// The kinds of how an answer is decided within the office before it goes out: 拟办、审核、签发 (条例 第四十五条), and
// the 保密审查 before anything is disclosed (第十七条). None of them moves the clock.
const (
	KindScreened  Kind = "screened"
	KindSubmitted Kind = "submitted"
	KindSigned    Kind = "signed"
	KindSentBack  Kind = "sent-back"
)

func (Screened) Kind() Kind  { return KindScreened }
func (Submitted) Kind() Kind { return KindSubmitted }
func (Signed) Kind() Kind    { return KindSigned }
func (SentBack) Kind() Kind  { return KindSentBack }

// approving are the rows of these kinds.
func approving() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "保密审查", Command: "screen", Article: "条例第十七条", Stages: working,
			Needs: []Need{{"by", "审查人", "by"}, {"result", "审查结果", "result"}}}, does[Screened]{
			says: func(e Screened) string {
				return phrases(e.Result.Label(), "审查人 "+e.By, prefixed("文号 ", e.Document), e.Note)
			},
		}),
		of(KindInfo{Label: "送审", Command: "submit", Article: "条例第四十五条", Stages: working, To: StageHandling}, does[Submitted]{
			says: func(e Submitted) string {
				what := ""
				if r, err := e.Reply(); err == nil {
					what = Describe(r)
				}
				return phrases(e.Letter.Label(), what, prefixed("同时答复 ", joined(e.With)), prefixed("附件 ", namesOf(e.Annexes)), prefixed("纸质附件 ", strings.Join(e.OnPaper, "、")), prefixed("拟办意见：", e.Note))
			},
			rule: (*judge).submitted,
		}),
		of(KindInfo{Label: "签发", Command: "sign", Article: "条例第四十五条", Stages: working}, does[Signed]{
			says: func(e Signed) string {
				return phrases(fmt.Sprintf("送审记录 %d", e.Submission), "签发人 "+e.By, prefixed("审查呈批单 ", e.Document), e.Words)
			},
			awaits: func(c Case) bool { return c.Approval == AwaitsSigning },
			rule:   func(j *judge, e Signed) error { return j.decidesOn(e.Submission, e.By) },
		}),
		of(KindInfo{Label: "退回", Command: "return", Article: "条例第四十五条", Stages: working,
			Needs: []Need{{"words", "退回的意见", "words"}}}, does[SentBack]{
			says: func(e SentBack) string {
				return phrases(fmt.Sprintf("送审记录 %d", e.Submission), e.By, prefixed("审查呈批单 ", e.Document), e.Words)
			},
			awaits: func(c Case) bool { return c.Approval == AwaitsSigning },
			rule:   func(j *judge, e SentBack) error { return j.decidesOn(e.Submission, e.By) },
		}),
	}
}

// Screened (保密审查) says whether the information may be disclosed, who found so and when.
type Screened struct {
	By       string    `json:"by"`
	Result   Screening `json:"result"`
	Document string    `json:"document,omitzero"` // of the 保密审查 on paper
	Note     string    `json:"note,omitzero"`
}

// Submitted (送审) is an answer as a clerk proposes it. What it says is frozen: whoever signs, signs this, and an
// answer that is not the same is not signed.
type Submitted struct {
	// Answer is the reply, a Replied without its document number.
	Answer json.RawMessage `json:"answer"`
	Letter LetterKind      `json:"letter"`
	// Draft is the letter as it reads without its number, dated the day of the submission. Its bytes are kept: what
	// is issued later must come to the same ones but for number and date.
	Draft   File     `json:"draft"`
	Annexes []File   `json:"annexes,omitzero"`  // what it encloses
	OnPaper []string `json:"on_paper,omitzero"` // enclosures of which there is no file, by name
	Fill    []Filled `json:"fill,omitzero"`     // what the clerk wrote into the letter, by name
	With    []ID     `json:"with,omitzero"`     // the other cases that it answers
	// The mail that is to bring it: to whom, and what the clerk wrote into it. It goes out as it was signed.
	Way     OutWay `json:"way,omitzero"` // absent: on paper
	To      string `json:"to,omitzero"`
	Despite string `json:"despite,omitzero"`
	Subject string `json:"subject,omitzero"`
	Text    string `json:"text,omitzero"`
	Note    string `json:"note,omitzero"` // 拟办意见
}

// Filled is a content of a letter that only the clerk knows.
type Filled struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Reply returns the proposed answer.
func (s Submitted) Reply() (Replied, error) {
	e, err := DecodeEvent(KindReplied, s.Answer)
	r, _ := e.(Replied)
	return r, err
}

// Signed (签发): the proposed answer may go out as it is.
type Signed struct {
	Submission uint64 `json:"submission"` // Seq of the Submitted
	By         string `json:"by"`         // who signed
	// Document names the signed 审查呈批单 from which it was entered; empty where the one who signs recorded it himself.
	Document string `json:"document,omitzero"`
	Words    string `json:"words,omitzero"` // 审批意见
}

// SentBack (退回): the proposed answer has to be changed and submitted anew.
type SentBack struct {
	Submission uint64 `json:"submission"`
	By         string `json:"by"`
	Document   string `json:"document,omitzero"`
	Words      string `json:"words"`
}

// Screening is what a 保密审查 found.
type Screening uint8

// The findings. Who cannot decide asks the competent authority (条例 第十七条第三款).
const (
	ScreeningNone Screening = iota
	MayDisclose
	MayDiscloseInPart
	MayNotDisclose
	ScreeningReferred
)

var screenings = codes{{}, {"open", "可以公开"}, {"part", "可以部分公开"}, {"closed", "不得公开"}, {"referred", "不能确定，报有关主管部门或者保密行政管理部门"}}

// Screenings lists them.
func Screenings() []Screening {
	return []Screening{MayDisclose, MayDiscloseInPart, MayNotDisclose, ScreeningReferred}
}

func (s Screening) String() string { return screenings.code(uint8(s)) }
func (s Screening) Label() string  { return screenings.label(uint8(s)) }

// ParseScreening reads a code or a label.
func ParseScreening(s string) (Screening, error) {
	if s == "不能确定" || s == "报请确定" {
		return ScreeningReferred, nil
	}
	i, err := screenings.parse("审查结果", s)
	return Screening(i), err
}

func (s Screening) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
func (s *Screening) UnmarshalText(b []byte) (err error) {
	*s, err = ParseScreening(string(b))
	return err
}

// Approval is where a proposed answer stands within the office.
type Approval uint8

const (
	ApprovalNone   Approval = iota // nothing is proposed, or the answer is given
	AwaitsSigning                  // 待签批
	ApprovalGiven                  // 已签发: the answer may go out
	ApprovalDenied                 // 退回: it has to be changed
	ApprovalMade                   // 已制发: its letter is made, and nobody has recorded that it went out
)

var approvals = codes{{}, {"awaits", "待签批"}, {"signed", "已签发"}, {"returned", "已退回"}, {"made", "已制发"}}

// String returns the stable code; "" for ApprovalNone.
func (a Approval) String() string { return approvals.code(uint8(a)) }

func (a Approval) Label() string { return approvals.label(uint8(a)) }

// Submission is a proposed answer as a case's records have it, with what was decided about it.
type Submission struct {
	Submitted
	Seq   uint64
	On    civil.Date
	Actor string
	State Approval
	// Of the decision: who, with what words, from which paper, and its record.
	By, Words, Document string
	Decided             Record
}

// Proposed returns the latest proposed answer since the case was last reopened; ok is false where there is none.
func Proposed(history []Record) (s Submission, ok bool) { return proposed(Live(history)) }

// proposed reads records that count. A decision names what it decides about: one that was signed on paper may bear
// an earlier day than the submission.
func proposed(live []Record) (s Submission, ok bool) {
	for _, r := range live {
		switch e := r.Event.(type) {
		case Submitted:
			s, ok = Submission{Submitted: e, Seq: r.Seq, On: r.On, Actor: r.Actor, State: AwaitsSigning}, true
		case Reopened:
			s, ok = Submission{}, false
		}
	}
	if !ok {
		return s, false
	}
	for _, r := range live {
		switch e := r.Event.(type) {
		case Signed:
			if e.Submission == s.Seq {
				s.State, s.By, s.Words, s.Document, s.Decided = ApprovalGiven, e.By, e.Words, e.Document, r
			}
		case SentBack:
			if e.Submission == s.Seq {
				s.State, s.By, s.Words, s.Document, s.Decided = ApprovalDenied, e.By, e.Words, e.Document, r
			}
		}
	}
	return s, true
}

// approve puts into the case where its proposed answer stands.
func (c *Case) approve(live []Record) {
	if !slices.Contains(working, c.Stage) {
		return // answered, or left otherwise
	}
	if s, ok := proposed(live); ok {
		c.Approval, c.ApprovalOn = s.State, s.On
		if s.State != AwaitsSigning {
			c.ApprovalOn = s.Decided.On
		}
		made := func(l CaseLetter) bool { return l.Decides == KindReplied && l.Seq > s.Decided.Seq }
		if s.State == ApprovalGiven && slices.ContainsFunc(Unannounced(live), made) {
			c.Approval = ApprovalMade
		}
	}
}

func (j *judge) submitted(e Submitted) error {
	r, err := e.Reply()
	switch {
	case err != nil:
		return j.refuse("submission", "", "送审的答复读不懂：%v", err)
	case e.Draft.Digest.IsZero():
		return j.refuse("field-missing", "", "没有送审的文书")
	case slices.ContainsFunc(e.Annexes, func(f File) bool { return f.Digest.IsZero() }):
		return j.refuse("field-missing", "", "附件没有文件")
	}
	return j.replied(r)
}

// decidesOn: a decision is about the answer that waits for it, and about no other.
func (j *judge) decidesOn(submission uint64, by string) error {
	s, ok := Proposed(j.history)
	switch {
	case strings.TrimSpace(by) == "":
		return j.refuse("signer", "请写明批准人\n--approver", "没有写明由谁签批")
	case !ok:
		return j.refuse("not-submitted", "先送审\nysq submit "+string(j.ID), "没有送审的答复")
	case s.Seq != submission:
		return j.refuse("submission-changed", "看过新的送审稿再签批", "记录 %d 不是最近一次送审（记录 %d）", submission, s.Seq)
	case s.State != AwaitsSigning:
		return j.refuse("submission-decided", "改变决定的，先作废那条记录\nysq void "+string(j.ID), "记录 %d 的送审%s（%s，%s）", s.Seq, s.State.Label(), s.Decided.On, s.By)
	}
	return nil
}

// Lettered reports whether a letter that stands announces a reply: what was asked of it before it was issued is not
// asked again when it goes out.
func Lettered(history []Record, r Replied) bool {
	return slices.ContainsFunc(Letters(history), func(l CaseLetter) bool {
		d, err := l.Decided()
		return err == nil && d != nil && l.Voided == "" && sameReply(d, r)
	})
}

// Unsigned refuses a reply that nobody has signed, where the office wants every answer to be signed: the one that
// was signed must say the same.
func Unsigned(id ID, history []Record, r Replied) error {
	refuse := func(code, hint, format string, args ...any) error {
		return &RuleError{Code: code, Case: id, Msg: fmt.Sprintf(format, args...), Hint: strings.ReplaceAll(hint, " 编号", " "+string(id))}
	}
	s, ok := Proposed(history)
	if !ok {
		return refuse("unsigned", "先送审\nysq submit "+string(id), "答复须经签发（配置 approval.answer），还没有送审")
	}
	switch was, err := s.Reply(); {
	case err != nil:
		return err
	case !sameReply(was, r):
		return refuse("signed-other", "改动后须重新送审；也可以照签发的制发\nysq submit 编号、ysq answer 编号 --signed", "与送审的答复不同：送审的是“%s”", Describe(was))
	}
	switch s.State {
	case AwaitsSigning:
		return refuse("unsigned", "由负责人签发或退回\nysq sign 编号、ysq return 编号", "%s 送审，还没有签发", s.On)
	case ApprovalDenied:
		return refuse("unsigned", "改后重新送审\nysq submit 编号", "%s 被%s退回：%s", s.Decided.On, s.By, s.Words)
	}
	return nil
}

// sameReply reports whether two replies are the same but for the number, and for why an open mail was passed over.
func sameReply(a, b Event) bool {
	x, ok1 := a.(Replied)
	y, ok2 := b.(Replied)
	if !ok1 || !ok2 {
		return false
	}
	x.Document, y.Document, x.Force, y.Force = "", "", "", ""
	bx, err1 := EncodeEvent(x)
	by, err2 := EncodeEvent(y)
	return err1 == nil && err2 == nil && bytes.Equal(bx, by)
}

// Discloses reports whether a reply gives information that was not public before.
func (r Replied) Discloses() bool {
	return r.Outcome == Partial || r.Outcome == Disclosed && r.Basis != "36-1"
}

// Unscreened refuses to disclose what nobody has examined (条例 第十七条).
func Unscreened(id ID, history []Record, r Replied) error {
	if !r.Discloses() {
		return nil
	}
	if _, ok := screened(history); !ok {
		return &RuleError{Code: "unscreened", Case: id, Msg: "公开前须经保密审查（条例第十七条），没有审查的记录", Hint: "先记录保密审查的结果\nysq screen " + string(id) + " --by 审查人 --result 可以公开"}
	}
	return nil
}

// screened returns the latest 保密审查 of a case.
func screened(history []Record) (s Screened, ok bool) {
	for _, r := range Live(history) {
		if e, is := r.Event.(Screened); is {
			s, ok = e, true
		}
	}
	return s, ok
}

// ScreenedWords says what the latest 保密审查 of a case found; "" where there is none.
func ScreenedWords(history []Record) string {
	s, ok := screened(history)
	if !ok {
		return ""
	}
	return Describe(s)
}

// passed refuses to disclose against what the 保密审查 found, whether the office demands one or not.
func (j *judge) passed(r Replied) error {
	s, ok := screened(j.history)
	if !ok || !r.Discloses() {
		return nil
	}
	switch {
	case s.Result == ScreeningReferred:
		return j.refuse("screening-referred", "确定后再记录 screen", "保密审查不能确定，已报有关主管部门或者保密行政管理部门（条例第十七条）")
	case s.Result == MayNotDisclose, s.Result == MayDiscloseInPart && r.Outcome != Partial:
		return j.refuse("screening", "审查有误的，再记录一次 screen", "保密审查的结果是“%s”（%s），不能“%s”", s.Result.Label(), s.By, r.Outcome.Label())
	}
	return nil
}
