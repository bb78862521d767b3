package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// recording is the command of a step: its flags are the step's fields, with some of its own where declare is
// set. An event is made for each case anew; several events are recorded on each case in their order.
type recording struct {
	ask.Step
	example string
	declare func(o *options, s ask.Step) func() ([]casefile.Event, error)
}

// recordings are the commands that record, in the order of casefile.Kinds. Splitting and attaching do not
// stand here: they need new numbers and files (counter.go).
func recordings() (all []recording) {
	examples := examples()
	own := map[casefile.Kind]func(*options, ask.Step) func() ([]casefile.Event, error){
		casefile.KindAssigned: assign, casefile.KindReasonGiven: reasoned, casefile.KindReplied: reply,
	}
	for _, s := range ask.Steps() {
		r := recording{Step: s, example: examples[s.Kind], declare: plainly}
		if f, ok := own[s.Kind]; ok {
			r.declare = f
		}
		all = append(all, r)
	}
	return all
}

func examples() map[casefile.Kind]string {
	return map[casefile.Kind]string{
		casefile.KindConfirmed:            "ysq confirm 17 --how 电话 --with 申请人本人\nysq confirm 17 18 --on 2026-11-20 --how 邮件",
		casefile.KindArrivalSettled:       "ysq arrived 17 --day 2026-11-02 --reason 原邮箱网页上查得的收信日",
		casefile.KindUnreachable:          "ysq unreachable 17 --attempt 3月3日10时打信上电话，空号 --attempt 3月4日寄信询问",
		casefile.KindRegistered:           "ysq register 17 --applicant 张某 --column 自然人 --request 2025年大气监测数据\nysq register 18 --as 更正申请 --applicant 李某",
		casefile.KindReviewed:             "ysq review 17 --finding 内容明确，属本机关职责",
		casefile.KindAssigned:             "ysq assign 17 --to 大气科 --person 王某\nysq list --stage 登记 --json | jq -r '.[].case' | ysq assign - --to 办公室\nysq assign --from 王某 --to 大气科 --person 李某 --open",
		casefile.KindCorrectionAsked:      "ysq correct 17 --item 所需信息的名称或文号 --item 联系方式 --until 2026-12-11",
		casefile.KindCorrectionReceived:   "ysq corrected 17 --on 2026-11-30",
		casefile.KindConsultationSent:     "ysq consult 17 --side 第三方 --party 某化工有限公司 --address '某市某路1号 100000'\nysq consult 17 --side 其他机关 --party 市水务局",
		casefile.KindConsultationReached:  "ysq reached 17 --party 某化工有限公司 --on 2026-11-20",
		casefile.KindConsultationAnswered: "ysq consulted 17 --party 某化工有限公司 --opinion 不同意公开",
		casefile.KindThirdPartyTold:       "ysq told 17 --party 某化工有限公司 --content 2025年排污口监测数据 --grounds 关系周边居民健康 --document 某环告〔2026〕3号",
		casefile.KindReasonAsked:          "ysq reason 17 --document 某环函〔2026〕8号",
		casefile.KindReasonGiven:          "ysq reasoned 17 --accepted\nysq reasoned 17 --rejected --note 理由与申请内容无关",
		casefile.KindDeferred:             "ysq defer 17 --until 2027-01-29",
		casefile.KindFeeNoticed:           "ysq fee 17 --by 页 --count 57\nysq fee 27 28 29 --by 件 --way 邮寄\nysq fee 17 --by 件 --received 2026-11-20",
		casefile.KindFeePaid:              "ysq paid 17 --yuan 200",
		casefile.KindExtended:             "ysq extend 17 --days 20 --approver 赵主任 --document 某环延〔2026〕1号 --told 2026-11-23",
		casefile.KindReported:             "ysq feedback 17 --by 周文 --note 档案室没有该信息",
		casefile.KindMadePublic:           "ysq publish 17 --decision 已纳入 --where 门户网站“规划公示”栏目",
		casefile.KindAssisted:             "ysq assist 17 --how 代填申请表，由申请人按手印",
		casefile.KindComplained:           "ysq complain 17 --organ 市政务公开办 --matter 逾期未答复",
		casefile.KindRetained:             "ysq retain 17 --years 30 --reason 涉及土地权属\nysq retain 17 --permanent --reason 具有历史价值",
		casefile.KindScreened:             "ysq screen 17 --by 办公室保密员 --result 可以公开",
		casefile.KindSigned:               "ysq sign 17\nysq sign 17 --words 同意 --approver 赵主任 --paper 2026-依-017 --on 2026-11-20",
		casefile.KindSentBack:             "ysq return 17 --words 补充不予公开部分的理由",
		casefile.KindReplied:              "ysq reply 17 --outcome 予以公开 --basis 36-2-provide --document 某环答〔2026〕17号\nysq reply 17 --outcome '（三）4' --way 邮寄 --tracking XA12345678901\nysq reply 17 --outcome other.correction-lapsed",
		casefile.KindDispatched:           "ysq dispatch 17 --way 邮寄 --tracking XA12345678901",
		casefile.KindDelivered:            "ysq deliver 17 --proof 送达回证 --on 2026-11-20",
		casefile.KindDeliveryFailed:       "ysq undelivered 17 --address 申请人所给地址 --reason 电子邮件退回\nysq undelivered 17 --reason 邮件查无此人退回\nysq undelivered 17 --letter 补正告知 --reason 电子邮件退回\nysq undelivered 17 --mail 3fa85f64",
		casefile.KindNoticeReached:        "ysq fee-reached 17 --letter 收费通知 --on 2026-11-23 --proof 签收记录\nysq fee-reached 17 --letter 收费通知 --returned --proof 改退批条",
		casefile.KindNoticeResent:         "ysq resent 17 --letter 补正告知 --way 邮寄 --tracking XA12345678901 --until 2026-12-31",
		casefile.KindArchived:             "ysq archive 17 --number 2026-依-017",
		casefile.KindWithdrawn:            "ysq withdraw 17 --reason 申请人来电撤回",
		casefile.KindReopened:             "ysq reopen 17 --cause 复议决定责令重新答复 --on 2026-11-18\nysq reopen 17 --cause 判决责令重作 --due 2026-12-20",
		casefile.KindDismissed:            "ysq dismiss 18 19 --reason 广告邮件",
		casefile.KindReinstated:           "ysq reinstate 18 --reason 经核实是申请",
		casefile.KindMerged:               "ysq merge 18 --into 17 --reason 同一申请寄了两次",
		casefile.KindAgentNamed:           "ysq agent 17 --name 孙律师 --contact 13800000000 --document 授权委托书",
		casefile.KindCountedIn:            "ysq count-in 17 --year 2026 --reason 12月31日来信，次年确认",
		casefile.KindReclassified:         "ysq reclassify 17 --column 商业企业 --reason 名称为个体工商户\nysq reclassify 17 --outcome '（三）6' --reason 属过程性信息",
		casefile.KindSeen:                 "ysq seen 17\nysq seen 17 18 --as 催办\nysq seen 17 --mail 3f2a9c",
		casefile.KindNoted:                "ysq note 17 --text 申请人来电询问进度",
		casefile.KindVoided:               "ysq void 17 --record 42 --reason 日期录错\nysq void --last\nysq void --last --reason 转错了科室",
	}
}

