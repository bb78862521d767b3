package match

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// Who writes in a line or two, without 我, a plea or a question, is no program, whatever his trade, his phone's number and the page
// that he names; what programs write of the same matters is theirs.
func TestSignedTerse(t *testing.T) {
	type written struct{ name, mail, subject, text string }
	for _, tt := range []written{
		{"", "zhang@qq.test", "XX路改造工程验收报告", "需2022年XX路改造工程竣工验收资料，电子版发送至本邮箱。\n张三 13800138000"},
		{"", "zhang@qq.test", "政务数据", "您好，需2023年征地补偿款发放花名册，回复到此邮箱。电话13800138000"},
		{"", "zhang@qq.test", "2023年预算", "尊敬的先生：\n兹需2023年度部门预算全文。\n联系电话：13800138000"},
		{"", "zhang@qq.test", "征地", "您好！2019年3月河西片区征地的批准文件，网上没查到，发电子版到此邮箱即可。张三 13800138000"},
		{"张三", "zhang@qq.test", "河西地块土壤检测报告", "https://www.example.test/2023/0101.html 这个页面的附件打不开，要全文。13800138000"},
		{"", "zhang@qq.test", "XX厂环评批复", "想看XX厂环评批复原件，扫描后发此邮箱。13800138000"},
		{"王五 律师助理", "w@law.test", "土地出让合同信息", "委托人需要了解编号2019-12地块的出让合同及缴款凭证。电子件发至此邮箱。13800138000"},
		{"", "zhang@qq.test", "【紧急】XX地块", "需XX地块规划条件通知书，发至此邮箱，13800138000"},
		{"", "a@b.test", "Annual report 2023", "Please find below what is sought: the 2023 contract register of the bureau. https://gov.example.test/page"},
		{"John", "j@b.test", "Information notice", "Hello, looking for the noise monitoring results of 2023 near the airport. See https://gov.example.test/page"},
		{"张三", "zhang@qq.test", "拆迁公告", "您的单位2021年5月8日发布的拆迁公告，补偿方案全文未公示。现要求将该公告及补偿方案以电子邮件形式发到本邮箱。"},
		{"张三", "zhang@qq.test", "关于公告的报告", "您单位2021年5月8日发布的拆迁公告第3条所说的补偿方案全文，索要。"},
		{"张三", "service@zhang.test", "XX合同信息", "需XX路灯采购合同及验收单。电话13800138000"},
		{"XX信息网站", "a@zhang.test", "采购信息", "需XX路灯采购合同及验收单。电话13800138000"},
		{"XX图书馆", "lib@zhang.test", "年鉴", "需要2020年统计年鉴电子版一套。电话0755-83800138"},
		{"河西培训学校", "lib@zhang.test", "办学许可", "需办理办学许可的审批流程和收费标准文件，联系电话13800138000"},
		{"农业银行张三", "lib@zhang.test", "土地抵押", "需2020年XX地块抵押登记情况，联系电话13800138000"},
		{"快递员小李", "lib@zhang.test", "电动车通告信息", "需要电动三轮车路权管理的文件，联系电话13800138000"},
		{"", "it@zhang.test", "网络建设", "要政务云项目的中标合同和验收报告，电话13800138000"},
		{"", "admin@zhang.test", "网络建设", "政务云项目中标合同、验收单，电子版，发回此邮箱"},
		{"赵六", "1@qq.test", "收回土地", "2019年6月3日16:20:05在网上提交过，编号201906030012，已超期未答复。逾期将依法起诉。"},
		{"赵六", "1@qq.test", "行政处罚信息", "需要查某加油站2023年被处罚的记录，没有二维码可扫，网站链接打不开。"},
		{"赵六", "1@qq.test", "政府公告信息", "各位：招标编号20230012345的中标人业绩材料，能给一下不。"},
		{"某某系统集成有限公司", "a@sys.test", "智慧交通项目", "智慧交通项目中标合同及验收单"},
		{"刘平台", "a@sys.test", "信访", "信访答复书面意见至今没有寄来"},
		{"张三", "1@qq.test", "2023年环境监测报告", "2023年全年大气监测月报、废水在线数据。回此邮箱：1@qq.test"},
		{"张三", "1@qq.test", "宅基地确权登记信息", "李家庄李某宅基地确权登记的审核表，复印或拍照都行。\nhttps://www.example.test/a"},
		{"张三", "1@qq.test", "【信息】收费标准", "幼儿园收费标准的备案，2022年9月起。链接里的已失效"},
		{"张三", "1@qq.test", "公租房轮候信息", "排队号20210098，到哪一位了，公租房轮候名单在哪里看"},
		{"张三", "1@qq.test", "拆除通知", "2024年5月6日 10:30 强拆时在场人员及执法文书，一并给到本邮箱"},
		{"张三", "1@qq.test", "低保信息", "东街社区2023年低保户发放到账情况（已公示部分除外）。此邮箱收。"},
		{"张三", "1@qq.test", "采石场报告", "采石场扩建的安评、环评、采矿证，全部。链接：https://x.example.test/1"},
		{"Anna", "anna@x.test", "Air quality report", "Dear Sir, the 2023 monitoring results for station 5 are missing from https://gov.example.test/air. Full data set to this address."},
		{"Anna", "anna@x.test", "Noise report", "Requesting the noise monitoring results of 2023. https://gov.example.test/air"},
		{"张三", "1@qq.test", "村务公示通知", "您单位的网站链接失效，村级财务收支附表下载不了，补发。"},
		{"張三", "1@hk.test", "徵收補償資料通知", "尊敬的先生：現索2021年徵收補償安置方案全文，電郵至本郵箱。"},
		{"張三", "1@hk.test", "規劃報告", "尊敬的女士：茲需該地塊規劃許可證副本，電郵至本郵箱為荷。"},
		{"张三", "1@qq.test", "供水报告", "尊敬的先生：城东水厂2023年水质检测结果，每月的，烦发。"},
		{"张三", "1@qq.test", "工程款信息", "东环路绿化工程款已支付多少，审计结论如何，书面答复"},
		{"张三", "1@qq.test", "已办结？", "编号20240506001显示已办结，结果没看到。附言：要纸质答复，EMS到付。"},
		{"张三", "1@qq.test", "学区划分通知", "实验小学2024年学区划分的论证记录、听证笔录，扫码上传也可"},
		{"张三", "1@qq.test", "分地", "外出务工，村里分地的底子发我看看，有急事打电话"},
		{"张三", "1@qq.test", "征地", "本人外出务工，想申请公开2023年XX村征地补偿明细，如有问题请电话联系13800138000"},
		{"陈某", "c@qq.test", "老旧小区加装电梯补助信息", "幸福里3栋加装电梯的补助发了多少、发给谁，13800138000"},
		{"陈某", "c@qq.test", "道路施工通知", "人民路封闭施工到哪天结束，施工单位名称，合同金额。c@qq.test"},
		{"陈某", "c@qq.test", "消防检查报告", "XX商场最近一次消防检查的报告，邮箱收即可：c@qq.test 13800138000"},
		{"李律师", "l@law.test", "企业信用信息", "XX公司2019年以来行政处罚及整改的全部书面资料。网址 https://credit.example.test/ 只列了标题。"},
		{"", "no1@qq.test", "【补发】", "上次寄来的少了附件三，补发至原地址。"},
		{"教师王", "w@qq.test", "教师招聘成绩", "2024年教师招聘面试各考官打分表，考生号20240012"},
		{"村民赵", "z@qq.test", "退耕还林", "退耕还林补助2018-2023年名册（桥头组），邮寄：XX县桥头镇12号，邮编123456，赵三收"},
		{"租户", "z@qq.test", "供暖信息", "供热面积核定依据，去年多收的热费怎么算的，如有链接可直接给。"},
		{"记者", "news@paper.test", "采访函", "尊敬的各位：拟了解今年一季度空气质量数据的来源与站点，书面回应即可。"},
		{"平台用户", "p@qq.test", "系统报错", "依申请的网页交不上去，提交失败，错误500，故改用邮件：索XX河道采砂许可。"},
		{"家长", "p@qq.test", "校车公司资质信息", "校车公司的运营资质，驾驶员备案。收件：p@qq.test"},
		{"财税公司李", "p@qq.test", "契税减免文件信息", "契税补贴2023年发放对象，统计表即可，谢。13800138000"},
		{"退休职工", "p@qq.test", "社保缴费明细", "1992年至1996年单位为本人缴社保的底子，档案里没有"},
		{"Tom", "t@x.test", "Contract information", "The cleaning contract for the park, 2022, signed copy, by mail. Phone 13800138000. https://x.example.test"},
		{"黄某", "h@qq.test", "政府采购信息", "会议室设备采购的评分表、报价单，供应商未中标原因。"},
		{"", "h@qq.test", "税收优惠信息", "高新企业税收优惠的享受企业名单，2022年度"},
		{"", "h@qq.test", "职位通知", "社区专职工作者职位的报考人数、进面分数线、录用结果"},
		{"", "h@qq.test", "培训班信息", "去年农民培训班的支出明细、讲课费发放表"},
		{"", "h@qq.test", "自动监测信息", "排污口自动监测数据，2023年逐小时，缺失时段说明"},
		{"", "h@qq.test", "系统生成编号信息", "不动产系统自动生成的编号规则文件"},
		{"陈某", "admin@qq.test", "河道整治", "河道整治占地费用的发放表，邮箱收"},
		{"陈某", "service@firm.test", "垃圾焚烧", "垃圾焚烧厂2023年烟气在线数据，月均值，2023年1月1日至12月31日"},
		{"陈某", "report@firm.test", "物业维修资金", "维修资金账户余额及支出去向，2020年至今每年的"},
	} {
		m := says(tt.name, tt.mail, tt.subject, tt.text)
		cause, why := robot(m)
		if reason := unmarked(m); reason != "" || cause != "" {
			t.Errorf("%s: %s: %s%s", tt.subject, tt.text, reason, why)
		}
	}
	for _, tt := range []written{
		{"在线监测平台", "data@gzf.test", "轮候系统", "今日公租房轮候数据同步完成，新增 12 户。"},
		{"水务平台", "noreply@water.test", "水质监测告警", "3号站 pH 9.2 超过阈值，2026-03-02 08:12:33，请及时登录平台处理。"},
		{"OA系统", "oa@x.test", "待办提醒", "您有一条待办：2026年部门预算审批，请及时登录系统处理。"},
		{"电子招投标平台", "notice@bid.test", "中标结果推送", "您关注的项目“河西路改造”已发布中标公告，点击查看详情。"},
		{"环保在线", "notify@hb.test", "日报", "今日监测数据 23 条，超标 0 条，数据有效率 99.5%。"},
		{"档案系统", "sys@x.test", "归档完成", "任务 20260302 已完成，归档文件 35 份，失败 0 份。"},
		{"银行", "ebank@b.test", "电子回单", "您尾号1234的账户3月2日10:20支出工程款50,000.00元，余额120,000.00元。"},
		{"政务云", "monitor@c.test", "备份成功", "虚拟机 zwy-03 备份成功，耗时 12 分钟。"},
		{"12345平台", "noreply@12345.test", "工单逾期提醒", "工单 20260302001 逾期未回复，请登录系统办理。"},
		{"人社通知", "notice@rs.test", "培训班通知", "关于举办档案管理培训班的通知：报名费800元/人，报名截止3月10日，扫码报名。"},
		{"快递", "kd@ems.test", "签收通知", "您的邮件 1234567890123 已由前台签收。"},
	} {
		m := says(tt.name, tt.mail, tt.subject, tt.text)
		if unmarked(m) == "" {
			t.Errorf("%s: %s: a person's", tt.subject, tt.text)
		}
	}
}

