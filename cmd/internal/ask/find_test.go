package ask

import (
	"context"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
)

// shelf is a Finder that answers with what a test put into it.
type shelf struct {
	hits  []Hit
	month MonthCount
	asked SearchQuery
}

func (s *shelf) Search(_ context.Context, q SearchQuery, yield func(Hit) error) error {
	s.asked = q
	for _, h := range s.hits {
		if err := yield(h); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Month(context.Context, casefile.ID) (MonthCount, error) { return s.month, nil }

// Everything of a hit that may hold a number goes out masked.
func TestHitsAreMasked(t *testing.T) {
	s := &shelf{
		hits: []Hit{{Case: "2026-00001", Applicant: "张三 13800000001", Subject: "证号11010119900307001X", Found: []Finding{
			{"邮件正文", "…电话13800000002 ", "010-83000001", " 卡号6222020000000000001…"},
			{"文号", "某环答〔2026〕", "17号", ""},
		}}},
		month: MonthCount{Applicant: "13800000003"},
	}
	c := asked(t, &desk{Finder: s}, Viewer)
	var got []Hit
	err := c.Search(t.Context(), SearchQuery{Words: "大气 监测", Limit: 3}, func(h Hit) error { got = append(got, h); return nil })
	if err != nil || len(got) != 1 || s.asked != (SearchQuery{Words: "大气 监测", Limit: 3}) {
		t.Fatalf("%+v, %v; asked %+v", got, err, s.asked)
	}
	var all strings.Builder
	all.WriteString(string(got[0].Applicant) + string(got[0].Subject))
	for _, f := range got[0].Found {
		all.WriteString(f.Before + f.Match + f.After)
	}
	for _, hidden := range []string{"1380000", "110101", "8300", "622202"} {
		if strings.Contains(all.String(), hidden) {
			t.Errorf("%s is shown in %q", hidden, all.String())
		}
	}
	for _, shown := range []string{"0001", "001X", "0002", "某环答〔2026〕17号"} {
		if !strings.Contains(all.String(), shown) {
			t.Errorf("%s is hidden in %q", shown, all.String())
		}
	}
	if m, err := c.Month(t.Context(), "2026-00001"); err != nil || m.Applicant != "*******0003" {
		t.Errorf("month: %+v, %v", m, err)
	}
	if err := asked(t, &desk{Finder: s}, NoRole).Search(t.Context(), SearchQuery{Words: "x"}, nil); err == nil {
		t.Error("nobody may search")
	}
}

func TestHides(t *testing.T) {
	for _, tt := range []struct {
		text, span string
		want       bool
	}{
		{"电话13800000001。", "1380", true},
		{"电话13800000001。", "13800000001", false}, // who knows it may find it
		{"电话13800000001。", "电话13800000001", false},
		{"电话13800000001。", "电话138", true},
		{"证号11010119900307001X", "1101", true},
		{"日期20261123", "2026", false}, // nobody hides it
		{"2026-00017", "2026", false},
		{"某环答〔2026〕17号", "2026", false},
		{"没有号码", "号码", false},
	} {
		start := strings.Index(tt.text, tt.span)
		if got := Hides(tt.text, start, start+len(tt.span)); got != tt.want {
			t.Errorf("Hides %q in %q = %v, want %v", tt.span, tt.text, got, tt.want)
		}
	}
}
