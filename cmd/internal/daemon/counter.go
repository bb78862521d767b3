package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox"
)

// roleFile marks what a clerk put into the store: no mail, and nothing for intake to decide on.
const roleFile mailbox.Role = "file"

// New opens a case for an application that came over the counter, by post, by fax or by telephone.
func (f *office) New(_ context.Context, c ask.Call, n ask.NewCase) (ask.AppendResult, error) {
	res := ask.AppendResult{Warnings: []string{}, DryRun: c.DryRun}
	today, on := civil.Of(c.At), civil.Date(n.On)
	switch {
	case n.Channel == casefile.ChannelNone:
		return res, ask.Usage("缺少渠道：当面、邮寄、平信、传真、网上平台、电子邮件、口头")
	case on.IsZero():
		on = today
	case on > today:
		return res, &ask.Error{Code: "date-future", Msg: fmt.Sprintf("日期 %s 晚于今天 %s", on, today), Hint: "只能记录已经发生的事", Exit: ask.ExitRefused}
	}
	if err := f.keeps(n.Files); err != nil {
		return res, err
	}
	received := casefile.Received{
		Channel: n.Channel, Carried: n.Carried,
		Letter: casefile.Letter{From: casefile.Address{Name: n.From}, Subject: n.Subject},
	}
	err := f.change(c, func(tx *register.Tx) error {
		id := tx.NextID(on.Year())
		drafts := []casefile.Draft{{Case: id, On: on, Event: received}}
		if len(n.Files) > 0 {
			drafts = append(drafts, casefile.Draft{Case: id, On: today, Event: casefile.Attached{Files: n.Files}})
		}
		records, err := tx.Append(c.Who.String(), drafts...)
		if err != nil {
			return err
		}
		if res.Records, err = recordViews(records); err != nil {
			return err
		}
		if len(n.Registered) > 0 {
			view := ask.DraftView{Case: id, Kind: casefile.KindRegistered, Event: n.Registered}
			views, warnings, err := f.appendOne(tx, c.Who, view, today)
			if err != nil {
				return err
			}
			res.Records, res.Warnings = append(res.Records, views...), append(res.Warnings, warnings...)
		}
		row, err := f.row(tx, id)
		res.Cases = []ask.CaseRow{row}
		return err
	})
	return res, err
}

func (f *office) row(tx *register.Tx, id casefile.ID) (ask.CaseRow, error) {
	c, err := tx.Case(id)
	if err != nil {
		return ask.CaseRow{}, err
	}
	return f.rowOf(tx, c), nil
}

// Split makes cases of the further requests that a mail held. Each inherits the arrival and the
// confirmation: three parts are 3 件 of the same day.
func (f *office) Split(_ context.Context, call ask.Call, r ask.SplitRequest) (ask.AppendResult, error) {
	id := r.Case
	res := ask.AppendResult{Warnings: []string{}, DryRun: call.DryRun}
	if r.Parts < 2 || r.Parts > 100 {
		return res, ask.Usage("拆成 2 至 100 件，得到 %d", r.Parts)
	}
	today := civil.Of(call.At)
	err := f.change(call, func(tx *register.Tx) error {
		c, err := tx.Case(id)
		if err != nil {
			return err
		}
		history, err := tx.History(id)
		if err != nil {
			return err
		}
		ids := []casefile.ID{id}
		var records []casefile.Record
		for range r.Parts - 1 {
			part := tx.NextID(c.ArrivedOn.Year())
			ids = append(ids, part)
			drafts := inheritance(history, id)
			for i := range drafts {
				drafts[i].Case = part
			}
			made, err := tx.Append(call.Who.String(), drafts...)
			if err != nil {
				return err
			}
			records = append(records, made...)
		}
		split := casefile.Draft{Case: id, On: today, Event: casefile.Split{Parts: ids[1:], Reason: r.Reason}}
		if res.Warnings, err = casefile.Decide(history, split, today, f.reg.Law(), f.reg.Calendar()); err != nil {
			return err
		}
		made, err := tx.Append(call.Who.String(), split)
		if err != nil {
			return err
		}
		if res.Records, err = recordViews(append(made, records...)); err != nil {
			return err
		}
		for _, one := range ids {
			row, err := f.row(tx, one)
			if err != nil {
				return err
			}
			res.Cases = append(res.Cases, row)
		}
		return nil
	})
	return res, err
}

// inheritance is what a part of a case takes over from it: how and when it came, and when both sides
// confirmed it.
func inheritance(history []casefile.Record, from casefile.ID) []casefile.Draft {
	var drafts []casefile.Draft
	for _, r := range casefile.Live(history) {
		switch e := r.Event.(type) {
		case casefile.Received:
			e.SplitFrom = from
			drafts = append(drafts, casefile.Draft{On: r.On, Event: e})
		case casefile.Confirmed:
			drafts = append(drafts, casefile.Draft{On: r.On, Event: e})
		}
	}
	return drafts
}

