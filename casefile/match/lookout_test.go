package match

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
)

// texts draws texts from pieces.
func texts(most int, pieces ...string) *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, most), func(all []string) string { return strings.Join(all, "") })
}

// One pass finds what looking for one word after the other finds.
func TestLookout(t *testing.T) {
	// Pieces of the words themselves, so that many almost match, and bytes that are no text.
	some := texts(20, "申", "请", "请人", "申请人", "申请公开", "公开", "姓名", "姓", "联系", "电话", "联系电话", " ", "\t", "\u3000", "a", "é", "\xe7", "\xe7\x94", "😀")
	squeeze := strings.NewReplacer(" ", "", "\t", "", "\u3000", "")
	rapid.Check(t, func(t *rapid.T) {
		text := some.Draw(t, "text")
		there := ofApplication.in(text)
		for k, word := range ofApplication.words {
			want := strings.Contains(text, word)
			if k >= len(inText) && !want {
				if !utf8.ValidString(text) {
					continue // without blanks the rests of broken characters may make up one
				}
				want = strings.Contains(squeeze.Replace(text), word)
			}
			if got := there.any(k, k+1); got != want {
				t.Fatalf("%q in %q: got %v", word, text, got)
			}
		}
	})
}

// Who has heard enough hears no more, and whoever never has hears all.
func TestLookoutUntil(t *testing.T) {
	const text = "申请人：张三，联系电话：1，现申请公开"
	three := func(f found) bool { return f.count(0) >= 3 }
	all, some := ofApplication.in(text), ofApplication.until(text, three)
	if all.count(0) <= 3 || some.count(0) != 3 || some&^all != 0 {
		t.Errorf("%b of %b", some, all)
	}
	if got := ofApplication.until("张三", three); got != 0 {
		t.Errorf("%b", got)
	}
}

// Every word is found, the last as well as the first.
func TestLookoutFindsEach(t *testing.T) {
	for _, l := range []*lookout{ofApplication, anyLabel, ofWithdrawal, ofOpinion} {
		for k, word := range l.words {
			if !l.in("一二"+word+"三").any(k, k+1) {
				t.Errorf("%s is not found", word)
			}
		}
	}
}

// Opinions and document numbers are not missed.
func TestConsultedIsNotSpared(t *testing.T) {
	some := texts(10, "同意", "公开", "反对", "不", "宜", "能", "贵局", "复", "来", "函", "第三方", "Trade ", "SECRET", "secrets", "I Object", "disclose", "\n", "。", "某环依申请补", "〔", "(", "［", "2026", "２０２６", " ", "〕", ")", "］", "第", "1", "１", "号")
	rapid.Check(t, func(t *rapid.T) {
		text := some.Draw(t, "text")
		if opinionWords.MatchString(text) && !mayOpine(text) {
			t.Errorf("%q may be an opinion", text)
		}
		if narrowed := strings.Map(narrow, text); len(documentNumber.FindAllString(narrowed, mostNumbers)) != 0 && len(documents(text)) == 0 {
			t.Errorf("%q has a document number", text)
		}
	})
}

// What a look spares is what nothing would come of.
func TestNothingIsSpared(t *testing.T) {
	some := texts(12, "2026", "２０２６", "-", "－", "—", "﹣", "−", "00017", "０００１７", "“", "”", "，", "申请", "資訊", "政府", "公開", "\n", ">", " ", "发件人：", "发件人", "收件人", "某人 写道：", "Somebody wrote:",
		"---- 原始邮件 ----", "----", "\u00a0", "\u3000", "\v", "：", ":", "110101199003074", "51X", "５１７", "1", "a", "é", "😀")
	rapid.Check(t, func(t *rapid.T) {
		text := some.Draw(t, "text")
		if !holdsWide(text) && strings.Map(narrow, text) != text {
			t.Errorf("%q has something to make narrow", text)
		}
		if !hasTraditional(text) && strings.ContainsFunc(text, func(r rune) bool { return simplified()[r] != 0 }) {
			t.Errorf("%q has something to simplify", text)
		}
		if lines := strings.Split(text, "\n"); !quotesSome(text) {
			for k, line := range lines {
				if l := strings.TrimSpace(line); strings.HasPrefix(l, ">") || quoteBegins(l, lines[k+1:]) {
					t.Errorf("line %d of %q quotes", k, text)
				}
			}
		}
		var colons []string
		for line := range strings.SplitSeq(text, "\n") {
			if containsAny(line, ":", "：") {
				colons = append(colons, line)
			}
		}
		if got := slices.Collect(linesWithColon(text)); !slices.Equal(got, colons) {
			t.Errorf("lines with a colon in %q: %q", text, got)
		}
		narrowed := strings.Map(narrow, text)
		for i := range len(narrowed) - 17 {
			number := narrowed[i : i+18]
			alone := (i == 0 || !digit(narrowed[i-1])) && (i+18 == len(narrowed) || !digit(narrowed[i+18]))
			if alone && strings.HasPrefix(number, "110101199003074") && !strings.Contains(number[:17], "X") && digit(number[15]) && digit(number[16]) && (digit(number[17]) || number[17] == 'X') &&
				!slices.Contains(casefile.IDNumbers(text), number) {
				t.Errorf("%q is not found in %q", number, text)
			}
		}
	})
}
