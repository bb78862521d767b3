package desk

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox/parse"
)

func TestFileName(t *testing.T) {
	long := strings.Repeat("长", 200) + ".docx"
	for _, tt := range []struct{ name, want string }{
		{"答复书.docx", "答复书.docx"},
		{"../../etc/passwd", "passwd"},
		{`C:\公文\答复书.docx`, "答复书.docx"},
		{"a\u202etxt.exe", "atxt.exe"},
		{"a\x00\n.pdf", "a.pdf"},
		{"  ", "未命名"},
		{"/", "未命名"},
		{"..", "未命名"},
		{long, strings.Repeat("长", 100) + strings.Repeat("长", 15) + ".docx"},
	} {
		if got := FileName(tt.name); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A file is kept under its digest until a record names it or it is dropped; what is not kept cannot be put
// into a case.
func TestFilesAreKept(t *testing.T) {
	d, _ := openDesk(t)
	file, err := d.KeepFile("../答复书.txt", strings.NewReader("内容"))
	if err != nil || file.Name != "答复书.txt" || file.Size != 6 || file.Digest != casefile.DigestOf([]byte("内容")) {
		t.Fatalf("kept %+v, %v", file, err)
	}
	if err := d.Keeps([]casefile.File{file}); err != nil {
		t.Error(err)
	}
	if err := d.Keeps([]casefile.File{{Digest: file.Digest, Name: "a/b"}}); exitOf(err) != ask.ExitUsage {
		t.Errorf("a path for a name: %v", err)
	}
	if _, err := d.KeepFile("空.txt", strings.NewReader("")); exitOf(err) != ask.ExitUsage {
		t.Errorf("an empty file: %v", err)
	}
	if err := d.DropUnknown(file.Digest); err != nil {
		t.Fatal(err)
	}
	if err := d.Keeps([]casefile.File{file}); exitOf(err) != ask.ExitNotFound {
		t.Errorf("dropped, and still kept: %v", err)
	}
	if _, err := d.Parse(file.Digest, parse.Limits{}); err == nil || !strings.Contains(err.Error(), "备份") {
		t.Errorf("parsing what is not there: %v", err)
	}
}

// A file that was sent and never named is let go after a day, not before; one that a record names stays. Verify
// takes no offence at one that waits.
func TestFilesAreSwept(t *testing.T) {
	d, now := openDesk(t)
	file := func(text string, age time.Duration) casefile.Digest {
		t.Helper()
		f, err := d.KeepFile("a.txt", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(register.MailPath(d.Config.Paths.State, f.Digest), at, at); err != nil {
			t.Fatal(err)
		}
		return f.Digest
	}
	fresh, old, named := file("fresh", time.Hour), file("old", 25*time.Hour), file("named", 25*time.Hour)
	taken := casefile.MessageTaken{Account: "a", Folder: "INBOX", UIDValidity: 1, UID: 1, Letter: casefile.Letter{Digest: named}, Disposition: casefile.Parked}
	if _, err := d.Reg.Append(now, "mailbox", casefile.Draft{On: d.Today(), Event: taken}); err != nil {
		t.Fatal(err)
	}
	if all, err := d.Reg.Verify(t.Context(), nil); err != nil || len(all) > 0 {
		t.Errorf("verify: %v, %v", all, err)
	}
	if n, err := d.SweepFiles(); err != nil || n != 1 {
		t.Errorf("removed %d, %v", n, err)
	}
	if !d.Store.Has(fresh) || d.Store.Has(old) || !d.Store.Has(named) {
		t.Error("the wrong ones are gone")
	}
	if left, err := d.Store.Pending(); err != nil || len(left) != 1 || left[0].Digest != fresh {
		t.Errorf("waiting: %v, %v", left, err)
	}
}

// A mail is found by any beginning of its digest that is long enough and names it alone.
func TestMailByTheBeginningOfItsDigest(t *testing.T) {
	d, now := openDesk(t)
	var digests []casefile.Digest
	for _, last := range []byte{0x10, 0x1f} { // they differ from the second half of the third byte on
		digest := casefile.Digest{0xab, 0xcd, last}
		digests = append(digests, digest)
		taken := casefile.MessageTaken{Account: "a", Folder: "INBOX", UIDValidity: 1, UID: uint32(last), Letter: casefile.Letter{Digest: digest}, Disposition: casefile.Parked}
		if _, err := d.Reg.Append(now, "mailbox", casefile.Draft{On: d.Today(), Event: taken}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		prefix string
		exit   int
	}{
		{"abcd10", 0}, {" ABCD10 ", 0}, {"abcd100", 0}, {digests[0].String(), 0},
		{"abcd1", ask.ExitUsage}, {"abcd", ask.ExitUsage}, {"abc", ask.ExitUsage}, {"xyzxyz", ask.ExitUsage}, {"abcdx", ask.ExitUsage},
		{"abcd2", ask.ExitNotFound}, {strings.Repeat("a", 65), ask.ExitUsage},
	} {
		digest, about, err := d.Mail(tt.prefix)
		if exitOf(err) != tt.exit || err == nil && (digest != digests[0] || len(about) != 1) {
			t.Errorf("%q finds %v with %d records, %v", tt.prefix, digest, len(about), err)
		}
	}
}

func exitOf(err error) int {
	if e, ok := errors.AsType[*ask.Error](err); ok {
		return e.Exit
	}
	return 0
}

// What would take the room that records need is not cached, and the caller hears why.
func TestCachesLeaveRoomForRecords(t *testing.T) {
	dir := t.TempDir()
	space, err := durable.SpaceOf(dir)
	if err != nil {
		t.Fatal(err)
	}
	err = RoomBeyondRecords(dir, int(space.Total)) // more than there can be beside what records need
	if _, short := errors.AsType[*durable.NoSpaceError](err); !short {
		t.Errorf("got %v", err)
	}
}
