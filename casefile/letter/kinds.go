package letter

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"ysq.internal/ysq/casefile"
)

// Fill is a content that only the clerk knows: no record has it.
type Fill struct {
	Name string `json:"name"` // of its placeholder
	What string `json:"what"` // what to write
	// Bases are those of a reply that need it; none: it may be left out.
	Bases []string `json:"bases,omitzero"`
	// Always says that the letter needs it whatever its basis.
	Always bool `json:"always,omitzero"`
}

func (f Fill) needed(basis string) bool { return f.Always || slices.Contains(f.Bases, basis) }

// spec is what a kind of letter is.
type spec struct {
	kind  casefile.LetterKind
	mark  string        // 种类字, by which numbers tell the kinds apart
	event casefile.Kind // that it announces
	class class         // of its 救济告知
	text  []string      // the names that it has beside those of every letter
	lists map[string][]string
	must  []string // of them, what its template must have
	fills []Fill
}

// specs is the one table of letters (casefile/LAW.md#forms-and-letters). The law that each states is in its template.
var specs = sync.OnceValue(func() []spec {
	return []spec{
		{casefile.LetterReceipt, "回", "", noRemedy, []string{"答复期限"}, nil, nil, nil},
		{casefile.LetterCorrection, "补", casefile.KindCorrectionAsked, noRemedy, []string{"补正期限", "补正类型", "补正依据", "内容补正"}, map[string][]string{"补正事项": {"序号", "内容", "标点"}},
			[]string{"补正事项", "补正期限"}, []Fill{{Name: "释明", What: "对申请人的指导和释明"}}},
		{casefile.LetterExtension, "延", casefile.KindExtended, noRemedy, []string{"延长天数", "延期至"}, nil, []string{"延长天数"}, []Fill{{Name: "延期理由", What: "为什么需要延长"}}},
		{casefile.LetterThirdPartyOpinion, "征", casefile.KindConsultationSent, noRemedy, []string{"征求对象"}, nil, []string{"征求对象"},
			[]Fill{{Name: "信息概况", What: "涉及对方的是哪些信息；不写则引申请内容"}}},
		{casefile.LetterOfficeOpinion, "商", casefile.KindConsultationSent, noRemedy, []string{"征求对象", "共同制作"}, nil, []string{"征求对象"},
			[]Fill{{Name: "信息概况", What: "请对方就哪些信息提出意见；不写则引申请内容"}}},
		{casefile.LetterConsultationNotice, "询", "", noRemedy, []string{"征求类型", "征求日期"}, nil, []string{"征求日期"}, nil},
		{casefile.LetterThirdPartyNotice, "告", casefile.KindThirdPartyTold, eitherWay, []string{"征求对象", "公开内容"}, nil, []string{"征求对象", "公开内容", "理由"}, nil},
		{casefile.LetterReason, "说", casefile.KindReasonAsked, noRemedy, nil, nil, nil,
			[]Fill{{Name: "数量说明", What: "数量、频次的事实，如 本月已提出 35 件"}, {Name: "说明期限", What: "请申请人在何时前说明"}}},
		{casefile.LetterDeferral, "缓", casefile.KindDeferred, noRemedy, []string{"延迟至"}, nil, []string{"延迟至"}, nil},
		{casefile.LetterFee, "费", casefile.KindFeeNoticed, noRemedy, []string{"收费方式", "数量", "金额", "缴费方式"}, map[string][]string{"计费": {"内容"}},
			[]string{"金额", "缴费方式"}, nil},
		{casefile.LetterDisclosure, "公", casefile.KindReplied, eitherWay, []string{"已主动公开", "提供", "告知途径"}, nil, nil,
			[]Fill{{Name: "获取方式", What: "获取该信息的方式、途径（和时间）", Bases: []string{"36-1", "36-2-inform"}}}},
		{casefile.LetterPartial, "部", casefile.KindReplied, reviewFirst, []string{"不予公开依据"}, nil, []string{"不予公开内容", "不予公开依据", "理由"}, []Fill{
			{Name: "公开内容", What: "向申请人提供的内容", Always: true}, {Name: "不予公开内容", What: "不公开的是哪些内容", Always: true}}},
		{casefile.LetterRefusal, "不", casefile.KindReplied, reviewFirst, nil, nil, []string{"依据", "理由"}, nil},
		{casefile.LetterAdministrativeQuery, "查", casefile.KindReplied, eitherWay, nil, nil, []string{"依据", "理由"}, []Fill{{Name: "获取方式", What: "应当依照哪些规定、向哪里查询", Always: true}}},
		{casefile.LetterNotHeld, "无", casefile.KindReplied, eitherWay, nil, nil, []string{"依据", "理由"}, nil},
		{casefile.LetterNotOurs, "非", casefile.KindReplied, eitherWay, nil, nil, []string{"依据", "理由"},
			[]Fill{{Name: "负责机关", What: "负责公开的行政机关的名称；能够确定的应当告知"}, {Name: "负责机关联系方式", What: "该机关的联系方式"}}},
		{casefile.LetterNeedsCreation, "制", casefile.KindReplied, eitherWay, nil, nil, []string{"依据", "理由"}, nil},
		{casefile.LetterUnclear, "明", casefile.KindReplied, eitherWay, []string{"补正告知日期"}, nil, []string{"依据", "理由"}, nil},
		{casefile.LetterDeclined, "处", casefile.KindReplied, eitherWay, []string{"信访", "重复", "出版物", "反复", "未说明", "重新出具"}, nil, []string{"依据", "理由"}, []Fill{
			{Name: "原答复文号", What: "此前答复的文号和日期", Bases: []string{"36-6"}}, {Name: "获取方式", What: "公开出版物的获取途径，或者反映诉求的渠道"}}},
		{casefile.LetterLapsed, "止", casefile.KindReplied, eitherWay, []string{"逾期补正", "逾期缴费", "告知日期", "期限"}, nil, []string{"依据"}, nil},
		{casefile.LetterClosed, "终", casefile.KindReplied, eitherWay, []string{"撤回", "终止", "非政府信息"}, nil, []string{"理由"}, nil},
		{casefile.LetterRecordCorrected, "正", casefile.KindReplied, eitherWay, nil, nil, []string{"办理情况"}, []Fill{{Name: "办理情况", What: "核实的情况和怎样处理的：更正了什么，或者为什么不更正；不写则引理由说明", Always: true}}},
		{casefile.LetterTransfer, "转", "", noRemedy, nil, nil, []string{"接收机关"}, []Fill{{Name: "接收机关", What: "有权更正的行政机关", Always: true}}},
		{casefile.LetterOpinionConfirmed, "确", "", noRemedy, []string{"征求对象", "征求类型", "征求日期", "意见", "意见日期"}, nil, []string{"征求对象", "意见"}, []Fill{{Name: "意见内容", What: "对方的意见原话；不写则只写是否同意"}}},
		{casefile.LetterUrging, "催", "", noRemedy, slices.Concat(handling, []string{"次数"}), nil, []string{"承办科室"}, []Fill{{Name: "要求", What: "要求科室做什么；不写则为反馈办理意见"}, {Name: "限期", What: "最迟何日反馈"}}},
		{casefile.LetterSupervision, "督", "", noRemedy, slices.Concat(handling, []string{"次数"}), nil, []string{"承办科室"}, []Fill{{Name: "要求", What: "要求科室做什么；不写则为反馈办理意见"}, {Name: "限期", What: "最迟何日反馈"}}},
		{casefile.LetterApplicationForm, "", "", noRemedy, applicantNames, nil, []string{"申请内容"}, nil},
		{casefile.LetterRegistrationForm, "", "", noRemedy, slices.Concat(applicantNames, handling, []string{"审查意见", "办理结果", "答复文号", "答复日期", "送达"}), map[string][]string{"经过": {"日期", "事项", "内容"}}, []string{"编号"}, nil},
		{casefile.LetterAssignmentSheet, "", "", noRemedy, handling, nil, []string{"承办科室"}, []Fill{{Name: "要求", What: "请科室做什么；不写则为提出办理意见"}}},
		{casefile.LetterApprovalSheet, "", "", noRemedy, slices.Concat(handling, []string{"审查意见", "拟办结果", "拟办依据", "拟办文书", "拟办意见", "送审日期", "送审人", "保密审查", "签批"}), map[string][]string{"送审附件": {"序号", "内容"}}, []string{"编号"}, nil},
		{casefile.LetterClosingNote, "", "", noRemedy, []string{"归档号", "保管期限", "文件数"}, nil, []string{"编号"}, []Fill{{Name: "说明", What: "卷内缺少、修改、补充、移出、销毁等情况"}, {Name: "共计页数", What: "卷内共多少页"}}},
		{casefile.LetterDeliveryReceipt, "", "", noRemedy, []string{"受送达人", "送达地址"}, map[string][]string{"送达文书": {"序号", "名称", "文号"}}, nil, nil},
		{casefile.LetterArchiveIndex, "", "", noRemedy, []string{"归档号", "办理结果"}, map[string][]string{"卷内文件": {"序号", "日期", "文号", "责任者", "题名", "备注"}}, []string{"卷内文件"}, nil},
	}
})

