package form

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// take makes the value of a field out of what stands behind its label. It returns nothing for what an
// empty form holds there: lines to write on, hints, "无". doubt is what speaks against the value.
func take(field Field, text string) (value, doubt string) {
	if isChoice(field) {
		if field == Alternative {
			return alternative(text), ""
		}
		return chosen(field, text), ""
	}
	s := unfilled(text)
	if s == "" {
		return "", ""
	}
	switch field {
	case Name, Representative, ContactPerson, Agent:
		return person(s), ""
	case IDType:
		s = columnGap.Split(s, 2)[0]
		if v := chosen(field, s); len([]rune(v)) <= 20 && !strings.ContainsAny(v, "0123456789") {
			return v, ""
		}
		return "", ""
	case IDNumber:
		return idNumber(s)
	case OrgCode:
		if m := orgCode.FindString(strings.ToUpper(dense(s))); m != "" {
			return m, CheckOrgCode(m)
		}
		return "", ""
	case Phone, Fax, AgentPhone:
		return phones(s), ""
	case Postcode:
		if d := onlyDigits.FindString(blankless(s)); len(d) == 6 {
			return d, ""
		}
		if m := lastSix.FindStringSubmatch(fold(s)); m != nil {
			return m[1], "" // 地址及邮编：某市某路1号 100000
		}
		return "", ""
	case Email:
		return strings.Join(emails(s), "、"), ""
	case AppliedOn:
		return date(s), ""
	case Address, Employer:
		s, _, _ = strings.Cut(addressTail.ReplaceAllString(joinLines(s), ""), "。")
		if utf8.RuneCountInString(s) < 2 || utf8.RuneCountInString(s) > 200 {
			return "", ""
		}
		return strings.TrimRight(s, "，,。；;、 "), ""
	case Reference:
		return strings.TrimRight(joinLines(s), "，,。；; "), ""
	}
	s, doubt = prose(s)
	if field == Request {
		s = withoutClosing(s)
	}
	return s, doubt
}

var lastSix = regexp.MustCompile(`(?:^|[^0-9])([0-9]{6})[\s)]*$`)

var columnGap = regexp.MustCompile(`\s{2,}|\n`)

var addressTail = regexp.MustCompile(`[，,；;。（(\s]+(收件人|收信人|联系人|电话|手机|邮编|邮政编码|联系电话).*$`)

var (
	blanks      = regexp.MustCompile(`_{2,}|﹍+|＿+|\.{4,}|…{2,}|-{5,}`)
	placeholder = regexp.MustCompile(`^(请?(单击|点击|在此|此处)[^。]{0,20}(输入|填写|选择)[^。]{0,12}。?|请(填写|输入|详细|注明|写明|如实|准确|描述|选择|说明)[^。]{0,60}。?|必填|选填|可选|可不填|X{2,}|x{2,}|×{2,}|Click or tap here to enter text\.?|选择一项。?)$`)
	nothing     = regexp.MustCompile(`^(无|没有|暂无|空|略|不详|/+|\\+|-+|—+|N/?A|none|null|同上)[。.]?$`)
	leadingHint = regexp.MustCompile(`^[（(](请|必填|选填|可选|例如|如：|注：|须|需)[^（）()]{0,80}[）)]`)
	wholeHint   = regexp.MustCompile(`^[（(【\[][^（）()【】\[\]]{0,160}[）)】\]]$`)
)

// unfilled takes off what the printed form brings along; "" when nothing else is there.
func unfilled(text string) string {
	s := strings.TrimSpace(blanks.ReplaceAllString(text, " "))
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '_' || r == '：' || r == ':' })
	s = strings.TrimSpace(leadingHint.ReplaceAllString(s, ""))
	for {
		first, rest, more := strings.Cut(s, "\n")
		t := strings.TrimSpace(first)
		hint := more && (wholeHint.MatchString(t) || placeholder.MatchString(blankless(t)) || t == "")
		if (!hint || len(s) <= longestHint) && printed(s) {
			return ""
		}
		if !hint {
			return s
		}
		s = strings.TrimSpace(rest)
	}
}

