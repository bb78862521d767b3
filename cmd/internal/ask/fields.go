package ask

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/width"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Step is a kind of event as people enter it: what else there is to know of it, and its fields. What it is
// called, where it is founded and at which stages it is legal, casefile says (Kind.Info).
type Step struct {
	Kind   casefile.Kind
	Note   string // what else is worth knowing about it
	Typed  string // what concerns only the command line, for the help of a terminal
	Fields []Field
	// before completes what was entered; nil: nothing.
	before func(Entries) Entries
	// check completes an event, and refuses what is no rule of the case: fields that do not go together.
	check func(casefile.Event) (casefile.Event, error)
}

// Field is one thing that is entered: the flag of a command, a question, the input of a form.
type Field struct {
	Name    string // of the flag, the question and the input
	Label   string // in Chinese, a noun
	Help    string // what to write; what stands for the value is in `backquotes`
	Shape   Shape
	Many    bool     // several may be entered
	Choices []Choice // what may be entered, in the order in which to offer it; empty: anything that is right
	Offered bool     // the choices are too many to list in Help
	Open    bool     // other words may be entered as well

	in    string                    // its name in records, where that is not Name; "-": it is in none
	parse func(string) (any, error) // nil: text, or what its shape says
	tense civil.Tense               // of a Date
}

// Shape is what a field looks like.
type Shape uint8

// The shapes of fields.
const (
	Words  Shape = iota
	Prose        // several lines
	Date         // as people write it (civil.Said)
	Amount       // a whole number
	Case         // the number of a case, as people write it (casefile.ExpandID)
	Chosen       // one of Choices
	Ticked       // entered or not
)

// Choice is a value that may be entered: its code and its word mean the same.
type Choice struct{ Code, Label string }

// Entries are what somebody entered, by the names of the fields. A field that is ticked has any entry.
type Entries map[string][]string

// FieldError is what is wrong with an entry. Missing: there is none.
type FieldError struct {
	Field   string // its name
	Missing bool
	Msg     string
}

func (e *FieldError) Error() string {
	if e.Missing {
		return "缺少 " + e.Field + "：" + e.Msg
	}
	return e.Field + "：" + e.Msg
}

// Read returns what a text means in a field: a day, a number, a code or the text. today completes dates and
// numbers of cases that say no year.
func (f Field) Read(s string, today civil.Date) (any, error) {
	switch {
	case f.Shape == Date:
		return civil.Said(s, today, f.tense)
	case f.Shape == Case:
		return casefile.ExpandID(s, today.Year()), nil
	case f.parse == nil:
		return s, nil
	}
	return f.parse(s)
}

// StepOf returns how an event is entered; false where no person enters it field by field.
func StepOf(k casefile.Kind) (Step, bool) {
	s, ok := steps()[k]
	return s, ok
}

var steps = sync.OnceValue(func() map[casefile.Kind]Step {
	all := make(map[casefile.Kind]Step)
	for _, s := range append(Steps(), DisputeSteps()...) {
		all[s.Kind] = s
	}
	return all
})

// Needs reports whether the event says nothing without a field.
func (s Step) Needs(name string) bool {
	return slices.ContainsFunc(s.Kind.Info().Needs, func(n casefile.Need) bool { return n.Option == name })
}

// Encode writes what was entered as the event has it, complete or not. today is that of whoever entered it.
func (s Step) Encode(entered Entries, today civil.Date) (json.RawMessage, error) {
	said := map[string]any{}
	if s.before != nil {
		entered = s.before(entered)
	}
	for _, f := range s.Fields {
		texts, ok := entered[f.Name]
		if !ok || f.in == "-" {
			continue
		}
		values := []any{}
		for _, text := range texts {
			v, err := f.Read(text, today)
			if err != nil {
				return nil, &FieldError{Field: f.Name, Msg: err.Error()}
			}
			values = append(values, v)
		}
		name := f.Name
		if f.in != "" {
			name = f.in
		}
		switch {
		case f.Shape == Ticked:
			said[name] = true
		case f.Many:
			said[name] = values
		case len(values) == 1:
			said[name] = values[0]
		default:
			return nil, &FieldError{Field: f.Name, Msg: fmt.Sprintf("只能写一项，写了 %d 项", len(values))}
		}
	}
	return json.Marshal(said)
}

// Mails are what was entered for the mails that the step decides; nil: nothing.
func (s Step) Mails(entered Entries) []string { return entered[mail.Name] }

// Event makes the event of what was entered. What it lacks by the table of kinds, whoever records it says.
func (s Step) Event(entered Entries, today civil.Date) (casefile.Event, error) {
	body, err := s.Encode(entered, today)
	if err != nil {
		return nil, err
	}
	e, err := casefile.DecodeEvent(s.Kind, body)
	if err != nil || s.check == nil {
		return e, err
	}
	return s.check(e)
}

// The makers of fields. Each returns a copy, so that a field of its own can differ.

func words(name, label, help string) Field { return Field{Name: name, Label: label, Help: help} }

func prose(name, label, help string) Field {
	return Field{Name: name, Label: label, Help: help, Shape: Prose}
}

// happened is a day that is not to come, ends one that mostly is.
func happened(name, label, help string) Field {
	return Field{Name: name, Label: label, Help: help, Shape: Date, tense: civil.Past}
}

func ends(name, label, help string) Field {
	return Field{Name: name, Label: label, Help: help, Shape: Date, tense: civil.Future}
}

func amount(name, label, help string) Field {
	return Field{Name: name, Label: label, Help: help, Shape: Amount, parse: func(s string) (any, error) { return Whole(s) }}
}

// Whole reads a whole number, also in full-width digits.
func Whole(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(width.Narrow.String(s)))
	if err != nil {
		return 0, errors.New("应为整数")
	}
	return n, nil
}

// within bounds an amount.
func (f Field) within(least, most int) Field {
	f.parse = func(s string) (any, error) {
		n, err := Whole(s)
		if err == nil && (n < least || n > most) {
			err = fmt.Errorf("应为 %d 至 %d", least, most)
		}
		return n, err
	}
	return f
}

// official is a 文号.
func official(name, label, help string) Field {
	return Field{Name: name, Label: label, Help: help, parse: func(s string) (any, error) { return casefile.DocumentNumber(s), nil }}
}

func ticked(name, label, help string) Field {
	return Field{Name: name, Label: label, Help: help, Shape: Ticked}
}

// coded is an enumeration of package casefile: a stable code and a Chinese word.
type coded interface {
	String() string
	Label() string
}

func chosen[T coded](name, label, help string, parse func(string) (T, error), all ...T) Field {
	f := Field{Name: name, Label: label, Help: help, Shape: Chosen, parse: func(s string) (any, error) { return parse(strings.TrimSpace(s)) }}
	for _, v := range all {
		f.Choices = append(f.Choices, Choice{v.String(), v.Label()})
	}
	return f
}

// named gives a field another name in records.
func (f Field) named(in string) Field { f.in = in; return f }

// As is the same field under another name and with other words of help.
func (f Field) As(name, help string) Field {
	if f.in == "" {
		f.in = f.Name
	}
	f.Name, f.Help = name, help
	return f
}

// many lets several be entered.
func (f Field) many() Field { f.Many = true; return f }
