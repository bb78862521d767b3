package letter

import "ysq.internal/ysq/casefile"

// Party is the other side that an event names, to which its letter goes; empty where that is the applicant.
func Party(e casefile.Event) string {
	switch e := e.(type) {
	case casefile.ConsultationSent:
		return e.Party
	case casefile.ThirdPartyTold:
		return e.Party
	}
	return ""
}

func refuse(s Subject, code, hint, msg string) error {
	return &casefile.RuleError{Code: code, Case: s.ID, Msg: msg, Hint: hint}
}

// NotTwice refuses a second letter: of what was told already, or of a kind that tells nothing and stands in
// the file. Forms without a number, and the notice that others are consulted, may be made again.
func NotTwice(s Subject, kind casefile.LetterKind) error {
	const hint = "要重新制发的，先作废原来的\nysq letter void"
	if Announces(kind) != "" {
		if _, hasLetter, _ := Recorded(s, kind); hasLetter {
			return refuse(s, "letter-twice", hint, "“"+kind.Label()+"”已经制发")
		}
		return nil
	}
	if !kind.Numbered() || kind == casefile.LetterConsultationNotice {
		return nil
	}
	for _, l := range casefile.Letters(s.History) {
		if l.Letter == kind && l.Voided == "" {
			return refuse(s, "letter-twice", hint+" "+l.Document, "“"+kind.Label()+"”已经制发："+l.Document)
		}
	}
	return nil
}

// SameNews refuses one letter to several cases that do not tell the same by it.
func SameNews(subjects []Subject, kind casefile.LetterKind) error {
	first, _, _ := Recorded(subjects[0], kind)
	for _, s := range subjects[1:] {
		if other, _, ok := Recorded(s, kind); !ok || !casefile.Same(other.Event, first.Event) {
			return refuse(s, "letters-differ", "请分别制发", "与 "+string(subjects[0].ID)+" 所要告知的不同，不能用同一份“"+kind.Label()+"”")
		}
	}
	return nil
}

// SameReader refuses one letter to the applicants of several cases who are not the same.
func SameReader(subjects []Subject, e casefile.Event) error {
	if Party(e) != "" {
		return nil
	}
	for _, s := range subjects[1:] {
		if casefile.PlainName(s.Applicant) != casefile.PlainName(subjects[0].Applicant) {
			return refuse(s, "applicants-differ", "请分别制发", "与 "+string(subjects[0].ID)+" 不是同一申请人，不能用同一份文书")
		}
	}
	return nil
}
