package offline

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

// With the daemon down and the disk read-only everything can still be read and taken elsewhere, and nothing
// is recorded; what is seen unmasked is told to a witness outside first, or not shown.
func TestReadOnlyRescue(t *testing.T) {
	state, elsewhere := t.TempDir(), t.TempDir()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var o Options
	o.Now, o.Config = func() time.Time { return now }, config.Default()
	o.Config.Agency.Name, o.Config.Paths.State = "某局", state
	if err := Init(state, config.Owner{}, now); err != nil {
		t.Fatal(err)
	}
	c, rescue, err := Open(o)
	if err != nil || rescue != nil {
		t.Fatalf("%v, %+v", err, rescue)
	}
	event, err := json.Marshal(casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "电话 13800001111 的记录"})
	if err != nil {
		t.Fatal(err)
	}
	made, err := ask.Do(t.Context(), c, ask.New, ask.NewCase{Channel: casefile.InPerson, Registered: event})
	if err := errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	// A full disk is told by the room on it, whether or not it has space for this one record yet.
	id := made.Records[0].Case
	var seen []string
	told := func(text string) error { seen = append(seen, text); return nil }
	o.Witness = func(text string) error { return told(text) }
	o.Space = func(string) (durable.Space, error) { return durable.Space{Free: 4096, Total: 1 << 30}, nil }
	t.Setenv("TMPDIR", filepath.Join(state, "gone")) // as root's own may be to the service's user
	c, rescue, err = Open(o)
	if err != nil || rescue == nil || rescue.Records != 2 || !errors.Is(rescue.Cause, unix.ENOSPC) || !strings.HasPrefix(rescue.Cause.Error(), "磁盘已满") {
		t.Fatalf("%v, %+v", err, rescue)
	}
	if d, err := ask.Do(t.Context(), c.Reveal(ask.All), ask.Show, ask.WholeCase(id)); err != nil || !strings.Contains(string(d.Request), "13800001111") || len(seen) != 1 {
		t.Errorf("revealed as %q, %v, told %v", d.Request, err, seen)
	}
	_, content, err := ask.Get(t.Context(), c, ask.Export, ask.ExportQuery{Format: "records"})
	if err != nil || len(seen) != 2 {
		t.Fatalf("exported: %v, told %v", err, seen)
	}
	if err := errors.Join(content.Close(), c.Close()); err != nil {
		t.Error(err)
	}
	o.Space, seen = nil, nil
	if err := unix.Mount(state, state, "", unix.MS_BIND, ""); err != nil {
		t.Skipf("only root can mount: %v", err)
	}
	defer unix.Unmount(state, 0)
	if err := unix.Mount("", state, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	c, rescue, err = Open(o)
	if err != nil || rescue == nil || rescue.Records != 2 {
		t.Fatalf("%v, %+v", err, rescue)
	}
	defer c.Close()
	if d, err := ask.Do(t.Context(), c, ask.Show, ask.WholeCase(id)); err != nil || strings.Contains(string(d.Request), "13800001111") || len(seen) > 0 {
		t.Errorf("shown as %q, %v, told %v", d.Request, err, seen)
	}
	if d, err := ask.Do(t.Context(), c.Reveal(ask.All), ask.Show, ask.WholeCase(id)); err != nil || !strings.Contains(string(d.Request), "13800001111") || len(seen) != 1 || !strings.Contains(seen[0], string(id)) {
		t.Errorf("revealed as %q, %v, told %v", d.Request, err, seen)
	}
	told = func(string) error { return os.ErrPermission }
	if _, err := ask.Do(t.Context(), c.Reveal(ask.All), ask.Show, ask.WholeCase(id)); err == nil {
		t.Error("shown without a witness")
	}
	_, err = ask.Do(t.Context(), c, ask.Append, ask.AppendRequest{Drafts: []ask.DraftView{{Case: id, Kind: casefile.KindNoted, Event: json.RawMessage(`{"text":"a"}`)}}})
	if e, ok := errors.AsType[*ask.Error](err); !ok || e.Code != "read-only" || e.Hint == "" {
		t.Errorf("recording: %v", err)
	}
	err = ask.Each(t.Context(), c, ask.Verify, ask.None{}, func(p ask.Proof) error {
		if len(p.Differences) > 0 {
			t.Errorf("%+v", p.Differences)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	err = ask.Each(t.Context(), c, ask.Backup, ask.BackupRequest{Target: elsewhere}, func(ask.BackupLine) error { return nil })
	if left, _ := filepath.Glob(filepath.Join(elsewhere, "ysq-*", register.FileName)); err != nil || len(left) != 1 {
		t.Errorf("backed up %v, %v", left, err)
	}
}
