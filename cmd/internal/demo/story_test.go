package demo

import (
	"strings"
	"testing"
	"time"
)

// Every mail is in the story, every mail of the story exists, and days only go forward.
func TestStory(t *testing.T) {
	all, used, last := mails(), map[string]bool{}, ""
	for _, c := range story() {
		for _, s := range c.steps {
			if s.day != "" {
				if s.day <= last || s.day > today {
					t.Errorf("day %s comes after %s", s.day, last)
				}
				last = s.day
			}
			if s.who != "" {
				continue
			}
			used[s.does] = true
			if _, ok := all[s.does]; !ok {
				t.Errorf("there is no mail %q", s.does)
			}
		}
	}
	for key := range all {
		if !used[key] {
			t.Errorf("mail %q never comes", key)
		}
	}
}

// A composed mail is what a mailer sends: ASCII in lines that end in CRLF and are not too long
// (RFC 5322 §2.1.1). Those that are given as bytes are wrong on purpose.
func TestCompose(t *testing.T) {
	for key, l := range mails() {
		raw := string(l.compose(key, time.Unix(1767571200, 0)))
		if strings.Count(raw, "\n") != strings.Count(raw, "\r\n") {
			t.Errorf("%s: a line does not end in CRLF", key)
		}
		for line := range strings.SplitSeq(raw, "\r\n") {
			if len(line) > 998 {
				t.Errorf("%s: a line of %d bytes", key, len(line))
			}
		}
		if l.raw == "" && strings.ContainsFunc(raw, func(r rune) bool { return r > 126 }) {
			t.Errorf("%s: not ASCII", key)
		}
	}
}
