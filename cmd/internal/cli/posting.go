package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// posting is a letter that has to be taken to the post.
type posting struct {
	Document ask.Number  `json:"document"`
	Case     casefile.ID `json:"case"`
	Label    string      `json:"label"`
	Party    ask.Text    `json:"party"`
	Address  ask.Text    `json:"address"`
	Tracking string      `json:"tracking"` // filled in at the post
}

func (a *app) letterPostingCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "posting",
		Short: "列出待交寄的文书和收件地址（交寄清单）",
		Long: "列出制发了而没有记录发出的文书（letter --later），和已记录答复而没有发出的案件，附收件人和地址，可打印作交寄清单、贴封皮（国办公开办函〔2016〕235号：交邮之日为送达）。\n" +
			"在邮局填上单号，用 ysq letter posted 一次贴回。显示地址须“经办”角色，并留有记录。",
		Example: "ysq letter posting\nysq letter posting -o 交寄清单.xlsx\nysq letter posting -o 交寄清单.csv",
		Args:    noArgs,
	}
	out := newListing[posting](a, cmd)
	cmd.RunE = out.run(a.ask(func(ctx context.Context, c *ask.Client, _ []string) error {
		all, err := a.postings(ctx, c)
		if err != nil {
			return err
		}
		return out.show(all, "没有待交寄的文书", func(bool) error {
			t := grid.Table{Header: []string{"序号", "文号", "编号", "文书", "收件人", "地址", "单号"}}
			for i, p := range all {
				t.Rows = append(t.Rows, []string{fmt.Sprint(i + 1), string(p.Document), string(p.Case), p.Label, string(p.Party), string(p.Address), ""})
			}
			return a.table(t, nil, 0)
		})
	}))
	return cmd
}

// postings lists what waits to be posted: letters that were issued and not recorded as sent, and answers that were
// recorded and not dispatched.
func (a *app) postings(ctx context.Context, c *ask.Client) ([]posting, error) {
	letters, err := ask.Do(ctx, c, ask.Letters, ask.LetterQuery{})
	if err != nil {
		return nil, err
	}
	outgoing, err := ask.Do(ctx, c, ask.Outbox, ask.OutboxQuery{})
	if err != nil {
		return nil, err
	}
	var all []posting
	add := func(id casefile.ID, p posting) error {
		if p.Case = id; p.Party == "" {
			d, err := ask.Do(ctx, c.Reveal(ask.Contact), ask.Show, ask.CaseRef{Case: id})
			if err != nil {
				return err
			}
			p.Party, p.Address = d.Applicant, d.Contact
		}
		all = append(all, p)
		return nil
	}
	for _, l := range letters {
		byMail := slices.ContainsFunc(outgoing, func(o ask.OutgoingView) bool { return o.Document == l.Document })
		if byMail || l.Decides == "" || l.Recorded || l.Voided != "" || len(l.Cases) == 0 {
			continue
		}
		if err := add(l.Cases[0], posting{Document: l.Document, Label: l.Label, Party: l.Party}); err != nil {
			return nil, err
		}
	}
	replied, err := collect(func(yield func(ask.CaseRow) error) error {
		return ask.Each(ctx, c, ask.List, ask.ListQuery{Stages: []casefile.Stage{casefile.StageReplied}}, yield)
	})
	if err != nil {
		return nil, err
	}
	for _, r := range replied {
		if slices.ContainsFunc(all, func(p posting) bool { return p.Document != "" && p.Document == r.DocumentNumber }) {
			continue
		}
		if err := add(r.Case, posting{Document: r.DocumentNumber, Label: "答复"}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (a *app) letterPostedCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "posted 文件",
		Short: "贴回交寄清单的单号，记录发出",
		Long: "读入填好单号的交寄清单（.csv，或从表格里复制的几列），逐件记录以邮寄发出，日期为交邮之日（--on，不写即今天）。认文号或编号和单号两列；\n" +
			"没有表头的，第一列为文号或编号，最后一列为单号。没有单号的行不记录。先全部试算，有一行不行的都不记录。写 - 从标准输入读取。",
		Example: "ysq letter posted 交寄清单.csv\nysq letter posted - --on 2026-11-20",
		Args:    exactly("文件"),
	}
	o := a.options(cmd)
	on := o.date("on", "交邮的`日期`；不写则为今天", civil.Past)
	dryRun := o.flag("dry-run", "只试算能否记录，不记录")
	cmd.RunE = a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		var content []byte
		var err error
		if args[0] == "-" {
			content, err = io.ReadAll(io.LimitReader(a.in, 1<<20))
		} else {
			content, err = os.ReadFile(args[0])
		}
		if err != nil {
			return err
		}
		tracked, err := trackingsIn(content)
		if err != nil {
			return usage(cmd, "%v", err)
		}
		letters, err := ask.Do(ctx, c, ask.Letters, ask.LetterQuery{})
		if err != nil {
			return err
		}
		for _, dry := range []bool{true, false} {
			if !dry && *dryRun {
				break
			}
			all := ask.AppendResult{DryRun: dry}
			for _, t := range tracked {
				res, err := a.posted(ctx, c.Dry(dry), letters, t, *on)
				if err != nil && !dry && len(all.Records) > 0 { // somebody else has recorded meanwhile
					return errors.Join(a.recorded(all), fmt.Errorf("%s：%w；以上各件已记录，改好后从清单中删去再贴", grid.Clean(t.of), err))
				}
				if err != nil {
					return fmt.Errorf("%s：%w", grid.Clean(t.of), err)
				}
				all.Records, all.Warnings, all.Cases = append(all.Records, res.Records...), append(all.Warnings, res.Warnings...), append(all.Cases, res.Cases...)
			}
			if dry == *dryRun {
				return a.recorded(all)
			}
		}
		return nil
	})
	return cmd
}

