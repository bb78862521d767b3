package workday

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile/civil"
)

func date(s string) civil.Date { return civil.MustParse(s) }

func TestAddWorkdays(t *testing.T) {
	tests := []struct {
		start       string
		n           int
		due         string
		provisional bool
		why         string
	}{
		{"2022-09-30", 20, "2022-11-02", false, "国庆, 10-08 and 10-09 work; agrees with a published case"},
		{"2019-04-30", 20, "2019-05-30", false, "劳动节 2019 as amended, 05-05 works"},
		{"2020-01-23", 20, "2020-02-28", false, "prolonged 春节"},
		{"2024-02-08", 7, "2024-02-23", false, "2024-02-09 (除夕) was a working day"},
		{"2024-12-31", 20, "2025-02-05", false, "春节 2025, 01-26 works"},
		{"2025-04-27", 20, "2025-05-28", false, "start on a working Sunday"},
		{"2025-12-31", 20, "2026-01-29", false, "the day before a holiday"},
		{"2026-01-01", 20, "2026-01-29", false, "a holiday start gives the same due date"},
		{"2026-02-13", 7, "2026-03-02", false, "nine-day 春节 2026"},
		{"2026-02-13", 15, "2026-03-12", false, "nine-day 春节 2026"},
		{"2026-02-13", 20, "2026-03-19", false, "nine-day 春节 2026"},
		{"2026-02-13", 40, "2026-04-17", false, "nine-day 春节 2026 and 清明节"},
		{"2026-12-03", 20, "2026-12-31", false, "the last start inside the published data"},
		{"2026-12-04", 20, "2027-01-04", true, "元旦 2027 is statutory and 01-02 a Saturday"},
		{"2026-12-31", 20, "2027-01-29", true, "no notice for 2027"},
		{"2018-12-28", 1, "2018-12-29", false, "a working Saturday of the notice for 2019"},
		{"2018-12-28", 2, "2019-01-02", false, "2018-12-31 is a holiday of the notice for 2019"},
		{"2018-12-27", 1, "2018-12-28", true, "before the data"},
		{"2022-12-30", 1, "2023-01-03", false, "2022-12-31 is a holiday of the notice for 2023"},
		{"2026-03-02", -7, "2026-02-13", false, "counting back over 春节; 02-14 and 02-28 work"},
		{"2026-05-01", 0, "2026-05-01", false, "day zero"},
		{"2027-01-04", -3, "2026-12-29", true, "counting back over 元旦 2027, which is uncertain"},
	}
	for _, test := range tests {
		t.Run(test.start+" "+test.why, func(t *testing.T) {
			due, provisional := Embedded().AddWorkdays(date(test.start), test.n)
			if due != date(test.due) || provisional != test.provisional {
				t.Errorf("got %s, %t; want %s, %t", due, provisional, test.due, test.provisional)
			}
		})
	}
}

func TestNoDay(t *testing.T) {
	c := Embedded()
	if due, provisional := c.AddWorkdays(0, 20); !due.IsZero() || !provisional {
		t.Errorf("AddWorkdays of no day: %s, %t", due, provisional)
	}
	if got := c.Day(0); got != (Day{}) {
		t.Errorf("Day of no day: %+v", got)
	}
	if got := c.Next(0); !got.IsZero() {
		t.Errorf("Next of no day: %s", got)
	}
	if got := c.WorkdaysBetween(0, date("2026-01-01")) + c.WorkdaysBetween(date("2026-01-01"), 0); got != 0 {
		t.Errorf("WorkdaysBetween with no day: %d", got)
	}
}

func TestCount(t *testing.T) {
	for year, want := range map[int]int{2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248} {
		if n, complete := Embedded().Count(year); n != want || !complete {
			t.Errorf("%d: got %d, %t; want %d, true", year, n, complete, want)
		}
	}
	for _, year := range []int{2018, 2027, 2040} {
		if _, complete := Embedded().Count(year); complete {
			t.Errorf("%d: complete without a notice", year)
		}
	}
}

func TestSpan(t *testing.T) {
	if b, e := Embedded().Begin(), Embedded().End(); b != date("2018-12-29") || e != date("2026-12-31") {
		t.Errorf("embedded: %s to %s", b, e)
	}
	var none Calendar
	if !none.Begin().IsZero() || !none.End().IsZero() {
		t.Errorf("no notices: %s to %s", none.Begin(), none.End())
	}
	if d := none.Day(date("2026-02-17")); !d.Provisional || d.Working || d.Name != "春节" {
		t.Errorf("no notices: %+v", d)
	}
}

