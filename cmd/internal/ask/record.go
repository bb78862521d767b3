package ask

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ysq.internal/ysq/casefile"
)

// What is recorded on cases.
var (
	Append = Op[AppendRequest, AppendResult]{Name: "record", Role: Operator, Dry: true, Limit: 4 << 20, Records: AppendRequest.records}
	New    = Op[NewCase, AppendResult]{Name: "new", Role: Operator, Dry: true, Limit: 1 << 20}
	// Last is what one call recorded, which is taken back together.
	Last = Op[LastQuery, LastCall]{Name: "last call", Role: Viewer}
	// InCharge lists the departments and persons that cases of this year and the last are with.
	InCharge = Op[None, NamesInUse]{Name: "in charge", Role: Viewer}
	// Split divides a case into several; the answer's cases are all of them, the case itself first.
	Split = Op[SplitRequest, AppendResult]{Name: "split", Role: Operator, Dry: true}
	// PutFile keeps a file's bytes; it belongs to no case until an event names it.
	PutFile = Upload[FileName, casefile.File]{Name: "file", Role: Operator, Limit: 256 << 20}
	// Inspect reads a file that was kept, and says what in it tells who somebody is: before it is given to anybody.
	Inspect = Op[casefile.File, FileFindings]{Name: "file inspect", Role: Operator}
	// AttachMail puts a mail into a case, wherever it lay. It may belong to several.
	AttachMail = Op[AttachMailRequest, CaseRow]{Name: "attach mail", Role: Operator, Dry: true}
)

func (q AppendRequest) records() (kinds []casefile.Kind) {
	for _, d := range q.Drafts {
		kinds = append(kinds, d.Kind)
	}
	return kinds
}

// FileName is what people call a file.
type FileName struct {
	Name Foreign `json:"name"`
}

// FileFindings are the numbers of persons in a file.
type FileFindings struct {
	Identity int    `json:"identity"`       // numbers of identity papers and of bank cards
	Contact  int    `json:"contact"`        // telephones and the like
	Note     string `json:"note,omitzero"`  // why not all of it was read, in Chinese
	Where    []Text `json:"where,omitzero"` // what stands around the first of them, masked
}

// AttachMailRequest names a mail by the beginning of its digest.
type AttachMailRequest struct {
	CaseRef
	MailRef
	Reason string `json:"reason,omitzero"`
}

// AppendRequest asks to record drafts: all of them in one transaction, or none.
type AppendRequest struct {
	Drafts []DraftView `json:"drafts"`
	// New says that a department which is called almost like one in use is another (step 转办, field new).
	New bool `json:"new,omitzero"`
}

// LastQuery names a call by one of its records; without one it is the asker's last that recorded something.
type LastQuery struct {
	Record uint64 `json:"record,omitzero"`
}

// LastCall is what one call recorded.
type LastCall struct {
	Recorded time.Time    `json:"recorded"`
	Records  []RecordView `json:"records"`
	// Since is what anybody recorded on the same cases after the call: it may rest on what the call recorded.
	Since []RecordView `json:"since"`
}

// fixed are the kinds that cannot be voided (casefile.Decide); what undoes them, the clerk is told when trying.
var fixed = []casefile.Kind{casefile.KindReceived, casefile.KindMessageIn, casefile.KindMessageOut, casefile.KindVoided,
	casefile.KindLetterIssued, casefile.KindLetterVoided, casefile.KindLetterResumed, casefile.KindRevealed}

// Undoes reports whether a record is one that a clerk may void.
func (r RecordView) Undoes() bool {
	return r.Seq != 0 && r.Case != "" && !r.Voided && !slices.Contains(fixed, r.Kind)
}

// Seen is the last record of a call, or of what came after it: who has seen LastCall has seen as far as that.
func (l LastCall) Seen() uint64 {
	all := append(slices.Clone(l.Records), l.Since...)
	return all[len(all)-1].Seq
}

// TakeBack asks to void all that the call recorded, the last record first: others may rest on those before them.
func (l LastCall) TakeBack(reason string) (q AppendRequest, err error) {
	for _, r := range slices.Backward(l.Records) {
		switch {
		case r.Voided:
			continue
		case !r.Undoes():
			return q, &Error{Code: "not-voidable", Exit: ExitRefused, Hint: "可以作废的，逐条作废；复议诉讼的，在复议诉讼里作废", Do: "ysq void 编号 --record 记录号、ysq dispute void",
				Msg: fmt.Sprintf("记录 %d（%s）不能作废，所以这一次没有一起作废", r.Seq, r.Label)}
		}
		body, err := casefile.EncodeEvent(casefile.Voided{Seq: r.Seq, Reason: reason})
		if err != nil {
			return q, err
		}
		q.Drafts = append(q.Drafts, DraftView{Case: r.Case, Kind: casefile.KindVoided, Event: body})
	}
	if len(q.Drafts) == 0 {
		return q, &Error{Code: "voided", Msg: "这一次的记录已经作废", Exit: ExitRefused}
	}
	return q, nil
}

// NamesInUse are who cases are with, the most frequent first.
type NamesInUse struct {
	Departments []Text `json:"departments"`
	Persons     []Text `json:"persons"`
}

// DraftView is a draft on the wire. On is today where it is null.
type DraftView struct {
	Case  casefile.ID     `json:"case"`
	On    Day             `json:"on"`
	Kind  casefile.Kind   `json:"kind"`
	Event json.RawMessage `json:"event"`
	// Mails are those that the step decides (Step.Mails), by the beginnings of their digests; 全部 is every
	// open mail of the case, 无 none. Where nothing is written, the step takes the only one that fits, or asks.
	Mails []string `json:"mails,omitzero"`
}

// AppendResult says what was recorded and how the cases stand now.
type AppendResult struct {
	Records []RecordView `json:"records"`
	// Explained says how an amount that the register has computed comes about, line by line.
	Explained []string  `json:"explained,omitzero"`
	Warnings  []string  `json:"warnings"`
	Cases     []CaseRow `json:"cases"`
	DryRun    bool      `json:"dry_run"`
}

// NewCase is an application that came on another way than the mailbox.
type NewCase struct {
	Channel    casefile.Channel `json:"channel"`
	On         Day              `json:"on"`            // the day of 提交, 签收 or arrival
	Unit       string           `json:"unit,omitzero"` // the unit of the office that it reached first
	Carried    bool             `json:"carried,omitzero"`
	From       string           `json:"from,omitzero"` // who sent it, until it is registered
	Subject    string           `json:"subject,omitzero"`
	Files      []casefile.File  `json:"files,omitzero"`
	Registered json.RawMessage  `json:"registered,omitzero"` // the event, when it is registered at once
}

// SplitRequest divides a case.
type SplitRequest struct {
	CaseRef
	Parts  int    `json:"parts"` // cases there are to be in all, this one included
	Reason string `json:"reason"`
	// Open is which of them, counted from 1, goes on with a consultation or a fee that is not over.
	Open int `json:"open,omitzero"`
}
