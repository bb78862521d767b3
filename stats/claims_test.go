package stats_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ysq.internal/ysq/stats"
)

// city is the report of a city: 1,020 new, 26 carried in, 1,007 ended, 39 carried out; 57 复议, 15 and 21 suits.
func city(t testing.TB) stats.Report {
	t.Helper()
	r := with(t, 2025, stats.Options{Fees: stats.Fees{Yuan: 3940}})
	r.Agency = "示例市"
	line := func(natural, business int) stats.Line {
		return stats.Line{natural, business, 0, 0, 0, 0, natural + business}
	}
	r.Table3 = []stats.Line{line(962, 58), line(24, 2), line(381, 31), line(84, 4),
		line(2, 0), line(9, 0), line(3, 0), line(10, 1), line(14, 0), line(6, 0), line(19, 2), line(5, 0),
		line(246, 17), line(12, 0), line(7, 0),
		line(31, 0), line(18, 0), line(0, 0), line(16, 0), line(4, 0),
		line(23, 0), line(5, 0), line(54, 3), line(949, 58), line(37, 2)}
	r.Table4 = []stats.Standings{{33, 7, 12, 5, 57}, {9, 1, 3, 2, 15}, {14, 0, 4, 3, 21}}
	return r
}

// told are true sentences about city; a number in angle brackets is tied to the tables, so that another is found.
var told2025 = []string{
	"2025年，全市共受理政府信息公开申请<1020>件，上年结转<26>件，答复<1007>件，另有<39>件顺延到下年度答复。",
	"其中予以公开<412>件，部分公开<88>件，不予公开<71>件（占<7.05>%），无法提供<282>件，不予处理<69>件，其他处理<85>件。",
	"政府信息公开行政复议<57>件，其中结果维持<33>件，结果纠正<7>件，其他结果<12>件，尚未审结<5>件；行政诉讼<36>件，其中结果维持<23>件，结果纠正<1>件。",
	"全年新收政府信息公开申请<1,020>件，较上年增加120件，增长13.3%。",
	"本年度我市收到政府信息公开申请 <1020> 件（自然人<962>件，商业企业<58>件），上年度结转 <26> 件，办结 <1007> 件，结转下年度继续办理 <39> 件。",
	"全市各级行政机关共收到申请<1020>件，已办结<1007>件，结转2026年<39>件。",
	"收到依申请公开申请，共计<1020>件，均在法定期限内答复。",
	"2024年结转<26>件，2025年新收申请<1020>件。",
	"依申请公开申请数量为<1020>件。",
	"<412>件予以公开，<88>件部分公开，<71>件不予公开，<39>件结转下年办理。",
	"予以公开和部分公开<500>件，占<49.65>%。",
	"不予公开的申请中，属于国家秘密<2>件、其他法律行政法规禁止公开<9>件、危及“三安全一稳定”<3>件、保护第三方合法权益<11>件、三类内部事务信息<14>件、四类过程性信息<6>件、行政执法案卷<21>件、行政查询事项<5>件。",
	"无法提供的申请中，本机关不掌握相关政府信息<263>件，没有现成信息需要另行制作<12>件，补正后申请内容仍不明确<7>件。",
	"办理申请时，信访举报投诉类申请<31>件，重复申请<18>件，无正当理由大量反复申请<16>件，要求确认或重新出具已获取信息<4>件。",
	"收到的申请中，申请人逾期不补正<23>件，逾期未缴纳费用<5>件。",
	"因政府信息公开被申请行政复议<57>起，被提起行政诉讼<36>起（未经复议直接起诉<15>起，复议后起诉<21>起）。",
	"行政复议、行政诉讼共<93>件。",
	"在行政复议中，维持<33>件、纠正<7>件。",
	"未经复议直接起诉的行政诉讼<15>件，维持<9>件，尚未审结<2>件；复议后起诉<21>件，维持<14>件。",
	"本年度收取信息处理费<3940>元。",
	"共受理申请<1046>件（含上年结转<26>件）。",
	"予以公开<四百一十二>件，部分公开<八十八>件。",
	"全年答复公开申请<1007>宗，其中公民<949>宗。",
	"全年共收到政府信息公开申请<1020>件，同比增长1.7%，其中自然人<962>件，占<94.3>%，法人或其他组织<58>件，占<5.7>%。",
	"2025年共办理政府信息公开申请<1046>件，其中办结<1007>件，结转2026年<39>件。", "申请办理方面，全年收到<1020>件，办结<1007>件。",
	"部分予以公开<88>件，因涉及国家秘密不予公开<2>件，依法不予公开<71>件。", "未经行政复议直接提起行政诉讼<15>件。",
	"新收申请<1020>件，办结<1007>件，公民<962>件。",
	"自然人提出申请<962>件，法人或其他组织提出<58>件。",
}