// keeps refuses to put documents into a case whose bytes are not there, or under a name that is not
// for people: a record would hold both for ever.
func (f *office) keeps(files []casefile.File) error {
	for _, file := range files {
		if !f.store.Has(file.Digest) {
			return &ask.Error{Code: "not-found", Msg: fmt.Sprintf("没有摘要为 %s 的文件", file.Digest.Short()), Hint: "先送文件（ysq attach、ysq new）", Exit: ask.ExitNotFound}
		}
		if file.Name != fileName(file.Name) {
			return ask.Usage("文件名 %q 不对", file.Name)
		}
	}
	return nil
}

// merged checks what only the register knows: the other case exists, is itself no pointer, and
// arrived no later, for the earliest date governs. Of two applicants it warns: only what the same one
// sent twice is one application, but the same one may be written in two ways.
func merged(tx *register.Tx, d casefile.Draft) (warnings []string, err error) {
	m, ok := d.Event.(casefile.Merged)
	if !ok {
		return nil, nil
	}
	into, err := tx.Case(m.Into)
	if err != nil {
		return nil, err
	}
	from, err := tx.Case(d.Case)
	if err != nil {
		return nil, err
	}
	refuse := func(code, hint, format string, args ...any) ([]string, error) {
		return nil, &casefile.RuleError{Code: code, Case: d.Case, Msg: fmt.Sprintf(format, args...), Hint: hint}
	}
	switch {
	case into.ArrivedOn > from.ArrivedOn:
		return refuse("merge-direction", fmt.Sprintf("请反过来：ysq merge %s --into %s", m.Into, d.Case), "%s 到达更晚（%s）；合并后以最早的日期为准", m.Into, into.ArrivedOn)
	case !into.Stage.Open():
		return refuse("merge-closed", "已答复的，新申请按重复申请处理（reply --outcome decline.repeat）", "%s 已在“%s”阶段", m.Into, into.Stage.Label())
	case from.Applicant != "" && into.Applicant != "" && casefile.PlainName(from.Applicant) != casefile.PlainName(into.Applicant):
		warnings = append(warnings, fmt.Sprintf("%s 与 %s 的申请人不同：只有同一申请人的同一申请才并为一件，不同人的各计 1 件，请核对", d.Case, m.Into))
	}
	return warnings, nil
}

// PutFile keeps a file under its digest. Until an event names it, it is in no case.
func (f *office) PutFile(_ context.Context, _ ask.Call, q ask.FileName, content io.Reader, yield func(casefile.File) error) error {
	file, err := f.keepFile(q.Name, content)
	if err != nil {
		return err
	}
	return yield(file)
}

// fileName makes a name for people of whatever a program called the file: no path, nothing invisible.
func fileName(name string) string {
	name = filepath.Base(filepath.Clean("/" + strings.ReplaceAll(name, `\`, "/")))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name)
	runes := []rune(name)
	if len(runes) > 120 {
		runes = append(runes[:100], runes[len(runes)-20:]...) // the ending says what it is
	}
	if s := strings.TrimSpace(string(runes)); s != "" && s != "/" {
		return s
	}
	return "未命名"
}

// AttachMail puts a mail into a case, wherever it lay. A mail may belong to several cases.
func (f *office) AttachMail(_ context.Context, c ask.Call, q ask.AttachMailRequest) (row ask.CaseRow, err error) {
	id, who := q.Case, c.Who
	err = f.change(c, func(tx *register.Tx) error {
		d, err := findMail(tx, q.Mail)
		if err != nil {
			return err
		}
		about, err := tx.About(d)
		if err != nil {
			return err
		}
		taken := lastTaken(about)
		if taken == nil {
			return &ask.Error{Code: "not-found", Msg: "没有摘要为 " + d.Short() + " 的邮件", Exit: ask.ExitNotFound}
		}
		body, err := json.Marshal(casefile.Attached{Letter: taken.Letter, Reason: q.Reason})
		if err != nil {
			return err
		}
		if _, _, err := f.appendOne(tx, who, ask.DraftView{Case: id, Kind: casefile.KindAttached, Event: body}, civil.Of(c.At)); err != nil {
			return err
		}
		if taken.Disposition != casefile.ToCase {
			e := *taken
			e.Disposition, e.Case = casefile.ToCase, id
			e.Reasons = append(slices.Clone(e.Reasons), "由 "+who.String()+" 归入 "+string(id))
			if _, err := tx.Append(who.String(), casefile.Draft{On: civil.Of(c.At), Event: e}); err != nil {
				return err
			}
		}
		row, err = f.row(tx, id)
		return err
	})
	return row, err
}
