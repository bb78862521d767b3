package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/cmd/internal/ask"
)

// A register whose database or journal is moved away under the daemon is told of before anybody wants to write.
func TestDisplacedRegisterIsTold(t *testing.T) {
	for _, name := range []string{"register.db", "journal/2026.jsonl"} {
		t.Run(name, func(t *testing.T) { testDisplaced(t, name) })
	}
}

func testDisplaced(t *testing.T, name string) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "申请公开某路改造的批复")
		time.Sleep(time.Hour)
		synctest.Wait() // what is to be recorded is recorded: a write that is refused would be told as well
		path := filepath.Join(b.state, name)
		if err := os.Rename(path, path+".moved"); err != nil {
			t.Fatal(err)
		}
		s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{})
		if err != nil || !strings.Contains(strings.Join(s.Troubles, ""), "移走、替换") {
			t.Errorf("told as %q, %v", s.Troubles, err)
		}
		if err := os.Rename(path+".moved", path); err != nil {
			t.Fatal(err)
		}
		if s, err := ask.Do(t.Context(), b.client, ask.Overview, ask.None{}); err != nil || len(s.Troubles) != 0 {
			t.Errorf("put back, it is told as %q, %v", s.Troubles, err)
		}
	})
}
