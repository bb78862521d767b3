package reading

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/worker"
)

// What is kept is bounded, and what another version kept goes.
func TestReadingsAreTidied(t *testing.T) {
	var erased casefile.Digest
	r := &readings{cache: t.TempDir(), erased: func(d casefile.Digest) bool { return d == erased }}
	old := filepath.Join(r.cache, "read", "0.0", "a")
	for _, dir := range []string{old, filepath.Join(r.cache, "pdfium-1-wazero-1"), filepath.Join(r.cache, "pdfium-1.tmp")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	gone, stays := casefile.DigestOf([]byte("gone")), casefile.DigestOf([]byte("stays"))
	for _, d := range []casefile.Digest{gone, stays} {
		if err := r.put(d, []worker.Reading{{State: worker.Read}}); err != nil {
			t.Fatal(err)
		}
	}
	erased = gone // as by a crash between the record and the files
	if err := r.tidy(); err != nil {
		t.Fatal(err)
	}
	if r.has(gone) || !r.has(stays) {
		t.Errorf("the erased one is kept: %v, the other: %v", r.has(gone), r.has(stays))
	}
	left, err := os.ReadDir(r.cache)
	if err != nil || len(left) != 1 || r.size == 0 {
		t.Errorf("left %v, %v; size %d", left, err, r.size)
	}
	if err := os.Truncate(r.path(stays), 5); err != nil { // torn by a crash
		t.Fatal(err)
	}
	if _, ok := r.get(stays); ok {
		t.Error("a torn file was taken for a reading")
	}
	if err := r.put(gone, nil); err != nil || r.has(gone) {
		t.Errorf("erased while it was read, and kept: %v, %v", r.has(gone), err)
	}
}

// Of an identity card the last four and marks are kept, also where it lay in an archive; they are enough to compare it
// with the application.
func TestCards(t *testing.T) {
	const number, name = "99990519791102028X", "闻人静"
	mark := func(s string) (string, error) { return casefile.DigestOf([]byte(s)).Short(), nil }
	r := &readings{cache: t.TempDir(), erased: func(casefile.Digest) bool { return false }, mark: mark}
	r.read = func(context.Context, form.Input, func(io.Writer) error) (worker.Reading, error) {
		card := worker.Reading{State: worker.Scan, Cards: []worker.Card{{Page: 1, Name: name, Number: number}}}
		return worker.Reading{State: worker.Opened, Inside: []worker.Reading{card}, Cards: card.Cards}, nil
	}
	one, err := r.one(t.Context(), true, form.Input{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := casefile.DigestOf([]byte("mail"))
	if err := r.put(d, flat(one)); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(r.path(d))
	if err != nil || strings.Contains(string(kept), number[:12]) || strings.Contains(string(kept), name) || strings.Count(string(kept), `"tail":"028X"`) != 2 {
		t.Errorf("kept: %s %v", kept, err)
	}
	all, _ := r.get(d)
	for _, tt := range []struct{ number, name, want string }{
		{number, name, "与申请所写一致；姓名一致"}, {number[:17] + "1", name, "与申请所写不一致，须人工核对；姓名一致"},
		{"", "张三", "没有号码可对照；姓名不一致"},
	} {
		var f form.Form
		f.Proposals = append(f.Proposals, form.Proposal{Field: form.Name, Value: tt.name})
		u := understood{forms: form.Mails{{Form: f}}, cards: []seenCard{{"a.jpg", all[1].Cards[0]}}}
		if tt.number != "" {
			u.mark, _ = mark(tt.number)
			u.tail = tt.number[14:]
		}
		if err := u.compare(mark); err != nil || len(u.notes) != 1 || !strings.Contains(u.notes[0].Text, tt.want) {
			t.Errorf("%+v: %+v %v", tt, u.notes, err)
		}
		if u.tail == "" || u.mark == "" {
			t.Errorf("%+v: the applicant is not recognised by the card", tt)
		}
	}
}
