package match

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
)

// Applies reports whether a mail that a person wrote looks like an application: wherever it lies, one
// ought to have a look at it. What answers automatically, or comes back, only quotes the office.
func Applies(m *casefile.Message) bool {
	if cause, _ := robot(m); cause == CauseBounce || cause == CauseAutoReply {
		return false
	}
	n, _ := likeness(m)
	return n >= Likely
}

// Answerable reports whether a mail may be answered by a program, and why not (RFC 3834, section 2):
// not what a program wrote, not a list, not an address that nobody reads, not where the sender asks for
// no automatic answer, not ourselves.
func Answerable(m *casefile.Message, office []string) (ok bool, reason string) {
	if cause, why := robot(m); cause != "" {
		return false, why
	}
	if len(m.From) != 1 {
		return false, "发件人不是一个地址"
	}
	from := m.From[0].Mail
	local, _, found := strings.Cut(strings.ToLower(from), "@")
	suppress := strings.ToLower(m.Machine.AutoReply)
	switch {
	case !found:
		return false, "发件人没有可用的地址"
	case holds(office, from):
		return false, "发件人是本单位"
	case strings.HasPrefix(suppress, "x-auto-response-suppress") && containsAny(suppress, "all", "autoreply"):
		return false, "来信注明不要自动回复（X-Auto-Response-Suppress）"
	case slices.Contains(robots, local), strings.HasPrefix(local, "owner-"), strings.HasSuffix(local, "-request"), strings.HasSuffix(local, "-bounces"),
		containsAny(local, "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "bounce"):
		return false, "发件地址无人收信（" + from + "）"
	}
	return true, ""
}

// robots are local parts of addresses behind which there is no applicant.
var robots = []string{"postmaster", "mailer-daemon", "root", "daemon", "nobody", "listserv", "majordomo", "notification", "notifications", "service", "system", "admin", "abuse", "webmaster"}
