// Package ooxml is plumbing for .docx and .xlsx: zip containers of XML parts.
//
// Reading expects an attacker: every limit is enforced while bytes flow, whatever the container
// declares about itself. Writing is deterministic: the same content gives the same bytes, so that a file
// can be compared, signed or kept under its digest.
//
//	Open       container → Reader, whose Part and XML give the parts
//	NewWriter  parts → container
//	WriteBook  rows → .xlsx, streamed
//	OpenBook   .xlsx → rows, streamed
//
// The formats are ISO/IEC 29500 (ECMA-376); sections are cited as such.
package ooxml

import "errors"

// Errors that callers tell apart. All errors of reading a container wrap one of the first two, or are
// those of the underlying reader.
var (
	// ErrFormat is a container, or a part of it, that is not what it should be.
	ErrFormat = errors.New("not a sound office document")
	// ErrLimit is a container that exceeds a limit.
	ErrLimit = errors.New("office document exceeds a limit")
	// ErrNoPart is a part that the container does not have.
	ErrNoPart = errors.New("office document has no such part")
)

// Limits bound what reading a container may cost. A zero field takes the value in its comment.
type Limits struct {
	Entries int   // parts in the container: 4096
	Part    int64 // inflated bytes of one part: 64 MiB
	Total   int64 // inflated bytes of all reads together: 256 MiB
	Ratio   int64 // inflated bytes for one deflated byte, beyond the first MiB of a part: 200
	Depth   int   // nesting of XML elements: 256
	Token   int64 // bytes of one tag or one stretch of text: 4 MiB
	Strings int64 // bytes of a workbook's shared strings, which are kept in memory: 128 MiB
}

func (l Limits) withDefaults() Limits {
	set(&l.Entries, 4096)
	set(&l.Part, 64<<20)
	set(&l.Total, 256<<20)
	set(&l.Ratio, 200)
	set(&l.Depth, 256)
	set(&l.Token, 4<<20)
	set(&l.Strings, 128<<20)
	return l
}

func set[N int | int64](n *N, value N) {
	if *n <= 0 {
		*n = value
	}
}
