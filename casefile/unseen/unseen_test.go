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
		`a<div style="display:none">x<p>y</div>b`:                                                                                     "ab",
		`a<p style="Display: NONE !important">x<p>b`:                                                                                  "ab",
		`a<p style="display:none">x<div>b</div>`:                                                                                      "ab",
		`<ul><li style="display:none">x<li>a</ul>b`:                                                                                   "ab",
		`<ul><li style="display:none">x</ul>b`:                                                                                        "b",
		`<table><tr><td style="font-size:0">x<td>a<tr style="visibility:hidden"><td>y<tr><td>b</table>c`:                              "abc",
		`a<span style="opacity:0.00;color:red">x<br>y</span>b`:                                                                        "ab",
		`a<span style="opacity:0.5">b</span>`:                                                                                         "ab",
		`a<span style="font-size:0.9em">b</span>`:                                                                                     "ab",
		`a<div style="max-height:0;color:red;overflow:hidden">x</div>b`:                                                               "ab",
		`a<div style="height:0">b</div>`:                                                                                              "ab",
		`a<div hidden>x<div>y</div>z</div>b`:                                                                                          "ab",
		`<style>.k, div.z {display:none}</style>a<p class="m k">x</p><div class=z>y</div>b`:                                           "ab",
		`<style>/* c */ #k{color:red;visibility:hidden} .b{display:none} .b{display:block}</style>a<p id=k>x</p><p class=b>b`:         "ab",
		`<style>@media (max-width:9px){.k{display:none}} .k:hover,a .k{display:none}</style>a<p class=k>b</p>`:                        "ab",
		`<style>.k{display:none}</style>a<p class=k style="display:inline">b</p>`:                                                     "ab",
		`<style>DIV.k{display:none} p.m{display:block} .m{display:none}</style>a<p class=k>b</p><div class=k>x</div><p class=m>c</p>`: "abc",
		`<style>` + strings.Repeat(".k,", 10000) + `.k{` + strings.Repeat("a:b;", 8000) + `display:none}</style>a<p class=k>b</p>`:    "ab",
		`<style>.k{display:none` + strings.Repeat("{", 9) + `</style>a`:                                                               "a",
		`a<p style="position:absolute;left:-9999px">x</p><i style="text-indent:-99px">b</i>`:                                          "ab",
		`a<p style="color:#FFF;background-color: white">x</p><i style="color:#fff;background:#c00">b</i>`:                             "ab",
		`a</div></p>b`: "ab",
		`a<div style="display:none">` + strings.Repeat("<div>", 2000) + `x`: "a",
	} {
		var e unseen.Elements
		var got strings.Builder
		style := false
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
				var l unseen.Look
				for _, a := range tok.Attr {
					switch a.Key {
					case "style":
						l.Style = a.Val
					case "class":
						l.Class = a.Val
					case "id":
						l.ID = a.Val
					}
					l.Hidden = l.Hidden || a.Key == "hidden"
				}
				style = tag == atom.Style
				e.Start(tag, l)
			case html.EndTagToken:
				style = false
				e.End(tag)
			case html.TextToken:
				switch {
				case style:
					e.Sheet(tok.Data)
				case !e.Hidden():
					got.WriteString(tok.Data)
				}
			}
		}
		if got.String() != want {
			t.Errorf("%.80s\ngot  %s\nwant %s", page, got.String(), want)
		}
	}
}