func TestDayExplains(t *testing.T) {
	for _, want := range []Day{
		{Date: date("2026-02-17"), Kind: Holiday, Name: "春节", Notice: "国办发明电〔2025〕7号"},
		{Date: date("2026-02-15"), Kind: Holiday, Name: "春节", Notice: "国办发明电〔2025〕7号"}, // a Sunday
		{Date: date("2026-02-28"), Kind: MadeUp, Working: true, Notice: "国办发明电〔2025〕7号"},
		{Date: date("2026-03-01"), Kind: Weekend},
		{Date: date("2026-03-02"), Kind: Working, Working: true},
		{Date: date("2018-12-31"), Kind: Holiday, Name: "元旦", Notice: "国办发明电〔2018〕15号"},
		{Date: date("2022-12-31"), Kind: Holiday, Name: "元旦", Notice: "国办发明电〔2022〕16号"},
		{Date: date("2019-05-02"), Kind: Holiday, Name: "劳动节", Notice: "国办发明电〔2019〕3号"},
		{Date: date("2019-05-05"), Kind: MadeUp, Working: true, Notice: "国办发明电〔2019〕3号"},
		{Date: date("2020-01-30"), Kind: Holiday, Name: "春节", Notice: "国办发明电〔2019〕16号"},
		{Date: date("2020-02-01"), Kind: Holiday, Name: "春节", Notice: "国办发明电〔2020〕1号"}, // was to be worked
		{Date: date("2024-02-09"), Kind: Working, Working: true},                       // 除夕
		{Date: date("2027-02-05"), Kind: Holiday, Provisional: true, Name: "春节", Notice: regulation},
		{Date: date("2027-02-09"), Kind: Working, Working: true, Provisional: true},
		{Date: date("2028-10-03"), Kind: Holiday, Provisional: true, Name: "国庆节、中秋节", Notice: regulation},
		{Date: date("2050-10-03"), Kind: Holiday, Provisional: true, Name: "国庆节", Notice: regulation},
		{Date: date("2050-09-30"), Kind: Working, Working: true, Provisional: true}, // 中秋, beyond the table of moons
	} {
		if got := Embedded().Day(want.Date); got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

// oracle decides a day straight from the list of years, the slow way round.
func oracle(years []Year, d civil.Date) (working, provisional bool) {
	working, provisional = statutory(d) == "" && !weekend(d), true
	for _, y := range years {
		if d.Year() == y.Year && len(y.Lacks()) == 0 && y.Notice != "" {
			working, provisional = !weekend(d), false
		}
	}
	for _, y := range years {
		named := func(works bool) {
			working = works
			provisional = provisional && len(y.Lacks()) > 0
		}
		for _, r := range y.Rest {
			if r.From <= d && d <= r.To {
				named(false)
			}
		}
		for _, w := range y.Work {
			if w == d {
				named(true)
			}
		}
	}
	for _, y := range years {
		for _, o := range y.Overrides {
			if o.Date == d {
				working = o.Working
			}
		}
	}
	return working, provisional
}

func TestEveryDayAgreesWithOracle(t *testing.T) {
	adopted := []Year{notice2027(), {Year: 2026, Overrides: []Override{{date("2026-07-20"), false, "台风"}, {date("2026-07-25"), true, "补台风停办"}}}}
	c, err := Embedded().With(adopted...)
	if err != nil {
		t.Fatal(err)
	}
	years := append(notices(), adopted...)
	for d := date("2017-06-01"); d < date("2038-01-01"); d++ {
		working, provisional := oracle(years, d)
		got := c.Day(d)
		if got.Working != working || got.Provisional != provisional || got.Date != d {
			t.Errorf("%s: got %+v; want working %t, provisional %t", d.Long(), got, working, provisional)
		}
		if got.Working != got.Kind.working() || got.Kind == KindNone {
			t.Errorf("%s: working %t does not fit kind %s", d.Long(), got.Working, got.Kind)
		}
	}
}

var dates = rapid.Custom(func(t *rapid.T) civil.Date {
	return civil.Date(rapid.IntRange(int(date("2017-01-01")), int(date("2037-12-31"))).Draw(t, "date"))
})

func TestAddWorkdaysProperties(t *testing.T) {
	c, years := Embedded(), notices()
	rapid.Check(t, func(t *rapid.T) {
		start, n := dates.Draw(t, "start"), rapid.IntRange(1, 60).Draw(t, "n")
		due, provisional := c.AddWorkdays(start, n)

		want, wantProvisional := start, false
		for left := n; left > 0; {
			want++
			working, uncertain := oracle(years, want)
			wantProvisional = wantProvisional || uncertain
			if working {
				left--
			}
		}
		if due != want || provisional != wantProvisional {
			t.Fatalf("%s + %d: got %s, %t; want %s, %t", start, n, due, provisional, want, wantProvisional)
		}
		if !c.Day(due).Working {
			t.Fatalf("%s + %d = %s is no working day", start, n, due.Long())
		}
		if provisional != (due > c.End() || start+1 < c.Begin()) {
			t.Fatalf("%s + %d = %s: provisional is %t", start, n, due, provisional)
		}
		if got := c.WorkdaysBetween(start, due); got != n {
			t.Fatalf("%d working days in (%s, %s], want %d", got, start, due, n)
		}
		if back, _ := c.AddWorkdays(due, -n); back > start || c.WorkdaysBetween(back, start) != 0 || !c.Day(back).Working {
			t.Fatalf("%s + %d = %s, but back is %s", start, n, due, back)
		}
		if later, _ := c.AddWorkdays(start+1, n); later < due {
			t.Fatalf("a day later than %s is due on %s, before %s", start, later, due)
		}
		if more, _ := c.AddWorkdays(start, n+1); more != c.Next(due+1) {
			t.Fatalf("%s + %d = %s, but next of %s is %s", start, n+1, more, due, c.Next(due+1))
		}
	})
}

func TestWorkdaysBetweenProperties(t *testing.T) {
	c := Embedded()
	rapid.Check(t, func(t *rapid.T) {
		a, b, m := dates.Draw(t, "a"), dates.Draw(t, "b"), dates.Draw(t, "m")
		if ab, ba := c.WorkdaysBetween(a, b), c.WorkdaysBetween(b, a); ab != -ba {
			t.Fatalf("(%s, %s]: %d one way, %d the other", a, b, ab, ba)
		}
		if whole, parts := c.WorkdaysBetween(a, b), c.WorkdaysBetween(a, m)+c.WorkdaysBetween(m, b); whole != parts {
			t.Fatalf("(%s, %s] has %d, by way of %s %d", a, b, whole, m, parts)
		}
		if next := c.Next(a); next < a || c.WorkdaysBetween(a-1, next) != 1 {
			t.Fatalf("next of %s is %s", a, next)
		}
	})
}

// notice2027 has the shape of a yearly notice; its number is invented.
func notice2027() Year {
	return Year{Year: 2027, Notice: "国办发明电〔2026〕99号",
		Rest: []Rest{
			rest("元旦", "2026-12-31", "2027-01-02"),
			rest("春节", "2027-02-05", "2027-02-13"),
			rest("清明节", "2027-04-03", "2027-04-05"),
			rest("劳动节", "2027-05-01", "2027-05-05"),
			rest("端午节", "2027-06-09", "2027-06-09"),
			rest("中秋节", "2027-09-15", "2027-09-15"),
			rest("国庆节", "2027-10-01", "2027-10-07"),
		},
		Work: work("2027-01-03", "2027-01-31", "2027-02-20", "2027-05-08", "2027-09-26", "2027-10-09")}
}

func TestWithNotice(t *testing.T) {
	before := Embedded()
	c, err := before.With(notice2027())
	if err != nil {
		t.Fatal(err)
	}
	if got := c.End(); got != date("2027-12-31") {
		t.Errorf("End: %s", got)
	}
	if _, complete := c.Count(2027); !complete {
		t.Error("2027 is not complete with its notice")
	}
	// The notice takes the last day of 2026 and moves a due date that seemed certain.
	if due, provisional := c.AddWorkdays(date("2026-12-03"), 20); due != date("2027-01-03") || provisional {
		t.Errorf("2026-12-03 + 20: %s, %t", due, provisional)
	}
	if due, provisional := before.AddWorkdays(date("2026-12-03"), 20); due != date("2026-12-31") || provisional {
		t.Errorf("With changed its receiver: %s, %t", due, provisional)
	}
}

func TestWithKeepsNothingOfTheCaller(t *testing.T) {
	y := notice2027()
	c, err := Embedded().With(y)
	if err != nil {
		t.Fatal(err)
	}
	y.Rest[0], y.Work[0] = y.Rest[1], y.Work[1]
	again, err := c.With(Year{Year: 2027, Overrides: []Override{{date("2027-03-01"), false, "停电"}}})
	if err != nil {
		t.Fatal(err)
	}
	if d := again.Day(date("2026-12-31")); d.Name != "元旦" {
		t.Errorf("the calendar shares its years with the caller: %+v", d)
	}
}

func TestWithLayers(t *testing.T) {
	typo := notice2027()
	typo.Rest[4] = rest("端午节", "2027-06-10", "2027-06-10")
	override := Year{Year: 2027, Overrides: []Override{{date("2027-03-01"), false, "停电检修"}, {date("2027-03-06"), true, "补停电检修"}}}
	flu := Year{Year: 2027, Notice: "国办发明电〔2027〕1号", Rest: []Rest{rest("春节", "2027-02-14", "2027-02-15")}}
	late := notice2027()
	late.Year, late.Notice = 2029, "国办发明电〔2028〕9号"
	late.Rest = []Rest{rest("元旦至国庆节", "2029-01-01", "2029-10-07")}
	late.Work = nil

	tests := []struct {
		name  string
		years []Year
		day   string
		want  Day
		end   string
	}{
		{"a mistyped notice does not cover its year", []Year{typo}, "2027-06-08",
			Day{Kind: Working, Working: true, Provisional: true}, "2026-12-31"},
		{"adopted again under its number it is replaced", []Year{typo, notice2027()}, "2027-06-10",
			Day{Kind: Working, Working: true}, "2027-12-31"},
		{"an amendment adds to its year", []Year{notice2027(), flu}, "2027-02-15",
			Day{Kind: Holiday, Name: "春节", Notice: "国办发明电〔2027〕1号"}, "2027-12-31"},
		{"an amendment survives the notice adopted again", []Year{notice2027(), flu, notice2027()}, "2027-02-15",
			Day{Kind: Holiday, Name: "春节", Notice: "国办发明电〔2027〕1号"}, "2027-12-31"},
		{"an amendment without its year is uncertain", []Year{flu}, "2027-02-15",
			Day{Kind: Holiday, Name: "春节", Notice: "国办发明电〔2027〕1号", Provisional: true}, "2026-12-31"},
		{"an override wins over a notice that comes later", []Year{override, notice2027()}, "2027-03-01",
			Day{Kind: LocalRest, Notice: "停电检修"}, "2027-12-31"},
		{"an override can make a weekend work", []Year{notice2027(), override}, "2027-03-06",
			Day{Kind: LocalWork, Working: true, Notice: "补停电检修"}, "2027-12-31"},
		{"an override does not make its year certain", []Year{override}, "2027-03-01",
			Day{Kind: LocalRest, Notice: "停电检修", Provisional: true}, "2026-12-31"},
		{"a year out of turn leaves the gap visible", []Year{late}, "2029-12-31",
			Day{Kind: Working, Working: true}, "2026-12-31"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := Embedded().With(test.years...)
			if err != nil {
				t.Fatal(err)
			}
			test.want.Date = date(test.day)
			if got := c.Day(test.want.Date); got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
			if got := c.End(); got != date(test.end) {
				t.Errorf("End: got %s, want %s", got, test.end)
			}
		})
	}
}

func TestWithRefuses(t *testing.T) {
	const number = "国办发明电〔2026〕99号"
	tests := []struct {
		name string
		year Year
		want string // in the error
	}{
		{"empty", Year{Year: 2027, Notice: number}, "没有写任何一天"},
		{"year", Year{Year: 27, Notice: number}, "年份应在"},
		{"number", Year{Year: 2027, Work: work("2027-01-03")}, "缺少通知文号"},
		{"name", Year{Year: 2027, Notice: number, Rest: []Rest{rest("", "2027-01-01", "2027-01-03")}}, "2027-01-01 的假期没有名称"},
		{"order", Year{Year: 2027, Notice: number, Rest: []Rest{rest("元旦", "2027-01-03", "2027-01-01")}}, "末日 2027-01-01 早于首日"},
		{"other year", Year{Year: 2027, Notice: number, Rest: []Rest{rest("春节", "2026-02-05", "2026-02-12")}}, "请核对年份"},
		{"no day", Year{Year: 2027, Notice: number, Rest: []Rest{{Name: "春节"}}}, "请核对年份"},
		{"swap on a weekday", Year{Year: 2027, Notice: number, Work: work("2027-01-04")}, "2027-01-04 周一 不是周末"},
		{"twice", Year{Year: 2027, Notice: number, Rest: []Rest{rest("元旦", "2027-01-01", "2027-01-03")}, Work: work("2027-01-03")}, "既是元旦放假又是调休上班"},
		{"override without reason", Year{Year: 2027, Overrides: []Override{{Date: date("2027-03-01")}}}, "没有写原因"},
		{"override twice", Year{Year: 2027, Overrides: []Override{{date("2027-03-01"), true, "甲"}, {date("2027-03-01"), false, "乙"}}}, "写了两次"},
		{"override of another year", Year{Year: 2027, Overrides: []Override{{date("2028-03-01"), true, "甲"}}}, "请核对年份"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := Embedded().With(test.year)
			if c != nil || !errors.Is(err, ErrYear) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestYearKeepsItsJSON(t *testing.T) {
	y := Year{Year: 2027, Notice: "国办发明电〔2026〕99号", Rest: []Rest{rest("元旦", "2027-01-01", "2027-01-03")}, Work: work("2027-01-09"),
		Overrides: []Override{{date("2027-03-01"), false, "停电"}}}
	const want = `{"year":2027,"notice":"国办发明电〔2026〕99号","rest":[{"name":"元旦","from":"2027-01-01","to":"2027-01-03"}],"work":["2027-01-09"],` +
		`"overrides":[{"date":"2027-03-01","working":false,"reason":"停电"}]}`
	got, err := json.Marshal(y)
	if err != nil || string(got) != want {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
	var back Year
	if err := json.Unmarshal(got, &back); err != nil || !reflect.DeepEqual(back, y) {
		t.Errorf("back: %+v (%v)", back, err)
	}
}

func TestKindText(t *testing.T) {
	for k := KindNone; int(k) < len(kindCodes); k++ {
		text, _ := k.MarshalText()
		var back Kind
		if err := back.UnmarshalText(text); err != nil || back != k {
			t.Errorf("%q reads as %v (%v)", text, back, err)
		}
		if (k.Label() == "") != (k == KindNone) {
			t.Errorf("label of %s is %q", k, k.Label())
		}
	}
	var k Kind
	if err := k.UnmarshalText([]byte("sunday")); err == nil {
		t.Error("an unknown kind was read")
	}
	if got := Kind(99).String() + Kind(99).Label(); got != "kind-99kind-99" {
		t.Errorf("unknown kind prints as %q", got)
	}
}

func TestDayAllocatesNothing(t *testing.T) {
	c, start := Embedded(), date("2026-02-13")
	if n := testing.AllocsPerRun(100, func() { c.AddWorkdays(start, 40) }); n != 0 {
		t.Errorf("AddWorkdays: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { c.Day(civil.New(2199, time.May, 1)) }); n != 0 {
		t.Errorf("Day beyond the table: %v allocations", n)
	}
}

func BenchmarkAddWorkdays(b *testing.B) {
	c, start := Embedded(), date("2026-02-13")
	for b.Loop() {
		c.AddWorkdays(start, 20)
	}
}

func BenchmarkWith(b *testing.B) {
	y := notice2027()
	for b.Loop() {
		if _, err := Embedded().With(y); err != nil {
			b.Fatal(err)
		}
	}
}

func TestExpected(t *testing.T) {
	for day, want := range map[string]int{"2026-01-01": 2026, "2026-10-31": 2026, "2026-11-01": 2027, "2026-12-31": 2027, "2027-01-01": 2027} {
		if got := Expected(civil.MustParse(day)); got != want {
			t.Errorf("on %s: %d, want %d", day, got, want)
		}
	}
}
