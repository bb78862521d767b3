package cli

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/daemon"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
	"ysq.internal/ysq/mailbox/dovecottest"
	"ysq.internal/ysq/mailbox/imapsim"
)

// letterBox is where mails of the week arrive.
type letterBox struct {
	port           int
	tls            config.TLS
	user, password string
	caFile         string
	deliver        func(folder string, raw []byte, at time.Time)
}

func simulatedBox(t *testing.T) letterBox {
	sim, err := imapsim.New(imapsim.Options{User: "foi@example.test", Password: "secret", Security: imapsim.PlainText})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	addr, err := sim.Listen()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return letterBox{n, config.Plaintext, "foi@example.test", "secret", "", func(folder string, raw []byte, at time.Time) { sim.Add(folder, raw, at) }}
}

func dovecotBox(t *testing.T) letterBox {
	s := dovecottest.Start(t)
	return letterBox{s.TLSPort, config.ImplicitTLS, s.User, s.Password, s.CAFile, func(folder string, raw []byte, at time.Time) { s.Deliver(t, folder, raw, at) }}
}

// week is an office whose clock the test moves, with a clerk at a terminal.
type week struct {
	t      *testing.T
	box    letterBox
	socket string
	at     atomic.Int64
	open   int // mails of people about which nobody has decided, as the test knows it
}

func (w *week) now() time.Time { return time.Unix(w.at.Load(), 0) }

func (w *week) on(day, clock string) {
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, civil.Zone)
	if err != nil {
		w.t.Fatal(err)
	}
	w.at.Store(at.Unix())
}

