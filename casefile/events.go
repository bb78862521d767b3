package casefile

// Event is what a record says happened. The set is closed: every kind has its row in the table of kinds, beside its struct.
type Event interface {
	// Kind names the event in records, on the wire and in the table of kinds.
	Kind() Kind
}

// Kind is the stable name of a kind of event.
type Kind string

// Letter names a mail of the case without quoting it: enough to list and to search, the bytes are
// under Digest.
type Letter struct {
	Digest    Digest  `json:"digest,omitzero"`
	MessageID string  `json:"message_id,omitzero"`
	From      Address `json:"from,omitzero"`
	Subject   string  `json:"subject,omitzero"`
	// Verified says of an incoming mail whether its sender is who From says. Since schema 4.
	Verified Verification `json:"verified,omitzero"`
}

// Suggestion is a case that a mail may belong to, and why.
type Suggestion struct {
	Case   ID     `json:"case"`
	Reason string `json:"reason"`
}

// File is a document kept under its digest beside the mails: what came on paper, scanned.
type File struct {
	Digest Digest `json:"digest"`
	Name   string `json:"name"` // for people: no path, no control characters
	Size   int64  `json:"size"`
}
