package ask

import (
	"encoding/json"
	"slices"
	"strings"

	"ysq.internal/ysq/casefile"
)

// The office's letters, and the whole case file.
var (
	// PreviewLetter makes the draft of a letter, and records no more than that somebody looked; what issues a
	// letter is AnswerCase.
	PreviewLetter = Op[LetterRequest, LetterResult]{Name: "letter preview", Role: Operator, Limit: 1 << 20, Open: true, Look: LetterRequest.look}
	Letters       = Op[LetterQuery, []LetterView]{Name: "letter list", Role: Viewer} // in the order of their numbers, series by series
	CopyLetter    = Download[LetterRef, None]{Name: "letter copy", Role: Operator, Open: true, Look: LetterRef.look}
	VoidLetter    = Op[VoidLetterRequest, LetterResult]{Name: "letter void", Role: Operator, Dry: true} // its number stays taken
	RecordLetter  = Op[RecordLetterRequest, AppendResult]{Name: "letter record", Role: Operator, Dry: true}
	// Posted reads a list that came back from the post office and records its letters as posted: all of them in one call, or none.
	Posted = Upload[PostedRequest, AppendResult]{Name: "letter posted", Role: Operator, Dry: true, Limit: 16 << 20}
	// Envelopes draws the covers of letters, one a page, with the addresses that are registered.
	Envelopes     = Op[EnvelopeRequest, EnvelopeResult]{Name: "letter envelope", Role: Operator, Limit: 4 << 20, Open: true, Look: EnvelopeRequest.look}
	ResumeLetters = Op[ResumeLettersRequest, []RecordView]{Name: "letter resume", Role: Operator, Dry: true}
	// SaveCase gives the whole case file as a tar.
	SaveCase = Download[CaseRef, None]{Name: "save", Role: Operator, Open: true, Look: func(q CaseRef) Look { return Look{Cases: []casefile.ID{q.Case}, What: "save"} }}
	// SaveFile gives a document of a case as it was put there.
	SaveFile = Download[FileRef, casefile.File]{Name: "file save", Role: Operator, Open: true, Look: func(q FileRef) Look {
		return Look{Cases: []casefile.ID{q.Case}, What: "file save " + q.Digest.Short()}
	}}
)

// FileRef names a document of a case.
type FileRef struct {
	CaseRef
	Digest casefile.Digest `json:"digest"`
}

// records are what an issued letter announces, unless that is for later.
func (q LetterRequest) records() []casefile.Kind {
	if q.Decides == "" || q.Later {
		return nil
	}
	return []casefile.Kind{q.Decides}
}

func (q LetterRequest) look() Look { return Look{Cases: q.Cases, What: "letter --preview"} }

// LetterRef names a letter by its number.
type LetterRef struct {
	Document string `json:"document"`
}

func (q LetterRef) look() Look { return Look{Letter: q.Document, What: "letter copy " + q.Document} }

// ManifestName is the file of a case file that holds the digests of the others, as sha256sum writes them.
const ManifestName = "清单.sha256"

// RemarksName is the file of a case file that says what is in it. What could not be put in stands below AbsentHead, one
// thing a line, up to the end.
const (
	RemarksName = "说明.txt"
	AbsentHead  = "未能放入的：\n"
)

// LetterRequest asks for a letter.
type LetterRequest struct {
	Cases  []casefile.ID       `json:"cases"`           // several: one letter for all
	Letter casefile.LetterKind `json:"letter,omitzero"` // absent: what the case calls for
	// Decides and Event are what the letter announces, when that is not recorded yet; it is recorded with
	// the letter.
	Decides casefile.Kind     `json:"decides,omitzero"`
	Event   json.RawMessage   `json:"event,omitzero"`
	Fill    map[string]string `json:"fill,omitzero"`     // contents that only the clerk knows
	Files   []casefile.File   `json:"files,omitzero"`    // what it encloses, kept with it
	OnPaper []string          `json:"on_paper,omitzero"` // what it encloses and of which there is no file
	Later   bool              `json:"later,omitzero"`    // issued; what it announces is recorded when it goes out
}

// LetterResult is a letter with its bytes.
type LetterResult struct {
	Letter  LetterView `json:"letter"`
	Draft   bool       `json:"draft"`
	Content []byte     `json:"content,omitzero"` // the .docx
	Missing []Missing  `json:"missing"`          // what a draft lacks
	// Explained is as in AppendResult.
	Explained []string     `json:"explained,omitzero"`
	Warnings  []string     `json:"warnings"`
	Records   []RecordView `json:"records"`
	Cases     []CaseRow    `json:"cases"`
}

// Missing is a content that a letter must have and does not.
type Missing = casefile.Missing

