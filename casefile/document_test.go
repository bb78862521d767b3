package casefile_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// TestDocument holds the state machine in LAW.md to the table of kinds, of which it is a
// picture.
func TestDocument(t *testing.T) {
	const file, begin, end = "LAW.md", "<!-- kinds:begin", "<!-- kinds:end -->"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	from := strings.Index(text, begin)
	to := strings.Index(text, end)
	if from < 0 || to < from {
		t.Fatalf("%s has no place for the kinds", file)
	}
	from += strings.Index(text[from:], "\n") + 1
	want := diagram() + "\n" + kindTable()
	if *update {
		if err := os.WriteFile(file, []byte(text[:from]+want+text[to:]), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text[from:to] != want {
		t.Errorf("%s does not show the table of kinds; run go test ./casefile -run Document -update", file)
	}
}

// diagram draws the stages and the steps between them.
func diagram() string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, s := range casefile.Stages() {
		fmt.Fprintf(&b, "  state \"%s\" as %s\n", s.Label(), s)
	}
	fmt.Fprintf(&b, "  [*] --> %s\n", casefile.StageReceived)
	for _, from := range casefile.Stages() {
		steps := make(map[casefile.Stage][]string)
		for _, k := range casefile.Kinds() {
			if k.To != casefile.StageNone && k.To != from && slices.Contains(k.Stages, from) && (k.To > from || k.Kind == casefile.KindDeliveryFailed || k.Kind == casefile.KindReopened || k.To == casefile.StageArchived) {
				steps[k.To] = append(steps[k.To], k.Label)
			}
		}
		for _, to := range casefile.Stages() {
			if len(steps[to]) > 0 {
				fmt.Fprintf(&b, "  %s --> %s: %s\n", from, to, strings.Join(steps[to], "、"))
			}
		}
	}
	fmt.Fprintf(&b, "  %s --> %s: 发出（邮寄、电子邮件等，发出即送达）\n", casefile.StageReplied, casefile.StageServed)
	fmt.Fprintf(&b, "  %s --> %s: 逾期不补正、逾期不缴费\n", casefile.StageHandling, casefile.StageServed)
	fmt.Fprintf(&b, "  %s --> %s: 恢复为申请\n", casefile.StageDismissed, casefile.StageReceived)
	b.WriteString("```\n")
	return b.String()
}

// kindTable lists every kind with what the law and the office say of it.
func kindTable() string {
	var b strings.Builder
	b.WriteString("| event | 名称 | command | founded on | clock | report | must say | legal at |\n|---|---|---|---|---|---|---|---|\n")
	for _, k := range casefile.Kinds() {
		var stages []string
		for _, s := range k.Stages {
			stages = append(stages, s.Label())
		}
		at := strings.Join(stages, " ")
		if len(stages) == len(casefile.Stages()) {
			at = "any"
		}
		if len(stages) == 0 {
			at = "recorded by the register itself, or on no case"
		}
		command := ""
		if k.Command != "" {
			command = "`" + k.Command + "`"
		}
		var says []string
		for _, n := range k.Needs {
			says = append(says, n.Field)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", k.Kind, k.Label, command, k.Article, k.Effect, k.Counts, strings.Join(says, ", "), at)
	}
	return b.String()
}
