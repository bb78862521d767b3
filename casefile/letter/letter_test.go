package letter_test

import (
	"bytes"
	"encoding/xml"
	"flag"

	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/letter"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/casefile/workday"
)

var update = flag.Bool("update", false, "write the golden files anew")

var office = letter.Office{
	Name: "示例市生态环境局", Code: "示环依申请", Contact: "示例市生态环境局办公室，电话0000-0000000，示例市青石路1号（邮编000000）",
	Payment: "到示例市政务服务中心3号窗口缴纳，或者汇入收费通知所附账户", ReviewOrgan: "示例市人民政府", Court: "示例市甲区人民法院",
}

var day = civil.MustParse("2026-03-12")

// subject is an application of an invented person, with what else happened.
func subject(id casefile.ID, events ...casefile.Event) letter.Subject {
	s := letter.Subject{}
	all := append([]casefile.Event{
		casefile.Received{Channel: casefile.Email, ArrivedAt: time.Date(2026, 3, 2, 9, 0, 0, 0, civil.Zone), Letter: casefile.Letter{
			Digest: casefile.DigestOf([]byte(id)), From: casefile.Address{Name: "张三", Mail: "zhangsan@example.test"}, Subject: "政府信息公开申请"}},
		casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Contact: "示例市甲区乙路2号", Request: "青石路排污口整治工程的环境影响评价批复文件。"},
	}, events...)
	on := civil.MustParse("2026-03-02")
	for i, e := range all {
		s.History = append(s.History, casefile.Record{Seq: uint64(i + 1), On: on, Recorded: on.Start(), Actor: "李四(1000)", Case: id, Event: e})
		on++
	}
	s.Case = casefile.Fold(id, s.History, casefile.Regulations(), workday.Embedded())
	return s
}

func facts(kind casefile.LetterKind, e casefile.Event, subjects ...letter.Subject) letter.Facts {
	return letter.Facts{Kind: kind, On: day, Office: office, Subjects: subjects, Event: e,
		Document: letter.Document(letter.DefaultPattern, office, kind, casefile.LetterNumber{Year: 2026, Number: 7})}
}

