package form

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/regexp"
)

// Propose gathers what the documents and the header of one mail say about an application. The order of
// docs does not matter much: a form weighs more than a letter, a letter more than the header.
func Propose(docs []Document, h Header) Form {
	var f Form
	g := gathering{at: map[valued]int{}}
	labels := allLabels()
	forwarded := isForward(h.Subject)
	for i := range docs {
		for _, n := range docs[i].Notes {
			f.Notes = append(f.Notes, PartNote{docs[i].Part, docs[i].Name, n})
		}
		r := readForwarded(&docs[i], labels, forwarded)
		f.Blank = f.Blank || r.seen >= 5 && r.taken == 0
		f.Found += r.taken
		for _, w := range r.puzzling {
			f.Puzzling = append(f.Puzzling, Puzzle{Source{Part: r.part, Name: r.name, Place: w.place}, clip(w.text, 240)})
		}
		g.readings = append(g.readings, r)
	}
	g.merge()
	for _, r := range g.readings {
		if r.within { // who forwards a mail is not who applies
			h.From = r.from
		}
	}
	g.header(h)
	f.Proposals = g.result()
	f.Columns = f.columns()
	f.Missing = f.missing(docs)
	f.Nature = natureOf(docs, h)
	return f
}

// readForwarded reads a document that may be a mail which somebody passed on, with a word of his own above it:
// the application is then in what was passed on, unless that says nothing.
func readForwarded(d *Document, labels labelIndex, forwarded bool) *reading {
	own := read(d, labels, false)
	nested := slices.ContainsFunc(d.Blocks, func(b Block) bool { return b.Line != nil && nestedHead.MatchString(b.Line.Text) })
	if !forwarded && !nested || own.filled() {
		return own
	}
	if within := read(d, labels, true); within.taken > 0 || len(within.asked) > 0 || len(within.apps) > 0 {
		return within
	}
	return own
}

// filled reports whether a reading is of a form that was filled in.
func (r *reading) filled() bool {
	return r.taken >= 3 && slices.ContainsFunc(r.found, func(f finding) bool { return f.field == Name && !f.weak })
}

var (
	nestedHead = regexp.MustCompile(`^—— 嵌套邮件：`)
	quotedFrom = regexp.MustCompile(`(?i)^[\s>*]*(?:发件人|寄件人|From)\s*[:：]\s*(.+)$`)
)

// read reads what a document's author wrote, or, with within, what he passes on.
func read(d *Document, labels labelIndex, within bool) *reading {
	r := &reading{labels: labels, part: d.Part, name: d.Name, within: within}
	var rest, run []row
	n, tables := 0, 0
	flush := func() {
		rest = append(rest, r.lines(run)...)
		run = nil
	}
	recognised := false
	for i := range d.Blocks {
		b := &d.Blocks[i]
		if m := b.machine(); m != r.machine {
			flush()
			r.machine, recognised = m, true
		}
		switch {
		case b.Table != nil:
			flush()
			tables++
			if b.Table.Quoted != within {
				continue
			}
			if b.Table.Place == "" {
				b.Table.Place = fmt.Sprintf("表%d", tables)
			}
			rest = append(rest, r.readTable(b.Table)...)
		case b.Line != nil:
			n++
			if b.Line.Quoted != within {
				continue
			}
			if m := quotedFrom.FindStringSubmatch(b.Line.Text); m != nil && within {
				if r.from.Mail == "" {
					r.from = sender(m[1])
				}
				continue
			}
			where := fmt.Sprintf("第%d行", n)
			if b.Line.Place != "" {
				where = b.Line.Place
			}
			run = append(run, row{b.Line.Text, where, n})
		}
	}
	flush()
	r.machine = recognised // a letter is read as a whole
	r.letter(rest)
	return r
}

// machine reports whether a block was recognised in a picture.
func (b Block) machine() bool {
	return b.Line != nil && b.Line.Machine || b.Table != nil && b.Table.Machine
}

var pointed = strings.NewReplacer("＜", "<", "[", "<", "(", "<", "（", "<")

// sender reads the sender of a mail that was passed on.
func sender(s string) (a casefile.Address) {
	if all := emails(s); len(all) > 0 {
		a.Mail = all[0]
	}
	name, _, _ := strings.Cut(pointed.Replace(s), "<")
	a.Name = strings.Trim(strings.TrimSpace(name), "\"“”' ")
	return a
}

var forwardSubject = regexp.MustCompile(`(?i)^\s*((re|回复|答复)\s*[:：]\s*)*(fw|fwd|转发|转)\s*[:：]`)

func isForward(subject string) bool { return forwardSubject.MatchString(subject) }

// PassedOn reports whether a mail is one that its sender had from somebody else, by its subject.
func PassedOn(subject string) bool { return isForward(subject) }

// gathering joins the readings of a mail's documents.
type gathering struct {
	readings []*reading
	props    []Proposal
	at       map[valued]int // where in props a value stands
	apps     []string
	requests []request
}

