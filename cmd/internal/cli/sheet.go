package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// sheet writes the list as a workbook that people work with: headings in Chinese, days that a spreadsheet
// knows as days, a filter, the head in view and on every page, landscape, as wide as the paper.
func (l *listing[T]) sheet(scan func(yield func(T) error) error) error {
	fields := *l.fields
	if len(fields) == 0 {
		fields = sheetFields()[l.cmd.CommandPath()]
	}
	s := ooxml.Sheet{Name: cmp.Or(sheetName(l.title), l.cmd.Name()), FrozenRows: 1, FrozenColumns: 1, Filter: true, Landscape: true, FitWidth: true,
		Header: cmp.Or(l.title, strings.TrimSpace(l.cmd.Short)) + "　" + l.a.today().Long()}
	var head []ooxml.Cell
	for _, f := range fields {
		head = append(head, ooxml.Text(cmp.Or(titleOf(l.cmd, f), f), ooxml.Style{Bold: true, Center: true, Wrap: true, Border: true}))
		s.Widths = append(s.Widths, cmp.Or(sheetWidths[f], 12))
	}
	gone := errors.New("nobody takes more rows")
	s.Rows = func(yield func([]ooxml.Cell, error) bool) {
		if !yield(head, nil) {
			return
		}
		err := scan(func(v T) error {
			values, err := valuesOf(v)
			if err != nil {
				return err
			}
			var cells []ooxml.Cell
			for _, f := range fields {
				cells = append(cells, sheetCell(f, values[f]))
			}
			if !yield(cells, nil) {
				return gone
			}
			return nil
		})
		if err != nil && !errors.Is(err, gone) {
			yield(nil, err)
		}
	}
	var b bytes.Buffer
	if err := ooxml.WriteBook(&b, s.Header, s); err != nil {
		return err
	}
	return l.a.putSheet(l.file, l.cmd.Name(), b.Bytes())
}

// sheetName is a title without what spreadsheets do not take in the name of a sheet.
func sheetName(title string) string {
	all := []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return -1
		}
		return r
	}, title))
	return string(all[:min(len(all), 31)])
}

// putSheet writes a workbook where it was asked for. A terminal cannot show one, so it becomes a file in the
// directory, which never replaces another.
func (a *app) putSheet(file, name string, content []byte) error {
	out, terminal := a.out.(*os.File)
	if terminal = terminal && a.columns(out) > 0; file == "" && !terminal {
		_, err := a.out.Write(content)
		return err
	}
	if file == "" {
		file = fmt.Sprintf("%s-%s.xlsx", name, a.today())
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
			return &ask.Error{Code: "exists", Exit: ask.ExitUsage, Msg: file + " 已经有了", Hint: "请用 -o 文件.xlsx 另写文件名，或把它移走"}
		}
	}
	if err := replaceFile(file, 0o666, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
		return err
	}
	fmt.Fprintln(a.errOut, "已写入 "+grid.Clean(file))
	return nil
}

// sheetFields are the columns of each list's sheet: as many as can be read across a page. --fields names others.
var sheetFields = sync.OnceValue(func() map[string][]string {
	return map[string][]string{
		"ysq list": {"case", "stage", "applicant", "category", "subject", "department", "assignee", "deputy", "report_by", "arrived_at", "received_on",
			"due_strict", "due_legal", "remaining_workdays", "overdue", "outcome", "document_number", "replied_on", "late"},
		"ysq due":                {"case", "dispute", "label", "on", "remaining_workdays", "applicant", "subject", "department", "assignee", "deputy", "text", "marks"},
		"ysq log":                {"seq", "on", "case", "label", "text", "recorded", "actor", "voided"},
		"ysq search":             {"case", "mail", "stage", "place", "applicant", "subject", "arrived_at"},
		"ysq mail list":          {"digest", "disposition", "case", "arrived_at", "due_strict", "from", "subject", "folder", "reasons"},
		"ysq letter posting":     {"document", "case", "label", "party", "address", "tracking"},
		"ysq letter list":        {"document", "label", "on", "cases", "applicant", "party", "name", "text", "voided", "actor"},
		"ysq outbox list":        {"id", "case", "state", "way", "to", "subject", "document", "prepared", "since"},
		"ysq law":                {"rule", "value", "ground", "source", "in_force_from", "in_force_until", "where"},
		"ysq report departments": {"department", "received", "done", "on_time", "disputable", "late", "overdue", "average_workdays", "longest_workdays", "longest_case"},
		"ysq submit":             {"case", "applicant", "request", "row", "on", "actor", "due", "note", "doubts"},
		"ysq away":               {"who", "from", "until", "deputy", "open", "now"},
		"ysq year list":          {"year", "frozen", "frozen_on", "frozen_by", "failed_checks", "submit_by", "publish_by", "remaining_days", "directory"},
		"ysq year diff":          {"place", "before", "after", "gained", "lost"},
		"ysq web person list":    {"name", "label", "department", "added", "closed", "must_change", "stays"},
		"ysq dispute list":       {"dispute", "track_label", "party", "organ", "number", "matter", "cases", "filed_on", "answer_by", "answered_on", "result", "decision", "decided_on"},
	}
})