// longestHint is how many bytes below a hint are looked at as one with it.
const longestHint = 4 << 10

// printed reports whether a text is nothing but what stands on an empty form.
func printed(s string) bool {
	f := blankless(s)
	if f == "" || nothing.MatchString(f) || placeholder.MatchString(f) {
		return true
	}
	// A hint at the beginning: （包括名称、文号或者其他特征性描述）
	return wholeHint.MatchString(f) && !strings.ContainsAny(f, "0123456789@")
}

// joinLines makes one line: without a blank between Chinese characters, with one between others.
func joinLines(s string) string {
	var b strings.Builder
	for l := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '\n' }) {
		l = strings.TrimSpace(l)
		if b.Len() > 0 && l != "" {
			last, _ := utf8.DecodeLastRuneInString(b.String())
			if first, _ := utf8.DecodeRuneInString(l); last < 0x80 && first < 0x80 {
				b.WriteByte(' ')
			}
		}
		b.WriteString(l)
	}
	return b.String()
}

var bullet = regexp.MustCompile(`^\s*[-·•●◆▪*]\s+`)

// maxProse is how much of a description is proposed for the record; what is beyond stays in the file that it
// stands in.
const maxProse = 240 << 10

// prose tidies text of several lines. doubt says where it was cut.
func prose(s string) (text, doubt string) {
	var lines []string
	for l := range strings.SplitSeq(s, "\n") {
		if l = strings.TrimSpace(bullet.ReplaceAllString(strings.ReplaceAll(l, "\u3000", " "), "")); l != "" {
			lines = append(lines, l)
		}
	}
	text = strings.Join(lines, "\n")
	if cut := clip(text, maxProse); cut != text {
		return cut + "……（以下从略，全文见申请原件）", fmt.Sprintf("内容过长，只取了前 %d 字，共 %d 字；全文见原件。", utf8.RuneCountInString(cut), utf8.RuneCountInString(text))
	}
	return text, ""
}

var (
	nameEnd  = regexp.MustCompile(`[，,；;。：:（(\[【<《"“|\n）)\]】》”]|\s{2,}|(先生|女士|同志)$`)
	noName   = regexp.MustCompile(`^(签名|签字|盖章|签章|公章|公民|法人|法人或者?其他组织|自然人|个人|身份证|本人|申请人|同上|见附件|详见附件|如下|男|女|姓名|名称|信息|电话|手印|单位|年月日|日期)$`)
	fullName = regexp.MustCompile(`^(\p{Han}{2,4}|\p{Han}{1,8}[·•‧・．]\p{Han}{1,12}([·•‧・．]\p{Han}{1,12})?)$`)
	hanOnly  = regexp.MustCompile(`^\p{Han}{2,4}[\s/，,]*$`)
	latin    = regexp.MustCompile(`^[A-Za-z][A-Za-z .,'-]{1,60}$`)
)

// person reads one name of a person or a body.
func person(s string) string {
	s = strings.TrimSpace(s)
	s = strings.TrimLeft(s, "，,；;、（(【[\"“ ")
	if bodySuffix(s) == "" || !strings.ContainsAny(s, "（(") {
		if loc := nameEnd.FindStringIndex(s); loc != nil {
			if loc[0] == 0 {
				return ""
			}
			s = s[:loc[0]]
		}
	} else if i := strings.IndexAny(s, "，,；;。\n"); i > 0 {
		s = s[:i]
	}
	s = strings.Trim(strings.TrimSpace(s), "/、.．*＊-—_")
	if i := strings.IndexAny(fold(s), "0123456789"); i > 0 && hanOnly.MatchString(s[:i]) {
		s = strings.TrimSpace(s[:min(i, len(s))]) // 联系人及电话：张三 13800000000
	}
	if packed := blankless(s); !latin.MatchString(s) {
		s = packed
	}
	n := utf8.RuneCountInString(s)
	if n < 2 || n > 60 || noName.MatchString(s) || strings.ContainsAny(s, "@＠?？!！=＝") || strings.Contains(s, "××") || strings.Contains(strings.ToUpper(s), "XX") {
		return ""
	}
	han := 0
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			han++
		}
	}
	if han < 2 && !latin.MatchString(s) || digits(s) {
		return ""
	}
	return s
}

