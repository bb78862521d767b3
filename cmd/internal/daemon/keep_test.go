package daemon

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/mailbox"
)

// as returns a client for somebody else than the clerk.
func (b *bureau) as(who ask.Actor) *ask.Client {
	c := ask.InProcess(b.daemon.handler, who, func() error { return nil })
	b.t.Cleanup(func() { c.Close() })
	return c
}

func (b *bureau) owner() *ask.Client {
	return b.as(ask.Actor{Name: "ysq", UID: b.daemon.Live().Roles.Owner, Role: ask.Operator})
}

func (b *bureau) approver() *ask.Client {
	return b.as(ask.Actor{Name: "王五", UID: 4_000_001_001, Role: ask.Approver})
}

// archived makes an archived case of a new mail.
func (b *bureau) archived(subject string) casefile.Digest {
	b.t.Helper()
	b.deliver("张三 <zhangsan@example.test>", subject, "x")
	b.poll()
	rows := b.list(ask.ListQuery{})
	b.record(rows[len(rows)-1].Case, casefile.Confirmed{How: "电话"},
		casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural},
		casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide"},
		casefile.Dispatched{Way: casefile.ByPost}, casefile.Delivered{}, casefile.Archived{})
	mails := b.mails(casefile.ToCase)
	return mails[len(mails)-1].Digest
}

func TestErase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		b.config.Retention.Years = 10
		b.start()
		d := b.archived("政府信息公开申请")
		boss := b.approver()
		req := ask.EraseRequest{Cases: []casefile.ID{"2026-00001"}, Reason: "期满"}
		refused := func(c *ask.Client, code string) {
			t.Helper()
			_, err := ask.Do(t.Context(), c, ask.Erase, req)
			if e, ok := errors.AsType[*ask.Error](err); !ok || e.Code != code || e.Exit != ask.ExitRefused {
				t.Errorf("erasing gives %v, want %s", err, code)
			}
		}
		refused(b.client, "denied")
		refused(boss, "retention")
		b.years(11)
		b.deliver("李四 <lisi@example.test>", "另一件", "x")
		b.poll()
		req.Cases = append(req.Cases, b.list(ask.ListQuery{})[0].Case)
		refused(boss, "not-archived")
		req.Cases = req.Cases[:1]

		// What a dispute may still need stays, whatever the term (条例第五十一条).
		dispute := func(e casefile.Event) ask.DisputeView {
			t.Helper()
			v, err := b.dispute(e, b.daemon.Today())
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		filed := dispute(casefile.DisputeFiled{Track: casefile.Reconsideration, Party: "张三", Cases: req.Cases})
		refused(boss, "dispute-open")
		dispute(casefile.DisputeDecided{Dispute: filed.Dispute, Decision: "维持"})

		if res, err := ask.Do(t.Context(), boss.Dry(true), ask.Erase, req); err != nil || res.Erased != 1 || !b.daemon.Store.Has(d) || b.daemon.Reg.Erased(d) {
			t.Errorf("trying it out: %+v, %v", res, err)
		}
		if res, err := ask.Do(t.Context(), boss, ask.Erase, req); err != nil || res.Erased != 1 || res.Held != 0 || b.daemon.Store.Has(d) {
			t.Errorf("erased: %+v, %v", res, err)
		}
		// The mail is still in the mailbox, and comes again under another UID: it stays erased.
		raw := compose("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		b.sim.Add("INBOX", raw, b.now())
		b.poll()
		if n := len(b.mails(casefile.Duplicate)); n != 1 || b.daemon.Store.Has(d) {
			t.Errorf("%d duplicates; the bytes are back: %v", n, b.daemon.Store.Has(d))
		}
		if all, err := b.daemon.Keeping.Prove(t.Context()); err != nil || len(all) > 0 {
			t.Errorf("verify: %v, %v", all, err)
		}
	})
}

