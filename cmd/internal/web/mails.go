package web

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// mailsShown bounds the list of mails of one place, and that of letters: both stand on one page.
const mailsShown = 50

// mailList is the page 收发: where every mail went, and what goes out.
type mailList struct {
	Place  casefile.Disposition
	Places []placeCount
	Mails  []ask.MailView // the newest first
	Out    []ask.OutgoingView
	All    bool
	Status ask.Status
	Seen   []string   // the mails that were marked as read just now
	query  url.Values // of the address
	next   map[string]uint64
}

type placeCount struct {
	Code, Label string
	N           int
}

func mails(x *visit) error {
	v := x.r.URL.Query()
	l := mailList{Place: casefile.Parked, All: v.Get("out") == "all", Seen: v["seen"], query: v, next: map[string]uint64{}}
	if s := v.Get("place"); s != "" {
		var err error
		if l.Place, err = casefile.ParseDisposition(s); err != nil {
			return ask.Usage("%v", err)
		}
	}
	var err error
	if l.Status, err = ask.Do(x.ctx(), x.client, ask.Overview, ask.None{}); err != nil {
		return err
	}
	for _, d := range []casefile.Disposition{casefile.Parked, casefile.Quarantined, casefile.ToCase, casefile.ToHistory, casefile.Duplicate} {
		l.Places = append(l.Places, placeCount{d.String(), d.Label(), l.Status.Mails[d.String()]})
	}
	after, _ := number(v.Get("after"))
	if err := ask.Each(x.ctx(), x.client, ask.Mails, ask.MailQuery{Place: l.Place, Limit: mailsShown + 1, After: after}, func(m ask.MailView) error {
		l.Mails = append(l.Mails, m)
		return nil
	}); err != nil {
		return err
	}
	if len(l.Mails) > mailsShown {
		l.Mails = l.Mails[:mailsShown]
		l.next["after"] = l.Mails[mailsShown-1].Entry
	}
	before, _ := number(v.Get("sent"))
	if l.Out, err = ask.Do(x.ctx(), x.client, ask.Outbox, ask.OutboxQuery{All: l.All, Limit: mailsShown + 1, After: before}); err != nil {
		return err
	}
	if len(l.Out) > mailsShown {
		l.Out = l.Out[:mailsShown]
		l.next["sent"] = l.Out[mailsShown-1].ID
	}
	return x.show("mails", "收发", "mails", l)
}

// Older and Newest are where one of the two lists goes on and where it begins, "" where it does not go on or is at its
// beginning. The other one stays as it is.
func (l mailList) Older(list string) string {
	if l.next[list] == 0 {
		return ""
	}
	return l.at(list, strconv.FormatUint(l.next[list], 10))
}

func (l mailList) Newest(list string) string {
	if !l.query.Has(list) {
		return ""
	}
	return l.at(list, "")
}

func (l mailList) at(list, place string) string {
	v := url.Values{"place": {l.Place.String()}}
	for _, name := range []string{"out", "after", "sent"} {
		if s := l.query.Get(name); s != "" && name != list {
			v.Set(name, s)
		}
	}
	if place != "" {
		v.Set(list, place)
	}
	return "/mails?" + v.Encode()
}

func showMail(x *visit) error {
	t, err := ask.Do(x.ctx(), x.client, ask.Trace, ask.MailRef{Mail: x.r.PathValue("mail")})
	if err != nil {
		return err
	}
	m, err := ask.Do(x.ctx(), x.client, ask.Mail, ask.MailRef{Mail: x.r.PathValue("mail")})
	if err != nil {
		return err
	}
	return x.show("mail", "来信 "+m.Subject, "mails", mailPage{m, t, x.from("files"), x.from("text"), x.r.PostFormValue("as")})
}

// mailPage is a mail, and what it is, as somebody began to write.
type mailPage struct {
	ask.MailView
	Trace     ask.MailTrace
	FilesFrom int
	TextFrom  int
	As        string
}

// Asks reports whether somebody may say what the mail is.
func (p mailPage) Asks() bool { return p.Case == "" }

