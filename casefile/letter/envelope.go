package letter

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/casefile/regexp"
)

// Envelope is one cover: addressee, sender, and the number by which people find the letter that belongs into it. The
// proof of service names the letter as well, on the post's own papers (国办公开办函〔2016〕235号).
type Envelope struct {
	To, From Postal
	Name     string // of the recipient
	Sender   string
	Content  string // 内件: the number of the letter or of its case
}

// Postal is an address as the post needs it.
type Postal struct {
	Code    string // six digits
	Address string
}

// Missing names the parts of the address that nobody has registered.
func (p Postal) Missing() (all []string) {
	if p.Address == "" {
		all = append(all, "地址")
	}
	if p.Code == "" {
		all = append(all, "邮政编码")
	}
	return all
}

var (
	// pieces are the marks with which people separate addresses, telephones and mailboxes.
	pieces  = regexp.MustCompile(`[，,；;。\n\t]+`)
	mailbox = regexp.MustCompile(`[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+`)
	number  = regexp.MustCompile(`[0-9*][0-9*Xx-]*`)
	heading = regexp.MustCompile(`^\s*(?:[1-9]\s*[.．、]\s*)?(?:(?:通信|通讯|联系|邮寄|收件|收信|送达|详细|家庭|单位|办公|居住|现住)?(?:地址|住址|住所地|住所)\s*[：:]?\s*)?`)
	// numbered finds the number of a house or room, named a street or village, regional the end of a region's name, and
	// organs the end of an organisation's name.
	numbered = regexp.MustCompile(`[0-9一二三四五六七八九十百甲乙丙丁A-Za-z]\s*(?:号|室|楼|幢|栋|组|单元|弄|层|座|信箱)`)
	named    = regexp.MustCompile(`路|街|巷|胡同|村|镇|乡|屯|小区|花园|大厦|广场|里弄`)
	regional = regexp.MustCompile(`[省市区县旗州盟]$`)
	organs   = regexp.MustCompile(`(?:局|办|办公室|公司|处|科|科室|委|委员会|政府|院|所|中心|部|厅|站|队|厂|店|协会|学校|大学)$`)
)

// PostalOf finds an address and its code in the registered contact, a text that may contain telephones and mailboxes
// as well. Whatever does not look like an address is left out.
func PostalOf(contact string) (p Postal) {
	contact = digits.Replace(contact)
	var near, far, seats []string // parts of an address, names of regions, organs that are named after their place
	for _, piece := range pieces.Split(contact, -1) {
		piece = number.ReplaceAllStringFunc(mailbox.ReplaceAllString(piece, ""), func(n string) string {
			switch {
			case len(n) == 6 && !strings.ContainsAny(n, "*-Xx"):
				p.Code = cmp.Or(p.Code, n)
				return ""
			case len(n) > 6: // a telephone, or a number of identity
				return ""
			}
			return n
		})
		piece = leftover.ReplaceAllString(heading.ReplaceAllString(strings.TrimSpace(piece), ""), "")
		piece = strings.Trim(piece, " 　、：:（(")
		switch house := numbered.MatchString(piece); {
		case !house && organs.MatchString(piece):
			if named.MatchString(piece) {
				seats = append(seats, piece)
			}
		case utf8.RuneCountInString(piece) >= 4 && (house || named.MatchString(piece)):
			near, far = append(append(near, far...), piece), nil
		case regional.MatchString(piece):
			far = append(far, piece)
		}
	}
	if near == nil && seats != nil {
		near = append(far, seats...)
	}
	p.Address = strings.Join(near, "")
	return p
}

// leftover is a label whose number has been taken out.
var leftover = regexp.MustCompile(`(?:[（(\[【]?\s*(?:邮编|邮政编码|联系电话|电话|手机|联系方式|电子邮箱|邮箱)?\s*[：:]?\s*[）)\]】]?\s*)*$`)

var digits = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9", "－", "-", "　", " ")

// EnvelopeSize is the code of a cover in GB/T 1416—2003.
type EnvelopeSize string

