package desk

import (
	"fmt"
	"strings"

	"ysq.internal/ysq/cmd/internal/ask"
)

// Diagnoses gathers the lines of doctor.
type Diagnoses []ask.Diagnosis

// Say says how something is; what to do about it is left out where it is as it should be.
func (d *Diagnoses) Say(state, id, subject, text, do string) {
	if state == ask.DiagnosisOK {
		do = ""
	}
	*d = append(*d, ask.Diagnosis{ID: id, Subject: subject, State: state, Text: ask.Brief(text, 4*ask.MostBrief), Do: do})
}

// OK says that something is as it should be.
func (d *Diagnoses) OK(id, subject, format string, args ...any) {
	d.Say(ask.DiagnosisOK, id, subject, fmt.Sprintf(format, args...), "")
}

// Warn says what may become a trouble, and what to do about it.
func (d *Diagnoses) Warn(id, subject, do, format string, args ...any) {
	d.Say(ask.DiagnosisWarn, id, subject, fmt.Sprintf(format, args...), do)
}

// Fail says what is wrong, and what to do about it.
func (d *Diagnoses) Fail(id, subject, do, format string, args ...any) {
	d.Say(ask.DiagnosisFail, id, subject, fmt.Sprintf(format, args...), do)
}

// Trouble is something wrong with the keeping of the register: a name by which it is known from one
// look to the next, the words of status, and the command that says more.
type Trouble struct{ Name, Text, Do string }

// Troubles gathers them.
type Troubles []Trouble

// Add adds a trouble. The format may give the command that says more, after a line's end.
func (t *Troubles) Add(name, format string, args ...any) {
	format, do, _ := strings.Cut(format, "\n")
	*t = append(*t, Trouble{name, ask.Brief(fmt.Sprintf(format, args...), ask.MostBrief), do})
}
