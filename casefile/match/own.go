package match

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// A mail may be an application of its own whatever its thread: the receipt asks people to answer it, and they begin
// the next application by answering the last letter. Clearly its own, it becomes a case; in doubt, it joins the case
// that it answers and stands there as 疑为新申请 until a person decides.

// standsAlone says how much a mail that answers or names a case is an application of its own.
type standsAlone uint8

const (
	joins  standsAlone = iota // nothing says so
	doubts                    // it reads like an application
	alone                     // it is one, and not the one that the case began with
)

var newWords = []string{"新申请", "新的申请", "另一份申请", "另一申请", "另行申请", "另申请", "第二份", "第二件", "第三份", "又一份", "再申请一", "再次申请公开", "同时申请公开", "之外的申请"}

// asksMore matches how people add another request to a letter about the first: 另外我还想申请公开 …, 同时申请获取 ….
var asksMore = regexp.MustCompile(`(另外|另|此外|除此之外|同时|顺便|还想|还要|还需要?|也想|又想)[^。！？；\n]{0,12}(申请|想|希望|要求)[^。！？；\n]{0,12}(公开|获取|查阅|一份|复印件)`)

// asksAnother returns the words with which a letter asks for something else as well, or "" where it only urges.
func asksAnother(text string) string {
	for _, more := range asksMore.FindAllString(text, 3) {
		if !containsAny(more, "尽快", "尽早", "早日", "及时", "按时", "按期", "时候", "何时") {
			return more
		}
	}
	return ""
}

// own judges a mail by its name, its form and its content against the case that it would join.
func (d *decider) own(id casefile.ID, c Case) (standsAlone, string, error) {
	text := d.written
	more := asksAnother(text)
	likely := d.out.Likeness >= Likely || formOf(text)
	if !likely && (more == "" || c.Waiting == casefile.WaitCorrection) { // while a correction is awaited, the other request is the corrected one
		return joins, "", nil
	}
	if c.Finished && !likely && !strings.Contains(more, "申请") { // another copy is wanted as often as another document
		return doubts, "正文另有请求：“" + more + "”", nil
	}
	if c.Finished {
		return alone, "该件已办结", nil
	}
	first, err := d.r.Opening(id)
	if err != nil {
		return joins, "", err
	}
	if why, err := d.ofAnother(id, c, first); why != "" || err != nil {
		return alone, why, err
	}
	how, why := d.besides(c, first.Text.shingles())
	if how == doubts && more != "" {
		why = "正文另有请求：“" + more + "”"
	}
	return how, why, nil
}

// ofAnother says by what the form in a mail is another applicant's than the case's; "" where nothing says so.
func (d *decider) ofAnother(id casefile.ID, c Case, first Earlier) (why string, err error) {
	if name := otherName(c, first, d.written); name != "" {
		return "申请人写的是“" + name + "”，不是该件的申请人", nil
	}
	if numbers := identities(d.written); formOf(d.written) && len(numbers) > 0 {
		if same, known, err := d.r.SameNumber(id, numbers); err != nil || known && !same {
			return "证件号码不是该件申请人的", err
		}
	}
	return "", nil
}

// besides judges an application of the same applicant against the one with which the case began.
func (d *decider) besides(c Case, began shingles) (standsAlone, string) {
	text := d.written
	common := shinglesOf(text).likeness(began)
	if c.Waiting == casefile.WaitCorrection {
		if word := firstOf(d.m.Subject, newWords); word != "" && common < similar {
			return alone, "标题写明“" + word + "”"
		}
		return joins, "" // a form that is sent again corrects the first
	}
	subject, answer := withoutPrefixes(d.m.Subject)
	if common >= similar || containsAny(subject, "补正", "补充") && !answer {
		return joins, "" // the same once more, or what belongs to it
	}
	word := firstOf(subject+"\n"+text, newWords)
	form := formOf(text) || slices.ContainsFunc(d.m.Parts, func(p casefile.Part) bool { return p.Attachment && firstOf(p.Name, fileWords) != "" })
	switch {
	case form && word != "":
		return alone, "写明“" + word + "”，并有申请表"
	case formOf(text) && len(began) > 0:
		return alone, "正文是一份申请表，内容与该件不同"
	case form && !answer && firstOf(subject, subjectWords) != "":
		return alone, "标题是申请，附有申请表"
	}
	return doubts, "像是又一份申请"
}

// Again judges a mail that joined a case once more, when its files have been read: said is what they say. own says
// that it is clearly an application of its own, and why; otherwise guess is what it probably is on the case.
func Again(m casefile.Message, said string, id casefile.ID, r Register) (own bool, guessed casefile.Guess, why string, err error) {
	text := NewText(strings.TrimSpace(ownWords(m.Text)) + "\n" + said)
	m.Text = text.whole
	d := decider{mail: Mail{Message: m, Text: text}, m: &m, r: r, written: text.words()}
	d.out.Likeness, d.why = likeness(d.m, d.written)
	into, c, err := d.goesOn(id)
	if err != nil {
		return false, 0, "", err
	}
	how, why, err := d.own(into, c)
	if err != nil || how == alone {
		return true, 0, why, err
	}
	g, by := guess(d.m, text, c, how == doubts)
	if g == casefile.GuessApplication {
		by = why
	}
	return false, g, by, nil
}

// formOf reports whether a text is a form that is filled in: who applies, how to reach him, and what for.
func formOf(text string) bool { return isForm(ofApplication.until(text, isForm)) }

func isForm(there found) bool { return labelsIn(there) >= 3 }

// otherName is the applicant that the form in a mail names, where that is none of the case's. A mail that says
// nothing, or of whose case nobody knows the applicant, says no other name.
func otherName(c Case, first Earlier, text string) string {
	if !formOf(text) {
		return ""
	}
	known, named := namesIn(first.Text.words()), namesIn(text)
	if c.Registered {
		known = append(known, c.Applicant)
	}
	if len(known) == 0 || len(named) == 0 {
		return ""
	}
	for _, n := range named {
		for _, k := range known {
			a, b := casefile.PlainName(n), casefile.PlainName(k)
			if strings.Contains(a, b) || strings.Contains(b, a) {
				return ""
			}
		}
	}
	return named[0]
}
