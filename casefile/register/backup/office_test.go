package backup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable/durabletest"
	"ysq.internal/ysq/casefile/register"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, civil.Zone)

// stocked makes a register as an office has it: mails with their bytes, cases at several stages, a
// note of another year, an archived case whose mail is gone. It is closed.
func stocked(t testing.TB) string {
	t.Helper()
	dir := durabletest.Dir(t)
	_, err := register.Create(dir, start)
	must(t, err)
	r, err := register.Open(dir, register.Options{})
	must(t, err)
	for i := range 5 {
		letter(t, r, i+1)
	}
	on := func(id casefile.ID, e casefile.Event) casefile.Draft {
		return casefile.Draft{Case: id, On: civil.Of(start), Event: e}
	}
	add(t, r, start.Add(time.Hour),
		on("2026-00001", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "预算"}),
		on("2026-00001", casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide"}),
		on("2026-00001", casefile.Dispatched{Way: casefile.ByEmail}),
		on("2026-00001", casefile.Archived{}),
		on("2026-00002", casefile.Registered{As: casefile.Application, Applicant: "李四", Column: casefile.Business}),
		on("2026-00003", casefile.Dismissed{Reason: "广告"}))
	add(t, r, start.AddDate(1, 0, 0), on("2026-00002", casefile.Noted{Text: "次年"}))
	erase(t, r, start.AddDate(1, 0, 1), "2026-00001")
	must(t, r.Close())
	return dir
}

// letter takes a mail with its bytes as a case of its own.
func letter(t testing.TB, r *register.Register, n int) (id casefile.ID) {
	t.Helper()
	name := fmt.Sprintf("mail %d", n)
	d := casefile.DigestOf([]byte(name))
	must(t, os.MkdirAll(filepath.Dir(register.MailPath(r.Dir(), d)), 0o700))
	must(t, os.WriteFile(register.MailPath(r.Dir(), d), []byte(name), 0o600))
	l := casefile.Letter{Digest: d, MessageID: name + "@example.test", From: casefile.Address{Mail: "zhangsan@example.test"}, Subject: "政府信息公开申请"}
	must(t, r.Update(start, func(tx *register.Tx) error {
		id = tx.NextID(2026)
		taken := casefile.MessageTaken{Account: "office", Folder: "INBOX", UIDValidity: 1, UID: uint32(n), ArrivedAt: start, Size: int64(len(name)),
			Letter: l, Disposition: casefile.ToCase, Case: id}
		_, err := tx.Append("mailbox",
			casefile.Draft{On: civil.Of(start), Event: taken},
			casefile.Draft{Case: id, On: civil.Of(start), Event: casefile.Received{Channel: casefile.Email, ArrivedAt: start, Letter: l}})
		return err
	}))
	return id
}

func add(t testing.TB, r *register.Register, now time.Time, drafts ...casefile.Draft) {
	t.Helper()
	must(t, r.Update(now, func(tx *register.Tx) error { _, err := tx.Append("李四(1000)", drafts...); return err }))
}

// erase lets go what a case holds, as the daemon does: the record first.
func erase(t testing.TB, r *register.Register, now time.Time, id casefile.ID) {
	t.Helper()
	must(t, r.Update(now, func(tx *register.Tx) error {
		all, err := tx.Holdings(id)
		if err != nil {
			return err
		}
		_, err = tx.Append("王五(1001)", casefile.Draft{Case: id, On: civil.Of(now), Event: casefile.Erased{Digests: all, Reason: "期满"}})
		return err
	}))
	must(t, r.View(func(tx *register.Tx) error {
		return tx.EachErased(func(d casefile.Digest) error { return os.RemoveAll(register.MailPath(r.Dir(), d)) })
	}))
}

func opened(t testing.TB, dir string) *register.Register {
	t.Helper()
	r, err := register.Open(dir, register.Options{})
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

// lines is every record of a closed register, line by line.
func lines(t testing.TB, dir string) string {
	t.Helper()
	r, err := register.Open(dir, register.Options{})
	must(t, err)
	defer r.Close()
	var b strings.Builder
	must(t, r.View(func(tx *register.Tx) error {
		for seq := uint64(1); tx.Line(seq) != nil; seq++ {
			fmt.Fprintf(&b, "%s\n", tx.Line(seq))
		}
		return nil
	}))
	return b.String()
}

// intact verifies a closed register, mails included.
func intact(t testing.TB, dir string) {
	t.Helper()
	r, err := register.Open(dir, register.Options{})
	must(t, err)
	defer r.Close()
	intactOf(t, r)
}

func intactOf(t testing.TB, r *register.Register) {
	t.Helper()
	differences, err := r.Verify(context.Background(), nil)
	if err != nil || len(differences) > 0 {
		t.Fatalf("verify: %v, %v", differences, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
