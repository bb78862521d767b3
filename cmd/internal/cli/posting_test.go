package cli

import (
	"slices"
	"testing"
)

// A posting list comes back as a file, as columns out of a spreadsheet, or as lines that somebody typed.
func TestTrackingsIn(t *testing.T) {
	want := []tracked{{"某办公〔2026〕第001号", "2026-00003", "XA12345678901"}, {"2026-00017", "2026-00017", "XA12345678902"}}
	for name, list := range map[string]string{
		"csv":     "\ufeff序号,文号,编号,文书,收件人,地址,单号\n1,某办公〔2026〕第001号,2026-00003,告知书,张三,示例路1号,XA12345678901\n2,,2026-00017,答复,李四,\"示例路2号, 3室\",XA12345678902\n3,某办公〔2026〕第002号,2026-00018,告知书,王五,示例路3号,\n",
		"columns": "文号\t编号\t单号\n某办公〔2026〕第001号\t2026-00003\tXA12345678901\n\t2026-00017\tXA12345678902\n",
		"typed":   "某办公〔2026〕第001号 XA12345678901\n\n2026-00017  XA12345678902\n",
		"json":    "document,case,label,party,address,tracking\n某办公〔2026〕第001号,2026-00003,x,y,z,XA12345678901\n,2026-00017,x,y,z,XA12345678902\n",
	} {
		got, err := trackingsIn([]byte(list))
		want := slices.Clone(want)
		if name == "typed" {
			want[0].kase, want[1].kase = "", ""
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, list := range []string{"", "文号,单号\n某号,\n", "1 XA1\n1 XA2\n"} {
		if got, err := trackingsIn([]byte(list)); err == nil {
			t.Errorf("%q: %v", list, got)
		}
	}
}