// plainly makes the one event of a step from its fields.
func plainly(o *options, s ask.Step) func() ([]casefile.Event, error) {
	o.fields(s.Fields...)
	return func() ([]casefile.Event, error) {
		e, err := o.event(s)
		return []casefile.Event{e}, err
	}
}

// event makes the event of a step from the flags that were given.
func (o *options) event(s ask.Step) (casefile.Event, error) {
	e, err := s.Event(o.entered(s.Fields), o.today)
	return e, o.wrong(err)
}

// wrong says which flag an error of a field is about.
func (o *options) wrong(err error) error {
	f, ok := errors.AsType[*ask.FieldError](err)
	switch {
	case !ok:
		return err
	case f.Missing:
		return usage(o.cmd, "缺少 --%s：%s", f.Field, f.Msg)
	}
	return usage(o.cmd, "%s", strings.Replace(f.Msg, "请写", "请用 --"+f.Field+" 写", 1))
}

// fields declares the flags of fields.
func (o *options) fields(all ...ask.Field) {
	for _, f := range all {
		switch {
		case f.Shape == ask.Ticked:
			o.flag(f.Name, f.Help)
		case f.Many:
			o.texts(f.Name, f.Help)
		case f.Shape == ask.Words, f.Shape == ask.Prose:
			o.text(f.Name, f.Help)
		default:
			help := f.Help
			if len(f.Choices) > 0 && !f.Offered {
				help += "：" + listed(labels(f.Choices), "、")
			}
			parsed(o, f.Name, help, func(s string) (string, error) {
				v, err := f.Read(s, o.today)
				if d, ok := v.(civil.Date); ok && err == nil {
					o.understand(f.Name, s, d)
				}
				return s, err
			})
		}
		var words []string
		for _, c := range f.Choices {
			switch {
			case !f.Offered:
				words = append(words, c.Label, c.Code)
			case c.Label == c.Code:
				words = append(words, c.Code)
			default:
				words = append(words, cobra.CompletionWithDesc(c.Code, c.Label))
			}
		}
		if words != nil {
			o.complete(f.Name, words)
		}
	}
}

