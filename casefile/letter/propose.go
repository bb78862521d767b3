package letter

import (
	"ysq.internal/ysq/casefile"
)

// Proposal is a letter that a case calls for.
type Proposal struct {
	Kind casefile.LetterKind
	// Event is the record that the letter announces; Seq 0 where it announces none.
	Event casefile.Record
}

// Propose returns the letter that what happened last on a case calls for: that of the latest event that
// has a letter and did not get it, otherwise the one that fits where the case stands.
func Propose(s Subject) (Proposal, bool) {
	live := casefile.Live(s.History)
	issued := casefile.Letters(s.History)
	for i := len(live) - 1; i >= 0; i-- {
		r := live[i]
		kind := For(r.Event)
		if kind == casefile.LetterNone || kind == casefile.LetterRecordCorrected && s.Kind != casefile.CorrectionOfRecord {
			continue // who asked a question got a mail
		}
		if !announcedBy(r, kind, issued) {
			return Proposal{kind, r}, true
		}
		if _, asked := r.Event.(casefile.ConsultationSent); asked && !has(issued, casefile.LetterConsultationNotice) {
			return Proposal{Kind: casefile.LetterConsultationNotice}, true
		}
		break // the latest has its letter
	}
	switch {
	case s.Channel == casefile.Oral && s.Stage.Open() && !s.RegisteredOn.IsZero() && !has(issued, casefile.LetterApplicationForm):
		return Proposal{Kind: casefile.LetterApplicationForm}, true // the applicant signs what the office wrote down
	case s.Stage == casefile.StageReplied && s.DispatchedOn.IsZero():
		return Proposal{Kind: casefile.LetterDeliveryReceipt}, true
	case s.Stage == casefile.StageServed, s.Stage == casefile.StageArchived:
		return Proposal{Kind: casefile.LetterArchiveIndex}, true
	case s.Stage.Open() && !s.RegisteredOn.IsZero() && !has(issued, casefile.LetterReceipt):
		return Proposal{Kind: casefile.LetterReceipt}, true
	case s.Kind == casefile.CorrectionOfRecord && s.Stage < casefile.StageReplied && !s.RegisteredOn.IsZero() && !recordTold(issued):
		return Proposal{Kind: casefile.LetterRecordCorrected}, true
	}
	return Proposal{}, false
}

// Recorded returns the latest record that a letter of a kind announces; ok is false where there is none. has
// says that it already got its letter.
func Recorded(s Subject, kind casefile.LetterKind) (r casefile.Record, hasLetter, ok bool) {
	live := casefile.Live(s.History)
	for i := len(live) - 1; i >= 0; i-- {
		if For(live[i].Event) == kind {
			return live[i], announcedBy(live[i], kind, casefile.Letters(s.History)), true
		}
	}
	return casefile.Record{}, false, false
}

// announcedBy reports whether a record got its letter: one that bears the number that the record names, or
// that was made from it later. One that was voided is none.
func announcedBy(r casefile.Record, kind casefile.LetterKind, issued []casefile.CaseLetter) bool {
	for _, l := range issued {
		if l.Voided != "" || l.Letter != kind {
			continue
		}
		if d, err := l.Decided(); err == nil && d != nil && casefile.Same(d, r.Event) {
			return true
		}
	}
	return false
}

// recordTold reports whether a request to correct a record was answered, or sent on to another office.
func recordTold(issued []casefile.CaseLetter) bool {
	return has(issued, casefile.LetterRecordCorrected) || has(issued, casefile.LetterTransfer)
}

func has(issued []casefile.CaseLetter, kind casefile.LetterKind) bool {
	for _, l := range issued {
		if l.Letter == kind && l.Voided == "" {
			return true
		}
	}
	return false
}