// The names that several forms have: of an applicant, of the person who handles a case, and of the day until which.
var (
	applicantNames = []string{"申请人类别", "证件", "通信方式", "电子邮箱", "载体形式", "获取途径"}
	handling       = []string{"承办科室", "经办人", "反馈期限", "从严期限", "法定期限"}
)

// The names that every letter has.
var (
	commonText = []string{"机关名称", "文书名称", "文号", "成文日期", "编号", "申请人", "称谓", "代理人", "收到日期", "渠道", "申请内容", "件数", "单件", "多件",
		"联系方式", "复议机关", "法院", "救济告知", "依据", "条文", "理由", "重新办理"}
	commonLists = map[string][]string{"案件": {"序号", "编号", "收到日期", "申请内容"}, "附件": {"序号", "内容"}}
)

func specOf(kind casefile.LetterKind) spec {
	for _, s := range specs() {
		if s.kind == kind {
			return s
		}
	}
	return spec{kind: kind}
}

// vocabulary is the names that a template may use.
type vocabulary struct {
	text  []string
	lists map[string][]string
}

func vocabularyOf(kind casefile.LetterKind) vocabulary {
	s := specOf(kind)
	v := vocabulary{text: slices.Concat(commonText, s.text), lists: map[string][]string{}}
	for _, f := range s.fills {
		v.text = append(v.text, f.Name)
	}
	for _, lists := range []map[string][]string{commonLists, s.lists} {
		maps.Copy(v.lists, lists)
	}
	return v
}

