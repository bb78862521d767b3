package ask

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"ysq.internal/ysq/casefile"
)

// Exit codes of every command. They are part of the interface.
const (
	ExitDone        = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitRefused     = 3 // by the rules, or by the role
	ExitUnreachable = 4 // no daemon, or the register is held by another process
	ExitNotFound    = 5
	ExitCheck       = 6
	ExitConfig      = 78 // of the two services alone: the configuration is wrong, which is EX_CONFIG of sysexits.h
)

// Error is an error that crosses to a person: a stable code, what and why, and what to do.
type Error struct {
	Code string `json:"code"`
	Msg  string `json:"message"`
	Hint string `json:"hint,omitzero"`
	// Do is the command line that does what Hint advises. Within the office it is the second line of Hint, as the rules
	// write it; the door separates the two.
	Do string `json:"do,omitzero"`
	// Options are those that Do names by themselves: the fields that have to be filled in or changed. The door sets them.
	Options []string `json:"options,omitzero"`
	Exit    int      `json:"exit"`

	// Cause is what it puts into words; only whoever is in the same process sees it.
	Cause error `json:"-"`
}

func (e *Error) Unwrap() error { return e.Cause }

func (e *Error) Error() string {
	if advice := e.Advice(); advice != "" {
		return e.Msg + "；" + advice
	}
	return e.Msg
}

// Advice is what to do, with its line, for a terminal.
func (e *Error) Advice() string {
	hint, do, _ := strings.Cut(e.Hint, "\n")
	return casefile.WithCommands(hint, cmp.Or(e.Do, do))
}

// Usage is the error of a question that was put wrong.
func Usage(format string, args ...any) error {
	return &Error{Code: "usage", Msg: fmt.Sprintf(format, args...), Exit: ExitUsage}
}

// Refused is the error of a step that a rule does not allow.
func Refused(code, hint, format string, args ...any) error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...), Hint: hint, Exit: ExitRefused}
}

// NotFound is the error of a thing that is not there.
func NotFound(hint, format string, args ...any) error {
	return &Error{Code: "not-found", Msg: fmt.Sprintf(format, args...), Hint: hint, Exit: ExitNotFound}
}

// Changed is the error of a change to something, a case or a dispute, that has gone on since the asker saw it; look is the
// command that shows it.
func Changed[ID ~string](id ID, look string, seen, last uint64) error {
	return &Error{Code: "changed", Exit: ExitRefused, Hint: "请再看一遍，再决定\n" + look + " " + string(id),
		Msg: fmt.Sprintf("%s 在此期间有了新的记录（您看到第 %d 条，现在到第 %d 条），没有记录", id, seen, last)}
}

// status maps an exit code to the HTTP status that says the same.
func (e *Error) status() int {
	switch {
	case e.Code == "denied":
		return http.StatusForbidden
	case e.Exit == ExitUsage:
		return http.StatusBadRequest
	case e.Exit == ExitRefused:
		return http.StatusConflict
	case e.Exit == ExitUnreachable:
		return http.StatusServiceUnavailable
	case e.Exit == ExitNotFound:
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}
