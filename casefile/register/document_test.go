package register

import (
	"bytes"
	"os"
	"slices"
	"testing"
)

// ARCHITECTURE.md describes every bucket.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	must(t, err)
	for _, name := range slices.Concat(derived, [][]byte{bucketMeta, bucketRecord, bucketWord}) {
		if !bytes.Contains(text, []byte("\n| "+string(name)+" |")) {
			t.Errorf("ARCHITECTURE.md does not describe the bucket %s", name)
		}
	}
}
