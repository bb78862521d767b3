package ask

import (
	"fmt"
	"reflect"
	"strings"

	"ysq.internal/ysq/casefile"
)

// legible refuses a request with a character that its reader does not see: whoever types or pastes one did
// not mean it, and nothing that came this way may enter a record. The line ends of browsers become line
// feeds.
func legible(v reflect.Value) error {
	return texts(v, func(t text) error {
		if t.kind == reflect.TypeFor[Foreign]() {
			return nil
		}
		s := t.s
		if strings.Contains(s, "\r\n") {
			s = strings.ReplaceAll(s, "\r\n", "\n")
			t.set(s)
		}
		if r, found := casefile.Control(s); found {
			return &Error{Code: "control-character", Exit: ExitUsage, Hint: "请去掉看不见的字符，重新写一遍",
				Msg: fmt.Sprintf("“%s”里有控制字符或改变文字方向的字符（U+%04X），没有记录", around(s, r), r)}
		}
		return nil
	})
}

// around is the text near a character, without it and its like.
func around(s string, r rune) string {
	at := strings.IndexRune(s, r)
	rs := []rune(s[:at] + "□" + s[at:])
	i := len([]rune(s[:at]))
	rs = rs[max(0, i-10):min(len(rs), i+12)]
	return strings.Map(func(r rune) rune {
		if _, found := casefile.Control(string(r)); found || r == '\n' || r == '\t' {
			return -1
		}
		return r
	}, string(rs))
}