// merge gives applicants and requests their numbers in the mail: the same name is the same applicant, a
// description that says the same is the same request.
func (g *gathering) merge() {
	slices.SortStableFunc(g.readings, func(a, b *reading) int { return cmp.Compare(b.strength(), a.strength()) })
	for _, r := range g.readings {
		n := g.number(r)
		for _, f := range r.found {
			if f.field == Name && f.weak && len(g.apps) > 0 && !slices.ContainsFunc(g.apps, func(a string) bool { return same(a, f.value) }) {
				f.conf = min(f.conf, 40)
				f.doubt = "与申请人一栏所填不同，可能是代理人、经办人。"
			}
			k := 0
			switch f.field.group() {
			case ofApplicant:
				k = n[min(f.n, len(n)-1)]
			case ofRequest:
				k = f.n
			}
			g.add(Proposal{Field: f.field, N: k, Value: f.value, Doubt: f.doubt, Confidence: f.conf,
				Source: r.source(f)})
		}
	}
	for _, r := range g.readings {
		for _, a := range r.asked {
			g.ask(r, a)
		}
	}
	for _, r := range g.readings {
		if e := r.elsewhere; e != nil && len(g.requests) == 0 {
			g.add(Proposal{Field: Request, Value: e.value, Doubt: e.doubt, Confidence: e.conf, Source: r.source(*e)})
		}
	}
}

// source is where a finding comes from.
func (r *reading) source(f finding) Source {
	return Source{Part: r.part, Name: r.name, Label: f.label, Place: f.place, Machine: f.machine}
}

// strength orders readings: a filled form before a letter.
func (r *reading) strength() int {
	s := r.taken
	if slices.ContainsFunc(r.found, func(f finding) bool { return f.field == Name && !f.weak }) {
		s += 100
	}
	return s
}

// number maps the applicants of a reading to those of the mail.
func (g *gathering) number(r *reading) []int {
	n := []int{0}
	for i, name := range r.apps {
		k := slices.IndexFunc(g.apps, func(a string) bool { return same(a, name) })
		if k < 0 {
			g.apps = append(g.apps, name)
			k = len(g.apps) - 1
		}
		if i == 0 {
			n[0] = k
		} else {
			n = append(n, k)
		}
	}
	if len(r.apps) == 0 { // a letter that somebody else's form goes with, or names nobody
		for _, f := range r.found {
			if f.field == Name {
				if k := slices.IndexFunc(g.apps, func(a string) bool { return same(a, f.value) }); k >= 0 {
					n[0] = k
				}
			}
		}
	}
	return n
}

// add adds a proposal. The same value found again makes it more certain.
func (g *gathering) add(p Proposal) {
	v := valued{p.Field, p.N, bare(p.Value)}
	i, found := g.at[v]
	switch {
	case found:
		o := g.props[i]
		if p.Confidence > o.Confidence {
			g.props[i].Source, g.props[i].Confidence, g.props[i].Value = p.Source, p.Confidence, p.Value
		}
		if o.Source.Part != p.Source.Part {
			g.props[i].Confidence = min(98, g.props[i].Confidence+4)
		}
	case len(g.props) < maxProposals:
		g.at[v] = len(g.props)
		g.props = append(g.props, p)
	}
}

const maxProposals = 2000

// ask numbers a request. What a letter says beside a form is another wording of it; forms that ask for
// different things are different requests.
func (g *gathering) ask(r *reading, a request) {
	source := r.source(a.finding)
	parts := items(a.value)
	for i, o := range g.requests {
		if alike(o.bare, a.bare) {
			if len(parts) == 1 {
				g.add(Proposal{Field: Request, N: i, Value: a.value, Doubt: a.doubt, Confidence: min(a.conf, 90), Source: source})
			}
			return
		}
	}
	if len(g.requests) > 0 && a.weak && !a.listed {
		if len(g.requests) == 1 {
			g.add(Proposal{Field: Request, N: 0, Value: a.value, Confidence: min(a.conf, 50), Source: source})
		}
		return
	}
	conf := a.conf
	if len(parts) > 1 {
		conf -= 8
	}
	for _, p := range parts {
		if len(g.requests) >= maxRequests {
			return
		}
		g.requests = append(g.requests, requestOf(finding{value: p}))
		g.add(Proposal{Field: Request, N: len(g.requests) - 1, Value: p, Doubt: a.doubt, Confidence: conf, Source: source})
	}
}

// alike reports whether two bare descriptions say the same: one contains the other.
func alike(a, b string) bool {
	return a == b || len(a) > 12 && len(b) > 12 && (strings.Contains(a, b) || strings.Contains(b, a))
}

