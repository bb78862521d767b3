package post

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/ledger"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// postedItem is one letter that was posted.
type postedItem struct {
	place    string      // where it stands in the list, to be named where it cannot be recorded
	document string      // its number, if it has one
	kase     casefile.ID // its case, where the list names it or the register does not know the letter
	tracking string
}

// maxPostingList is far more than an office posts in a day.
const maxPostingList = 16 << 20

// Posted records a list of letters that were handed to the post. The list is one call: either every row is recorded, all at
// the same moment, so that one step takes them back, or nothing is recorded and each row that cannot be is named.
func (p *Room) Posted(_ context.Context, c ask.Call, req ask.PostedRequest, list io.Reader, answer func(ask.AppendResult) error) error {
	content, err := io.ReadAll(io.LimitReader(list, maxPostingList))
	if err != nil {
		return err
	}
	items, err := trackingsIn(content, req.Name, civil.Of(c.At).Year())
	if err != nil {
		return ask.Usage("%v", err)
	}
	c.At = p.Now() // because reading may have taken long
	res, err := p.posted(c, items, req.On)
	if err != nil {
		return err
	}
	return answer(res)
}

// posted records the rows of a list.
func (p *Room) posted(c ask.Call, items []postedItem, on ask.Day) (ask.AppendResult, error) {
	res := ask.AppendResult{Records: []ask.RecordView{}, Warnings: []string{}, Cases: []ask.CaseRow{}, DryRun: c.DryRun}
	err := p.Change(c, func(tx *desk.Change) error {
		var wrong []string
		var touched []casefile.ID
		for _, item := range items {
			drafts, err := p.postedDrafts(tx.View, c.Who, item, on)
			for _, d := range drafts {
				var views []ask.RecordView
				var warnings []string
				if views, warnings, err = p.record.Add(tx, d); err != nil {
					break
				}
				res.Records, res.Warnings = append(res.Records, views...), append(res.Warnings, warnings...)
				if !slices.Contains(touched, d.Case) {
					touched = append(touched, d.Case)
				}
			}
			if err != nil {
				told, ok := errors.AsType[*ask.Error](desk.Told(err))
				if !ok || told.Exit == ask.ExitFailed || told.Exit == ask.ExitUnreachable {
					return err
				}
				wrong = append(wrong, item.place+" "+cmp.Or(item.document, string(item.kase))+"："+told.Error())
			}
		}
		if len(wrong) > 0 {
			return refusedPosting(wrong)
		}
		for _, id := range touched {
			row, err := p.record.Row(tx.View, id)
			if err != nil {
				return err
			}
			res.Cases = append(res.Cases, row)
		}
		return nil
	})
	if err != nil || c.DryRun {
		return res, err
	}
	p.Log.Info().Int("letters", len(items)).Str("actor", c.Who.String()).Msg("letters were posted")
	return res, nil
}

// refusedPosting names the rows that cannot be recorded.
func refusedPosting(wrong []string) error {
	const most = 50
	n := len(wrong)
	if n > most {
		wrong = append(wrong[:most], fmt.Sprintf("另有 %d 行", n-most))
	}
	return ask.Refused("posting", "改好后再贴；已经记录过的行删去", "清单有 %d 行不能记录，一件也没有记录\n%s", n, strings.Join(wrong, "\n"))
}

// postedDrafts returns what is recorded of one letter: the event that it announces, and that it was posted.
func (p *Room) postedDrafts(tx *desk.View, who ask.Actor, item postedItem, on ask.Day) ([]casefile.Draft, error) {
	if item.document != "" {
		drafts, err := p.letters.Announcement(tx, who, ask.RecordLetterRequest{Document: item.document, On: on, Way: casefile.ByPost, Tracking: item.tracking})
		if told, ok := errors.AsType[*ask.Error](err); !ok || told.Code != "not-found" || item.kase == "" {
			return drafts, err
		}
		history, missing := tx.History(item.kase)
		if errors.Is(missing, register.ErrNotFound) { // it was no case's number either
			return nil, err
		}
		if missing != nil {
			return nil, missing
		}
		// A number that is not even that of the recorded reply is mistyped, and may be that of a notice.
		if !slices.ContainsFunc(casefile.Live(history), func(r casefile.Record) bool {
			return r.Event.Kind() == casefile.KindReplied && casefile.SameDocument(casefile.DocumentOf(r.Event), item.document)
		}) {
			return nil, err
		}
	}
	return []casefile.Draft{{Case: item.kase, On: civil.Date(on), Event: casefile.Dispatched{Way: casefile.ByPost, Tracking: item.tracking}}}, nil
}

