package form

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ysq.internal/ysq/casefile/regexp"
)

// grid is a table by place: which cell covers a row and a column.
type grid struct {
	table *Table
	at    map[[2]int]int // index of the cell
	label map[int]mark   // cells that are nothing but a label
	used  map[int]bool   // cells whose text was taken as a value
	rows  int
	cols  int
}

// What a hostile table may claim to cover.
const (
	maxGridRows = 4000
	maxGridCols = 256
	maxCovered  = 40000
)

func (r *reading) gridOf(t *Table) *grid {
	g := &grid{table: t, at: make(map[[2]int]int), label: make(map[int]mark), used: make(map[int]bool)}
	for i, c := range t.Cells {
		if c.Row < 0 || c.Col < 0 || c.Row >= maxGridRows || c.Col >= maxGridCols {
			continue
		}
		g.rows = max(g.rows, c.Row+1)
		g.cols = min(maxGridCols, max(g.cols, c.Col+max(1, c.ColSpan)))
		for y := c.Row; y < c.Row+max(1, c.RowSpan) && y < maxGridRows; y++ {
			for x := c.Col; x < c.Col+max(1, c.ColSpan) && x < maxGridCols && len(g.at) < maxCovered; x++ {
				if _, taken := g.at[[2]int{y, x}]; !taken {
					g.at[[2]int{y, x}] = i
				}
			}
		}
		text := unboxed(c.Text)
		if next := g.beside(i); next != "" && utf8.RuneCountInString(text) <= 4 && (len(choices(next)) > 1 || dateLine.MatchString(fold(next))) {
			text += "：" // 形式 | □纸面 □光盘
		}
		if simple(fold(strings.TrimRight(text, "：:"))) == "标题" && g.asked(i) {
			text = "信息标题"
		}
		if l, hint, ok := r.labels.whole(text); ok && len(l.text) >= 2 {
			l.hinted(hint)
			g.label[i] = mark{label: l, hint: hint}
		}
	}
	for i := range t.Cells {
		g.guess(i)
	}
	return g
}

// asked reports whether the nearest heading that spans several cells, above a cell or beside it, is that of the
// information asked for.
func (g *grid) asked(i int) bool {
	for k := i - 1; k >= 0; k-- {
		if c := g.table.Cells[k]; (c.RowSpan > 1 && c.Row+c.RowSpan > g.table.Cells[i].Row || c.Col == 0 && c.ColSpan >= max(2, g.cols-1)) && utf8.RuneCountInString(c.Text) < 30 {
			text := simple(fold(c.Text))
			return strings.Contains(text, "信息") && (strings.Contains(text, "所需") || strings.Contains(text, "需要") || strings.Contains(text, "申请公开"))
		}
	}
	return false
}

// beside is the text of the cell that follows in the row.
func (g *grid) beside(i int) string {
	if c, k := g.table.Cells[i], i+1; k < len(g.table.Cells) && g.table.Cells[k].Row == c.Row {
		return g.table.Cells[k].Text
	}
	return ""
}

// isValue reports whether a cell stands beside a label that is none's value itself.
func (g *grid) isValue(i int) bool {
	c := g.table.Cells[i]
	left := g.cellAt(c.Row, c.Col-1)
	_, ok := g.label[left]
	return ok && !g.used[left]
}

// answered reports whether a cell holds what nothing else looks like, and the label before it asks for.
func (g *grid) answered(field Field, i int) bool {
	switch field {
	case Phone, IDNumber, Email, Postcode:
	default:
		return false
	}
	if i < 0 {
		return false
	}
	value, doubt := take(field, g.table.Cells[i].Text)
	return value != "" && doubt == ""
}

// guess takes a cell beside another for a label by its last syllables; and an everyday word that stands
// beside something else than a label for what it is.
func (g *grid) guess(i int) {
	c := g.table.Cells[i]
	left, right := g.cellAt(c.Row, c.Col-1), g.cellAt(c.Row, c.Col+max(1, c.ColSpan))
	_, afterLabel := g.label[left]
	if m, isLabel := g.label[i]; isLabel {
		if m.label.flags&vague != 0 && left >= 0 && !afterLabel && !g.isValue(left) && g.table.Cells[left].RowSpan <= 1 && strings.TrimSpace(g.table.Cells[left].Text) != "" && !g.answered(m.label.field, right) {
			delete(g.label, i)
		}
		return
	}
	if (afterLabel && g.label[left].label.flags&section == 0 && g.label[left].label.field != "" && g.table.Cells[left].RowSpan <= 1 || right < 0) && !g.heading(c.Row) {
		return
	}
	text := simple(fold(unboxed(c.Text)))
	if utf8.RuneCountInString(text) > 60 || len(choices(c.Text)) > 0 {
		return
	}
	rs := []rune(text)
	from := lead(rs, 0)
	end := from
	for end < len(rs) && rs[end] != '(' {
		end++
	}
	if strings.Trim(string(rs[skipHints(rs, end):]), " *") != "" {
		return
	}
	if l, ok := guess(string(rs[from:end])); ok {
		l.hinted(string(rs[end:]))
		g.label[i] = mark{label: l, hint: string(rs[end:])}
	}
}

