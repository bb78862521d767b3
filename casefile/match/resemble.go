package match

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile"
)

// Earlier is an application that came before, as far as a new one may repeat it.
type Earlier struct {
	Case    casefile.ID
	Subject string // of the mail that opened the case
	Text    *Text  // of that mail; nil where it is no longer there
	// Answered is true once a reply was given: the new one may then be a 重复申请 (条例36(6)), before
	// that the two may be one case (合并).
	Answered bool
}

// The least likeness of two texts that is worth a person's look, and the one from which they are
// taken for the same. A form is mostly its labels and the applicant's particulars, so two different
// requests of one person have a good deal in common.
const (
	similar = 60
	same    = 90
)

// suggestRepeated proposes the earlier applications of the sender that the new one resembles. It only
// proposes: whether two applications ask for the same is for a person to say.
func (d *decider) suggestRepeated() error {
	var earlier []Earlier
	for _, mail := range d.senders() {
		more, err := d.r.Earlier(mail)
		if err != nil {
			return err
		}
		earlier = append(earlier, more...)
	}
	if len(earlier) == 0 { // nearly always; the text's shingles cost as much as all else about a mail
		return nil
	}
	subject, text := plainSubject(d.m.Subject), d.mail.Text
	for _, e := range earlier {
		common := text.shingles().likeness(e.Text.shingles())
		subjects := subject != "" && subject == plainSubject(e.Subject)
		if likeness, how := resemblance(common, subjects); likeness > 0 {
			d.propose(e.Case, likeness, how+e.advice())
		}
	}
	return nil
}

// resemblance weighs the likeness of the texts and whether the subjects are the same. A subject alone
// says little: most applications are called 政府信息公开申请.
func resemblance(common int, subjects bool) (likeness int, how string) {
	switch {
	case common >= same:
		return common, fmt.Sprintf("同一发件人，正文相似度 %d%%", common)
	case common >= similar && subjects:
		return min(common+10, same-1), fmt.Sprintf("同一发件人，标题相同，正文相似度 %d%%", common)
	case common >= similar:
		return common, fmt.Sprintf("同一发件人，正文相似度 %d%%", common)
	case subjects:
		return 40, "同一发件人，标题相同"
	}
	return 0, ""
}

func (e Earlier) advice() string {
	if e.Answered {
		return "，该件已答复，可能是重复申请（条例第三十六条第六项）"
	}
	return "，该件尚未答复，可能是重复提交，可考虑合并"
}

// plainSubject is a subject without what mailers and people put around it; "" for one that says
// nothing but that it is an application.
func plainSubject(subject string) string {
	s, _ := withoutPrefixes(subject)
	s = letters(s)
	rest := s
	for _, w := range [...]string{"政府信息公开", "依申请公开", "信息公开", "申请表", "申请书", "公开", "申请", "关于", "的"} {
		rest = strings.ReplaceAll(rest, w, "")
	}
	if rest == "" {
		return ""
	}
	return s
}

// letters keeps letters and digits, full-width ones made narrow, without case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '一' && r <= '鿿': // most of what people write here; the tables of unicode are ten times as slow
			return r
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// shingles are the runs of four characters of a text, as hashes in ascending order, each once: what
// two texts have of them in common does not depend on line breaks or on the order of paragraphs.
type shingles []uint64

const (
	shingle     = 4
	leastText   = 12   // characters; less is no text to compare
	longestText = 8192 // characters that count
)

// Text is a mail's text as it is looked at and compared with others. What that takes is worked out when it is first
// asked for, and once. A nil Text is that of a mail which is no longer there.
type Text struct {
	whole     string
	read      bool
	own       string // ownWords of the whole
	compared  bool
	fourgrams shingles // of own
}

// NewText returns the text of a mail.
func NewText(whole string) *Text { return &Text{whole: whole} }

// words are the sender's own.
func (t *Text) words() string {
	if t == nil {
		return ""
	}
	if !t.read {
		t.own, t.read = ownWords(t.whole), true
	}
	return t.own
}

func (t *Text) shingles() shingles {
	if t == nil {
		return nil
	}
	if !t.compared {
		t.fourgrams, t.compared = shinglesOf(t.words()), true
	}
	return t.fourgrams
}

func shinglesOf(text string) shingles {
	runes := []rune(letters(text))
	if len(runes) < leastText {
		return nil
	}
	runes = runes[:min(len(runes), longestText)]
	s := make(shingles, 0, len(runes))
	for i := range len(runes) - shingle + 1 {
		s = append(s, hashOf(runes[i:i+shingle]))
	}
	slices.Sort(s)
	return slices.Compact(s)
}

// hashOf is FNV-1a over characters: the same mails give the same likeness in every run.
func hashOf(runes []rune) uint64 {
	h := uint64(14695981039346656037)
	for _, r := range runes {
		h = (h ^ uint64(r)) * 1099511628211
	}
	return h
}

// likeness is the share of the shingles that two texts have in common (Jaccard), in percent.
func (s shingles) likeness(o shingles) int {
	if len(s) == 0 || len(o) == 0 {
		return 0
	}
	common := 0
	for i, j := 0, 0; i < len(s) && j < len(o); {
		switch {
		case s[i] < o[j]:
			i++
		case s[i] > o[j]:
			j++
		default:
			common, i, j = common+1, i+1, j+1
		}
	}
	return 100 * common / (len(s) + len(o) - common)
}
