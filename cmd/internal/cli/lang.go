package cli

import (
	"cmp"
	_ "embed"
	"strings"
	"sync"
)

// The program speaks Chinese: its terms are those of the law, and its users are clerks of Chinese
// offices. In English it names its commands and options, its headings and the frame of its errors;
// explanations and whatever the register holds stay Chinese.
//
// The catalogue is keyed by the Chinese text, so that the code says everything once, in place; a test
// finds what has no English yet.

//go:embed english.txt
var englishText string

// english reads the catalogue: a line of Chinese, a line of English, and so on; # begins a comment.
var english = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	chinese := ""
	for line := range strings.Lines(englishText) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case chinese == "":
			chinese = line
		default:
			all[chinese] = line
			chinese = ""
		}
	}
	return all
})

// inEnglish tells whether the person wants English: by --lang, YSQ_LANG, or an English locale.
func (a *app) inEnglish() bool {
	lang := cmp.Or(a.lang, a.getenv("YSQ_LANG"), a.getenv("LC_ALL"), a.getenv("LC_MESSAGES"), a.getenv("LANG"))
	return strings.HasPrefix(strings.ToLower(lang), "en")
}

// t returns a text in the language of the person. A text of two parts, such as a label with its
// article or a list of choices, is looked up by its first part; terms of the law stay as they are.
func (a *app) t(chinese string) string {
	if !a.inEnglish() || chinese == "" {
		return chinese
	}
	if found, ok := inEnglish(chinese); ok {
		return found
	}
	return chinese
}

func inEnglish(chinese string) (string, bool) {
	all := english()
	if found, ok := all[chinese]; ok {
		return found, true
	}
	for _, cut := range []struct{ at, as string }{{"（", " ("}, {"：", ": "}} {
		if head, tail, ok := strings.Cut(chinese, cut.at); ok {
			if found, ok := all[head]; ok {
				return found + cut.as + strings.Replace(tail, "）", ")", 1), true
			}
		}
	}
	return "", false
}
