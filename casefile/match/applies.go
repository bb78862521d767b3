package match

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
)

// Applies reports whether a mail looks like an application: wherever it lies, one ought to have a look at it.
// People's applications carry machines' marks, too: of a portal, of a mailer that answers for its owner, of a
// receipt that somebody forwards. Of such a mail only what it says itself counts: its subject, and what a
// report encloses, are the office's own.
func Applies(m *casefile.Message) bool {
	if m.Delivery != nil {
		return false
	}
	said, own := 0, ownWords(m.Text)
	contents(m, own, func(n int, _ string) { said += n })
	switch cause, _ := robot(m); {
	case cause == CauseBounce && tellsOfFailure(m.Text):
		return said >= 45 // more than the title of the letter that comes back
	case cause == CauseBounce, cause == CauseAutoReply:
		return said >= 25
	}
	score, _ := likeness(m, own)
	return score >= Likely || said >= 30
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
