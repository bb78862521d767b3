package mailbox_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/mailbox/imapsim"
)

// The manners of real servers that are neither silence nor refusal (PROVIDERS.md): whatever way a server has of
// saying things, every mail comes in, once, with the bytes that it has.
func TestManners(t *testing.T) {
	fetch := imapsim.At{Kind: imapsim.Fetch}
	search := imapsim.At{Command: "UID SEARCH", Kind: imapsim.Untagged}
	attributes := func(change func([]imapsim.Attr) []imapsim.Attr) imapsim.Fault {
		return fetch.Do(func(_ imapsim.Event, r *imapsim.Reply) {
			if r.Attrs != nil {
				r.Attrs = change(slices.Clone(r.Attrs))
			}
		})
	}
	calling := func(name string) imapsim.Fault {
		return attributes(func(all []imapsim.Attr) []imapsim.Attr {
			for i := range all {
				if strings.HasPrefix(all[i].Name, "BODY[]") {
					all[i].Name = strings.Replace(all[i].Name, "BODY[]", name, 1)
				}
			}
			return all
		})
	}
	for name, faults := range map[string][]imapsim.Fault{
		"numbers one a line, backwards, the first twice, with MODSEQ": {search.Do(func(_ imapsim.Event, r *imapsim.Reply) {
			words := strings.Fields(strings.TrimPrefix(r.Line, "* SEARCH"))
			if len(words) == 0 {
				return
			}
			for _, w := range slices.Backward(words) {
				r.Before = append(r.Before, "* SEARCH "+w+" ")
			}
			r.Line = "* SEARCH " + words[0] + " " + words[0] + " (MODSEQ 12)"
		})},
		"every second mail is left out where several are asked for": {fetch.Do(func(ev imapsim.Event, r *imapsim.Reply) {
			if strings.ContainsAny(strings.Fields(ev.Args)[0], ",:") && ev.UID%2 == 1 {
				imapsim.Omit(ev, r)
			}
		})},
		"notes, complaints and counts between the mails": {fetch.Do(imapsim.Precede("* OK Still here", "* BAD Command Error. 10", "* NO [SERVERBUG] x", "* 7 EXISTS", "* 1 RECENT", `* FLAGS (\Seen)`, "* LSUB () \"/\" x"))},
		"attributes that nobody asked for": {attributes(func(all []imapsim.Attr) []imapsim.Attr {
			return append([]imapsim.Attr{{Name: "MODSEQ", Value: "(12)"}, {Name: "FLAGS", Value: `(\Seen NonJunk $Forwarded)`}}, all...)
		})},
		"attributes that nobody knows": {attributes(func(all []imapsim.Attr) []imapsim.Attr {
			return append([]imapsim.Attr{{Name: "X-GM-MSGID", Value: "1278455344230334865"}, {Name: "X-GM-LABELS", Value: `(\Inbox "a b")`}}, all...)
		})},
		"flags in GBK": {attributes(func(all []imapsim.Attr) []imapsim.Attr {
			return append([]imapsim.Attr{{Name: "FLAGS", Value: "(\xd2\xd1\xb6\xc1)"}}, all...)
		})},
		"flags with brackets": {attributes(func(all []imapsim.Attr) []imapsim.Attr {
			return append([]imapsim.Attr{{Name: "FLAGS", Value: "([x] a])"}}, all...)
		})},
		"the body is named as it was asked": {calling("BODY.PEEK[]")},
		"the body is named RFC822":          {calling("RFC822")},
		"names in small letters": {attributes(func(all []imapsim.Attr) []imapsim.Attr {
			for i := range all {
				all[i].Name = strings.ToLower(all[i].Name)
			}
			return all
		})},
		"OK in small letters": {imapsim.At{Kind: imapsim.Tagged}.Do(func(_ imapsim.Event, r *imapsim.Reply) {
			if strings.HasPrefix(r.Line, "OK") {
				r.Line = "ok" + r.Line[2:]
			}
		})},
		"OK without a word": {imapsim.At{Kind: imapsim.Tagged, Command: "UID FETCH"}.Do(imapsim.Say("OK"))},
		"a literal of eight bits": {attributes(func(all []imapsim.Attr) []imapsim.Attr {
			for i := range all {
				if all[i].Literal != nil {
					all[i].Value += "~"
				}
			}
			return all
		})},
		"the inbox is listed twice, in small letters, and with what it has below": {
			imapsim.At{Command: "LIST", Kind: imapsim.Untagged, Times: 1}.Do(imapsim.Precede(`* LIST (\Noselect) NIL ""`, `* LIST (\HasNoChildren \Marked \X-Unknown) NIL inbox`, `* LIST (\Noselect \HasChildren) "/" "[Gmail]"`, `* LIST (\HasNoChildren) "/" "a\"b\\c"`, `* LIST () "/" INBOX`)),
		},
		"a folder's name as a literal": {imapsim.At{Command: "LIST", Kind: imapsim.Untagged, Times: 1}.Do(imapsim.Precede("* LIST (\\HasNoChildren) \"/\" {4}\r\nnews"))},
		"hangs up on what it does not know": {imapsim.At{Kind: imapsim.Tagged}.Do(func(ev imapsim.Event, r *imapsim.Reply) {
			if strings.HasPrefix(r.Line, "BAD") {
				imapsim.StopAt(0, imapsim.EOF)(ev, r)
			}
		})},
		"a structure that does not end": {attributes(func(all []imapsim.Attr) []imapsim.Attr {
			return append(all, imapsim.Attr{Name: "BODYSTRUCTURE", Value: `("text" "plain" ("x" "\"" ) NIL`})
		})},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t, officeOptions{audits: true})
				for n := range 5 {
					o.add("INBOX", n, 100+40_000*n)
				}
				o.add("垃圾邮件", 100, 100)
				o.sim.Inject(faults...)
				for range 6 {
					if _, err := o.poller.Poll(t.Context()); err != nil {
						t.Log(err)
					}
					time.Sleep(max(0, time.Until(o.poller.Status().NextTry)))
				}
				o.check(t)
				if audit, _ := o.poller.LastAudit(); !audit.Proved() || len(o.book.troubles) > 0 {
					t.Errorf("audit %+v, in trouble %v", audit, o.book.troubles)
				}
				plainCommands(t, o)
			})
		})
	}
}