// Incomplete refuses a letter or an answer that lacks something.
func Incomplete(label, hint string, all []Missing) error {
	var names, commands []string
	hint, do, _ := strings.Cut(hint, "\n")
	for _, m := range all {
		names = append(names, m.Name+"（"+m.How+"）")
		if m.Do != "" && !slices.Contains(commands, m.Do) {
			commands = append(commands, m.Do)
		}
	}
	if do != "" {
		commands = append(commands, do)
	}
	return Refused("letter-incomplete", hint+"\n"+strings.Join(commands, "、"), "“%s”还缺：%s", label, strings.Join(names, "；"))
}

// LetterView is a letter as lists show it.
type LetterView struct {
	Letter    casefile.LetterKind `json:"letter,omitzero"`
	Label     string              `json:"label"`
	Document  Number              `json:"document"`
	Series    string              `json:"series,omitzero"`
	Year      int                 `json:"year,omitzero"`
	Number    int                 `json:"number,omitzero"`
	On        Day                 `json:"on"`
	Cases     []casefile.ID       `json:"cases"`
	Applicant Text                `json:"applicant"`
	Party     Text                `json:"party"` // whom it addresses, where that is not the applicant
	Name      string              `json:"name,omitzero"`
	Digest    casefile.Digest     `json:"digest,omitzero"`
	Size      int64               `json:"size,omitzero"`
	Template  casefile.Digest     `json:"template,omitzero"`
	Own       bool                `json:"own_template,omitzero"` // made from the office's own template
	Annexes   []string            `json:"annexes,omitzero"`      // what it encloses, by name
	Decides   casefile.Kind       `json:"decides,omitzero"`
	Text      string              `json:"text,omitzero"`    // what it announces, in words
	Recorded  bool                `json:"recorded"`         // what it announces is recorded
	ToPost    bool                `json:"to_post"`          // it waits to be handed to the post
	Address   Text                `json:"address,omitzero"` // of Party, where it waits for that
	Voided    Text                `json:"voided"`           // why
	Actor     string              `json:"actor,omitzero"`
	// Through says that the numbers up to it are taken without a letter (续编), Reason why.
	Through int    `json:"through,omitzero"`
	Reason  string `json:"reason,omitzero"`
}

// LetterQuery selects letters; the zero value is every one.
type LetterQuery struct {
	Year int         `json:"year,omitzero"`
	Case casefile.ID `json:"case,omitzero"`
}

// VoidLetterRequest voids a letter.
type VoidLetterRequest struct {
	Document string `json:"document"`
	Reason   string `json:"reason"`
}

// RecordLetterRequest records what a letter announces. A reply that goes out the same day has a way.
type RecordLetterRequest struct {
	Document string       `json:"document"`
	On       Day          `json:"on"`
	Way      casefile.Way `json:"way,omitzero"`
	Tracking string       `json:"tracking,omitzero"`
	// Mail is the mail of the office that brought the letter, by the beginning of its digest: the day and the way
	// are then its own.
	Mail string `json:"mail,omitzero"`
}

// ResumeLettersRequest says up to which number each kind of letter has come in a year.
type ResumeLettersRequest struct {
	Year   int            `json:"year"`
	Last   map[string]int `json:"last"` // by the code of the kind, or "all" for a common series
	Rest   bool           `json:"rest"` // the others go on as the register has them
	Reason string         `json:"reason"`
}

// PostingList is what people call the list of letters for the post, and what its sheet is called.
const PostingList = "交寄清单"

// PostedRequest announces a list that came back from the post office, .xlsx or csv, whose bytes follow.
type PostedRequest struct {
	Name string `json:"name"` // the name of the list in messages
	On   Day    `json:"on"`   // 交邮之日; null: today
}

// EnvelopeRequest names what goes into the covers.
type EnvelopeRequest struct {
	Items []EnvelopeItem `json:"items"`
	Size  string         `json:"size,omitzero"` // by GB/T 1416; empty: DL
	// Printed says that the boxes for the code and the sender are already printed on the covers.
	Printed bool `json:"printed,omitzero"`
}

func (q EnvelopeRequest) look() Look {
	l := Look{What: "letter envelope"}
	for _, i := range q.Items {
		l.Cases = append(l.Cases, i.Case)
	}
	return l
}

// EnvelopeItem is a letter of a case; without a number, it is a cover for anything that is sent to the applicant.
type EnvelopeItem struct {
	Case     casefile.ID `json:"case"`
	Document string      `json:"document,omitzero"`
}

// EnvelopeResult is the covers, in the order in which they were asked for.
type EnvelopeResult struct {
	Content   []byte         `json:"content,omitzero"` // the .docx
	Envelopes []EnvelopeView `json:"envelopes"`
	Sender    []string       `json:"sender"` // what the configuration does not say about the office: address, code
}

// EnvelopeView is one cover.
type EnvelopeView struct {
	Case     casefile.ID `json:"case"`
	Document Number      `json:"document"`
	Party    Text        `json:"party"`
	Postcode string      `json:"postcode"`
	Address  Text        `json:"address"`
	Missing  []string    `json:"missing"` // to be written by hand
}
