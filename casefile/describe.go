package casefile

import "strings"

// Describe says in one Chinese phrase what an event records, without its label. It is what
// chronologies print; text from mails comes through as it is and must be cleaned where it is shown.
func Describe(e Event) string {
	if says := e.Kind().row().does.says; says != nil {
		return says(e)
	}
	return ""
}

func joined(ids []ID) string {
	var all []string
	for _, id := range ids {
		all = append(all, string(id))
	}
	return strings.Join(all, "、")
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// phrases makes one sentence of several. A full stop that somebody typed stays only at its end.
func phrases(all ...string) string {
	var said []string
	for _, s := range all {
		if s != "" {
			said = append(said, s)
		}
	}
	for i := range len(said) - 1 {
		said[i] = strings.TrimRight(said[i], "。")
	}
	return strings.Join(said, "，")
}
