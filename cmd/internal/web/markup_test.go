package web

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// addresses are those of every page that a browser can open, by their routes, in a register that furnish has filled. What
// is not a page has none: a workbook, a report, what a page fetches by itself.
func (b *bureau) addresses() map[string][]string {
	mails := regexp.MustCompile(`/mail/[0-9a-f]{64}`)
	lying := func(place string) []string {
		_, page := b.seat(clerk).get("/mails?place=" + place)
		return mails.FindAllString(page, -1)
	}
	cased, parked := lying("case"), lying("parked")
	if len(cased) == 0 || len(parked) == 0 {
		b.t.Fatal("the mails are not listed")
	}
	steps := []string{"/step/note?case=1&case=2", "/step/note?case=2&text=" + url.QueryEscape(nasty)}
	for command := range commands() {
		steps = append(steps, "/step/"+command+"?case=1")
	}
	return map[string][]string{
		"GET /{$}":         {"/", "/?words=x"},
		"GET /cases":       {"/cases", "/cases?which=all"},
		"GET /cases/xlsx":  nil,
		"GET /case/{case}": {"/case/1", "/case/2", "/case/3", "/case/4", "/case/" + url.PathEscape(nasty)}, "GET /case/{case}/days": {"/case/1/days"},
		"GET /step": nil, "GET /step/{step}": steps,
		"GET /register": {"/register?case=1&case=2"}, "GET /register/{case}": {"/register/1", "/register/2", "/register/4"},
		"GET /answer/{case}": {"/answer/1", "/answer/2"}, "GET /answers": {"/answers?case=2&case=3"},
		"GET /sign": {"/sign"}, "GET /sign/{case}": {"/sign/2"},
		"GET /undo": {"/undo", "/undo?record=1"},
		"GET /new":  {"/new"}, "GET /mails/many": {"/mails/many?step=open&mail=" + parked[0][len("/mail/"):], "/mails/many?step=seen&mail=" + parked[0][len("/mail/"):]}, "GET /mails": {"/mails", "/mails?place=case&out=all", "/mails?place=quarantined"},
		"GET /mail/{mail}": append(cased, parked...), "GET /mail/{mail}/join": {parked[0] + "/join"},
		"GET /outbox/{id}":   b.outgoing(),
		"GET /attach/{case}": {"/attach/1"}, "GET /detach/{case}": {"/detach/1?digest=" + cased[0][len("/mail/"):]}, "GET /split/{case}": {"/split/1"},
		"GET /dispute": {"/dispute", "/dispute?case=1"}, "GET /dispute/{dispute}": {"/dispute/Y2026-001"}, "GET /dispute/{dispute}/{step}": {"/dispute/Y2026-001/answer"},
		"GET /search": {"/search", "/search?q=pwned", "/search?q=" + url.QueryEscape(nasty)}, "GET /status": {"/status"}, "GET /pulse": nil, "GET /picture/{name}": nil,
		"GET /years": {"/years"}, "GET /year/{year}": {"/year/2025", "/year/2026"}, "GET /year/{year}/cell": {"/year/2026/cell?name=" + url.QueryEscape("一,总计")}, "GET /year/{year}/diff": {"/year/2025/diff"},
		"GET /year/{year}/report/{form}": nil, "GET /year/{year}/freeze": {"/year/2025/freeze", "/year/2026/freeze"}, "GET /year/{year}/opening": {"/year/2026/opening"},
		"GET /year/{year}/words": {"/year/2026/words"}, "GET /stats": {"/stats", "/stats?from=2026-10-01&to=2026-11-30"}, "GET /stats/xlsx": nil,
	}
}

// everyPage lists the pages of a register that furnish has filled. A route without an address here is a mistake: what no
// test looks at is what nobody looked at.
func (b *bureau) everyPage() (all []string) {
	b.t.Helper()
	known := b.addresses()
	for route := range routes() {
		if addresses, ok := known[route]; ok {
			all = append(all, addresses...)
		} else if strings.HasPrefix(route, "GET ") {
			b.t.Errorf("no test opens %s", route)
		}
		delete(known, route)
	}
	for route := range known {
		b.t.Errorf("there is no page %s", route)
	}
	slices.Sort(all)
	return append(all, "/nowhere", "/"+url.PathEscape(nasty))
}

