package ask

import (
	"regexp"
	"strings"

	"ysq.internal/ysq/casefile"
)

// personal finds what identifies or reaches a person: ID numbers of 18 or 15 digits, mobile and
// fixed telephone numbers, bank cards. A run of digits that is longer or shorter is left alone.
var personal = regexp.MustCompile(`\d[\d-]{6,20}[\dXx]`)

// maskString hides the middle of personal numbers: the last four characters stay, so that a clerk
// can still tell two of them apart. Digits behind a letter are part of a code, such as a postal number.
func maskString(s string) string {
	var b strings.Builder
	last := 0
	for _, at := range personal.FindAllStringIndex(s, -1) {
		if at[0] > 0 && isLetter(s[at[0]-1]) {
			continue
		}
		b.WriteString(s[last:at[0]])
		b.WriteString(maskNumber(s[at[0]:at[1]]))
		last = at[1]
	}
	return b.String() + s[last:]
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func maskNumber(n string) string {
	digits := strings.ReplaceAll(n, "-", "")
	switch {
	case looksLikeCaseOrDate(n):
	case len(digits) >= 15 && len(digits) <= 19, // ID number, bank card
		len(digits) == 8, len(digits) == 11, len(digits) == 12: // telephone
		return strings.Repeat("*", len(digits)-4) + digits[len(digits)-4:]
	}
	return n
}

// datelike are numbers with hyphens that are no telephone: 2026-11-23, 2026-00017.
var datelike = regexp.MustCompile(`^(19|20)\d\d-(\d{5,}|\d\d-\d\d)$`)

// compactDate is a day without hyphens, 20261123, which has the length of a telephone number.
var compactDate = regexp.MustCompile(`^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$`)

func looksLikeCaseOrDate(s string) bool { return datelike.MatchString(s) || compactDate.MatchString(s) }

// Mask hides personal numbers in a text that leaves the register on another way than through Handler.
func Mask(s string) string { return maskString(s) }

func maskText(t Text) Text { return Text(maskString(string(t))) }

func maskRow(r CaseRow) CaseRow {
	r.Applicant, r.Subject = maskText(r.Applicant), maskText(r.Subject)
	return r
}

func maskResult(r AppendResult) AppendResult {
	for i := range r.Cases {
		r.Cases[i] = maskRow(r.Cases[i])
	}
	r.Records = maskRecords(r.Records)
	return r
}

func maskDispute(d DisputeView) DisputeView {
	d.Matter = maskText(d.Matter)
	if d.Records != nil {
		d.Records = maskRecords(d.Records)
	}
	return d
}

func maskRecord(r RecordView) RecordView {
	r.Text = maskString(r.Text)
	r.Event = nil // the raw event holds what the text hides
	return r
}

func maskRecords(all []RecordView) []RecordView {
	masked := make([]RecordView, len(all))
	for i, r := range all {
		masked[i] = maskRecord(r)
	}
	return masked
}

func maskMail(m MailView) MailView {
	m.Subject, m.Text = maskString(m.Subject), maskString(m.Text)
	parts := make([]casefile.Part, len(m.Parts))
	for i, p := range m.Parts {
		p.Name = maskString(p.Name)
		parts[i] = p
	}
	m.Parts = parts
	m.Readings = maskReadings(m.Readings)
	m.History = maskRecords(m.History)
	return m
}

func maskReadings(all []PartReading) []PartReading {
	if all == nil {
		return nil
	}
	masked := make([]PartReading, len(all))
	for i, r := range all {
		r.Name = maskString(r.Name)
		masked[i] = r
	}
	return masked
}

func maskDetail(d CaseDetail) CaseDetail {
	d.CaseRow = maskRow(d.CaseRow)
	d.Request, d.Contact, d.Agent = maskText(d.Request), maskText(d.Contact), maskText(d.Agent)
	d.Records = maskRecords(d.Records)
	mails := make([]MailView, len(d.Mails))
	for i, m := range d.Mails {
		mails[i] = maskMail(m)
	}
	d.Mails = mails
	for i, m := range d.Candidates {
		d.Candidates[i] = maskMail(m)
	}
	files := make([]casefile.File, len(d.Files))
	for i, f := range d.Files {
		f.Name = maskString(f.Name)
		files[i] = f
	}
	d.Files = files
	letters := make([]LetterView, len(d.Letters))
	for i, l := range d.Letters {
		letters[i] = maskLetter(l)
	}
	d.Letters = letters
	d.FileReadings = maskReadings(d.FileReadings)
	d.Masked = true
	return d
}
