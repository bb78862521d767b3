package record

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/ledger"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
)

// Ledger is the register as one list of cases, or as its records: taken in, and given out.
type Ledger struct{ *desk.Desk }

// Import takes every row of a ledger in one transaction, or none. The rows are facts of the past:
// they are held against each other and against the register, not against the steps that a clerk of
// today would take.
func (b Ledger) Import(ctx context.Context, c ask.Call, q ask.ImportRequest, file io.Reader, progress func(ask.ImportProgress) error) error {
	if q.Records {
		return b.importRecords(c, file, progress)
	}
	who, name := c.Who, q.Name
	terms := ledger.Terms{Today: civil.Of(c.At), Law: b.Reg.Law(), Calendar: b.Reg.Calendar()}
	rows, err := ledger.Read(file, name, ledger.Auto, q.Year)
	problems, ours := errors.AsType[ledger.Problems](err)
	if err != nil && !ours {
		return err
	}
	drafts := make([][]casefile.Draft, len(rows))
	for i, row := range rows {
		if drafts[i], err = row.Drafts(terms); err != nil {
			more, ours := errors.AsType[ledger.Problems](err)
			if !ours {
				return err
			}
			problems = append(problems, more...)
		}
	}
	c.At = b.Now() // reading may have taken long
	p := ask.ImportProgress{Rows: len(rows), DryRun: c.DryRun}
	err = b.Change(c, func(tx *desk.Change) error {
		for _, row := range rows {
			if _, err := tx.Case(row.Number); !errors.Is(err, register.ErrNotFound) {
				problems = append(problems, ledger.Problem{File: name, Line: row.Line(), Column: "编号", Msg: fmt.Sprintf("%s 已在登记库中", row.Number)})
			}
		}
		if len(problems) > 0 {
			return refusedLedger(problems)
		}
		for i, row := range rows {
			if _, err := tx.Append(drafts[i]...); err != nil {
				return err
			}
			for d := range row.Disputes(tx.NextDisputeID) {
				if _, err := tx.Append(d); err != nil {
					return err
				}
			}
			if len(row.Reviews)+len(row.Suits) > 0 {
				p.Disputes++
			}
			if p.Row = i + 1; p.Row%500 == 0 {
				if err := progress(p); err != nil {
					return err
				}
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !c.DryRun {
		b.Log.Info().Str("actor", who.String()).Str("file", name).Int("cases", len(rows)).Msg("ledger imported")
	}
	p.Done = true
	return progress(p)
}

// mostProblems bounds how many problems of a ledger are reported at once.
const mostProblems = 200

func refusedLedger(problems ledger.Problems) error {
	slices.SortStableFunc(problems, func(a, b ledger.Problem) int { return cmp.Compare(a.Line, b.Line) })
	n := len(problems)
	var b strings.Builder
	fmt.Fprintf(&b, "台账有 %d 处不对，一行也没有导入", n)
	for _, p := range problems[:min(n, mostProblems)] {
		b.WriteString("\n" + p.Error())
	}
	if n > mostProblems {
		fmt.Fprintf(&b, "\n另有 %d 处", n-mostProblems)
	}
	return ask.Refused("ledger", "", "%s", b.String())
}

// importRecords takes the records of another register, line by line, into an empty one.
func (b Ledger) importRecords(c ask.Call, file io.Reader, progress func(ask.ImportProgress) error) error {
	p := ask.ImportProgress{DryRun: c.DryRun}
	err := b.Change(c, func(tx *desk.Change) error {
		if seq, _ := tx.Head(); seq != 0 {
			return ask.Refused("register-not-empty", "另建一个\nysq init", "登记库已有 %d 条记录；记录只能导入空的登记库", seq)
		}
		lines := bufio.NewReader(file)
		for {
			text, err := lines.ReadBytes('\n')
			if len(bytes.TrimSpace(text)) > 0 {
				p.Row++
				if err := tx.Accept(bytes.TrimSuffix(text, []byte("\n"))); err != nil {
					return ask.Refused("records", "文件应是写成的完整文件\nysq export --records", "第 %d 行：%v", p.Row, err)
				}
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.Rows, p.Done = p.Row, true
	return progress(p)
}

// Export gives out the ledger, or the records themselves. They are written to a temporary file first, so that
// a clerk who reads slowly holds no transaction.
func (b Ledger) Export(_ context.Context, _ ask.Call, q ask.ExportQuery, begin func(ask.ExportHead) (io.Writer, error)) error {
	file, lossy, err := b.export(q)
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	w, err := begin(ask.ExportHead{Lossy: lossy})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, file)
	return err
}

func (b Ledger) export(q ask.ExportQuery) (file *os.File, lossy []string, err error) {
	format, ok := map[string]ledger.Format{"csv": ledger.CSV, "xlsx": ledger.XLSX}[q.Format]
	if !ok && q.Format != "records" {
		return nil, nil, ask.Usage("格式 %q 不认识；可写 csv、xlsx、records", q.Format)
	}
	scratch, err := b.Scratch()
	if err != nil {
		return nil, nil, err
	}
	file, err = os.CreateTemp(scratch, "export-*")
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close(), os.Remove(file.Name()))
			file = nil
		}
	}()
	out := bufio.NewWriter(file)
	err = b.View(func(tx *desk.View) error {
		if q.Format == "records" {
			return exportRecords(tx, out)
		}
		terms := ledger.Terms{Today: b.Today(), Law: b.Reg.Law(), Calendar: b.Reg.Calendar()}
		shape, left := ledger.Shape{}, leftOut{}
		for row, err := range ledgerRows(tx, q.Year, terms, left.add) {
			if err != nil {
				return err
			}
			shape.Hold(row)
		}
		lossy = left.lines()
		return ledger.Write(out, ledgerRows(tx, q.Year, terms, func(string, casefile.ID) {}), ledger.Options{Format: format, Shape: shape})
	})
	if err = errors.Join(err, out.Flush()); err != nil {
		return file, nil, err
	}
	_, err = file.Seek(0, io.SeekStart)
	return file, lossy, err
}

func exportRecords(tx *desk.View, out *bufio.Writer) error {
	last, _ := tx.Head()
	for seq := uint64(1); seq <= last; seq++ {
		if _, err := out.Write(tx.Line(seq)); err != nil {
			return err
		}
		if err := out.WriteByte('\n'); err != nil {
			return err
		}
	}
	return nil
}

// leftOut gathers what an export leaves out by what it is, for each mail leaves something out and
// thousands of lines would be read by nobody.
type leftOut struct {
	whats []string // in the order met
	cases map[string][]casefile.ID
}

func (l *leftOut) add(what string, id casefile.ID) {
	if l.cases == nil {
		l.cases = make(map[string][]casefile.ID)
	}
	if len(l.cases[what]) == 0 {
		l.whats = append(l.whats, what)
	}
	l.cases[what] = append(l.cases[what], id)
}

// lines names each thing, how many cases it is of and the first of them.
func (l *leftOut) lines() []string {
	const named = 8
	var all []string
	for _, what := range l.whats {
		var first []string
		for _, id := range l.cases[what][:min(len(l.cases[what]), named)] {
			first = append(first, string(id))
		}
		line := fmt.Sprintf("%s（%d 件）：%s", what, len(l.cases[what]), strings.Join(first, "、"))
		if len(l.cases[what]) > named {
			line += " 等"
		}
		all = append(all, line)
	}
	return all
}

// ledgerRows yields the rows of the cases that have one.
func ledgerRows(tx *desk.View, year int, terms ledger.Terms, lost func(what string, id casefile.ID)) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for c, err := range tx.Heads("") {
			if err != nil {
				yield(ledger.Row{}, err)
				return
			}
			if year != 0 && c.ArrivedOn.Year() != year {
				continue
			}
			row, ok, err := ledgerRow(tx, c.ID, terms, lost)
			if !ok && err == nil {
				continue
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

func ledgerRow(tx *desk.View, id casefile.ID, terms ledger.Terms, lost func(what string, id casefile.ID)) (row ledger.Row, ok bool, err error) {
	history, err := tx.History(id)
	if err != nil {
		return row, false, err
	}
	var disputes []casefile.Dispute
	for _, d := range tx.DisputesOf(id) {
		records, err := tx.Dispute(d)
		if err != nil {
			return row, false, err
		}
		disputes = append(disputes, casefile.FoldDispute(d, records, 0, terms.Law, terms.Calendar))
	}
	row, lossy, ok := ledger.FromCase(history, disputes, terms)
	if !ok {
		lost("不是登记在册的公开申请，不列入台账", id)
	}
	for _, l := range lossy {
		lost(l, id)
	}
	if !ok {
		return row, false, nil
	}
	c, err := tx.Case(id)
	row.Now = ledger.Standing{Charge: strings.TrimSpace(c.Department + " " + c.Assignee), Stage: c.Stage.Label(), Legal: c.Legal.Due, Strict: c.Strict.Due, Publicity: c.Publicity.Label(), Retention: c.RetentionWords()}
	return row, true, err
}