// envelopeSizes are the covers of the standard for letters within the country, in millimetres.
var envelopeSizes = []struct {
	size          EnvelopeSize
	width, height int
	was           string // its number in the older standard, which shops still use
}{{"DL", 220, 110, "5号"}, {"ZL", 230, 120, "6号"}, {"C5", 229, 162, "7号"}, {"C4", 324, 229, "9号"}, {"B6", 176, 125, "3号"}}

// EnvelopeSizes lists the codes.
func EnvelopeSizes() (all []string) {
	for _, s := range envelopeSizes {
		all = append(all, string(s.size))
	}
	return all
}

// ParseEnvelopeSize reads a code, or the number that shops use for it; the empty string means DL.
func ParseEnvelopeSize(s string) (EnvelopeSize, error) {
	for _, known := range envelopeSizes {
		if s == "" || strings.EqualFold(s, string(known.size)) || s == known.was {
			return known.size, nil
		}
	}
	return "", fmt.Errorf("没有“%s”这种信封；可写 %s", s, strings.Join(EnvelopeSizes(), "、"))
}

// Millimetres of a cover in twentieths of a point.
func mm(n int) int { return n * 1440 * 10 / 254 }

// The layout of a cover [practice]: six boxes of 8 mm by 10 mm for the code, 2 mm apart, 10 mm from the upper left
// corner; addressee and sender below each other, the sender's code in the lower right corner.
const (
	edge, boxWide, boxHigh, gap = 10, 8, 10, 2
	senderHigh                  = 28
	lineAfter                   = 2 // a table is followed by a paragraph, which needs a line
)

var envelopeStyles = []ooxml.ParagraphStyle{
	{ID: "code", Name: "邮编", Face: ooxml.TableFace, Size: 32, Paragraph: `<w:spacing w:line="480" w:lineRule="exact"/><w:jc w:val="center"/>`},
	{ID: "address", Name: "收件地址", Face: ooxml.BodyFace, Size: 32, Paragraph: `<w:spacing w:line="460" w:lineRule="exact"/>`},
	{ID: "longaddress", Name: "收件地址（长）", Face: ooxml.BodyFace, Size: 24, Paragraph: `<w:spacing w:line="340" w:lineRule="exact"/>`},
	{ID: "addressee", Name: "收件人", Face: ooxml.BodyFace, Size: 40, Paragraph: `<w:spacing w:before="160" w:line="600" w:lineRule="exact"/>`},
	{ID: "longaddressee", Name: "收件人（长）", Face: ooxml.BodyFace, Size: 28, Paragraph: `<w:spacing w:before="100" w:line="400" w:lineRule="exact"/>`},
	{ID: "from", Name: "寄件人", Face: ooxml.BodyFace, Size: 24, Paragraph: `<w:spacing w:line="360" w:lineRule="exact"/><w:jc w:val="right"/>`},
	{ID: "content", Name: "内件", Face: ooxml.BodyFace, Size: 21, Paragraph: `<w:spacing w:line="320" w:lineRule="exact"/>`},
	{ID: "break", Name: "换页", Face: ooxml.TableFace, Size: 2, Paragraph: `<w:spacing w:line="20" w:lineRule="exact"/>`},
}

// WriteEnvelopes writes covers of one size as a .docx, one a page: the same bytes for the same covers. On paper that has
// the boxes and the sender printed already, neither is drawn.
func WriteEnvelopes(w io.Writer, all []Envelope, size EnvelopeSize, printed bool) error {
	width, height := 0, 0
	for _, s := range envelopeSizes {
		if s.size == size {
			width, height = s.width, s.height
		}
	}
	if width == 0 {
		return fmt.Errorf("no envelope of size %q", size)
	}
	var b body
	for i, e := range all {
		b.envelope(e, width-2*edge, height-2*edge, printed)
		last := ""
		if i < len(all)-1 {
			last = `<w:r><w:br w:type="page"/></w:r>`
		}
		b.WriteString(`<w:p><w:pPr><w:pStyle w:val="break"/></w:pPr>` + last + `</w:p>`)
	}
	section := fmt.Sprintf(`<w:pgSz w:w="%d" w:h="%d" w:orient="landscape"/><w:pgMar w:top="%d" w:right="%[3]d" w:bottom="%[3]d" w:left="%[3]d" w:header="0" w:footer="0" w:gutter="0"/>`, mm(width), mm(height), mm(edge))
	return ooxml.WriteDocument(w, ooxml.Document{Title: "信封", Body: b.String(), Section: section, Styles: envelopeStyles, Unnumbered: true})
}

