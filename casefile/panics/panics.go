// Package panics makes an error of a panic: a mail or a file over which the code that reads it gives up must cost no
// more than itself.
package panics

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Error is a panic that was caught.
type Error struct {
	Value any    // of the panic
	Stack []byte // where it happened; for the log
}

func (e *Error) Error() string { return fmt.Sprintf("程序出错（%v）", e.Value) }

// Catch makes an error of a panic in the function that defers it:
//
//	defer panics.Catch(&err)
func Catch(err *error) {
	switch p := recover().(type) {
	case nil:
	case *Error: // of Resume
		*err = p
	default:
		*err = &Error{p, debug.Stack()}
	}
}

// In runs f and returns its error, or its panic as one.
func In(f func() error) (err error) {
	defer Catch(&err)
	return f()
}

// One does a step, over one mail or file where it is about any, and returns a panic in it as an error of which it has told.
type One[D any] func(about D, doing string, do func() error) error

// Alone is a One that tells nobody.
func Alone[D any](_ D, _ string, do func() error) error { return In(do) }

// Resume goes on, as itself, with a panic that was caught in another goroutine.
func Resume(caught error) {
	if e, is := errors.AsType[*Error](caught); is {
		panic(e)
	}
}

// Is reports whether an error is a panic that was caught.
func Is(err error) bool {
	_, is := errors.AsType[*Error](err)
	return is
}
