package casefile

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Draft is what somebody wants to record. The register adds the rest.
type Draft struct {
	Case  ID
	On    civil.Date // when it took effect; facts learned late have an earlier day than today
	Event Event
}

// TransitionError says that a step is not legal where the case stands, and what would be.
type TransitionError struct {
	Case  ID
	Stage Stage
	Kind  Kind
	Legal []Kind // what a person may record here
}

// Rule is the refusal as one of a rule.
func (e *TransitionError) Rule() *RuleError {
	var labels, commands []string
	for _, k := range e.Legal {
		i := k.Info()
		labels, commands = append(labels, i.Label), append(commands, i.Command)
	}
	return &RuleError{Code: "illegal-step", Msg: fmt.Sprintf("%s 现处“%s”阶段，不能记录“%s”", e.Case, e.Stage.Label(), e.Kind.Label()),
		Hint: "此时可以：" + strings.Join(labels, "、") + "\n" + strings.Join(commands, "、")}
}

func (e *TransitionError) Error() string { return e.Rule().Error() }

// RuleError says which rule a draft breaks. Code is stable; Msg says what and why, Hint what to do.
type RuleError struct {
	Code string
	Case ID
	Msg  string
	Hint string // what to do; on a second line the command that does it
}

// Said is the refusal with the case that it is about, if it is about one, and without the hint.
func (e *RuleError) Said() string {
	if e.Case == "" {
		return e.Msg
	}
	return string(e.Case) + "：" + e.Msg
}

func (e *RuleError) Error() string {
	s := e.Said()
	if e.Hint != "" {
		hint, do, _ := strings.Cut(e.Hint, "\n")
		s += "；" + WithCommands(hint, do)
	}
	return s
}

// Decide says whether a draft may be recorded on top of the history. The answer is nil, with
// warnings that do not forbid, or one of *TransitionError and *RuleError. Times are judged by today;
// a fact may be older, but never of the future nor older than the case.
func Decide(history []Record, d Draft, today civil.Date, law Statute, cal *workday.Calendar, merged ...[]Record) (warnings []string, err error) {
	return Fold(d.Case, history, law, cal, merged...).Decide(history, d, today, law, cal, merged...)
}

// Decide is the function of that name for a case that its history was folded to already.
func (c Case) Decide(history []Record, d Draft, today civil.Date, law Statute, cal *workday.Calendar, merged ...[]Record) (warnings []string, err error) {
	j := judge{Case: c, history: history, merged: merged, draft: d, today: today, law: law.On(cmp.Or(c.Legal.Start, c.Strict.Start, c.ArrivedOn)), cal: cal}
	if err := j.times(); err != nil {
		return nil, err
	}
	row := d.Event.Kind().row()
	if !slices.Contains(row.Stages, j.Stage) {
		return nil, &TransitionError{d.Case, j.Stage, row.Kind, j.Next()}
	}
	if err := lacking(d.Case, d.Event); err != nil {
		return nil, err
	}
	if err := j.legible(); err != nil {
		return nil, err
	}
	if err := j.answers(d.Event); err != nil {
		return nil, err
	}
	if row.does.rule != nil {
		if err := row.does.rule(&j, d.Event); err != nil {
			return nil, err
		}
	}
	if row.does.moves || row.does.keeps {
		if err := j.effective(); err != nil {
			return nil, err
		}
	}
	return j.warnings, nil
}

// judge holds what the rules of one decision look at.
type judge struct {
	Case
	history  []Record
	merged   [][]Record // of the cases that were merged into this one
	draft    Draft
	today    civil.Date
	law      Statute
	cal      *workday.Calendar
	warnings []string
}

func (j *judge) refuse(code, hint, format string, args ...any) error {
	return &RuleError{Code: code, Case: j.ID, Msg: fmt.Sprintf(format, args...), Hint: strings.ReplaceAll(hint, " 编号", " "+string(j.ID))}
}

func (j *judge) warn(format string, args ...any) {
	j.warnings = append(j.warnings, string(j.ID)+"："+fmt.Sprintf(format, args...))
}

// legible refuses what a reader of the record would not see.
func (j *judge) legible() error {
	body, err := EncodeEvent(j.draft.Event)
	if err != nil {
		return err
	}
	var said any
	if err := json.Unmarshal(body, &said); err != nil {
		return err
	}
	if redraw(&said) {
		return j.refuse("control-character", "请去掉看不见的字符，重新写一遍", "内容里有控制字符或改变文字方向的字符")
	}
	return nil
}

func (j *judge) times() error {
	on := j.draft.On
	switch {
	case on.IsZero():
		return j.refuse("date-missing", "请写明日期\n--on", "没有日期")
	case on > j.today:
		return j.refuse("date-future", "请核对日期，只能记录已经发生的事\n--on", "日期 %s 晚于今天 %s", on, j.today)
	case on < j.FirstOn():
		return j.refuse("date-before-arrival", "请核对日期\n--on", "日期 %s 早于到达日 %s", on, j.FirstOn())
	}
	return nil
}

// effective refuses what would be recorded and change nothing: a notice or a payment whose day lies where
// neither clock can follow it. What was done nevertheless and moves nothing because its period had run out, or
// waits, is kept with a warning.
func (j *judge) effective() error {
	seq := uint64(math.MaxUint64) // after everything of the same day
	with := append(slices.Clone(j.history), Record{Seq: seq, On: j.draft.On, Case: j.ID, Event: j.draft.Event})
	clocks := ReadClocks(with, j.law, j.cal)
	moved := false
	var unmoved []Clock
	var why []string
	does := j.draft.Event.Kind().row().does
	for _, c := range []Clock{clocks.Strict, clocks.Legal} {
		i := slices.IndexFunc(c.Turns, func(t Turn) bool { return t.Seq == seq })
		switch {
		case i < 0:
		case c.Turns[i].Effect != EffectNone:
			moved = true
		case does.keeps:
			unmoved = append(unmoved, c)
			why = append(why, c.Turns[i].Text)
		}
	}
	if !moved && unmoved == nil && does.moves {
		return j.refuse("date-order", "请与所列经过核对日期\n--on", "%s 在 %s 不起作用：当日的经过与之不符", j.draft.Event.Kind().Label(), j.draft.On)
	}
	if len(why) == 2 && why[0] == why[1] {
		j.warn("%s", why[0])
	} else {
		for i, c := range unmoved {
			if why[i] != "" {
				j.warn("%s：%s", c.View.Label(), why[i])
			}
		}
	}
	for _, p := range clocks.Periods {
		if p.Ended != j.draft.On || p.How != EndedCorrection && p.How != EndedFee {
			continue
		}
		switch {
		case p.Late:
			j.warn("本期期限已于 %s 届满，按逾期计；%s不能补救", cmp.Or(p.DueLegal, p.DueStrict), j.draft.Event.Kind().Label())
		case p.Disputable:
			j.warn("从严期限已于 %s 届满，本期是否按时有争议", p.DueStrict)
		}
	}
	return nil
}

func (j *judge) after(day civil.Date, what string) error {
	if j.draft.On < day {
		return j.refuse("date-order", "请核对日期\n--on", "日期 %s 早于%s %s", j.draft.On, what, day)
	}
	return nil
}
