package ask

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Step is a kind of event as people enter it: what else there is to know of it, and its fields. What it is
// called, where it is founded and at which stages it is legal, casefile says (Kind.Info).
type Step struct {
	Kind   casefile.Kind
	Note   string // for help
	Fields []Field
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

	in    string                    // its name in records, where that is not Name; "-": it is in none
	parse func(string) (any, error) // nil: text
}

// Shape is what a field looks like.
type Shape uint8

// The shapes of fields.
const (
	Words  Shape = iota
	Prose        // several lines
	Date         // 2026-11-23
	Amount       // a whole number
	Case         // the number of a case
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

// Check reports whether a field takes a text.
func (f Field) Check(s string) error {
	if f.parse == nil {
		return nil
	}
	_, err := f.parse(s)
	return err
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

// Encode writes what was entered as the event has it, complete or not.
func (s Step) Encode(entered Entries) (json.RawMessage, error) {
	said := map[string]any{}
	for _, f := range s.Fields {
		texts, ok := entered[f.Name]
		if !ok || f.in == "-" {
			continue
		}
		values := []any{}
		for _, text := range texts {
			v := any(text)
			if f.parse != nil {
				var err error
				if v, err = f.parse(text); err != nil {
					return nil, &FieldError{Field: f.Name, Msg: err.Error()}
				}
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

// Event makes the event of what was entered. What it lacks by the table of kinds, whoever records it says.
func (s Step) Event(entered Entries) (casefile.Event, error) {
	body, err := s.Encode(entered)
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

func date(name, label, help string) Field {
	return Field{Name: name, Label: label, Help: help, Shape: Date, parse: func(s string) (any, error) { return civil.Parse(s) }}
}

func amount(name, label, help string) Field {
	return Field{Name: name, Label: label, Help: help, Shape: Amount, parse: func(s string) (any, error) {
		n, err := strconv.Atoi(s)
		if err != nil {
			return nil, errors.New("应为整数")
		}
		return n, nil
	}}
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
	f := Field{Name: name, Label: label, Help: help, Shape: Chosen, parse: func(s string) (any, error) { return parse(s) }}
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
