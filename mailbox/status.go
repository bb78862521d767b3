package mailbox

import (
	"slices"
	"time"
)

// State is what a Poller is doing.
type State string

const (
	StateStarting State = "starting" // no poll has begun yet
	StatePolling  State = "polling"
	StateIdle     State = "idle"    // the last poll went well
	StateFailing  State = "failing" // the last poll failed; Fault says why
)

// Status is a Poller at a moment. Instants that have not come yet are zero.
type Status struct {
	Account      string         `json:"account"`
	State        State          `json:"state"`
	Fault        Fault          `json:"fault,omitzero"`
	Label        string         `json:"label,omitzero"`     // what is wrong, in Chinese
	Hint         string         `json:"hint,omitzero"`      // what to do, in Chinese
	Do           string         `json:"do,omitzero"`        // the command line that belongs to Hint
	Meanwhile    string         `json:"meanwhile,omitzero"` // what Run does about it by itself, in Chinese
	ServerSays   string         `json:"server_says,omitzero"`
	LastError    string         `json:"last_error,omitzero"`    // of the last failed poll, also when it is over
	LastErrorAt  time.Time      `json:"last_error_at,omitzero"` //
	LastPoll     time.Time      `json:"last_poll,omitzero"`     // end of the last poll, good or not
	LastSuccess  time.Time      `json:"last_success,omitzero"`  // end of the last good poll
	LastFull     time.Time      `json:"last_full,omitzero"`     // end of the last good poll that listed everything
	LastProgress time.Time      `json:"last_progress,omitzero"` // bytes or mails came, a login was tried or a poll ended: for a watchdog
	LastTaken    time.Time      `json:"last_taken,omitzero"`    // when mails were last committed
	NextTry      time.Time      `json:"next_try,omitzero"`      // of the next poll; of the login while a poll waits to log in again
	Certificate  time.Time      `json:"certificate,omitzero"`   // end of the server's, as last shown; zero: no TLS, or not yet
	Interval     time.Duration  `json:"interval"`               // between polls
	Failures     int            `json:"failures"`               // in a row
	Logins       int            `json:"logins"`                 // tried since the start of the program
	Taken        int            `json:"taken"`                  // mails since the start of the program
	Troubled     int            `json:"troubled"`               // mails that the server lists and does not hand out, so far
	Folders      []FolderStatus `json:"folders,omitzero"`
}

// FolderStatus is a folder as last opened.
type FolderStatus struct {
	Name        string `json:"name"`
	Role        Role   `json:"role"`
	UIDValidity uint64 `json:"uidvalidity"`
	Exists      uint32 `json:"exists"`
	Refused     string `json:"refused,omitzero"` // why it could not be opened; the other folders are polled all the same
	// Off is by how many messages EXISTS is beyond what the server lists, where that was so twice in a row.
	Off int `json:"off,omitzero"`
}

// Status may be called at any time.
func (p *Poller) Status() Status {
	p.statusMu.Lock()
	defer p.statusMu.Unlock()
	s := p.status
	s.Folders, s.Interval = slices.Clone(s.Folders), time.Duration(p.interval.Load())
	if written := p.store.LastWrite(); s.State == StatePolling && written.After(s.LastProgress) {
		s.LastProgress = written
	}
	return s
}

func (p *Poller) update(f func(*Status)) {
	p.statusMu.Lock()
	defer p.statusMu.Unlock()
	f(&p.status)
}

func (p *Poller) beginPoll() {
	p.update(func(st *Status) { st.State, st.LastProgress, st.NextTry = StatePolling, time.Now(), time.Time{} })
}

func (p *Poller) countLogin() {
	p.update(func(st *Status) { st.Logins++; st.LastProgress, st.NextTry = time.Now(), time.Time{} })
}

func (p *Poller) countTaken(n int) {
	p.update(func(st *Status) { st.Taken += n; st.LastTaken = time.Now(); st.LastProgress = st.LastTaken })
}

func (p *Poller) report(res Result, err error) {
	now := time.Now()
	p.update(func(st *Status) {
		st.LastPoll, st.LastProgress, st.NextTry = now, now, p.notBefore
		st.Failures, st.Troubled = p.failures, len(p.troubles)
		st.State, st.Fault, st.Label, st.Hint, st.Do, st.Meanwhile, st.ServerSays = StateIdle, FaultNone, "", "", "", "", ""
		if err != nil {
			e := AsError(err)
			st.State, st.Fault, st.LastError, st.LastErrorAt = StateFailing, e.Fault, err.Error(), now
			st.Label, st.Hint, st.Do, st.Meanwhile, st.ServerSays = e.Label(), e.Hint(), e.Do(), e.Meanwhile(), e.Said
			return
		}
		st.LastSuccess = now
		if res.Full {
			st.LastFull = now
		}
	})
}

func (p *Poller) reportFolder(f Folder, box Box, refused error) {
	s := FolderStatus{Name: f.Name, Role: f.Role, UIDValidity: box.UIDValidity, Exists: box.Exists}
	if refused != nil {
		s.Refused = refused.Error()
	}
	p.update(func(st *Status) {
		i := slices.IndexFunc(st.Folders, func(o FolderStatus) bool { return o.Name == f.Name })
		if i < 0 {
			st.Folders = append(st.Folders, s)
			return
		}
		s.Off = st.Folders[i].Off
		st.Folders[i] = s
	})
}

// reportOff says that EXISTS of a folder does not add up, or, with 0, that it does.
func (p *Poller) reportOff(f Folder, off int) {
	p.update(func(st *Status) {
		for i := range st.Folders {
			if st.Folders[i].Name == f.Name {
				st.Folders[i].Off = off
			}
		}
	})
}
