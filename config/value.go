package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"

	"ysq.internal/ysq/casefile/civil"
)

// value is a field of a Config that can read and write itself as TOML.
type value interface {
	// read sets the field. The error is one for the administrator: what was expected.
	read(n *unstable.Node) error
	// literal returns what the field holds as TOML.
	literal() string
}

// mismatch says which kind of value was expected.
type mismatch struct{ msg, hint string }

func (m mismatch) Error() string { return m.msg }

func stringOf(n *unstable.Node) (string, error) {
	if n.Kind != unstable.String {
		return "", mismatch{"应为字符串", `用英文双引号括起来，如 "值"`}
	}
	return string(n.Data), nil
}

// quote writes a TOML basic string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		case r == utf8.RuneError:
			b.WriteString(`\uFFFD`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

type text struct{ p *string }

func (v text) read(n *unstable.Node) (err error) {
	*v.p, err = stringOf(n)
	return err
}

func (v text) literal() string { return quote(*v.p) }

type textList struct{ p *[]string }

func (v textList) read(n *unstable.Node) error {
	list, err := listOf(n, stringOf)
	*v.p = list
	return err
}

func (v textList) literal() string { return listLiteral(*v.p, quote) }

type groups struct{ p *[]Group }

func (v groups) read(n *unstable.Node) error {
	list, err := listOf(n, func(n *unstable.Node) (Group, error) {
		if n.Kind == unstable.Integer {
			gid, err := strconv.ParseUint(string(n.Data), 10, 32)
			if err != nil {
				return "", mismatch{"gid 应为 0 到 4294967295 的整数", ""}
			}
			return Group(strconv.FormatUint(gid, 10)), nil
		}
		s, err := stringOf(n)
		if err != nil {
			return "", mismatch{"应为组名或 gid 的列表", `如 ["ysq-users", 2001]`}
		}
		return Group(s), nil
	})
	*v.p = list
	return err
}

func (v groups) literal() string {
	return listLiteral(*v.p, func(g Group) string {
		if n, err := strconv.ParseUint(string(g), 10, 32); err == nil {
			return strconv.FormatUint(n, 10)
		}
		return quote(string(g))
	})
}

func listOf[T any](n *unstable.Node, item func(*unstable.Node) (T, error)) ([]T, error) {
	if n.Kind != unstable.Array {
		return nil, mismatch{"应为列表", `用方括号括起来，如 ["甲", "乙"]`}
	}
	list := []T{}
	for it := n.Children(); it.Next(); {
		x, err := item(it.Node())
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

func listLiteral[T any](list []T, item func(T) string) string {
	items := make([]string, len(list))
	for i, x := range list {
		items[i] = item(x)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

type choice[T ~string] struct {
	p  *T
	of []T
}

func (v choice[T]) read(n *unstable.Node) error {
	quoted := make([]string, len(v.of))
	for i, x := range v.of {
		quoted[i] = quote(string(x))
	}
	want := "可写 " + strings.Join(quoted, "、")
	if n.Kind != unstable.String {
		return mismatch{"应为字符串", want}
	}
	if !slices.Contains(v.of, T(n.Data)) {
		return mismatch{fmt.Sprintf("不认识的值 %q", n.Data), want}
	}
	*v.p = T(n.Data)
	return nil
}

func (v choice[T]) literal() string { return quote(string(*v.p)) }

type boolean struct{ p *bool }

func (v boolean) read(n *unstable.Node) error {
	if n.Kind != unstable.Bool {
		return mismatch{"应为 true 或 false", "不加引号"}
	}
	*v.p = string(n.Data) == "true"
	return nil
}

func (v boolean) literal() string { return strconv.FormatBool(*v.p) }

type port struct{ p *int }

func (v port) read(n *unstable.Node) error {
	i, err := strconv.ParseUint(string(n.Data), 0, 16)
	if n.Kind != unstable.Integer || err != nil || i == 0 {
		return mismatch{"应为 1 到 65535 的整数", "不加引号，如 993"}
	}
	*v.p = int(i)
	return nil
}

func (v port) literal() string { return strconv.Itoa(*v.p) }

type years struct{ p *int }

func (v years) read(n *unstable.Node) error {
	i, err := strconv.ParseUint(string(n.Data), 10, 16)
	if n.Kind != unstable.Integer || err != nil || i == 0 || i > 100 {
		return mismatch{"应为 1 到 100 的整数", "不加引号，如 10、30；不得销毁则不写这一项"}
	}
	*v.p = int(i)
	return nil
}

func (v years) literal() string { return strconv.Itoa(*v.p) }

type days struct{ p *int }

func (v days) read(n *unstable.Node) error {
	i, err := strconv.ParseUint(string(n.Data), 10, 16)
	if n.Kind != unstable.Integer || err != nil || i > 366 {
		return mismatch{"应为 0 到 366 的整数", "不加引号，如 2；0 为不提醒"}
	}
	*v.p = int(i)
	return nil
}

func (v days) literal() string { return strconv.Itoa(*v.p) }

type duration struct{ p *time.Duration }

func (v duration) read(n *unstable.Node) error {
	d, err := time.ParseDuration(string(n.Data))
	if n.Kind != unstable.String || err != nil {
		return mismatch{"应为时长", `带单位并加引号，如 "90s"、"2m"`}
	}
	*v.p = d
	return nil
}

// literal writes what people write: 2m and 90s, where Duration prints 2m0s and 1m30s.
func (v duration) literal() string {
	switch d := *v.p; {
	case d%time.Minute == 0:
		return quote(strconv.FormatInt(int64(d/time.Minute), 10) + "m")
	case d%time.Second == 0:
		return quote(strconv.FormatInt(int64(d/time.Second), 10) + "s")
	default:
		return quote(d.String())
	}
}

type date struct{ p *civil.Date }

func (v date) read(n *unstable.Node) error {
	d, err := civil.Parse(string(n.Data))
	if n.Kind != unstable.LocalDate && n.Kind != unstable.String || err != nil {
		return mismatch{"应为日期", "如 2026-11-23"}
	}
	*v.p = d
	return nil
}

func (v date) literal() string { return v.p.String() }

type width struct{ p *Width }

func (v width) read(n *unstable.Node) error {
	switch {
	case n.Kind == unstable.String && string(n.Data) == "auto":
		*v.p = 0
	case n.Kind == unstable.Integer && string(n.Data) == "1":
		*v.p = 1
	case n.Kind == unstable.Integer && string(n.Data) == "2":
		*v.p = 2
	default:
		return mismatch{`应为 "auto"、1 或 2`, "数字不加引号"}
	}
	return nil
}

func (v width) literal() string {
	if *v.p == 0 {
		return `"auto"`
	}
	return strconv.Itoa(int(*v.p))
}

type monthDay struct{ p *MonthDay }

func (v monthDay) read(n *unstable.Node) error {
	s, err := stringOf(n)
	if err != nil {
		return err
	}
	// In a year without 29 February, which other years would take for another day.
	day, err := civil.Parse("2025-" + s)
	if err != nil {
		return mismatch{fmt.Sprintf("%q 不是月-日", s), `如 "01-31"`}
	}
	_, month, d := day.Date()
	*v.p = MonthDay{month, d}
	return nil
}

func (v monthDay) literal() string { return fmt.Sprintf(`"%02d-%02d"`, v.p.Month, v.p.Day) }

// namedList is names of the office, each written as "2024-03-01 示例市生态环境局".
type namedList struct{ p *[]Named }

func (v namedList) read(n *unstable.Node) error {
	list, err := listOf(n, func(n *unstable.Node) (Named, error) {
		s, err := stringOf(n)
		if err != nil {
			return Named{}, err
		}
		day, name, _ := strings.Cut(strings.TrimSpace(s), " ")
		from, err := civil.Parse(day)
		if name = strings.TrimSpace(name); err != nil || name == "" {
			return Named{}, mismatch{fmt.Sprintf("%q 不是“日期 名称”", s), `如 "2024-03-01 示例市生态环境局"`}
		}
		return Named{from, name}, nil
	})
	*v.p = list
	return err
}

func (v namedList) literal() string {
	return listLiteral(*v.p, func(n Named) string { return quote(n.From.String() + " " + n.Name) })
}
