package workday

import (
	"math"
	"regexp"
	"testing"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

func TestNoticesAreSound(t *testing.T) {
	if err := check(notices()); err != nil {
		t.Error(err)
	}
	number := regexp.MustCompile(`^国办发明电〔20(18|19|2\d)〕\d+号$`)
	covered := map[int]bool{}
	for _, y := range notices() {
		if !number.MatchString(y.Notice) {
			t.Errorf("%d: number %q", y.Year, y.Notice)
		}
		if y.covers() {
			covered[y.Year] = true
		}
	}
	for year := 2019; year <= 2026; year++ {
		if !covered[year] {
			t.Errorf("%d: no notice rests on all statutory days", year)
		}
	}
}

func TestEveryCoveredDayIsExplained(t *testing.T) {
	c := Embedded()
	for d := c.Begin(); d <= c.End(); d++ {
		day := c.Day(d)
		if day.Provisional {
			t.Errorf("%s is uncertain", d.Long())
		}
		switch day.Kind {
		case Working, Weekend:
			if day.Name != "" || day.Notice != "" || weekend(d) != (day.Kind == Weekend) {
				t.Errorf("%s: %+v", d.Long(), day)
			}
		case Holiday:
			if day.Name == "" || day.Notice == "" {
				t.Errorf("%s rests without name or notice: %+v", d.Long(), day)
			}
		case MadeUp:
			if !weekend(d) || day.Notice == "" {
				t.Errorf("%s works without a notice or on a weekday: %+v", d.Long(), day)
			}
		default:
			t.Errorf("%s: %+v", d.Long(), day)
		}
	}
}

func TestStatutoryDays2027(t *testing.T) {
	want := map[string]string{
		"2027-01-01": "元旦",
		"2027-02-05": "春节", "2027-02-06": "春节", "2027-02-07": "春节", "2027-02-08": "春节",
		"2027-04-05": "清明节", "2027-05-01": "劳动节", "2027-05-02": "劳动节",
		"2027-06-09": "端午节", "2027-09-15": "中秋节",
		"2027-10-01": "国庆节", "2027-10-02": "国庆节", "2027-10-03": "国庆节",
	}
	for d := date("2027-01-01"); d.Year() == 2027; d++ {
		if got := statutory(d); got != want[d.String()] {
			t.Errorf("%s: got %q, want %q", d.Long(), got, want[d.String()])
		}
	}
}

// TestLunarTable holds the table against the sky: the first day of a month is the one in which, in
// Beijing, the moon is new, and 清明 the one in which the sun reaches a longitude of 15°.
func TestLunarTable(t *testing.T) {
	newMoons := map[civil.Date]bool{}
	for k := 220; k < 460; k++ { // 2017 to 2037
		newMoons[beijing(newMoon(float64(k)))] = true
	}
	for i, moon := range lunar {
		year := lunarFirst + i
		for name, first := range map[string]civil.Date{
			"正月初一": moon.spring.in(year),
			"五月初一": moon.duanwu.in(year) - 4,
			"八月初一": moon.zhongqiu.in(year) - 14,
		} {
			if !newMoons[first] {
				t.Errorf("%d: no new moon on %s %s", year, name, first)
			}
		}
		noon := julian(moon.qingming.in(year)) // of the day; reached within half a day either way
		if before, after := sunLongitude(noon-0.5), sunLongitude(noon+0.5); before > 15 || after < 15 {
			t.Errorf("%d: sun at %.3f° to %.3f° on 清明 %s", year, before, after, moon.qingming.in(year))
		}
		// Each feast has one lunation of the solar year to fall in; a month more or less would leave it.
		for name, feast := range map[string]struct{ day, first, last monthDay }{
			"正月初一": {moon.spring, 121, 221},
			"端午节":  {moon.duanwu, 525, 625},
			"中秋节":  {moon.zhongqiu, 907, 1008},
		} {
			if feast.day < feast.first || feast.day > feast.last {
				t.Errorf("%d: %s on %s", year, name, feast.day.in(year))
			}
		}
	}
}

const deltaT = 70.0 / 86400 // dynamical minus universal time around 2027, in days

// julian returns the Julian ephemeris day of noon in Beijing.
func julian(d civil.Date) float64 {
	return 2451545 + float64(d.Sub(civil.New(2000, time.January, 1))) - 8.0/24 + deltaT
}

func beijing(jde float64) civil.Date {
	days := jde - deltaT + 8.0/24 - 2451544.5
	return civil.New(2000, time.January, 1) + civil.Date(math.Floor(days))
}

// newMoon returns the instant of the kth new moon since 2000 (Meeus, Astronomical Algorithms, ch. 49,
// the terms above half a minute).
func newMoon(k float64) float64 {
	c := k / 1236.85
	sin := func(deg float64) float64 { return math.Sin(deg * math.Pi / 180) }
	e := 1 - 0.002516*c
	sun := 2.5534 + 29.10535670*k
	moon := 201.5643 + 385.81693528*k + 0.0107582*c*c
	node := 160.7108 + 390.67050284*k - 0.0016118*c*c
	return 2451550.09766 + 29.530588861*k + 0.00015437*c*c -
		0.40720*sin(moon) + 0.17241*e*sin(sun) + 0.01608*sin(2*moon) + 0.01039*sin(2*node) +
		0.00739*e*sin(moon-sun) - 0.00514*e*sin(moon+sun) + 0.00208*sin(2*sun) -
		0.00111*sin(moon-2*node) - 0.00057*sin(moon+2*node) + 0.00056*sin(2*moon+sun) -
		0.00042*sin(3*moon) + 0.00042*sin(sun+2*node) + 0.00038*sin(sun-2*node)
}

// sunLongitude returns the sun's apparent longitude in degrees (Meeus, ch. 25).
func sunLongitude(jde float64) float64 {
	c := (jde - 2451545) / 36525
	sin := func(deg float64) float64 { return math.Sin(deg * math.Pi / 180) }
	m := 357.52911 + 35999.05029*c
	l := 280.46646 + 36000.76983*c + 1.914602*sin(m) + 0.019993*sin(2*m) + 0.000289*sin(3*m) - 0.00569
	return math.Mod(l, 360)
}
