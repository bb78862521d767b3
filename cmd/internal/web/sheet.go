package web

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// What was sent, for the eye: a page that the office drew, with marks where something was read, in a frame beside the
// fields.

// framed is the policy of what our own pages may show in a frame.
const framed = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

// sheetPage is a page of a file as a picture.
type sheetPage struct {
	ask.PageHead
	Picture      string // its address
	Name         string
	Mail         string
	Part, Page   int
	Case         casefile.ID
	Before, Next int // pages; 0: there is none
}

// showPage shows a page of an attachment: a picture that the office drew of it, or a page of its own making that a browser
// runs nothing of.
func showPage(x *visit) error {
	h := x.w.Header()
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Security-Policy", framed)
	p, content, err := x.sheet()
	if err != nil {
		told := x.told(err)
		if told.Code == "session" {
			return err
		}
		plainPage(x.w, statusOf(told), "看不了", told.Msg, told.Hint)
		return nil
	}
	if p.Type == "text/html" {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", sandbox+"; frame-ancestors 'self'")
		_, err = x.w.Write(visible(content))
		return err
	}
	p.Picture = x.site.pictures.put(x.me.Name, p.Type, content)
	return write(x.w, http.StatusOK, "sheet", frame{Title: p.Name, Data: p})
}

// mostPicture bounds what of a page is shown.
const mostPicture = 8 << 20

func (x *visit) sheet() (p sheetPage, content []byte, err error) {
	p = sheetPage{Mail: x.r.PathValue("mail"), Name: strings.TrimSpace(x.r.PostFormValue("name")), Page: 1, Case: casefile.ID(x.r.PostFormValue("case"))}
	for name, into := range map[string]*int{"part": &p.Part, "page": &p.Page} {
		if n, ok := number(x.r.PostFormValue(name)); ok && n < 1<<20 {
			*into = int(n)
		}
	}
	head, body, err := ask.Get(x.ctx(), x.client, ask.Page, ask.PageRef{MailRef: ask.MailRef{Mail: p.Mail}, Part: p.Part, Page: p.Page, Case: p.Case})
	if err != nil {
		return p, nil, err
	}
	defer body.Close()
	p.PageHead = head
	switch head.Type {
	case "image/png", "image/jpeg", "text/html":
	default:
		return p, nil, ask.Refused("no-page", "可以下载原件来看", "这一页看不了：%s", cmp.Or(head.Note, head.Label))
	}
	if content, err = io.ReadAll(io.LimitReader(body, mostPicture+1)); err == nil && len(content) > mostPicture {
		err = ask.Refused("no-page", "可以下载原件来看", "这一页太大")
	}
	if p.Page > 1 {
		p.Before = p.Page - 1
	}
	if p.Page < min(head.Pages, head.Most) {
		p.Next = p.Page + 1
	}
	if err != nil {
		return p, nil, fmt.Errorf("showing a page: %w", err)
	}
	return p, content, nil
}

// fileList is what is enclosed in a mail, as pages list it.
type fileList struct {
	ask.MailView
	Enclosed []casefile.Part // from a place on, filesShown of them at most
	Others   rest            // of them
	In       casefile.ID     // the case that is being registered, so that what was read is marked; "": none
}

// filesShown bounds the files on one page: people send a form and some pictures, and a mail may bring thousands.
const filesShown = 40

// filesOf lists the files of one of the mails on a page, from a place on; id is the case that is being registered, or "".
func filesOf(m ask.MailView, id casefile.ID, from, mails int) fileList {
	all := slices.DeleteFunc(slices.Clone(m.Parts), func(p casefile.Part) bool { return !p.Attachment })
	shown, others := portion(all, from, max(5, filesShown/mails))
	return fileList{m, shown, others, id}
}

// pair is what a page goes through twice.
func pair(a, b int) []int { return []int{a, b} }

// piece is a stretch of a text, with the field that was read there.
type piece struct{ Text, Field string }

// marked divides a text where the values stand that were read in it.
func marked(text string, fields []ask.ProposedField) (all []piece) {
	labels := make([]string, len(text))
	for _, f := range fields {
		at := strings.Index(text, f.Value)
		if at < 0 || len([]rune(f.Value)) < 2 {
			continue
		}
		for i := at; i < at+len(f.Value); i++ {
			labels[i] = f.Label
		}
	}
	from := 0
	for i := range labels {
		if i+1 == len(labels) || labels[i+1] != labels[i] {
			all = append(all, piece{text[from : i+1], labels[i]})
			from = i + 1
		}
	}
	return all
}
