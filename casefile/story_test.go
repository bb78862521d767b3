package casefile_test

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

var update = flag.Bool("update", false, "rewrite the golden part of the stories")

// TestStories runs testdata/*.txtar: what was recorded, what must come of it, and how the case then
// stands.
//
//	-- records --  DATE [@TODAY] KIND JSON, each put to Decide; TODAY is when it was recorded, else DATE.
//	               A line that begins with !CODE must be refused with that code ("transition" for a step
//	               that is not legal at the stage) and is not recorded.
//	-- expect --   NAME VALUE, worked out by hand from casefile/LAW.md. -update leaves it alone.
//	-- days --     days on which to look at the case
//	-- want --     everything the case comes to, written by -update
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sections := make(map[string]*txtar.File)
			for i, f := range archive.Files {
				sections[f.Name] = &archive.Files[i]
			}
			for _, name := range []string{"records", "expect", "days", "want"} {
				if sections[name] == nil {
					t.Fatalf("no section %q", name)
				}
			}
			s := story{t: t}
			for line := range lines(sections["records"]) {
				s.record(line)
			}
			s.compare(sections["expect"])
			s.show(sections["days"])
			if *update {
				sections["want"].Data = []byte(s.out.String())
				if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if got, want := s.out.String(), string(sections["want"].Data); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func lines(f *txtar.File) func(func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(string(f.Data)) {
			if line = strings.TrimSpace(line); line != "" && !yield(line) {
				return
			}
		}
	}
}

const storyCase casefile.ID = "2026-00001"

var law = casefile.Regulations()

type story struct {
	t       *testing.T
	history []casefile.Record
	out     strings.Builder
}

// record puts one line to Decide and keeps it if it may be recorded. The arrival and what else is the
// register's own observation nobody is asked about.
func (s *story) record(line string) {
	s.t.Helper()
	refused, rest := "", line
	if strings.HasPrefix(line, "!") {
		refused, rest, _ = strings.Cut(line[1:], " ")
	}
	day, rest, _ := strings.Cut(rest, " ")
	on, err := civil.Parse(day)
	if err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
	today := on
	if strings.HasPrefix(rest, "@") {
		day, rest, _ = strings.Cut(rest[1:], " ")
		if today, err = civil.Parse(day); err != nil {
			s.t.Fatalf("%s: %v", line, err)
		}
	}
	kind, body, _ := strings.Cut(rest, " ")
	event, err := casefile.DecodeEvent(casefile.Kind(kind), []byte(body))
	if err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
	var warnings []string
	if len(s.history) > 0 && (refused != "" || event.Kind().Info().Command != "") {
		draft := casefile.Draft{Case: storyCase, On: on, Event: event}
		warnings, err = casefile.Decide(s.history, draft, today, law, workday.Embedded())
	}
	if got := codeOf(err); got != refused {
		s.t.Errorf("%s: refused with %q, want %q (%v)", line, got, refused, err)
	}
	seq := uint64(len(s.history) + 1)
	if err != nil {
		fmt.Fprintf(&s.out, " - %s %s 被拒绝：%v\n", on, event.Kind().Label(), err)
		return
	}
	s.history = append(s.history, casefile.Record{Seq: seq, On: on, Recorded: today.Start(), Actor: "测试", Case: storyCase, Event: event})
	fmt.Fprintf(&s.out, "%2d %s %s：%s\n", seq, on, event.Kind().Label(), casefile.Describe(event))
	for _, w := range warnings {
		fmt.Fprintf(&s.out, "   注意 %s\n", w)
	}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if rule, ok := errors.AsType[*casefile.RuleError](err); ok {
		return rule.Code
	}
	if _, ok := errors.AsType[*casefile.TransitionError](err); ok {
		return "transition"
	}
	return err.Error()
}

func (s *story) fold() casefile.Case {
	return casefile.Fold(storyCase, s.history, law, workday.Embedded())
}

