package parse

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"ysq.internal/ysq/casefile"
)

// verified judges what the office's own server found out about the sender (RFC 8601). Anybody can write an
// Authentication-Results field, so only those count whose authserv-id is the host that wrote the topmost
// Received line. NetEase appends its field near the end of the header, below what the sender put there: on
// Coremail the last such field counts, and X-CM-TRANSID must be the number in that line, which no sender
// knows. Elsewhere the first counts. Where two such fields differ, one is forged, and none counts.
func verified(h header, from []casefile.Address, top casefile.Stamp, coremail bool, transID string) casefile.Verification {
	if len(from) != 1 || top.By == "" || coremail && transID != top.ID {
		return casefile.Unverified
	}
	_, domain, _ := strings.Cut(strings.ToLower(from[0].Mail), "@")
	var own []string
	for _, f := range h {
		if f.name != "authentication-results" {
			continue
		}
		text := withoutQuotes(withoutComments(strings.ToValidUTF8(string(f.value), "�")))
		if id, results, _ := strings.Cut(text, ";"); sameHost(id, top.By) {
			own = append(own, strings.ToLower(strings.Join(strings.Fields(results), " ")))
		}
	}
	if domain == "" || len(own) == 0 || len(slices.Compact(slices.Clone(own))) > 1 {
		return casefile.Unverified
	}
	return verdict(own[0], domain)
}

// sameHost compares an authserv-id, which a version may follow, with the name of a host.
func sameHost(id, host string) bool {
	words := strings.Fields(id)
	return len(words) > 0 && strings.EqualFold(strings.TrimSuffix(strings.Trim(words[0], `"`), "."), host)
}

// verdict reads the results of one field for the domain of From.
func verdict(results, domain string) casefile.Verification {
	passed, failed := false, false
	for result := range strings.SplitSeq(results, ";") {
		words := strings.Fields(result)
		if len(words) == 0 {
			continue
		}
		method, value, _ := strings.Cut(words[0], "=")
		method, _, _ = strings.Cut(method, "/")
		of := spokenFor(method, words[1:])
		switch method {
		case "dmarc":
			failed = failed || value == "fail" && (of == "" || aligned(of, domain))
			if failed {
				return casefile.Mismatched
			}
		case "spf", "dkim":
			if !aligned(of, domain) {
				continue
			}
			passed = passed || value == "pass"
			failed = failed || value == "fail" || value == "hardfail"
		}
	}
	switch {
	case passed:
		return casefile.Verified
	case failed:
		return casefile.Mismatched
	}
	return casefile.Unverified
}

// spokenFor returns the domain for which a method speaks: each has a property of its own for it (RFC 8601, section
// 2.7), and of those of other methods, which a sender may have had a say in, none counts. Two that differ speak for
// nobody.
func spokenFor(method string, properties []string) (of string) {
	for _, names := range map[string][][]string{
		"dkim": {{"header.d"}, {"header.i"}}, "spf": {{"smtp.mailfrom", "smtp.mail"}}, "dmarc": {{"header.from"}},
	}[method] {
		for _, p := range properties {
			name, v, ok := strings.Cut(p, "=")
			if v = domainOf(v); !ok || v == "" || !slices.Contains(names, name) {
				continue
			}
			if of != "" && of != v {
				return ""
			}
			of = v
		}
		if of != "" {
			return of
		}
	}
	return ""
}

// withoutQuotes takes the quotes off strings, and what would part words and results inside of them: a sender chooses
// the local part of his address, and that may be "; dkim=pass header.d=x".
func withoutQuotes(s string) string {
	var b strings.Builder
	quoted, escaped := false, false
	for _, r := range s {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
			continue
		case r == '"':
			quoted = !quoted
			continue
		}
		if quoted && (r == ';' || r == '=' || r == '@' || r <= ' ') {
			r = '_'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// domainOf takes the domain of a property's value, which may be an address.
func domainOf(v string) string {
	v = strings.Trim(v, `"<>`)
	if at := strings.LastIndexByte(v, '@'); at >= 0 {
		v = v[at+1:]
	}
	return strings.TrimSuffix(v, ".")
}

// aligned reports whether two domains belong to the same organisation (RFC 7489, section 3.1).
func aligned(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if a == b {
		return true
	}
	x, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	y, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && x == y
}

// writtenByCoremail reports whether Coremail, the software of NetEase and others, wrote a Received line.
func writtenByCoremail(line []byte) bool { return bytes.Contains(line, []byte("(Coremail)")) }