// sheetWidths are the widths of columns that are no dates, in characters.
var sheetWidths = map[string]float64{"subject": 36, "applicant": 16, "text": 50, "label": 16, "request": 40, "outcome": 24, "reasons": 36, "from": 28,
	"document_number": 20, "case": 13, "stage": 8, "kind": 10, "channel": 10, "overdue": 6, "late": 8, "provisional": 6, "disputable": 8,
	"arrived_at": 17, "document": 22, "to": 24, "name": 26, "marks": 24, "party": 16, "remaining": 9, "recorded": 17, "matter": 30, "cases": 24, "row": 28, "note": 36, "doubts": 32, "gained": 36, "lost": 36, "directory": 32, "messages": 7, "remaining_workdays": 9, "open_mails": 9}

// sheetCell is a value as people read it in a sheet.
func sheetCell(field string, raw json.RawMessage) ooxml.Cell {
	style := ooxml.Style{Border: true}
	text := plainText(raw)
	if text == "" || text == "[]" || text == "{}" {
		return ooxml.Empty(style)
	}
	if text == "true" || text == "false" {
		return ooxml.Text(map[string]string{"true": "是", "false": "否"}[text], ooxml.Style{Border: true, Center: true})
	}
	if raw[0] == '"' {
		if d, err := civil.Parse(text); err == nil {
			return ooxml.Day(sinceEpoch(d), ooxml.Style{Border: true, Center: true})
		}
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			at = at.In(civil.Zone)
			return ooxml.Time(sinceEpoch(civil.Of(at)), at.Hour()*60+at.Minute(), ooxml.Style{Border: true, Center: true})
		}
	} else if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return ooxml.Int(n, style)
	} else if _, err := strconv.ParseFloat(text, 64); err == nil {
		return ooxml.Decimal(text, style)
	}
	style.Wrap, style.Format = sheetWidths[field] > 30, ooxml.AsText
	return ooxml.Text(short32k(defuse(grid.Clean(labelled(field, text)))), style)
}

func sinceEpoch(d civil.Date) int64 { return int64(d.Sub(civil.MustParse("1970-01-01"))) }

// labelled is the Chinese word of a code.
func labelled(field, code string) string {
	switch field {
	case "stage":
		return ask.StageLabel(code)
	case "channel":
		return ask.ChannelLabel(code)
	case "disposition", "place":
		return ask.PlaceLabel(code)
	case "kind":
		if k, err := casefile.ParseRequestKind(code); err == nil && k != casefile.KindNone {
			return k.Label()
		}
		if k := casefile.Kind(code); k.Info().Label != "" {
			return k.Label()
		}
	case "state":
		return ask.OutStateLabel(code)
	case "way":
		return ask.OutWayLabel(code)
	case "outcome":
		if o, err := casefile.ParseOutcome(code); err == nil && o != casefile.OutcomeNone {
			return o.Row() + " " + o.Label()
		}
	}
	return code
}

// short32k is as much of a text as a cell may hold.
func short32k(s string) string {
	if len(s) <= ooxml.MaxText {
		return s
	}
	rs := []rune(s)
	for i, n := 0, 0; i < len(rs); i++ {
		if n++; rs[i] > 0xffff {
			n++
		}
		if n >= ooxml.MaxText-1 {
			return string(rs[:i]) + "…"
		}
	}
	return s
}