// heading reports whether a row is the heading of columns: all but one of its cells are known as labels, and none below.
func (g *grid) heading(row int) bool {
	cells, labels, below := 0, 0, 0
	for x := range g.cols {
		if i := g.cellAt(row, x); i >= 0 && g.table.Cells[i].Col == x {
			cells++
			if _, ok := g.label[i]; ok {
				labels++
			}
		}
		if i := g.cellAt(row+1, x); i >= 0 && g.table.Cells[i].Col == x && g.table.Cells[i].Row == row+1 {
			if _, ok := g.label[i]; ok {
				return false
			}
			below++
		}
	}
	return cells >= 3 && labels >= cells-1 && below == cells
}

// unboxed takes the box off a cell such as □公民.
func unboxed(s string) string {
	if utf8.RuneCountInString(s) > 40 {
		return s
	}
	return strings.Trim(plainBoxes(s), "□☑ \n\u3000")
}

// cellAt returns the index of the cell at a place, -1 for none.
func (g *grid) cellAt(row, col int) int {
	if i, ok := g.at[[2]int{row, col}]; ok {
		return i
	}
	return -1
}

// tables reads a table: labels in cells with their values beside or below them, and cells that hold
// lines of their own. It returns the lines that no label claims.
func (r *reading) readTable(t *Table) (rest []row) {
	g := r.gridOf(t)
	order := make([]int, len(t.Cells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(t.Cells[a].Row-t.Cells[b].Row, t.Cells[a].Col-t.Cells[b].Col)
	})
	r.kind = ""
	var solo []row // rows of one cell are lines
	agentTo := 0   // the row below the part that is the agent's
	abreast := g.abreast()
	for _, i := range order {
		c := t.Cells[i]
		if agentTo > 0 && c.Row >= agentTo {
			r.agentPart, agentTo = false, 0
		}
		if g.alone(i) {
			g.used[i] = true
			solo = append(solo, rowsOf(c.Text, placeOf(t, c))...)
			continue
		}
		if len(solo) > 0 && strings.TrimSpace(c.Text) != "" {
			rest = append(rest, r.lines(solo)...)
			solo = nil
		}
		if r.agent == agentHere && c.Row > 0 && c.Col == 0 {
			r.agent = agentNamed
		}
		if g.used[i] {
			continue
		}
		m, isLabel := g.label[i]
		where := place{placeOf(t, c), inCell}
		if isLabel && string(m.label.text) == "申请信息" && !g.headsSection(i) {
			m.label.field, m.label.flags = Request, 0 // with its value beside it, it heads nothing
		}
		if isLabel && m.label.field == "" {
			r.sectionCell(m.label, c, g, where)
			continue
		}
		if isLabel && (m.label.field == Name || m.label.field == Request || m.label.field == Agent) && g.headsSection(i) {
			if m.label.field == Agent {
				r.agentPart, agentTo = true, c.Row+c.RowSpan
			} else {
				r.agentPart, agentTo = false, 0
			}
			continue // 申请人, written upright beside its rows
		}
		if isLabel && c.Col == 0 && abreast > 1 && m.label.field.group() == ofApplicant {
			r.eachAbreast(g, i, m, abreast, where)
			continue
		}
		if isLabel {
			r.labelCell(g, i, m, where)
			continue
		}
		if strings.TrimSpace(c.Text) != "" {
			rest = append(rest, r.ownCell(c, where)...)
		}
	}
	rest = append(rest, r.lines(solo)...)
	r.kind, r.agentPart = "", false
	return rest
}

// abreast counts the applicants that stand side by side in a table, each in a column of his own: as many names beside the
// label of names, and as many values in another row.
func (g *grid) abreast() (n int) {
	for i, m := range g.label {
		c := g.table.Cells[i]
		if m.label.field != Name || c.Col != 0 {
			continue
		}
		values := g.valuesBeside(i)
		if len(values) < 2 || slices.ContainsFunc(values, func(k int) bool { return person(unfilled(g.table.Cells[k].Text)) == "" }) {
			continue
		}
		for k, o := range g.label {
			if other := g.table.Cells[k]; k != i && other.Col == 0 && o.label.field.group() == ofApplicant && o.label.field != "" && len(g.valuesBeside(k)) == len(values) {
				n = max(n, len(values))
				break
			}
		}
	}
	return n
}

