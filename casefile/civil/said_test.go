package civil

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSaid(t *testing.T) {
	tuesday := MustParse("2026-12-01")
	for _, tc := range []struct {
		said  string
		tense Tense
		want  string // a date, or what the error says
	}{
		{"2026-11-23", Past, "2026-11-23"},
		{"2026-11-3", Past, "2026-11-03"},
		{"2026.11.3", Past, "2026-11-03"},
		{"2026/11/3", Past, "2026-11-03"},
		{"2026。11。3", Past, "2026-11-03"},
		{"20261127", Past, "2026-11-27"},
		{"2026年11月27日", Past, "2026-11-27"},
		{"2026年11月27号", Past, "2026-11-27"},
		{"2026 年 11 月 27 日", Past, "2026-11-27"},
		{"二〇二六年十一月二十七日", Past, "2026-11-27"},
		{"２０２６－１１－２７", Past, "2026-11-27"},
		{"２０２６年１１月２７日", Past, "2026-11-27"},
		{"2026—11—27", Past, "2026-11-27"},
		{"2026-11-27 周五", Past, "2026-11-27"},
		{"2026年11月27日（星期五）", Past, "2026-11-27"},
		{"2026-11-27 周四", Past, "2026-11-27 周五"},
		{"今天", Past, "2026-12-01"},
		{"昨天", Past, "2026-11-30"},
		{"前天", Past, "2026-11-29"},
		{"大前天", Past, "2026-11-28"},
		{"明天", Future, "2026-12-02"},
		{"后天", Future, "2026-12-03"},
		{"周一", Past, "2026-11-30"},
		{"周二", Past, "2026-12-01"},
		{"周五", Past, "2026-11-27"},
		{"周五", Future, "2026-12-04"},
		{"周五", Anytime, "可以是 2026-11-27 周五 或 2026-12-04 周五"},
		{"周一", Future, "可以是 2026-11-30 周一 或 2026-12-07 周一"},
		{"上周五", Past, "2026-11-27"},
		{"上星期五", Anytime, "2026-11-27"},
		{"上个礼拜天", Anytime, "2026-11-29"},
		{"上上周五", Past, "2026-11-20"},
		{"下周一", Future, "2026-12-07"},
		{"本周日", Future, "2026-12-06"},
		{"3天前", Past, "2026-11-28"},
		{"三天前", Past, "2026-11-28"},
		{"十日前", Past, "可以是 2026-11-21 周六 或 2026-11-10 周二 或 2026-12-10 周四 或 2027-01-10 周日"},
		{"3日后", Future, "可以是 2026-12-04 周五 或 2026-11-03 周二"},
		{"40日前", Past, "2026-10-22"},
		{"三天后", Future, "2026-12-04"},
		{"0天前", Past, "不是日期"},
		{"999天前", Past, "不是日期"},
		{"10个工作日后", Future, "不是日期"},
		{"昨天下午", Past, "2026-11-30"},
		{"上周五上午10点", Past, "2026-11-27"},
		{"11月27日下午3点半", Past, "2026-11-27"},
		{"11月27日 15：30", Past, "2026-11-27"},
		{"2026-11-27 10:30", Past, "2026-11-27"},
		{"2026-11-27T10:30:00", Past, "2026-11-27"},
		{"下午", Past, "不是日期"},
		{"11月27日下午会", Past, "不是日期"},
		{"11月 3日", Past, "2026-11-03"},
		{"11月3日", Past, "2026-11-03"},
		{"11月3号", Anytime, "2026-11-03"},
		{"十一月三日", Past, "2026-11-03"},
		{"11-27", Past, "2026-11-27"},
		{"11/27", Past, "2026-11-27"},
		{"11.27", Past, "2026-11-27"},
		{"１１－２７", Past, "2026-11-27"},
		{"11月27日 周五", Past, "2026-11-27"},
		{"去年12月3日", Past, "2025-12-03"},
		{"明年1月15日", Future, "2027-01-15"},
		{"1-15", Future, "2027-01-15"},
		{"1-15", Anytime, "可以是 2026-01-15 周四 或 2027-01-15 周五"},
		{"1-15", Past, "2026-01-15"},
		{"12-20", Future, "2026-12-20"},
		{"12-20", Past, "可以是 2025-12-20 周六 或 2026-12-20 周日 或 2027-12-20 周一"},
		{"11-27", Future, "2026-11-27"},
		{"1日", Past, "2026-12-01"},
		{"3日", Past, "2026-11-03"},
		{"上月3日", Past, "2026-11-03"},
		{"3日", Future, "2026-12-03"},
		{"26-11-3", Past, "可以是 2026-11-03 周二"},
		{"3/4/2026", Past, "可以是 2026-03-04 周三 或 2026-04-03 周五"},
		{"27/11", Past, "2026-11-27 周五"},
		{"1127", Past, "2026-11-27 周五"},
		{"261127", Past, "是不是 2026-11-27 周五"},
		{"2026-11-31", Past, "2026 年 11 月只有 30 天"},
		{"2026年2月29日", Past, "2026 年 2 月只有 28 天"},
		{"2月30日", Past, "2 月只有 28 天"},
		{"2026-13-01", Past, "不是日期"},
		{"2026-11", Past, "不是日期"},
		{"2026/11-3", Past, "不是日期"},
		{"周八", Past, "不是日期"},
		{"周末", Past, "不是日期"},
		{"去年2026-11-3", Past, "不是日期"},
		{"0000-11-03", Past, "不是日期"},
		{"", Past, "不是日期"},
		{"日", Past, "不是日期"},
		{"99999999999", Past, "不是日期"},
	} {
		t.Run(fmt.Sprint(tc.said, tc.tense), func(t *testing.T) {
			d, err := Said(tc.said, tuesday, tc.tense)
			if got := d.String(); err == nil && got != tc.want {
				t.Errorf("got %s, want %s", d.Long(), tc.want)
			} else if err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			} else if err != nil && d != 0 {
				t.Errorf("a day and an error: %s, %v", got, err)
			}
		})
	}
}

