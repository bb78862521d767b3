package casefile

import (
	"fmt"
)

// The kinds of what an office notes of its own doing around a case: what a department answered, what became public
// because several asked for it (条例 第四十四条), help that was given (第四十三条), complaints (第五十一条), and how long the
// file is kept. None of them moves the clock.
const (
	KindReported   Kind = "reported"
	KindMadePublic Kind = "made-public"
	KindAssisted   Kind = "assisted"
	KindComplained Kind = "complained"
	KindRetained   Kind = "retained"
)

func (Reported) Kind() Kind   { return KindReported }
func (MadePublic) Kind() Kind { return KindMadePublic }
func (Assisted) Kind() Kind   { return KindAssisted }
func (Complained) Kind() Kind { return KindComplained }
func (Retained) Kind() Kind   { return KindRetained }

// serving are the rows of these kinds.
func serving() []KindInfo {
	return []KindInfo{
		of(KindInfo{Label: "科室反馈", Command: "feedback", Article: "条例第四十五条", Stages: working}, does[Reported]{
			says: func(e Reported) string { return phrases(e.By, e.Note) },
			fold: func(c *Case, _ Record, _ Reported) { c.ReportBy = 0 },
		}),
		of(KindInfo{Label: "纳入主动公开", Command: "publish", Article: "条例第四十四条", Stages: written,
			Needs: []Need{{"decision", "决定", "decision"}}}, does[MadePublic]{
			says: func(e MadePublic) string { return phrases(e.Decision.Label(), prefixed("公开于 ", e.Where), e.Note) },
			rule: func(j *judge, e MadePublic) error {
				if e.Decision == PublicityAdopted && e.Where == "" {
					return j.refuse("field-missing", "请写明公开在哪里，如网站栏目的地址\n--where", "没有写明公开在哪里")
				}
				return nil
			},
			fold: func(c *Case, _ Record, e MadePublic) { c.Publicity = e.Decision },
		}),
		of(KindInfo{Label: "提供帮助", Command: "assist", Article: "条例第四十三条", Stages: anyStage,
			Needs: []Need{{"how", "提供的帮助", "how"}}}, does[Assisted]{says: func(e Assisted) string { return e.How }}),
		of(KindInfo{Label: "投诉举报", Command: "complain", Article: "条例第五十一条", Stages: anyStage,
			Needs: []Need{{"organ", "受理的机关", "organ"}}}, does[Complained]{
			says: func(e Complained) string {
				return phrases(prefixed("向 ", e.Organ), e.Matter, prefixed("处理：", e.Result))
			},
		}),
		of(KindInfo{Label: "保管期限", Command: "retain", Article: "条例第四十五条", Stages: anyStage,
			Needs: []Need{{"reason", "理由", "reason"}}}, does[Retained]{
			says: func(e Retained) string { return phrases(e.Term(), e.Reason) },
			rule: func(j *judge, e Retained) error {
				if e.Permanent == (e.Years != 0) || e.Years < 0 || e.Years >= KeptForGood {
					return j.refuse("retention-term", "写保管年数，或永久，只写其一\n--years、--permanent", "保管期限不对")
				}
				return nil
			},
			fold: func(c *Case, _ Record, e Retained) {
				if c.KeepYears = e.Years; e.Permanent {
					c.KeepYears = KeptForGood
				}
			},
		}),
	}
}

// Reported (科室反馈) is what the department says to which the case was given. It ends the day by which that was due.
type Reported struct {
	By   string `json:"by,omitzero"` // who
	Note string `json:"note,omitzero"`
}

// MadePublic (纳入主动公开) is what the office decided about making the information public to everybody.
type MadePublic struct {
	Decision Publicity `json:"decision"`
	Where    string    `json:"where,omitzero"` // where it stands
	Note     string    `json:"note,omitzero"`
}

// Assisted (提供帮助): somebody who cannot read, see or hear well was helped.
type Assisted struct {
	How string `json:"how"`
}

// Complained (投诉举报): somebody complained of the office's disclosure to its superior; no 复议 and no suit.
type Complained struct {
	Organ  string `json:"organ"`
	Matter string `json:"matter,omitzero"`
	Result string `json:"result,omitzero"`
}

// Retained (保管期限) says how long the case's files are kept, where that is not the office's usual term.
type Retained struct {
	Years     int    `json:"years,omitzero"`
	Permanent bool   `json:"permanent,omitzero"`
	Reason    string `json:"reason"`
}

// Term is the term in words.
func (e Retained) Term() string {
	if e.Permanent {
		return "永久"
	}
	return fmt.Sprintf("%d 年", e.Years)
}

// RetentionWords says how long the case's files are kept; "" for the office's usual term.
func (c Case) RetentionWords() string {
	if c.KeepYears == 0 {
		return ""
	}
	return Retained{Years: c.KeepYears, Permanent: c.KeepYears == KeptForGood}.Term()
}

// KeptForGood in Case.KeepYears is 永久.
const KeptForGood = 1<<16 - 1

// Publicity is a decision about 主动公开 of what was applied for.
type Publicity uint8

// The decisions. An applicant may propose it, too.
const (
	PublicityNone Publicity = iota
	PublicityProposed
	PublicityAdopted
	PublicityDeclined
)

var publicities = codes{{}, {"proposed", "建议纳入"}, {"adopted", "已纳入"}, {"declined", "不纳入"}}

// Publicities lists them.
func Publicities() []Publicity {
	return []Publicity{PublicityProposed, PublicityAdopted, PublicityDeclined}
}

// String returns the stable code; "" for none.
func (p Publicity) String() string { return publicities.code(uint8(p)) }

func (p Publicity) Label() string                { return publicities.label(uint8(p)) }
func ParsePublicity(s string) (Publicity, error) { return parsed[Publicity](publicities, "决定", s) }
func (p Publicity) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
func (p *Publicity) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePublicity(string(b))
	return err
}

// reportAlarm reminds of what a department owes on a day that the office itself has set.
func (c Case) reportAlarm() (Alarm, bool) {
	return Alarm{AlarmReport, c.ReportBy, "由承办科室反馈；未反馈的可以催办", "feedback、letter 催办单"}, !c.ReportBy.IsZero()
}
