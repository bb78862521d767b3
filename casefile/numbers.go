package casefile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// ExpandID completes the number of a case as people write it: 17, １７, #17 and 第17号 mean number 17 of this
// year, 2025-17, 2025年第17号 and 2025－00017 that of 2025. Anything else is taken as it stands, for a ledger
// may have brought in any number, such as 20250017.
func ExpandID(s string, thisYear int) ID {
	s = strings.TrimSpace(s)
	year, n, ok := numbered(narrowDigits(s), thisYear)
	if !ok {
		return ID(s)
	}
	return NewID(year, n)
}

// numbered reads the number of a case in narrow digits.
func numbered(s string, thisYear int) (year, n int, ok bool) {
	said := false
	for _, sign := range []string{"#", "№", "No.", "no.", "编号"} {
		s = strings.TrimPrefix(s, sign)
	}
	for _, between := range []string{"-", "年"} {
		y, rest, found := strings.Cut(s, between)
		if v, err := strconv.Atoi(y); found && err == nil && len(y) == 4 {
			year, s, said = v, rest, true
			break
		}
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "第"), "号")
	if len(s) == 0 || strings.Trim(s, "0123456789") != "" { // Atoi takes a sign, too
		return 0, 0, false
	}
	if !said {
		if year = thisYear; len(s) > mostDigits {
			return 0, 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return year, n, err == nil && n > 0
}

// mostDigits is how long a number of this year may be: more digits have a year in them, in a way of the
// ledger's own.
const mostDigits = 6

// LedgerID reads the number of a case in a ledger. It is what the number means wherever somebody types it, so that
// the case can be found: 2025-17 is 2025-00017. One without a year is of the given year; 0: nobody has said
// which, and nothing is guessed.
func LedgerID(s string, year int) (ID, error) {
	if y, n, ok := ID(s).Number(); ok && NewID(y, n) == ID(s) {
		return ID(s), nil
	}
	id, other := ExpandID(s, year), ExpandID(s, year+1)
	if year == 0 && id != other {
		return "", fmt.Errorf("%q 没有年份，不知道是哪一年的：请写全（如 2026-17），或用 --year 写明整本台账的年份", s)
	}
	if all, err := ExpandIDs(string(id), year); err != nil || len(all) != 1 || all[0] != id {
		return "", fmt.Errorf("%q 写作了几个编号或起止：一行一件，只写一个编号", s)
	}
	return id, nil
}

// longestSpan is how many cases 17..316 may stand for: more than any burst, and a slip of the pen
// does not become ten thousand records.
const longestSpan = 1000

// ExpandIDs reads one or several numbers of cases: 1、3, 1，3, 1 3, and from the first to the last: 17..316,
// 17~30, 17至30, 2025-17..30, 2025-17-2025-30. 17-30 is one number, because a ledger may contain such a one.
func ExpandIDs(s string, thisYear int) ([]ID, error) {
	s = strings.TrimSpace(s)
	var all []ID
	for _, part := range listedNumbers(s, thisYear) {
		some, err := span(part, thisYear)
		if err != nil {
			return nil, err
		}
		if some == nil {
			some = []ID{ExpandID(part, thisYear)}
		}
		all = append(all, some...)
	}
	return all, nil
}

// listedNumbers parts a list where everything in it is a number of a case; otherwise it is one number, which may
// hold commas if it came from a ledger.
func listedNumbers(s string, thisYear int) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("、，,；;。和及与", r) })
	for _, p := range parts {
		if _, _, ok := numbered(narrowDigits(p), thisYear); !ok {
			if first, _, ok := cutSpan(p); !ok {
				return []string{s}
			} else if _, _, ok := numbered(narrowDigits(first), thisYear); !ok {
				return []string{s}
			}
		}
	}
	if len(parts) == 0 {
		return []string{s}
	}
	return parts
}

func cutSpan(s string) (first, last string, ok bool) {
	for _, sign := range []string{"..", "…", "～", "~", "至", "到"} {
		if first, last, ok = strings.Cut(s, sign); ok {
			return first, strings.TrimLeft(last, ".…"), true
		}
	}
	if parts := strings.Split(narrowDigits(s), "-"); len(parts) == 4 && len(parts[0]) == 4 && parts[0] == parts[2] { // both numbers are written in full
		return parts[0] + "-" + parts[1], parts[2] + "-" + parts[3], true
	}
	return "", "", false
}

