package register

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"ysq.internal/ysq/casefile/durable"
)

// Health says whether the register can be written.
type Health struct {
	// Err is why the last Update could not write; nil when it could. An error of the Update's own
	// function is none of the register's.
	Err error
	// Since is when writing began to fail, by the Updates' time.
	Since time.Time
}

// Health returns how the last Update went.
func (r *Register) Health() Health { return *r.health.Load() }

// unwell remembers why nothing can be written.
func (r *Register) unwell(now time.Time, err error) error {
	h := Health{Err: err, Since: now}
	if was := r.Health(); was.Err != nil {
		h.Since = was.Since
	}
	r.health.Store(&h)
	return err
}

// Recover finds out, of a register that could not be written, whether it can be written again: otherwise nobody would know
// before somebody records. Where there is room, it commits a transaction with nothing in it.
func (r *Register) Recover(now time.Time) error {
	if r.lock == nil || r.Health().Err == nil {
		return nil
	}
	if err := r.hasRoom(); err != nil {
		return err
	}
	return r.Update(now, func(*Tx) error { return nil })
}

// roomForRecords is more than a day's records and the pages of the database that they change.
const roomForRecords = 1 << 20

// hasRoom writes what records would need, and takes it away again.
func (r *Register) hasRoom() error {
	room := filepath.Join(r.dir, "verify-room")
	f, err := r.disk.Open(room, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	err = r.disk.Step(durable.OpWrite, room, func() error { _, err := f.Write(make([]byte, roomForRecords)); return err })
	if err == nil {
		err = r.disk.Sync(f)
	}
	return errors.Join(err, f.Close(), r.disk.Remove(room))
}
