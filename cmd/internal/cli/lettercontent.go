package cli

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// letterContent declares what a letter may announce, with the fields of the steps that record it, and returns what
// makes the event of those that were given; nil where none was.
func letterContent(o *options) func(kind casefile.LetterKind) (casefile.Event, error) {
	// Each kind of content begins with an option of its own, and goes with some others. A field that two kinds
	// have is declared with the first.
	contents := []struct {
		kind   casefile.Kind
		fields []ask.Field
	}{
		{casefile.KindCorrectionAsked, contentFields(casefile.KindCorrectionAsked, "item=补正：需补正的`内容`，可写多次", "until=补正期限、延迟答复至的`日期`", "about=补正：补正`什么`，不写则为申请内容", "source=补正：所依据的地方`规定`", "force")},
		{casefile.KindExtended, append(contentFields(casefile.KindExtended, "days=延期：延长的工作日`数`", "approver=延期：批准`人`", "force"),
			fieldOf(casefile.KindExtended, "document").As("approval", "延期：审批的`文号`"))},
		{casefile.KindConsultationSent, contentFields(casefile.KindConsultationSent, "side=征求意见：征求`类型`", "party", "address=征求意见：对方的通信`地址`和邮编")},
		{casefile.KindFeeNoticed, contentFields(casefile.KindFeeNoticed, "by=收费：收费`方式`，件或页", "count=收费：`数`量", "yuan=收费：金额，`元`；不写则按标准算出")},
		{casefile.KindReplied, contentFields(casefile.KindReplied, "outcome=答复：答复`类别`，表三的行号、名称或代码", "basis=答复：`依据`", "withheld=部分公开：不予公开的部分`依据`什么，可写多次", "objection=答复：不顾第三方意见的`理由`", "grounds=答复、告知第三方：`理由`，写入文书；分段的写成几行")},
		{casefile.KindDeferred, contentFields(casefile.KindDeferred, "until")},
		{casefile.KindThirdPartyTold, contentFields(casefile.KindThirdPartyTold, "party", "content=告知第三方：决定公开的政府信息`内容`", "grounds")},
	}
	for _, c := range contents {
		for _, f := range c.fields {
			if o.cmd.Flags().Lookup(f.Name) == nil {
				o.fields(f)
			}
		}
	}
	return func(kind casefile.LetterKind) (casefile.Event, error) {
		for _, c := range contents {
			first := c.fields[0].Name
			if !o.given(first) {
				continue
			}
			for _, other := range contents {
				for _, f := range other.fields {
					if o.given(f.Name) && !slices.ContainsFunc(c.fields, func(own ask.Field) bool { return own.Name == f.Name }) {
						return nil, usage(o.cmd, "--%s 与 --%s 不属于同一种文书", first, f.Name)
					}
				}
			}
			if first == "party" && kind != casefile.LetterThirdPartyNotice {
				return nil, usage(o.cmd, "征求意见的要写 --side；告知第三方的，文书写“第三方告知书”")
			}
			s := stepOf(c.kind)
			s.Fields = c.fields
			return o.event(s)
		}
		if name := o.givenOf("approver", "approval", "force", "count", "yuan", "basis", "withheld", "objection", "about", "source", "grounds", "content"); name != "" {
			return nil, usage(o.cmd, "只写 --%s 不知道是哪一种文书：补正写 --item，延期写 --days，收费写 --by，答复写 --outcome", name)
		}
		return nil, nil
	}
}

// contentFields are some fields of a step, given as name or name=help.
func contentFields(k casefile.Kind, names ...string) (all []ask.Field) {
	for _, n := range names {
		name, help, other := strings.Cut(n, "=")
		f := fieldOf(k, name)
		if other {
			f = f.As(name, help)
		}
		all = append(all, f)
	}
	return all
}

func fieldOf(k casefile.Kind, name string) ask.Field {
	fields := stepOf(k).Fields
	return fields[slices.IndexFunc(fields, func(f ask.Field) bool { return f.Name == name })]
}
