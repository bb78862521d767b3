package cli

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats/render/grid"
)

// The forms in which lists come out.
const (
	formTable = "table" // for people
	formWide  = "wide"  // the same with more columns
	formJSON  = "json"
	formCSV   = "csv"
	formTSV   = "tsv"
	formXLSX  = "xlsx" // a sheet for people
)

// listing is how a command that lists values of one type shows them: -o, --fields, --bom. T is a
// wire type; its fields are named as in JSON, which is a stable interface.
type listing[T any] struct {
	a      *app
	cmd    *cobra.Command
	form   *string
	fields *[]string
	bom    *bool
	title  string // of its sheet, on the paper too; "": the command's name
	file   string // where it is written; "": where output goes, or for a sheet a file of its own where that is a terminal
}

func newListing[T any](a *app, cmd *cobra.Command) *listing[T] {
	forms := []string{formTable, formWide, formJSON, formCSV, formTSV, formXLSX}
	form := cmd.Flags().StringP("output", "o", formTable, "输出`格式`："+strings.Join(forms, "、")+"，或以 .csv、.tsv、.json、.xlsx 结尾的文件名")
	a.options(cmd).complete("output", forms)
	return listingBy[T](a, cmd, form)
}

// listingBy is the listing of a command that has its own -o, which lists only when it is told to.
func listingBy[T any](a *app, cmd *cobra.Command, form *string) *listing[T] {
	o := a.options(cmd)
	l := &listing[T]{a: a, cmd: cmd, form: form}
	l.fields = cmd.Flags().StringSlice("fields", nil, "只要这些`字段`，以逗号分隔，名称与 --json 的相同")
	l.bom = o.flag("bom", "csv 以 BOM 开头，供 Windows 的 Excel 打开")
	o.complete("fields", names[T]())
	return l
}

// check judges the flags; it comes before anything is asked.
func (l *listing[T]) check() error {
	*l.form, l.file = outputOf(*l.form, []string{formJSON, formCSV, formTSV, formXLSX})
	switch *l.form {
	case formTable, formWide:
		if l.a.json {
			if l.cmd.Flags().Changed("output") {
				return usage(l.cmd, "--json 与 -o %s 不能同时写", *l.form)
			}
			*l.form = formJSON
		}
	case formJSON, formCSV, formTSV, formXLSX:
		if l.a.json && *l.form != formJSON {
			return usage(l.cmd, "--json 与 -o %s 不能同时写", *l.form)
		}
	default:
		return usage(l.cmd, "没有输出格式 %q；可写 table、wide、json、csv、tsv、xlsx，或以 .csv、.tsv、.json、.xlsx 结尾的文件名", *l.form)
	}
	l.a.json = *l.form == formJSON
	if *l.bom && *l.form != formCSV {
		return usage(l.cmd, "--bom 只用于 -o csv")
	}
	known := names[T]()
	for _, f := range *l.fields {
		if !slices.Contains(known, f) {
			return usage(l.cmd, "没有字段 %q；可写：%s", f, strings.Join(known, "、"))
		}
	}
	return nil
}

// run is a command's RunE that begins with check.
func (l *listing[T]) run(then func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := l.check(); err != nil {
			return err
		}
		if l.file == "" || *l.form == formXLSX { // a sheet is a file anyway
			return then(cmd, args)
		}
		var b bytes.Buffer
		if *l.form == formCSV {
			*l.bom = true // whoever names a file opens it in a spreadsheet
		}
		out := l.a.out
		l.a.out = &b
		err := then(cmd, args)
		if l.a.out = out; err != nil {
			return err
		}
		return l.a.putSheet(l.file, "", b.Bytes())
	}
}

// outputOf reads what -o says: a form, or the name of a file whose ending names one of the forms.
func outputOf(said string, forms []string) (form, file string) {
	if ext := ending(said); slices.Contains(forms, ext) {
		return ext, said
	}
	return said, ""
}

// ending is what the name of a file ends in, without its dot.
func ending(file string) string { return strings.ToLower(strings.TrimPrefix(filepath.Ext(file), ".")) }

// formOf chooses the form of a file: the one that was asked for, otherwise the one that the file's name promises, else
// fallback. A name that promises a form which the command cannot write is refused.
func formOf(cmd *cobra.Command, asked, file, fallback string, forms []string) (string, error) {
	switch ext := ending(file); {
	case asked != "":
		return asked, nil
	case slices.Contains(forms, ext):
		return ext, nil
	case slices.Contains(documentEndings, ext):
		return "", usage(cmd, "不能写成 .%s 文件；可写 .%s", ext, strings.Join(forms, "、."))
	}
	return fallback, nil
}

// documentEndings are those by which people and programs know what is in a file.
var documentEndings = []string{"csv", "tsv", "json", "jsonl", "xlsx", "xls", "et", "ods", "docx", "doc", "wps", "odt", "pdf", "ofd", "html", "htm", "svg", "png", "jpg", "jpeg"}