// names lists all names that may stand within some lists, those of the innermost list first.
func (v vocabulary) names(inside []string) []string {
	var all []string
	for _, list := range slices.Backward(inside) {
		all = append(all, v.lists[list]...)
	}
	all = append(all, v.text...)
	return append(all, slices.Sorted(maps.Keys(v.lists))...)
}

// mustHave lists the names without which a template would leave out what has to be said.
func mustHave(kind casefile.LetterKind) []string {
	s := specOf(kind)
	must := slices.Clone(s.must)
	if kind.Numbered() {
		must = append([]string{"文号", "成文日期"}, must...)
	}
	if s.class != noRemedy {
		must = append(must, "救济告知")
	}
	return must
}

// Info is a kind of letter for people.
type Info struct {
	Kind   casefile.LetterKind `json:"letter"`
	Label  string              `json:"label"`
	Mark   string              `json:"mark,omitzero"`  // 种类字
	Event  casefile.Kind       `json:"event,omitzero"` // that it announces
	Remedy string              `json:"remedy"`         // 无, 复议前置, 复议或诉讼
	Text   []string            `json:"text"`           // names of its placeholders
	Lists  map[string][]string `json:"lists"`
	Fills  []Fill              `json:"fills"` // of them, those that the clerk writes
}

// Kinds describes every letter.
func Kinds() []Info {
	var all []Info
	for _, s := range specs() {
		v := vocabularyOf(s.kind)
		all = append(all, Info{s.kind, s.kind.Label(), s.mark, s.event, s.class.label(), v.text, v.lists, slices.Concat([]Fill{}, s.fills)})
	}
	return all
}

