package match

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// A third party, or another office, is asked by post as often as by mail, and answers from an address that no case knows.
// What leads to the case is what the answer says: the number of the letter, the name of who was asked, or the applicant's.

// Consultation is a side that was asked in an open case which waits for its opinion.
type Consultation struct {
	Case      casefile.ID
	Applicant string
	Party     string
	Document  string // the number of the letter; empty where none is recorded
}

// suggestLetters proposes the open cases of a letter of the office whose number stands in the mail, and for what reads like
// an opinion the cases that wait for one by somebody, or about somebody, whom the mail names.
func (d *decider) suggestLetters() error {
	said := d.m.Subject + "\n" + beginning(d.written, numberedWithin)
	for _, number := range documents(said) {
		cases, err := d.r.CasesByDocument(number)
		if err != nil {
			return err
		}
		for _, id := range cases {
			d.propose(id, 70, "写有该件文书的文号“"+number+"”")
		}
	}
	if !(mayOpine(said) && opinionWords.MatchString(said)) && !slices.ContainsFunc(d.m.Parts, func(p casefile.Part) bool { return p.Attachment && opinionWords.MatchString(p.Name) }) {
		return nil
	}
	all, err := d.r.Consultations()
	if err != nil {
		return err
	}
	for _, a := range d.m.From {
		said += "\n" + a.Name
	}
	for _, p := range d.m.Parts {
		said += "\n" + p.Name
	}
	said = casefile.PlainName(said)
	numbered := plainNumber(said) // once, as there may be many cases
	for _, c := range all {
		switch number := plainNumber(casefile.PlainName(c.Document)); {
		case number != "" && strings.Contains(numbered, number):
			d.propose(c.Case, 70, "写有该件征求意见书的文号“"+c.Document+"”")
		case names(said, shortened(c.Party)):
			d.propose(c.Case, 65, "该件征求了“"+c.Party+"”的意见")
		case names(said, c.Applicant):
			d.propose(c.Case, 55, "像是被征求人的意见，并提到该件申请人")
		}
	}
	return nil
}

// names reports whether a text, as PlainName writes it, holds a name that is long enough to be one.
func names(said, name string) bool {
	name = casefile.PlainName(name)
	return utf8.RuneCountInString(name) >= 2 && strings.Contains(said, name)
}

// shortened is the name of a company as people write it who work there.
func shortened(party string) string {
	short := legalForm.ReplaceAllString(party, "")
	if utf8.RuneCountInString(short) < 3 {
		return party
	}
	return short
}

var (
	legalForm = regexp.MustCompile(`(股份|有限|责任|集团|总)*公司$`)
	// opinionWords are the words of a mail that may be the opinion of who was asked for one.
	opinionWords = regexp.MustCompile(`同意[^。\n]{0,8}(公开|提供)|反对公开|不(宜|能|得|应)[^。\n]{0,4}公开|商业秘密|个人隐私|征求|意见书|意见函|第三方|被征求|合法权益|(你|贵)[局处委办单位机关]{1,3}[^。\n]{0,12}来?函|复函|(?i)\b(consent|object|disclos(e|ure)|trade secrets?|consult(ation|ed))\b`)
	// documentNumber is a number like 某环依申请补〔2026〕1号 in whatever brackets.
	documentNumber = regexp.MustCompile(`\p{Han}{2,20}[ \t]*[` + opens + `][ \t]*20\d\d[ \t]*[` + closes + `][ \t]*第?[ \t]*\d{1,6}[ \t]*号`)
	yearInBrackets = regexp.MustCompile(`[` + opens + `](20\d\d)[` + closes + `]第?`)
)

// opens and closes are the brackets that stand around a year, closes in the order that a class of an expression wants.
const opens, closes = "〔﹝[【（(［", "]〕﹞】）)］"

// ofOpinion are words of which an opinion has one, where it is not written in Latin letters.
var ofOpinion = lookFor([]string{"同意", "反对公开", "不宜", "不能", "不得", "不应", "商业秘密", "个人隐私", "征求", "意见书", "意见函", "第三方", "合法权益", "函"}, nil)

// mayOpine is false only for a text in which opinionWords find nothing: held against every mail, they took longer than all
// else about it.
func mayOpine(said string) bool {
	latin := func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }
	return ofOpinion.until(said, func(found) bool { return true }) != 0 || strings.ContainsFunc(said, latin) && containsAny(strings.ToLower(said), "consent", "object", "disclos", "secret", "consult")
}

// bracketsYear reports whether a bracket stands before a year in a line, as in every document number and in hardly any other.
func bracketsYear(line string) bool {
	for at := 0; ; at++ {
		k := strings.Index(line[at:], "20")
		if k < 0 {
			return false
		}
		at += k
		if last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(line[:at], " \t")); strings.ContainsRune(opens, last) {
			return true
		}
	}
}

// plainNumber writes a document number as letters print it.
func plainNumber(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return narrow(r)
	}, s)
	return yearInBrackets.ReplaceAllString(s, "〔${1}〕")
}

// documents lists the document numbers in a text. What stands before one runs into it, 见某环依申请补〔2026〕1号, so that every
// shorter beginning is listed, too; there are few numbers in a mail.
func documents(said string) (all []string) {
	if !strings.Contains(said, "号") {
		return nil
	}
	var numbers []string
	for line := range strings.Lines(narrowed(said)) {
		if len(numbers) < mostNumbers && bracketsYear(line) {
			numbers = append(numbers, documentNumber.FindAllString(line, mostNumbers-len(numbers))...)
		}
	}
	for _, found := range numbers {
		number := plainNumber(found)
		for i := range number {
			if strings.HasPrefix(number[i:], "〔") {
				break
			}
			if rest := number[i:]; utf8.RuneCountInString(rest[:strings.Index(rest, "〔")]) >= 2 {
				all = append(all, rest)
			}
		}
	}
	return all
}