// machine tells whether a program reads the output: it gets everything, and no table.
func (l *listing[T]) machine() bool { return *l.form != formTable && *l.form != formWide }

// each prints what scan yields, as it comes.
func (l *listing[T]) each(scan func(yield func(T) error) error) error {
	switch *l.form {
	case formJSON:
		return l.eachJSON(scan)
	case formXLSX:
		return l.sheet(scan)
	}
	out := csv.NewWriter(l.a.out)
	if *l.bom {
		if _, err := l.a.out.Write([]byte("\ufeff")); err != nil {
			return err
		}
	}
	write := out.Write
	if *l.form == formTSV {
		write = func(cells []string) error {
			_, err := fmt.Fprintln(l.a.out, strings.Join(cells, "\t"))
			return err
		}
	}
	if err := write(l.named()); err != nil {
		return err
	}
	err := scan(func(v T) error {
		cells, err := l.cells(v)
		if err != nil {
			return err
		}
		for i, c := range cells {
			cells[i] = defuse(grid.Clean(c)) // either is opened in a spreadsheet
		}
		return write(cells)
	})
	out.Flush()
	return cmp.Or(err, out.Error())
}

// all is each for values that are there already.
func (l *listing[T]) all(values []T) error {
	if *l.form == formJSON && len(*l.fields) == 0 {
		return l.a.printJSON(append([]T{}, values...))
	}
	return l.each(func(yield func(T) error) error {
		for _, v := range values {
			if err := yield(v); err != nil {
				return err
			}
		}
		return nil
	})
}

func collect[T any](scan func(yield func(T) error) error) (all []T, err error) {
	err = scan(func(v T) error {
		all = append(all, v)
		return nil
	})
	return all, err
}

func (l *listing[T]) eachJSON(scan func(yield func(T) error) error) error {
	if len(*l.fields) == 0 {
		array := jsonArray[T]{a: l.a}
		if err := scan(array.add); err != nil {
			return err
		}
		return array.close()
	}
	array := jsonArray[json.RawMessage]{a: l.a}
	err := scan(func(v T) error {
		values, err := valuesOf(v)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		for i, f := range *l.fields {
			b.WriteString([]string{"{", ","}[min(i, 1)])
			fmt.Fprintf(&b, "%q:%s", f, cmp.Or(string(values[f]), "null"))
		}
		b.WriteByte('}')
		return array.add(b.Bytes())
	})
	if err != nil {
		return err
	}
	return array.close()
}

// show prints all of them for a program; for people the command's own table, one of the chosen
// fields, or in words that there are none.
func (l *listing[T]) show(all []T, none string, own func(wide bool) error) error {
	switch {
	case l.machine():
		return l.all(all)
	case len(all) == 0:
		fmt.Fprintln(l.a.errOut, none)
		return nil
	case len(*l.fields) == 0:
		return own(*l.form == formWide)
	}
	t := grid.Table{}
	flexible := make([]int, len(*l.fields))
	for i, f := range *l.fields {
		t.Header = append(t.Header, cmp.Or(titleOf(l.cmd, f), f))
		flexible[i] = i
	}
	for _, v := range all {
		cells, err := l.cells(v)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, cells)
	}
	return l.a.table(t, nil, flexible...)
}

// named returns the fields that are shown.
func (l *listing[T]) named() []string {
	if len(*l.fields) > 0 {
		return *l.fields
	}
	return names[T]()
}

func (l *listing[T]) cells(v T) ([]string, error) {
	values, err := valuesOf(v)
	if err != nil {
		return nil, err
	}
	var cells []string
	for _, f := range l.named() {
		cells = append(cells, plainText(values[f]))
	}
	return cells, nil
}

// names lists the JSON names of a wire type, in their order.
func names[T any]() []string { return namesOf(reflect.TypeFor[T]()) }

func namesOf(t reflect.Type) (all []string) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			all = append(all, namesOf(f.Type)...)
		case name != "-" && name != "" && !slices.Contains(all, name):
			all = append(all, name)
		}
	}
	return all
}

func valuesOf(v any) (values map[string]json.RawMessage, err error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return values, json.Unmarshal(b, &values)
}

// plainText is a JSON value in a cell: a string without its quotes, a list of strings with blanks
// between them, nothing for null.
func plainText(raw json.RawMessage) string {
	var s string
	var list []string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &s) == nil:
		return s
	case json.Unmarshal(raw, &list) == nil:
		return strings.Join(list, " ")
	}
	return string(raw)
}

// defuse puts an apostrophe before what a spreadsheet would take for a formula. A number is none.
func defuse(cell string) string {
	if strings.IndexAny(cell, "=+-@\t\r\n＝＋－＠") == 0 && !json.Valid([]byte(cell)) {
		return "'" + cell
	}
	return cell
}

// titleOf is the heading of a field in what a command lists; "" where it has none.
func titleOf(cmd *cobra.Command, field string) string {
	return cmp.Or(ownTitles[cmd.CommandPath()][field], fieldTitles()[field])
}

