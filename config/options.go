package config

import (
	"fmt"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile/civil"
)

// option is one key of the file, bound to the field of a Config that it sets.
type option struct {
	key    string
	doc    string // for the example: what it does, in lines
	sample string // the TOML literal to show while the option is at its default; "": the default
	value  value
}

// section is one table of the file.
type section struct {
	name    string
	doc     string
	options []option
}

// mailboxSection is the one that may stand several times: [[mailbox]].
const mailboxSection = "mailbox"

// sections returns the table of everything the file may hold except mailboxes, bound to c.
func (c *Config) sections() []section {
	return slices.Concat([]section{
		{"agency", "本机关。", []option{
			{"name", "机关名称，印在告知书、答复书和年度报告上。必填。", "", text{&c.Agency.Name}},
			{"code", "机关代字，用于文号，如“某环依申请〔2026〕1号”中的“某环依申请”。", `"某环依申请"`, text{&c.Agency.Code}},
			{"names", "改名、合并、划转时写：自哪一天起叫什么，“日期 名称”。文书署成文之日的名称；尚无一项开始的，用 name。", `["2024-03-01 示例市生态环境局"]`, namedList{&c.Agency.Names}},
		}},
		{"paths", "文件位置，一律写绝对路径。", []option{
			{"state", "登记簿、邮件原件和流水所在目录（权限 0700，属主为运行 ysq 的用户）。", "", text{&c.Paths.State}},
			{"socket", "命令行与守护进程通话的套接字，路径不得超过 107 字节。", "", text{&c.Paths.Socket}},
		}},
		{"intake", "收件。", []option{
			{"cases_from", "自哪一天起收到的邮件立案；更早的只保存、可检索，不立案。\n不写则所有邮件都可以立案。", civil.New(2026, 1, 1).String(), date{&c.Intake.CasesFrom}},
		}},
	}, c.sendingSections(), []section{
		{"access", "谁可以使用。写系统的组名或数字 gid（LDAP 等目录服务的组只能写 gid）；\n一人属于几个组的，取其中最高的角色。", []option{
			{"socket_group", "套接字所属的组：不在此组的用户无法连接。", "", text{(*string)(&c.Access.SocketGroup)}},
			{"viewer", "查看：只能查询。", `["ysq-viewers"]`, groups{&c.Access.Viewer}},
			{"operator", "经办：登记、答复等日常办理。", "", groups{&c.Access.Operator}},
			{"approver", "审核：批准延期、冻结年度数据等。", `["ysq-approvers", 2001]`, groups{&c.Access.Approver}},
			{"web", "网页服务（ysq-web.service）的账号：它自己没有任何角色，只转交各人的登录。系统里没有这个账号的，不能用浏览器登录。", "", text{&c.Access.Web}},
		}},
		{"approval", "审批。", []option{
			{"extension", "延期由谁批准（条例第三十三条）：\n\"recorded\" 纸面批准，经办人录入批准人、日期和文号；\"role\" 只有“审核”角色可以录入延期。", "", choice[Extension]{&c.Approval.Extension, []Extension{ExtensionRecorded, ExtensionRole}}},
			{"answer", "答复是否须经送审、签发（条例第四十五条）：\n\"none\" 由经办人决定；\"recorded\" 须经签发，经办人可以照签好的审查呈批单录入；\"role\" 须由“审核”角色本人签发。", "", choice[Signing]{&c.Approval.Answer, []Signing{SigningNone, SigningRecorded, SigningRole}}},
			{"screening", "公开信息前是否须有保密审查的记录（条例第十七条）。", "true", boolean{&c.Approval.Screening}},
		}},
		{"platform", "网上平台的申请（ysq new --channel 网上平台）。", []option{
			{"starts", "期限从哪一日起算：\"submitted\" 提交之日（最高人民法院指导案例26号：系统未作例外说明的）；\n\"confirmed\" 双方确认之日，平台公布的规则这样写的才可用。立案时记入案件，改后只用于新的申请。", "", choice[PlatformStarts]{&c.Platform.Starts, []PlatformStarts{PlatformSubmitted, PlatformConfirmed}}},
		}},
		{"retention", "保管期限。", []option{
			{"years", "归档当年之后满几年，“审核”角色方可销毁案件的邮件原文和附件（ysq erase）；记录永远保留。\n期限按本机关的档案保管期限表；不写则不得销毁。", "10", years{&c.Retention.Years}},
		}},
		{"backup", "备份（由 ysq-backup.timer 或 ysq backup 来做）。", []option{
			{"warn_days", "几天没有备份就提醒（ysq status、doctor 和日志）；0 为不提醒。", "", days{&c.Backup.WarnDays}},
		}},
		{"report", "年度报告（条例第四十九条：部门应在每年 1 月 31 日前公布上一年度的报告，人民政府应在 3 月 31 日前）。", []option{
			{"submit_by", "向上级主管部门报送的最后一日，写月-日；到期前每日提醒，直至年度冻结。", "", monthDay{&c.Report.SubmitBy}},
			{"publish_by", "公布的最后一日，写月-日。", "", monthDay{&c.Report.PublishBy}},
		}},
		{"letter", "文书（ysq letter）。", []option{
			{"templates", "本机关自己的模板所在目录，一种文书一个 .docx，如 补正告知书.docx；目录里没有的用内置模板。\n内置模板可用 ysq letter templates 写出，在 Word 或 WPS 里修改，用 ysq letter check 检查。", `"/etc/ysq/letters"`, text{&c.Letter.Templates}},
			{"number", "文号的样式。{代字} 即 agency.code，{类} 是各种文书的字（补、延、不等），{年}，{号} 为 1、2、3，{NNN} 为 001、002、003。\n默认照 GB/T 9704，不加“第”、不编虚位。没有 {类} 的，各种文书合编一个号。", "", text{&c.Letter.Number}},
			{"contact", "联系方式：申请人向何处询问、补正材料寄到哪里。", `"示例市生态环境局办公室，电话 0000-0000000，示例市青石路 1 号（邮编 000000）"`, text{&c.Letter.Contact}},
			{"payment", "信息处理费的缴纳方式；收费通知书用。", `"到示例市政务服务中心 3 号窗口缴纳"`, text{&c.Letter.Payment}},
			{"review_organ", "行政复议机关，救济告知用（2024 年起一般为本级人民政府）。不写则需要救济告知的文书不得制发。", `"示例市人民政府"`, text{&c.Letter.ReviewOrgan}},
			{"court", "有管辖权的人民法院，救济告知用。不写则需要救济告知的文书不得制发。", `"示例市甲区人民法院"`, text{&c.Letter.Court}},
		}},
		{"reading", "读取附件。", []option{
			{"ocr", "识别扫描件和照片里的文字，作为登记的提议（标“机器识别”，须对照原件）。需安装 tesseract-ocr 和 tesseract-ocr-chi-sim，\n内核须有 Landlock（5.13 起）；像身份证件的不转录文字。ysq doctor 会检查能否使用。", "", boolean{&c.Reading.OCR}},
			{"fonts", "没有内嵌中文字体的 PDF 用哪个字体显示（.ttc、.ttf）；不写则用 fonts-wqy-microhei 的字体，没有安装的，这些字不显示。", `"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"`, text{&c.Reading.Fonts}},
		}},
		{"log", "日志（写到标准错误，由 systemd 日志收存）。", []option{
			{"level", "debug、info、warn 或 error。", "", choice[Level]{&c.Log.Level, []Level{Debug, Info, Warn, Fault}}},
		}},
		{"terminal", "终端表格。", []option{
			{"ambiguous_width", "“宽度不定”的字符（如 ①、…、—）占几列：\"auto\" 按语言环境，或 1、2。\n表格竖线对不齐时改这里。", "", width{&c.Terminal.AmbiguousWidth}},
		}},
	})
}

