package stats

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// FactGroup is a part of 表二 under one heading.
type FactGroup struct {
	Article string   `json:"article"` // 第二十条第（一）项
	Columns []string `json:"columns"`
	// Balance marks items whose last column is last year's plus the first less the second column.
	Balance bool       `json:"balance"`
	Items   []FactItem `json:"items"`
}

// FactItem is a line of 表二.
type FactItem struct {
	Key   string `json:"key"` // stable name in files
	Label string `json:"label"`
	Money bool   `json:"money"` // has decimals
}

// Facts are the numbers of 表二 by the key of their line, in the order of its columns. Clerks know
// them; the register does not.
type Facts map[string][]Amount

// FactsWithout names the lines of 表二 that have no numbers.
func (f Format) FactsWithout(t Facts) (missing []string) {
	for _, g := range f.Facts {
		for _, item := range g.Items {
			if len(t[item.Key]) != len(g.Columns) {
				missing = append(missing, item.Label)
			}
		}
	}
	return missing
}

// Amount is a number of 表二 in millionths: 万元 have up to six decimals.
type Amount int64

const one = 1_000_000

// ParseAmount reads 96171.6.
func ParseAmount(s string) (Amount, error) {
	whole, part, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/one-1 || len(part) > 6 || strings.HasSuffix(s, ".") {
		return 0, fmt.Errorf("%q 不是数字（不得为负，最多六位小数）", s)
	}
	f, err := strconv.ParseUint("0"+part+strings.Repeat("0", 6-len(part)), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q 不是数字", s)
	}
	return Amount(n*one) + Amount(f), nil
}

func Whole(n int) Amount { return Amount(n) * one }

// String writes as many decimals as there are.
func (a Amount) String() string {
	s := strconv.FormatInt(int64(a/one), 10)
	if part := a % one; part != 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%06d", max(part, -part)), "0")
	}
	return s
}

// MarshalJSON writes a number.
func (a Amount) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalJSON reads a number.
func (a *Amount) UnmarshalJSON(b []byte) (err error) { *a, err = ParseAmount(string(b)); return err }

// check says whether the numbers of 表二 are there and follow from last year's.
func (t Facts) check(f Format, last Facts) []Check {
	if t == nil {
		return []Check{verdict("facts-entered", Warning, "表二尚未填写").by("ysq report edit")}
	}
	var missing, broken []string
	compared := 0
	for _, g := range f.Facts {
		for _, item := range g.Items {
			is := t[item.Key]
			if len(is) != len(g.Columns) {
				missing = append(missing, item.Label)
				continue
			}
			was := last[item.Key]
			if !g.Balance || len(was) != len(g.Columns) {
				continue
			}
			compared++
			end := len(is) - 1
			if want := was[end] + is[0] - is[1]; is[end] != want {
				broken = append(broken, fmt.Sprintf("%s：上年现行有效 %s，加本年制发 %s，减本年废止 %s，应为 %s，填写为 %s",
					item.Label, was[end], is[0], is[1], want, is[end]))
			}
		}
	}
	const rule = "表二：现行有效件数等于上年现行有效件数加本年制发减本年废止"
	checks := []Check{verdict("facts-entered", Fine, "表二已填写")}
	if len(missing) > 0 {
		checks[0] = verdict("facts-entered", Warning, "表二尚未填写："+strings.Join(missing, "、")).by("ysq report edit")
	}
	if compared == 0 && len(broken) == 0 {
		return append(checks, verdict("facts-balance", Fine, rule+"（没有上年的数，未核对）"))
	}
	return append(checks, identity("facts-balance", rule, broken))
}
