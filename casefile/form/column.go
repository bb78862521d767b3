package form

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
)

// suffixes propose a column by how a body's name ends (casefile/LAW.md#annual-report). The first that
// fits decides, so the narrow ones stand first.
var suffixes = []struct {
	word   string
	column casefile.Column
}{
	{"律师事务所", casefile.LegalService}, {"法律服务所", casefile.LegalService}, {"法律援助中心", casefile.LegalService}, {"律师所", casefile.LegalService}, {"律所", casefile.LegalService},
	{"村民委员会", casefile.OtherBody}, {"居民委员会", casefile.OtherBody}, {"业主委员会", casefile.OtherBody}, {"村委会", casefile.OtherBody}, {"居委会", casefile.OtherBody}, {"业委会", casefile.OtherBody},
	{"村民小组", casefile.OtherBody}, {"经济联合社", casefile.OtherBody}, {"股份经济合作社", casefile.OtherBody}, {"经济合作社", casefile.OtherBody}, {"业主大会", casefile.OtherBody}, {"物业管理委员会", casefile.OtherBody},
	{"基金会", casefile.Welfare}, {"协会", casefile.Welfare}, {"学会", casefile.Welfare}, {"慈善总会", casefile.Welfare}, {"慈善会", casefile.Welfare}, {"商会", casefile.Welfare}, {"促进会", casefile.Welfare}, {"联合会", casefile.Welfare}, {"志愿者服务队", casefile.Welfare}, {"公益服务中心", casefile.Welfare},
	{"研究院", casefile.Research}, {"研究所", casefile.Research}, {"研究中心", casefile.Research}, {"大学", casefile.Research}, {"科学院", casefile.Research}, {"实验室", casefile.Research},
	{"报社", casefile.OtherBody}, {"电视台", casefile.OtherBody}, {"杂志社", casefile.OtherBody}, {"广播电台", casefile.OtherBody}, {"医院", casefile.OtherBody}, {"中学", casefile.OtherBody}, {"小学", casefile.OtherBody}, {"幼儿园", casefile.OtherBody}, {"学校", casefile.OtherBody}, {"学院", casefile.Research},
	{"公司", casefile.Business}, {"集团", casefile.Business}, {"厂", casefile.Business}, {"合作社", casefile.Business}, {"合伙企业", casefile.Business}, {"（有限合伙）", casefile.Business}, {"(有限合伙)", casefile.Business}, {"商行", casefile.Business}, {"经营部", casefile.Business}, {"商店", casefile.Business}, {"门市部", casefile.Business}, {"酒店", casefile.Business}, {"饭店", casefile.Business}, {"餐厅", casefile.Business}, {"工作室", casefile.Business}, {"事务所", casefile.Business}, {"超市", casefile.Business}, {"农场", casefile.Business}, {"养殖场", casefile.Business}, {"银行", casefile.Business}, {"支行", casefile.Business}, {"企业", casefile.Business},
	{"委员会", casefile.OtherBody}, {"人民政府", casefile.OtherBody}, {"办事处", casefile.OtherBody}, {"管理局", casefile.OtherBody}, {"服务中心", casefile.OtherBody}, {"监察站", casefile.OtherBody}, {"村", casefile.OtherBody}, {"社区", casefile.OtherBody}, {"局", casefile.OtherBody}, {"中心", casefile.OtherBody},
}

// branches are parts of a body that stand behind its name.
var branches = []string{"分公司", "分厂", "分所", "分会", "分行"}

// bodySuffix is the suffix by which a name is a body's, "" for a person's.
func bodySuffix(name string) string {
	s, _ := columnOf(name)
	return s
}

