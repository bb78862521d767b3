package demo

// chapter is a part of the story. Days run on from step to step, through all chapters.
type chapter struct {
	title, about string
	steps        []step
}

// step is one thing that happens: a mail comes or is sent, or a clerk types a command. In commands
// {key} stands for the number of the case that the mail made, {#key} for the last record on it, and
// {@key} for the mail's own digest.
type step struct {
	day  string // 01-05; empty: the same day as the step before
	who  string // a clerk of two characters; empty: a mail
	does string // a command line, or the key of a mail
	in   string // the folder of the mail; empty: the inbox
	from string // the day on which the mail arrived, where it is another
	note string // what is worth saying
}

func story() []chapter {
	const li, zhao = "小李", "小赵"
	return []chapter{
		{"一、一月：收件、登记、审查、办理、答复、送达、归档，征求第三方意见", "每封信先有落脚处，再由人判断；两种口径的期限一起算。", []step{
			{day: "01-04", does: "old", from: "2025-12-18", note: "信箱里的旧信：到达于启用日 2026-01-01 之前，只保存、可检索，不立案"},
			{day: "01-05", does: "zhang", note: "UTF-8 纯文本"},
			{who: li, does: "confirm {zhang} --how 电话 --with 本人"},
			{who: li, does: "register {zhang} --applicant 张晓雨 --column 自然人 --request 青石路改造工程立项批复"},
			{day: "01-06", who: li, does: "review {zhang} --finding 内容明确，属本机关职责"},
			{who: li, does: "assign {zhang} --to 工程科 --person 周文"},
			{day: "01-07", does: "keji", note: "GBK，附申请表 .docx"},
			{does: "zhang", note: "同事在网页邮箱里复制了张晓雨的信：逐字节相同"},
			{day: "01-08", who: li, does: "confirm {keji} --how 电话 --with 经办人"},
			{who: li, does: "register {keji} --applicant 云帆环保科技有限公司 --column 商业企业 --request 污水管网竣工验收资料"},
			{day: "01-12", does: "lushi", note: "只有 HTML"},
			{who: li, does: "confirm {lushi} --how 电话"},
			{who: li, does: "register {lushi} --applicant 正言律师事务所 --column 法律服务机构 --request 临河地块出让合同"},
			{day: "01-13", who: li, does: "review {keji} {lushi} --finding 内容明确", note: "一条命令可办几件，要么全记，要么全不记"},
			{who: li, does: "assign {keji} {lushi} --to 用地科"},
			{day: "01-15", who: zhao, does: "consult {lushi} --side 第三方 --party 临河置业有限公司 --document 某建征〔2026〕1号"},
			{day: "01-16", who: zhao, does: "reply {zhang} --outcome 予以公开 --basis 36-2-provide --document 某建依申请〔2026〕1号"},
			{does: "answer", in: sent, note: "从网页邮箱发出的答复，在“已发送”里读到"},
			{does: "away", note: "自动回复：不立案、不回信，留待人看"},
			{day: "01-19", who: zhao, does: "reached {lushi} --party 临河置业有限公司"},
			{day: "01-20", who: zhao, does: "deliver {zhang} --proof 申请人回电确认收到"},
			{day: "01-26", does: "opinion", note: "标题有编号，但发件人不属于该案：不擅自归入，由人决定"},
			{who: zhao, does: "consulted {lushi} --party 临河置业有限公司 --opinion 不同意公开 --mail {opinion}"},
			{who: zhao, does: "dismiss {opinion} --reason 是第三方的意见，已记入{lushi}"},
			{does: "wang", note: "内容不明确"},
			{day: "01-27", who: li, does: "confirm {wang} --how 邮件"},
			{who: li, does: "register {wang} --applicant 王立新 --column 自然人 --request 拆迁文件（不明确）"},
			{who: zhao, does: "reply {keji} --outcome 部分公开 --withheld 第十五条 --document 某建依申请〔2026〕2号 --way 邮寄 --tracking XA00000000001"},
			{day: "01-29", who: li, does: "correct {wang} --item 所需信息的名称或文号 --item 所涉片区 --until 2026-02-13"},
			{day: "01-30", who: li, does: "archive {zhang} --number 2026-依-001"},
		}},
		{"二、二月、三月：补正、不予公开、延期、收费", "停止、重新起算、扣除、延长：条例怎么写，期限就怎么走。", []step{
			{day: "02-03", does: "gongyi", note: "GB18030：联系人的“䶮”字 GBK 里没有"},
			{day: "02-04", who: li, does: "confirm {gongyi} --how 电话"},
			{who: li, does: "register {gongyi} --applicant 绿源环境公益中心 --column 社会公益组织 --request 湖滨公园绿地调整审批文件"},
			{who: li, does: "assign {gongyi} --to 绿化科"},
			{day: "02-10", does: "wang2", note: "对原信的回复，归入原案"},
			{who: li, does: "corrected {wang} --note 已写明名称"},
			{day: "02-11", who: zhao, does: "reply {lushi} --outcome （三）4 --document 某建依申请〔2026〕3号 --way 邮寄 --tracking XA00000000002"},
			{day: "02-24", does: "chen", note: "quoted-printable"},
			{day: "02-25", who: li, does: "confirm {chen} --how 邮件"},
			{who: li, does: "register {chen} --applicant 陈述 --column 自然人 --request 环城北路限速依据"},
			{does: "receipt", in: sent},
			{day: "02-27", does: "bounce", note: "退信：留待人看"},
			{day: "02-28", who: li, does: "seen {chen} --as 回执的退信，已电话核对地址", note: "没有人看过的来信一直列在待办里，直到有人处理"},
			{day: "03-02", does: "yuan", note: "两个附件：.docx 和扫描件"},
			{who: li, does: "confirm {yuan} --how 电话"},
			{who: li, does: "register {yuan} --applicant 某大学城市研究院 --column 科研机构 --request 十年保障房分配统计"},
			{who: li, does: "review {chen} {yuan} {gongyi} {wang}"},
			{day: "03-04", who: zhao, does: "extend {gongyi} --days 20 --approver 钱主任 --document 某建延〔2026〕1号 --told 2026-03-04"},
			{day: "03-05", who: zhao, does: "fee {yuan} --by 件 --count 12 --yuan 200 --received 2026-03-05"},
			{day: "03-06", who: zhao, does: "reply {chen} --outcome （四）1 --basis 36-4 --document 某建依申请〔2026〕4号"},
			{day: "03-10", who: zhao, does: "reply {wang} --outcome 予以公开 --basis 36-1 --document 某建依申请〔2026〕5号"},
			{day: "03-16", does: "sun"},
			{who: li, does: "confirm {sun} --how 电话"},
			{who: li, does: "register {sun} --applicant 孙志强 --column 自然人 --request 说明不处理投诉的原因"},
			{who: li, does: "review {sun} --finding 实为投诉"},
			{day: "03-17", who: zhao, does: "paid {yuan} --yuan 200"},
			{day: "03-20", who: zhao, does: "reply {sun} --outcome （五）1 --document 某建依申请〔2026〕6号"},
			{day: "03-30", who: zhao, does: "reply {yuan} --outcome 予以公开 --basis 36-2-provide --document 某建依申请〔2026〕7号"},
			{day: "04-01", who: zhao, does: "reply {gongyi} --outcome 予以公开 --basis 36-2-provide --document 某建依申请〔2026〕8号"},
			{day: "04-02", who: li, does: "archive {keji} {lushi} {wang} {gongyi} {chen} {yuan} {sun}"},
		}},
		{"三、四月至八月：不补正、撤回、重复、记错、垃圾箱、取不到的信", "出了岔子也留痕：作废不是删除，垃圾箱里的申请照样有期限。", []step{
			{day: "04-07", does: "zhou"},
			{who: li, does: "confirm {zhou} --how 电话"},
			{who: li, does: "register {zhou} --applicant 周宁 --column 自然人 --request 小区有关材料（不明确）"},
			{day: "04-10", who: li, does: "correct {zhou} --item 所需信息的名称、文号或其他特征 --until 2026-04-30"},
			{day: "04-13", does: "wu"},
			{who: li, does: "confirm {wu} --how 电话"},
			{who: li, does: "register {wu} --applicant 吴海 --column 自然人 --request 东门停车场规划图"},
			{day: "04-17", who: li, does: "withdraw {wu} --reason 申请人已在网站查到"},
			{day: "04-20", does: "zhang2", note: "同一人申请同一信息：照样立案，由人认定"},
			{who: li, does: "confirm {zhang2} --how 电话"},
			{who: li, does: "register {zhang2} --applicant 张晓雨 --column 自然人 --request 青石路改造工程立项批复"},
			{who: li, does: "review {zhang2} --finding 与2026年1月的申请相同"},
			{day: "04-24", who: zhao, does: "reply {zhang2} --outcome 重复申请 --document 某建依申请〔2026〕9号"},
			{day: "05-06", does: "shangmao"},
			{who: li, does: "confirm {shangmao} --how 电话"},
			{who: li, does: "register {shangmao} --applicant 同兴商贸有限公司 --column 商业企业 --request 办公用房调整会议材料"},
			{day: "05-08", who: zhao, does: "reply {zhou} --outcome other.correction-lapsed", note: "补正期满无回音"},
			{day: "05-18", does: "lvsuo"},
			{who: li, does: "confirm {lvsuo} --how 电话"},
			{who: li, does: "register {lvsuo} --applicant 衡平律师事务所 --column 法律服务机构 --request 旧改方案讨论稿"},
			{who: li, does: "review {shangmao} {lvsuo}"},
			{day: "05-20", who: zhao, does: "reply {shangmao} --outcome （三）5 --document 某建依申请〔2026〕10号"},
			{day: "05-25", does: "xu", note: "残缺的信：日期不成样、base64 有杂质、结构没有收尾；能读的都读出来"},
			{who: li, does: "confirm {xu} --how 电话"},
			{who: li, does: "register {xu} --applicant 许可 --column 自然人 --request 供水管道检修记录"},
			{who: li, does: "review {xu}"},
			{day: "06-01", does: "ad", note: "广告：不立案，留待人看"},
			{day: "06-03", does: "zixun"},
			{who: li, does: "dismiss {zixun} --reason 咨询上班时间，已电话答复"},
			{day: "06-05", who: zhao, does: "reply {lvsuo} --outcome （三）6 --document 某建依申请〔2026〕11号"},
			{day: "06-12", who: zhao, does: "reply {xu} --outcome 予以公开 --basis 36-2-provide --document 某建依申请〔2026〕12号"},
			{day: "06-15", does: "feng"},
			{who: li, does: "confirm {feng} --how 电话"},
			{who: li, does: "register {feng} --applicant 冯小川 --column 商业企业 --request 公租房轮候名册", note: "类别选错了"},
			{who: li, does: "void {feng} --record {#feng} --reason 申请人类别选错"},
			{who: li, does: "register {feng} --applicant 冯小川 --column 自然人 --request 公租房轮候名册"},
			{who: li, does: "review {feng}"},
			{day: "07-03", who: zhao, does: "reply {feng} --outcome 予以公开 --basis 36-1 --document 某建依申请〔2026〕13号"},
			{day: "07-06", does: "chu", in: junk, note: "服务商误判为垃圾：不立案，但标出如系申请的期限"},
			{day: "07-07", who: li, does: "mail open {@chu}"},
			{who: li, does: "confirm {chu} --how 电话"},
			{who: li, does: "register {chu} --applicant 褚文 --column 自然人 --request 路灯采购合同"},
			{who: li, does: "review {chu}"},
			{day: "07-24", who: zhao, does: "reply {chu} --outcome 予以公开 --basis 36-2-provide --document 某建依申请〔2026〕14号"},
			{day: "08-03", does: "wei"},
			{who: li, does: "confirm {wei} --how 当面"},
			{who: li, does: "register {wei} --applicant 卫东海 --column 自然人 --request 扬尘处罚案卷"},
			{who: li, does: "review {wei}"},
			{day: "08-17", does: "meng", note: "服务器列出了它，却三次都不给内容：记为未取回并报警，不装作没有"},
			{day: "08-20", who: zhao, does: "reply {wei} --outcome （三）7 --document 某建依申请〔2026〕15号 --way 当面"},
			{day: "08-24", who: zhao, does: "deliver {wei} --proof 送达回证"},
			{day: "08-31", who: li, does: "archive {zhou} {wu} {zhang2} {shangmao} {lvsuo} {xu} {feng} {chu} {wei}"},
		}},
		{"四、九月至今天：逾期的、临期的、等待的", "今天是 2026 年 11 月 23 日，周一。", []step{
			{day: "09-07", does: "jiang"},
			{who: li, does: "confirm {jiang} --how 电话"},
			{who: li, does: "register {jiang} --applicant 蒋岚 --column 自然人 --request 雨污分流改造验收表"},
			{day: "10-09", does: "cun"},
			{who: li, does: "confirm {cun} --how 电话"},
			{who: li, does: "register {cun} --applicant 柳巷村村民委员会 --column 其他 --request 道路投资按户汇总表"},
			{who: li, does: "review {cun}"},
			{day: "10-15", who: zhao, does: "reply {jiang} --outcome 予以公开 --basis 36-2-provide --document 某建依申请〔2026〕16号", note: "晚了，也没有审查：如实记下"},
			{day: "10-19", does: "shen"},
			{day: "10-20", who: li, does: "confirm {shen} --how 电话"},
			{who: li, does: "register {shen} --applicant 沈嘉 --column 自然人 --request 中标单位投标文件"},
			{day: "10-23", does: "han"},
			{day: "10-26", does: "yang"},
			{who: li, does: "confirm {han} --how 电话"},
			{who: li, does: "register {han} --applicant 韩松 --column 自然人 --request 西门桥2025年检测报告"},
			{day: "10-28", who: li, does: "confirm {yang} --how 邮件"},
			{who: li, does: "register {yang} --applicant 杨帆 --column 自然人 --request 人行道改造工程预算批复"},
			{who: li, does: "review {shen} {han} {yang}"},
			{who: li, does: "assign {shen} {han} {yang} --to 工程科 --person 周文"},
			{day: "10-30", who: zhao, does: "reply {cun} --outcome （四）2 --document 某建依申请〔2026〕17号"},
			{day: "11-09", does: "zhu"},
			{who: zhao, does: "consult {shen} --side 第三方 --party 宏远建设有限公司"},
			{day: "11-10", who: li, does: "confirm {zhu} --how 电话"},
			{who: li, does: "register {zhu} --applicant 朱一鸣 --column 自然人 --request 相关文件（不明确）"},
			{day: "11-12", who: zhao, does: "reached {shen} --party 宏远建设有限公司"},
			{day: "11-13", who: li, does: "correct {zhu} --item 所需信息的名称、文号或其他特征 --until 2026-12-11"},
			{day: "11-16", does: "qin", note: "GBK"},
			{who: li, does: "confirm {qin} --how 电话"},
			{day: "11-17", who: li, does: "register {qin} --applicant 明理律师事务所 --column 法律服务机构 --request 维修资金使用审批表"},
			{who: li, does: "review {qin} --finding 内容明确"},
			{day: "11-19", does: "han2", note: "催办：对原信的回复，归入原案"},
			{day: "11-20", does: "you", note: "还没有人登记"},
		}},
	}
}

