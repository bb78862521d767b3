package ask

import "ysq.internal/ysq/casefile"

// What keeps the register trustworthy. Proof and backup take long, and say how they get on.
var (
	Verify = Stream[None, Proof]{Name: "verify", Role: Operator}
	Backup = Stream[BackupRequest, BackupLine]{Name: "backup", Role: Operator} // and more than that: the office judges
	Erase  = Op[EraseRequest, EraseResult]{Name: "erase", Role: Approver, Dry: true, Limit: 4 << 20}
)

// Proof is a line of Verify: how it gets on, or the end.
type Proof struct {
	Progress    *Progress    `json:"progress,omitzero"`
	Differences []Difference `json:"differences,omitzero"`
}

// BackupLine is a line of Backup: how it gets on, or the end.
type BackupLine struct {
	Progress *Progress     `json:"progress,omitzero"`
	Backup   *BackupResult `json:"backup,omitzero"`
}

// Progress says how a long work goes on.
type Progress struct {
	Doing string `json:"doing"`
	Done  int64  `json:"done"`
	Total int64  `json:"total"` // 0: unknown
}

// Difference is one place in which the register is not what it should be.
type Difference struct {
	Place string `json:"place"`
	Key   Handle `json:"key"`
	What  string `json:"what"`
	Do    string `json:"do"` // what to do about it
}

// BackupRequest asks for a backup. Paths are the daemon's, and absolute.
type BackupRequest struct {
	Target     string   `json:"target"`
	Recipients []string `json:"recipients"` // age public keys; any: one encrypted file
	Keep       string   `json:"keep"`       // as 14d,12m; empty: all stay
	Config     string   `json:"config"`     // file to take along; empty: none
}

// BackupResult says what a backup holds.
type BackupResult struct {
	Path    Handle       `json:"path"`
	Records uint64       `json:"records"`
	Head    Handle       `json:"head"`
	Mails   int          `json:"mails"`
	Linked  int          `json:"linked"`  // of them shared with the backup before
	Missing []Difference `json:"missing"` // mails that the register could not give whole
	Removed []Handle     `json:"removed"` // earlier backups that were not to be kept
	Plain   int          `json:"plain"`   // backups beside this encrypted one that are not; nothing removes them by itself
}

// EraseRequest asks to let the mails and files of cases go. The records stay.
type EraseRequest struct {
	Cases  []casefile.ID `json:"cases"`
	Reason string        `json:"reason"`
}

// EraseResult says what went.
type EraseResult struct {
	Cases  []casefile.ID `json:"cases"`
	Erased int           `json:"erased"` // mails and files whose bytes are gone
	Held   int           `json:"held"`   // those that another case still holds
	DryRun bool          `json:"dry_run"`
}