func labels(all []ask.Choice) (words []string) {
	for _, c := range all {
		words = append(words, c.Label)
	}
	return words
}

// entered is what the flags of fields say that stand on the command line.
func (o *options) entered(fields []ask.Field) ask.Entries {
	all := ask.Entries{}
	for _, f := range fields {
		if !o.given(f.Name) {
			continue
		}
		s := o.cmd.Flags().Lookup(f.Name).Value.String()
		switch {
		case f.Many:
			all[f.Name], _ = o.cmd.Flags().GetStringArray(f.Name) // as fields declares it
		case f.Shape == ask.Ticked:
			if s == "true" {
				all[f.Name] = nil
			}
		default:
			all[f.Name] = []string{s}
		}
	}
	return all
}

// stepOf is a step that the table is known to have.
func stepOf(k casefile.Kind) ask.Step {
	s, _ := ask.StepOf(k)
	return s
}

// assign lets everything of a department or a person be handed over (handover.go).
func assign(o *options, s ask.Step) func() ([]casefile.Event, error) {
	events := plainly(o, s)
	o.text("from", "转办由此科室或`人`承办的案件，不写编号")
	o.flag("open", "与 --from 同写：其全部在办案件")
	return events
}

func reasoned(o *options, s ask.Step) func() ([]casefile.Event, error) {
	events := plainly(o, s)
	return func() ([]casefile.Event, error) {
		entered := o.entered(s.Fields)
		_, accepted := entered["accepted"]
		if _, rejected := entered["rejected"]; accepted == rejected {
			return nil, usage(o.cmd, "请写 --accepted（理由合理）或 --rejected（理由不合理）之一")
		}
		return events()
	}
}

// reply records the reply and, without more, its dispatch on the same day. A lapse takes
// effect without a letter, so nothing is dispatched.
func reply(o *options, s ask.Step) func() ([]casefile.Event, error) {
	dispatch := stepOf(casefile.KindDispatched)
	o.fields(s.Fields...)
	o.fields(dispatch.Fields...)
	alone := o.flag("no-dispatch", "只记录答复，另用 dispatch 记录发出")
	o.cmd.Long += "\n\n答复当日发出的，一并记录发出：申请从电子邮件来（或者登记了电子邮箱）、又没有要求别的方式的，\n" +
		"不写 --way 即为电子邮件，其余须写明；他日发出的用 --no-dispatch。\n" +
		"逾期不补正、逾期不缴费的决定不需发出。\n\n答复类别和依据\n" + outcomeHelp()
	basisCompletion(o)
	return func() ([]casefile.Event, error) {
		event, err := o.event(s)
		if err != nil {
			return nil, err
		}
		outcome := event.(casefile.Replied).Outcome
		dispatched := o.given("way") || o.given("tracking")
		switch {
		case dispatched && *alone:
			return nil, usage(o.cmd, "--no-dispatch 与 --way、--tracking 不能同时写")
		case dispatched && outcome.Lapse():
			return nil, usage(o.cmd, "“%s”不需发出，请去掉 --way、--tracking", outcome.Label())
		case *alone || outcome.Lapse():
			return []casefile.Event{event}, nil
		}
		sent, err := o.event(dispatch)
		if err != nil {
			return nil, err
		}
		return []casefile.Event{event, sent}, nil
	}
}

// basisCompletion completes --basis with those of the outcome that was written.
func basisCompletion(o *options) {
	o.completeBy("basis", func() (bases []string) {
		all := casefile.Outcomes()
		if o.given("outcome") {
			c, _ := casefile.ParseOutcome(o.cmd.Flags().Lookup("outcome").Value.String()) // checked when it was read
			all = []casefile.Outcome{c}
		}
		for _, c := range all {
			for _, b := range c.Bases() {
				bases = append(bases, cobra.CompletionWithDesc(b, c.Row()+" "+casefile.BasisOf(b).String()))
			}
		}
		return bases
	})
}

// outcomeHelp lists what --outcome and --basis may say.
func outcomeHelp() string {
	var b strings.Builder
	for _, o := range casefile.Outcomes() {
		b.WriteString("  " + o.Row() + " " + o.Label() + "\n")
		for _, code := range o.Bases() {
			b.WriteString("      " + casefile.BasisOf(code).String() + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
