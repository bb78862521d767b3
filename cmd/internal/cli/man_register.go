package cli

import (
	"reflect"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/config"
)

// manRegister is ysq-register(7): what lies in the state directory and how it is read without this
// program. The list of events comes out of the table of kinds; the buckets are those of those of
// casefile/register/FORMAT.md, which a test holds against it.
func (a *app) manRegister(on civil.Date) string {
	r := a.manBegin("ysq-register", "7", "依申请公开登记库的格式", on)
	r.section("说明")
	r.text("登记库是机关办理政府信息公开申请的证据。本页说明它在磁盘上是什么样子，供审计、移交和十年以后的人不依赖 ysq 也能读懂。\n\n" +
		"一条原则：发生过的事记成记录，只追加，从不修改；阶段、期限、年度报告都由记录推算得出，可以随时重做。" +
		"记错的用“作废记录”注明，再记一条对的；事后得知的事，记录里的生效日早于登记时间。")
	r.section("状态目录")
	r.text("默认 " + config.DefaultState + "，权限 0700，属主为运行 ysq 的用户；文件 0600。")
	for _, f := range stateFiles {
		r.item(italic(f[0]), f[1])
	}
	r.section("记录")
	r.text("一条记录是一行 JSON，编码一次，永不重新编码：数据库里的值、流水里的行、下一条记录的 prev 所取摘要的内容，都是这同一串字节（不含换行）。")
	for _, f := range recordFields {
		r.item(bold(f[0]), f[1])
	}
	r.request("PP")
	r.text("第一条记录的 prev 为空。prev 连成的链能显出局部的改动和磁盘的位翻转；整库重写只能靠库外的旁证显出来：链尾摘要每日写入系统日志，" +
		"也在每份备份的名字和每份冻结的报告里。")
	r.section("事件")
	r.text("kind 的取值、中文名和 event 的各项。为空的项不写。")
	for _, k := range casefile.Kinds() {
		var names []string
		if e, err := casefile.DecodeEvent(k.Kind, []byte("{}")); err == nil {
			names = jsonNames(reflect.TypeOf(e))
		}
		r.item(bold(string(k.Kind)), k.Label+"："+strings.Join(names, "、")+"。")
	}
	r.section("流水")
	r.text("journal/register.json 写明是哪个登记库；journal/年.jsonl 是该年登记的记录，一行一条，顺序即 seq。先提交数据库，再写流水并 fsync，然后才答复。" +
		"流水落后则启动时补写；流水超前且接得上，则把记录补回数据库并记“修复”；接不上则拒绝启动，说明断在何处。最后一行不完整的，截去后再写。")
	r.section("数据库")
	r.text("register.db 是 bbolt 文件。键里的整数为大端，0 为分隔的零字节；索引的值为空。除 meta 和 record 外都由记录推算。")
	for _, b := range buckets {
		r.item(bold(b[0])+"　"+escape(b[1]), b[2])
	}
	r.section("升级")
	r.text("meta 里有格式的版本。更新的格式由旧程序拒绝打开；旧格式由新程序升级，升级前自动备份。各版本的样本文件随源码保存，升级有测试。")
	r.section("不用 ysq 读")
	r.example("jq -c 'select(.case==\"2026-00017\")' journal/*.jsonl\n" +
		"sha256sum mail/?/*.eml")
	manSeeAlso(r, "ysq(1)", "ysq-verify(1)", "ysq-rebuild(1)", "ysq-backup(1)", "ysq-export(1)")
	return r.String()
}

var stateFiles = [...][2]string{
	{"register.db", "数据库（bbolt）。"},
	{"journal/", "流水：每条记录再存一遍，数据库坏了据以重建。"},
	{"mail/首位十六进制/摘要.eml", "邮件和附卷文件的原样字节，文件名是其 SHA-256。已销毁的只留摘要。mail/manifest.jsonl 记着取到而尚未登记的邮件。"},
	{"secret", "0600。身份证明号码只存末四位和以它算出的 HMAC，用来认出同一申请人；不在流水里，只进加密的备份。"},
	{"annual/年/", "年度报告的草稿和冻结的各种格式。"},
	{"cache/", "附件的阅读结果，可删，会重做。"},
	{"lock", "flock 锁，内有持有者的进程号和命令。"},
	{"tmp/", "未完成的文件，启动时清空。"},
}

var recordFields = [...][2]string{
	{"seq", "在登记库中的次序，自 1 起，没有空缺。"},
	{"on", "生效日（Asia/Shanghai 的日期）：期限按它计算。"},
	{"recorded", "登记库得知的时刻，RFC 3339，+08:00，从不倒退。"},
	{"actor", "记录人：mailbox（收信）、calendar（日历），或“姓名(uid)”。"},
	{"case", "案号；属于登记库本身的记录没有这一项。"},
	{"kind", "事件的种类，见下。"},
	{"event", "事件的内容。"},
	{"prev", "上一条记录整行的 SHA-256。"},
}

var buckets = [...][3]string{
	{"meta", "register、journalled", "格式版本、登记库编号、建库时刻；流水已写到哪一条。"},
	{"record", "seq（8）", "记录的那一行。"},
	{"case", "案号", "案件的现状：版本字节、定长的头、各项文字、该案各记录的 seq。头里的日期为 32 位的日序（1970-01-01 为 0）。"},
	{"open", "案号", "在办的案件。"},
	{"digest", "SHA-256、seq", "与这份字节有关的记录。"},
	{"msgid", "Message-ID、0、案号", "邮件编号属于哪些案件。"},
	{"address", "邮件地址、0、案号", "地址属于哪些案件。"},
	{"applicant", "m 和证件识别码，或 n 和名称，0、案号", "谁登记为哪些案件的申请人。"},
	{"dispute", "复议诉讼编号、0、seq", "该争议的记录。"},
	{"disputed", "案号、0、复议诉讼编号", "案件有哪些争议。"},
	{"calendar", "seq", "采用的放假通知。"},
	{"year", "年（2）、seq", "期初、冻结、解冻、收费。"},
	{"erased", "SHA-256", "已销毁的字节。"},
	{"letter", "n、文书序列、0、年（2）、号（4）、seq；d、文号、0、seq；r、seq", "文书编号的来龙去脉；按文号查文书；可能遗失编号的恢复。"},
	{"uids", "账号、0、文件夹、0、UIDVALIDITY（8）、UID（4）", "管着这封信的“取信”记录的 seq：信簿。"},
	{"outbox", "状态（1）、seq；0xff、Message-ID", "待发的信及其下落。"},
	{"place", "去处（1）、seq", "各封信落在何处。"},
	{"word", "词", "检索用的倒排表，事后补写。"},
}

// jsonNames lists the fields of an event as records spell them.
func jsonNames(t reflect.Type) (names []string) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name != "" && name != "-":
			names = append(names, name)
		case f.Anonymous:
			names = append(names, jsonNames(f.Type)...)
		}
	}
	return names
}