// The bytes of an erased case that a crash left are removed at the next start.
func TestErasureIsFinishedAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		f, err := office.Open(b.options().Options)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Intake.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		var held []casefile.Digest
		err = f.Reg.Update(b.now(), func(tx *register.Tx) (err error) {
			if held, err = tx.Holdings("2026-00001"); err != nil {
				return err
			}
			_, err = tx.Append("王五(1001)", casefile.Draft{Case: "2026-00001", On: tx.Today(), Event: casefile.Erased{Digests: held, Reason: "期满"}})
			return err
		})
		if err != nil || len(held) != 1 || !f.Store.Has(held[0]) {
			t.Fatalf("held %v, %v", held, err)
		}
		for _, p := range f.Intake.Pollers {
			p.Close()
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		b.start()
		synctest.Wait()
		if b.daemon.Store.Has(held[0]) {
			t.Error("the bytes are still there")
		}
	})
}

// A backup over the socket is whole, and its layout that of the store: it verifies, and restores.
// backedUp makes a backup and counts the words about how it got on.
func backedUp(t *testing.T, c *ask.Client, req ask.BackupRequest) (res ask.BackupResult, steps int, err error) {
	err = ask.Each(t.Context(), c, ask.Backup, req, func(l ask.BackupLine) error {
		if l.Backup != nil {
			res = *l.Backup
		} else {
			steps++
		}
		return nil
	})
	return res, steps, err
}

func TestBackupOfALivingOffice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.archived("政府信息公开申请")
		b.archived("又一件")
		target := t.TempDir()
		req := ask.BackupRequest{Target: target, Keep: "14d,12m"}
		if _, _, err := backedUp(t, b.client, req); err == nil {
			t.Error("a clerk made a backup of everything")
		}
		res, steps, err := backedUp(t, b.owner(), req)
		if err != nil || res.Mails != 2 || len(res.Missing) != 0 || steps == 0 || !strings.HasPrefix(filepath.Base(string(res.Path)), "ysq-") {
			t.Fatalf("backup %+v in %d steps, %v", res, steps, err)
		}
		if all, err := offline.VerifyBackup(t.Context(), string(res.Path), func(ask.Progress) {}); err != nil || len(all) > 0 {
			t.Errorf("verify: %v, %v", all, err)
		}
		o := b.options()
		o.Config.Paths.State = filepath.Join(t.TempDir(), "again")
		back, err := offline.Restore(t.Context(), o.Options, offline.Restoring{From: string(res.Path)}, func(ask.Progress) {})
		if err != nil || back.Mails != 2 || back.Records != res.Records || len(back.Differences) > 0 {
			t.Errorf("restored %+v, %v", back, err)
		}
		for name, req := range map[string]ask.BackupRequest{
			"relative":  {Target: "backups"},
			"unmounted": {Target: filepath.Join(target, "none")},
			"rule":      {Target: target, Keep: "often"},
		} {
			if _, _, err := backedUp(t, b.owner(), req); err == nil {
				t.Errorf("%s: a backup was made", name)
			}
		}
	})
}

// With a full disk nothing is recorded, everything can be read, and it is said once. When there is
// room again the daemon goes on by itself and no mail is missing.
func TestFullDiskOfTheRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		var full atomic.Bool
		b.seams = func(o *Options) {
			o.RegisterDisk = func(op durable.Op, path string, do func() error) error {
				if full.Load() && (op == durable.OpCommit || op == durable.OpWrite) {
					return &fs.PathError{Op: string(op), Path: path, Err: syscall.ENOSPC}
				}
				return do()
			}
		}
		b.start()
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		b.poll()
		full.Store(true)
		b.deliver("李四 <lisi@example.test>", "另一件", "x")
		for range 3 {
			if _, err := ask.Do(t.Context(), b.client, ask.Poll, ask.None{}); err == nil {
				t.Error("a poll with a full disk succeeds")
			}
		}
		_, err := ask.Do(t.Context(), b.client, ask.Append, request(t, "2026-00001", casefile.Noted{Text: "x"}))
		if err == nil {
			t.Error("a note was recorded")
		}
		if _, _, err := ask.Get(t.Context(), b.client, ask.SaveCase, ask.CaseRef{Case: "2026-00001"}); err == nil || !strings.Contains(err.Error(), "没有显示，查看个人信息须先留记录") {
			t.Errorf("a look that cannot be recorded: %v", err)
		}
		if n := len(b.list(ask.ListQuery{})); n != 1 {
			t.Errorf("%d cases can be read, want 1", n)
		}
		s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
		if err != nil || len(s.Troubles) == 0 || !strings.Contains(s.Troubles[0], "无法记录") {
			t.Errorf("status: %+v, %v", s.Troubles, err)
		}
		var said desk.Troubles
		b.daemon.watchKeeping(&said)
		if len(said) != 1 {
			t.Errorf("said %+v", said)
		}
		full.Store(false)
		b.daemon.watchKeeping(&said)
		if len(said) != 0 {
			t.Errorf("there is room again, and nobody has recorded yet: %+v", said)
		}
		time.Sleep(2 * time.Hour) // the poller comes again by itself
		synctest.Wait()
		if n := len(b.list(ask.ListQuery{})); n != 2 {
			t.Errorf("%d cases when there is room again, want 2", n)
		}
		if s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{}); err != nil || len(s.Troubles) != 0 {
			t.Errorf("status: %+v, %v", s.Troubles, err)
		}
	})
}

