package desk

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox/rawstore"
)

// What one sender, and all of them, may have waiting is bounded in bytes, also over a restart and while files are still
// coming. What is refused leaves nothing; what a record names, or a sweep removes, makes room.
func TestFilesThatWaitAreBounded(t *testing.T) {
	d, now := openDesk(t)
	d.Bounds = Bounds{Each: 100, All: 150}
	const wang, zhao, li = "王某(web)", "zhao(1001)", "li(1002)"
	send := func(sender, char string, n int) (casefile.File, error) {
		return d.TakeFile(sender, "a.txt", strings.NewReader(strings.Repeat(char, n)))
	}
	refused := func(sender, char string, n int, want string) {
		t.Helper()
		_, err := send(sender, char, n)
		e, ok := errors.AsType[*ask.Error](err)
		if !ok || e.Code != "files-waiting" || e.Exit != ask.ExitRefused || !strings.Contains(e.Msg, want) || e.Hint == "" {
			t.Errorf("%d bytes of %s: %v, want a refusal with %q", n, sender, err, want)
		}
	}
	kept := func(sender, char string, n int) casefile.File {
		t.Helper()
		f, err := send(sender, char, n)
		if err != nil {
			t.Fatalf("%d bytes of %s: %v", n, sender, err)
		}
		return f
	}
	named := kept(wang, "a", 60)
	kept(wang, "b", 40)
	refused(wang, "c", 1, "一人至多")
	kept(zhao, "d", 50)
	refused(zhao, "e", 1, "各人")

	err := d.Store.Close()
	if err == nil {
		d.Store, err = rawstore.Open(d.Config.Paths.State, rawstore.Options{Erased: d.Reg.Erased})
	}
	if err != nil {
		t.Fatal(err)
	}
	refused(wang, "c", 1, "一人至多")

	if _, err := d.Reg.Append(now, "wang", casefile.Draft{Case: application, On: d.Today(), Event: casefile.Attached{Files: []casefile.File{named}}}); err != nil {
		t.Fatal(err)
	}
	refused(wang, "c", 61, "一人至多")
	for _, sender := range []string{wang, zhao} { // the same bytes count for each, and once in all
		kept(sender, "f", 30)
	}
	kept(zhao, "g", 20)
	if n, err := d.SweepFiles(); err != nil || n != 0 {
		t.Errorf("swept %d, %v", n, err)
	}

	coming, more := io.Pipe()
	ended := make(chan error)
	go func() {
		_, err := d.TakeFile(wang, "a.txt", coming)
		ended <- err
	}()
	if _, err := more.Write(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if _, err := more.Write(make([]byte, 0)); err != nil { // the first bytes were let in
		t.Fatal(err)
	}
	refused(li, "h", 1, "各人")
	more.CloseWithError(io.ErrUnexpectedEOF)
	if err := <-ended; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	kept(li, "i", 10)
	if left, err := os.ReadDir(filepath.Join(d.Config.Paths.State, "tmp")); err != nil || len(left) > 0 {
		t.Errorf("what was not kept leaves %v, %v", left, err)
	}
}
