package worker

import (
	"fmt"
	"os"
	"testing"

	"ysq.internal/ysq/casefile/form"
)

func TestZZ(t *testing.T) {
	b, err := os.ReadFile(os.Getenv("ZZ"))
	if err != nil {
		t.Skip()
	}
	r := readPDF(t, prepared(t), b)
	fmt.Println(r.State, r.Note, r.Document.Notes)
	fmt.Println(blockText(r.Document.Blocks))
	f := form.Propose([]form.Document{r.Document}, form.Header{})
	for _, p := range f.Proposals {
		fmt.Println(p.Field, p.N, p.Value, p.Source, p.Confidence, p.Doubt)
	}
	fmt.Println(f.Missing)
}