// examples are letters of every kind.
func examples() map[string]letter.Facts {
	one := subject("2026-00017")
	reply := func(o casefile.Outcome, basis, grounds string) casefile.Replied {
		return casefile.Replied{Outcome: o, Basis: basis, Grounds: grounds}
	}
	all := map[string]letter.Facts{}
	add := func(name string, f letter.Facts, fill ...string) {
		f.Fill = map[string]string{}
		for _, s := range fill {
			k, v, _ := strings.Cut(s, "=")
			f.Fill[k] = v
		}
		all[name] = f
	}
	receipt := facts(casefile.LetterReceipt, nil, one)
	receipt.Due = civil.MustParse("2026-03-30")
	add("receipt", receipt)
	add("correction", facts(casefile.LetterCorrection, casefile.CorrectionAsked{Items: []string{"所需文件的名称、文号或者制作年份；", "您的联系电话"}, Until: civil.MustParse("2026-03-31")}, one), "释明=青石路排污口整治分三期实施，各期均有批复，请指明所需的是哪一期。")
	burst := []letter.Subject{one, subject("2026-00018"), subject("2026-00019")}
	add("correction-several", facts(casefile.LetterCorrection, casefile.CorrectionAsked{Items: []string{"所需文件的名称"}, Until: civil.MustParse("2026-03-31")}, burst...))
	extension := facts(casefile.LetterExtension, casefile.Extended{Days: 20, Approver: "赵主任", Document: "示环延批〔2026〕1号", Told: day}, one)
	extension.Due = civil.MustParse("2026-04-28")
	add("extension", extension, "延期理由=所需档案存于市档案馆，调阅需要时间")
	add("third-party-opinion", facts(casefile.LetterThirdPartyOpinion, casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "甲化工有限公司"}, one), "信息概况=你公司2025年度排污许可申请材料")
	add("office-opinion-joint", facts(casefile.LetterOfficeOpinion, casefile.ConsultationSent{Side: casefile.JointOffice, Party: "示例市水务局"}, one))
	add("office-opinion", facts(casefile.LetterOfficeOpinion, casefile.ConsultationSent{Side: casefile.OtherOffice, Party: "示例市国家保密局"}, one))
	add("consultation-notice", facts(casefile.LetterConsultationNotice, nil, subject("2026-00017", casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "甲化工有限公司"})))
	add("third-party-notice", facts(casefile.LetterThirdPartyNotice, casefile.ThirdPartyTold{Party: "甲化工有限公司", Content: "你公司2025年度排污口监测数据", Grounds: "排污数据关系周边居民的健康，不公开可能对公共利益造成重大影响。"}, one))
	add("reason", facts(casefile.LetterReason, casefile.ReasonAsked{}, one), "数量说明=2026年3月，您已向本机关提出政府信息公开申请35件", "说明期限=2026年3月25日")
	add("deferral", facts(casefile.LetterDeferral, casefile.Deferred{Until: civil.MustParse("2026-06-30")}, one))
	fee := facts(casefile.LetterFee, casefile.FeeNoticed{By: "页", Count: 57, Yuan: 270}, one)
	fee.Charges = []string{"第1至30页：30页，不收费", "第31至100页：27页×10元=270元", "合计270元"}
	add("fee", fee)
	provide := facts(casefile.LetterDisclosure, reply(casefile.Disclosed, "36-2-provide", ""), one)
	provide.Annexes = []string{"关于青石路排污口整治工程环境影响报告表的批复（示环审〔2025〕12号）"}
	add("disclosure-provide", provide)
	add("disclosure-public", facts(casefile.LetterDisclosure, reply(casefile.Disclosed, "36-1", ""), one), "获取方式=登录本机关门户网站“政府信息公开”栏目下载")
	add("disclosure-inform", facts(casefile.LetterDisclosure, reply(casefile.Disclosed, "36-2-inform", ""), one), "获取方式=工作日到示例市档案馆查阅窗口查阅，自2026年3月16日起")
	for name, withheld := range map[string][]string{"partial": {"15"}, "partial-mixed": {"15", "36-4"}, "partial-free": {"36-7"}} {
		partial := facts(casefile.LetterPartial, casefile.Replied{Outcome: casefile.Partial, Basis: "37", Withheld: withheld,
			Grounds: "监测点位图标明了企业的生产工艺布置，属于甲化工有限公司的商业秘密。\n经征求意见，该公司不同意公开，其理由成立。"}, one)
		partial.Annexes = []string{"批复正文"}
		add(name, partial, "公开内容=批复正文", "不予公开内容=批复附图3")
	}
	add("correction-identity", facts(casefile.LetterCorrection, casefile.CorrectionAsked{About: casefile.AboutIdentity, Source: "某省政府信息公开申请办理规范（省政办函〔2019〕98号）",
		Items: []string{"申请人的身份证明（身份证复印件不清楚）"}, Until: civil.MustParse("2026-03-31")}, one))
	add("again", facts(casefile.LetterDisclosure, reply(casefile.Disclosed, "36-1", ""), subject("2026-00017", casefile.Reopened{Cause: "复议决定责令重新答复"})), "获取方式=登录本机关门户网站下载")
	add("declined-unexplained", facts(casefile.LetterDeclined, reply(casefile.DeclineExcessive, "35", "本年度已提出申请300余件。"), subject("2026-00017", casefile.ReasonAsked{})))
	for _, r := range []struct {
		name  string
		o     casefile.Outcome
		basis string
	}{
		{"refusal-secret", casefile.RefuseStateSecret, "14-secret"}, {"refusal-law", casefile.RefuseLaw, "14-law"}, {"refusal-stability", casefile.RefuseStability, "14-stability"},
		{"refusal-third-party", casefile.RefuseThirdParty, "15"}, {"refusal-internal", casefile.RefuseInternal, "16-internal"}, {"refusal-process", casefile.RefuseDeliberative, "16-process"},
		{"refusal-file", casefile.RefuseEnforcementFile, "16-file"},
	} {
		add(r.name, facts(casefile.LetterRefusal, reply(r.o, r.basis, "所申请的文件是本机关2025年11月6日专题会议的讨论记录，没有形成决定。"), one))
	}
	add("administrative-query", facts(casefile.LetterAdministrativeQuery, reply(casefile.RefuseAdministrativeQuery, "36-7", "所申请的是不动产登记资料"), one), "获取方式=依照《不动产登记暂行条例》第二十七条，向示例市不动产登记中心申请查询")
	add("not-held", facts(casefile.LetterNotHeld, reply(casefile.UnableNotHeld, "36-4", "以“青石路”“排污口”为关键词检索了本机关2020年以来的收发文登记、档案目录和业务系统，没有查到。"), one))
	add("not-ours", facts(casefile.LetterNotOurs, reply(casefile.UnableNotHeld, "36-5", "排污口设置的审批由水行政主管部门负责。"), one), "负责机关=示例市水务局", "负责机关联系方式=0000-1111111")
	add("needs-creation", facts(casefile.LetterNeedsCreation, reply(casefile.UnableNeedsCreation, "38", "所申请的是近十年分企业的排放量汇总分析，本机关没有制作过，需要另行加工、分析。"), one))
	asked := subject("2026-00017", casefile.CorrectionAsked{Items: []string{"文号"}, Until: civil.MustParse("2026-03-10")}, casefile.CorrectionReceived{})
	add("unclear", facts(casefile.LetterUnclear, reply(casefile.UnableUnclear, "30", "补正材料仍未指明是哪一项工程、哪一年的文件。"), asked))
	for _, r := range []struct {
		name, basis, grounds string
		o                    casefile.Outcome
		fill                 string
	}{
		{"declined-petition", "39-1", "所申请的内容是要求本机关查处某企业。", casefile.DeclinePetition, "获取方式=拨打12369，或者向示例市信访局反映"},
		{"declined-repeat", "36-6", "您曾就同一信息提出申请。", casefile.DeclineRepeat, "原答复文号=示环依申请公〔2026〕3号"},
		{"declined-publication", "39-2", "所申请的是《示例市统计年鉴（2025）》。", casefile.DeclinePublication, "获取方式=向示例出版社购买，或者到示例市图书馆借阅"},
		{"declined-excessive", "35", "您说明的理由与所申请的信息没有关联。", casefile.DeclineExcessive, ""},
		{"declined-confirm", "reissue", "您申请本机关确认已经获取的批复的真实性。", casefile.DeclineConfirm, ""},
	} {
		of := one
		if r.basis == "35" {
			of = subject("2026-00017", casefile.ReasonAsked{}, casefile.ReasonGiven{})
		}
		add(r.name, facts(casefile.LetterDeclined, reply(r.o, r.basis, r.grounds), of), r.fill)
	}
	add("lapsed-correction", facts(casefile.LetterLapsed, reply(casefile.CorrectionLapsed, "lapse-30", ""), subject("2026-00017", casefile.CorrectionAsked{Items: []string{"文号"}, Until: civil.MustParse("2026-03-10")})))
	add("lapsed-fee", facts(casefile.LetterLapsed, reply(casefile.FeeLapsed, "lapse-fee", ""), subject("2026-00017", casefile.FeeNoticed{By: "页", Count: 57, Yuan: 270})))
	add("closed-withdrawn", facts(casefile.LetterClosed, casefile.Withdrawn{Reason: "您于2026年3月10日书面撤回。"}, one))
	add("closed-not-government", facts(casefile.LetterClosed, reply(casefile.OtherOutcome, "not-government-information", "所申请的是某居民小区业主委员会的会议记录。"), one))
	served := subject("2026-00017", casefile.LetterIssued{Letter: casefile.LetterDisclosure, LetterNumber: casefile.LetterNumber{Series: "disclosure", Year: 2026, Number: 7}, Document: "示环依申请公〔2026〕7号", File: casefile.File{Digest: casefile.DigestOf([]byte("x")), Name: "x.docx", Size: 1}},
		casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide", Document: "示环依申请公〔2026〕7号"}, casefile.Dispatched{Way: casefile.ByPost}, casefile.Delivered{Proof: "邮政签收记录"}, casefile.Archived{Number: "2026-依-017"})
	add("delivery-receipt", facts(casefile.LetterDeliveryReceipt, nil, served))
	add("archive-index", facts(casefile.LetterArchiveIndex, nil, served))
	add("closing-note", facts(casefile.LetterClosingNote, nil, subject("2026-00017", casefile.Retained{Years: 30, Reason: "涉及权属"}, casefile.Archived{Number: "2026-依-017"})), "说明=卷内文件齐全", "共计页数=23")
	add("record-corrected", facts(casefile.LetterRecordCorrected, nil, one), "办理情况=经核对户籍底册，登记的出生年份确有错误，已于2026年3月8日更正为1968年。")
	add("transfer", facts(casefile.LetterTransfer, nil, one), "接收机关=示例市自然资源局")
	add("opinion-confirmed", facts(casefile.LetterOpinionConfirmed, nil, subject("2026-00017", casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "甲化工有限公司"}, casefile.ConsultationAnswered{Party: "甲化工有限公司", Opinion: casefile.Objects, Note: "来电时口气很冲"})), "意见内容=涉及生产工艺")
	handed := subject("2026-00017", casefile.Assigned{Department: "环评科", Person: "周文", Until: civil.MustParse("2026-03-13")}, casefile.Reviewed{Finding: "内容明确，属本机关职责"},
		casefile.Screened{By: "办公室保密员", Result: casefile.MayDisclose},
		casefile.Submitted{Answer: []byte(`{"outcome":"disclosed","basis":"36-2-provide"}`), Letter: casefile.LetterDisclosure, Draft: casefile.File{Digest: casefile.DigestOf([]byte("y")), Name: "送审稿.docx", Size: 1},
			Annexes: []casefile.File{{Digest: casefile.DigestOf([]byte("z")), Name: "批复.pdf", Size: 1}}, Note: "拟予以公开"})
	handed.Department, handed.Assignee, handed.ReportBy = "环评科", "周文", civil.MustParse("2026-03-13")
	handed.Strict.Due, handed.Legal.Due = civil.MustParse("2026-03-27"), civil.MustParse("2026-03-30")
	for name, kind := range map[string]casefile.LetterKind{"application-form": casefile.LetterApplicationForm, "registration-form": casefile.LetterRegistrationForm,
		"assignment-sheet": casefile.LetterAssignmentSheet, "approval-sheet": casefile.LetterApprovalSheet, "urging": casefile.LetterUrging} {
		add(name, facts(kind, nil, handed))
	}
	add("supervision", facts(casefile.LetterSupervision, nil, handed), "要求=明日上午提交检索记录和办理意见", "限期=2026年3月16日")
	return all
}