// ownTitles are the headings of fields that mean something else in one list than in the others.
var ownTitles = map[string]map[string]string{
	"ysq away":            {"who": "不在", "from": "起", "until": "止", "now": "现在", "open": "在办"},
	"ysq submit":          {"row": "拟答复", "on": "送审", "actor": "送审人", "note": "拟办意见"},
	"ysq web person list": {"name": "姓名", "label": "角色", "added": "加入", "closed": "停用", "must_change": "没有登录过", "stays": "在用的浏览器"},
	"ysq year diff":       {"place": "行,列", "before": "冻结时", "after": "现在", "gained": "增", "lost": "减"},
	"ysq year list":       {"remaining_days": "距公布期限（日）"},
}

// fieldTitles are the headings of fields in a table.
var fieldTitles = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"case": "编号", "kind": "类型", "stage": "阶段", "clock": "计时", "applicant": "申请人", "category": "类别", "department": "科室", "assignee": "经办人", "deputy": "代班", "deputy_until": "代班至", "report_by": "反馈期限",
		"subject": "主题", "channel": "渠道", "arrived_at": "到达", "confirmed_on": "确认", "registered_on": "登记", "received_on": "收到申请之日",
		"due_strict": "从严期限", "due_legal": "法定期限", "due": "期限", "waiting_for": "等待", "waiting_until": "等待至", "provisional": "暂定",
		"overdue": "逾期", "overdue_by": "逾期口径", "late": "逾期办结", "disputable": "可能有争议", "internal": "内部期限", "old_regulations": "旧条例", "to_confirm": "须双方确认", "key": "代码", "rule": "规则", "value": "值", "in_force_from": "施行", "in_force_until": "施行至", "source": "依据", "ground": "性质", "where": "在哪里改", "arrival_doubted": "到达日存疑", "remaining_workdays": "剩余工作日", "outcome": "答复类别", "basis": "依据", "document_number": "文号",
		"replied_on": "答复", "stopped_on": "送达", "disputes": "复议诉讼", "messages": "邮件数", "periods": "各期", "open_mails": "未处理来信", "oldest_open": "最早的未处理来信", "publicity": "主动公开", "keep_years": "保管年数", "keep_for_good": "永久保管", "address": "地址", "tracking": "单号",
		"dispute": "复议诉讼编号", "label": "事项", "on": "日期", "text": "内容", "seq": "记录", "recorded": "录入", "actor": "录入人", "voided": "已作废",
		"digest": "摘要", "disposition": "去处", "account": "账号", "folder": "文件夹", "from": "发件人", "suggested": "有关案件数", "likely": "像是申请", "copy_of": "副本", "verified": "发件人验证", "stamped_at": "邮件头时间", "stamped_by": "邮件头服务器", "size": "大小", "reasons": "原因",
		"track_label": "途径", "party": "当事人", "organ": "机关", "number": "对方案号", "matter": "事由", "cases": "案件", "filed_on": "送达本机关",
		"document": "文号", "name": "文件名", "mail": "邮件", "place": "去处", "id": "记录号", "state": "状态", "purpose": "用途", "way": "方式", "to": "收件人", "prepared": "拟信", "since": "自", "marks": "另有",
		"received": "收件", "done": "办结", "on_time": "按时", "on_time_strict": "从严按时", "average_workdays": "平均工作日", "longest_workdays": "最长工作日", "longest_case": "最长的一件",
		"request": "申请内容", "doubts": "要看的",
		"year": "年度", "frozen": "已冻结", "frozen_on": "冻结之日", "frozen_by": "冻结人", "failed_checks": "未通过的核对", "submit_by": "报送期限", "publish_by": "公布期限", "directory": "文件所在",
		"answer_by": "答复期限", "answered_on": "已答复", "decided_on": "裁决", "decision": "裁决书", "result": "结果",
	}
})

// wideRows is rows with everything that fits a wide screen.
func (a *app) wideRows(cases []ask.CaseRow) error {
	t := grid.Table{Header: []string{"编号", "阶段", "类型", "申请人", "类别", "主题", "渠道", "到达", "收到申请之日", "期限", "剩余", "承办", "答复类别", "文号"}}
	var tints []tint
	for _, r := range cases {
		t.Rows = append(t.Rows, []string{string(r.Case), ask.StageLabel(r.Stage), ask.KindLabel(r.Kind), string(r.Applicant), string(r.Category), string(r.Subject),
			ask.ChannelLabel(r.Channel), instant(r.ArrivedAt), a.day(r.ReceivedOn), a.day(r.Due), r.Standing(), r.InCharge(), r.OutcomeLabel(), string(r.DocumentNumber)})
		tints = append(tints, tintOf(r.Urgency()))
	}
	return a.fitted(t, tints, []int{3, 5, 11, 12}, []int{13, 12, 4, 2, 6, 8, 7, 11})
}
