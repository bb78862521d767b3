package worker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
)

// What compiling pdfium takes. It is the program's own code and no applicant's.
const (
	prepareMemory  = 1 << 30
	prepareSeconds = 120
)

// CacheName is the name of the directory for the compiled pdfium, by the versions of the modules that
// make it (a test holds it against go.mod): another release makes another.
const CacheName = "pdfium-1.21.4-wazero-1.12.0"

// Wanting reports, once, that a PDF was read slowly for want of Prepare: an office that never gets one
// need not spend the seconds.
func (r *Reader) Wanting() bool { return r.interpreted.Swap(false) }

// Prepare compiles pdfium into dir, once, unless this process may not make memory executable or dir is
// there already. Children can then only read it. It takes some seconds of a child's time, none of
// whose memory is this process's.
func (r *Reader) Prepare(ctx context.Context, dir string) error {
	if !compiles || !mayExecute() {
		return nil
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	tmp := dir + ".tmp"
	if err := os.RemoveAll(tmp); err != nil { // what a crash left
		return err
	}
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return err
	}
	slow := &Reader{argv: r.argv, wall: 2 * prepareSeconds * time.Second}
	if said, err := slow.run(ctx, []string{Command, modePrepare, tmp}, strings.NewReader("")); err != nil {
		return errors.Join(fmt.Errorf("compiling pdfium: %w: %s", err, said.complaint), os.RemoveAll(tmp))
	}
	// Nobody writes here again, not even this program.
	err := filepath.WalkDir(tmp, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			return nil
		}
		return os.Chmod(path, 0o400)
	})
	if err == nil {
		err = os.Rename(tmp, dir)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keeping the compiled pdfium: %w", err), os.RemoveAll(tmp))
	}
	return nil
}

// compileInto fills dir: wazero keeps there what it compiles.
func compileInto(dir string) error {
	ctx := context.Background()
	cache, err := wazero.NewCompilationCacheWithDir(dir)
	if err != nil {
		return err
	}
	defer cache.Close(ctx)
	p, err := newLibrary(compiled(cache), nil)
	if err != nil {
		return err
	}
	return p.close()
}