// names reads the names of several applicants.
func names(s string) []string {
	s = strings.TrimSpace(s)
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,；;/\n", r) })
	if len(parts) == 1 {
		if f := strings.Fields(fold(s)); len(f) > 1 && everyone(f) {
			parts = f
		} else if a, b, ok := strings.Cut(s, "和"); ok && fullName.MatchString(blankless(a)) && fullName.MatchString(blankless(b)) && surname(blankless(b)) {
			parts = []string{a, b}
		}
	}
	var all []string
	for i, p := range parts {
		p = strings.TrimPrefix(strings.TrimSpace(p), "及")
		v := person(strings.TrimSuffix(p, "等"))
		if v == "" || i > 0 && !(fullName.MatchString(v) && surname(v)) && bodySuffix(v) == "" {
			break // 张三，男，汉族
		}
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
		if len(all) == maxApplicants {
			break
		}
	}
	return all
}

// everyone reports whether all words are whole names, none of them half of a name set apart: 张 三.
func everyone(words []string) bool {
	for _, w := range words {
		if !fullName.MatchString(w) || !surname(w) {
			return false
		}
	}
	return true
}

// The usual surnames; a word that nobody labelled is taken for a name only with one of them.
const surnames = "段白常王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊孟秦邱江尹薛闫阎雷侯龙史陶黎贺顾毛郝龚邵万钱覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂佟臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝封官谈匡鞠惠荆乐冀郁胥南班储栗燕楚鄢劳谌奚皮粟冼蔺楼盘闻位厉伊仝郜海阚花权帅屠豆朴盖练廉禹井祖漆巴丰支狄宣晋云容敬扈晁芮普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭宿鲜印逯隆茹诺慕玉银亢嵇哈湛宾戎勾茅利於揭干尉冶束檀衣阴昝智幸奉植衡富尧闭由"

var doubleSurnames = []string{"欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "端木", "南宫", "独孤", "鲜于", "钟离", "淳于", "公羊", "拓跋", "贺兰",
	"尔朱", "壤驷", "谷梁", "漆雕", "南门", "亓官", "巫马", "乐正", "公良", "宇文", "长孙", "司空", "澹台", "濮阳", "申屠", "太叔", "轩辕", "闾丘", "百里", "东郭", "呼延", "赫连", "完颜",
	"纳兰", "叶赫", "西门", "万俟", "闻人", "梁丘", "左丘", "公冶", "仲孙", "单于", "宗政", "羊舌", "达奚", "褚师"}

// surname reports whether a name begins with one.
func surname(name string) bool {
	name = simple(name)
	first, size := utf8.DecodeRuneInString(name)
	for _, c := range doubleSurnames {
		if strings.HasPrefix(name, c) {
			return true
		}
	}
	return size > 1 && strings.ContainsRune(surnames, first)
}

// longestName is how many characters the longest of fullName has.
const longestName = 34

// likelyName reports whether a word that nobody labelled is a person's name.
func likelyName(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 2 || n > longestName {
		return false
	}
	if dotted := strings.ContainsAny(s, "·•‧・"); !fullName.MatchString(s) || !dotted && !surname(s) || commonWord.MatchString(s) {
		return false
	}
	return n <= 3 || n == 4 && slices.ContainsFunc(doubleSurnames, func(c string) bool { return strings.HasPrefix(s, c) }) || strings.ContainsAny(s, "·•‧・")
}

