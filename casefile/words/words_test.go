package words

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func termsOf(text string) map[string]struct{} {
	set := make(map[string]struct{})
	Terms(text, set)
	return set
}

func TestTerms(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
	}{
		{"a run", "环境监测", "境监 测 环境 监测"},
		{"one character", "号", "号"},
		{"a document number", "某环答〔2026〕17号", "17 2026 号 某环 环答 答"},
		{"case and width", "ABC ＡＢＣ ａｂｃ", "abc"},
		{"an address", "zhang.san@example.test", "example san test zhang"},
		{"broken by the mailer", "信\r\n 息", "信息 息"},
		{"a blank that nobody sees", "信\u200b息", "信息 息"},
		{"punctuation only", "。，——！", ""},
		{"a long word", strings.Repeat("x", 40), strings.Repeat("x", maxWord)},
		{"no UTF-8", "信\xff息", "信 息"},
		{"kana and hangul", "カタ 한글", "カタ タ한 글 한글"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(slices.Sorted(maps.Keys(termsOf(tt.text))), " ")
			if got != tt.want {
				t.Errorf("terms of %q: %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func query(t *testing.T, s string) Query {
	t.Helper()
	q, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"大气 监测", "大气|监测"},
		{"  大气　监测 大气 ", "大气|监测"},
		{"《条例》", "条例"},
		{"〔2026〕17号", "2026]17号"},
		{"ZhangSan@Example.test", "zhangsan@example.test"},
	} {
		var got []string
		for _, w := range query(t, tt.in) {
			got = append(got, w.String())
		}
		if strings.Join(got, "|") != tt.want {
			t.Errorf("Parse(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	for _, bad := range []string{"", " \n", "。", "大气 ——", strings.Repeat("长", maxRunes+1), strings.Repeat("甲 乙 丙 丁 戊 己 庚 辛 壬 癸 子 丑 寅 卯 辰 巳 午 ", 1)} {
		if q, err := Parse(bad); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", bad, q)
		}
	}
}

func TestFind(t *testing.T) {
	for _, tt := range []struct {
		name, text, word string
		want             []string
	}{
		{"within a run", "申请公开环境监测数据", "环境监测", []string{"环境监测"}},
		{"twice", "监测点的监测", "监测", []string{"监测", "监测"}},
		{"over a line break", "环境监\r\n测数据", "监测", []string{"监\r\n测"}},
		{"full width", "ＡＢＣ１２３", "abc123", []string{"ＡＢＣ１２３"}},
		{"the beginning of a word", "zhangsan@example.test", "zhang", []string{"zhang"}},
		{"not its middle", "2017 zhangsan", "17", nil},
		{"after a Chinese character", "第17号", "17", []string{"17"}},
		{"over punctuation", "某环答〔2026〕17号", "[2026]17", []string{"2026〕17"}},
		{"one character before another", "张三", "张", []string{"张"}},
		{"one character at the end", "姓张", "张", []string{"张"}},
		{"missing", "环境", "监测", nil},
		{"longer than the text", "环", "环境", nil},
		{"characters of four bytes", "𠮷野家", "𠮷野", []string{"𠮷野"}},
		{"beside bytes that are no character", "\xff环境\xff", "环境", []string{"环境"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for s := range query(t, tt.word)[0].Find(Fold(tt.text)) {
				got = append(got, tt.text[s.Start:s.End])
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q in %q: %q, want %q", tt.word, tt.text, got, tt.want)
			}
			if may := query(t, tt.word)[0].MayBeIn(tt.text); !may && got != nil || may && tt.name == "missing" {
				t.Errorf("%q may be in %q: %t", tt.word, tt.text, may)
			}
		})
	}
}

func TestExcerpt(t *testing.T) {
	for _, tt := range []struct {
		name, text, word string
		want             [3]string
	}{
		{"whole", "申请环境监测数据", "监测", [3]string{"申请环境", "监测", "数据"}},
		{"cut", "现向你局依法申请公开环境监测数据若干并请以电子邮件答复", "环境", [3]string{"…依法申请公开", "环境", "监测数据若干…"}},
		{"never within a number", "电话13800000001环境13800000002止", "环境", [3]string{"…", "环境", "…"}},
		{"never within a word", "abcdefghijk 环境", "环境", [3]string{"…", "环境", ""}},
		{"line breaks", "申请\r\n\r\n公开 环境\t监测", "环境", [3]string{"申请 公开 ", "环境", " 监测"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := Fold(tt.text)
			for s := range query(t, tt.word)[0].Find(text) {
				before, found, after := text.Excerpt(s, 6)
				if got := [3]string{before, found, after}; got != tt.want {
					t.Errorf("%q, want %q", got, tt.want)
				}
				return
			}
			t.Error("not found")
		})
	}
}

// FuzzFind holds the promise on which an index rests: what Find finds, the terms have; and nothing
// that a mail or a person may write makes a span that lies outside of the text.
func FuzzFind(f *testing.F) {
	f.Add("某环答〔2026〕17号", "2026]17", uint8(3), uint8(9))
	f.Add("信\r\n 息公开 zhangsan@example.test", "zhang", uint8(0), uint8(6))
	f.Add("\xff\xe4\xb8信息\u200b公\u3000开ﬀİ", "开", uint8(1), uint8(4))
	f.Add(strings.Repeat("ab1", 20)+"环", "ab", uint8(0), uint8(50))
	f.Fuzz(func(t *testing.T, text, asked string, from, to uint8) {
		terms := slices.Collect(maps.Keys(termsOf(text)))
		for _, term := range terms {
			if utf8.RuneCountInString(term) > maxWord || term == "" {
				t.Fatalf("term %q", term)
			}
		}
		// A piece of the text is asked for, too: chance alone would hardly find anything.
		queries := []string{asked}
		if lo, hi := int(from), int(to); lo < hi && hi <= len(text) {
			queries = append(queries, text[lo:hi])
		}
		folded := Fold(text)
		for _, s := range queries {
			q, err := Parse(s)
			if err != nil {
				continue
			}
			for _, w := range q {
				if len(w.Terms()) == 0 {
					t.Fatalf("%q asks for nothing", w)
				}
				for span := range w.Find(folded) {
					if !w.MayBeIn(text) || span.Start < 0 || span.Start >= span.End || span.End > len(text) {
						t.Fatalf("span %v of %d bytes", span, len(text))
					}
					for _, asked := range w.Terms() {
						if !slices.ContainsFunc(terms, func(have string) bool {
							return have == asked.Text || asked.Prefix && strings.HasPrefix(have, asked.Text)
						}) {
							t.Fatalf("%q is found in %q, whose terms lack %q", w, text, asked.Text)
						}
					}
					before, found, after := folded.Excerpt(span, 10)
					if found == "" || utf8.RuneCountInString(before) > 100 || utf8.RuneCountInString(after) > 100 {
						t.Fatalf("excerpt %q %q %q", before, found, after)
					}
				}
			}
		}
	})
}

// FuzzParse: whatever is typed is a query within its bounds or an error, and to read it again changes
// nothing.
func FuzzParse(f *testing.F) {
	f.Add("大气 监测")
	f.Add("〔2026〕17号 ＡＢ\u200b 。")
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s)
		if err != nil {
			return
		}
		var all []string
		for _, w := range q {
			if len(w) == 0 || len(w) > maxRunes {
				t.Fatalf("word %q", w)
			}
			all = append(all, w.String())
		}
		again, err := Parse(strings.Join(all, " "))
		if err != nil || !slices.EqualFunc(q, again, func(a, b Word) bool { return slices.Equal(a, b) }) {
			t.Fatalf("%q again: %q, %v", q, again, err)
		}
	})
}
