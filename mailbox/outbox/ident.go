package outbox

import (
	"fmt"
	"slices"
	"strings"
)

// NewMessageID makes a Message-ID of random letters and the domain of the address that sends: it says
// nothing of the case, the applicant or this machine. token is crypto/rand.Text() or the like.
func NewMessageID(token, from string) string {
	_, domain, _ := strings.Cut(from, "@")
	return "ysq." + strings.ToLower(token) + "@" + strings.ToLower(domain)
}

// CheckAddress accepts local@domain of ASCII, each a dot-atom (RFC 5322, 3.2.3): what every server in
// use takes. A hostile From of an application is refused here, before it could reach a command.
func CheckAddress(mail string) error {
	local, domain, ok := strings.Cut(mail, "@")
	if !ok || len(local) > 64 || len(domain) > 253 || !dotAtom(local) || !dotAtom(domain) || strings.ContainsAny(domain, "_!#$%&'*+/=?^`{|}~") {
		return fmt.Errorf("%q：%w", mail, ErrAddress)
	}
	return nil
}

func dotAtom(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !atext(r) }) {
			return false
		}
	}
	return true
}

func atext(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r < 0x7f && strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

// isMessageID accepts what may stand between the angle brackets without doing harm: printable ASCII
// around one @, no brackets, no blank. The left side of many real ones is no dot-atom.
func isMessageID(id string) bool {
	left, right, ok := strings.Cut(id, "@")
	return ok && left != "" && right != "" && len(id) <= 250 && !strings.Contains(right, "@") &&
		!strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>()",;\`, r) })
}

// references names the thread, its beginning and its end, the mail that is answered last (RFC 5322,
// 3.6.4).
func references(thread []string, last string) []string {
	var all []string
	for _, id := range append(slices.Clone(thread), last) {
		if isMessageID(id) {
			all = slices.DeleteFunc(all, func(o string) bool { return o == "<"+id+">" })
			all = append(all, "<"+id+">")
		}
	}
	if len(all) > maxReferences {
		all = append(all[:1:1], all[len(all)-maxReferences+1:]...)
	}
	return all
}
