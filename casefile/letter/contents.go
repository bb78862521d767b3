package letter

import (
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
	var all []Paper
	add := func(p Paper) {
		p.Title = strings.Join(strings.Fields(p.Title), " ")
		if p.Digest.IsZero() || !slices.ContainsFunc(all, func(o Paper) bool { return o.Digest == p.Digest }) {
			all = append(all, p)
		}
	}
	issued := casefile.Letters(s.History)
	made := func(number string) bool {
		return slices.ContainsFunc(issued, func(l casefile.CaseLetter) bool { return number != "" && l.Document == number })
	}
	ours := func(r casefile.Record, title, number string) {
		if number != "" && !made(number) {
			add(Paper{On: r.On, By: office, Number: number, Title: title, Note: "纸质"})
		}
	}
	for _, r := range casefile.Live(s.History) {
		switch e := r.Event.(type) {
		case casefile.Received:
			if !e.Digest.IsZero() {
				add(Paper{Digest: e.Digest, On: r.On, By: sender(e.Letter, s), Title: titled("政府信息公开申请", e.Subject)})
			} else {
				add(Paper{On: r.On, By: s.Applicant, Title: "政府信息公开申请（" + e.Channel.Label() + "）"})
			}
		case casefile.MessageIn:
			add(Paper{Digest: e.Digest, On: r.On, By: sender(e.Letter, s), Title: titled("来信", e.Subject)})
		case casefile.MessageOut:
			add(Paper{Digest: e.Digest, On: r.On, By: office, Title: titled("去信", e.Subject)})
		case casefile.Attached:
			if !e.Letter.Digest.IsZero() {
				add(Paper{Digest: e.Letter.Digest, On: r.On, By: sender(e.Letter, s), Title: titled("来信", e.Subject)})
			}
			for _, f := range e.Files {
				add(Paper{Digest: f.Digest, On: r.On, Title: f.Name})
			}
		case casefile.Detached:
			all = slices.DeleteFunc(all, func(p Paper) bool { return p.Digest == e.Digest })
		case casefile.LetterIssued:
			if e.Letter == casefile.LetterArchiveIndex {
				continue // the list itself
			}
			note := ""
			if i := slices.IndexFunc(issued, func(l casefile.CaseLetter) bool { return l.Seq == r.Seq }); i >= 0 && issued[i].Voided != "" {
				note = "已作废"
			}
			add(Paper{Digest: e.File.Digest, On: r.On, By: office, Number: e.Document, Title: e.Letter.Label(), Note: note})
		case casefile.CorrectionAsked:
			ours(r, "补正告知书", e.Document)
		case casefile.Extended:
			ours(r, "延期审批", e.Document)
		case casefile.ConsultationSent:
			ours(r, "征求意见书（"+e.Party+"）", e.Document)
		case casefile.ThirdPartyTold:
			ours(r, "第三方告知书（"+e.Party+"）", e.Document)
		case casefile.FeeNoticed:
			ours(r, "收费通知书", e.Document)
		case casefile.Replied:
			ours(r, "答复（"+e.Outcome.Label()+"）", e.Document)
		case casefile.Delivered:
			if e.Proof != "" {
				add(Paper{On: r.On, Title: e.Proof, Note: "纸质"})
			}
		}
	}
	for _, p := range casefile.PostedIn(s.History) {
		add(Paper{Digest: p.Digest, On: p.On, By: office, Title: titled("去信", p.Subject)})
	}
	return all
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
