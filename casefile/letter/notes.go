package letter

import (
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// What a clerk notes beside a request for himself never reaches a citizen: 拆迁文件（不明确）, 某批复【待核】, 有关材料，内容不明确.
const doubts = `不明确|不清楚|不清晰|不具体|太笼统|待核|待查|待补|需补正|应补正|拟补正|待确认|待定|存疑|疑似|疑为|重复件|信访件`

var (
	// bracketed is a note in brackets, anywhere in the text.
	bracketed = regexp.MustCompile(`[（(〔\[【][^（()）〔〕\[\]【】]{0,20}(?:` + doubts + `|[?？])[^（()）〔〕\[\]【】]{0,20}[)）〕\]】]`)
	// trailing is a note after the request, of words that no request ends with.
	trailing = regexp.MustCompile(`(?:[，,；;。、/|—–-]|\s)+(?:(?:申请|内容|描述|指向|范围|时间|对象|表述|要求|所指|均|都|仍|有些|比较|太|过于)*(?:` + doubts + `)[^，,；;。]{0,6}|(?:备注|批注|注|经办)[：:].*)[。.!！?？]*$`)
	// doubtful is a word that a note may have, where it may as well be the applicant's.
	doubtful = regexp.MustCompile(`不明确|待核实|待补正|待确认|存疑|疑似|备注[：:]`)
	// ordered is the cause of a new answer that somebody else decided.
	ordered = regexp.MustCompile(`复议|判决|裁定|裁决|责令|调解|法院|决定书|督查|上级`)
)

// withoutNotes takes the notes out of a text and lists them.
func withoutNotes(s string) (text string, notes []string) {
	cut := func(note string) string {
		notes = append(notes, strings.TrimSpace(note))
		return ""
	}
	s = bracketed.ReplaceAllStringFunc(s, cut)
	return trailing.ReplaceAllStringFunc(s, cut), notes
}

// Notes lists what the letters leave out of a request as notes of the office's own; doubt is a word that stays and may be one.
// The applicant's own text contains no such notes.
func (s Subject) Notes() (left []string, doubt string) {
	if s.verbatim() {
		return nil, ""
	}
	text, left := withoutNotes(s.Request)
	return left, doubtful.FindString(text)
}

// verbatim reports whether the request is in the applicant's own words.
func (s Subject) verbatim() bool {
	own := false
	for _, r := range casefile.Live(s.History) {
		if e, ok := r.Event.(casefile.Registered); ok {
			own = e.Verbatim
		}
	}
	return own
}

// request is what is applied for, as it stands within a sentence.
func (s Subject) request() string {
	if s.verbatim() {
		return oneLine(s.Request)
	}
	return quoted(s.Request)
}
