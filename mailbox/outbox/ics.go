package outbox

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"
)

// Day is a whole day in a calendar file: something is due on it.
type Day struct {
	UID     string // the same for the same thing on every day's file, so that it is moved, not doubled
	Date    [3]int // year, month, day in Asia/Shanghai; a civil day has no hour and no zone
	Summary string
	Detail  string
}

// alarms are when a calendar reminds of a day: at nine on the day before and at half past eight on the day itself,
// counted from its midnight (RFC 5545, 3.8.6.3).
var alarms = [...]string{"-PT15H", "PT8H30M"}

// Calendar returns a calendar file (RFC 5545) with the days, as mail programs take it from an
// enclosure. It is the same for the same days and stamp, which tells when they were so.
func Calendar(name string, stamp time.Time, days []Day) []byte {
	var b bytes.Buffer
	line := func(s string) { b.WriteString(foldLine(s)) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//ysq//ysq//ZH")
	line("METHOD:PUBLISH")
	line("CALSCALE:GREGORIAN")
	line("X-WR-CALNAME:" + escaped(name))
	line("X-WR-TIMEZONE:Asia/Shanghai")
	for _, d := range days {
		day := time.Date(d.Date[0], time.Month(d.Date[1]), d.Date[2], 0, 0, 0, 0, time.UTC)
		line("BEGIN:VEVENT")
		line("UID:" + escaped(d.UID))
		line("DTSTAMP:" + stamp.UTC().Format("20060102T150405Z"))
		line("DTSTART;VALUE=DATE:" + day.Format("20060102"))
		line("DTEND;VALUE=DATE:" + day.AddDate(0, 0, 1).Format("20060102")) // the day after the last, 3.6.1
		line("SUMMARY:" + escaped(d.Summary))
		if d.Detail != "" {
			line("DESCRIPTION:" + escaped(d.Detail))
		}
		line("TRANSP:TRANSPARENT")
		line("CLASS:PRIVATE")
		for _, at := range alarms {
			line("BEGIN:VALARM")
			line("ACTION:DISPLAY")
			line("DESCRIPTION:" + escaped(d.Summary))
			line("TRIGGER:" + at)
			line("END:VALARM")
		}
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return b.Bytes()
}

// escaped writes TEXT (RFC 5545, 3.3.11).
func escaped(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`).Replace(plain(l))
	}
	return strings.Join(lines, `\n`)
}

// foldLine ends a line, folded at 75 octets and never within a character (RFC 5545, 3.1).
func foldLine(s string) string {
	const most = 75
	var b strings.Builder
	for room := most; len(s) > room; room = most - 1 {
		end := room
		for !utf8.RuneStart(s[end]) {
			end--
		}
		b.WriteString(s[:end] + "\r\n ")
		s = s[end:]
	}
	b.WriteString(s + "\r\n")
	return b.String()
}