// free are true or about something else: nothing in them is compared, or nothing fails.
var free = []string{
	"2025年，市政府办公室自行受理政府信息公开申请64件，其余由各县区受理。",
	"上年受理政府信息公开申请1003件。", "其中通过网络收到申请300件。", "2024年受理申请1003件，办结990件。",
	"受理申请1020件，比2024年的1003件增加17件。", "通过邮寄方式收到申请120件，当面提交申请15件。", "征地拆迁方面的申请340件。",
	"主动公开政府信息12,345条，办理人大建议42件、政协提案57件。", "办理群众留言1,203件，办结率99.2%。", "受理行政许可申请5,300件。",
	"市自然资源局收到申请210件，市住建局收到申请190件。", "政务服务窗口受理咨询3200件。", "上半年收到申请500件，下半年收到申请520件。",
	"制定行政规范性文件3件，废止1件，现行有效24件。", "行政处罚4119件，行政强制195件。", "办结信访件88件。", "延期答复25件，补正告知40件。",
	"同一申请人提出申请60件。", "市司法局全年审结行政复议案件310件，维持200件。", "培训12场次，编发信息28份。",
	"申请人主要关注征地、拆迁，分别收到申请101件和87件。", "一是政府信息公开工作还有3个方面的不足。", "未收到关于年报的意见建议。",
	"受理申请同比增长1.7%，办结率100%。", "开展政策解读45件，图解12件。", "其中，市本级收到申请310件，办结300件。",
	"第三方不同意公开，经征求意见12件。", "按2023年的口径，受理申请880件。", "本年度未发生泄密事件。", "网站无障碍改造1件。",
	"申请公开方面，新增公开目录300件，收到感谢信3件。", "从申请方式看，通过网络申请720件，信函申请260件，当面申请40件。", "按时办结率100%，无一件超期。",
	"行政复议中撤销2件、责令履行3件。", "因涉及个人隐私不予公开3件。", "信息不存在无法提供200件。", "行政诉讼一审20件、二审16件。", "新发生行政复议50件。",
	"律师代理自然人申请30件。", "申请办结1007件，其中当年新收办结981件。", "无一起行政诉讼败诉，没有行政复议被撤销的案件。", "未收到行政许可申请。",
	"不予公开的申请人均未提起行政复议。", "未收到申请人补正材料的2件。", "未收到减免信息处理费的申请。", "已处理12345热线转来的申请15件。",
}

// wrong are false as a whole.
var wrong = []string{
	"本年度未收到政府信息公开申请。", "2025年没有收到依申请公开申请。", "本年度未发生因政府信息公开申请行政复议、提起行政诉讼的情况。", "全年未被提起行政诉讼。",
	"本年度未收取信息处理费。", "全市共受理政府信息公开申请零件。", "依申请公开申请数为0件。", "本机关未收到公民、法人和其他组织的政府信息公开申请。", "无依申请公开申请。",
}

var tied = regexp.MustCompile(`<([^<>]*)>`)

func prose(t testing.TB, r stats.Report, text string) stats.Check {
	t.Helper()
	checks, err := stats.Examine(r, stats.Reading{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if c.ID == "prose" {
			return c
		}
	}
	t.Fatal("no check of the words")
	return stats.Check{}
}

func TestClaims(t *testing.T) {
	r := city(t)
	accused, found, missed := 0, 0, 0
	for _, s := range append(told2025, free...) {
		if c := prose(t, r, tied.ReplaceAllString(s, "$1")); !c.OK {
			accused++
			t.Errorf("true, and accused: %s\n%s", s, c.Detail)
		}
	}
	for _, s := range told2025 {
		for i, m := range tied.FindAllStringSubmatchIndex(s, -1) {
			for _, other := range changed(s[m[2]:m[3]]) {
				text := tied.ReplaceAllString(s[:m[0]]+other+s[m[1]:], "$1")
				c := prose(t, r, text)
				if c.OK || c.Level != stats.Warning || strings.Contains(text[:1], "。") {
					missed++
					t.Errorf("false, and not found: number %d, %s: %s", i, other, text)
				} else {
					found++
				}
			}
		}
	}
	for _, s := range wrong {
		if c := prose(t, r, s); c.OK {
			missed++
			t.Errorf("false, and not found: %s", s)
		} else {
			found++
		}
	}
	t.Logf("%d false statements found, %d not; of %d true ones %d accused", found, missed, len(told2025)+len(free), accused)
}

// changed are wrong numbers in the place of a right one.
func changed(s string) []string {
	if n, err := strconv.Atoi(strings.ReplaceAll(s, ",", "")); err == nil {
		return []string{strconv.Itoa(n + 1), strconv.Itoa(n + 45), strconv.Itoa(n * 10)}
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return []string{"71.46", "0.33"}
	}
	return []string{"三百"}
}
