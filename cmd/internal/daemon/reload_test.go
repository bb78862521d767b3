package daemon

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

// A changed configuration is taken over while the office runs; what cannot be is named; a wrong one
// changes nothing.
func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		signal := make(chan os.Signal)
		next, wrong := b.config, error(nil)
		log := &lines{}
		var levels []config.Level
		b.seams = func(o *Options) {
			o.Reload, o.Load = signal, func() (config.Config, error) { return next, wrong }
			o.SetLevel = func(l config.Level) { levels = append(levels, l) }
			o.Log = zerolog.New(log)
		}
		b.start()
		reload := func() string {
			t.Helper()
			synctest.Wait()
			log.said()
			signal <- syscall.SIGHUP
			synctest.Wait()
			return log.said()
		}
		agency := func() string {
			t.Helper()
			s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
			if err != nil {
				t.Fatal(err)
			}
			return s.Agency
		}

		next.Agency.Name = "改了名的办公室"
		next.Access.Viewer, next.Access.Operator, next.Access.Approver, next.Access.Web = []config.Group{"1001"}, []config.Group{"1002"}, []config.Group{"0"}, "nobody"
		next.Approval.Extension = config.ExtensionRole
		next.Intake.CasesFrom = civil.MustParse("2026-03-05")
		next.Log.Level = config.Debug
		next.Paths.Socket = "/run/elsewhere"
		next.Mailboxes = slices.Clone(next.Mailboxes)
		next.Mailboxes[0].PollInterval = time.Minute
		next.Mailboxes[0].Host = "imap.elsewhere.test"
		next.Mailboxes[0].Folders = []string{"INBOX"}
		said := reload()
		if got := agency(); got != "改了名的办公室" {
			t.Errorf("the agency is still %s", got)
		}
		if f := b.daemon; f.Record.Needs(casefile.KindExtended) != ask.Approver || f.Live().Roles.RoleOf(4_000_000_100, []uint32{0}) != ask.Approver ||
			f.Live().Roles.RoleOf(4_000_000_100, []uint32{1001}) != ask.Viewer || f.Live().Roles.RoleOf(4_000_000_100, []uint32{1002}) != ask.Operator {
			t.Error("approval and roles were not taken over")
		}
		if u, err := user.Lookup("nobody"); err == nil && fmt.Sprint(b.daemon.Live().Roles.Web) != u.Uid {
			t.Errorf("the web service's account is %d", b.daemon.Live().Roles.Web)
		}
		if !slices.Contains(levels, config.Debug) {
			t.Errorf("levels %v", levels)
		}
		if !strings.Contains(said, `"unchanged":["paths.socket","mailbox[0].host"]`) {
			t.Errorf("what needs a restart is not named:\n%s", said)
		}
		if s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{}); err != nil || !slices.ContainsFunc(s.Notices, func(n string) bool {
			return strings.Contains(n, "要重启才生效") && strings.Contains(n, "paths.socket、mailbox[0].host")
		}) {
			t.Errorf("status says of the restart that is wanted: %v, %v", s.Notices, err)
		}
		if b.daemon.Live().Paths.Socket != b.config.Paths.Socket {
			t.Error("the socket was taken over")
		}
		// The mails of before the fifth are no cases any more, and polling is quicker.
		time.Sleep(15 * time.Minute)
		before := b.daemon.Intake.Pollers[0].Status().LastSuccess
		time.Sleep(3 * time.Minute)
		if after := b.daemon.Intake.Pollers[0].Status().LastSuccess; !after.After(before) {
			t.Error("the new interval is not kept")
		}
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "x")
		time.Sleep(3 * time.Minute)
		if rows := b.list(ask.ListQuery{}); len(rows) != 0 {
			t.Errorf("cases: %+v", rows)
		}

		next.Agency.Name = "第三个名字"
		wrong = errors.Join(errors.New("ysq.toml:3:1: 甲"), errors.New("ysq.toml:4:1: 乙"))
		said = reload()
		if agency() != "改了名的办公室" || strings.Count(said, "the old one stays in force") != 2 {
			t.Errorf("after a wrong configuration the office is %s, and it said\n%s", agency(), said)
		}
		wrong = nil
		reload()
		if got := agency(); got != "第三个名字" {
			t.Errorf("the agency is %s", got)
		}
	})
}

// Whatever can change while the daemon runs is read from the configuration in force.
func TestLiveOptionsAreReadLive(t *testing.T) {
	stale := regexp.MustCompile(`\b(Options\.|[a-z]\.)Config\.(Agency|Intake|Approval|Letter|Report|Retention|Backup|Terminal|Log|Access\.(Viewer|Operator|Approver))\b`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") || file == "reload.go" {
			continue
		}
		for _, found := range stale.FindAllString(string(b), -1) {
			t.Errorf("%s: %s is of the start; use live()", file, found)
		}
	}
}
