package mailbox

import (
	"slices"
	"strings"
	"time"
)

// A probe is one conversation with a mail server, for people to read: what is shown of it is what the
// server said, before anything here has interpreted it. It logs in, looks, and leaves; nothing in the mailbox is changed.

// ProbeOptions tune a Probe. The zero value looks at what Doctor needs.
type ProbeOptions struct {
	// Live answers the questions about the provider as well, which needs a mail to fetch in pieces.
	Live bool
	// Folders are the names of the only folders that are polled, as configured. Empty: what the server's list shows.
	Folders []string
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
	Unpolled        []Folder // of the server's list, left out by ProbeOptions.Folders
	// Lines are the conversation without password, addresses, subjects or names of people's folders.
	Lines   []string
	Answers []ProbeAnswer // of a live one
}

// Chosen are the folders that are polled: those of the server's list, or the configured ones alone, with the roles by
// which the list knows them: sent mail and junk, by the server's mark or by their names. Any other folder that is named
// counts as an inbox, whatever it is: its mails become cases.
func Chosen(found []Folder, configured []string) []Folder {
	if len(configured) == 0 {
		return found
	}
	var all []Folder
	for _, name := range configured {
		if strings.EqualFold(name, "INBOX") { // in any letters (RFC 3501, section 5.1), in the book in these
			name = "INBOX"
		}
		f := Folder{Name: name, Role: RoleInbox}
		if i := slices.IndexFunc(found, func(o Folder) bool { return o.Name == name }); i >= 0 {
			f = found[i]
		}
		all = append(all, f)
	}
	return all
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
	Unlisted       bool      // the server's list does not show it
	Refused        string    // why it could not be opened
	// Marked is the server's mark of a folder that is polled as an inbox all the same, because it is named in the
	// configuration: "\Drafts", "\Trash", "\Archive" or "\All" (RFC 6154). "": none.
	Marked string
}

// ProbeAnswer answers one of the questions about a provider that only its server can answer. Both are
// Chinese.
type ProbeAnswer struct{ Question, Answer string }
