package durable

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Ahead has the disk begin with what was written to a file, so that the Sync at the end of a long work waits for less. It
// makes nothing durable by itself, and an error of the disk is left for Sync, which returns it. Close it.
type Ahead struct {
	f    *os.File
	busy chan struct{}
	all  sync.WaitGroup
}

// AheadOf opens a file once more for it.
func AheadOf(path string) (*Ahead, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &Ahead{f: f, busy: make(chan struct{}, 1)}, nil
}

// Write begins with what was written so far, unless the disk is still busy with what it was given before. It does not wait.
func (a *Ahead) Write() {
	select {
	case a.busy <- struct{}{}:
	default:
		return
	}
	a.all.Go(func() {
		unix.SyncFileRange(int(a.f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE) // where a file system cannot, Sync does it all
		<-a.busy
	})
}

// Close waits until everything that was begun is on its way.
func (a *Ahead) Close() error {
	a.all.Wait()
	return a.f.Close()
}