// boxes is the number of digits of a code.
const boxes = 6

// envelope draws one cover as a table of three rows of fixed height: the boxes, the addressee, the sender. Nothing in it can
// push the rest away.
func (b *body) envelope(e Envelope, width, height int, printed bool) {
	rest := mm(width) - boxes*mm(boxWide) - (boxes-1)*mm(gap)
	b.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="` + fmt.Sprint(mm(width)) + `" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`)
	for i := range 2*boxes - 1 {
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, mm([]int{boxWide, gap}[i%2]))
	}
	fmt.Fprintf(b, `<w:gridCol w:w="%d"/></w:tblGrid>`, rest)

	b.row(boxHigh)
	for i := range boxes {
		digit := ""
		if i < len(e.To.Code) {
			digit = e.To.Code[i : i+1]
		}
		b.cell(mm(boxWide), 1, "center", !printed, [2]string{"code", digit})
		if i < boxes-1 {
			b.cell(mm(gap), 1, "center", false, [2]string{"code", ""})
		}
	}
	b.cell(rest, 1, "center", false, [2]string{"content", ""})
	b.WriteString(`</w:tr>`)

	const before = 4 // boxes with their gaps, to the left of the addressee
	inset := before * (mm(boxWide) + mm(gap))
	room := mm(width) - inset
	b.row(height - boxHigh - senderHigh - lineAfter)
	b.cell(inset, 2*before, "center", false, [2]string{"content", ""})
	name := e.Name + "　收"
	b.cell(room, 2*boxes-2*before, "center", false,
		[2]string{fitting("address", e.To.Address, 32*10, 2*room), e.To.Address}, [2]string{fitting("addressee", name, 40*10, room), name})
	b.WriteString(`</w:tr>`)

	b.row(senderHigh)
	b.cell(mm(width)-rest, 2*boxes-1, "bottom", false, [2]string{"content", e.Content})
	from := [][2]string{{"from", e.From.Address}, {"from", e.Sender}, {"from", "邮政编码　" + e.From.Code}}
	if printed {
		from = [][2]string{{"from", ""}}
	}
	b.cell(rest, 1, "bottom", false, from...)
	b.WriteString(`</w:tr></w:tbl>`)
}

// fitting returns the style of a text, or its smaller variant where the text would not fit into the room. size is the
// width of a character.
func fitting(style, text string, size, room int) string {
	if utf8.RuneCountInString(text)*size > room {
		return "long" + style
	}
	return style
}

func (b *body) row(high int) {
	fmt.Fprintf(b, `<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="%d" w:hRule="exact"/></w:trPr>`, mm(high))
}

// cell writes a cell that spans some columns of the grid. Each of its paragraphs is a style and a text.
func (b *body) cell(width, span int, align string, border bool, paragraphs ...[2]string) {
	fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, width)
	if span > 1 {
		fmt.Fprintf(b, `<w:gridSpan w:val="%d"/>`, span)
	}
	if border {
		b.WriteString(`<w:tcBorders>`)
		for _, side := range []string{"top", "left", "bottom", "right"} {
			fmt.Fprintf(b, `<w:%s w:val="single" w:sz="6" w:space="0" w:color="FF0000"/>`, side)
		}
		b.WriteString(`</w:tcBorders>`)
	}
	b.WriteString(`<w:vAlign w:val="` + align + `"/></w:tcPr>`)
	for _, p := range paragraphs {
		b.paragraph(p[0], p[1])
	}
	b.WriteString(`</w:tc>`)
}
