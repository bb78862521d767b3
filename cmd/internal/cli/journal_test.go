package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/rs/zerolog"
)

func TestPriorities(t *testing.T) {
	var b bytes.Buffer
	log := zerolog.New(prioritized{&b})
	log.Info().Msg("ready")
	log.Warn().Msg("poll failed")
	log.Error().Msg("disk")
	fmt.Fprint(prioritized{&b}, "错误：配置有误\n第二行\n")
	want := `<6>{"level":"info","message":"ready"}
<4>{"level":"warn","message":"poll failed"}
<3>{"level":"error","message":"disk"}
<3>错误：配置有误
<3>第二行
`
	if got := b.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Only what really goes to the journal is marked: systemd's variable is also seen by what the daemon
// starts with another standard error.
func TestToJournal(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/stderr")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var st syscall.Stat_t
	if err := syscall.Fstat(int(f.Fd()), &st); err != nil {
		t.Fatal(err)
	}
	for stream, want := range map[string]string{
		"":                                   "错误：x",
		"1:1":                                "错误：x",
		fmt.Sprintf("%d:%d", st.Dev, st.Ino): "<3>错误：x",
	} {
		if err := errors.Join(f.Truncate(0), seek(f)); err != nil {
			t.Fatal(err)
		}
		a := &app{errOut: f, getenv: func(name string) string {
			if name == "JOURNAL_STREAM" {
				return stream
			}
			return ""
		}}
		a.toJournal()
		a.fail(errors.New("x"))
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(string(b)); got != want {
			t.Errorf("JOURNAL_STREAM=%q: %q, want %q", stream, got, want)
		}
	}
}

func seek(f *os.File) error { _, err := f.Seek(0, 0); return err }