// header adds what the header suggests, where nothing better is at hand.
func (g *gathering) header(h Header) {
	from := Source{Part: MessageText, Label: "发件人", Place: fromHeader}
	if h.From.Mail != "" {
		conf := 50
		g.add(Proposal{Field: Email, Value: h.From.Mail, Confidence: conf, Source: from})
	}
	if m := subjectName.FindStringSubmatch(h.Subject); m != nil && likelyName(m[1]) {
		g.add(Proposal{Field: Name, Value: m[1], Confidence: 45, Source: Source{Part: MessageText, Label: "主题", Place: fromHeader}})
	}
	if name := strings.TrimSpace(h.From.Name); likelyName(name) || privateBody(name) {
		g.add(Proposal{Field: Name, Value: name, Confidence: 30, Source: from})
	}
	if m := subjectRequest.FindStringSubmatch(h.Subject); m != nil && len(g.requests) < 2 && utf8.RuneCountInString(m[1]) >= 4 {
		known := len(g.requests) == 1 && alike(g.requests[0].bare, bare(m[1]))
		if !known && utf8.RuneCountInString(subjectGeneric.ReplaceAllString(m[1], "")) >= 4 {
			g.add(Proposal{Field: Request, Value: m[1], Confidence: 40, Source: Source{Part: MessageText, Label: "主题", Place: fromHeader}})
		}
	}
}

var (
	subjectName    = regexp.MustCompile(`(?:申请|申请表|申请书|公开)\s*[-—_－–（(：:\s]+\s*(\p{Han}{2,4})\s*[)）]?\s*$`)
	subjectRequest = regexp.MustCompile(`(?:申请(?:依法)?(?:公开|获取)|公开)([^-—_：:（(\s].{3,80}?)(?:的申请(?:书|表)?|申请书|申请表)?\s*$`)
	subjectGeneric = regexp.MustCompile(`^(政府)?(信息)?(公开)?(的)?(申请|申请书|申请表)?[-—_：:（(]?`)
)

// result orders the proposals as the form does and derives the kind of applicant.
func (g *gathering) result() []Proposal {
	g.kinds()
	slices.SortStableFunc(g.props, func(a, b Proposal) int {
		return cmp.Or(a.Field.order()-b.Field.order(), a.N-b.N, b.Confidence-a.Confidence)
	})
	return g.props
}

// kinds derives 公民 or 法人或者其他组织 from what was filled in, where no box says it.
func (g *gathering) kinds() {
	top := map[int]Proposal{}
	for _, p := range g.props {
		if p.Field == Name && p.Confidence > top[p.N].Confidence {
			top[p.N] = p
		}
	}
	for n := range max(1, len(g.apps)) {
		p, ok := top[n]
		if !ok {
			continue
		}
		kind, conf := Citizen, min(80, p.Confidence)
		if slices.ContainsFunc(g.props, func(o Proposal) bool {
			return o.Field == Kind && o.N == n && o.Value == Organisation && o.Confidence >= conf
		}) {
			kind = Organisation // the form says so
		}
		if bodySuffix(p.Value) != "" || g.hasField(OrgCode, n) || g.hasField(Representative, n) {
			kind = Organisation
		}
		g.add(Proposal{Field: Kind, N: n, Value: kind, Confidence: conf, Source: p.Source})
	}
}

func (g *gathering) hasField(f Field, n int) bool {
	return slices.ContainsFunc(g.props, func(p Proposal) bool { return p.Field == f && p.N == n })
}

// missing words what 条例 第二十九条 requires and nobody found. 用途 is no legal condition.
func (f Form) missing(docs []Document) []Missing {
	var all []Missing
	need := func(field Field, item string) { all = append(all, Missing{Field: field, Item: item}) }
	if _, ok := f.Best(Name, 0); !ok {
		need(Name, "申请人的姓名或者名称")
	}
	organisation := false
	if k, ok := f.Best(Kind, 0); ok {
		organisation = k.Value == Organisation
	}
	if !f.identified(docs) {
		if organisation {
			need(OrgCode, "申请人的身份证明（如载有统一社会信用代码的营业执照、法人证书复印件）")
		} else {
			need(IDNumber, "申请人的身份证明（如有效身份证件复印件，或者证件名称和号码）")
		}
	}
	if !slices.ContainsFunc(f.Proposals, func(p Proposal) bool {
		return p.Field == Phone || p.Field == Address || p.Field == Email || p.Field == Fax || p.Field == AgentPhone
	}) {
		need(Phone, "申请人的联系方式（联系电话、通信地址或者电子邮箱）")
	}
	if _, ok := f.Best(Request, 0); !ok {
		need(Request, "申请公开的政府信息的名称、文号或者便于行政机关查询的其他特征性描述")
	}
	_, medium := f.Best(Medium, 0)
	_, delivery := f.Best(Delivery, 0)
	if !medium && !delivery {
		need(Delivery, "申请公开的政府信息的形式要求，包括获取信息的方式、途径（如纸面或者电子文档，邮寄、电子邮件或者自行领取）")
	}
	return all
}

// identified reports whether there is any proof of identity, or a picture that may be one.
func (f Form) identified(docs []Document) bool {
	return slices.ContainsFunc(f.Proposals, func(p Proposal) bool { return p.Field == IDNumber || p.Field == OrgCode }) ||
		slices.ContainsFunc(docs, func(d Document) bool {
			return d.Format == Image || idFile.MatchString(d.Name) || slices.ContainsFunc(d.Notes, func(n Note) bool { return n.Code == NoteScan || n.Code == NoteImage })
		})
}

var idFile = regexp.MustCompile(`身份证|证件|护照|营业执照|法人证书|执照`)
