package ask

import (
	"time"

	"ysq.internal/ysq/casefile"
)

// What is looked for across cases.
var (
	Search = Stream[SearchQuery, Hit]{Name: "search", Role: Viewer} // the newest first
	// Indexing says what a search has not looked at: what the index of words has not come to and is too much to be looked at
	// by everybody who asks.
	Indexing = Op[None, IndexState]{Name: "index", Role: Viewer}
)

// IndexState is how far the index of words is behind.
type IndexState struct {
	Left uint64 `json:"left"` // records, the oldest that are not indexed, in which nothing is found yet
}

// SearchQuery is what somebody looks for.
type SearchQuery struct {
	Words string `json:"words"`          // all of them have to be there; see package words
	Limit int    `json:"limit,omitzero"` // 0: no limit
}

// Hit is a case, or a mail outside of every case, that has all the words.
type Hit struct {
	Case      casefile.ID     `json:"case,omitzero"`
	Mail      casefile.Digest `json:"mail,omitzero"` // when there is no case
	Stage     Text            `json:"stage"`         // of the case; code, see casefile.Stage
	Place     Text            `json:"place"`         // of the mail; see casefile.Disposition
	Applicant Text            `json:"applicant"`     // of the mail: its sender
	Subject   Text            `json:"subject"`
	ArrivedAt *time.Time      `json:"arrived_at"`
	Found     []Finding       `json:"found"` // a place for each word; one place may have several
}

// Finding is where a word stands, with what is around it.
type Finding struct {
	Where  string `json:"where"` // 主题, 邮件正文, or what the record is called
	Before string `json:"before"`
	Match  string `json:"match"`
	After  string `json:"after"`
}
