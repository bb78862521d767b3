package ask

import (
	"errors"
	"net/http"

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
	ExitConfig      = 78 // of serve alone: the configuration is wrong, which is EX_CONFIG of sysexits.h
)

// Error is an error that crosses to a person: a stable code, what and why, and what to do.
type Error struct {
	Code string `json:"code"`
	Msg  string `json:"message"`
	Hint string `json:"hint,omitzero"`
	Exit int    `json:"exit"`
}

func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Msg
	}
	return e.Msg + "；" + e.Hint
}

// public turns any error into one for people. What it does not know is an internal error: its text
// goes out too, for there is nobody else to tell.
func public(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*casefile.TransitionError](err); ok {
		return &Error{Code: "illegal-step", Msg: e.Error(), Exit: ExitRefused}
	}
	if e, ok := errors.AsType[*casefile.RuleError](err); ok {
		return &Error{Code: e.Code, Msg: string(e.Case) + "：" + e.Msg, Hint: e.Hint, Exit: ExitRefused}
	}
	return &Error{Code: "internal", Msg: err.Error(), Exit: ExitFailed}
}

// status maps an exit code to the HTTP status that says the same.
func (e *Error) status() int {
	switch e.Exit {
	case ExitUsage:
		return http.StatusBadRequest
	case ExitRefused:
		return http.StatusConflict
	case ExitUnreachable:
		return http.StatusServiceUnavailable
	case ExitNotFound:
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}