// valuesBeside are the cells behind a label up to the end of its row; none where another label stands among them.
func (g *grid) valuesBeside(i int) (all []int) {
	c := g.table.Cells[i]
	for x := c.Col + max(1, c.ColSpan); x < g.cols; {
		k := g.cellAt(c.Row, x)
		if k < 0 {
			break
		}
		if _, isLabel := g.label[k]; isLabel {
			return nil
		}
		all = append(all, k)
		x = g.table.Cells[k].Col + max(1, g.table.Cells[k].ColSpan)
	}
	return all
}

// eachAbreast gives each of the applicants that stand side by side his own value; what they share goes to the first.
func (r *reading) eachAbreast(g *grid, i int, m mark, n int, at place) {
	values := g.valuesBeside(i)
	for k, v := range values {
		g.used[v] = true
		if r.cur = 0; m.label.field != Name && len(values) == n {
			r.cur = min(k, max(0, len(r.apps)-1))
		}
		r.put(m.label, strings.Join(strings.Fields(g.table.Cells[i].Text), ""), g.table.Cells[v].Text, at)
	}
	r.cur = 0
}

// alone reports whether a cell is all that its row says: a line that somebody wrote across a table. A
// label that waits for a value beside it is none.
func (g *grid) alone(i int) bool {
	c := g.table.Cells[i]
	if c.RowSpan > 1 || strings.TrimSpace(c.Text) == "" {
		return false
	}
	for x := range g.cols {
		if j := g.cellAt(c.Row, x); j >= 0 && j != i && strings.TrimSpace(g.table.Cells[j].Text) != "" {
			return false
		}
	}
	if c.Col == 0 && c.ColSpan >= g.cols {
		return true
	}
	_, isLabel := g.label[i]
	return !isLabel || strings.HasSuffix(strings.TrimSpace(fold(c.Text)), ":")
}

// placeOf names a cell for people.
func placeOf(t *Table, c Cell) string {
	name := t.Place
	if name == "" {
		name = "表格"
	}
	return fmt.Sprintf("%s第%d行", name, c.Row+1)
}

// sectionCell takes 公民, 法人或者其他组织, 申请人信息 and their kind, upright beside the rows or lying over
// them. Its box may tell the kind of applicant.
func (r *reading) sectionCell(l label, c Cell, g *grid, at place) {
	if l.flags&section == 0 {
		if !swallows(l) {
			if i := g.cellAt(c.Row, c.Col+max(1, c.ColSpan)); i >= 0 {
				if _, isLabel := g.label[i]; !isLabel {
					g.used[i] = true // 性别：男
				}
			}
		}
		return
	}
	kind := kindOf(string(l.text))
	r.kind = kind
	if kind == "" {
		return
	}
	if all := choices(c.Text); len(all) > 0 && all[0].ticked {
		r.add(finding{field: Kind, value: kind, label: Kind.Label(), place: at.text, conf: at.conf})
	}
}

// headsSection reports whether the label cell i stands upright beside several rows that have labels of
// their own.
func (g *grid) headsSection(i int) bool {
	c := g.table.Cells[i]
	right := g.cellAt(c.Row, c.Col+max(1, c.ColSpan))
	if right < 0 {
		return false
	}
	_, isLabel := g.label[right]
	return isLabel && c.RowSpan > 1
}

// labelCell gives a label its value: the cell to the right, otherwise the cells below.
func (r *reading) labelCell(g *grid, i int, m mark, at place) {
	c := g.table.Cells[i]
	r.enter(m.label, m.hint)
	if l := m.label; l.field == Name && l.flags&signLabel == 0 && signHint.MatchString(m.hint) {
		m.label.flags |= signLabel
	}
	labelText := strings.Join(strings.Fields(c.Text), "")
	text, ok := g.right(i, m.label.field)
	if !ok && g.below(i, m.label.field) {
		r.column(g, i, m, at)
		return
	}
	if strings.TrimSpace(text) == "" {
		r.seen++
		return
	}
	r.value(m.label, labelText, text, at)
}

