package register

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

// lastBackupFile lies in the state directory and tells of the last backup that was made. It is no
// part of the register: losing it only makes somebody be reminded of a backup.
const lastBackupFile = "last-backup.json"

// LastBackup is the trace that a backup leaves where the daemon sees it; the backup itself may lie on
// a disk that is not mounted now.
type LastBackup struct {
	Taken     time.Time `json:"taken"`
	Path      string    `json:"path"`
	Records   uint64    `json:"records"`
	Encrypted bool      `json:"encrypted"`
}

// LastBackup returns what the last backup left; the zero value where none was made.
func (r *Register) LastBackup() (last LastBackup, err error) {
	b, err := os.ReadFile(filepath.Join(r.dir, lastBackupFile))
	if errors.Is(err, fs.ErrNotExist) {
		return last, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &last)
	}
	if err != nil {
		return LastBackup{}, fmt.Errorf("reading what the last backup left: %w", err)
	}
	return last, nil
}

func (r *Register) noteBackup(res BackupResult, encrypted bool) error {
	b, err := json.Marshal(LastBackup{res.Taken, res.Path, res.Records, encrypted})
	if err != nil {
		return err
	}
	return r.disk.Replace(filepath.Join(r.dir, lastBackupFile), 0o600, durable.Content(append(b, '\n')))
}