// Whose line holds two signs of a program, in nothing but nouns, is parked, and seen.
func TestSignedByTwo(t *testing.T) {
	for _, tt := range []struct {
		subject, text string
		seen          bool
	}{
		{"系统升级通知", "扫码乘车系统升级的采购合同，含二维码支付手续费率", true},
		{"验证码", "网上申报验证码收不到的处理办法和责任科室", true},
		{"账单提醒", "尊敬的用户，您尾号1234的账户账单已生成，请及时登录查看。", false},
	} {
		m := says("", "a@b.test", tt.subject, tt.text)
		if unmarked(m) == "" || Applies(m) != tt.seen {
			t.Errorf("%s: parked for %q, seen %v", tt.text, unmarked(m), Applies(m))
		}
	}
	if m := says("智慧停车系统", "a@b.test", "系统升级通知", "扫码乘车系统升级的采购合同，含二维码支付手续费率"); unmarked(m) == "" || Applies(m) {
		t.Error("a system by its name is to be looked at")
	}
}

// An automatic answer that asks for something is none.
func TestAbsenceThatAsks(t *testing.T) {
	for text, automatic := range map[string]bool{
		"外出务工，村里分地的底子发我看看，有急事打电话":           false,
		"本人外出务工，想申请公开2023年征地补偿明细，如有问题请电话联系": false,
		"您好，正在外出差，无法及时回复邮件，如有急事请电话联系李四。":    true,
		"您好，正在外出差，如需查看文件，请联系李四。期间无法回复。":     true,
	} {
		cause, _ := robot(says("", "a@example.test", "通知", text))
		if (cause == CauseAutoReply) != automatic {
			t.Errorf("%s: %q", text, cause)
		}
	}
}