// saveMail hands over a mail, or a part of it, as it came. It is never shown: a browser would run what stands in it.
func saveMail(x *visit) error {
	q := ask.SaveMailRequest{MailRef: ask.MailRef{Mail: x.r.PathValue("mail")}}
	name := ""
	m, err := ask.Do(x.ctx(), x.client, ask.Mail, q.MailRef)
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(x.r.PostFormValue("part")); err == nil {
		q.Part = &n
		for _, p := range m.Parts {
			if p.Index == n {
				name = p.Name
			}
		}
	} else {
		name = m.Digest.Short() + ".eml"
	}
	head, content, err := ask.Get(x.ctx(), x.client, ask.SaveMail, q)
	if err != nil {
		return err
	}
	defer content.Close()
	size := head.Size
	if q.Part != nil {
		size = -1
	}
	return x.handOver(name, content, size)
}

// handOver sends a file from outside. size bounds it where more follows; -1 is all there is.
func (x *visit) handOver(name string, content io.Reader, size int64) error {
	h := x.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Security-Policy", sandbox)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(name)}))
	if size >= 0 {
		content = io.LimitReader(content, size)
	}
	if _, err := io.Copy(x.w, content); err != nil {
		x.site.failed(fmt.Errorf("handing a file over: %w", err))
		panic(http.ErrAbortHandler) // only breaking off says that it is not whole
	}
	return nil
}

// fileName is a name that is safe to offer: no path, nothing hidden.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if hidden(r) || strings.ContainsRune(`/\:*?"<>|`, r) || r == '\n' || r == '\r' || r == '\t' {
			return '_'
		}
		return r
	}, name)
	if name = strings.Trim(name, ". "); name == "" {
		return "文件"
	}
	return name
}

// openMail makes a case of a mail that is none yet.
func openMail(x *visit) error {
	row, err := ask.Do(x.ctx(), x.client, ask.OpenMail, ask.MailRef{Mail: x.r.PathValue("mail")})
	if err != nil {
		return err
	}
	http.Redirect(x.w, x.r, "/register/"+url.PathEscape(string(row.Case)), http.StatusSeeOther)
	return nil
}

// seenMail marks a mail that is in no case as read.
func seenMail(x *visit) error {
	if x.entered() {
		return showMail(x)
	}
	q := ask.SeenRequest{Mails: []string{x.r.PathValue("mail")}, As: strings.TrimSpace(x.r.PostFormValue("as"))}
	if _, err := ask.Do(x.ctx(), x.client, ask.SeenMail, q); err != nil {
		return err
	}
	http.Redirect(x.w, x.r, "/", http.StatusSeeOther)
	return nil
}

// outgoingPage is a mail that goes out, and what a person may decide about it.
type outgoingPage struct {
	ask.OutgoingView
	Decide string
	Reason string
	Again  bool
	Wrong  *ask.Error
}

// Undecided reports whether a person may still decide about it.
func (p outgoingPage) Undecided() bool {
	var s casefile.OutState
	return s.UnmarshalText([]byte(p.State)) == nil && !s.Ended()
}

func (p outgoingPage) Asks() bool { return p.Undecided() }

func showOutgoing(x *visit) error {
	id, ok := number(x.r.PathValue("id"))
	if !ok {
		return ask.NotFound("", "没有这封去信：%s", x.r.PathValue("id"))
	}
	o, err := ask.Do(x.ctx(), x.client, ask.Outgoing, ask.OutgoingRef{ID: id})
	if err != nil {
		return err
	}
	return x.showOutgoing(outgoingPage{OutgoingView: o})
}

func (x *visit) showOutgoing(p outgoingPage) error {
	return x.showAs(statusOf(p.Wrong), "outgoing", "去信", "mails", p)
}

// saveFile hands over a document of a case as it was put there.
func saveFile(x *visit) error {
	q := ask.FileRef{CaseRef: ask.CaseRef{Case: x.caseID()}}
	var err error
	if q.Digest, err = casefile.ParseDigest(x.r.PostFormValue("digest")); err != nil {
		return ask.Usage("没有选文件")
	}
	head, content, err := ask.Get(x.ctx(), x.client, ask.SaveFile, q)
	if err != nil {
		return err
	}
	defer content.Close()
	return x.handOver(head.Name, content, -1)
}

// copyLetter hands over a letter of the office.
func copyLetter(x *visit) error {
	document := x.r.PostFormValue("document")
	_, content, err := ask.Get(x.ctx(), x.client, ask.CopyLetter, ask.LetterRef{Document: document})
	if err != nil {
		return err
	}
	defer content.Close()
	return x.handOver(document+".docx", content, -1)
}
