package parse

import (
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	for _, tc := range []struct {
		in, want string // in RFC 3339; "" is unreadable
		assumed  bool
	}{
		{in: "Mon, 23 Nov 2026 10:00:00 +0800", want: "2026-11-23T10:00:00+08:00"},
		{in: "Mon, 23 Nov 2026 10:00:00 +0800 (CST)", want: "2026-11-23T10:00:00+08:00"},
		{in: "Mon, 23 Nov 2026 10:00:00 -0500", want: "2026-11-23T23:00:00+08:00"},
		{in: "23 Nov 2026 10:00 GMT", want: "2026-11-23T18:00:00+08:00"},
		{in: "Mon,5 Jan 2026 09:08:07 +0800", want: "2026-01-05T09:08:07+08:00"},
		{in: "Mon, 5 Jan 26 09:08:07 +0800", want: "2026-01-05T09:08:07+08:00"},
		{in: "Mon, 5 Jan 99 09:08:07 +0000", want: "1999-01-05T17:08:07+08:00"},
		{in: "Mon, 23 Nov 2026 10:00:00 GMT+08:00", want: "2026-11-23T10:00:00+08:00"},
		{in: "Mon, 23 Nov 2026 10:00:00 UTC+8", want: "2026-11-23T10:00:00+08:00"},
		{in: "Mon, 23 Nov 2026 10:00:00 CST", want: "2026-11-23T10:00:00+08:00", assumed: true},
		{in: "Mon, 23 Nov 2026 10:00:00", want: "2026-11-23T10:00:00+08:00", assumed: true},
		{in: "Mon Nov 23 10:00:00 2026", want: "2026-11-23T10:00:00+08:00", assumed: true},
		{in: "2026-11-23T10:00:00Z", want: "2026-11-23T18:00:00+08:00"},
		{in: "2026-11-23T10:00:00.123+08:00", want: "2026-11-23T10:00:00+08:00"},
		{in: "2026-11-23 10:00:00 +0800", want: "2026-11-23T10:00:00+08:00"},
		{in: "2026/11/23 10:00:00 +0800", want: "2026-11-23T10:00:00+08:00"},
		{in: "23-Nov-2026 10:00:00 +0800", want: "2026-11-23T10:00:00+08:00"},
		{in: "星期一, 23 11月 2026 10:00:00 +0800", want: "2026-11-23T10:00:00+08:00"},
		{in: "2026年11月23日 10:00:00 +0800", want: "2026-11-23T10:00:00+08:00"},
		{in: "2026年11月23日 10时5分0秒", want: "2026-11-23T10:05:00+08:00", assumed: true},
		{in: "Thu, 1 Jan 1970 00:00:00 +0000", want: "1970-01-01T08:00:00+08:00"},
		{in: "Thu, 31 Dec 2099 23:59:59 +0800", want: "2099-12-31T23:59:59+08:00"},
		{in: "Thu, 31 Dec 2026 23:59:60 +0800", want: "2027-01-01T00:00:00+08:00"},
		{in: "Tue, 31 Nov 2026 10:00:00 +0800"},
		{in: "Mon, 23 Nov 2026 25:00:00 +0800"},
		{in: "yesterday"},
		{in: "23 Nov"},
		{in: ""},
	} {
		got, assumed := date(tc.in)
		text := ""
		if !got.IsZero() {
			text = got.Format(time.RFC3339)
		}
		if text != tc.want || assumed != tc.assumed {
			t.Errorf("%q: got %s (zone assumed: %v), want %s (%v)", tc.in, text, assumed, tc.want, tc.assumed)
		}
	}
}

// The zone of the server must have no part in it: time.Parse takes CST for the server's own.
func TestDateDoesNotDependOnTheServersZone(t *testing.T) {
	was := time.Local
	t.Cleanup(func() { time.Local = was })
	for _, zone := range []string{"UTC", "America/Chicago", "Asia/Shanghai"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		time.Local = loc
		got, _ := date("Mon, 23 Nov 2026 10:00:00 CST")
		if want := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC); !got.Equal(want) {
			t.Errorf("TZ=%s: got %v, want %v", zone, got, want)
		}
	}
}