// A mailbox that is shown empty once, and a limit on logins that the provider keeps by the hour, cost nothing and
// nobody.
func TestShownEmptyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, officeOptions{sim: imapsim.Options{Security: imapsim.PlainText, LoginsPerHour: 30}})
		pass := running(t, o)
		for n := range 4 {
			o.add("INBOX", n, 100)
		}
		pass(5 * time.Minute)
		o.sim.Inject(
			imapsim.At{Command: "EXAMINE", Kind: imapsim.Untagged}.Do(func(_ imapsim.Event, r *imapsim.Reply) {
				if strings.HasSuffix(r.Line, " EXISTS") {
					r.Line = "* 0 EXISTS"
				}
			}),
			imapsim.At{Command: "UID SEARCH", Kind: imapsim.Untagged}.Do(imapsim.Say("* SEARCH")),
		)
		pass(10 * time.Minute)
		o.sim.Heal()
		o.add("INBOX", 9, 100)
		for range 60 { // hanging up each minute
			o.sim.Disconnect(imapsim.EOF)
			pass(time.Minute)
		}
		o.check(t)
		if n := len(o.book.troubles); n != 0 {
			t.Errorf("%d mails in trouble", n)
		}
		if c := o.sim.Counts(); c.LoginAttempts != c.Logins {
			t.Errorf("%d logins, %d of them refused", c.LoginAttempts, c.LoginAttempts-c.Logins)
		}
	})
}

var plainSearch = regexp.MustCompile(`^(ALL|UID (\d+):(\d+|\*))$`)

// plainCommands holds what was sent against what every provider takes (PROVIDERS.md#others): no search by text, in
// parentheses or of descending sets, no envelope and no structure, and nothing that changes a mailbox.
func plainCommands(t *testing.T, o *office) {
	t.Helper()
	ascending := func(set string) bool {
		last := uint64(0)
		for part := range strings.SplitSeq(set, ",") {
			from, to, _ := strings.Cut(part, ":")
			for _, word := range []string{from, to} {
				if n, err := strconv.ParseUint(word, 10, 32); err == nil {
					if n < last {
						return false
					}
					last = n
				}
			}
		}
		return true
	}
	for _, c := range o.sim.Log() {
		switch c.Name {
		case "CAPABILITY", "STARTTLS", "LOGIN", "ID", "LIST", "EXAMINE", "NOOP", "IDLE", "LOGOUT":
		case "UID SEARCH":
			if !plainSearch.MatchString(c.Args) || !ascending(strings.TrimPrefix(c.Args, "UID ")) {
				t.Errorf("sent %s", c)
			}
		case "UID FETCH":
			set, items, _ := strings.Cut(c.Args, " ")
			if !ascending(set) || strings.Contains(items, "ENVELOPE") || strings.Contains(items, "STRUCTURE") || strings.Contains(items, "BODY[") {
				t.Errorf("sent %s", c)
			}
		default:
			t.Errorf("sent %s", c)
		}
	}
	if m := o.sim.Mutations(); len(m) > 0 {
		t.Errorf("the mailbox was changed: %v", m)
	}
}
