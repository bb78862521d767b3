package register

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"ysq.internal/ysq/casefile/register/words"
)

// FORMAT.md describes every bucket.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("FORMAT.md")
	must(t, err)
	for _, name := range slices.Concat(derived, [][]byte{bucketMeta, bucketRecord, words.Bucket}) {
		if !bytes.Contains(text, []byte("\n| "+string(name)+" |")) {
			t.Errorf("FORMAT.md does not describe the bucket %s", name)
		}
	}
}
