package unseen_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"ysq.internal/ysq/casefile/unseen"
)

func TestElements(t *testing.T) {
	for page, want := range map[string]string{
		`a<div style="display:none">x<p>y</div>b`:                                                        "ab",
		`a<p style="Display: NONE !important">x<p>b`:                                                     "ab",
		`a<p style="display:none">x<div>b</div>`:                                                         "ab",
		`<ul><li style="display:none">x<li>a</ul>b`:                                                      "ab",
		`<ul><li style="display:none">x</ul>b`:                                                           "b",
		`<table><tr><td style="font-size:0">x<td>a<tr style="visibility:hidden"><td>y<tr><td>b</table>c`: "abc",
		`a<span style="opacity:0.00;color:red">x<br>y</span>b`:                                           "ab",
		`a<span style="opacity:0.5">b</span>`:                                                            "ab",
		`a<span style="font-size:0.9em">b</span>`:                                                        "ab",
		`a<div style="max-height:0;color:red;overflow:hidden">x</div>b`:                                  "ab",
		`a<div style="height:0">b</div>`:                                                                 "ab",
		`a<div hidden>x<div>y</div>z</div>b`:                                                             "ab",
		`a</div></p>b`:                                                                                   "ab",
		`a<div style="display:none">` + strings.Repeat("<div>", 2000) + `x`:                              "a",
	} {
		var e unseen.Elements
		var got strings.Builder
		z := html.NewTokenizer(strings.NewReader(page))
		for {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			tok := z.Token()
			tag := atom.Lookup([]byte(tok.Data))
			switch kind {
			case html.StartTagToken:
				style, hidden := "", false
				for _, a := range tok.Attr {
					if a.Key == "style" {
						style = a.Val
					}
					hidden = hidden || a.Key == "hidden"
				}
				e.Start(tag, style, hidden)
			case html.EndTagToken:
				e.End(tag)
			case html.TextToken:
				if !e.Hidden() {
					got.WriteString(tok.Data)
				}
			}
		}
		if got.String() != want {
			t.Errorf("%.80s\ngot  %s\nwant %s", page, got.String(), want)
		}
	}
}
