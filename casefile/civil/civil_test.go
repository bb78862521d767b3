package civil

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestOf(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		at   time.Time
		want string
	}{
		{"last second of the year", time.Date(2026, 12, 31, 23, 59, 59, 999999999, Zone), "2026-12-31"},
		{"first second of the year", time.Date(2027, 1, 1, 0, 0, 0, 0, Zone), "2027-01-01"},
		{"still the year before in UTC", time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC), "2027-01-01"},
		{"one second earlier", time.Date(2026, 12, 31, 15, 59, 59, 0, time.UTC), "2026-12-31"},
		{"New York in winter", time.Date(2026, 12, 31, 11, 0, 0, 0, newYork), "2027-01-01"},
		{"New York in summer", time.Date(2026, 7, 1, 11, 59, 59, 0, newYork), "2026-07-01"},
		{"leap day", time.Date(2028, 2, 29, 12, 0, 0, 0, Zone), "2028-02-29"},
		{"summer time of Shanghai 1986", time.Date(1986, 5, 4, 15, 59, 59, 0, time.UTC), "1986-05-05"},
		{"no instant", time.Time{}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Of(test.at).String(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestEveryDay walks a century and a half of days beside package time.
func TestEveryDay(t *testing.T) {
	at := time.Date(1970, 1, 1, 12, 0, 0, 0, time.UTC)
	for d := New(1970, time.January, 1); d < New(2120, time.January, 1); d, at = d.Add(1), at.AddDate(0, 0, 1) {
		y, m, day := d.Date()
		if wy, wm, wd := at.Date(); y != wy || m != wm || day != wd || d.Year() != wy || d.Weekday() != at.Weekday() {
			t.Fatalf("%s is not %s", d, at)
		}
		if d.String() != at.Format(time.DateOnly) || New(y, m, day) != d {
			t.Fatalf("%s: %s, New %s", at, d, New(y, m, day))
		}
		if Of(d.Start()) != d || Of(d.Start().Add(-1)) != d-1 {
			t.Fatalf("%s does not begin at %s", d, d.Start())
		}
	}
}

func TestNewCarriesOver(t *testing.T) {
	if got, want := New(2026, 13, 32), MustParse("2027-02-01"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := New(2028, time.March, 0), MustParse("2028-02-29"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "2026-2-3", "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "2026-11-00",
		"2026/11/23", "20261123", " 2026-11-23", "2026-11-23 ", "2026-11-23T00:00:00Z", "２０２６-11-23", "-026-11-23", "26-11-23",
		"1969-12-31", "0001-01-01"} {
		if d, err := Parse(s); !errors.Is(err, ErrFormat) || !d.IsZero() {
			t.Errorf("%q: got %s, %v", s, d, err)
		}
	}
}

func TestNoDay(t *testing.T) {
	var d Date
	if !d.IsZero() || d.String() != "" || d.Long() != "" || d.Year() != 0 || d.Add(7) != 0 {
		t.Errorf("no day is %q, %q, %d, %s", d, d.Long(), d.Year(), d.Add(7))
	}
	var back struct{ On Date }
	back.On = MustParse("2026-11-23")
	if err := json.Unmarshal([]byte(`{"On":""}`), &back); err != nil || !back.On.IsZero() {
		t.Errorf(`"" reads as %s, %v`, back.On, err)
	}
}

func TestLong(t *testing.T) {
	if got, want := MustParse("2026-11-22").Long(), "2026-11-22 周日"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestUnmarshalKeepsTheDayOnError(t *testing.T) {
	d := MustParse("2026-11-23")
	if err := d.UnmarshalText([]byte("2026-02-30")); err == nil || d != MustParse("2026-11-23") {
		t.Errorf("got %s, %v", d, err)
	}
}

func TestProperties(t *testing.T) {
	days := rapid.Custom(func(t *rapid.T) Date {
		return New(rapid.IntRange(1970, 9999).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"))
	}).Filter(func(d Date) bool { return !d.IsZero() && d.Year() <= 9999 })
	rapid.Check(t, func(t *rapid.T) {
		d, e, n := days.Draw(t, "d"), days.Draw(t, "e"), rapid.IntRange(-100000, 100000).Draw(t, "n")
		if back, err := Parse(d.String()); err != nil || back != d {
			t.Fatalf("%s reads as %s, %v", d, back, err)
		}
		if e.Add(d.Sub(e)) != d || d.Sub(e) != -e.Sub(d) {
			t.Fatalf("%s − %s = %d", d, e, d.Sub(e))
		}
		if (d < e) != (d.String() < e.String()) {
			t.Fatalf("%s and %s are out of order", d, e)
		}
		if moved := d.Add(n); !moved.IsZero() && moved.UTC() != d.UTC().AddDate(0, 0, n) {
			t.Fatalf("%s + %d = %s", d, n, moved)
		}
		var back Date
		text, err := json.Marshal(d)
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || back != d {
			t.Fatalf("%s as JSON is %s and reads as %s, %v", d, text, back, err)
		}
		// Whatever the hour and wherever it is told, an instant within the day belongs to it.
		offset := time.Duration(rapid.Int64Range(0, int64(23*time.Hour-1)).Draw(t, "offset"))
		zone := time.FixedZone("", rapid.IntRange(-12*3600, 14*3600).Draw(t, "zone"))
		if got := Of(d.Start().Add(offset).In(zone)); got != d {
			t.Fatalf("%s after the start of %s is %s", offset, d, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-11-23", "0000-01-01", "9999-12-31", "2024-02-29", "1970-01-01", "2026-1-1", "", "日期"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			if !errors.Is(err, ErrFormat) || !d.IsZero() {
				t.Errorf("%q: %s, %v", s, d, err)
			}
			return
		}
		if d.String() != s {
			t.Errorf("%q prints as %q", s, d)
		}
	})
}
