// Package annual is the file in which a clerk writes what no record says about a year: 表二 and the
// words of the report. It is TOML with comments that explain it, annual/<year>.toml in the state
// directory.
package annual

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
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
	var m stats.Manual
	note, facts := "", stats.Facts{}
	if last != nil {
		m.Overview, m.Problems, m.Other, facts = last.Overview, last.Problems, last.Other, last.Table2
		note = fmt.Sprintf("\n# 以下文字沿用 %d 年，请逐段修改。", year-1)
	}
	if len(m.Overview) == 0 {
		m.Overview = Passages()
	}
	return write(year, f, m, facts, note)
}

// Write writes the file of a year. A Manual holds no comments: those that the clerk wrote into old, the file as it was,
// follow at its end.
func Write(year int, f stats.Format, m stats.Manual, old string) string {
	text := write(year, f, m, nil, "")
	if own := ownComments(year, f, old); len(own) > 0 {
		text += "\n" + ownHeading + "\n" + strings.Join(own, "\n") + "\n"
	}
	return text
}

const ownHeading = "# 原有的批注："

// ownComments are the comments of a file that this package did not write into it. One behind a value is told with the
// name of that value.
func ownComments(year int, f stats.Format, file string) (own []string) {
	written := map[string]bool{ownHeading: true}
	for line := range strings.Lines(write(year, f, stats.Manual{}, nil, "")) {
		written[strings.TrimSpace(line)] = true
	}
	var facts []string
	for _, g := range f.Facts {
		for _, item := range g.Items {
			facts = append(facts, "# "+item.Key+" = ")
		}
	}
	ours := func(comment string) bool {
		return written[comment] || strings.HasPrefix(comment, "# 以下文字沿用") || strings.HasPrefix(comment, "# 上年现行有效") ||
			slices.ContainsFunc(facts, func(fact string) bool { return strings.HasPrefix(comment, fact) })
	}
	within := false // a text over several lines, in which # is a character
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		quotes := strings.Count(line, `"""`) + strings.Count(line, "'''")
		switch key, rest, isKey := strings.Cut(line, "="); {
		case within || quotes > 0:
		case strings.HasPrefix(line, "#"):
			if !ours(line) && strings.Trim(line, "# ") != "" {
				own = append(own, line)
			}
		case isKey && !strings.ContainsAny(rest, `"'`):
			if _, comment, ok := strings.Cut(rest, "#"); ok && !ours("# "+strings.TrimSpace(comment)) {
				own = append(own, "# "+strings.TrimSpace(key)+"："+strings.TrimSpace(comment))
			}
		}
		within = within != (quotes%2 == 1)
	}
	return own
}

// Passages are the passages that the first part usually has, with the words that the tables supply.
func Passages() (all []stats.Passage) {
	for _, t := range titles {
		p := stats.Passage{Title: t}
		if t == stats.Handling {
			p.Text = stats.HandlingText
		}
		all = append(all, p)
	}
	return all
}

// write writes a Manual. Lines of 表二 without numbers are comments, with those of last year that they go on from.
func write(year int, f stats.Format, m stats.Manual, last stats.Facts, note string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %d 年政府信息公开工作年度报告中由人填写的部分（%s）。以 # 开头的行是说明，不起作用。\n", year, f.Document)
	b.WriteString("# 文字中可以填空，数字取自各表，不会与表不符：\n")
	b.WriteString("#   {依申请公开情况} {复议诉讼情况} 整句；{年度} {机关} {新收} {上年结转} {办结} {结转}\n")
	b.WriteString("#   {行政复议} {行政诉讼} {信息处理费} {（三）4,自然人} 即表三的一格。\n\n")
	// Keys of the whole file must stand before the tables, so the words of the last parts come first.
	fmt.Fprintf(&b, "# %s\nproblems = %s\n\n# %s：收取信息处理费的情况自动写明，这里写需要报告的其他事项；不写为“无”。\nother = %s\n\n",
		f.Parts[stats.PartProblems], quoted(m.Problems), f.Parts[stats.PartOther], quoted(m.Other))
	fmt.Fprintf(&b, "# %s\n[table2]\n", f.Parts[stats.PartFacts])
	for _, g := range f.Facts {
		for _, item := range g.Items {
			fmt.Fprintf(&b, "# %s　%s：%s\n", g.Article, item.Label, strings.Join(g.Columns, "、"))
			b.WriteString(factLine(item.Key, len(g.Columns), m.Table2[item.Key]))
			if was := last[item.Key]; g.Balance && len(was) == len(g.Columns) {
				b.WriteString("   # 上年现行有效 " + was[len(was)-1].String())
			}
			b.WriteString("\n")
		}
	}
	fmt.Fprintf(&b, "\n[fees]\n# 本年就登记簿以外的申请收取的信息处理费（元）；登记簿内的自动合计。\nelsewhere = %d\n", m.OtherFees)
	b.WriteString(note)
	fmt.Fprintf(&b, "\n# %s：每段一节，没有文字的不印。\n", f.Parts[stats.PartOverview])
	for _, p := range m.Overview {
		fmt.Fprintf(&b, "[[overview]]\ntitle = %s\ntext = %s\n\n", strconv.Quote(p.Title), quoted(p.Text))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// factLine is a line of 表二; without numbers it is a comment, to be filled in.
func factLine(key string, columns int, values []stats.Amount) string {
	comment := "# "
	texts := slices.Repeat([]string{"0"}, columns)
	if len(values) == columns {
		comment = ""
		for i, v := range values {
			texts[i] = v.String()
		}
	}
	line := comment + key + " = " + strings.Join(texts, ", ")
	if columns > 1 {
		line = comment + key + " = [" + strings.Join(texts, ", ") + "]"
	}
	return line
}

// quoted writes a text over several lines, so that a clerk can go on writing.
func quoted(s string) string {
	s = strings.TrimRight(strings.NewReplacer("\\", "\\\\", `"""`, `""\"`, "\r", "").Replace(s), "\n")
	if s != "" {
		s += "\n"
	}
	return "\"\"\"\n" + s + "\"\"\""
}