func openWeek(t *testing.T, box letterBox) *week {
	t.Helper()
	dir, err := os.MkdirTemp("", "week") // a socket's name is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	w := &week{t: t, box: box}
	w.on("2026-11-13", "09:00")
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte(box.password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Agency.Name, c.Agency.Code = "示例市生态环境局", "示环依申请"
	c.Letter.ReviewOrgan, c.Letter.Court = "示例市人民政府", "示例市人民法院"
	c.Paths.State, c.Paths.Socket = filepath.Join(dir, "state"), filepath.Join(dir, "s")
	m := config.DefaultMailbox()
	m.Name, m.User, m.Host, m.Port, m.TLS, m.PasswordFile, m.CAFile = "foi@example.test", box.user, "localhost", box.port, box.tls, password, box.caFile
	m.Address, m.PollInterval = "foi@example.test", time.Hour
	c.Mailboxes = []config.Mailbox{m}
	if err := offline.Init(c.Paths.State, config.Owner{}, w.now()); err != nil {
		t.Fatal(err)
	}
	var o daemon.Options
	o.Config, o.Log, o.Now = c, zerolog.New(t.Output()).Level(zerolog.ErrorLevel), w.now
	d, err := daemon.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	for range 1000 {
		if client, _ := reach(t.Context(), c.Paths.Socket); client != nil {
			client.Close()
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.socket = c.Paths.Socket
	return w
}

// try types a command at a terminal of so many columns; 0 is no terminal.
func (w *week) try(columns int, args ...string) (out string, err error) {
	term := newTerminal(columns, map[string]string{"NO_COLOR": "1", "YSQ_SOCKET": w.socket})
	term.now = w.now
	root := term.rootFor(args)
	root.SetArgs(append(args, "--no-pager"))
	err = root.ExecuteContext(w.t.Context())
	return term.out.String() + term.err.String(), err
}

func (w *week) ysq(args ...string) string {
	w.t.Helper()
	out, err := w.try(0, args...)
	if err != nil {
		w.t.Fatalf("ysq %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// mail comes now; of a person it is open until somebody decides, unless it begins a case of its own.
func (w *week) mail(id, answers, from, subject, body string) []byte {
	head := fmt.Sprintf("From: %s\r\nTo: foi@example.test\r\nSubject: %s\r\nMessage-ID: <%s@example.test>\r\n", from, mime.BEncoding.Encode("utf-8", subject), id)
	if answers != "" {
		head += "In-Reply-To: <" + answers + "@example.test>\r\n"
	}
	raw := []byte(head + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body + "\r\n")
	w.box.deliver("INBOX", raw, w.now())
	return raw
}

// due is what stands there, and how many mails of people nobody has decided about.
func (w *week) due() (items []ask.DueItem, mails int) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(w.ysq("due", "--json", "--within", "5")), &items); err != nil {
		w.t.Fatal(err)
	}
	for _, i := range items {
		if i.Block == ask.BlockMail {
			mails += max(i.Mails, 1)
		}
	}
	return items, mails
}

// caseOf is the number of the only open case that has these words.
func (w *week) caseOf(words string) string {
	w.t.Helper()
	return strings.Fields(strings.TrimPrefix(w.ysq("list", words, "-o", "tsv", "--fields", "case"), "case\n"))[0]
}

// expect moves the number of open mails, and holds it against what due says: whatever came and was recorded in
// between, every one stands there until a person decided it.
func (w *week) expect(more int) {
	w.t.Helper()
	w.open += more
	if _, got := w.due(); got != w.open {
		w.t.Errorf("%s: %d open mails in due, want %d\n%s", w.now().In(civil.Zone).Format("01-02 15:04"), got, w.open, w.ysq("due"))
	}
}

// A clerk's week of thirty-six mails: applications, some of them twice, for another office or hidden in thanks, answers to
// 补正, a withdrawal, warnings, thanks, an opinion, a receipt of payment, a question, a correction of a record, forms and
// letters that colleagues and portals pass on, copies, machines, and the office's own letters from webmail. Nothing
// of a person is unseen until somebody decided it, and the morning fits on a screen.
func TestWeek(t *testing.T) {
	t.Run("simulated", func(t *testing.T) { walkWeek(t, openWeek(t, simulatedBox(t)), true) })
	t.Run("dovecot", func(t *testing.T) { walkWeek(t, openWeek(t, dovecotBox(t)), false) })
}

func walkWeek(t *testing.T, w *week, screens bool) {
	apply := func(n int, name, what string) {
		w.mail(fmt.Sprintf("app%d", n), "", fmt.Sprintf("%s <app%d@example.test>", mime.BEncoding.Encode("utf-8", name), n), "政府信息公开申请",
			fmt.Sprintf("申请人：%s\r\n联系电话：1390000%04d\r\n通信地址：示例市某路%d号\r\n所需信息：%s", name, n, n, what))
	}
	// Monday: twelve applications, one of them twice.
	w.on("2026-11-16", "08:00")
	names := []string{"鲁大", "何平", "周三", "吴兰", "郑五", "王六一", "冯七", "陈八", "褚九", "卫十", "蒋一一", "沈二二"}
	wants := []string{"东湖片区2024年征收决定", "中山路路灯采购合同", "2025年审计报告", "环城北路限速调整的依据", "第三水厂扩建环评批复", "垃圾焚烧厂监测数据", "学校周边噪声监测结果",
		"2025年行政处罚决定书", "河道整治工程预算", "机关食堂采购合同", "公务用车运行费用", "加油站规划许可"}
	for i, what := range wants {
		apply(i+1, names[i], what)
	}
	twice := w.mail("app12", "", "someone <app12@example.test>", "x", "x") // another mail under a known Message-ID
	w.box.deliver("INBOX", twice, w.now())
	w.ysq("poll")
	w.ysq("dismiss", "13", "--reason", "空信")
	w.expect(0)
	for i := range 10 {
		w.ysq("register", strconv.Itoa(i+1), "--accept", "--column", "自然人", "--applicant", names[i], "--request", wants[i])
	}
	w.ysq("confirm", "1..10", "--how", "电话")
	w.ysq("review", "1..10")
	w.ysq("assign", "1..10", "--to", "大气科", "--person", "王某")
	// Tuesday: notices go out; people write back, from wherever they like.
	w.on("2026-11-17", "09:00")
	w.ysq("correct", "1", "--item", "文号", "--until", "2026-11-18")
	w.ysq("fee", "2", "--by", "件", "--count", "11")
	w.ysq("consult", "5", "--side", "第三方", "--party", "某水务公司")
	w.mail("cor1", "app1", "app1@example.test", "回复：补正告知书", "补正：指东湖片区2024年3月的征收决定。")
	w.mail("pay2", "app2", "app2@example.test", "缴费凭证", "已缴费，见转账单。")
	w.mail("wd3", "app3", "app3@example.test", "撤回申请", "本人自愿撤回申请。")
	w.mail("warn4", "app4", "app4@example.test", "Re: 政府信息公开申请", "再不答复我就复议了")
	w.ysq("poll")
	w.expect(4)
	// A lapse over the answer to 补正 is refused; other steps go on, and take the mail that they decide.
	w.on("2026-11-19", "09:00")
	if out, err := w.try(0, "reply", "1", "--outcome", "逾期不补正"); err == nil || !strings.Contains(err.Error(), "没有人处理") {
		t.Errorf("the lapse over an open 补正: %v\n%s", err, out)
	}
	w.expect(0)
	w.ysq("corrected", "1")
	w.expect(-1)
	w.ysq("paid", "2", "--yuan", "100")
	w.expect(-1)
	w.ysq("withdraw", "3")
	w.expect(-1)
	w.ysq("seen", "4")
	w.expect(-1)
	// A second address, a colleague who forwards, a portal, a thread that is used again.
	w.mail("cor1b", "", "鲁大 <second@example.test>", "补正材料", "补正材料，文号见附件")
	w.mail("fw", "", "guard@example.test", "Fw: 一封信", "麻烦转一下\r\n\r\n---- 转发邮件信息 ----\r\n发件人：何平 <yi2@example.test>\r\n\r\n我要申请公开中山路路灯合同。")
	w.mail("portal", "", "noreply@portal.example.test", "网上申请", "申请人：己某\r\n联系电话：13900000077\r\n通信地址：示例市乙路\r\n所需信息：排污许可证副本")
	w.mail("again", "app6", "app6@example.test", "Re: 政府信息公开申请", "申请人：王六一\r\n联系电话：13900000006\r\n通信地址：示例市某路6号\r\n所需信息：完全另外一件事，公交场站环评登记表")
	w.mail("thanks", "app7", "app7@example.test", "Re: 回执", "收到，谢谢！")
	w.mail("when", "app7", "app7@example.test", "Re: 回执", "请问什么时候答复？")
	w.mail("ad", "", "ad@shop.example.test", "双十一优惠", "全场五折，退订请点击")
	w.ysq("poll")
	w.expect(3) // 补正材料 may be 鲁大's; thanks and 什么时候 of case 7
	w.ysq("seen", "7")
	w.expect(-2)
	// Friday: a letter that the clerk puts into a mail of his own; more people write.
	w.on("2026-11-20", "09:00")
	letter := filepath.Join(t.TempDir(), "告知书.docx")
	w.ysq("letter", "4", "--outcome", "信息不存在", "--grounds", "经检索，本机关未制作该信息", "--later", "-o", letter)
	content, err := os.ReadFile(letter)
	if err != nil {
		t.Fatal(err)
	}
	w.box.deliver(dovecottest.Sent, ownMail(content), w.now())
	for i := 8; i <= 10; i++ {
		w.mail(fmt.Sprintf("q%d", i), fmt.Sprintf("app%d", i), fmt.Sprintf("app%d@example.test", i), "Re: 政府信息公开申请", "情况补充说明，供参考。")
	}
	w.mail("q8b", "app8", "app8@example.test", "Re: 政府信息公开申请", "谢谢")
	w.mail("ask", "", "李问 <ask@example.test>", "咨询", "请问外地户口怎么办理落户？")
	w.mail("record", "", "钱正 <record@example.test>", "更正申请", "本人申请更正贵局档案中本人的登记信息。")
	w.mail("passed", "", "clerk@other.example.test", "Fw: 补充材料", "转给你们\r\n\r\n---- 转发邮件信息 ----\r\n发件人：app9@example.test\r\n主题：补充材料\r\n\r\n补充说明：要全年的。")
	w.mail("astray", "", "冯甲 <astray@example.test>", "政府信息公开申请", "市自然资源局：\r\n申请人：冯甲\r\n联系电话：13900000078\r\n通信地址：示例市丙路\r\n所需信息：甲地块土地出让合同")
	w.mail("hidden", "app10", "app10@example.test", "Re: 政府信息公开申请", "收到，谢谢。另外我还想申请公开贵局2025年公务用车运行维护费用明细，请一并答复。")
	w.mail("repeated", "", "陈八 <app8@example.test>", "政府信息公开申请（再次）", "申请人：陈八\r\n联系电话：13900000008\r\n通信地址：示例市某路8号\r\n所需信息："+wants[7])
	w.ysq("poll")
	w.expect(6)
	for who, step := range map[string][]string{"李问": {"dismiss", "--reason", "咨询，已电话答复"}, "钱正": {"register", "--as", "更正申请", "--accept"}} {
		if out := w.ysq("due", "--all", who); !strings.Contains(out, "未登记（似为") || strings.Contains(out, "补正告知截止") || strings.Contains(out, "待双方确认") {
			t.Errorf("what is due of %s:\n%s", who, out)
		}
		w.ysq(append([]string{step[0], w.caseOf(who)}, step[1:]...)...)
	}
	items, _ := w.due()
	i := slices.IndexFunc(items, func(i ask.DueItem) bool {
		return i.Kind == ask.DueLetterOwed || slices.Contains(i.Marks, "文书待记录发出")
	})
	if i < 0 {
		t.Fatalf("nobody is told of the letter that went out:\n%s", w.ysq("due", "--all"))
	}
	all := w.ysq("due", "--all", "--json")
	_, step, _ := strings.Cut(all, "ysq letter record ")
	step, _, _ = strings.Cut(step, `"`)
	w.ysq(append([]string{"letter", "record"}, strings.Fields(step)...)...)
	if shown := w.ysq("show", "4"); !strings.Contains(shown, "发出") || strings.Contains(shown, "依据 36-4") {
		t.Errorf("the letter's case:\n%s", shown)
	}
	for _, columns := range []int{80, 120} {
		for name, args := range map[string][]string{"due": {"due"}, "morning": nil, "list": {"list"}, "show": {"show", "10"}, "digest": {"digest"}, "mails": {"mail", "list", "--cases"}} {
			out, err := w.try(columns, args...)
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, out)
			}
			if n := strings.Count(out, "\n"); name == "due" && n > 15 {
				t.Errorf("the morning has %d lines at %d columns", n, columns)
			}
			if wide := widest(out); wide > columns {
				t.Errorf("%s: %d columns on %d", name, wide, columns)
			}
			if screens {
				out, _, _ = strings.Cut(out, "\n经过\n") // records name the account that runs the test
				golden(t, fmt.Sprintf("week-%s-%d", name, columns), out)
			}
		}
	}
	w.ysq("verify")
}

// ownMail brings a letter in a mail that somebody wrote in webmail.
func ownMail(letter []byte) []byte {
	var b strings.Builder
	b.WriteString("From: foi@example.test\r\nTo: app4@example.test\r\nSubject: " + mime.BEncoding.Encode("utf-8", "回复：政府信息公开申请") + "\r\nMessage-ID: <own4@example.test>\r\nIn-Reply-To: <app4@example.test>\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nsee file\r\n--b\r\n" +
		"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=1.docx\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	for chunk := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(letter)), 76) {
		b.Write(chunk)
		b.WriteString("\r\n")
	}
	b.WriteString("--b--\r\n")
	return []byte(b.String())
}
