package match

import "ysq.internal/ysq/casefile"

// Applies reports whether a mail that a person wrote looks like an application: wherever it lies, one
// ought to have a look at it. What answers automatically, or comes back, only quotes the office.
func Applies(m *casefile.Message) bool {
	if cause, _ := robot(m); cause == CauseBounce || cause == CauseAutoReply {
		return false
	}
	n, _ := likeness(m)
	return n >= Likely
}
