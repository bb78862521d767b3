package casefile

import (
	"slices"
	"strings"
)

// WithCommands is a text for a terminal, with the commands or options that do what it says: each behind what it does,
// where the text says as many things as there are commands.
func WithCommands(text, do string) string {
	if paired, ok := inPairs(text, strings.Split(do, "、")); ok {
		return paired
	}
	switch {
	case text == "" || do == "":
		return text + do
	case strings.ContainsAny(text, "：；，"): // one colon in a sentence, and behind its last part
		return text + "（" + do + "）"
	}
	return text + "：" + do
}

// inPairs puts each of several commands behind its own part of a text: a list after a colon, or the clauses of a sentence.
func inPairs(text string, commands []string) (string, bool) {
	head, list, _ := strings.Cut(text, "：")
	parts, between := strings.Split(list, "、"), "、"
	head += "："
	if len(parts) != len(commands) || strings.ContainsAny(list, "，；。（") {
		head, parts, between = "", strings.Split(text, "；"), "；"
	}
	if len(parts) != len(commands) || len(commands) < 2 {
		return "", false
	}
	for i, c := range commands {
		parts[i] += "（" + c + "）"
	}
	return head + strings.Join(parts, between), true
}

// Missing is something that a letter needs and that nobody has given.
type Missing struct {
	Name string `json:"name"`
	How  string `json:"how"`         // where it is written
	Do   string `json:"do,omitzero"` // with which option or command of a terminal
	// Options are those that Do names by themselves: the fields in which it is written.
	Options []string `json:"options,omitzero"`
}

// Lacks makes a Missing of a hint as the rules write it: the command for a terminal follows after a line's end.
func Lacks(name, hint string) Missing {
	how, do, _ := strings.Cut(hint, "\n")
	return Missing{name, how, do, Options(do)}
}

// Filled reports whether what is missing is a content of the letter itself, which is given together with the answer.
func (m Missing) Filled() bool { return slices.Contains(m.Options, "fill") }

// Options are the options that stand by themselves in what a hint has done at a terminal, in their order and without their
// dashes: annex and grounds of `--annex 名称、--grounds`. A whole command is none.
func Options(do string) (names []string) {
	for part := range strings.SplitSeq(do, "、") {
		if option, ok := strings.CutPrefix(strings.TrimSpace(part), "--"); ok {
			name, _, _ := strings.Cut(option, " ")
			names = append(names, name)
		}
	}
	return names
}

// Advice says where the missing thing is given, with the command, for a terminal.
func (m Missing) Advice() string { return WithCommands(m.How, m.Do) }
