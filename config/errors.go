package config

import (
	"fmt"
	"strings"
)

// Error is one thing that is wrong with a configuration, told to an administrator.
type Error struct {
	File string // "" for a Config that was not read from a file
	Line int    // from 1; 0 when the error has no place in the file
	Col  int    // from 1, in characters
	Key  string // such as mailbox[0].host; "" when it concerns the whole file
	Msg  string // what is wrong
	Hint string // what to do; may be empty

	err error // the cause, where there is one
}

// Error returns one line: file:line:col: key: msg（hint）.
func (e Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", e.Line, e.Col)
		}
		b.WriteString(": ")
	}
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Msg)
	if e.Hint != "" {
		b.WriteString("（" + e.Hint + "）")
	}
	return b.String()
}

// Unwrap returns the cause, so that callers can tell a missing file from an unreadable one.
func (e Error) Unwrap() error { return e.err }

// Errors are all errors of one configuration in the order of the file.
type Errors []Error

// Error returns one line for each.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is and errors.AsType look at each.
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// asError returns es as an error that is nil when there is none.
func (es Errors) asError() error {
	if len(es) == 0 {
		return nil
	}
	return es
}
