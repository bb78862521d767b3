package cli

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/letter"
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
		Long: "列出待寄的文书，附收件人和地址，可打印作交寄清单、贴封皮（国办公开办函〔2016〕235号：交邮之日为送达）：制发了而没有记录发出的（letter --later），\n" +
			"已记录答复而没有发出的，十日内制发时即已记录、邮寄的告知书。第三方等的地址取自征求意见时所写的（consult --address）。\n" +
			"在邮局填上单号，用 ysq letter posted 一次贴回。显示地址须“经办”角色，并留有记录。",
		Example: "ysq letter posting\nysq letter posting -o 交寄清单.xlsx\nysq letter posting -o 交寄清单.csv",
		Args:    noArgs,
	}
	out := newListing[posting](a, cmd)
	out.title = ask.PostingList
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

// postings lists what waits to be posted: letters of which nobody has recorded that they left, and answers that were
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
			d, err := ask.Do(ctx, c.Reveal(ask.Contact), ask.Show, ask.BareCase(id))
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
		if byMail || !l.ToPost {
			continue
		}
		if err := add(l.Cases[0], posting{Document: l.Document, Label: l.Label, Party: l.Party, Address: l.Address}); err != nil {
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
		d, err := ask.Do(ctx, c, ask.Show, ask.ShowQuery{CaseRef: ask.CaseRef{Case: r.Case}, Part: &ask.ShowPart{Records: math.MaxInt32}})
		if err != nil {
			return nil, err
		}
		if gone(d.Records) {
			continue
		}
		if err := add(r.Case, posting{Document: r.DocumentNumber, Label: "答复"}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// gone reports whether the last answer of a case is on its way, by a courier say, and waits to be signed for.
func gone(records []ask.RecordView) (left bool) {
	for _, r := range records {
		switch {
		case r.Voided:
		case r.Kind == casefile.KindDispatched:
			left = true
		case r.Kind == casefile.KindReplied, r.Kind == casefile.KindDeliveryFailed, r.Kind == casefile.KindReopened:
			left = false
		}
	}
	return left
}

func (a *app) letterPostedCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "posted 文件",
		Short: "贴回交寄清单的单号，记录发出",
		Long: "读入填好单号的交寄清单（.xlsx、.csv，或从表格里复制的几列），记录以邮寄发出，日期为交邮之日（--on，不写即今天）。认文号或编号和单号两列；\n" +
			"没有表头的，第一列为文号或编号，最后一列为单号。没有单号的行不记录。有一行不行的，逐行指出，一件也不记录；\n" +
			"全部作为一次记录，ysq void --last 一并作废。写 - 从标准输入读取。",
		Example: "ysq letter posted 交寄清单.xlsx\nysq letter posted - --on 2026-11-20",
		Args:    exactly("文件"),
	}
	o := a.options(cmd)
	on := o.date("on", "交邮的`日期`；不写则为今天", civil.Past)
	dryRun := o.flag("dry-run", "只试算能否记录，不记录")
	o.recording(a)
	post := a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
		from, name := a.in, "清单"
		if args[0] != "-" {
			file, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer file.Close()
			from, name = file, filepath.Base(args[0])
		}
		var res ask.AppendResult
		err := ask.Put(ctx, c.Dry(*dryRun), ask.Posted, ask.PostedRequest{Name: name, On: ask.Day(*on)}, from, func(r ask.AppendResult) error {
			res = r
			return nil
		})
		if err != nil {
			return err
		}
		return a.recorded(res)
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if args[0] != "-" {
			if err := regular(cmd, args); err != nil {
				return err
			}
		}
		return post(cmd, args)
	}
	return cmd
}