// RemedyOf says how who gets a letter may complain of it: 无, 复议或诉讼, 复议前置, or both of the parts of one reply.
func RemedyOf(kind casefile.LetterKind, e casefile.Event) string {
	class := specOf(kind).class
	if r, ok := e.(casefile.Replied); ok && r.Outcome == casefile.Partial {
		if !slices.ContainsFunc(r.Withheld, casefile.Refuses) {
			return eitherWay.label()
		}
		return "不予公开的部分" + reviewFirst.label() + "，其他部分" + eitherWay.label()
	}
	return class.label()
}

// Announces returns the kind of event that a letter announces; "" for none.
func Announces(kind casefile.LetterKind) casefile.Kind { return specOf(kind).event }

// For returns the letter that announces an event; LetterNone for an event that has none.
func For(e casefile.Event) casefile.LetterKind {
	switch e := e.(type) {
	case casefile.ConsultationSent:
		if e.Side == casefile.ThirdParty {
			return casefile.LetterThirdPartyOpinion
		}
		return casefile.LetterOfficeOpinion
	case casefile.Replied:
		return casefile.LetterOfReply(e.Outcome, e.Basis)
	case casefile.Withdrawn:
		return casefile.LetterClosed
	}
	for _, s := range specs() {
		if s.event != "" && s.event == e.Kind() {
			return s.kind
		}
	}
	return casefile.LetterNone
}

