package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/rs/zerolog"
)

// toJournal gives what the daemon writes its priority where standard error is systemd's journal
// (sd-daemon(3)): `journalctl -u ysq -p warning` then shows what needs a person, also of an error that
// kept it from starting. Elsewhere it changes nothing.
func (a *app) toJournal() {
	f, ok := a.errOut.(*os.File)
	if !ok {
		return
	}
	var st syscall.Stat_t
	if syscall.Fstat(int(f.Fd()), &st) != nil || a.getenv("JOURNAL_STREAM") != fmt.Sprintf("%d:%d", st.Dev, st.Ino) {
		return
	}
	a.errOut = prioritized{f}
}

// prioritized writes lines for the journal. What has no level is an error's text.
type prioritized struct{ journal io.Writer }

// priority is the syslog priority of a level.
func priority(l zerolog.Level) byte {
	switch l {
	case zerolog.TraceLevel, zerolog.DebugLevel:
		return '7'
	case zerolog.InfoLevel:
		return '6'
	case zerolog.WarnLevel:
		return '4'
	case zerolog.FatalLevel, zerolog.PanicLevel:
		return '2'
	}
	return '3'
}

func (p prioritized) Write(text []byte) (int, error) { return p.WriteLevel(zerolog.ErrorLevel, text) }

// WriteLevel implements zerolog.LevelWriter.
func (p prioritized) WriteLevel(l zerolog.Level, text []byte) (int, error) {
	var b bytes.Buffer
	for line := range bytes.Lines(text) {
		b.Write([]byte{'<', priority(l), '>'})
		b.Write(line)
	}
	if _, err := p.journal.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(text), nil
}
