package letter

import (
	"cmp"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Paper is one document of a case file, as 归档目录 lists it.
type Paper struct {
	Digest casefile.Digest // of its bytes; zero for one that the register does not hold
	On     civil.Date
	By     string // 责任者
	Number string // 文号
	Title  string // 题名
	Note   string
}

// Contents lists what is in a case file, in the order of 归档: what came, what was made of it, what
// went. Papers that only a record speaks of are listed, too, for the file on the shelf has them.
func Contents(s Subject, office string) []Paper {
	histories := append([][]casefile.Record{s.History}, s.Merged...)
	var all []shelved
	for _, h := range histories {
		issued := casefile.Letters(h)
		for _, r := range casefile.Live(h) {
			if p, ok := onPaper(r, issued, s, office); ok {
				all = append(all, shelved{p, r.Seq})
			}
		}
	}
	for _, i := range casefile.Contents(histories...) {
		if p, ok := paperOf(i, histories, s, office); ok {
			all = append(all, shelved{p, i.Record.Seq})
		}
	}
	slices.SortStableFunc(all, func(a, b shelved) int { return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.seq, b.seq)) })
	papers := make([]Paper, len(all))
	for i, p := range all {
		p.Title = strings.Join(strings.Fields(p.Title), " ")
		papers[i] = p.Paper
	}
	return papers
}

// shelved is a paper in its place: after the record that speaks of it.
type shelved struct {
	Paper
	seq uint64
}

// paperOf is a mail, a document or a letter that the register holds.
func paperOf(i casefile.Item, histories [][]casefile.Record, s Subject, office string) (Paper, bool) {
	p := Paper{Digest: i.Digest, On: i.Record.On}
	_, first := i.Record.Event.(casefile.Received)
	issued, isLetter := i.Record.Event.(casefile.LetterIssued)
	switch {
	case first:
		p.By, p.Title = sender(i.Letter, s), titled("政府信息公开申请", i.Letter.Subject)
	case i.Sort == casefile.Incoming:
		p.By, p.Title = sender(i.Letter, s), titled("来信", i.Letter.Subject)
	case i.Sort == casefile.Outgoing:
		p.By, p.Title = office, titled("去信", i.Letter.Subject)
	case i.Sort == casefile.Annex:
		p.By, p.Title, p.Note = office, i.File.Name, "附于 "+issued.Document
	case isLetter && issued.Letter == casefile.LetterArchiveIndex:
		return p, false // the list itself
	case isLetter:
		p.By, p.Number, p.Title = office, issued.Document, issued.Letter.Label()
		for _, h := range histories {
			for _, l := range casefile.Letters(h) {
				if l.Seq == i.Record.Seq && l.Voided != "" {
					p.Note = "已作废"
				}
			}
		}
	default:
		p.Title = i.File.Name
	}
	return p, true
}

// onPaper is what a record says of a paper that the register does not hold.
func onPaper(r casefile.Record, issued []casefile.CaseLetter, s Subject, office string) (Paper, bool) {
	ours := func(title, number string) (Paper, bool) {
		made := slices.ContainsFunc(issued, func(l casefile.CaseLetter) bool { return l.Document == number })
		return Paper{On: r.On, By: office, Number: number, Title: title, Note: "纸质"}, number != "" && !made
	}
	switch e := r.Event.(type) {
	case casefile.Received:
		return Paper{On: r.On, By: s.Applicant, Title: "政府信息公开申请（" + e.Channel.Label() + "）"}, e.Digest.IsZero()
	case casefile.CorrectionAsked:
		return ours("补正告知书", e.Document)
	case casefile.Extended:
		return ours("延期审批", e.Document)
	case casefile.ConsultationSent:
		return ours("征求意见书（"+e.Party+"）", e.Document)
	case casefile.ThirdPartyTold:
		return ours("第三方告知书（"+e.Party+"）", e.Document)
	case casefile.FeeNoticed:
		return ours("收费通知书", e.Document)
	case casefile.Replied:
		return ours("答复（"+e.Outcome.Label()+"）", e.Document)
	case casefile.Delivered:
		return Paper{On: r.On, Title: e.Proof, Note: "纸质"}, e.Proof != ""
	}
	return Paper{}, false
}

func sender(l casefile.Letter, s Subject) string {
	if l.From.Name != "" {
		return l.From.Name
	}
	if l.From.Mail != "" {
		return l.From.Mail
	}
	return s.Applicant
}

func titled(what, subject string) string {
	switch {
	case strings.TrimSpace(subject) == "":
		return what
	case strings.Contains(subject, what):
		return subject
	}
	return what + "：" + subject
}
