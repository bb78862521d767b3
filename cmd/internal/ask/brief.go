package ask

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// MostBrief is how many bytes of one trouble a status, a monitor's line or a log shows.
const MostBrief = 600

// varying is what differs between errors that say the same: numbers, digests, names of temporary files.
var varying = regexp.MustCompile(`[0-9a-fA-F]{6,}|[0-9]+`)

// Brief merges what a text says several times, which differs in numbers at most, and cuts it to so many bytes:
// an error of five hundred mails must not fill a monitor's line.
func Brief(text string, most int) string {
	var said []string
	times := map[string]int{}
	at := map[string]int{}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '；' }) {
		part = strings.TrimSpace(part)
		key := varying.ReplaceAllString(part, "#")
		if times[key]++; times[key] == 1 && part != "" {
			at[key] = len(said)
			said = append(said, part)
		}
	}
	for key, n := range times {
		if i, ok := at[key]; ok && n > 1 {
			said[i] += fmt.Sprintf("（这样的共 %d 处）", n)
		}
	}
	return Cut(strings.Join(said, "；"), most)
}

// Cut shortens a text to so many bytes, and says so.
func Cut(text string, most int) string {
	const more = "……"
	if len(text) <= most {
		return text
	}
	end := max(0, most-len(more))
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + more
}
