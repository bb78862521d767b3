package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ysq.internal/ysq/casefile/durable"
)

// lastFile in the state directory describes the last backup that was made. It is no
// part of the register: losing it only makes somebody be reminded of a backup.
const lastFile = "last-backup.json"

// Last is the trace that a backup leaves where the daemon sees it; the backup itself may lie on
// a disk that is not mounted now.
type Last struct {
	Taken     time.Time `json:"taken"`
	Path      string    `json:"path"`
	Records   uint64    `json:"records"`
	Encrypted bool      `json:"encrypted"`
}

// Last returns what the last backup left; the zero value where none was made.
func (all *Backups) Last() (last Last, err error) {
	b, err := os.ReadFile(filepath.Join(all.reg.Dir(), lastFile))
	if errors.Is(err, fs.ErrNotExist) {
		return last, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &last)
	}
	if err != nil {
		return Last{}, fmt.Errorf("reading what the last backup left: %w", err)
	}
	return last, nil
}

func (all *Backups) note(res Result, encrypted bool) error {
	b, err := json.Marshal(Last{res.Taken, res.Path, res.Records, encrypted})
	if err != nil {
		return err
	}
	return all.reg.Disk().Replace(filepath.Join(all.reg.Dir(), lastFile), 0o600, durable.Content(append(b, '\n')))
}
