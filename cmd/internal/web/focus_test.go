package web

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ysq.internal/ysq/casefile"
)

// After a trial a page begins where it says something: at the first field that has to be changed, otherwise at why it was
// refused, otherwise at what recording would do. Nobody looks for it from the top of a long page.
func TestFocusAfterTrial(t *testing.T) {
	b := openBureau(t, recordsSigning)
	id := b.application("2026-11-02", "张三", "水质监测数据")
	b.record(id, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "水质监测数据"})
	b.application("2026-11-03", "李四", "规划许可")
	s := b.seat(clerk)
	for _, tt := range []struct {
		path, form, want string
	}{
		{"/step/note?case=1", "text=来电", "section 记录后"},
		{"/step/note?case=1", "", "textarea f-text"},
		{"/step/archive?case=1", "", "div alert"},
		{"/step/note?case=1&case=2", "text=来电", "section 记录后"},
		{"/register/2", "as=公开申请&applicant=李四", "select f-column"},
		{"/register/2", "as=公开申请&applicant=李四&column=natural&request=规划许可", "section 记录后"},
		{"/answer/1", "", "select outcome"},
		{"/answer/1", "outcome=partial|37", "select withheld"},
		{"/answer/1", "outcome=unable.not-held|36-4&way=paper", "section told"},
		{"/answers?case=1&case=2", "", "select outcome"},
		{"/answers?case=1&case=2", "outcome=unable.not-held|36-4", "div alert"},
		{"/new", "channel=post&from=王五", "section 立案后"},
		{"/new", "", "div alert"},
		{"/attach/1", "", "input file"},
		{"/split/1", "parts=2", "input reason"},
		{"/split/1", "parts=2&reason=两件事", "section 记录后"},
		{"/dispute", "track=reconsideration&party=张三&cases=2026-00001", "section 记录后"},
		{"/year/2026/opening", "natural=3", "span status"},
		{"/year/2026/opening", "natural=x", "input c-natural"},
		{"/sign/1", "", ""},
	} {
		_, form := s.get(tt.path)
		typed, err := url.ParseQuery(tt.form)
		if err != nil {
			t.Fatal(err)
		}
		all := carried(form)
		maps.Copy(all, typed)
		path, query, _ := strings.Cut(tt.path, "?")
		if cases, _ := url.ParseQuery(query); len(cases["case"]) > 0 {
			all["case"] = expanded(cases["case"])
		}
		all.Set("do", "try")
		_, page, _ := s.post(path, all)
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		if got := focus(root); got != tt.want {
			t.Errorf("%s with %q begins at %q, want %q\n%s", tt.path, tt.form, got, tt.want, page)
		}
	}
}

func expanded(numbers []string) (ids []string) {
	for _, n := range numbers {
		ids = append(ids, fmt.Sprintf("2026-%05s", n))
	}
	return ids
}

// focus is the first element of a page that asks for the focus, which is the one that browsers give it to.
func focus(root *html.Node) string {
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "autofocus" {
				for _, name := range []string{"id", "aria-label", "role"} {
					if v := attr(n, name); v != "" {
						return n.Data + " " + v
					}
				}
			}
		}
	}
	return ""
}
