package backup

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/casefile/register"
)

// Retention says which backups are kept: the newest of each of the last days and months that have
// one. The zero value keeps all.
type Retention struct {
	Days, Months int
}

// ParseRetention reads "14d,12m".
func ParseRetention(s string) (r Retention, err error) {
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		n, err := strconv.Atoi(strings.TrimRight(part, "dm"))
		if err != nil || n < 1 || n > 9999 {
			return Retention{}, fmt.Errorf("%q 不对：写作 14d,12m，即最近 14 天每天一份、最近 12 个月每月一份", s)
		}
		switch part[len(part)-1] {
		case 'd':
			r.Days = n
		case 'm':
			r.Months = n
		default:
			return Retention{}, fmt.Errorf("%q 缺少单位：d 为天，m 为月", part)
		}
	}
	return r, nil
}

// name is what the name of a backup says. It carries the digest of the last record: a witness
// outside the register, against which a rewriting of the whole file would show.
type name struct {
	register  string // the first characters of its id
	taken     time.Time
	seq       uint64
	head      string // half of the digest's hexadecimal digits
	encrypted bool
}

const (
	takenLayout = "20060102T150405"
	encrypted   = ".tar.age"
)

var namePattern = regexp.MustCompile(`^ysq-([A-Z2-7]{8})-([0-9]{8}T[0-9]{6})-([0-9]{8,20})-([0-9a-f]{32})(\.tar\.age)?$`)

// kept finds our name within a longer one: whoever keeps a copy may write something before or after it.
var kept = regexp.MustCompile(`(?:^|[^A-Za-z0-9])(ysq-[A-Z2-7]{8}-[0-9]{8}T[0-9]{6}-[0-9]{8,20}-[0-9a-f]{32}(?:\.tar\.age)?)(?:[^A-Za-z0-9]|$)`)

// begun finds the beginning of our name, whose rest may be missing or changed.
var begun = regexp.MustCompile(`(?:^|[^A-Za-z0-9])ysq-[A-Z2-7]{8}-[0-9]{8}T[0-9]{6}`)

func nameOf(m register.Meta, taken time.Time, seq uint64, head casefile.Digest, enc bool) name {
	text, _ := head.MarshalText()
	if len(text) < 32 { // an empty register has no record
		text = []byte(strings.Repeat("0", 32))
	}
	return name{registerIn(m), taken.In(civil.Zone).Truncate(time.Second), seq, string(text[:32]), enc}
}

// registerIn is what names say of the register.
func registerIn(m register.Meta) string { return m.ID[:min(8, len(m.ID))] }

func (n name) String() string {
	s := fmt.Sprintf("ysq-%s-%s-%08d-%s", n.register, n.taken.In(civil.Zone).Format(takenLayout), n.seq, n.head)
	if n.encrypted {
		s += encrypted
	}
	return s
}

func parseName(s string) (n name, ok bool) {
	m := namePattern.FindStringSubmatch(s)
	if m == nil {
		return n, false
	}
	taken, err1 := time.ParseInLocation(takenLayout, m[2], civil.Zone)
	seq, err2 := strconv.ParseUint(m[3], 10, 64)
	return name{m[1], taken, seq, m[4], m[5] != ""}, err1 == nil && err2 == nil
}

// expired lists the backups that need not be kept, the oldest first. The newest is always kept.
func (r Retention) expired(all []name) []name {
	if r == (Retention{}) {
		return nil
	}
	all = slices.SortedFunc(slices.Values(all), func(a, b name) int { return cmp.Or(b.taken.Compare(a.taken), cmp.Compare(b.seq, a.seq)) })
	days, months := make(map[string]bool), make(map[string]bool)
	var gone []name
	for i, n := range all {
		day, month := n.taken.In(civil.Zone).Format("20060102"), n.taken.In(civil.Zone).Format("200601")
		keep := i == 0
		if !days[day] && len(days) < r.Days {
			days[day], keep = true, true
		}
		if !months[month] && len(months) < r.Months {
			months[month], keep = true, true
		}
		if !keep {
			gone = append(gone, n)
		}
	}
	slices.Reverse(gone)
	return gone
}