// MaybeSpan reports whether a number that no case has may have been meant as a span: 17-30.
func MaybeSpan(id ID) bool {
	s := narrowDigits(string(id))
	first, last, ok := strings.Cut(s, "-")
	first = first[strings.LastIndexFunc(first, func(r rune) bool { return r < '0' || r > '9' })+1:] // in 1,3-5 it is the 3
	return ok && first != "" && len(first) <= 3 && last != "" && strings.Trim(s, "0123456789,-") == ""
}

// span reads the cases from a first number to a last. It returns none where the word is no such thing.
func span(s string, thisYear int) ([]ID, error) {
	first, last, ok := cutSpan(s)
	if !ok {
		return nil, nil
	}
	year, from, ok := ExpandID(first, thisYear).Number()
	if !ok && !strings.Contains(s, "..") { // a word of a ledger's number
		return nil, nil
	}
	if n, err := strconv.Atoi(narrowDigits(last)); err == nil {
		last = string(NewID(year, n)) // 30 in 2025-17..30 is of 2025
	}
	lastYear, to, okLast := ExpandID(last, thisYear).Number()
	switch {
	case !ok || !okLast || lastYear != year || to < from:
		return nil, fmt.Errorf("编号的起止 %q 不对：应写作 17..30 或 2025-17..30", s)
	case to-from >= longestSpan:
		return nil, fmt.Errorf("%q 有 %d 件，一次最多 %d 件", s, to-from+1, longestSpan)
	}
	var ids []ID
	for n := from; n <= to; n++ {
		ids = append(ids, NewID(year, n))
	}
	return ids, nil
}

// narrowDigits undoes what an input method does to the digits and signs of a number.
func narrowDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune("－–—−‐", r):
			return '-'
		case r == '＃':
			return '#'
		case r == '號':
			return '号'
		case unicode.IsSpace(r):
			return -1
		}
		return r
	}, s)
}

// DocumentNumber writes 文号 with the brackets and digits of official documents (GB/T 9704): 某环答[2026]17
// becomes 某环答〔2026〕17号. What has no year in brackets is left as it is.
func DocumentNumber(s string) string {
	s = strings.TrimSpace(s)
	before, year, after, ok := cutYear(s)
	if !ok || before == "" { // （2026）某0101行初12号 is how courts write
		return s
	}
	digits := strings.TrimSuffix(strings.TrimPrefix(after, "第"), "号")
	if after != "" && digits != "" && strings.Trim(digits, "0123456789") == "" && !strings.HasSuffix(after, "号") {
		after += "号"
	}
	return before + "〔" + year + "〕" + after
}

// cutYear finds the year in brackets and parts the number there; behind it, digits are narrow and blanks gone.
func cutYear(s string) (before, year, after string, ok bool) {
	rs := []rune(s)
	for i, r := range rs {
		if !strings.ContainsRune("〔[［(（【﹝〖{｛", r) {
			continue
		}
		j := slices.IndexFunc(rs[i+1:], func(r rune) bool { return strings.ContainsRune("〕]］)）】﹞〗}｝", r) })
		if j < 0 {
			return "", "", "", false
		}
		year = narrowDigits(string(rs[i+1 : i+1+j]))
		if len(year) != 4 || strings.Trim(year, "0123456789") != "" {
			continue
		}
		return strings.Join(strings.Fields(string(rs[:i])), ""), year, narrowDigits(string(rs[i+2+j:])), true
	}
	return "", "", "", false
}

// SameDocument reports whether two spellings are one 文号: with 第…号 or without, with leading zeros or
// without, in whatever brackets.
func SameDocument(a, b string) bool {
	return a == b || documentKey(a) == documentKey(b)
}

func documentKey(s string) string {
	before, year, after, ok := cutYear(s)
	if !ok {
		return strings.TrimSpace(s)
	}
	return before + "〔" + year + "〕" + strings.TrimLeft(strings.TrimSuffix(strings.TrimPrefix(after, "第"), "号"), "0")
}

// DocumentYear is the year in the brackets of a 文号; 0 where there is none.
func DocumentYear(s string) int {
	_, year, _, _ := cutYear(s)
	n, err := strconv.Atoi(year)
	if err != nil {
		return 0
	}
	return n
}