// A disk that has become read-only is told before somebody records, and no more once it takes something again.
func TestReadOnlyDiskIsToldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		var ro atomic.Bool
		b.seams = func(o *Options) {
			o.RegisterDisk = func(op durable.Op, path string, do func() error) error {
				if ro.Load() && op == durable.OpCreate {
					return &fs.PathError{Op: string(op), Path: path, Err: syscall.EROFS}
				}
				return do()
			}
		}
		b.start()
		for _, is := range []bool{true, false} {
			ro.Store(is)
			s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
			if told := slices.ContainsFunc(s.Troubles, func(s string) bool { return strings.Contains(s, "无法记录：磁盘是只读的") }); err != nil || told != is {
				t.Errorf("read-only: %v, troubles %q, %v", is, s.Troubles, err)
			}
			if d := b.states()["writing"]; is != (d.State == ask.DiagnosisFail) {
				t.Errorf("read-only: %v, doctor %+v", is, d)
			}
		}
	})
}

// A mail that is taken again, for its answer was lost, is recorded once.
func TestTakenAgainIsNothingNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		b.poll()
		m := b.mails(casefile.ToCase)[0]
		again := mailbox.Fetched{Ref: mailbox.Ref{Account: string(m.Account), Folder: string(m.Folder), UIDValidity: 1, UID: m.UID}, Digest: m.Digest, Size: m.Size}
		before, _ := b.daemon.Head()
		for _, validity := range []uint64{1, 7} {
			again.UIDValidity = validity
			b.daemon.Reg.View(func(tx *register.Tx) error {
				for mail, err := range tx.Mails(casefile.ToCase) {
					if err == nil && validity == 1 {
						again.UIDValidity = mail.UIDValidity
					}
				}
				return nil
			})
			if err := b.daemon.Intake.Take(context.Background(), []mailbox.Fetched{again}); err != nil {
				t.Fatal(err)
			}
			after, _ := b.daemon.Head()
			if validity == 1 && after != before {
				t.Errorf("taking it again made %d records", after-before)
			}
			if validity == 7 && after != before+1 {
				t.Errorf("a copy made %d records, want 1", after-before)
			}
		}
	})
}

// Ten minutes after the start, and then weekly, the daemon proves the register by itself.
func TestProvesItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		b.poll()
		d := b.mails(casefile.ToCase)[0].Digest
		if s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{}); err != nil || s.Verified != nil {
			t.Errorf("verified %v before its time, %v", s.Verified, err)
		}
		time.Sleep(proveAfter + time.Minute)
		synctest.Wait()
		s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
		if err != nil || s.Verified == nil || len(s.Troubles) > 0 {
			t.Fatalf("status %+v, %v", s, err)
		}
		b.lost = d.String()
		if err := os.Remove(filepath.Join(b.state, "mail", d.String()[:1], d.String()+".eml")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(proveEvery)
		synctest.Wait()
		if s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{}); err != nil || len(s.Troubles) != 1 || !strings.Contains(s.Troubles[0], "核验") {
			t.Errorf("status %+v, %v", s.Troubles, err)
		}
	})
}
