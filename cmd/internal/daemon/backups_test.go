package daemon

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
)

// Two days without a backup are said, in status and doctor; a young register needs none yet.
func TestBackupReminder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		late := func() bool {
			s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
			if err != nil {
				t.Fatal(err)
			}
			return s.Backup.Late
		}
		b.sleepUntil("2026-03-03")
		if late() {
			t.Error("on the second day a backup is missed")
		}
		b.sleepUntil("2026-03-06")
		if !late() {
			t.Error("on the fifth day no backup is missed")
		}
		if d := b.states()["backup"]; d.State != ask.DiagnosisWarn || !strings.Contains(d.Do, "ysq-backup.timer") {
			t.Errorf("doctor says %+v", d)
		}
	})
}

func TestStatusLine(t *testing.T) {
	at := time.Date(2026, 11, 23, 7, 30, 0, 0, civil.Zone)
	s := ask.Status{Open: 3, Overdue: 1, Unregistered: 2, Mailboxes: []ask.MailboxStatus{
		{Account: "a@example.test", LastSuccess: &at}, {Account: "b@example.test", Label: "授权码被拒绝"}}, Troubles: []string{"磁盘\n将满"}, Backup: ask.BackupStatus{Late: true}}
	want := "在办 3 件，逾期 1 件，未登记 2 件；a@example.test 上次收信 11-23 07:30；b@example.test 还没有收过信，授权码被拒绝；磁盘 将满；备份过期"
	if got := statusLine(s); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