// compare checks what was worked out by hand.
func (s *story) compare(expect *txtar.File) {
	c := s.fold()
	none := func(v fmt.Stringer) string {
		if v.String() == "" {
			return "-"
		}
		return v.String()
	}
	tally := "-"
	if !c.TallyOn.IsZero() {
		tally = fmt.Sprintf("%s %s", none(c.Tally), c.TallyOn)
	}
	waiting := func(r casefile.Reading) string {
		return strings.TrimSpace(none(r.Waiting) + " " + r.WaitUntil.String())
	}
	facts := map[string]string{
		"stage": c.Stage.String(), "outcome": none(c.Outcome), "tally": tally, "stopped": none(c.StoppedOn),
		"received": none(c.ReceivedOn()), "new-in": fmt.Sprint(c.NewIn()), "counts": fmt.Sprint(c.Counts()),
		"strict": none(c.Strict.Due), "legal": none(c.Legal.Due),
		"strict-waits": waiting(c.Strict), "legal-waits": waiting(c.Legal), "undelivered": fmt.Sprint(c.Undelivered),
		"extended": fmt.Sprint(c.ExtendedDays), "provisional": fmt.Sprint(c.Legal.Provisional), "approval": strings.TrimSpace(c.Approval.String() + " " + c.ApprovalOn.String()),
	}
	now := c.At(s.history[len(s.history)-1].On, workday.Embedded())
	facts["late"], facts["disputable"] = fmt.Sprint(now.Late), fmt.Sprint(now.Disputable)
	for i, p := range c.Periods {
		facts[fmt.Sprintf("period-%d", i+1)] = periodLine(p)
	}
	for line := range lines(expect) {
		name, want, _ := strings.Cut(line, " ")
		if got, known := facts[name]; !known || got != want {
			s.t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// periodLine is a period in a line: how it began, both days zero, both due dates, how it ended, and what is to
// be said of that.
func periodLine(p casefile.Period) string {
	day := func(d civil.Date) string { return cmp.Or(d.String(), "-") }
	line := fmt.Sprintf("%s %s/%s %s/%s", p.From, day(p.StartStrict), day(p.StartLegal), day(p.DueStrict), day(p.DueLegal))
	if !p.Ended.IsZero() {
		line += fmt.Sprintf(" %s %s", p.Ended, p.How)
	}
	return line + sign(p.Late, " late") + sign(p.Disputable, " disputable") + sign(p.Slow, " slow")
}

// show writes all that the case comes to.
func (s *story) show(days *txtar.File) {
	cal, c := workday.Embedded(), s.fold()
	var last civil.Date // a walk without an end goes as far as the days asked about
	for line := range lines(days) {
		last = max(last, civil.MustParse(line))
	}
	fmt.Fprintf(&s.out, "\n阶段 %s，新收 %d 年", c.Stage.Label(), c.NewIn())
	if !c.TallyOn.IsZero() {
		fmt.Fprintf(&s.out, "，%s 计入%s%s", c.TallyOn, c.Tally.Row(), c.Tally.Label())
	}
	s.out.WriteString("\n")
	for _, p := range c.Periods {
		s.out.WriteString(periodLine(p) + "\n")
	}
	var before []string
	for _, view := range []casefile.View{casefile.Strict, casefile.Legal} {
		clock := casefile.ReadClock(view, s.history, law, cal)
		var read []string
		for _, turn := range clock.Turns {
			line := fmt.Sprintf("%d %s %s：%s %s", turn.Seq, turn.On, turn.Kind.Label(), turn.Effect.Label(), turn.Text)
			if !turn.Later.IsZero() {
				line += "（" + turn.Later.String() + " 补录）"
			}
			read = append(read, line)
		}
		for _, stretch := range stretches(clock.Walk(last)) {
			read = append(read, "| "+stretch)
		}
		fmt.Fprintf(&s.out, "\n%s 零日 %s 届满 %s%s\n", view.Label(), clock.Start, clock.Due, sign(clock.Provisional, " 暂定"))
		if slices.Equal(read, before) {
			read = []string{"同上"}
		}
		for _, line := range read {
			fmt.Fprintf(&s.out, "  %s\n", line)
		}
		before = read
	}
	s.out.WriteString("\n")
	for line := range lines(days) {
		day := civil.MustParse(line)
		fmt.Fprintf(&s.out, "%s %s\n", day, standing(c.At(day, cal)))
		alarms := c.Alarms(day, law, cal)
		if c.Consulting() {
			alarms = append(alarms, casefile.ConsultationAlarms(s.history, law, cal)...)
		}
		for _, a := range alarms {
			fmt.Fprintf(&s.out, "  %s %s %s\n", a.Kind.Label(), a.On, a.Text)
		}
	}
	// The blank at the end of some lines above would not survive an editor.
	var tidy strings.Builder
	for line := range strings.Lines(s.out.String()) {
		tidy.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	s.out.Reset()
	s.out.WriteString(tidy.String())
}

func standing(s casefile.Standing) string {
	words := []string{"届满 " + s.Due.String()}
	for word, on := range map[string]bool{"暂定": s.Provisional, "已办结": s.Finished, "逾期": s.Overdue, "迟延": s.Late, "有争议": s.Disputable} {
		if on {
			words = append(words, word)
		}
	}
	slices.Sort(words[1:])
	if s.Waiting != casefile.NotWaiting {
		words = append(words, "等待"+s.Waiting.Label()+" 至 "+s.WaitUntil.String())
	}
	if !s.Due.IsZero() && !s.Finished {
		words = append(words, fmt.Sprintf("剩余 %d 个工作日", s.Remaining))
	}
	return strings.Join(words, "，")
}

func sign(on bool, word string) string {
	if on {
		return word
	}
	return ""
}

// stretches draws the walk with like days together.
func stretches(walk []casefile.Step) []string {
	what := func(s casefile.Step) string {
		switch {
		case s.Waiting != casefile.NotWaiting:
			return "等待" + s.Waiting.Label()
		case s.Excluded != "":
			return "扣除 " + s.Excluded
		case s.Number > 0:
			return "计入"
		}
		return "休息 " + s.Name
	}
	var all []string
	for i := 0; i < len(walk); {
		j := i
		for j+1 < len(walk) && what(walk[j+1]) == what(walk[i]) {
			j++
		}
		line := walk[i].Date.String()
		if j > i {
			line += " 至 " + walk[j].Date.String()
		}
		line += " " + what(walk[i])
		if walk[i].Number > 0 {
			line += fmt.Sprintf("，到第 %d 日", walk[j].Number)
		}
		all = append(all, strings.TrimSpace(line))
		i = j + 1
	}
	return all
}
