package match

import (
	"fmt"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

func TestGuess(t *testing.T) {
	text := func(subject, text string) casefile.Message {
		m := from(zhang, subject)
		m.Text = text
		return m
	}
	file := func(m *casefile.Message) { m.Parts = []casefile.Part{{Name: "扫描.pdf", Attachment: true}} }
	own := Case{Addresses: []string{zhang}}
	correcting, paying := own, own
	correcting.Waiting, paying.Waiting = casefile.WaitCorrection, casefile.WaitFee
	consulting := Case{Addresses: []string{"applicant@example.test", zhang}, Consulting: true}
	other := Case{Addresses: []string{"applicant@example.test"}, Consulting: true, Applicant: "吴江", Registered: true}
	unconfirmed := own
	unconfirmed.Unconfirmed = true
	for name, tt := range map[string]struct {
		mail casefile.Message
		on   Case
		want casefile.Guess
	}{
		"withdrawal, by its text":            {text("Re: 登记回执", "您好，本人自愿撤回申请。"), own, casefile.GuessWithdrawal},
		"withdrawal while correcting":        {text("撤回申请", "见附件"), correcting, casefile.GuessWithdrawal},
		"correction, in words":               {text("补正材料", "见附件"), own, casefile.GuessCorrection},
		"an answer to the notice":            {text("回复: 补正告知书", "我要的是2025年的预算。"), correcting, casefile.GuessCorrection},
		"an answer that is a form again":     {text("政府信息公开申请表", "申请人：张三\n所需信息：预算"), correcting, casefile.GuessCorrection},
		"a reminder while correcting":        {text("Re: 补正告知书", "什么时候答复？"), correcting, casefile.GuessReminder},
		"a file with a reminder's words":     with2(text("Re: 补正告知书", "补正见附件，请尽快答复"), correcting, casefile.GuessCorrection, file),
		"thanks for the notice":              {text("Re: 补正告知书", "收到，谢谢！张三"), correcting, casefile.GuessThanks},
		"thanks and more":                    {text("Re: 补正告知书", "收到，谢谢。我要的是东城区的批复文件"), correcting, casefile.GuessCorrection},
		"thanks with a file":                 with2(text("Re: 补正告知书", "谢谢"), correcting, casefile.GuessCorrection, file),
		"payment":                            {text("Re: 收费通知书", "钱已打过去，见附件"), paying, casefile.GuessPayment},
		"payment, in words":                  {text("缴费凭证", ""), own, casefile.GuessPayment},
		"reasons":                            {text("说明理由", "研究用"), own, casefile.GuessReasons},
		"an opinion, of another address":     {text("Re: 征求意见书", "我公司认为涉及商业秘密"), consulting, casefile.GuessOpinion},
		"confirmation":                       {text("Re: 登记回执", "确认是本人申请"), unconfirmed, casefile.GuessConfirmed},
		"reminder":                           {text("Re: 登记回执", "再不答复我就复议了"), own, casefile.GuessReminder},
		"reminder, asking how far it is":     {text("申请情况", "问一下我的申请办到哪里了"), own, casefile.GuessReminder},
		"withdrawal, in other words":         {text("Re: 登记回执", "之前申请的批复我不需要了，请不用办理了"), own, casefile.GuessWithdrawal},
		"withdrawal, got elsewhere":          {text("不用了", "我已经从别处拿到了，这个申请我就不要了，请你们撤销。"), own, casefile.GuessWithdrawal},
		"withdrawal, in short":               {text("Re: 登记回执", "材料不需要了，不用给我了，谢谢"), own, casefile.GuessWithdrawal},
		"not given up":                       {text("Re: 登记回执", "我没有说不要了，申请还要继续，请尽快答复"), own, casefile.GuessReminder},
		"of a decision that was revoked":     {text("Re: 补正告知书", "我申请的是关于撤销甲厂许可的决定"), correcting, casefile.GuessCorrection},
		"reasons, in other words":            {text("关于为什么申请这么多次", "写地方志需要逐年的数据，并不是无理取闹。"), own, casefile.GuessReasons},
		"reasons, named":                     {text("Re: 告知书", "多次申请的原因是核对补偿标准。"), own, casefile.GuessReasons},
		"a mail is recalled":                 {text("撤回: 政府信息公开申请", "张三将撤回邮件“政府信息公开申请”。"), paying, casefile.GuessOther},
		"an application is recalled":         {text("撤回：2026-00017号申请", ""), own, casefile.GuessWithdrawal},
		"recalled, and withdrawn":            {text("撤回：政府信息公开申请", "我想撤回邮件，不申请了。"), own, casefile.GuessWithdrawal},
		"against the fee":                    {text("Re: 收费通知书", "收费太高，我不同意缴费"), paying, casefile.GuessOther},
		"no longer wanted, nor paid":         {text("Re: 收费通知书", "那我不要了，费用也不交了"), paying, casefile.GuessWithdrawal},
		"reasons, in his words":              {text("Re: 说明理由通知书", "我的理由：井水发黄"), own, casefile.GuessReasons},
		"how to pay":                         {text("Re: 收费通知书", "请问费用怎么交，可以微信吗"), paying, casefile.GuessOther},
		"how to pay, and a file":             with2(text("Re: 收费通知书", "不知道怎么开票，凭证见附件"), paying, casefile.GuessPayment, file),
		"the applicant from another address": {text("申请情况", "我是吴江，办到哪里了"), other, casefile.GuessReminder},
		"the applicant, who signs":           {text("补充", "补充说明：在甲路。\n\n吴江"), other, casefile.GuessCorrection},
		"the applicant, who goes on":         {text("补充", "本人吴江于3月2日提交的申请，补充说明：在甲路。\n\n3月5日"), other, casefile.GuessCorrection},
		"somebody of a longer name":          {text("复函", "我是吴江海，没有意见。"), other, casefile.GuessOpinion},
		"a third party who names him":        {text("复函", "贵局就吴江的申请征求意见，我公司不同意公开。\n某化工有限公司"), other, casefile.GuessOpinion},
		"the office's words are not his own": {text("Re: 撤回申请须知", "请问如何办理？\n> 撤回申请的，请写明"), own, casefile.GuessOther},
		"another application":                {text("政府信息公开申请", "申请人：张三\n联系电话：1\n所需信息：预算"), own, casefile.GuessApplication},
		"nothing":                            {text("Re: x", ""), own, casefile.GuessOther},
	} {
		likely, _ := likeness(&tt.mail, ownWords(tt.mail.Text))
		if got, why := guess(&tt.mail, NewText(tt.mail.Text), tt.on, likely >= Likely); got != tt.want || why == "" {
			t.Errorf("%s: %s (%s), want %s", name, got.Label(), why, tt.want.Label())
		}
	}
}

// A mail is an application of its own whatever its thread, where it is clearly one; in doubt it joins and says so;
// what corrects or repeats the first joins.
func TestOwnApplication(t *testing.T) {
	const form = "申请人：张三\n联系电话：13800000000\n通信地址：某市某路1号\n所需信息：" + "东河片区2024年房屋征收补偿方案的批复全文及其附件"
	const other = "申请人：张三\n联系电话：13800000000\n所需信息：" + "环城北路2025年限速调整的依据和听证会会议记录"
	began["2026-00017"] = Earlier{Text: NewText(form)}
	open := cases["2026-00017"]
	defer func() { delete(began, "2026-00017"); cases["2026-00017"] = open }()
	waiting := open
	waiting.Waiting = casefile.WaitCorrection
	done, paying := open, open
	done.Finished, paying.Waiting = true, casefile.WaitFee
	registered := open
	registered.Applicant, registered.Registered = "张三", true
	answer := replyTo("letter-17@office.example.test")
	text := func(subject, text string, changes ...func(*casefile.Message)) casefile.Message {
		m := with(from(zhang, subject), changes...)
		m.Text = text
		return m
	}
	attached := func(m *casefile.Message) {
		m.Parts = []casefile.Part{{Name: "信息公开申请表.docx", Attachment: true}}
	}
	for name, tt := range map[string]struct {
		on    Case
		mail  casefile.Message
		isNew bool
		guess casefile.Guess
	}{
		"a second form in the thread":          {open, text("Re: 政府信息公开申请 第二份", other, answer), true, casefile.GuessNone},
		"another form by its number":           {open, text("政府信息公开申请（上次 2026-00017 之外的新申请）", "见附件", attached), true, casefile.GuessNone},
		"a form in another name":               {registered, text("Re: 登记回执", "申请人：李四海\n联系电话：139\n身份证：无\n所需信息：同样的批复，请公开", answer), true, casefile.GuessNone},
		"the first form again":                 {open, text("Re: 登记回执", form, answer), false, casefile.GuessOther},
		"the corrected form":                   {waiting, text("Re: 补正告知书", form+"（文号为某政函〔2024〕3号）", answer), false, casefile.GuessCorrection},
		"a correction that names another file": {waiting, text("Re: 补正告知书", other, answer), false, casefile.GuessCorrection},
		"another one while correcting":         {waiting, text("另一份申请 2026-00017", "申请公开\n"+other, answer), true, casefile.GuessCorrection},
		"a sentence":                           {open, text("Re: 登记回执", "另外请按政府信息公开条例，申请公开路灯采购合同，附件是申请表", answer, attached), false, casefile.GuessApplication},
		"a reminder that asks for more":        {open, text("Re: 登记回执", "什么时候能答复？\n另外，我还想申请公开2026年上半年水质监测数据。", answer), false, casefile.GuessApplication},
		"thanks, and asks for more":            {done, text("Re: 答复", "收到，谢谢。同时申请获取该项目的施工合同。", answer), true, casefile.GuessNone},
		"thanks, and wants another copy":       {done, text("Re: 答复", "收到了，另外希望能再寄一份", answer), false, casefile.GuessApplication},
		"a correction that asks for more":      {waiting, text("Re: 补正告知书", "要批复全文，另外申请获取附图", answer), false, casefile.GuessCorrection},
		"urges once more":                      {open, text("Re: 登记回执", "另外希望贵局尽快公开", answer), false, casefile.GuessReminder},
		"a payment that asks for more":         {paying, text("Re: 收费通知书", "已缴费。另我还想申请公开2025年的账目", answer), false, casefile.GuessApplication},
		"a question":                           {open, text("Re: 登记回执", "请问什么时候答复", answer), false, casefile.GuessReminder},
		"the office's own words quoted":        {open, text("Re: 登记回执", "收到，请问何时能办？\n> "+"申请人：张三\n> 联系电话\n> 所需信息：x", answer), false, casefile.GuessReminder},
	} {
		cases["2026-00017"] = tt.on
		d, err := Decide(Mail{Message: tt.mail}, office, register17)
		if err != nil || d.New != tt.isNew || d.New == (d.Case != "") || d.Guess != tt.guess {
			t.Errorf("%s: new %v on %q, guess %s (%s), %v; want new %v, %s\n%v", name, d.New, d.Case, d.Guess, d.GuessedBy, err, tt.isNew, tt.guess, d.Reasons)
		}
		if linked := len(d.Suggest) > 0 && d.Suggest[0].Case == "2026-00017"; d.New && !linked {
			t.Errorf("%s: nothing leads to the case: %+v", name, d.Suggest)
		}
	}
}

var register17 = struct{ registered }{}

func with2(m casefile.Message, on Case, want casefile.Guess, change func(*casefile.Message)) struct {
	mail casefile.Message
	on   Case
	want casefile.Guess
} {
	change(&m)
	return struct {
		mail casefile.Message
		on   Case
		want casefile.Guess
	}{m, on, want}
}

// A mail that lies elsewhere says what it probably is on the cases to which it may belong, unless it is an
// application of its own; what no person wrote says nothing.
func TestGuessedElsewhere(t *testing.T) {
	second := with(from("lisi.second@example.test", "材料"), func(m *casefile.Message) { m.From[0].Name = "李四" })
	fresh := with(second, func(m *casefile.Message) { m.Subject = "政府信息公开申请" })
	absent := with(second, func(m *casefile.Message) { m.Machine.AutoSubmitted = "auto-replied" })
	for name, tt := range map[string]struct {
		mail casefile.Message
		want casefile.Guess
	}{
		"from another address":  {second, casefile.GuessOther},
		"an application of his": {fresh, casefile.GuessNone},
		"from a telephone":      {with(from("lisi.phone@example.test", "材料"), func(m *casefile.Message) { m.From[0].Name = "李四（手机）" }), casefile.GuessOther},
		"signed":                {with(from("qq123@example.test", "材料补上"), func(m *casefile.Message) { m.Text = "前天要我说清楚的，是东城区那一段。李四" }), casefile.GuessOther},
		"an absence note":       {absent, casefile.GuessNone},
		"passed on by a colleague": {with(from("guard@example.test", "Fw: 补充材料"), func(m *casefile.Message) {
			m.Text = "转给你们\n\n---- 转发邮件信息 ----\n发件人: 李四 <lisi@example.test>\n主题: 补充材料\n\n补充说明：在甲路。"
		}), casefile.GuessCorrection},
		"passed on, with the number of a case": {with(from("guard@example.test", "转发：材料"), func(m *casefile.Message) {
			m.Text = "---- 转发邮件信息 ----\n发件人：nobody@example.test\n\n2026-00020 的材料"
		}), casefile.GuessOther},
		"with the number of a case in its text, and no thread": {with(from("lawyer@example.test", "律师函"), func(m *casefile.Message) { m.Text = "受托代理2026-00020一案，现补正如下。" }), casefile.GuessCorrection},
		"from an address of no case":                           {from("nobody@example.test", "材料"), casefile.GuessNone},
	} {
		d, err := Decide(Mail{Message: tt.mail}, office, registered{})
		if err != nil || d.Guess != tt.want || (d.Guess == casefile.GuessNone) != (d.GuessedBy == "") {
			t.Errorf("%s: %s (%s), %v, want %s", name, d.Guess, d.GuessedBy, err, tt.want)
		}
	}
}

// Once its files have been read a mail is judged by what they say: the form in an attachment is as good as one in
// the text, and the corrected form of a case that waits for 补正 is none.
func TestJudgedAgain(t *testing.T) {
	const first = "申请人：张三\n联系电话：13800000000\n所需信息：东河片区2024年房屋征收补偿方案的批复全文及其附件"
	const other = "申请人：张三\n联系电话：13800000000\n所需信息：环城北路2025年限速调整的依据和听证会会议记录"
	was, begun := cases["2026-00017"], began["2026-00017"]
	defer func() { cases["2026-00017"], began["2026-00017"] = was, begun }()
	began["2026-00017"] = Earlier{Text: NewText(first)}
	waiting := was
	waiting.Waiting = casefile.WaitCorrection
	for name, tt := range map[string]struct {
		on         Case
		text, said string
		own        bool
		guess      casefile.Guess
	}{
		"another form":                     {was, "您好，见附件", other, true, casefile.GuessNone},
		"another form where 补正 is awaited": {waiting, "您好，见附件", other, false, casefile.GuessCorrection},
		"the same form":                    {was, "您好，见附件", first, false, casefile.GuessOther},
		"another applicant's form":         {waiting, "您好，见附件", "申请人：王五\n联系电话：13900000000\n所需信息：预算", true, casefile.GuessNone},
		"another applicant's number":       {cases["2026-00020"], "您好，见附件", "申请人：李四\n身份证号：110101197808080006\n联系电话：13900000000\n所需信息：预算", true, casefile.GuessNone},
		"a receipt":                        {was, "您好，见附件", "缴费凭证\n金额 100 元", false, casefile.GuessPayment},
		"what is quoted below":             {was, "见附件\n\n-----原始邮件-----\n发件人：office@example.test\n申请人：", "补正材料", false, casefile.GuessCorrection},
	} {
		id := casefile.ID("2026-00017")
		if name == "another applicant's number" {
			id = "2026-00020"
		}
		cases[id] = tt.on
		m := from(zhang, "Re: 登记回执")
		m.Text, m.Parts = tt.text, []casefile.Part{{Name: "1.docx", Attachment: true}}
		own, guess, why, err := Again(m, tt.said, id, registered{})
		if err != nil || own != tt.own || guess != tt.guess || why == "" {
			t.Errorf("%s: own %t, %s (%s), %v; want own %t, %s", name, own, guess.Label(), why, err, tt.own, tt.guess.Label())
		}
	}
}

// A 补正 may come from another address and under no name: the number of identity in it tells whose it is.
func TestSuggestedByNumber(t *testing.T) {
	m := from("stranger@example.test", "补正材料")
	m.Text = "补正材料如下。身份证号：１１０１０１１９７８０８０８１２３７"
	d, err := Decide(Mail{Message: m}, office, registered{})
	if err != nil || len(d.Suggest) != 1 || d.Suggest[0].Case != "2026-00020" || d.Guess != casefile.GuessCorrection {
		t.Errorf("%+v, %v", d, err)
	}
}

// A case of its own seems to be what its text says, where that asks for no disclosure and no file may say otherwise.
func TestSeems(t *testing.T) {
	ask := with(from("nobody@example.test", "咨询"), func(m *casefile.Message) { m.Text = "请问怎么办理落户？" })
	for name, tt := range map[string]struct {
		mail casefile.Message
		want casefile.Nature
	}{
		"a question": {ask, casefile.NatureQuestion},
		"a complaint, forwarded": {with(ask, func(m *casefile.Message) {
			m.Subject, m.Text = "Fw: 一封信", "麻烦转一下\n\n---- 转发邮件信息 ----\n我要投诉某物业。"
		}), casefile.NaturePetition},
		"a correction":                  {with(ask, func(m *casefile.Message) { m.Text = "申请更正本人的登记信息" }), casefile.NatureCorrection},
		"a question with a file":        {with(ask, func(m *casefile.Message) { m.Parts = []casefile.Part{{Name: "a.docx", Attachment: true}} }), casefile.NatureUnknown},
		"a complaint asking disclosure": {with(ask, func(m *casefile.Message) { m.Text = "我要投诉，并请公开检查记录。" }), casefile.NatureUnknown},
		"an application": {with(ask, func(m *casefile.Message) {
			m.Subject, m.Text = "政府信息公开申请", "请问如何申请，申请公开批复"
		}), casefile.NatureUnknown},
	} {
		d, err := Decide(Mail{Message: tt.mail}, office, registered{})
		if err != nil || !d.New || d.Seems != tt.want {
			t.Errorf("%s: %s, new %v, %v, want %s", name, d.Seems, d.New, err, tt.want)
		}
	}
}

// Two forms that name forty thousand applicants each: each name of one was compared with all of the other, on intake's path.
func TestNamesOfAListAreNotAllCompared(t *testing.T) {
	form := func(surname string) string {
		var b strings.Builder
		b.WriteString("联系电话：13800000000\n通信地址：某市某路1号\n所需信息：年报\n")
		for i := range 40_000 {
			fmt.Fprintf(&b, "申请人：%s%d\n", surname, i)
		}
		return b.String()
	}
	if got := otherName(Case{}, Earlier{Text: NewText(form("张三"))}, form("李四")); got != "李四0" {
		t.Errorf("the other name is %q", got)
	}
}
