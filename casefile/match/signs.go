package match

import (
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// What programs write has no end, and so has the list of their sentences. What tells their mails from people's is
// fewer: nobody speaks in them, nobody is asked for anything, and they are made like notices. signs are the ways of being
// made so, each of another kind; one of them is found in people's mails, too, two of different kinds seldom, where
// nobody speaks.
var signs = []struct {
	inSubject, inText *regexp.Regexp // nil: not looked for there
	strong            bool           // people's mails do not have it by chance
	besides           *regexp.Regexp // the same sign in a form that people's mails have, too
}{
	{ // it is about something that is kept for whom it is sent to
		strong:    true,
		inSubject: regexp.MustCompile(`(您|你)(的|有|已|收到|正在)|(给|邀请)(您|你)|贵单位(的|有)|\byour? [a-z]|\byou('ve| have)? (been|received|sent)\b`),
		inText: regexp.MustCompile(`(尊敬|亲爱)的(用户|客户|会员|旅客|同事|读者|家长|纳税人|商户|开发者|先生|女士|各位)|(您|你)(名下)?(的|有|已|正在|于|在|寄|发|购买|订阅|订购|反映|收到|预约|报名|关注|提交|参与|尾号|本期|本月|所在)|(给|邀请|通知|提醒|提示|恭喜|感谢|诚邀|祝)(您|你)|` +
			`\byour [a-z ]{0,24}(account|order|password|subscription|certificate|domain|storage|mailbox|statement|invoice|package|parcel|build|trial|plan|payment|identity|device|booking|ticket|license|server|site|backup|job)s?\b|^(dear|hi|hello) (customer|user|member|subscriber|colleague|valued)|\byou('ve| have)? (been|received|are receiving)\b`),
	},
	{ // it says what to press
		strong: true,
		inText: regexp.MustCompile(`点击|点此|点我|扫码|扫描二维码|二维码|请(您|你)?(及时|尽快|立即|按时|尽早)?(登录|登陆|前往|下载|续费|充值|清理|更换|升级|关注)|登录[^。]{0,12}(查看|办理|系统|平台|自助)|立即(查看|投递|续费|领取|购买|加入|处理|体验|抢|报名|更新|修改|验证)|查看(详情|更多|全文|原文|报告|完整)|阅读(全文|原文)|入会|进入会场|回复(td|t|r)\b|app(查看|内)|` +
			`\b(view|read|open|see|manage|check) (it |this |the |more |full |details? )?(online|in browser|on|in|here|details?|dashboard|report)\b|\b(click|tap|log ?in|sign ?in|download|renew|upgrade|register|subscribe) (here|now|to|below|at)\b`),
		besides: regexp.MustCompile(`链接|https?://`), // people say which page they mean
	},
	{ // it says that nobody wrote it, or reads what is answered
		strong:    true,
		inSubject: regexp.MustCompile(`自动(回复|答复|发送)|auto-?(matic|reply)`),
		inText: regexp.MustCompile(`(勿|不要|无需|不必|不用)(直接)?(回复|转发)|系统(信件|邮件|通知|消息|发送)|自动(发送|发出|回复|通知|转发|推送)|定时(发送|推送)|(此|本|该)(邮件|员工)|(此|本|该)邮箱[^。\n]{0,8}(不|无|勿|停|仅|只|系统)|` +
			`\b(do not|don't|please do not) (reply|respond)\b|\bno[- ]?reply\b|\bautomat(ic|ed|ically)\b|\bnot monitored\b`),
		besides: regexp.MustCompile(`系统(自动|生成)|自动(生成|产生|监测)`), // people ask for what is made so
	},
	{ // it says how not to get any more
		strong: true,
		inText: regexp.MustCompile(`退订|取消(订阅|关注|接收)|不想(再)?(收到|接收)|不再(收到|接收)(此|该|这)类|拒收请|\b(unsubscribe|opt[- ]out|manage (your )?(preferences|subscriptions?)|email preferences)\b`),
	},
	{ // its subject is a notice's
		inSubject: regexp.MustCompile(`^(re: )?[\[【(（<《][^\]】)）>》]{1,20}[\]】)）>》]|(提醒|通知|告知|提示|告警|预警|报警|恢复|成功|失败|异常|完成|到期|过期|续费|不足|账单|对账单|推送|周刊|周报|月刊|月报|日报|快报|简报|资讯|精选|摘要|确认|推荐|信息|回执|报告|评价|调查|问卷|电子发票|工资条|验证|审批|待办|统计|汇总|报警|超限|中断|日志|通过|妥投|催办|交易|启事|核查|离职)(单|函)?([:：!！（(\d|｜·].*|[^\p{Han}].*)?$|验证码|动态密码|电子发票|有\d+[条个封件项份笔]|\d+[条个封件项份笔](新|待|未)|` +
			`\b(report|alert|alarm|problem|resolved|recovered|failed|failure|success|successful|completed?|ready|expir[a-z]*|verif[a-z]*|digest|reminder|notice|notification|invoice|receipt|statement|summary|update|newsletter|build|backup|welcome|confirm[a-z]*|invitation|down|firing|warning|critical|code|scheduled|maintenance)\b`),
	},
	{ // it has figures of a machine: instants, codes, parts of card numbers, shares, addresses of machines
		inText: regexp.MustCompile(`\d{1,2}:\d{2}:\d{2}|\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日? ?\d{1,2}:\d{2}|月\d{1,2}日 ?\d{1,2}:\d{2}|验证码|校验码|动态码|查询码|取件码|密码|尾号|(运单|快递单|邮件|订单|工单|受理|办件|单据|流水|发票|会议|任务)(编)?(号码?|编号|代码)|#?会议号|\d+(\.\d+)?[%％℃]|\d{8,}|\d+ ?(小时|分钟|秒|天|日)(后|内)|(成功|失败|拦截|派单|办结|已学|剩余|超期|共|上限|超过)[^。\n]{0,8}\d|[日至到]\d{1,2}日|\b(\d{1,3}\.){3}\d{1,3}\b|\b\d+(\.\d+)? ?(gb|mb|kb|ms|tb)\b|[a-z]{2,}\d{6,}|\b\d+ (days?|hours?|minutes?|warnings?|errors?|alerts?|failures?)\b|\b(exit )?code\b|\berror \d|exception\b`),
	},
	{ // it sells something or keeps up a relation; what is sold, people ask about as well
		inSubject: regexp.MustCompile(`培训班|研修班|展会|博览会|峰会|沙龙|优惠|特惠|限时|免费|满\d+减|折|大促|节快乐|招聘|职位|招标|采购公告`),
		inText:    regexp.MustCompile(`限时|抢购|优惠|特惠|满减|满\d+减|折扣|\d折|会员|免费(领取|试用|体验)|报名(电话|费|表)|\d+元/(人|月|年)|培训班|研修班|报价|(期待|欢迎)(再次|您|你|广大|各位|新老)|感谢(您|你)?(的)?(购买|惠顾|使用|信任|选择|支持|配合|订阅|参与)|欢迎(订阅|投稿|使用)|版权所有|\b(offer|discount|sale|free trial|promotion|special|pricing)\b`),
	},
	{ // it says what became of something that a program carries out
		inText: regexp.MustCompile(`(已|经|未|被)[^。，\n]{0,12}(开具|签收|投递|发货|派送|揽收|出账|到账|扣款|入账|收入|支出|发放|生成|生效|激活|注册成功|绑定|过期|到期|停用|锁定|隔离|拦截|办结|登记|受理|完成|恢复|触发|超过|分享|转人工|接单|上线|重启|同步|备份)|(备份|同步|任务|作业|巡检|扫描|构建|部署|传真|发送|投递)[^。，\n]{0,6}(成功|失败|完成|异常)|(等待|待)(您|你)?(处理|审批|签收|确认|评价|支付)|故障|宕机|超时|超限|超期|中断|切换|妥投|(将|即将)[^。，\n]{0,16}(到期|过期|超时|停用|关闭|失效|注销|释放)|逾期(不予|视为|未|将|停用|注销)|否则(将|会)|病毒|驿站|中止|告警|阈值|` +
			`\b(completed|succeeded|failed|failure|finished|aborted|fatal|exceeded|expires?|expired|expiring|triggered|approved|merged|commented|opened|assigned|closed|processed|delivered|shipped|generated|detected|is (now )?(available|ready|down|up|full|offline|online)|has been|have been|was (created|updated|changed|charged))\b`),
	},
}

// spoken are the words of people, and of offices that write to another: with one of them, a mail is no program's by its
// signs.
var spoken = regexp.MustCompile(`我|本人|本公司|本所|本单位|俺|咱|笔者|你们|您们|贵(单位|机关|院|校|局|处|委|办|所|镇|乡|府|街|司)|麻烦|劳驾|恳请|恳求|请求|盼|烦请|谢谢|多谢|拜托|举报|反映[^的]|投诉|控告|检举|法院|复议|诉讼|答辩|一案|号案|律师|复函|函复|函告|特此|意见书|补正|商业秘密|决定书|告知书|答复书|公章|反馈意见|征求|商请|报送|老师|领导|同志|村(民|里|委)|邻居|楼(上|下)|小区|居民|群众|市民|` +
	`(^|[\s"(])i('m|'d|'ve|'ll)?[ ,]|\b(my|me|we|us|our|disclos[a-z]*|trade secrets?|consultation|refused|kindly|regards|sincerely|madam|neighbou?rs?|village)\b`)

// ofProgram are the sentences in which programs say 我们, and those words of spoken that stand in what they name.
var ofProgram = regexp.MustCompile(`(如果)?(您|你)(反映|投诉|举报|咨询)的|我们(已|将|会|正在|检测|注意|发现|收到|非常|深知)|(如)?(果)?(非|不是|并非|是否)(您|你)?本人|对我(市|县|区|省)|多次(输错|输入|失败|尝试|登录)|贵单位[^。，]{0,8}(申报|到期|备案|证书|域名|账号)|(非常|很|基本|比较)满意|不满意|满意度|由?我们(的)?(团队|平台|客服|系统)|(的)?(来信|来件|反映|诉求|留言)(我们|我局|我单位)|\bwe('ve| have|'re| are|'ll| will)? ?(received|detected|noticed|sent|processed|updating|updated|could not|were unable)\b|contact us|\bour (team|support|website|privacy|terms)\b`)

// signed reports whether a mail has signs of a program of two kinds, one of them strong, and nobody speaks in it. The address and the name of
// the sender are a sign as good as any. It is clearly one where the sender is a sign, or three kinds of them stand in the mail:
// two may be no more than what a person asks about, in as few words. Of a long mail its beginning and its end are looked at.
func signed(m *casefile.Message) (is, clearly bool) {
	text := m.Text
	if len(text) > programSays+footer {
		applies := func(there found) bool { return there.any(0, len(inText)) || isForm(there) }
		there := ofApplication.until(text, applies)
		if s := simple(text); !applies(there) && s != text {
			there = ofApplication.until(s, applies)
		}
		if applies(there) {
			return false, false // what a portal passes on may stand in the middle
		}
		text = text[:programSays] + "\n" + text[len(text)-footer:]
	}
	own := withoutUnderWay(ownWords(text))
	if strings.TrimSpace(own) == "" || containsAny(own, "申请", "申請") || asksSomething(m) || len(m.From) != 1 {
		return false, false
	}
	subject, answer := withoutPrefixes(lowered(strings.TrimSpace(m.Subject)))
	if answer {
		return false, false
	}
	w := saidIn(subject, lowered(own))
	if len(w.sentences) > 2*sentencesOfProgram {
		return false, false
	}
	for i, s := range w.sentences {
		w.sentences[i] = reached.ReplaceAllString(ofProgram.ReplaceAllString(s, ""), "")
	}
	if w.human() {
		return false, false
	}
	n, strong := w.signs()
	sender := wroteAs(m, nobody) || wroteAs(m, program) || wroteAs(m, desk) || calledAs(m, systemName)
	if sender {
		n, strong = n+1, true
	}
	clearly = sender || n >= 3
	if affairs.MatchString(w.subject) || w.any(affairs) {
		return strong && (n >= 3 || n == 2 && calledAs(m, machineName)), clearly
	}
	if n == 1 && strong && calledAs(m, machineName) && len(w.sentences) <= 6 {
		return true, clearly
	}
	return n >= 2 && (strong || periodical.MatchString(w.subject)), clearly
}

// human reports whether a person speaks in a mail without the sentences of programs, or it passes on what a person said.
func (w said) human() bool {
	human := func(s string) bool { return spoken.MatchString(s) || complaint.MatchString(s) || needs.MatchString(s) }
	return human(ofProgram.ReplaceAllString(w.subject, "")) || slices.ContainsFunc(w.sentences, human) || w.any(relayed) || w.any(passedOnHere) || w.asks()
}

// signs counts the kinds of signs that stand in a mail, and says whether one of them is strong.
func (w said) signs() (n int, strong bool) {
	for _, s := range signs {
		if s.inSubject != nil && s.inSubject.MatchString(w.subject) || s.inText != nil && w.any(s.inText) {
			n++
			strong = strong || s.strong
		} else if s.besides != nil && w.any(s.besides) {
			n++
		}
	}
	return n, strong
}

// needs matches how people ask who neither say 我 nor address anybody: what is needed, in which form, or where to send it.
var needs = regexp.MustCompile(`(^|[，、。：:“”（）()\s])([现兹特急还也均只仅另故因拟]|目前|现在)?(需[^求]|要[^闻点求素约]|想|求[^职购学]|缺[^卡勤陷]|索[要取]|查[^看询收验杀])[^，。\n]{0,40}(资料|材料|文件|通知书|年鉴|情况|标准|流程|全文|合同|批复|批文|许可|证明|记录|名单|名册|清单|明细|凭证|报告|预算|决算|图纸|方案|数据|协议|底册|台账|文本|依据|信息|结果|红线图|纪要)|` +
	`电子版|电子件|电子档|扫描件|复印件|纸质版|原件|(发|寄|传|回复|发送|邮寄|反馈)[至到回往](此|本|该|这个)(邮箱|信箱|地址)|(网上|网站|官网|公示|公开栏)[^。\n]{0,12}(没有|没|未|无|不全)|(没|未)(有)?(查到|找到|公示|公布)|查不到|找不到|打不开|` +
	`\b(looking for|sought|seeking|in search of|interested in|would like|wanted)\b`)

// affairs are what people ask offices about, and few programs write of: of them it takes three signs,
// or the name of a machine and another.
var affairs = regexp.MustCompile(`征地|征收(补偿|土地|房屋|决定|公告)|拆迁|强拆|拆除|安置|补偿(款|费|标准|方案|协议|金)|宅基地|确权|承包地|土地(出让|划拨|使用权)|地块|环评|安评|采矿|采石|排污许可|(水质|噪声)[^。]{0,6}(结果|报告|数据)|监测(结果|报告)|低保|五保|特困|救助(金|对象)|公租房|廉租房|保障房|轮候|学区|划片|招生(计划|方案|简章)|收费标准|村(务|级|集体)|财务收支|工程款|审计(结论|结果|报告)|执法(文书|记录|依据)|处罚(决定|依据|记录)|听证(笔录|记录)|规划(许可|条件|图|设计)|施工许可|竣工|验收(单|资料|报告|意见)|中标(合同|人|单位)|三公|预算|决算|立项|可研|批复|批文|考官|打分|笔试|面试|[未没]有?(答复|回复)`)

// reached matches how somebody can be reached, and who he is, which are no figures of a machine's.
var reached = regexp.MustCompile(`\b1[3-9]\d[ -]?\d{4}[ -]?\d{4}\b|\b0\d{2,3}[ -]?\d{7,8}\b|\b\d{17}[\dx]\b`)

// periodical matches subjects under which nothing but programs write.
var periodical = regexp.MustCompile(`([日周月季]报|周刊|月刊|快报|推送|电子发票|工资条|验证码|动态密码)$`)

// passedOnHere matches how portals, hotlines and fax machines show that what follows is somebody's.
var passedOnHere = regexp.MustCompile(`(姓名|内容|描述|事件|地点|位置|(上报|报修|提交|反馈|求助|联系|申报|报告|信访)人)[ \t]*[:：]|转办|语音|录音|转写|传真`)

// underWay matches what programs say of applications that they keep.
var underWay = regexp.MustCompile(`(提交|发起)(了|的)?[^。，！？\n]{0,10}申请[^。，！？\n]{0,6}(审批|审核|处理)|(您|你)[^。，！？\n]{0,12}申请[^。，！？\n]{0,6}(已|待|正在)`)

// withoutUnderWay removes from a text what programs say of applications that they keep. A text whose first 申请 is in no such
// clause is left as it is, as nearly every letter that names an application: it is no program's.
func withoutUnderWay(own string) string {
	i := strings.Index(own, "申请")
	if i < 0 {
		return own
	}
	const ends = "。，！？\n" // none is within what underWay matches
	begin, end := strings.LastIndexAny(own[:i], ends)+1, len(own)
	if k := strings.IndexAny(own[i:], ends); k >= 0 {
		end = i + k
	}
	if !containsAny(own[begin:end], "审批", "审核", "处理", "已", "待", "正在") {
		return own
	}
	return underWay.ReplaceAllString(own, "")
}

// footer is how much of the end of a long mail is looked at, where it says how not to get any more.
const footer = 1 << 10

// asks reports whether somebody is asked for something as people ask: programs ask, too, but for nothing that an office
// could give.
func (w said) asks() bool {
	ask := func(s string) bool {
		return particle.MatchString(s) || wish.MatchString(s) && !asksAsProgram.MatchString(s)
	}
	return ask(w.subject) || slices.ContainsFunc(w.sentences, ask)
}

// particle matches how people end a question or a plea.
var particle = regexp.MustCompile(`[吗呢吧啊呀嘛]`)

// asksAsProgram matches sentences of programs that read like a wish.
var asksAsProgram = regexp.MustCompile(`(如|若)(有|果|需|非|您|你)|公开(课|赛|发行)|不想|(举办|参加|报名|主办|承办)[^。]{0,20}(培训|研修|研讨|论坛|讲座)|索取回执|政务公开|点击|登录|(满意度|问卷|调查)|(您|你)(的)?(来信|留言)|\b(questions|need help|not you)\b`)

// machines and machinesAbroad are how nobody calls himself but a machine or who runs one, in Chinese and in other languages.
const (
	machines       = `系统|平台|监控|告警|网关|防火墙|动环|服务台|终端|考试网|云盘|网盘|应用商店|驿站`
	machinesAbroad = `jenkins|zabbix|nagios|gitlab|github|jira|confluence|sentry|grafana|veeam|alertmanager|idrac|sharepoint|teams|linkedin|server|ups|nas|newsletter|no-?reply|daemon|monitor(ing)?`
)

// machineName is such a name, systemName also how those who send to many call themselves where their address does not say it.
var (
	machineName = regexp.MustCompile(machines + `|\b(` + machinesAbroad + `|ilo)\b`)
	systemName  = regexp.MustCompile(machines + `|财税|组委会|编辑部|图书馆|网站|信箱|门户|超大附件|中转站|安全中心|代发|预警|助手|机器人|日历|商城|银行|信用卡|速运|快递|物流|邮政|ems|周刊|月刊|月报|快报|早报|日报|推送|订阅|(客户|会员)(服务|中心)|客服|问卷|招聘|招标|采购网|税务|社保|公积金|通讯|培训|出版|杂志|门禁|考勤|工单|网络学院|` +
		`\b(` + machinesAbroad + `|surveys?|license|notifications?|system|alerts?|bot|calendar|billing|support|service|team|security|mailer|weekly|digest|printer|scanner|copier|mfp|ad|vpn|oa|erp)\b`)
)

func calledAs(m *casefile.Message, name *regexp.Regexp) bool {
	return slices.ContainsFunc(m.From, func(a casefile.Address) bool {
		who := lowered(a.Name)
		return name.MatchString(who) && !organised.MatchString(who)
	})
}

// organised matches the names of those who may apply themselves, whatever their trade is.
var organised = regexp.MustCompile(`公司|集团|事务所|学校|大学|医院|研究院|设计院|协会|学会|商会|合作社|工作室|经营部|商行|厂$|[书酒饭药]店$|\b(co|ltd|inc|llc|university|school|hospital|law firm)\b`)
