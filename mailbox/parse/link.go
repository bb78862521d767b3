package parse

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/regexp"
)

// hosts are where people put files that a mail cannot carry, by the end of the host's name.
var hosts = []struct{ host, label string }{
	{"pan.baidu.com", "百度网盘"}, {"yun.baidu.com", "百度网盘"}, {"pan.quark.cn", "夸克网盘"}, {"alipan.com", "阿里云盘"}, {"aliyundrive.com", "阿里云盘"},
	{"cloud.189.cn", "天翼云盘"}, {"yun.139.com", "移动云盘"}, {"weiyun.com", "腾讯微云"}, {"jianguoyun.com", "坚果云"}, {"123pan.com", "123云盘"}, {"115.com", "115网盘"},
	{"wenshushu.cn", "文叔叔"}, {"cowtransfer.com", "奶牛快传"}, {"lanzoui.com", "蓝奏云"}, {"lanzoux.com", "蓝奏云"}, {"lanzouw.com", "蓝奏云"}, {"lanzoup.com", "蓝奏云"},
	{"docs.qq.com", "腾讯文档"}, {"kdocs.cn", "金山文档"}, {"shimo.im", "石墨文档"}, {"feishu.cn", "飞书文档"}, {"yuque.com", "语雀"},
	{"dashi.163.com", "网易超大附件"}, {"fs.163.com", "网易超大附件"}, {"ftn.qq.com", "QQ邮箱超大附件"}, {"mail.ftn.qq.com", "QQ邮箱超大附件"},
	{"1drv.ms", "OneDrive"}, {"onedrive.live.com", "OneDrive"}, {"sharepoint.com", "SharePoint"}, {"drive.google.com", "Google Drive"}, {"dropbox.com", "Dropbox"}, {"wetransfer.com", "WeTransfer"}, {"we.tl", "WeTransfer"},
}

const (
	maxLinks  = 20
	maxURL    = 1 << 10
	maxBeside = 8 << 10 // bytes of a page's text that are searched for words about its links

	maxAddresses = 100
	besideLink   = 240 // bytes of text before and behind an address in which words about it stand
)

var (
	elsewhere = regexp.MustCompile(`超大附件|云附件|附件中转站|中转站|网盘|云盘|百度云|微云|在线文档|共享文档|文件快传`)
	passcode  = regexp.MustCompile(`(?:提取码|访问码|提取密码|分享码)[\s:：为是]{0,4}([0-9A-Za-z]{3,8})`)
	forDays   = regexp.MustCompile(`(?:^|[^月0-9])([0-9]{1,3}|[一二两三四五六七八九十]{1,3})\s*(?:天|日)(?:之?内|以内|后)?\s*(?:有效|过期|失效|到期)`)
	untilDay  = regexp.MustCompile(`(20[0-9]{2})[年/.-]([0-9]{1,2})[月/.-]([0-9]{1,2})日?\s*(?:之?前)?\s*(?:到期|过期|失效|截止|有效)`)
	until     = regexp.MustCompile(`(?:有效期至|有效期到|有效期[:：]|有效至|到期时间|过期时间|失效时间|截止时间)[:：\s]{0,4}(20[0-9]{2})[年/.-]([0-9]{1,2})[月/.-]([0-9]{1,2})`)
)

// linksIn notes the addresses of files that are on a server and not in the mail. text is what a person reads
// of the block. A text without an address is only searched for the two words that webmails use: this is on
// intake's path.
func (w *walker) linksIn(text string, b textBlock) {
	source := text
	if b.html {
		source = string(b.bytes) // the addresses stand in attributes
	}
	before := len(w.msg.Links)
	spoken, known := "", false // of a page: the words about its links, looked for once
	all := addresses(source)
	for i, at := range all {
		raw := html.UnescapeString(strings.TrimRight(source[at[0]:at[1]], ".,;:)]"))
		u, err := url.Parse(raw)
		if err != nil || len(raw) > maxURL || len(w.msg.Links) >= maxLinks {
			continue
		}
		label := hostLabel(u)
		if label == "" && b.html && !leadsToFile(u) {
			continue
		}
		beside := text
		if !b.html {
			from, to := max(0, at[0]-besideLink), min(len(text), at[1]+besideLink)
			if i > 0 {
				from = max(from, all[i-1][1])
			}
			if i+1 < len(all) {
				to = min(to, all[i+1][0])
			}
			if beside = text[at[1]:to]; i == 0 || !passcode.MatchString(beside) && !forDays.MatchString(beside) {
				beside += "\n" + text[from:at[0]]
			}
		}
		beside = beside[:min(len(beside), maxBeside)]
		if label == "" {
			if !known || !b.html {
				spoken, known = elsewhere.FindString(beside), true
			}
			label = spoken
		}
		if label == "" || slices.ContainsFunc(w.msg.Links, func(l casefile.Link) bool { return l.URL == raw }) {
			continue
		}
		w.msg.Links = append(w.msg.Links, linkOf(cleanLine(raw), label, u.Query().Get("pwd"), beside))
	}
	if len(w.msg.Links) == before && !tellsOfLinks(text) {
		return
	}
	var detail strings.Builder
	detail.WriteString("附件可能只是会过期的下载链接，不在邮件之内，请尽快下载保存")
	for _, l := range w.msg.Links[before:] {
		detail.WriteString("；" + linkText(l))
	}
	w.defect(DefectLinked, b.where, clip(detail.String(), 2<<10))
}

