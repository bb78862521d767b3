package intake

import (
	"os"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/match"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/mailbox/parse"
)

// testdata/people-and-programs.txt holds mails that were composed set by set, each before anybody looked at what the rules
// made of the last one: what people (H) write about machines or under a machine's mark, and what programs (M) send without
// one. None of the former may be where nobody looks; of the latter at most one in fifty may become a case here, which are
// the hard ones of the thousand that daemon.TestMachinesAndPeople takes in.
func TestPeopleAndPrograms(t *testing.T) {
	source, err := os.ReadFile("testdata/people-and-programs.txt")
	if err != nil {
		t.Fatal(err)
	}
	s := open(t) // to which nobody has written yet
	err = s.Record(actorMailbox, s.Now(), func(tx *desk.Change) error {
		return decideEach(t, string(source), index{&placing{Room: s.Room, tx: tx}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// decideEach decides about each mail by itself.
func decideEach(t *testing.T, source string, known match.Register) error {
	var hidden, cases, due []string
	people, programs := 0, 0
	for _, one := range strings.Split("\n"+source, "\n@@ ")[1:] {
		title, rest, _ := strings.Cut(one, "\n")
		head, body, _ := strings.Cut(rest, "\n\n")
		head = strings.TrimSpace(head)
		if !strings.Contains(head, "Content-Type:") {
			head += "\nContent-Type: text/plain; charset=utf-8"
		}
		raw := strings.ReplaceAll(head+"\nMIME-Version: 1.0\n\n"+body+"\n", "\n", "\r\n")
		m := parse.Message(strings.NewReader(raw), int64(len(raw)), casefile.DigestOf([]byte(raw)), parse.Limits{Text: textForMatching})
		d, err := match.Decide(match.Mail{Message: m, Arrived: civil.New(2026, 3, 2)}, match.Office{}, known)
		if err != nil {
			return err
		}
		switch human := title[0] == 'H'; {
		case human:
			people++
			if !d.New && !match.Applies(&m) {
				hidden = append(hidden, title+": "+strings.Join(d.Reasons, "；"))
			}
		default:
			programs++
			if d.New {
				cases = append(cases, title)
			} else if match.Applies(&m) {
				due = append(due, title)
			}
		}
	}
	t.Logf("%d of %d people hidden, %d of %d programs as cases: %q, %d to be looked at: %q", len(hidden), people, len(cases), programs, cases, len(due), due)
	if len(hidden) > 0 || 50*len(cases) > programs || 20*len(due) > programs || people < 300 || programs < 300 {
		t.Errorf("hidden %q", hidden)
	}
	return nil
}
