package casefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// Effect is what an event does to the statutory clock.
type Effect uint8

// The effects. ReadClock applies them; the words are what explain and the documentation print.
const (
	EffectNone    Effect = iota
	EffectStart          // the day becomes day zero of the period
	EffectWait           // the period stands still until the applicant acts
	EffectRestart        // a whole new period begins
	EffectExclude        // working days of an interval are not counted
	EffectExtend         // working days are added
	EffectResume         // the period goes on: what had stopped it failed
	EffectStop           // the period ends: the office has answered or need not
)

var effects = codes{{"none", "不影响"}, {"start", "起算"}, {"wait", "停止计算"}, {"restart", "重新起算"}, {"exclude", "扣除"}, {"extend", "延长"}, {"resume", "继续计算"}, {"stop", "终止"}}

func (e Effect) String() string { return effects.code(uint8(e)) }
func (e Effect) Label() string  { return effects.label(uint8(e)) }

// Counting is what a kind of event decides in the annual report (casefile/LAW.md#annual-report); the words are what the
// documentation prints.
type Counting string

// The places in the report.
const (
	CountsNothing  Counting = ""          // the report does not see it
	CountsNew      Counting = "表三 新收"     // whether, when and in which column a case comes in
	CountsOutcome  Counting = "表三 办理结果"   // how and when it goes out
	CountsCarried  Counting = "表三 上年结转"   // what was carried in before the register's first year
	CountsHandled  Counting = "第六部分 重新办理" // listed, not counted again in a later year
	CountsFees     Counting = "第六部分 收费"
	CountsDisputes Counting = "表四"
	CountsFreezing Counting = "冻结的报告"
	CountsAsTarget Counting = "随所作废的记录" // voiding: as the record that it takes back
)

// KindInfo is what the law and the office say of one kind of event: its row in the table of kinds.
type KindInfo struct {
	Kind    Kind
	Label   string   // 答复
	Command string   // the word that clerks type; "" when only the register records it
	Article string   // where it is founded
	Effect  Effect   // on the clock, where it has one
	Stages  []Stage  // at which a person may record it
	To      Stage    // where the case stands afterwards; StageNone leaves it where it is
	Needs   []Need   // what the event must say
	Counts  Counting // its place in the annual report

	decode func([]byte) (Event, error)
	does   does[Event]
}

// does is what an event of one kind does beyond its place in the table. What is nil does nothing.
type does[E Event] struct {
	says   func(E) string                           // in one Chinese phrase, without its label
	awaits func(Case) bool                          // whether anything in the case waits for it
	rule   func(*judge, E) error                    // what forbids it beyond the stage and what it must say
	fold   func(*Case, Record, E)                   // to the case
	clock  func(*Clock, Record, E) (Effect, string) // to a reading of the clock, and why
	moves  bool                                     // it is refused where neither clock follows it
	keeps  bool                                     // it is kept, with a warning, where the period has run out or waits
	fixed  fixed                                    // why a person may not void it
}

// fixed is the refusal to void a record: a stable code, and what to do instead.
type fixed struct{ code, hint string }

// of makes the row of the kind that E is.
func of[E Event](i KindInfo, d does[E]) KindInfo {
	var e E
	i.Kind, i.decode = e.Kind(), decode[E]
	i.does.awaits, i.does.moves, i.does.keeps, i.does.fixed = d.awaits, d.moves, d.keeps, d.fixed
	if d.says != nil {
		i.does.says = func(e Event) string { return d.says(e.(E)) }
	}
	if d.rule != nil {
		i.does.rule = func(j *judge, e Event) error { return d.rule(j, e.(E)) }
	}
	if d.fold != nil {
		i.does.fold = func(c *Case, r Record, e Event) { d.fold(c, r, e.(E)) }
	}
	if d.clock != nil {
		i.does.clock = func(c *Clock, r Record, e Event) (Effect, string) { return d.clock(c, r, e.(E)) }
	}
	return i
}

var (
	alive    = []Stage{StageReceived, StageRegistered, StageReviewed, StageHandling}
	working  = []Stage{StageRegistered, StageReviewed, StageHandling}
	written  = []Stage{StageRegistered, StageReviewed, StageHandling, StageReplied, StageServed, StageArchived, StageWithdrawn}
	anyStage = []Stage{StageReceived, StageRegistered, StageReviewed, StageHandling, StageReplied, StageServed, StageArchived, StageWithdrawn, StageDismissed, StageMerged}
)

// table is the one table of the house: deciding, folding, explaining, the help texts and the documentation
// read it. Its rows stand beside the structs of their events, in the order of the loop. It is made when it
// is first asked for.
var table struct {
	once sync.Once
	rows []KindInfo
	at   map[Kind]*KindInfo
}

func kinds() []KindInfo {
	table.once.Do(func() {
		table.rows = slices.Concat(arriving(), finding(), asking(), serving(), substituting(), approving(), answering(), bouncing(), mailing(), sending(), filing(), lettering(), noting(), disputing(), splitting(), years(), housekeeping())
		table.at = make(map[Kind]*KindInfo, len(table.rows))
		for i := range table.rows {
			table.at[table.rows[i].Kind] = &table.rows[i]
		}
	})
	return table.rows
}

// Kinds returns the table of kinds.
func Kinds() []KindInfo { return slices.Clone(kinds()) }

// row returns the kind's row; for an unknown kind only its name.
func (k Kind) row() *KindInfo {
	kinds()
	if i := table.at[k]; i != nil {
		return i
	}
	return &KindInfo{Kind: k, Label: string(k)}
}

// Info returns the kind's row; for an unknown kind only its name.
func (k Kind) Info() KindInfo { return *k.row() }

func (k Kind) Label() string { return k.row().Label }

// Next lists what a person may record on the case as it stands, in the order of the loop.
func (c Case) Next() []Kind {
	var legal []Kind
	for _, i := range kinds() {
		if i.Command != "" && slices.Contains(i.Stages, c.Stage) && (i.does.awaits == nil || i.does.awaits(c)) {
			legal = append(legal, i.Kind)
		}
	}
	return legal
}

// unconfirmed reports whether the day of receipt still waits for both sides to confirm it.
func (c Case) unconfirmed() bool { return c.ToConfirm && c.ConfirmedOn.IsZero() }

// waitsFor reports whether either clock stands still until the applicant acts.
func (c Case) waitsFor(w Waiting) bool { return c.Legal.Waiting == w || c.Strict.Waiting == w }

func decode[E Event](b []byte) (Event, error) {
	var e E
	if shaped(b, reflect.ValueOf(&e).Elem()) {
		return e, nil
	}
	e = *new(E)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields() // a field that this version would drop is a fact lost
	if err := d.Decode(&e); err != nil {
		return nil, err
	}
	if d.InputOffset() < int64(len(b)) {
		return nil, errors.New("more than one value")
	}
	return e, nil
}

// DecodeEvent reads an event from its kind and its JSON.
func DecodeEvent(k Kind, b []byte) (Event, error) {
	i := k.row()
	if i.decode == nil {
		return nil, fmt.Errorf("kind of event %q is unknown to this version", k)
	}
	e, err := i.decode(b)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", k, err)
	}
	return e, nil
}
