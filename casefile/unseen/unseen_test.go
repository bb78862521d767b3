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
		`a<font color="white">x</font><font color=#fffffe>y</font><font color="#ccc">b</font>`:                                        "ab",
		`<table><tr><td bgcolor="#336699"><font color="white">a</font><td><font color="white">x</font></table>b`:                      "ab",
		`<div style="background:#000 url(a.png)"><p style="color:#000">a</p></div><div style="background:navy;color:#000080">x</div>`: "a",
		`a<p style="color:rgba(0, 0, 0, 0)">x<b style="color:red">b</b></p><p style="color:rgb(100%,100%,100%)">y</p>`:                "ab",
		`<td style="font-size:0px"><div style="font-size:14px">a</div>x</td><p style="font:0/0 a">y</p><p style="font:bold 12px a">b`: "ab",
		`a<span style="font-size:.1px">x</span><span style="font-size:1px">y</span><span style="font-size:0.9em">b</span>`:            "ab",
		`<p style="visibility:hidden">x<b style="visibility:visible">a</b>y</p>b`:                                                     "ab",
		`a<p style="mso-hide:all">b</p><template>x</template><x-note style="display:none">y</x-note>c`:                                "abc",
		`a<p style="position:fixed;top:-100vh">x</p><p style="left:-9999px">b</p><p style="margin-left:-999px">y</p>`:                 "ab",
		`a<p style="transform:scale(0)">x</p><p style="transform:translate(-9999px, 0)">y</p><p style="transform:scale(1.2)">b</p>`:   "ab",
		`a<p style="clip:rect(0 0 0 0)">x</p><p style="clip-path: inset(50%)">y</p><p style="width:1px;height:1px;overflow:hidden">z`: "a",
		`<style>i, .a.b, div .c, ul>li {display:none}</style>a<i>x</i><p class="b a">y</p><p class=a>b</p><div><b><s class=c>z</div>`: "ab",
		`<style>div>.c{display:none} p{color:#fff} p.k{color:red}</style><div><b><s class=c>a</s></b></div><p>x</p><p class=k>b</p>`:  "ab",
		`<style>@media screen{.k{display:none !important}}</style>a<p class=k style="display:block">x</p>b`:                           "ab",
		`<div><table><tr><td>a</div><span style="display:none">x</td></tr></table>b</div>`:                                            "ab",
		`<p style="background:rgba(0,0,0,.05)">a</p><p style="background-color:#0000000d">b</p>`:                                      "ab",
		`<p style="background:#000"><b style="color:#fff;background:rgb(255 255 255 / 10%)">a</b></p><i style="color:#0000">x</i>`:    "a",
		`<p style="background:steelblue;color:#fff">a</p><p style="background:darkblue"><b style="color:DarkBlue">x</b></p>`:          "a",
		`<p style="background:hsl(210,50%,20%);color:white">a</p><p style="background:#fff none 0% 100%">b</p>`:                       "ab",
		`<p style="color:rgba(0,0,0,.01)">x</p><p style="background:var(--dark);color:#fff">b</p>`:                                    "b",
		`<style>@media handheld{.k{display:none}} @media only screen, print{.m{display:none}}</style><p class=k>a</p><p class=m>x`:    "a",
		`<style>` + strings.Repeat("@media all{", 5000) + `.k{display:none}` + strings.Repeat("}", 5000) + `</style><p class=k>a</p>`: "a",
		`<style>` + strings.Repeat(".k", 20) + `{display:none} .m.n{display:none</style><p class=k>a</p><p class="n m">x`:             "a",
		`<body bgcolor="#000000" text="#FFFFFF">a<p text=black>b</p><font color=black>x</font></body>`:                                "ab",
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
					l.Take(a.Key, a.Val)
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
