package form

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestLinesAreProposed(t *testing.T) {
	d := Read(Input{Index: MessageText, Body: []byte("您好\n姓 名：张三\n联系电话：13800000000\n> 姓名：李四\n")})
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back Document
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, back, cmpopts.IgnoreUnexported(Document{})); diff != "" {
		t.Fatalf("a document does not survive JSON (-got +want):\n%s", diff)
	}
	f := Propose([]Document{back}, Header{})
	if p, ok := f.Best(Name, 0); !ok || p.Value != "张三" {
		t.Errorf("name: got %+v", p)
	}
}

// What a page's own style hides is nobody's word, and is named.
func TestHiddenByStyle(t *testing.T) {
	d := Read(Input{Type: "text/html", Name: "a.html", Body: []byte(`<style>.k{display:none}</style>` + strings.Repeat("<script></script>", 600) + `<p class=k>姓名：假二<p>姓名：郗三</p>`)})
	f := Propose([]Document{d}, Header{})
	if p, _ := f.Best(Name, 0); p.Value != "郗三" || f.Applicants() != 1 || len(d.Notes) != 1 {
		t.Errorf("got %q of %d applicants, notes %v", p.Value, f.Applicants(), d.Notes)
	}
}

// What applicants who stand side by side share is the first one's.
func TestAbreast(t *testing.T) {
	f := Propose([]Document{{Blocks: compact("|姓名|张三|李四|\n|联系电话|13900001111|13900002222|\n|联系地址|[c2]某市甲路1号|")}}, Header{})
	for n, want := range []map[Field]string{{Name: "张三", Phone: "13900001111", Address: "某市甲路1号"}, {Name: "李四", Phone: "13900002222", Address: ""}} {
		for field, value := range want {
			if p, _ := f.Best(field, n); p.Value != value {
				t.Errorf("%s of applicant %d: got %q, want %q", field, n, p.Value, value)
			}
		}
	}
}
