package parse

import (
	"slices"

	"ysq.internal/ysq/casefile"
)

// The codes of casefile.Defect. They are stable: lists and tests name them.
const (
	DefectPanic          = "panic"                      // the reading broke off inside this package
	DefectRead           = "read-error"                 // the bytes could not be read to their end
	DefectEmpty          = "empty"                      // a mail without a byte
	DefectBOM            = "byte-order-mark"            // before the first header line
	DefectMbox           = "mbox-from-line"             // before the first header line
	DefectLeadingBlank   = "leading-blank-line"         // before the first header line
	DefectLineEnds       = "line-ends-cr"               // CR alone ends the lines
	DefectHeaderIndent   = "header-leading-space"       // the first header line is a continuation of nothing
	DefectHeaderLine     = "header-line-without-colon"  // skipped
	DefectHeaderKey      = "header-key-not-ascii"       // skipped
	DefectHeaderEnd      = "header-without-blank-line"  // the body begins where header lines end
	DefectHeaderLimit    = "header-limit"               // the rest of the header was skipped
	DefectFieldRepeated  = "field-repeated"             // the first one counts
	DefectFieldLimit     = "field-limit"                // a value or list was cut
	DefectFromMissing    = "from-missing"               // no From, or an empty one
	DefectAddress        = "address-malformed"          // read as well as it could be
	DefectMessageID      = "message-id-malformed"       // taken as written
	DefectDate           = "date-unreadable"            // no date taken
	DefectDateZone       = "date-zone-assumed"          // +0800 was assumed
	DefectCharsetGuessed = "charset-guessed"            // unknown or missing label and bytes beyond ASCII
	DefectCharsetWrong   = "charset-wrong"              // the label does not fit the bytes
	DefectCharsetErrors  = "charset-errors"             // some bytes are no characters and shown as U+FFFD
	DefectWord           = "encoded-word-malformed"     // left or read in part
	DefectType           = "content-type-malformed"     // a type was assumed
	DefectEncoding       = "transfer-encoding-unknown"  // the bytes are taken as they stand
	DefectEncodingName   = "transfer-encoding-misspelt" // understood nevertheless
	DefectBase64Junk     = "base64-junk"                // characters or lines outside base64 were dropped
	DefectBase64End      = "base64-incomplete"          // the last group is cut
	DefectBase64Plain    = "base64-plain"               // declared base64 and not encoded: taken as it stands
	DefectUUEncode       = "uuencode-malformed"         // a uuencoded file is damaged or has no end
	DefectSigned         = "signed-content"             // the mail is inside a signature and could not be taken out
	DefectTNEF           = "winmail-malformed"          // winmail.dat is damaged; what could be taken out is listed
	DefectQuoted         = "quoted-printable-malformed" // a bare = was kept
	DefectBoundary       = "boundary-missing"           // no boundary declared; one was found or not
	DefectBoundaryWrong  = "boundary-wrong"             // another one than declared is in use
	DefectUnclosed       = "multipart-unclosed"         // no closing delimiter
	DefectAfterClose     = "part-after-close"           // parts behind the closing delimiter were read too
	DefectNoParts        = "multipart-without-parts"    // its content became one text part
	DefectDepth          = "depth-limit"                // deeper nesting stays one opaque part
	DefectParts          = "part-limit"                 // further parts are not listed
	DefectText           = "text-limit"                 // the text was cut
	DefectName           = "file-name-changed"          // made safe
	DefectLinked         = "linked-attachment"          // an attachment is only a link that will expire
	DefectUnseen         = "text-unseen"                // a page's author hid text in it; it was left out
	DefectBounce         = "bounce-not-standard"        // a bounce without the report of RFC 3464
	DefectDefects        = "defect-limit"               // further defects are not listed
)

// Incomplete reports whether a defect means that something which its sender wrote was not read, or is not in
// the mail.
func Incomplete(code string) bool {
	switch code {
	case DefectPanic, DefectRead, DefectHeaderLimit, DefectFieldLimit, DefectCharsetErrors, DefectEncoding, DefectBase64Junk, DefectBase64End,
		DefectUUEncode, DefectSigned, DefectTNEF, DefectUnclosed, DefectDepth, DefectParts, DefectText, DefectLinked:
		return true
	}
	return false
}

// maxDefects keeps a hostile mail's list readable.
const maxDefects = 100

// defect notes one thing wrong, once for each place.
func (w *walker) defect(code, where, detail string) {
	if len(w.msg.Defects) > maxDefects || w.noted(code, where) {
		return
	}
	if len(w.msg.Defects) == maxDefects {
		code, where, detail = DefectDefects, "", "问题过多，其余不再列出"
	}
	w.msg.Defects = append(w.msg.Defects, casefile.Defect{Code: code, Where: where, Detail: detail})
}

// noted reports whether a defect of that code and place is listed.
func (w *walker) noted(code, where string) bool {
	return slices.ContainsFunc(w.msg.Defects, func(d casefile.Defect) bool { return d.Code == code && d.Where == where })
}

// excerpt is the beginning of some bytes for a Defect's detail.
func excerpt(b []byte) string {
	const most = 60
	cut := b
	if len(cut) > most {
		cut = cut[:most]
	}
	s, _ := guess(cut)
	s = cleanLine(s)
	if len(b) > most {
		s += "…"
	}
	return s
}