// tellsOfLinks reports whether a text contains 超大附件 or 云附件.
func tellsOfLinks(text string) bool {
	for {
		before, behind, found := strings.Cut(text, "附件")
		if !found || strings.HasSuffix(before, "超大") || strings.HasSuffix(before, "云") {
			return found
		}
		text = behind
	}
}

// addresses finds http:// and https://, up to maxAddresses of them.
func addresses(s string) (all [][2]int) {
	for at := 0; len(all) < maxAddresses; {
		k := strings.Index(s[at:], "://")
		if k < 0 {
			return all
		}
		k += at
		at = k + len("://")
		begin := k - len("https")
		if begin < 0 || s[begin:k] != "https" {
			if begin = k - len("http"); begin < 0 || s[begin:k] != "http" {
				continue
			}
		}
		for at < len(s) && s[at] > ' ' && s[at] < 0x7f && !strings.ContainsRune("\"'<>\\^`{|}", rune(s[at])) {
			at++
		}
		if at-k > len("://")+3 {
			all = append(all, [2]int{begin, at})
		}
	}
	return all
}

// linkOf takes what the words beside an address say of it.
func linkOf(address, label, code, beside string) casefile.Link {
	l := casefile.Link{URL: address, Where: label, Code: clip(cleanLine(code), 16)}
	if m := passcode.FindStringSubmatch(beside); m != nil && l.Code == "" {
		l.Code = m[1]
	}
	if m := forDays.FindStringSubmatch(beside); m != nil {
		l.Days = daysOf(m[1])
	}
	m := until.FindStringSubmatch(beside)
	if m == nil {
		m = untilDay.FindStringSubmatch(beside)
	}
	if m != nil {
		year, _ := strconv.Atoi(m[1])
		month, _ := strconv.Atoi(m[2])
		day, _ := strconv.Atoi(m[3])
		if month >= 1 && month <= 12 && day >= 1 && day <= 31 {
			l.Until = civil.New(year, time.Month(month), day)
		}
	}
	return l
}

func hostLabel(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if strings.HasSuffix(host, "mail.qq.com") && strings.Contains(u.Path, "ftn") {
		return "QQ邮箱超大附件"
	}
	if strings.HasSuffix(host, "mail.163.com") && strings.Contains(u.Path, "large-attachment") {
		return "网易超大附件"
	}
	for _, h := range hosts {
		if host == h.host || strings.HasSuffix(host, "."+h.host) {
			return h.label
		}
	}
	return ""
}

// leadsToFile tells the address of a download from those of pictures and pages in a webmail's frame.
func leadsToFile(u *url.URL) bool {
	path := strings.ToLower(u.Path)
	return slices.ContainsFunc([]string{"/s/", "/d", "down", "share", "ftn", "attach", "file"}, func(s string) bool { return strings.Contains(path, s) })
}

// daysOf reads 7, 七, 十五 or 三十.
func daysOf(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	n, last := 0, 0
	for _, r := range s {
		switch {
		case r == '十':
			n += max(last, 1) * 10
			last = 0
		case r == '两':
			last = 2
		default:
			last = strings.Index("一二三四五六七八九", string(r))/len("一") + 1
		}
	}
	return n + last
}

// linkText says of a link what a person needs to fetch the file.
func linkText(l casefile.Link) string {
	s := l.Where
	if l.Code != "" {
		s += "，提取码 " + l.Code
	}
	switch {
	case !l.Until.IsZero():
		s += "，有效期至 " + l.Until.String()
	case l.Days > 0:
		s += fmt.Sprintf("，%d 天内有效", l.Days)
	}
	return s + "：" + l.URL
}
