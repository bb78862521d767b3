package dovecottest

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
)

// utf7 writes a folder's name as IMAP wants it, quoted: modified UTF-7 (RFC 3501, section 5.1.3).
func utf7(name string) string {
	var b strings.Builder
	var run []rune // beyond ASCII, not written yet
	flush := func() {
		if len(run) == 0 {
			return
		}
		var bytes []byte
		for _, u := range utf16.Encode(run) {
			bytes = append(bytes, byte(u>>8), byte(u))
		}
		b.WriteString("&" + strings.ReplaceAll(base64.RawStdEncoding.EncodeToString(bytes), "/", ",") + "-")
		run = nil
	}
	for _, r := range name {
		if r < ' ' || r > '~' {
			run = append(run, r)
			continue
		}
		flush()
		switch r {
		case '&':
			b.WriteString("&-")
		case '"', '\\':
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	flush()
	return `"` + b.String() + `"`
}