// trackingsIn reads a posting list as it comes back from the post: a workbook, a csv, columns out of a spreadsheet, or lines
// that somebody typed. Numbers of cases without a year are of the present one.
func trackingsIn(content []byte, name string, year int) (all []postedItem, err error) {
	rows, err := ledger.Table(content, name, ask.PostingList)
	if err != nil {
		return nil, err
	}
	document, kase, number := 0, -1, -1
	var unread error // the first line that says something and names no letter
	for i, row := range rows {
		columns := row.Columns()
		if at := columnOf(row, "单号", "tracking"); i < titleRows && number < 0 && at >= 0 {
			document, kase, number = columnOf(row, "文号", "document"), columnOf(row, "编号", "case"), at
			all, unread = nil, nil
			continue
		}
		item := postedItem{place: fmt.Sprintf("第 %d 行", row.Number)}
		last := number
		if last < 0 {
			last = columns[len(columns)-1]
		}
		var errs [3]error
		var of string
		item.document, errs[0] = row.Cell(document)
		of, errs[1] = row.Cell(kase)
		item.tracking, errs[2] = row.Cell(last)
		if len(columns) == 1 && number < 0 { // typed
			words := strings.FieldsFunc(item.document, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("，、：,:", r) })
			item.tracking = ""
			if len(words) == 2 {
				item.document, item.tracking = words[0], words[1]
			} else if len(words) > 0 && !isTotal(row) && !(len(all) == 0 && isTitle(words)) {
				unread = cmp.Or(unread, fmt.Errorf("%s%s：%.60q 读不出文号和单号，一行只写一个文号（或编号）和一个单号", name, item.place, item.document))
			}
		}
		if item.tracking == "" && errs[2] == nil {
			continue
		}
		if err := errors.Join(errs[:]...); err != nil {
			return nil, fmt.Errorf("%s%s：%w", name, item.place, err)
		}
		if item.document == "" && of == "" {
			if !isTotal(row) {
				unread = cmp.Or(unread, fmt.Errorf("%s%s：有单号 %.60q，没有文号或编号", name, item.place, item.tracking))
			}
			continue
		}
		item.kase = casefile.ExpandID(cmp.Or(of, item.document), year)
		if of == "" && casefile.DocumentYear(item.document) == 0 { // no 文号, but a case's number
			item.document = ""
		}
		all = append(all, item)
	}
	if unread != nil {
		return nil, unread
	}
	if len(all) == 0 {
		return nil, errors.New("清单里没有填了单号的行")
	}
	return all, nil
}

// isTotal reports whether a row is the sum below a list.
func isTotal(row ledger.TableRow) bool {
	for _, at := range row.Columns() {
		s, err := row.Cell(at)
		if err != nil {
			continue
		}
		s = strings.Join(strings.Fields(s), "") // 合　计
		for _, sum := range []string{"合计", "总计", "小计", "共"} {
			if strings.HasPrefix(s, sum) {
				return true
			}
		}
	}
	return false
}

// isTitle reports whether a line is one word that names no letter, as titles above a list are.
func isTitle(words []string) bool {
	if len(words) != 1 || casefile.DocumentYear(words[0]) != 0 {
		return false
	}
	_, _, numbered := casefile.ExpandID(words[0], 2000).Number()
	return !numbered
}

// titleRows is the number of lines that may stand above the header.
const titleRows = 10

func columnOf(row ledger.TableRow, names ...string) int {
	for _, at := range row.Columns() {
		if s, err := row.Cell(at); err == nil && slices.Contains(names, s) {
			return at
		}
	}
	return -1
}
