package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"ysq.internal/ysq/cmd/internal/ask"
)

// What is larger than the office takes, a file or all of a command, is refused before anything of it is sent.
func TestTooLargeIsNotSent(t *testing.T) {
	dir := t.TempDir()
	of := func(sizes ...int64) (paths []string) {
		for i, size := range sizes {
			path := filepath.Join(dir, fmt.Sprint(i))
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, size); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
		return paths
	}
	const most = 256 << 20
	if err := regular(&cobra.Command{}, of(most, most, most, most)); err != nil {
		t.Error(err)
	}
	for name, tt := range map[string]struct {
		sizes []int64
		want  string
	}{
		"a file":       {[]int64{1, most + 1}, "一份至多 256 MiB"},
		"all together": {[]int64{most, most, most, most, 1}, "一条命令至多送 1024 MiB"},
	} {
		e, ok := errors.AsType[*ask.Error](regular(&cobra.Command{}, of(tt.sizes...)))
		if !ok || e.Code != "too-large" || e.Exit != ask.ExitUsage || !strings.Contains(e.Msg, tt.want) || e.Hint == "" {
			t.Errorf("%s: %v", name, e)
		}
	}
}
