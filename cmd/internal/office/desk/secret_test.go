package desk

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A file that is no secret is refused instead of being used or replaced.
func TestBrokenSecret(t *testing.T) {
	dir := t.TempDir()
	first, err := loadSecret(dir)
	if err != nil || len(first) != secretSize {
		t.Fatal(err)
	}
	if again, err := loadSecret(dir); err != nil || !slices.Equal(first, again) {
		t.Errorf("read again: %x, %v, want %x", again, err, first)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadSecret(dir); err == nil {
		t.Error("a broken secret was taken")
	}
}