func (a *app) letterEnvelopeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "envelope [编号或文号…]",
		Short: "打印信封",
		Long: "按国内信封的式样（GB/T 1416）写信封：邮政编码框、收件地址、收件人，寄件地址、机关名称和邮政编码，左下角是所装文书的文号，一页一个，写成 .docx 或 .pdf。\n" +
			"不写编号或文号的，为交寄清单上的每一件各写一个。收件地址和邮编取自登记的联系方式，寄件的取自配置 letter.contact；没有的留空，逐件指出。\n" +
			"显示地址须“经办”角色，并留有记录。",
		Example: "ysq letter envelope\nysq letter envelope 17 --size C5 -o 信封.pdf\nysq letter envelope 某环依申请公〔2026〕7号 --printed",
	}
	size := cmd.Flags().String("size", "DL", "信封的`规格`："+strings.Join(letter.EnvelopeSizes(), "、"))
	printed := cmd.Flags().Bool("printed", false, "信封上已印有邮编框和寄件人，不再画")
	output := cmd.Flags().StringP("output", "o", "", "写入`文件`（.docx、.pdf）；不写则写入当前目录")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		code, err := letter.ParseEnvelopeSize(*size)
		if err != nil {
			return usage(cmd, "--size：%v", err)
		}
		if err := a.letterFile(cmd, *output); err != nil {
			return err
		}
		return a.ask(func(ctx context.Context, c *ask.Client, args []string) error {
			items, err := a.envelopes(ctx, c, args)
			if err != nil {
				return err
			}
			res, err := ask.Do(ctx, c.Reveal(ask.Contact), ask.Envelopes, ask.EnvelopeRequest{Items: items, Size: string(code), Printed: *printed})
			if err != nil {
				return err
			}
			path, err := a.saveLetter(ctx, *output, "信封 "+a.today().String()+".docx", res.Content)
			if err != nil {
				return err
			}
			if a.json {
				res.Content = nil // it is in the file
				return a.printJSON(struct {
					ask.EnvelopeResult
					File string `json:"file"`
				}{res, path})
			}
			return a.enveloped(res, path, string(code))
		})(cmd, args)
	}
	return cmd
}

// envelopes are what goes into the covers: what was named, or the whole posting list.
func (a *app) envelopes(ctx context.Context, c *ask.Client, named []string) (items []ask.EnvelopeItem, err error) {
	if len(named) == 0 {
		all, err := a.postings(ctx, c)
		for _, p := range all {
			items = append(items, ask.EnvelopeItem{Case: p.Case, Document: string(p.Document)})
		}
		if err == nil && len(all) == 0 {
			err = ask.NotFound("要为某一件写信封的，写编号或文号", "没有待交寄的文书")
		}
		return items, err
	}
	var letters []ask.LetterView
	for _, s := range named {
		if casefile.DocumentYear(s) == 0 {
			items = append(items, ask.EnvelopeItem{Case: casefile.ExpandID(s, a.today().Year())})
			continue
		}
		if letters == nil {
			if letters, err = ask.Do(ctx, c, ask.Letters, ask.LetterQuery{}); err != nil {
				return nil, err
			}
		}
		i := slices.IndexFunc(letters, func(l ask.LetterView) bool { return len(l.Cases) > 0 && casefile.SameDocument(string(l.Document), s) })
		if i < 0 {
			return nil, ask.NotFound("ysq letter list 列出文书；文号照原样写全", "没有文号为 %q 的文书", s)
		}
		items = append(items, ask.EnvelopeItem{Case: letters[i].Cases[0], Document: string(letters[i].Document)})
	}
	return items, nil
}

// enveloped says what was drawn, and what has to be written by hand.
func (a *app) enveloped(res ask.EnvelopeResult, path, size string) error {
	if path == "-" { // the covers themselves are the output
		return nil
	}
	fmt.Fprintf(a.out, "信封（%s）%d 个，已写入 %s\n", size, len(res.Envelopes), grid.Clean(path))
	for _, e := range res.Envelopes {
		if len(e.Missing) > 0 {
			fmt.Fprintf(a.errOut, "注意：%s %s：登记里没有%s，请手写，或登记后再打印\n", e.Case, grid.Clean(string(e.Party)), strings.Join(e.Missing, "、"))
		}
	}
	if len(res.Sender) > 0 {
		fmt.Fprintf(a.errOut, "注意：寄件人：配置 letter.contact 里没有%s\n", strings.Join(res.Sender, "、"))
	}
	return nil
}
