package ask

import "ysq.internal/ysq/casefile"

// Page shows a page of what was sent, for the eye: a PDF's as a picture in shades of grey, a picture, what an office file
// says as a page of our own. Nothing of the file's own bytes is in it. The bytes behind the head are the picture or the page.
var Page = Download[PageRef, PageHead]{Name: "page", Role: Operator, Open: true, Look: func(q PageRef) Look {
	return Look{Mail: q.Mail, What: PageLook}
}}

// PageLook is what Look says of a page: turning the pages of a file is one look at it.
const PageLook = "page"

// PageRef names a page.
type PageRef struct {
	MailRef                 // or the digest of a file that was attached to a case, or submitted with an answer
	Part    int             `json:"part,omitzero"`   // of the mail; casefile.Part's Index
	Member  casefile.Digest `json:"member,omitzero"` // a file in the archive, by its digest; zero: the part itself
	Page    int             `json:"page,omitzero"`   // from 1; 0 is the first
	// Case asks for Marks: where on the page stands what is proposed for registering this case.
	Case casefile.ID `json:"case,omitzero"`
}

// PageHead is what a page is.
type PageHead struct {
	Type   string `json:"type"`   // image/png, or text/html; "" where there is nothing to show
	Label  string `json:"label"`  // what became of it, in Chinese
	Note   string `json:"note"`   // why there is nothing, or what to look at beside
	Pages  int    `json:"pages"`  // that the file has
	Most   int    `json:"most"`   // that are shown
	Beside []Text `json:"beside"` // what was written over the page and may not be drawn
	// Marks are of a picture; on a page of our own what they mark is marked in it.
	Marks []PageMark `json:"marks,omitzero"`
}

// PageMark is a place on a picture, from its upper left corner in ten thousandths of its width and height.
type PageMark struct {
	Label  Handle `json:"label"` // of the field that was read there
	Left   int    `json:"left"`
	Top    int    `json:"top"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}
