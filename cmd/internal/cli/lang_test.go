package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// texts lists what help says of the tree, apart from explanations and examples.
func texts(root *cobra.Command) (all []string) {
	seen := map[string]bool{}
	add := func(s string) {
		if s != "" && !seen[s] && regexp.MustCompile(`\p{Han}`).MatchString(s) {
			seen[s] = true
			all = append(all, s)
		}
	}
	for _, s := range []string{"用法", "选项", "通用选项", "命令", "例", "错误：%s", "请：%s", "注意：%s", "%s（必填）", "%s（默认 %s）", "[选项]"} {
		add(s)
	}
	for _, g := range root.Groups() {
		add(g.Title)
	}
	walk(root, func(c *cobra.Command) {
		if c.Hidden || c.Name() == "completion" && !c.HasParent() {
			return
		}
		add(c.Short)
		for _, word := range strings.Fields(c.Use)[1:] {
			add(word)
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { add(f.Usage) })
	})
	return all
}

// Whatever help says in its frame can be said in English.
func TestEverythingHasEnglish(t *testing.T) {
	var missing []string
	for _, s := range texts(newTerminal(0, nil).root()) {
		if said, ok := inEnglish(s); !ok || strings.Contains(said, ": ") && said != english()[s] && !strings.Contains(s, "、") {
			missing = append(missing, s)
		}
	}
	if len(missing) > 0 {
		t.Errorf("%d texts have no English; add them to english.txt, each with its English on the line below:\n%s", len(missing), strings.Join(missing, "\n"))
	}
}

// The catalogue has no leftovers of texts that are no longer said, and a flag's value keeps its name.
func TestEnglishIsUsed(t *testing.T) {
	said := map[string]bool{}
	for _, s := range texts(newTerminal(0, nil).root()) {
		said[s] = true
		for _, cut := range []string{"（", "："} {
			head, _, _ := strings.Cut(s, cut)
			said[head] = true
		}
	}
	quoted := regexp.MustCompile("`[^`]+`")
	for chinese, text := range english() {
		if !said[chinese] {
			t.Errorf("nobody says %q any more", chinese)
		}
		if len(quoted.FindAllString(chinese, -1)) != len(quoted.FindAllString(text, -1)) {
			t.Errorf("%q and %q do not name the same values", chinese, text)
		}
		if regexp.MustCompile(`\p{Han}`).MatchString(strings.NewReplacer("授权码", "", "公开", "").Replace(text)) && !strings.Contains(text, "(") {
			t.Errorf("%q is not English", text)
		}
	}
}

// English is chosen by flag, by variable or by the locale, in this order.
func TestLanguage(t *testing.T) {
	for _, tt := range []struct {
		flag string
		env  map[string]string
		want bool
	}{
		{"", nil, false},
		{"", map[string]string{"LANG": "zh_CN.UTF-8"}, false},
		{"", map[string]string{"LANG": "C.UTF-8"}, false},
		{"", map[string]string{"LANG": "en_US.UTF-8"}, true},
		{"", map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, false},
		{"", map[string]string{"LANG": "zh_CN.UTF-8", "YSQ_LANG": "en"}, true},
		{"zh", map[string]string{"YSQ_LANG": "en"}, false},
		{"en", map[string]string{"LANG": "zh_CN.UTF-8"}, true},
	} {
		term := newTerminal(0, tt.env)
		term.lang = tt.flag
		if got := term.inEnglish(); got != tt.want {
			t.Errorf("--lang %q, %v: %v", tt.flag, tt.env, got)
		}
	}
}
