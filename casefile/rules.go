package casefile

import "ysq.internal/ysq/casefile/civil"

// Rules is the table of the rules. A rule that changes is appended below the one that it replaces, with the first
// day of which it is the law; none is edited, for what an office did under the earlier one stays explainable.
// Periods go by the law of the day on which they began.
func Rules() []Rule {
	const (
		workdays = "个工作日"
		days     = "日"
		service  = "国办公开办函〔2016〕235号"
		platform = "国办公开办函〔2015〕207号、最高人民法院指导案例26号"
		fees     = "国办函〔2020〕109号"
		report   = "国办公开办函〔2021〕30号"
		ours     = "法规未作规定"
	)
	in := func(key, from string, g Ground, label, source string) Rule {
		return Rule{Key: key, Label: label, From: civil.MustParse(from), Source: source, Ground: g}
	}
	rule := func(key, label, source string) Rule { return in(key, "2019-05-15", Written, label, source) }
	judged := func(key, label, source string) Rule { return in(key, "2019-05-15", Judged, label, source) }
	said := func(r Rule, value string) Rule { r.Value = value; return r }
	from := func(r Rule, day string) Rule { r.From = civil.MustParse(day); return r }
	where := func(r Rule, key string) Rule { r.Where = key; return r }

	all := []Rule{
		uncounted(in("old-regulations", "2008-05-01", Judged, "2019年5月15日前到达的申请，答复期限", "条例（2007年）"), 0, workdays),

		where(choice(judged("platform-starts", "网上平台的起算日", platform+"；平台另有公布的规则的从其规则"), StartsSubmitted, func(s *Statute) *Starts { return &s.PlatformStarts }), "[platform] starts"),
		rule("confirm-alarm", "未与申请人确认的，几日后提醒", "本机关的内部要求").number(1, workdays, func(s *Statute) *int { return &s.Confirmation }),
		judged("confirm-within", "双方确认迟于到达后几日，期限有争议", "条例31(3)与207号(3)、指导案例26号所说不一").number(5, workdays, func(s *Statute) *int { return &s.ConfirmWithin }),
		choice(judged("confirm-late", "从严期限届满后的双方确认起算法定期限", "条例31(3)"), Yes(false), func(s *Statute) *Yes { return &s.LateConfirm }),
		choice(judged("unreachable", "记录联系不上后，哪种口径仍计算", "条例31(2)、207号(2)"), NoClock, func(s *Statute) *Scope { return &s.Unconfirmed }),
		judged("unreachable-every", "联系不上的，几日提醒一次", ours).number(7, days, func(s *Statute) *int { return &s.UnreachableEvery }),
		choice(judged("arrival-stamp", "邮件头 Received 更早的，哪种口径据以起算", ours), StrictClock, func(s *Statute) *Scope { return &s.StampMoves }),
		judged("arrival-doubted", "早于收信时间几日的，到达日存疑", ours).number(30, days, func(s *Statute) *int { return &s.DoubtedFrom }),

		rule("answer", "答复期限", "条例33").number(20, workdays, func(s *Statute) *int { return &s.Limit }),
		rule("extension", "延长答复期限，最长", "条例33").number(20, workdays, func(s *Statute) *int { return &s.MaxExtension }),
		choice(judged("extension-again", "期限重新起算后，可以再延长一次", "条例33"), Yes(true), func(s *Statute) *Yes { return &s.ExtendAgain }),
		rule("correction-notice", "告知补正", "条例30").number(7, workdays, func(s *Statute) *int { return &s.CorrectionNotice }),
		choice(judged("correction-late", "补正告知迟于上述期限的，哪种口径停止计算", "条例30"), LegalClock, func(s *Statute) *Scope { return &s.LateCorrection }),
		judged("correction-days", "补正期限（合理期限）的建议值", "条例30").number(15, workdays, func(s *Statute) *int { return &s.CorrectionDays }),
		rule("consultation", "第三方、共同制作机关答复征求意见", "条例32、34").number(15, workdays, func(s *Statute) *int { return &s.Consultation }),
		choice(judged("consultation-excluded", "征求意见的时间自何日的次日起扣除，至收到意见之日，第三方至多到其收到后第 15 个工作日", "条例33(3)"), AtDispatch, func(s *Statute) *Service { return &s.ConsultedFrom }),
		capped(judged("consultation-office", "其他机关的意见，最多扣除", "条例33(3)"), 0, workdays),
		choice(judged("consultation-unreached", "征求意见书送达日不明的，哪种口径按发出日封顶", "条例32"), StrictClock, func(s *Statute) *Scope { return &s.UnreachedCap }),
		judged("reopened", "重新办理，决定没有写明期限的", "行政诉讼法72、行政复议法77").number(20, workdays, func(s *Statute) *int { return &s.Reopened }),
		judged("record-request", "更正申请的内部期限", "条例41（没有法定期限）").number(20, workdays, func(s *Statute) *int { return &s.RecordRequest }),
		judged("other-request", "其他来件的内部期限", "没有法定期限").number(20, workdays, func(s *Statute) *int { return &s.OtherRequest }),

		judged("alike-within", "几日内他人申请相同信息的，提示可纳入主动公开", "条例44").number(365, days, func(s *Statute) *int { return &s.AlikeWithin }),

		choice(judged("service-email", "电子邮件的送达日", "民事诉讼法90（参照）"), AtDispatch, func(s *Statute) *Service { return &s.Email }),
		choice(judged("service-platform", "网上平台的送达日", ours), AtDispatch, func(s *Statute) *Service { return &s.Platform }),
		choice(judged("service-fax", "传真的送达日", ours), AtDispatch, func(s *Statute) *Service { return &s.Fax }),
		choice(rule("service-post", "邮政企业（含 EMS 和有权寄递公文的企业）的送达日", service), AtDispatch, func(s *Statute) *Service { return &s.Post }),
		choice(rule("service-hand", "直接送达的送达日", service), AtReceipt, func(s *Statute) *Service { return &s.ByHand }),
		choice(rule("service-delegated", "委托送达的送达日", service), AtReceipt, func(s *Statute) *Service { return &s.Delegated }),
		choice(judged("service-courier", "邮政企业以外的快递的送达日", service+"不予认可，仅保护2016年12月7日前寄出的"), AtReceipt, func(s *Statute) *Service { return &s.Courier }),
		choice(judged("bounced-given", "答复寄往申请人所给地址而退回的，哪种口径仍算送达", "民事诉讼法90（参照）"), LegalClock, func(s *Statute) *Scope { return &s.BouncedGiven }),
		choice(judged("bounced-other", "本机关有误或寄往别的地址而退回的，哪种口径仍算送达", "民事诉讼法90（参照）"), NoClock, func(s *Statute) *Scope { return &s.BouncedOther }),

		from(rule("fee-payment", "缴费", fees), "2021-01-01").number(20, workdays, func(s *Statute) *int { return &s.FeePayment }),
		said(from(rule("fee-items", "按件收费（同一申请人、同一月）", fees), "2021-01-01"), "10 件以内免费，11–30 件每件 100 元，以后每 10 件一档，每档加 100 元"),
		said(from(rule("fee-pages", "按量收费（每件）", fees), "2021-01-01"), "30 页以内免费，31–100 页每页 10 元，101–200 页 20 元，201 页起 40 元"),
		choice(from(judged("fee-month", "按件收费，申请属于哪个月按", fees), "2021-01-01"), FeeByReceipt, func(s *Statute) *FeeDay { return &s.FeeBy }),
		choice(from(judged("fee-withdrawn", "撤回的申请计入当月件数", fees), "2021-01-01"), Yes(true), func(s *Statute) *Yes { return &s.FeeWithdrawn }),
		choice(from(judged("fee-merged", "并入他件的申请另计一件", fees), "2021-01-01"), Yes(false), func(s *Statute) *Yes { return &s.FeeMerged }),
		choice(from(judged("fee-share", "一份收费通知含几件的，缴了一件的份额即重新起算该件（否则缴清全部才算）", fees+"第三条"), "2021-01-01"), Yes(true), func(s *Statute) *Yes { return &s.FeeShares }),
		choice(from(judged("fee-left", "拆分时等待缴费的，不续办收费的各件，通知至拆分的时间哪种口径不计算", fees+"未作规定"), "2021-01-01"), LegalClock, func(s *Statute) *Scope { return &s.FeeLeft }),
		choice(judged("notice-wire", "以电子邮件、传真、网上平台发出而未退回的收费通知、补正告知，送达日", ours), AtDispatch, func(s *Statute) *Service { return &s.NoticeWire }),
		choice(judged("notice-post", "邮寄、直接或委托送达的收费通知、补正告知，送达日", ours), AtReceipt, func(s *Statute) *Service { return &s.NoticePost }),
		choice(judged("notice-returned", "拒收或无法投递而退回（有凭证）的，退回之日算送达", ours), Yes(true), func(s *Statute) *Yes { return &s.NoticeReturned }),
		judged("reach-asked", "通知寄出几日后，询问送达日", ours).number(5, days, func(s *Statute) *int { return &s.ReachAsked }),

		from(rule("review-answer", "复议答复（简易程序）", "行政复议法54"), "2024-01-01").number(5, workdays, func(s *Statute) *int { return &s.ReviewAnswer }),
		rule("review-answer-ordinary", "复议答复（普通程序）", "行政复议法48").number(10, workdays, func(s *Statute) *int { return &s.OrdinaryAnswer }),
		rule("defence", "诉讼答辩（届满遇休息日顺延）", "行政诉讼法67、行诉解释48(3)").number(15, days, func(s *Statute) *int { return &s.Defence }),
		rule("appeal-judgment", "上诉：判决", "行政诉讼法85").number(15, days, func(s *Statute) *int { return &s.JudgmentAppeal }),
		rule("appeal-ruling", "上诉：裁定", "行政诉讼法85").number(10, days, func(s *Statute) *int { return &s.RulingAppeal }),
		said(rule("joint-defendant", "仅以复议机关身份作被告的诉讼", "国办公开办函〔2016〕201号"), "不计入表四"),
		choice(judged("appeal-pending", "年末上诉期未满的一审裁判，表四作尚未审结", report), Yes(true), func(s *Statute) *Yes { return &s.AppealPending }),
		choice(judged("retrial", "裁定再审的，表四作尚未审结（年度未冻结）", report), Yes(true), func(s *Statute) *Yes { return &s.RetrialPending }),

		judged("year-turn", "十二月几日起到达、次年才确认的，列出，由人决定计入哪一年", report).number(20, days, func(s *Statute) *int { return &s.YearTurn }),
		choice(judged("new-answer", "同年重新答复的，表三以新结果代替（以后年度的列入第六部分）", report), Yes(true), func(s *Statute) *Yes { return &s.SameYearReplace }),
		choice(judged("columns", "以字号申请的个体工商户（以经营者姓名申请的为自然人），提议计入", report), Business, func(s *Statute) *Column { return &s.Trader }),
		said(in("not-held", "2019-05-15", Practised, "不属于本机关负责公开", report), "计入（四）1"),
		said(in("withdrawn", "2019-05-15", Practised, "答复前撤回", report), "计入（六）3"),
	}
	for _, r := range reviewRules {
		all = append(all, r.rule())
	}
	return all
}

// capped is the longest time that another office's opinion takes out of the period; 0 is none.
func capped(r Rule, n int, unit string) Rule {
	r = r.number(n, unit, func(s *Statute) *int { return &s.OfficeCap })
	if n == 0 {
		r.Value = "不封顶，至其答复"
	}
	return r
}

// uncounted is the period of applications from before the present Regulations; 0 means that none is computed.
func uncounted(r Rule, n int, unit string) Rule {
	r = r.number(n, unit, func(s *Statute) *int { return &s.Limit })
	if n == 0 {
		r.Value = "按旧条例，不计算"
	}
	return r
}