func TestSaidAtTheTurnOfTheYear(t *testing.T) {
	monday := MustParse("2027-01-04")
	for _, tc := range []struct {
		said  string
		tense Tense
		want  string
	}{
		{"12-28", Past, "2026-12-28"},
		{"12-28", Anytime, "可以是 2026-12-28 周一 或 2027-12-28 周二"},
		{"上周五", Past, "2027-01-01"},
		{"上月28日", Past, "2026-12-28"},
		{"28日", Past, "2026-12-28"},
		{"周日", Past, "2027-01-03"},
		{"2月29日", Anytime, "是不是 2028-02-29 周二"},
	} {
		if d, err := Said(tc.said, monday, tc.tense); err == nil && d.String() != tc.want || (err != nil && !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %s, %v, want %s", tc.said, d, err, tc.want)
		}
	}
}

// Whatever day it is, a full date in any manner of writing is that day, and what is past is not to come.
func TestSaidProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := New(2020, 1, rapid.IntRange(1, 5000).Draw(t, "today"))
		d := New(2020, 1, rapid.IntRange(1, 5000).Draw(t, "day"))
		y, m, n := d.Date()
		for _, manner := range []string{"%04d-%02d-%02d", "%d-%d-%d", "%d/%d/%d", "%d.%d.%d", "%d年%d月%d日", "%d年%d月%d", "%04d%02d%02d"} {
			if got, err := Said(fmt.Sprintf(manner, y, m, n), today, Anytime); err != nil || got != d {
				t.Fatalf("%s of %s: %s, %v", manner, d, got, err)
			}
		}
		for _, manner := range []string{"%d-%d", "%d/%d", "%d.%d", "%d月%d日", "%d月%d号"} {
			s := fmt.Sprintf(manner, m, n)
			for _, tense := range []Tense{Anytime, Past, Future} {
				got, err := Said(s, today, tense)
				if err != nil {
					continue
				}
				if _, gm, gd := got.Date(); gm != m || gd != n || tense == Past && got > today {
					t.Fatalf("%s on %s is read as %s", s, today, got)
				}
			}
		}
		if got, err := Said(d.Long(), today, Past); err != nil || got != d {
			t.Fatalf("%s: %s, %v", d.Long(), got, err)
		}
	})
}

func FuzzSaid(f *testing.F) {
	for _, s := range []string{"2026-11-23", "上周五", "二十三号", "11月27日（周五）", "周", "（", "十十十日"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, tense := range []Tense{Anytime, Past, Future} {
			if d, err := Said(s, MustParse("2026-12-01"), tense); (err == nil) == d.IsZero() {
				t.Errorf("%q: %s, %v", s, d, err)
			}
		}
	})
}

// What is no date is read once, however long it is: where its rest was taken apart for each character, this took minutes.
func TestSaidOfWhatIsLong(t *testing.T) {
	if d, err := Said(strings.Repeat("年", 150_000), MustParse("2026-11-20"), Anytime); err == nil {
		t.Errorf("read as %s", d)
	}
}