// What stands in the middle of a long mail is not passed over.
func TestSignedLong(t *testing.T) {
	filler := strings.Repeat("今日无事。\n", 400)
	text := "您有新的消息，点击查看。\n" + filler + "申请人：赵某\n联系电话：略\n所需信息：2024年绿化工程资料\n" + filler
	if is, _ := signed(says("互动平台", "notice@example.test", "每日提醒", text)); is {
		t.Error("a form within it is lost")
	}
}

// A form of a portal is somebody's words under any mark, and a line that says what is needed is seen under one.
func TestTerseUnderMarks(t *testing.T) {
	marks := []casefile.Machine{{AutoSubmitted: "auto-generated"}, {Precedence: "bulk"}}
	for text, isCase := range map[string]bool{
		"姓名：李四\n联系电话：13800138000\n内容：2023年桥头村低保发放名单": true,
		"提交人：李四\n咨询内容：河西征地批文":                        true,
		"河西片区征地批文，2019年的，电子版":                        false,
	} {
		for _, mark := range marks {
			m := says("", "web@example.test", "网站表单", text)
			m.Machine = mark
			if cause, _ := robot(m); (cause == "") != isCase || !isCase && !Applies(m) {
				t.Errorf("%s: %s under %v", text, cause, mark)
			}
		}
	}
	for _, text := range []string{"备份完成，耗时 12 分钟", "告警内容：磁盘已满\n联系人：值班员"} {
		m := says("", "web@example.test", "通知", text)
		m.Machine = marks[0]
		if cause, _ := robot(m); cause != CauseMachine || Applies(m) {
			t.Errorf("%s: %q", text, cause)
		}
	}
}
