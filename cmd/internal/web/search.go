package web

import (
	"net/http"
	"net/url"
	"strings"

	"ysq.internal/ysq/casefile/regexp"
	"ysq.internal/ysq/cmd/internal/ask"
)

// hitsShown bounds what a search shows: the newest are meant most often.
const hitsShown = 50

type found struct {
	Words string
	Hits  []ask.Hit
	More  bool
}

// caseNumber is how people write the number of a case: 17, 2026-17, 2026-00017.
var caseNumber = regexp.MustCompile(`^(?:\d{4}-)?\d{1,6}$`)

func search(x *visit) error {
	f := found{Words: strings.TrimSpace(x.r.URL.Query().Get("q"))}
	if f.Words == "" {
		return x.show("search", "查询", "search", f)
	}
	if caseNumber.MatchString(f.Words) {
		id := x.expand(f.Words)
		if _, err := ask.Do(x.ctx(), x.client, ask.Choices, ask.CaseRef{Case: id}); err == nil {
			http.Redirect(x.w, x.r, "/case/"+url.PathEscape(string(id)), http.StatusSeeOther)
			return nil
		}
	}
	if err := ask.Each(x.ctx(), x.client, ask.Search, ask.SearchQuery{Words: f.Words, Limit: hitsShown + 1}, func(h ask.Hit) error {
		f.Hits = append(f.Hits, h)
		return nil
	}); err != nil {
		return err
	}
	if len(f.Hits) > hitsShown {
		f.Hits, f.More = f.Hits[:hitsShown], true
	}
	return x.show("search", "查询", "search", f)
}