// today is the day on which the story ends.
const today = "11-23"

// view is a command whose whole output is shown.
type view struct {
	does, about string
	head        int // shows so many lines, as with | head; 0: all
}

func views() []view {
	return []view{
		{does: "list", about: "在办的案件"},
		{does: "due --within 5", about: "五个工作日内到期的事，最急的在前"},
		{does: "show {lushi}", about: "一件的全部：期限、经过、来信"},
		{does: "explain {lushi}", about: "期限逐日说明：征求第三方意见的日子扣除，春节不计", head: 59},
		{does: "mail list", about: "没有立案、要人看的信"},
		{does: "report 2026", about: "年度报告表三、表四，随时可算；未登记的来件会在核对中点名"},
	}
}

// suggestions are commands for the person who tries the register that was left running; {dir} is the
// directory that goes with it.
func suggestions() [][2]string {
	return [][2]string{
		{"register {you} --proposals", "从最后到的那一件的附件里读出的登记内容和出处；登记之前都不算数"},
		{"register {you} --accept", "采用它们来登记；再看 report 2026，核对便全部通过"},
		{"reply {han} --outcome 予以公开 --basis 36-2-provide --dry-run", "只试算能否答复，不记录"},
		{"reply {qin} --outcome other.correction-lapsed", "不合规则的答复会被拒绝，并说明为什么"},
		{"letter {zhu} --preview -o {dir}/补正告知书.docx", "文书的草稿，可用 Word 或 WPS 打开；去掉 --preview 即编号制发"},
		{"show {wang}", "补正重新起算的一件"},
		{"save {wang} {dir}/案卷", "存出一件的案卷：登记摘录、经过、期限计算、邮件、归档目录、校验清单"},
		{"list --all 张晓雨", "按词查找，已办结的也在内"},
		{"report 2026 --cases （三）4", "表三一个数字背后是哪些案件"},
		{"mail list --duplicate --history --quarantined", "其余邮件的去处"},
		{"help reply", "任何命令都有中文说明"},
	}
}
