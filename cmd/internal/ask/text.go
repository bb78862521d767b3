package ask

import (
	"encoding/json"

	"ysq.internal/ysq/casefile/civil"
)

// Day is a civil date on the wire: "2026-11-23", or null where there is none.
type Day civil.Date

// MarshalJSON encodes the day; no day is null.
func (d Day) MarshalJSON() ([]byte, error) {
	if d == 0 {
		return []byte("null"), nil
	}
	return []byte(`"` + civil.Date(d).String() + `"`), nil
}

// UnmarshalJSON reads the form of MarshalJSON.
func (d *Day) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*d = 0
		return nil
	}
	if len(b) == len(`"2026-11-23"`) && b[0] == '"' { // as MarshalJSON writes it; a list has fifteen a case
		return (*civil.Date)(d).UnmarshalText(b[1 : len(b)-1])
	}
	return json.Unmarshal(b, (*civil.Date)(d))
}

// Text is a string on the wire that is null where it is empty.
type Text string

// MarshalJSON encodes the text; the empty one is null.
func (s Text) MarshalJSON() ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(s))
}

// Number is an official number, as of a document, a court's case or a parcel. It is never masked, and null
// where it is empty.
type Number Text

// MarshalJSON encodes the number; the empty one is null.
func (n Number) MarshalJSON() ([]byte, error) { return Text(n).MarshalJSON() }

// Handle names a thing of this register or of the office: a digest, a path, an account. It is never masked.
type Handle string

// Public is text that the office writes for everybody, or that holds nothing personal. It is never masked.
type Public string

// Address is somebody to whom the office writes or from whom it has a mail, as 张三 <z@example.test>. Who
// handles cases sees the address whole; anybody else not where a personal number stands before the @.
type Address string

// Verbatim is text that leaves the office as it stands, as a line of a letter. Who handles cases sees it whole, with a
// number that must not go out before he signs; anybody else sees it masked.
type Verbatim string

// Foreign is text of a request that its asker did not write, as the name of a file. Whoever keeps it cleans it.
type Foreign string
