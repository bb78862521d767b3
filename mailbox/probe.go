package mailbox

import (
	"time"
)

// A probe is one conversation with a mail server, for people to read: what is shown of it is what the
// server said, before anything here has interpreted it. It logs in, looks, and leaves; nothing in the mailbox is changed.

// ProbeOptions tune a Probe. The zero value looks at what Doctor needs.
type ProbeOptions struct {
	// Live answers the questions about the provider as well, which needs a mail to fetch in pieces.
	Live bool
	// Wait is for how long NOOP is sent to see whether it announces a mail that comes meanwhile.
	Wait time.Duration
}

// Probe is what a conversation brought to light.
type Probe struct {
	CertificateEnds time.Time // of the server's certificate; zero: no TLS
	LoggedIn        bool
	Named           bool     // ID was answered with OK
	Capabilities    []string // after LOGIN
	Folders         []ProbedFolder
	// Lines are the conversation without password, addresses, subjects or names of people's folders.
	Lines   []string
	Answers []ProbeAnswer // of a live one
}

// ProbedFolder is a folder that would be polled, as EXAMINE shows it.
type ProbedFolder struct {
	Folder
	UIDValidity    uint64 // 0: none
	UIDNext        uint64 // 0: none, as at NetEase
	Exists         int
	Listed         int       // by UID SEARCH ALL; of the inbox only
	Oldest, Newest time.Time // INTERNALDATE of the first and the last of these
	Unsteady       bool      // UIDVALIDITY is another one each time that the folder is opened
	Refused        string    // why it could not be opened
}

// ProbeAnswer answers one of the questions about a provider that only its server can answer. Both are
// Chinese.
type ProbeAnswer struct{ Question, Answer string }