var commonWord = regexp.MustCompile(`(申请|公开|政府|信息|办公|单位|电话|邮箱|地址|时间|方式|内容|谢谢|您好|你好|领导|此致|敬礼|关于|我们|全体|村民|业主|居民|先生|女士|同志|高兴|平安|时候|文件|和谐|任何|向贵|应当|应该|明确|安置|居住|现在|管理|成立|万分|原件|国家|来信|包括|都是|相关|平台|干部|路段|全部|施工|房屋|计划|连续|于今|于昨|时至|单独|解决|支持|公司|全权|申诉|时任|强烈|祝好|明天)`)

var (
	idShape  = regexp.MustCompile(`[1-9][0-9]{16}[0-9X]`)
	oldID    = regexp.MustCompile(`^[1-9][0-9]{14}$`)
	passport = regexp.MustCompile(`^[A-Z]{1,3}[(]?[0-9]{6,10}[)]?(\([0-9A-Z]\))?$`)
	bodyCode = regexp.MustCompile(`(?:^|[^0-9A-Z])((?:1[129]|5[1239]|9[123]|[ANY]1)[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10})(?:[^0-9A-Z]|$)`)
	orgCode  = regexp.MustCompile(`[0-9A-Z]{18}|[0-9A-Z]{8}-?[0-9X]|[0-9]{15}`)

	onlyDigits = regexp.MustCompile(`^[0-9]+`)
)

var (
	undashed = strings.NewReplacer(" ", "", "-", "", "—", "", "–", "")
	hyphened = strings.NewReplacer(" ", "", "—", "-", "–", "-")
	joinedAt = strings.NewReplacer(" @ ", "@", "@ ", "@", " @", "@", "。", ".")
)

// dense is folded text without what people put between digits.
func dense(s string) string { return undashed.Replace(blankless(s)) }

func idNumber(s string) (value, doubt string) {
	d := strings.ToUpper(strings.ReplaceAll(dense(s), "×", "X"))
	if m := idShape.FindString(d); m != "" {
		return m, CheckID(m)
	}
	// What stands before the digits is the certificate's name: 身份证110101…
	d = strings.TrimLeftFunc(d, func(r rune) bool { return r > 0x7f || r == ':' || r == '/' || r == '(' })
	d = strings.TrimRightFunc(d, func(r rune) bool { return r > 0x7f || strings.ContainsRune(".;,", r) })
	switch n := len(d); {
	case oldID.MatchString(d):
		return d, CheckID(d)
	case passport.MatchString(d):
		return d, ""
	case n >= 8 && n <= 22 && isASCII(d) && !strings.Contains(d, "@") && strings.ContainsAny(d, "0123456789"):
		if strings.Contains(d, "*") {
			return d, "证件号码有隐去的字符，请核对。"
		}
		if n >= 15 && digits(d[:14]) {
			return d, CheckID(d)
		}
		return d, ""
	}
	return "", ""
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > 0x7e }) < 0
}

// codeOf finds a unified code of a body where no label says that it is one: its shape does, and letters that no number of a
// citizen has.
func codeOf(s string) string {
	m := bodyCode.FindStringSubmatch(strings.ToUpper(fold(s)))
	if m == nil || !strings.ContainsFunc(m[1][:17], func(r rune) bool { return r >= 'A' }) {
		return ""
	}
	return m[1]
}

var phoneShape = regexp.MustCompile(`(?:\+|00)85[23][- ]?[0-9]{4}[- ]?[0-9]{4}|(?:\+|00)886[- ]?[0-9]{8,9}|(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}|[(]?0[1-9][0-9]{1,2}[)]?[- —–]{0,3}[1-9][0-9]{2,3}[- ]?[0-9]{4}(?:[- 转]{1,2}[0-9]{1,5})?|400[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}|[2-8][0-9]{6,7}`)

