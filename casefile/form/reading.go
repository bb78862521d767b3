package form

import (
	"slices"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// reading is what is gathered from one document, in the order in which a person reads it. Fields belong
// to the applicant who was named last before them.
type reading struct {
	labels labelIndex
	part   int
	name   string

	found []finding
	known map[valued]bool // the values of found
	apps  []string        // names of the applicants, "" for one who was not named yet
	cur   int             // the applicant that fields belong to

	request int // the request that a reference belongs to

	office    bool   // what follows is about the office that is asked
	kind      string // the part of the form: Citizen, Organisation, or ""
	agent     agentState
	agentPart bool // what follows is the part of a form that is the agent's
	seen      int  // labels of fields, with a value or without
	taken     int  // labels with a value
	asked     []request
	listed    int // lines below sentences that announce a list

	within   bool             // of what a mail passes on, not of the words above it
	from     casefile.Address // who sent what was passed on
	puzzling []row            // lines of a letter of which nothing was made

	machine bool // what is being read was recognised in a picture

	elsewhere *finding // 详见附件, in the place of a description
}

var trailingPostcode = regexp.MustCompile(`[\s，,；;（(]*(邮编|邮政编码)?[：:]?\s*[0-9０-９]{6}\s*[）)]?\s*$`)

var seeElsewhere = regexp.MustCompile(`^(内容)?(请|详|详情|具体)?(内容)?(请|详)?(见|参见|参看)(附|后附|另附|所附)[^。，]{0,12}[。.]?$`)

// finding is a value with all that decides about it later.
type finding struct {
	field  Field
	n      int // applicant within the document
	value  string
	doubt  string
	label  string
	place  string
	conf   int
	listed bool // one of several in a letter: 第一，……第二，……
	weak   bool // names nobody new: a signature, a word in prose

	machine bool // recognised in a picture
}

// request is the description of what is wanted, with its value as blankless and bare write it: each is compared with
// all others.
type request struct {
	finding
	tight, bare string
}

func requestOf(f finding) request { return request{f, blankless(f.value), bare(f.value)} }

type agentState uint8

const (
	noAgent    agentState = iota
	agentNamed            // somewhere before
	agentHere             // in this very line or row
)

// How sure a finding is, by where it was found.
const (
	inCell    = 93
	withColon = 92
	nextLine  = 82
	noColon   = 76
	signed    = 60
)

// place is where a value stands, with how sure that makes it.
type place struct {
	text string
	conf int
}

// put takes what stands behind a label and reports whether there was a value.
func (r *reading) put(l label, labelText, text string, at place) bool {
	if l.field == "" {
		return false
	}
	if l.also != "" {
		second := l
		second.field, second.also, l.also = l.also, "", ""
		defer r.put(second, labelText, text, at)
		if l.field == Address {
			text = trailingPostcode.ReplaceAllString(text, "")
		}
	}
	r.seen++
	field, ok := r.meant(l, text)
	if !ok {
		return false
	}
	f := finding{field: field, label: strings.TrimSpace(strings.Join(strings.Fields(labelText), "")), place: at.text, conf: at.conf}
	if field == Name {
		l.field = Name
		return r.putName(l, f, text)
	}
	f.value, f.doubt = take(f.field, text)
	if f.value == "" {
		return r.misplaced(f, text)
	}
	switch f.field {
	case Request:
		r.putRequest(f)
		r.taken++
		return true
	case Kind:
		r.category(f, f.value)
		if f.value = kindOf(f.value); f.value == "" {
			return false
		}
		r.kind = f.value
	case ContactPerson:
		r.also(f, Phone, text) // 联系人：李四 13800000000
	case Agent:
		if !r.agentPart {
			r.agent = agentHere
		}
	case IDNumber:
		if citizenID.MatchString(labelText+text) && !r.has(IDType) {
			r.add(finding{field: IDType, value: "身份证", label: f.label, place: f.place, conf: f.conf - 8})
		}
	case Medium, Delivery:
		if f.field == Medium {
			r.sent(&f, text)
		}
		if !r.has(Email) {
			r.also(f, Email, text) // 提供方式：电子版，发到 a@example.test
		}
	case Phone:
		r.also(f, Email, text) // 联系方式：13800000000，a@example.test
	}
	r.taken++
	r.add(f)
	return true
}

// meant returns the field that a label stands for in the part of the form that is being read, and with what stands behind
// it. It is not ok where that is nothing of the applicant's.
func (r *reading) meant(l label, text string) (f Field, ok bool) {
	name := person(unfilled(text))
	if l.flags&bodyLabel != 0 && l.field == Name && l.flags&vague != 0 && r.kind != Organisation && bodySuffix(name) == "" {
		return "", false // 名称：关于……的批复
	}
	f = l.field
	if r.agentPart {
		if of, ok := map[Field]Field{Name: Agent, Agent: Agent, Phone: AgentPhone, AgentPhone: AgentPhone}[f]; ok {
			f = of
		} else if f.group() == ofApplicant {
			return "", false
		}
	}
	switch {
	case f == Name:
		return Name, true
	case f == Kind && bodySuffix(name) != "" && utf8.RuneCountInString(name) >= leastBody && choices(text) == nil:
		return Name, true // 申请主体：某某公司, but not 申请人类型：商业企业
	case f == Phone && r.forAgent(Phone) && !r.office:
		return AgentPhone, true
	case r.forAgent(f):
		return "", false
	case f == Remark && alternativeText.MatchString(blankless(text)):
		return Alternative, true
	case f == IDNumber && codeOf(text) != "":
		return OrgCode, true // 证照号码 of a body
	}
	return f, true
}

// putRequest takes the description of what is wanted, without what it says of the delivery.
func (r *reading) putRequest(f finding) {
	kept, said := withoutDelivery(f.value)
	f.value = kept
	r.delivered(said, f.place)
	if seeElsewhere.MatchString(blankless(f.value)) {
		f.conf, f.doubt, f.machine = 30, "申请表只写了“"+f.value+"”，内容须看附件。", r.machine
		r.elsewhere = &f
		return
	}
	r.ask(f)
}

// leastBody is how many characters a body's own name has where a kind of body is asked for: 农民专业合作社 is a kind.
const leastBody = 8

// sent takes out of the form of what was asked for how it is to be sent: 提供方式：邮寄, 形式：复印件，邮寄.
func (r *reading) sent(f *finding, text string) {
	if choices(text) != nil {
		text = f.value
	}
	words := wordsIn(text, deliveryWords)
	switch {
	case words == nil:
	case wordsIn(text, mediumWords) == nil:
		f.field = Delivery
	default:
		way := *f
		way.field, way.value, way.conf = Delivery, strings.Join(words, "、"), f.conf-20
		r.add(way)
	}
}

// misplaced looks for what people write into the wrong field.
func (r *reading) misplaced(f finding, text string) bool {
	switch f.field {
	case Phone:
		return r.also(f, Email, text)
	case IDType:
		return r.also(f, IDNumber, text)
	}
	return false
}

// also takes a second field out of the same text.
func (r *reading) also(f finding, field Field, text string) bool {
	if f.value, f.doubt = take(field, text); f.value == "" {
		return false
	}
	f.field, f.conf = field, f.conf-8
	r.add(f)
	return true
}

// mostMachine is how sure a value can be that was recognised in a picture.
const mostMachine = 70

// doubted marks what was recognised in a picture.
func (r *reading) doubted(f finding) finding {
	if f.machine = r.machine; f.machine {
		f.conf = min(f.conf, mostMachine)
	}
	return f
}

func (r *reading) add(f finding) {
	if f = r.doubted(f); f.machine && f.doubt != "" && (f.field == IDNumber || f.field == OrgCode) {
		return // a number that was misread is somebody else's
	}
	f.n = r.cur
	if f.field.group() == ofRequest {
		f.n = r.request
	} else if f.field.group() == ofMail || strings.HasPrefix(f.label, "共同") {
		f.n = 0
	}
	v := valued{f.field, f.n, bare(f.value)}
	if r.known[v] {
		return
	}
	if r.known == nil {
		r.known = map[valued]bool{}
	}
	r.known[v] = true
	r.found = append(r.found, f)
}

// valued is the value of a field as same compares it. A text made for it names a value a line.
type valued struct {
	field Field
	n     int
	bare  string
}

// forAgent reports whether a field that follows the agent's name is the agent's.
func (r *reading) forAgent(field Field) bool {
	switch field {
	case Phone, IDNumber, IDType, Address, Email, Employer, Postcode:
	case Representative, ContactPerson, Fax, OrgCode:
		return r.office
	default:
		return false
	}
	return r.office || r.agent == agentHere || r.agent == agentNamed && r.has(field)
}

// has reports whether the applicant at hand has a field already.
func (r *reading) has(field Field) bool {
	return slices.ContainsFunc(r.found, func(f finding) bool { return f.field == field && (f.n == r.cur || field.group() == ofMail) })
}

// putName takes the names of applicants. A label of a signature names nobody new.
func (r *reading) putName(l label, f finding, text string) bool {
	all := names(unfilled(text))
	if l.flags&bodyLabel != 0 && len(all) > 1 {
		all = all[:1]
	}
	if len(all) == 0 {
		return false
	}
	r.taken++
	f.weak = l.flags&signLabel != 0
	if f.weak {
		f.conf = min(f.conf, signed)
	}
	r.agent = noAgent
	for _, name := range all {
		f.value = name
		r.nameApplicant(f)
	}
	if len(all) > 1 && len(r.apps) > 0 {
		r.cur = max(0, slices.Index(r.apps, all[0]))
	}
	if !f.weak {
		r.details(f, text)
		if l.flags&bodyLabel != 0 && l.flags&vague == 0 && r.kind != Citizen && bodySuffix(all[0]) == "" {
			// Whoever fills in 单位名称 is no person, whatever the name looks like.
			r.add(finding{field: Kind, value: Organisation, label: f.label, place: f.place + " ", conf: f.conf - 10})
		}
		if r.kind != "" && (bodySuffix(all[0]) != "") == (r.kind == Organisation) {
			f.field, f.value, f.label = Kind, r.kind, r.kind
			r.add(f)
		}
	}
	return true
}

func (r *reading) nameApplicant(f finding) {
	i := slices.IndexFunc(r.apps, func(a string) bool { return same(a, f.value) })
	switch {
	case i >= 0:
		r.cur = i
	case f.weak:
		if len(r.apps) == 0 || r.apps[0] == "" {
			r.cur = 0
		}
		keep := r.cur
		r.cur = 0
		r.add(f)
		r.cur = keep
		return
	case len(r.apps) == 0:
		r.apps, r.cur = []string{f.value}, 0
	case r.apps[r.cur] == "":
		r.apps[r.cur] = f.value
	case len(r.apps) < maxApplicants:
		r.apps = append(r.apps, f.value)
		r.cur = len(r.apps) - 1
	}
	r.add(f)
}

// What one mail may name; beyond it people attach a list, and a person reads it.
const (
	maxApplicants = 100
	maxRequests   = 50
)

// ask takes the description of a request. Descriptions under different labels of one document are one:
// 信息名称 and 内容描述. The same label again is another request.
func (r *reading) ask(f finding) {
	n := requestOf(f)
	for i, o := range r.asked {
		if o.bare == n.bare || strings.Contains(o.tight, n.tight) {
			return
		}
		if o.weak && !f.weak {
			r.asked[i] = n
			return
		}
		if f.weak && !f.listed {
			return
		}
		if f.listed {
			continue
		}
		switch {
		case strings.Contains(n.tight, o.tight):
			r.asked[i].value, r.asked[i].tight, r.asked[i].bare = f.value, n.tight, n.bare
			return
		case o.label != f.label:
			r.asked[i].value, r.asked[i].tight, r.asked[i].bare = o.value+"\n"+f.value, o.tight+n.tight, o.bare+n.bare
			return
		}
	}
	if len(r.asked) < maxRequests {
		n.finding = r.doubted(f)
		r.asked = append(r.asked, n)
	}
}

var citizenID = regexp.MustCompile(`身份证[^件明]|身份证$|公民身份|身份号码`)

// kindOf reads what was ticked for the kind of applicant.
func kindOf(s string) string {
	s = simple(s)
	switch {
	case strings.Contains(s, "公民") || strings.Contains(s, "自然人") || strings.Contains(s, "个人"):
		return Citizen
	case strings.Contains(s, "法人") || strings.Contains(s, "组织") || strings.Contains(s, "单位") || strings.Contains(s, "企业") || categoryOf(s) != casefile.ColumnNone:
		return Organisation
	}
	return ""
}

// categories are the columns of 表三 for bodies in the words of forms.
var categories = []struct {
	word   string
	column casefile.Column
}{
	{"商业企业", casefile.Business}, {"科研机构", casefile.Research}, {"科研院所", casefile.Research}, {"社会公益组织", casefile.Welfare}, {"公益组织", casefile.Welfare},
	{"公益机构", casefile.Welfare}, {"法律服务机构", casefile.LegalService}, {"法律服务", casefile.LegalService}, {"企业", casefile.Business},
}

// categoryOf reads the column that a word names; 其他 is one only where nothing else is said.
func categoryOf(s string) casefile.Column {
	s = simple(s)
	for _, c := range categories {
		if strings.Contains(s, c.word) {
			return c.column
		}
	}
	switch strings.Trim(s, "、 ") {
	case "其他", "其它", "其他组织", "其它组织", "其他机构":
		return casefile.OtherBody
	}
	return casefile.ColumnNone
}

// category takes the column that was ticked, or written, for a body. Of several ticks, such as 法人 and
// within it 社会公益组织, the one that names a column counts.
func (r *reading) category(f finding, picked string) {
	found := casefile.ColumnNone
	for word := range strings.SplitSeq(picked, "、") {
		if c := categoryOf(word); c != casefile.ColumnNone {
			if found != casefile.ColumnNone && found != c {
				return // two columns: nobody knows which
			}
			found = c
		}
	}
	if found != casefile.ColumnNone {
		f.field, f.value, f.doubt = Category, found.Label(), ""
		r.add(f)
	}
}

// same compares values as people would: blanks, width and punctuation do not count.
func same(a, b string) bool { return a == b || bare(a) == bare(b) }

func bare(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \n，,。.；;：:、“”\"'《》（）()", r) {
			return -1
		}
		return r
	}, fold(s)))
}
