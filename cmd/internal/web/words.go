package web

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"strings"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// words are what templates may call.
func words() template.FuncMap {
	return template.FuncMap{
		"asset": assetURL, "day": ask.Day.Long, "short": shortDay, "line": taskOn, "instant": instant, "clock": clockTime, "stage": ask.StageLabel, "channel": ask.ChannelLabel, "place": ask.PlaceLabel,
		"narrow": narrow, "workdays": ask.Workdays, "urgency": ask.UrgencyOf, "size": ask.Size,
		"unconfirmed": unconfirmed, "stepURL": stepURL, "viewable": viewable, "number": itemNumber, "verified": verified, "likely": likely, "fieldOf": fieldOf, "files": filesOf, "notShown": notShown, "beginning": beginning, "goesOn": goesOn, "cut": cut, "ends": ends, "marked": marked, "pair": pair, "fold": fold, "task": task, "remedy": remedy, "first": firstLine, "join": strings.Join, "state": ask.OutStateLabel,
	}
}

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// shortDay reads 11-22 周日, with the year where it is not that of today.
func shortDay(today, d ask.Day) string {
	switch {
	case d == 0:
		return ""
	case civil.Date(d).Year() != civil.Date(today).Year():
		return civil.Date(d).String()
	}
	return civil.Date(d).String()[5:] + " " + weekdays[civil.Date(d).Weekday()]
}

// instant reads 2026-11-22 09:30, in Asia/Shanghai wherever the computer stands.
func instant(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.In(civil.Zone).Format("2006-01-02 15:04")
}

func clockTime(t time.Time) string { return instant(&t) }

// narrow is how something stands with its time, for a column that says what is counted.
func narrow(s string) string { return strings.ReplaceAll(s, " 个工作日", "") }

// unconfirmed reports whether the day of receipt still waits for both sides to confirm it.
func unconfirmed(r ask.CaseRow) bool {
	return r.ToConfirm && r.ConfirmedOn == 0
}

// stepURL is where a step is done on a case: registering and answering have pages of their own.
func stepURL(command string, id casefile.ID) string {
	switch command {
	case casefile.KindRegistered.Info().Command:
		return "/register/" + url.PathEscape(string(id))
	case casefile.KindSigned.Info().Command, casefile.KindSentBack.Info().Command:
		return "/sign/" + url.PathEscape(string(id))
	case casefile.KindReplied.Info().Command, casefile.KindSubmitted.Info().Command:
		return "/answer/" + url.PathEscape(string(id))
	}
	return "/step/" + url.PathEscape(command) + "?" + url.Values{"case": {string(id)}}.Encode()
}

// badge is a word with the class that draws it.
type badge struct{ Text, Class string }

// verified says whether the office's own server vouches for a sender; nothing where nobody looked.
func verified(v string) badge {
	return map[string]badge{"verified": {"发件人已核实", "good"}, "unverified": {"发件人未核实", "soon"}, "mismatched": {"发件人不符", "late"}}[v]
}

// likely says what an open mail probably is, and just calls it a mail where that is not known.
func likely(m ask.UnreadMail) string {
	g, err := casefile.ParseGuess(m.Guess)
	if err != nil {
		return m.Label
	}
	return strings.Replace(g.Likely(), "像是", "疑为", 1)
}

// firstLine is the first line of a text that says something, cut to so many characters.
func firstLine(most int, texts ...any) string {
	for _, t := range texts {
		for line := range strings.Lines(fmt.Sprint(t)) {
			if line = strings.TrimSpace(line); line != "" {
				return cut(most, line)
			}
		}
	}
	return ""
}

// folded is a list of which a page shows the first lines; the rest is unfolded by whoever wants to see it.
type folded struct{ First, Rest []string }

// linesShown is how much of such a list is seen at once: a mail with sixty files must not push its text out of sight.
const linesShown = 4

// fold divides a list; of an empty one nothing is left to show.
func fold(all []string) *folded {
	if len(all) == 0 {
		return nil
	}
	n := linesShown
	if len(all) == n+1 { // unfolding a single line is more trouble than reading it
		n++
	}
	n = min(n, len(all))
	return &folded{all[:n], all[n:]}
}

// answerFields maps the options of a terminal to the fields of the page 答复.
var answerFields = map[string]string{"file": "file", "annex": "on_paper", "to": "to", "despite": "despite", "outcome": "outcome", "basis": "outcome", "withheld": "withheld", "objection": "objection", "grounds": "grounds", "tracking": "tracking"}

// noField is where the page 答复 says what no field of it takes.
const noField = "told"

// fieldOf returns the place on the page 答复 where something that an answer lacks is given, or, where no field takes it, the
// place that says more about it.
func fieldOf(m ask.Missing) string {
	if m.Filled() {
		return "fill-" + m.Name
	}
	return placeOf(m.Options)
}

// placeOf is the field that the first of several options fills in.
func placeOf(options []string) string {
	if len(options) == 0 {
		return noField
	}
	return cmp.Or(answerFields[options[0]], noField)
}

// viewable reports whether the office may have a page of a part to show: whether it has, it says when it is asked.
func viewable(p casefile.Part) bool {
	switch strings.ToLower(path.Ext(p.Name)) {
	case ".pdf", ".ofd", ".docx", ".doc", ".wps", ".rtf", ".odt", ".xlsx", ".ods", ".png", ".jpg", ".jpeg", ".gif":
		return true
	}
	return p.Type == "application/pdf" || strings.HasPrefix(p.Type, "image/")
}