// right returns what stands to the right of a label cell, over all rows that it spans; false when there
// is no cell but the next label.
func (g *grid) right(i int, field Field) (string, bool) {
	c := g.table.Cells[i]
	var texts []string
	found := false
	for y := c.Row; y < min(c.Row+max(1, c.RowSpan), g.rows); y++ {
		for x := c.Col + max(1, c.ColSpan); x < maxGridCols; {
			j := g.cellAt(y, x)
			if j < 0 {
				break
			}
			if _, isLabel := g.label[j]; isLabel && !answers(field, g.table.Cells[j].Text) {
				break
			}
			v := g.table.Cells[j]
			if !g.used[j] {
				found = true
				g.used[j] = true
				texts = append(texts, v.Text)
			}
			x = v.Col + max(1, v.ColSpan)
			if !isChoice(field) && strings.TrimSpace(v.Text) != "" && !oneBoxed(field) {
				break
			}
		}
	}
	return strings.TrimSpace(strings.Join(texts, "\n")), found
}

// answers reports whether a text that looks like a label is an answer to the label before it: 证件名称 is
// answered by 身份证, 获取信息的方式 by 电子邮件 or by boxes.
func answers(field Field, text string) bool {
	if isChoice(field) && len(choices(text)) > 0 {
		return true
	}
	switch t := blankless(text); field {
	case IDType:
		return t == "身份证" || t == "居民身份证" || t == "营业执照"
	case Delivery, Medium:
		return byMail.MatchString(simple(t)) || t == "传真"
	}
	return false
}

// byMail is an answer to how something is to be sent, also with the address: 电子邮件（a@example.test）.
var byMail = regexp.MustCompile(`^(电子)?(邮件|邮箱|信箱)([（(：:，,；;].*|[A-Za-z0-9._-]+@.*)?$`)

// oneBoxed tells the fields that forms divide into one cell for each character.
func oneBoxed(f Field) bool { return f == IDNumber || f == Postcode || f == OrgCode }

// below reports whether the cell under a label is a value.
func (g *grid) below(i int, field Field) bool {
	c := g.table.Cells[i]
	j := g.cellAt(c.Row+max(1, c.RowSpan), c.Col)
	if j < 0 || g.used[j] {
		return false
	}
	_, isLabel := g.label[j]
	return (!isLabel || answers(field, g.table.Cells[j].Text)) && strings.TrimSpace(g.table.Cells[j].Text) != ""
}

// column takes the values below a label. Under a heading with others beside it every row is another
// applicant, as in a list of villagers.
func (r *reading) column(g *grid, i int, m mark, at place) {
	c := g.table.Cells[i]
	labelText := strings.Join(strings.Fields(c.Text), "")
	keep := r.cur
	n := 0
	for y := c.Row + max(1, c.RowSpan); y < g.rows; {
		j := g.cellAt(y, c.Col)
		if j < 0 {
			break
		}
		v := g.table.Cells[j]
		if _, isLabel := g.label[j]; isLabel && !answers(m.label.field, v.Text) || g.used[j] || g.isValue(j) {
			break
		}
		y = v.Row + max(1, v.RowSpan)
		if utf8.RuneCountInString(v.Text) > 400 && m.label.field != Request {
			break
		}
		g.used[j] = true
		at.text = placeOf(g.table, v)
		if m.label.field.group() == ofApplicant && m.label.field != Name && n < len(r.apps) {
			r.cur = n
		}
		if m.label.field == Reference {
			r.request = n
		}
		r.put(m.label, labelText, v.Text, at)
		if n++; n >= maxApplicants || m.label.field.group() == ofMail {
			break
		}
	}
	if r.request = 0; len(r.apps) > 0 {
		r.cur = min(keep, len(r.apps)-1)
	}
}

// value takes the text of a value cell. Another label with a colon may stand in it: 邮编：100000.
func (r *reading) value(l label, labelText, text string, at place) {
	if l.field == Request {
		r.put(l, labelText, r.reference(text, at), at)
		return
	}
	if long := l.field == Purpose || l.field == Remark || isChoice(l.field); !long {
		first, rest := text, ""
		if rs := []rune(text); len(rs) < 1000 {
			if ms := r.marks([]rune(simple(fold(text)))); len(ms) > 0 && ms[0].at > 0 && ms[0].conf == withColon {
				first, rest = string(rs[:ms[0].at]), string(rs[ms[0].at:])
			}
		}
		r.put(l, labelText, first, at)
		if rest != "" {
			r.lines(rowsOf(rest, at.text))
		}
		return
	}
	r.put(l, labelText, text, at)
}

// ownCell reads a cell that is neither a label nor a value: it may hold label：value lines, boxes, or a
// whole letter.
func (r *reading) ownCell(c Cell, at place) []row {
	rest := r.lines(rowsOf(c.Text, at.text))
	if utf8.RuneCountInString(c.Text) < 60 {
		return nil // a title, a hint
	}
	return rest
}

func rowsOf(text, place string) []row {
	var all []row
	for l := range strings.SplitSeq(text, "\n") {
		all = append(all, row{text: l, place: place})
	}
	return all
}