const mailboxDoc = "邮箱（IMAP 账号）。一个机关有几个账号，就写几节 [[mailbox]]。\n密码不写在这里：见 credential 与 password_file。"

// options returns the keys of a [[mailbox]], bound to m.
func (m *Mailbox) options() []option {
	return []option{
		{"host", "IMAP 服务器主机名。必填。", "", text{&m.Host}},
		{"port", "端口。不写则 tls 为 \"tls\" 时用 993，否则用 143。", "993", port{&m.Port}},
		{"tls", "连接如何加密：\"tls\" 一开始就加密，\"starttls\" 连上后转为加密，\"none\" 不加密。", "", choice[TLS]{&m.TLS, []TLS{ImplicitTLS, StartTLS, Plaintext}}},
		{"allow_plaintext", "不加密只允许连接本机；确需明文连接别的机器（密码和申请人信息可被窃听），\n须在此写 true 明示。", "", boolean{&m.AllowPlaintext}},
		{"ca_file", "单位自建 CA 的证书（PEM）；不写则信任系统自带的证书。", `"/etc/ysq/ca.pem"`, text{&m.CAFile}},
		{"user", "登录名，通常是完整的邮箱地址。必填。", "", text{&m.User}},
		{"address", "用这个邮箱发信时写在发件人处的地址，存草稿也用它；user 不是邮箱地址的须写，不写则用 user。", `"foi@example.test"`, text{&m.Address}},
		{"name", "账号在登记簿里的名字，启用后不要再改；不写则用 user。", `"foi@example.test"`, text{&m.Name}},
		{"credential", "systemd 凭据名：由 ysq.service 中的 LoadCredential= 交来密码。\n163、126 等邮箱用网页设置里生成的“授权码”，不是网页登录密码。\ncredential 与 password_file 至少写一个；都写时，systemd 启动的用凭据，其余情形读文件。", `"imap-password"`, text{&m.Credential}},
		{"password_file", "只存密码一行的文件，权限须为 0600，属主为运行者或 root。", `"/etc/ysq/imap-password"`, text{&m.PasswordFile}},
		{"poll_interval", "多久收一次信，1s 到 1h。公共邮箱建议 60s 到 120s，过于频繁会被服务商限制。", "", duration{&m.PollInterval}},
		{"folders", "只收这些文件夹；不写则自动选定（收件箱、垃圾邮件一类和已发送），一般不必写。写了的，已发送和垃圾邮件按服务器的标记或名称认出，其余一律照收件箱收取。", `["INBOX", "垃圾邮件"]`, textList{&m.Folders}},
		{"open", "用什么命令打开文件夹：不写即 \"examine\"，只读；\"select\" 只用于每次打开都换 UIDVALIDITY 的服务器（如 Courier），\n只会去掉邮件的 \\Recent 标记，不标已读、不移动、不删除。ysq doctor 说需要时才改。", `"select"`, text{&m.Open}},
	}
}

// key names a key in errors and in source: agency.name, mailbox[0].host.
func mailboxKey(i int, key string) string {
	name := fmt.Sprintf("%s[%d]", mailboxSection, i)
	if key == "" {
		return name
	}
	return name + "." + key
}

func find(options []option, key string) (option, bool) {
	for _, o := range options {
		if o.key == key {
			return o, true
		}
	}
	return option{}, false
}

// comment puts "# " before each line.
func comment(doc string) string {
	return "# " + strings.ReplaceAll(doc, "\n", "\n# ") + "\n"
}