// posted records that one letter was posted.
func (a *app) posted(ctx context.Context, c *ask.Client, letters []ask.LetterView, t tracked, on civil.Date) (ask.AppendResult, error) {
	i := slices.IndexFunc(letters, func(l ask.LetterView) bool { return string(l.Document) == t.of && l.Voided == "" })
	if i >= 0 && !letters[i].Recorded {
		return ask.Do(ctx, c, ask.RecordLetter, ask.RecordLetterRequest{Document: t.of, On: ask.Day(on), Way: casefile.ByPost, Tracking: t.tracking})
	}
	ids := []casefile.ID{casefile.ExpandID(cmp.Or(t.kase, t.of), a.today().Year())}
	if i >= 0 {
		ids = letters[i].Cases
	}
	req, err := request(ids, on, []casefile.Event{casefile.Dispatched{Way: casefile.ByPost, Tracking: t.tracking}})
	if err != nil {
		return ask.AppendResult{}, err
	}
	return ask.Do(ctx, c, ask.Append, req)
}

// tracked is a letter, by its number or its case's, with that of its posting.
type tracked struct{ of, kase, tracking string }

// trackingsIn reads a posting list as it comes back from the post: commas, tabs or spaces between the columns.
func trackingsIn(content []byte) (all []tracked, err error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	var rows [][]string
	if bytes.ContainsRune(content, ',') {
		r := csv.NewReader(bytes.NewReader(content))
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		if rows, err = r.ReadAll(); err != nil {
			return nil, fmt.Errorf("清单读不懂：%w", err)
		}
	} else {
		lines := bufio.NewScanner(bytes.NewReader(content))
		for lines.Scan() {
			row := strings.Split(lines.Text(), "\t")
			if len(row) == 1 {
				row = strings.Fields(lines.Text())
			}
			rows = append(rows, row)
		}
	}
	of, other, number := 0, 0, -1
	for i, row := range rows {
		for k := range row {
			row[k] = strings.Trim(strings.TrimSpace(row[k]), "'")
		}
		if at := columnOf(row, "单号", "tracking"); i == 0 && at >= 0 {
			of, other, number = columnOf(row, "文号", "document"), columnOf(row, "编号", "case"), at
			continue
		}
		cell := func(at int) string {
			if at < 0 || at >= len(row) {
				return ""
			}
			return row[at]
		}
		t := tracked{cmp.Or(cell(of), cell(other)), cell(other), cell(number)}
		if number < 0 && len(row) > 1 { // no header
			t.kase, t.tracking = "", row[len(row)-1]
		}
		if t.of == "" || t.tracking == "" {
			continue
		}
		if slices.ContainsFunc(all, func(x tracked) bool { return x.of == t.of }) {
			return nil, fmt.Errorf("%s 写了两次", t.of)
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return nil, errors.New("清单里没有填了单号的行")
	}
	return all, nil
}

func columnOf(row []string, names ...string) int {
	return slices.IndexFunc(row, func(s string) bool { return slices.Contains(names, s) })
}