// phones finds telephone numbers; they are given without blanks.
func phones(s string) string {
	f := fold(s)
	var all []string
	for _, loc := range phoneShape.FindAllStringIndex(f, -1) {
		if loc[0] > 0 && isDigit(f[loc[0]-1]) || loc[1] < len(f) && isDigit(f[loc[1]]) {
			continue // part of a longer number
		}
		p := strings.TrimPrefix(hyphened.Replace(f[loc[0]:loc[1]]), "+86")
		for strings.Contains(p, "--") {
			p = strings.ReplaceAll(p, "--", "-")
		}
		if strings.HasPrefix(p, "1") {
			p = strings.ReplaceAll(p, "-", "")
		}
		p = strings.TrimLeft(p, "-")
		if strings.HasPrefix(p, "86") && len(p) == 13 {
			p = p[2:]
		}
		if !slices.Contains(all, p) && len(all) < 4 {
			all = append(all, p)
		}
	}
	return strings.Join(all, "、")
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

var emailShape = regexp.MustCompile(`[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,5}`)

func emails(s string) []string {
	f := joinedAt.Replace(fold(s))
	var all []string
	for _, m := range emailShape.FindAllString(f, -1) {
		if m = strings.Trim(m, "."); !slices.Contains(all, m) && len(all) < 4 {
			all = append(all, m)
		}
	}
	return all
}

var (
	dateShape   = regexp.MustCompile(`(20[0-9]{2})\s*[年./-]\s*([0-9]{1,2})\s*[月./-]\s*([0-9]{1,2})`)
	hanDate     = regexp.MustCompile(`(二[〇○Oo零0][〇○Oo零0一二三四五六七八九]{2})年(十[一二]?|[一二三四五六七八九])月(二十[一二三四五六七八九]?|三十一?|十[一二三四五六七八九]?|[一二三四五六七八九])日`)
	compactDate = regexp.MustCompile(`^20[0-9]{6}$`)
)

// date reads a day as YYYY-MM-DD.
func date(s string) string {
	f := fold(s)
	if m := dateShape.FindStringSubmatch(f); m != nil {
		return civilDate(number(m[1]), number(m[2]), number(m[3]))
	}
	f = blankless(f)
	if compactDate.MatchString(f) {
		return civilDate(number(f[:4]), number(f[4:6]), number(f[6:]))
	}
	if m := hanDate.FindStringSubmatch(f); m != nil {
		year := 0
		for _, r := range m[1] {
			year = year*10 + hanDigit(r)
		}
		return civilDate(year, hanNumber(m[2]), hanNumber(m[3]))
	}
	return ""
}

func civilDate(y, m, d int) string {
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
}

func number(s string) (n int) {
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n
}

func hanDigit(r rune) int {
	if i := slices.Index([]rune("〇一二三四五六七八九"), r); i >= 0 {
		return i
	}
	return 0 // ○, O, 零
}

// hanNumber reads 1 to 99.
func hanNumber(s string) int {
	tens, ones, has := strings.Cut(s, "十")
	if !has {
		return hanDigit([]rune(s)[0])
	}
	n := 10
	if tens != "" {
		n = 10 * hanDigit([]rune(tens)[0])
	}
	if ones != "" {
		n += hanDigit([]rune(ones)[0])
	}
	return n
}

var alternativeText = regexp.MustCompile(`无法按照?[^。]{0,14}方式[^。]{0,12}(可|同意|愿意)?(接受|同意)其[他它]方式`)

// alternative reads the sentence about other ways: it says something only when its box is ticked or an
// answer stands behind it.
func alternative(text string) string {
	for _, c := range choices(text) {
		if c.ticked {
			if strings.HasPrefix(c.text, "不") || c.text == "否" {
				return "不接受其他方式"
			}
			return "可接受其他方式"
		}
	}
	switch t := strings.TrimFunc(alternativeText.ReplaceAllString(blankless(text), ""), filler); t {
	case "是", "可以", "接受", "同意", "可", "可接受", "可接受其他方式":
		return "可接受其他方式"
	case "否", "不接受", "不同意", "不可以":
		return "不接受其他方式"
	}
	return ""
}
