// Package annual is the file in which a clerk writes what no record says about a year: 表二 and the
// words of the report. It is TOML with comments that explain it, annual/<year>.toml in the state
// directory.
package annual

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"ysq.internal/ysq/stats"
)

// file is the file as TOML has it.
type file struct {
	Facts    map[string]any `toml:"table2"`
	Fees     fees           `toml:"fees"`
	Overview []passage      `toml:"overview"`
	Problems string         `toml:"problems"`
	Other    string         `toml:"other"`
}

type fees struct {
	Elsewhere int `toml:"elsewhere"`
}

type passage struct {
	Title string `toml:"title"`
	Text  string `toml:"text"`
}

// Parse reads the file. Errors are for clerks and name the line.
func Parse(b []byte, f stats.Format) (stats.Manual, error) {
	var in file
	d := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return stats.Manual{}, located(err)
	}
	m := stats.Manual{Problems: in.Problems, Other: in.Other, OtherFees: in.Fees.Elsewhere}
	if in.Fees.Elsewhere < 0 {
		return m, fmt.Errorf("fees.elsewhere 不得为负")
	}
	for _, p := range in.Overview {
		m.Overview = append(m.Overview, stats.Passage{Title: p.Title, Text: p.Text})
	}
	if in.Facts == nil {
		return m, nil
	}
	m.Table2 = make(stats.Facts)
	for _, g := range f.Facts {
		for _, item := range g.Items {
			v, ok := in.Facts[item.Key]
			if !ok {
				continue
			}
			delete(in.Facts, item.Key)
			values, err := amounts(v, len(g.Columns))
			if err != nil {
				return m, fmt.Errorf("table2.%s（%s）：%w", item.Key, item.Label, err)
			}
			m.Table2[item.Key] = values
		}
	}
	for key := range in.Facts {
		return m, fmt.Errorf("table2.%s：格式 %s 的表二没有这一项", key, f.Name)
	}
	return m, nil
}

// located says where the file is wrong.
func located(err error) error {
	if e, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(e.Errors) > 0 {
		line, _ := e.Errors[0].Position()
		return fmt.Errorf("第 %d 行：不认识的项目 %s", line, strings.Join(e.Errors[0].Key(), "."))
	}
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := e.Position()
		return fmt.Errorf("第 %d 行第 %d 列：%s", line, column, strings.TrimPrefix(e.Error(), "toml: "))
	}
	return err
}

// amounts reads a number, or a list of as many as the line has columns.
func amounts(v any, n int) ([]stats.Amount, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) != n {
		return nil, fmt.Errorf("应有 %d 个数，写了 %d 个", n, len(list))
	}
	var all []stats.Amount
	for _, v := range list {
		var text string
		switch v := v.(type) {
		case int64:
			text = strconv.FormatInt(v, 10)
		case float64:
			text = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			return nil, fmt.Errorf("应为数字，写了 %v", v)
		}
		a, err := stats.ParseAmount(text)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// titles are the passages that the first part usually has (条例 第五十条, and what superiors ask for).
var titles = []string{"主动公开情况", stats.Handling, "政府信息规范化、标准化管理情况", "政府信息公开平台建设情况", "政府信息公开监督保障及教育培训情况"}

// Draft writes the file for a year that has none: the words are last year's, where there are any, for
// the clerk to go over; the numbers that must be new are left out.
func Draft(year int, f stats.Format, last *stats.Manual) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %d 年政府信息公开工作年度报告中由人填写的部分（%s）。以 # 开头的行是说明，不起作用。\n", year, f.Document)
	b.WriteString("# 文字中可以填空，数字取自各表，不会与表不符：\n")
	b.WriteString("#   {依申请公开情况} {复议诉讼情况} 整句；{年度} {机关} {新收} {上年结转} {办结} {结转}\n")
	b.WriteString("#   {行政复议} {行政诉讼} {信息处理费} {（三）4,自然人} 即表三的一格。\n\n")
	fmt.Fprintf(&b, "# %s\n[table2]\n", f.Parts[stats.PartFacts])
	for _, g := range f.Facts {
		for _, item := range g.Items {
			fmt.Fprintf(&b, "# %s　%s：%s\n", g.Article, item.Label, strings.Join(g.Columns, "、"))
			line := "# " + item.Key + " = "
			if len(g.Columns) > 1 {
				line += "[" + strings.Repeat("0, ", len(g.Columns)-1) + "0]"
			} else {
				line += "0"
			}
			if last != nil && g.Balance && len(last.Table2[item.Key]) == len(g.Columns) {
				line += "   # 上年现行有效 " + last.Table2[item.Key][len(g.Columns)-1].String()
			}
			b.WriteString(line + "\n")
		}
	}
	b.WriteString("\n[fees]\n# 本年就登记簿以外的申请收取的信息处理费（元）；登记簿内的自动合计。\nelsewhere = 0\n")
	overview := []stats.Passage{}
	if last != nil && len(last.Overview) > 0 {
		overview = last.Overview
	} else {
		for _, t := range titles {
			p := stats.Passage{Title: t}
			if t == stats.Handling {
				p.Text = stats.HandlingText
			}
			overview = append(overview, p)
		}
	}
	problems, other := "", ""
	if last != nil {
		problems, other = last.Problems, last.Other
		fmt.Fprintf(&b, "\n# 以下文字沿用 %d 年，请逐段修改。", year-1)
	}
	// Keys of the whole file must stand before the tables, so the words of the last parts are tables' too.
	head := fmt.Sprintf("# %s\nproblems = %s\n\n# %s：收取信息处理费的情况自动写明，这里写需要报告的其他事项；不写为“无”。\nother = %s\n\n",
		f.Parts[stats.PartProblems], quoted(problems), f.Parts[stats.PartOther], quoted(other))
	fmt.Fprintf(&b, "\n# %s：每段一节，没有文字的不印。\n", f.Parts[stats.PartOverview])
	for _, p := range overview {
		fmt.Fprintf(&b, "[[overview]]\ntitle = %s\ntext = %s\n\n", strconv.Quote(p.Title), quoted(p.Text))
	}
	text := b.String()
	at := strings.Index(text, "# "+f.Parts[stats.PartFacts])
	return text[:at] + head + strings.TrimRight(text[at:], "\n") + "\n"
}

// quoted writes a text over several lines, so that a clerk can go on writing.
func quoted(s string) string {
	s = strings.NewReplacer("\\", "\\\\", `"""`, `""\"`, "\r", "").Replace(s)
	if s != "" {
		s += "\n"
	}
	return "\"\"\"\n" + s + "\"\"\""
}
