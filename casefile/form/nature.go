package form

import (
	"strings"

	"ysq.internal/ysq/casefile"
)

// natureOf reads subject and text.
func natureOf(docs []Document, h Header) casefile.Nature {
	var b strings.Builder
	b.WriteString(h.Subject + "\n")
	for i := range docs {
		if docs[i].Part != MessageText {
			continue
		}
		for _, block := range docs[i].Blocks[:min(len(docs[i].Blocks), 60)] {
			if block.Line != nil && !block.Line.Quoted {
				b.WriteString(clip(block.Line.Text, 2<<10) + "\n")
			}
		}
	}
	return casefile.NatureOf(simple(b.String()))
}