func made(t testing.TB, f letter.Facts, template []byte) ([]byte, []casefile.Missing) {
	t.Helper()
	tpl, err := letter.ReadTemplate(template)
	if err != nil {
		t.Fatal(err)
	}
	if wrong := tpl.Check(f.Kind); len(wrong) > 0 {
		t.Errorf("%s: the template has mistakes: %v", f.Kind, wrong)
	}
	v, missing := f.Values()
	var b bytes.Buffer
	if err := tpl.Fill(&b, v, false); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), missing
}

func standard(t testing.TB, kind casefile.LetterKind) []byte {
	t.Helper()
	b, err := letter.Standard(kind)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reading is what a .docx says, a paragraph a line, the cells of a table with bars between them.
func reading(t testing.TB, docx []byte) string {
	t.Helper()
	x, err := ooxml.Open(bytes.NewReader(docx), int64(len(docx)), ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	part, err := x.Bytes("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	d := xml.NewDecoder(bytes.NewReader(part))
	inCell := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return b.String()
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, part)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "tc":
				inCell++
			case "br":
				b.WriteString("⏎")
			case "tab":
				b.WriteString("⇥")
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "tc":
				inCell--
				b.WriteString(" | ")
			case "p":
				if inCell == 0 {
					b.WriteString("\n")
				} else {
					b.WriteString("/")
				}
			case "tr":
				b.WriteString("\n")
			}
		case xml.CharData:
			b.Write(e)
		}
	}
}

// TestGolden reads every kind of letter as the applicant will.
func TestGolden(t *testing.T) {
	seen := map[casefile.LetterKind]bool{}
	for name, f := range examples() {
		t.Run(name, func(t *testing.T) {
			seen[f.Kind] = true
			docx, missing := made(t, f, standard(t, f.Kind))
			if len(missing) > 0 {
				t.Errorf("missing: %v", missing)
			}
			if unknown := f.Unknown(); len(unknown) > 0 && unknown[0] != "" {
				t.Errorf("unknown contents %q", unknown)
			}
			got := reading(t, docx)
			if strings.ContainsAny(got, "{}") {
				t.Errorf("a placeholder is left:\n%s", got)
			}
			file := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs:\n%s", file, got)
			}
			if again, _ := made(t, f, standard(t, f.Kind)); !bytes.Equal(again, docx) {
				t.Error("a second time gives other bytes")
			}
			if dir := os.Getenv("YSQ_LETTERS"); dir != "" { // to be looked at
				if err := os.WriteFile(filepath.Join(dir, name+".docx"), docx, 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	for _, k := range casefile.LetterKinds() {
		if !seen[k] {
			t.Errorf("no example of %s", k)
		}
	}
}
