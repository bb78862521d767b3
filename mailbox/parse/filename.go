package parse

import (
	"path"
	"strings"
	"unicode/utf8"
)

const maxName = 200 // bytes; file systems take 255, and a suffix may be added

// safeName makes of what a sender calls a file a name that can be given to a file anywhere: no
// path, no control or direction-turning character, nothing Windows refuses, limited in length with
// the extension kept. Nothing may be left; the result is then "".
func safeName(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if i := strings.LastIndexAny(s, `/\`); i >= 0 && i < len(s)-1 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case noText(r), r >= 0x200B && r <= 0x200D, r == 0x2028, r == 0x2029:
			return -1
		case strings.ContainsRune(`<>:"/\|?*`, r):
			return '_'
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ") // many blanks push an extension out of sight
	if reserved(s) {
		s = "_" + s
	}
	s = strings.TrimRight(shorten(strings.TrimRight(s, " .")), " .")
	if strings.Trim(s, "._ ") == "" {
		return ""
	}
	return s
}

// reserved reports a name of a device under Windows, with or without an extension.
func reserved(s string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(s), ".")
	switch base = strings.TrimSpace(base); base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (base[:3] == "COM" || base[:3] == "LPT") && base[3] >= '0' && base[3] <= '9'
}

func shorten(s string) string {
	if len(s) <= maxName {
		return s
	}
	ext := path.Ext(s)
	if len(ext) > 20 || !utf8.ValidString(ext) {
		ext = ""
	}
	return clip(s, maxName-len(ext)) + ext
}