// basisText is how a letter cites the basis of a reply, and what 条例 says there, word for word without the
// last stop: it stands in quotation marks.
var basisText = map[string][2]string{
	"36-1":                       {"第三十六条第（一）项", "所申请公开信息已经主动公开的，告知申请人获取该政府信息的方式、途径"},
	"36-2-provide":               {"第三十六条第（二）项", "所申请公开信息可以公开的，向申请人提供该政府信息，或者告知申请人获取该政府信息的方式、途径和时间"},
	"36-2-inform":                {"第三十六条第（二）项", "所申请公开信息可以公开的，向申请人提供该政府信息，或者告知申请人获取该政府信息的方式、途径和时间"},
	"37":                         {"第三十七条", "申请公开的信息中含有不应当公开或者不属于政府信息的内容，但是能够作区分处理的，行政机关应当向申请人提供可以公开的政府信息内容，并对不予公开的内容说明理由"},
	"14-secret":                  {"第十四条", "依法确定为国家秘密的政府信息，法律、行政法规禁止公开的政府信息，以及公开后可能危及国家安全、公共安全、经济安全、社会稳定的政府信息，不予公开"},
	"14-law":                     {"第十四条", "依法确定为国家秘密的政府信息，法律、行政法规禁止公开的政府信息，以及公开后可能危及国家安全、公共安全、经济安全、社会稳定的政府信息，不予公开"},
	"14-stability":               {"第十四条", "依法确定为国家秘密的政府信息，法律、行政法规禁止公开的政府信息，以及公开后可能危及国家安全、公共安全、经济安全、社会稳定的政府信息，不予公开"},
	"15":                         {"第十五条", "涉及商业秘密、个人隐私等公开会对第三方合法权益造成损害的政府信息，行政机关不得公开。但是，第三方同意公开或者行政机关认为不公开会对公共利益造成重大影响的，予以公开"},
	"16-internal":                {"第十六条第一款", "行政机关的内部事务信息，包括人事管理、后勤管理、内部工作流程等方面的信息，可以不予公开"},
	"16-process":                 {"第十六条第二款", "行政机关在履行行政管理职能过程中形成的讨论记录、过程稿、磋商信函、请示报告等过程性信息以及行政执法案卷信息，可以不予公开。法律、法规、规章规定上述信息应当公开的，从其规定"},
	"16-file":                    {"第十六条第二款", "行政机关在履行行政管理职能过程中形成的讨论记录、过程稿、磋商信函、请示报告等过程性信息以及行政执法案卷信息，可以不予公开。法律、法规、规章规定上述信息应当公开的，从其规定"},
	"36-7":                       {"第三十六条第（七）项", "所申请公开信息属于工商、不动产登记资料等信息，有关法律、行政法规对信息的获取有特别规定的，告知申请人依照有关法律、行政法规的规定办理"},
	"36-4":                       {"第三十六条第（四）项", "经检索没有所申请公开信息的，告知申请人该政府信息不存在"},
	"36-5":                       {"第三十六条第（五）项", "所申请公开信息不属于本行政机关负责公开的，告知申请人并说明理由；能够确定负责公开该政府信息的行政机关的，告知申请人该行政机关的名称、联系方式"},
	"38":                         {"第三十八条", "行政机关向申请人提供的信息，应当是已制作或者获取的政府信息。除依照本条例第三十七条的规定能够作区分处理的外，需要行政机关对现有政府信息进行加工、分析的，行政机关可以不予提供"},
	"30":                         {"第二十九条第二款", "政府信息公开申请应当包括下列内容：……（二）申请公开的政府信息的名称、文号或者便于行政机关查询的其他特征性描述"},
	"39-1":                       {"第三十九条第一款", "申请人以政府信息公开申请的形式进行信访、投诉、举报等活动，行政机关应当告知申请人不作为政府信息公开申请处理并可以告知通过相应渠道提出"},
	"36-6":                       {"第三十六条第（六）项", "行政机关已就申请人提出的政府信息公开申请作出答复、申请人重复申请公开相同政府信息的，告知申请人不予重复处理"},
	"39-2":                       {"第三十九条第二款", "申请人提出的申请内容为要求行政机关提供政府公报、报刊、书籍等公开出版物的，行政机关可以告知获取的途径"},
	"35":                         {"第三十五条", "行政机关认为申请理由不合理的，告知申请人不予处理"},
	"reissue":                    {"第二条", "本条例所称政府信息，是指行政机关在履行行政管理职能过程中制作或者获取的，以一定形式记录、保存的信息"},
	"lapse-30":                   {"第三十条", "申请人无正当理由逾期不补正的，视为放弃申请，行政机关不再处理该政府信息公开申请"},
	"lapse-fee":                  {"第四十二条", "行政机关依申请提供政府信息，不收取费用。但是，申请人申请公开政府信息的数量、频次明显超过合理范围的，行政机关可以收取信息处理费"},
	"not-government-information": {"第二条", "本条例所称政府信息，是指行政机关在履行行政管理职能过程中制作或者获取的，以一定形式记录、保存的信息"},
}

const regulation = "《中华人民共和国政府信息公开条例》"

// withheldOn cites the bases on which part of the information is withheld.
func withheldOn(bases []string) string {
	var articles []string
	for _, b := range bases {
		if t, ok := basisText[b]; ok && !slices.Contains(articles, t[0]) {
			articles = append(articles, t[0])
		}
	}
	if articles == nil {
		return ""
	}
	return regulation + strings.Join(articles, "、")
}

// cite returns the citation and the words of a basis; both empty for one that rests on no article.
func cite(basis string) (article, words string) {
	t, ok := basisText[basis]
	if !ok {
		return "", ""
	}
	article = regulation + t[0]
	if casefile.Refuses(basis) { // 36(3) orders the refusal, 14 to 16 say of what
		article = regulation + "第三十六条第（三）项和" + t[0]
	}
	if basis == "lapse-fee" {
		article += "和《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）"
	}
	return article, t[1]
}
