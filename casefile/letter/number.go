package letter

import (
	"fmt"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Office is the office as its letters name it on a day.
type Office struct {
	Name        string // 机关名称
	Code        string // 机关代字
	Contact     string // where the applicant asks and sends things: 联系人、电话、地址
	Payment     string // how the fee is paid
	ReviewOrgan string // 复议机关
	Court       string // 法院
	Retention   string // how long files are usually kept; empty: nobody said
}

// DefaultPattern is how numbers look where the office has said nothing else.
const DefaultPattern = "{代字}{类}〔{年}〕{号}号"

// AllSeries is the series of every letter where the pattern does not tell the kinds apart.
const AllSeries = "all"

// Series returns what is numbered together with a kind of letter under a pattern: each kind for itself, unless the
// numbers of two kinds would look the same.
func Series(pattern string, kind casefile.LetterKind) string {
	if strings.Contains(pattern, "{类}") {
		return kind.String()
	}
	return AllSeries
}

// Document is a number as it is printed. A number of 0 is a draft's: blank.
func Document(pattern string, o Office, kind casefile.LetterKind, n casefile.LetterNumber) string {
	plain, padded := "　　", "　　"
	if n.Number > 0 {
		plain, padded = fmt.Sprint(n.Number), fmt.Sprintf("%03d", n.Number)
	}
	return strings.NewReplacer("{代字}", o.Code, "{类}", specOf(kind).mark, "{年}", fmt.Sprint(n.Year), "{号}", plain, "{NNN}", padded).Replace(pattern)
}

// NeedsCode reports whether numbers of a pattern hold 机关代字.
func NeedsCode(pattern string) bool { return strings.Contains(pattern, "{代字}") }

// long is a day as letters write it: 2026年3月5日.
func long(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	y, m, day := d.Date()
	return fmt.Sprintf("%d年%d月%d日", y, m, day)
}