func columnOf(name string) (suffix string, column casefile.Column) {
	name = strings.TrimRight(blankless(name), "。，,;")
	if strings.HasPrefix(name, "个体工商户") {
		return "个体工商户", casefile.Regulations().Trader
	}
	if fullName.MatchString(name) && surname(name) && len([]rune(name)) <= 3 && !strings.HasSuffix(name, "公司") {
		return "", casefile.ColumnNone
	}
	for _, b := range branches {
		if strings.HasSuffix(name, b) && strings.Contains(name, "公司") {
			return "公司", casefile.Business
		}
	}
	if strings.HasSuffix(name, "分所") && strings.Contains(name, "律师事务所") || strings.HasSuffix(name, ")") && strings.Contains(name, "律师事务所") {
		return "律师事务所", casefile.LegalService
	}
	if strings.Contains(name, "公益") || strings.Contains(name, "慈善") || strings.Contains(name, "志愿") {
		for _, word := range []string{"中心", "服务社", "服务队", "协会", "促进会", "联合会", "基金会", "会", "社"} {
			if strings.HasSuffix(name, word) {
				return word, casefile.Welfare
			}
		}
	}
	for _, e := range suffixes {
		if strings.HasSuffix(name, fold(e.word)) {
			return e.word, e.column
		}
	}
	return "", casefile.ColumnNone
}

// columns proposes the column of the first applicant. The column is the applicant's, never the agent's
// (casefile/LAW.md#annual-report): a lawyer who writes for a citizen leaves it at 自然人.
func (f Form) columns() []ColumnProposal {
	name, named := f.Best(Name, 0)
	kind, hasKind := f.Best(Kind, 0)
	ticked, hasTicked := f.Best(Category, 0)
	suffix, column := columnOf(name.Value)
	ofBody := named && column != casefile.ColumnNone
	ends := "申请人名称“" + name.Value + "”以“" + suffix + "”结尾"
	// A kind that was only concluded from the name says nothing beside it.
	asCitizen := hasKind && kind.Value == Citizen && (kind.Source.Label != name.Source.Label || kind.Source.Place != name.Source.Place)
	var all []ColumnProposal
	add := func(c casefile.Column, confidence int, reason string) {
		all = append(all, ColumnProposal{c, reason, confidence})
	}
	switch {
	case !named && !hasKind:
		return nil
	case hasTicked:
		c, _ := casefile.ParseColumn(ticked.Value)
		add(c, ticked.Confidence, "申请表勾选或填写的类别是“"+ticked.Value+"”")
		if ofBody && column != c {
			all[0].doubt(60, "，但"+ends+"，请核对")
			add(column, 50, ends)
		}
	case ofBody:
		add(column, min(85, name.Confidence), ends)
		if asCitizen {
			all[0].Confidence = 55
			all[0].Reason += "，但申请表勾选或填在公民一栏，请核对"
			add(casefile.Natural, 45, "申请表填在公民一栏")
		}
		if column == casefile.Business && slices.Contains(ofTraders, suffix) {
			add(casefile.Natural, 30, "可能是个体工商户：以经营者本人名义申请的计自然人")
		}
	case hasKind && kind.Value == Organisation:
		add(casefile.OtherBody, 50, "申请人是法人或者其他组织，名称看不出属于哪一类，请核对")
	default:
		add(casefile.Natural, min(85, name.Confidence), "申请人“"+name.Value+"”是个人姓名")
		if asCitizen {
			all[0].Confidence, all[0].Reason = max(all[0].Confidence, kind.Confidence), "申请表勾选或填在公民一栏"
		}
		if f.Applicants() > 1 {
			all[0].Reason += "；多人联名仍为一件，类别随第一申请人"
		}
	}
	if agent, ok := f.Best(Agent, 0); ok {
		all[0].Reason += "；代理人（" + agent.Value + "）不是申请人，不影响类别"
	}
	if f.Applicants() > 1 && f.mixed() {
		all[0].doubt(60, "；申请人既有个人又有单位，按第一申请人提出，请核对")
	}
	return all
}

// ofTraders are the suffixes of names under which a single trader may do business.
var ofTraders = []string{"商行", "经营部", "商店", "门市部", "工作室", "超市", "个体工商户"}

// doubt says why a proposal cannot be surer than so.
func (p *ColumnProposal) doubt(most int, why string) {
	p.Confidence = min(p.Confidence, most)
	p.Reason += why
}

// mixed reports whether persons and bodies apply together.
func (f Form) mixed() bool {
	person, body := false, false
	for n := range f.Applicants() {
		if p, ok := f.Best(Name, n); ok {
			_, c := columnOf(p.Value)
			person = person || c == casefile.ColumnNone
			body = body || c != casefile.ColumnNone
		}
	}
	return person && body
}
