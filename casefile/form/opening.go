package form

import (
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// openingMost bounds what Opening returns, in characters. It is far more than a list shows: a number that is cut in two can
// no longer be recognised and masked, and this far behind no list shows it.
const openingMost = 240

// greeting is a line that only greets, or that only says what the mail is, as its subject does.
var greeting = regexp.MustCompile(`^(?:(?:尊敬的|敬爱的|亲爱的|各位)?[^，,。：:]{0,24}[，,：:]?\s*(?:您好|你好|您们好|你们好|大家好|早上好|上午好|下午好|Hello|Hi)|尊敬的[^，,。]{0,24}|[^，,。：:]{0,24}(?:领导|同志|老师|办公室|局|委|厅|政府|单位)[：:]|(?:政府)?信息公开申请(?:表|书)?|Dear [^,:]{0,40})[！!。，,～~：:]*$`)

// Opening returns how a mail begins: its first sentence after greetings and titles, without what is quoted from an earlier
// mail. It is empty where the mail says nothing of its own.
func Opening(text string) string {
	var said []string
	q := quotes{}
	n := 0
	for l := range strings.SplitSeq(clean(clip(text, 16<<10)), "\n") {
		quoted, bare := q.see(l)
		bare = strings.Join(strings.Fields(bare), " ")
		if len(said) == 0 && (bare == "" || quoted || greeting.MatchString(bare)) {
			continue
		}
		if bare == "" || quoted {
			break
		}
		sentence, ended := bare, false
		if at := strings.IndexAny(bare, "。！？!?；"); at >= 0 {
			_, size := utf8.DecodeRuneInString(bare[at:])
			sentence, ended = bare[:at+size], true
		}
		said = append(said, sentence)
		if n += utf8.RuneCountInString(sentence); ended || n > openingMost {
			break
		}
	}
	whole := []rune(joined(said))
	return string(whole[:min(len(whole), openingMost)])
}

// joined puts the lines of a sentence together. A long line was broken by a program, in the middle of a word perhaps, and
// is joined without a blank; short lines are the writer's own.
func joined(lines []string) string {
	const broken = 30 // characters
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			before := lines[i-1]
			last, _ := utf8.DecodeLastRuneInString(before)
			if last < utf8.RuneSelf || utf8.RuneCountInString(before) < broken {
				b.WriteByte(' ')
			}
		}
		b.WriteString(l)
	}
	return b.String()
}