// distinct leaves out the forms that are made of the same fields as others.
func distinct(all []string) []string {
	return slices.DeleteFunc(all, func(path string) bool {
		rest, ok := strings.CutPrefix(path, "/step/")
		return ok && !strings.HasPrefix(rest, "reply?") && !strings.HasPrefix(rest, "note?case=1&") && !strings.HasPrefix(rest, "fee?") && !strings.HasPrefix(rest, "consult?")
	})
}

// furnish fills a register with something on every page, and markup in every field that somebody else can write.
func (b *bureau) furnish() {
	b.t.Helper()
	b.hostile()
	ctx, head := context.Background(), b.client(approver)
	must := func(err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
	}
	b.record("2026-00001", casefile.Registered{As: casefile.Application, Applicant: nasty, Column: casefile.Natural, Request: nasty, Email: "zhang@example.test"}, casefile.Reviewed{})
	announcing := func(id casefile.ID, e casefile.Event) ask.AnswerRequest {
		event, err := casefile.EncodeEvent(e)
		must(err)
		return ask.AnswerRequest{LetterRequest: ask.LetterRequest{Cases: []casefile.ID{id}, Decides: e.Kind(), Event: event, Fill: map[string]string{}}}
	}
	mailed := announcing("2026-00001", casefile.CorrectionAsked{Items: []string{nasty}, Until: civil.MustParse("2026-12-15")})
	mailed.Way, mailed.Subject, mailed.Text = casefile.OutDraft, nasty, nasty
	_, err := ask.Do(ctx, head, ask.AnswerCase, mailed)
	must(err)
	proposed := announcing("2026-00002", casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4", Grounds: nasty})
	proposed.Later = true
	_, err = ask.Do(ctx, head, ask.Submit, ask.SubmitRequest{AnswerRequest: proposed, Note: nasty})
	must(err)
	event, err := casefile.EncodeEvent(casefile.DisputeFiled{Track: casefile.Reconsideration, Cases: []casefile.ID{"2026-00002"}, Party: nasty, Organ: nasty, Number: nasty, Matter: nasty})
	must(err)
	_, err = ask.Do(ctx, head, ask.RecordDispute, ask.DisputeRequest{On: ask.Day(civil.MustParse("2026-11-20")), Kind: casefile.KindDisputeFiled, Event: event})
	must(err)
	b.application("2026-08-20", "李四", "规划许可")
	b.mail(crowded())
	_, err = ask.Do(ctx, head, ask.CloseYear, ask.CloseRequest{YearRef: ask.YearRef{Year: 2025}})
	must(err)
}

// crowded is a mail with three hundred files, whose names turn the text about, and words that no line holds.
func crowded() string {
	long, turned := strings.Repeat("无处可断", 300), "\u202e\u200bgpj.exe\u2067"
	var m strings.Builder
	fmt.Fprintf(&m, "From: %s <crowd@example.test>\nTo: office@example.test\nSubject: 政府信息公开申请 %s\nMessage-ID: <crowd@example.test>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n现申请公开%s\nhttp://%s.example.test/\n", turned, long, long, strings.Repeat("a", 3000))
	for i := range 300 {
		name, kind := fmt.Sprintf("%s%d.svg", turned, i), "image/svg+xml"
		if i%3 == 0 {
			name, kind = fmt.Sprintf("%s%d.html", strings.Repeat("长", 60), i), "text/html"
		}
		fmt.Fprintf(&m, "--b\nContent-Type: %s\nContent-Disposition: attachment; filename=\"%s\"\n\n<svg onload=\"window.pwned=1\"><script>window.pwned=1</script></svg>\n", kind, name)
	}
	return m.String() + "--b--\n"
}

// However many files a mail brings, a page lists forty, and the next ones follow on the page of the mail.
func TestManyFiles(t *testing.T) {
	b := openBureau(t)
	b.mail(crowded())
	s := b.seat(clerk)
	next := regexp.MustCompile(`还有 \d+ 个附件：<a href="([^"]+)">`)
	listed := 0
	for at := "/case/1"; at != ""; {
		_, page := s.get(at)
		n := strings.Count(page, `name="part"`)
		if listed += n; n == 0 || n > 2*filesShown || strings.Contains(page, "\u202e") {
			t.Fatalf("%s: %d forms", at, n)
		}
		at = ""
		if m := next.FindStringSubmatch(page); m != nil {
			at = m[1]
		}
	}
	if listed < 300 {
		t.Errorf("%d of 300 files are listed", listed)
	}
}

// However much an applicant sends, and of what length, every page of his case is short, and leads to all of the rest. One of his
// mails brings three hundred files.
func TestVeryLongCase(t *testing.T) {
	const mails, files = 60, 90
	b := openBureau(t)
	b.mail("From: 张三 <many@example.test>\nTo: office@example.test\nSubject: 政府信息公开申请\nMessage-ID: <m0@example.test>\n\n现申请公开甲路工程验收报告。\n")
	quoted := strings.Repeat(`"<&>" 请问办到哪一步了？`+"\n", 250)
	long := strings.Repeat("长", 2000)
	for i := range mails - 2 {
		raw := fmt.Sprintf("From: %s <many@example.test>\nTo: office@example.test\nSubject: 催办%d%s\nMessage-ID: <n%d@example.test>\nIn-Reply-To: <m0@example.test>\n\n第%d次\n%s", long, i, long, i, i, quoted)
		b.sim.Add("INBOX", []byte(strings.ReplaceAll(raw, "\n", "\r\n")), b.now)
	}
	b.mail(strings.Replace(crowded(), "crowd@example.test>\nTo", "many@example.test>\nIn-Reply-To: <m0@example.test>\nTo", 1))
	ctx, client := context.Background(), b.client(clerk)
	var attached []casefile.Event
	for i := range files {
		if err := ask.Put(ctx, client, ask.PutFile, ask.FileName{Name: ask.Foreign(fmt.Sprintf("%d%s.pdf", i, strings.Repeat("名", 60)))}, strings.NewReader(fmt.Sprint(i)), func(f casefile.File) error {
			attached = append(attached, casefile.Attached{Files: []casefile.File{f}})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	b.record("2026-00001", append(attached, casefile.Noted{Text: strings.Repeat("记", 700) + "完"})...)
	s := b.seat(clerk)
	short := func(path string) string {
		t.Helper()
		code, page := s.get(path)
		if code != http.StatusOK || len(page) > 150_000 {
			t.Errorf("%s: %d, %d bytes", path, code, len(page))
		}
		return page
	}
	for _, tt := range []struct {
		of, next, one string
		all, most     int
	}{
		{"mails", "封更早的来信", `<article class="mail">`, mails, mailsOfCase},
		{"open", "封未处理的", `<b>未处理</b>`, mails - 1, mailsOfCase},
		{"files", "个文件", `>移出</a>`, files, filesShown},
		{"story", "条更早的记录", ` id="r`, mails + files + 1, recordsOfCase},
	} {
		for _, from := range []int{0, tt.most, tt.all - 3, tt.all + 9} {
			at := fmt.Sprintf("/case/1?%s=%d", tt.of, from)
			page := short(at)
			rest := max(0, tt.all-from-tt.most)
			link := fmt.Sprintf(`还有 %d %s：<a href="/case/2026-00001?%s=%d">`, rest, tt.next, tt.of, from+tt.most)
			if n := strings.Count(page, tt.one); n != max(0, min(tt.most, tt.all-from)) || strings.Contains(page, link) != (rest > 0) {
				t.Errorf("%s: %d of %d; %s", at, n, tt.all, link)
			}
		}
	}
	first := short("/mails?place=case")
	older := regexp.MustCompile(`<a href="([^"]*)">更早的来信</a>`).FindStringSubmatch(first)
	if older == nil {
		t.Fatal("the list of mails does not go on")
	}
	second := short(strings.ReplaceAll(older[1], "&amp;", "&"))
	if a, b := strings.Count(first, "data-row"), strings.Count(second, "data-row"); a != mailsShown || a+b != mails || strings.Contains(second, "更早的来信") || !strings.Contains(second, `<a href="/mails?place=case">最新的</a>`) {
		t.Errorf("%d and %d of %d mails", a, b, mails)
	}
	for _, path := range []string{"/case/1", "/register/1", "/answer/1", "/", "/mails?place=case"} {
		if page := short(path); !regexp.MustCompile("长+…长* &lt;many@example.test&gt;").MatchString(page) {
			t.Errorf("%s: a long name hides the address behind it", path)
		}
	}
	said := regexp.MustCompile(`记… <a href="(/case/2026-00001\?record=\d+)#`).FindStringSubmatch(short("/case/1"))
	if said == nil {
		t.Fatal("a record that says much does not lead to all of it")
	}
	if page := short(said[1]); strings.Count(page, ` id="r`) != 1 || !strings.Contains(page, "记完</td>") || !strings.Contains(page, `?story=1">`) {
		t.Errorf("%s: not all of the record", said[1])
	}
	for _, path := range []string{"/register/1", "/answer/1"} {
		page := short(path)
		if n := strings.Count(page, `<article class="mail">`); n != mailsOfCase || !strings.Contains(page, "甲路工程验收报告") || !strings.Contains(page, `之间还有 52 封：<a href="/case/2026-00001?mails=7"`) {
			t.Errorf("%s: %d mails\n%.300s", path, n, page[strings.Index(page, "来信</h2>"):])
		}
	}
	for _, path := range []string{"/", "/cases", "/mails?place=case", "/mails", "/case/2026-00001/days", "/step/seen?case=1", "/step/note?case=1", "/attach/1", "/split/1", "/answers?case=1&case=1", "/register?case=1", "/search?q=办到"} {
		short(path)
	}
}

// outgoing are the pages of the mails that go out.
func (b *bureau) outgoing() (all []string) {
	out, err := ask.Do(context.Background(), b.client(clerk), ask.Outbox, ask.OutboxQuery{All: true})
	if err != nil || len(out) == 0 {
		b.t.Fatalf("%v, %d mails go out", err, len(out))
	}
	for _, o := range out {
		all = append(all, fmt.Sprintf("/outbox/%d", o.ID))
	}
	return all
}

// What screen readers need, on every page: one heading of the page, a name for each input and button, headings in
// order, heads of tables that say what they head, no name given twice.
func TestMarkup(t *testing.T) {
	b := openBureau(t, recordsSigning)
	b.furnish()
	s := b.seat(clerk)
	for _, path := range b.everyPage() {
		_, page := s.get(path)
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, wrong := range check(root) {
			t.Errorf("%s: %s", path, wrong)
		}
		if len(page) > 150<<10 {
			t.Errorf("%s has %d KiB", path, len(page)>>10)
		}
	}
}

func check(root *html.Node) (wrong []string) {
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	ids, labelled, heads, level := map[string]bool{}, map[string]bool{}, 0, 0
	for n := range root.Descendants() {
		if n.Data == "label" {
			labelled[attr(n, "for")] = true
		}
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				complain("id %s stands twice", id)
			}
			ids[id] = true
		}
		switch n.Data {
		case "html":
			if attr(n, "lang") != "zh-CN" {
				complain("no language")
			}
		case "h1", "h2", "h3":
			at := int(n.Data[1] - '0')
			if at == 1 {
				heads++
			}
			if at > level+1 {
				complain("%s after h%d: %s", n.Data, level, text(n))
			}
			level = at
		case "input", "select", "textarea":
			if kind := attr(n, "type"); kind == "hidden" || kind == "submit" {
				continue
			}
			if attr(n, "aria-label") == "" && !labelled[attr(n, "id")] && !within(n, "label") {
				complain("%s %s has no label", n.Data, attr(n, "name"))
			}
		case "button", "a", "summary":
			if strings.TrimSpace(text(n)) == "" {
				complain("%s %s says nothing", n.Data, attr(n, "href"))
			}
		case "th":
			if attr(n, "scope") == "" {
				complain("th %q has no scope", text(n))
			}
		case "form":
			if do, typed := byEnter(root, n); typed && attr(n, "method") == "post" && do != "try" && do != "look" && !strings.HasSuffix(attr(n, "action"), "/page") {
				complain("Enter does more than to try in the form to %s", attr(n, "action"))
			}
		case "img":
			if attr(n, "alt") == "" {
				complain("a picture without words")
			}
		case "svg":
			if attr(n, "role") != "img" || attr(n, "aria-label") == "" {
				complain("a drawing without words")
			}
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				complain("%s has %s of its own", n.Data, a.Key)
			}
		}
	}
	if heads != 1 {
		complain("%d headings of the page", heads)
	}
	return wrong
}

// byEnter is what the first button of a form does, which is what the key Enter presses in a line of text; typed reports
// whether the form has one. Buttons may stand elsewhere, and name their form.
func byEnter(root, form *html.Node) (do string, typed bool) {
	first, id := true, attr(form, "id")
	for n := range root.Descendants() {
		if named := attr(n, "form"); named != "" && named != id || named == "" && !slices.Contains(slices.Collect(n.Ancestors()), form) {
			continue
		}
		switch kind := attr(n, "type"); {
		case n.Data == "button" && kind != "button" && first:
			do, first = attr(n, "value"), false
		case n.Data == "input" && slices.Contains([]string{"", "text", "search", "date", "number"}, kind):
			typed = true
		}
	}
	return do, typed
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func within(n *html.Node, name string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == name {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// young is what came after Chromium 86 (October 2020), as the browsers of 统信 and 麒麟 are, or is not in Firefox ESR:
// written with the version that first had it.
var young = map[string]string{
	`:has\(`: "105", `:is\(`: "88", `:where\(`: "88", `@container`: "105", `@layer`: "99", `aspect-ratio`: "88", `\binset\b\s*:`: "87", `accent-color`: "93",
	`color-mix`: "111", `text-underline-offset`: "87", `overflow:\s*clip`: "90", `\bdvh\b|\bsvh\b`: "108", `&\s*[.:>{]\s`: "112 (nesting)", `text-wrap`: "114",
	`\.at\(`: "92", `Object\.hasOwn`: "93", `structuredClone`: "98", `\.findLast`: "97", `\|\|=|&&=|\?\?=`: "85, not in Firefox ESR of then", `popover`: "114", `<dialog`: "134 of Firefox and Safari", `\binert\b`: "102",
	`scrollbar-gutter`: "94", `field-sizing`: "123", `subgrid`: "117",
	// What Firefox ESR (115, the last for old systems) learned later than Chromium, or never.
	`\bzoom\s*:`: "126 of Firefox", `content-visibility`: "125 of Firefox", `@property`: "128 of Firefox", `::-webkit-`: "never in Firefox", `\bscheduler\.`: "142 of Firefox", `showOpenFilePicker|\.replaceAll\(`: "never in Firefox, or 77",
	`\brgb\(\d+ \d+`: "kept out: blanks for commas",
}

func TestNothingYoungerThanItsBrowsers(t *testing.T) {
	for _, dir := range []fs.FS{assets, templates} {
		err := fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := fs.ReadFile(dir, path)
			for feature, since := range young {
				if found := regexp.MustCompile(feature).Find(b); found != nil && !strings.HasSuffix(path, ".html") || found != nil && strings.HasPrefix(feature, "<") {
					t.Errorf("%s has %q, which browsers know since %s", path, found, since)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
