package casefile

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// Digest is the SHA-256 of bytes as they arrived. It names a mail, an attachment or a record for
// ever, also after the bytes themselves have been erased.
type Digest [sha256.Size]byte

// DigestOf returns the digest of b.
func DigestOf(b []byte) Digest { return sha256.Sum256(b) }

// ParseDigest reads the hexadecimal form.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	if err := d.UnmarshalText([]byte(s)); err != nil {
		return Digest{}, err
	}
	return d, nil
}

// IsZero reports whether d is no digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// String returns 64 lower-case hexadecimal digits, "" for no digest.
func (d Digest) String() string {
	if d.IsZero() {
		return ""
	}
	return hex.EncodeToString(d[:])
}

// Short returns the first twelve digits, enough for a person to tell mails apart.
func (d Digest) Short() string {
	if d.IsZero() {
		return ""
	}
	return hex.EncodeToString(d[:6])
}

func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of MarshalText.
func (d *Digest) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Digest{}
		return nil
	}
	if len(b) != 2*sha256.Size {
		return fmt.Errorf("摘要应为 64 位十六进制数字，得到 %d 位", len(b))
	}
	if _, err := hex.Decode(d[:], b); err != nil {
		return fmt.Errorf("摘要 %q: %w", b, err)
	}
	return nil
}

// Address is a mailbox of RFC 5322, section 3.4. Both parts are what could be read: Name is decoded
// text, Mail is "local@domain" as written, lower case in the domain, or whatever stood there.
type Address struct {
	Name string `json:"name,omitzero"`
	Mail string `json:"mail,omitzero"`
}

// IsZero reports whether nothing could be read.
func (a Address) IsZero() bool { return a == Address{} }

// String returns "Name <mail>", or whichever of the two is there.
func (a Address) String() string {
	switch {
	case a.Name == "":
		return a.Mail
	case a.Mail == "":
		return a.Name
	}
	return a.Name + " <" + a.Mail + ">"
}

// Message is an e-mail as far as it could be read; package mailbox/parse makes it from the raw bytes
// and never fails. It is a reading, not evidence: the bytes under Digest are the evidence.
type Message struct {
	Digest Digest `json:"digest"`
	Size   int64  `json:"size"` // of the raw bytes

	MessageID  string   `json:"message_id,omitzero"` // without angle brackets; many real mails have none
	InReplyTo  []string `json:"in_reply_to,omitzero"`
	References []string `json:"references,omitzero"`
	// Date is the sender's claim. It starts no clock (casefile/LAW.md#clocks): INTERNALDATE does.
	Date time.Time `json:"date,omitzero"`
	// Received is what the topmost Received line says, which in most mailboxes the office's own server wrote;
	// a mail that was moved or collected has the line of another.
	Received Stamp     `json:"received,omitzero"`
	From     []Address `json:"from,omitzero"`
	Sender   Address   `json:"sender,omitzero"`
	ReplyTo  []Address `json:"reply_to,omitzero"`
	To       []Address `json:"to,omitzero"`
	Cc       []Address `json:"cc,omitzero"`
	Subject  string    `json:"subject,omitzero"`

	// Machine is what the header says of the mail's author not being a person (RFC 3834 and kin).
	Machine Machine `json:"machine,omitzero"`
	// Delivery is what a delivery status notification reports (RFC 3464); nil for any other mail.
	Delivery *DeliveryReport `json:"delivery,omitzero"`
	// Verified is what the office's own server found out about the sender; the zero value where no server
	// of the way wrote a Received line.
	Verified Verification `json:"verified,omitzero"`
	// TransID is NetEase's X-CM-TRANSID, a second key for a mail seen twice.
	TransID string `json:"trans_id,omitzero"`

	// Text is what a person would read: text/plain, otherwise HTML turned into text; limited in length.
	Text string `json:"text,omitzero"`
	// Parts are the leaves of the MIME tree in order, the ones that gave Text included.
	Parts []Part `json:"parts,omitzero"`
	// Links lead to files that are not in the mail but on a server, for some time.
	Links []Link `json:"links,omitzero"`
	// Defects are what was wrong with the mail and what was done about it, in the order found.
	Defects []Defect `json:"defects,omitzero"`
}

// Stamp is what a Received line says (RFC 5321, section 4.4). It is shown, and believed no further than the
// rules for arrivals allow: whoever handed the mail over may have written it.
type Stamp struct {
	At time.Time `json:"at,omitzero"`
	By string    `json:"by,omitzero"` // the host that wrote the line, as it calls itself, lower case
	ID string    `json:"id,omitzero"` // the number that it gave the mail
}

// Verification is whether a mail really comes from the domain of its From, as the Authentication-Results of
// the office's own server say. It gates what is done without a person, not which case a mail joins: what is
// not verified teaches no address, is no default recipient, and no step takes it by itself.
type Verification uint8

// The verifications. Records of before schema 4 have none.
const (
	VerificationUnknown Verification = iota
	Verified                         // DKIM or SPF passed for From's own domain
	Unverified                       // nobody vouches for it
	Mismatched                       // DMARC failed, or SPF or DKIM for From's own domain
)

var verifications = codes{{}, {"verified", "已验证"}, {"unverified", "未验证"}, {"mismatched", "不符"}}

func (v Verification) String() string               { return verifications.code(uint8(v)) }
func (v Verification) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the form of MarshalText.
func (v *Verification) UnmarshalText(b []byte) (err error) {
	*v, err = parsed[Verification](verifications, "发件人验证", string(b))
	return err
}

// Trusted reports whether a program may act on who wrote the mail: it is verified, or of a time when nobody looked.
func (v Verification) Trusted() bool { return v == VerificationUnknown || v == Verified }

// Machine gathers the header fields by which automatic mail gives itself away. Values are as
// written; package casefile/match judges them.
type Machine struct {
	AutoSubmitted  string `json:"auto_submitted,omitzero"`   // RFC 3834: auto-replied, auto-generated, no
	Precedence     string `json:"precedence,omitzero"`       // bulk, junk, list, auto_reply
	AutoReply      string `json:"auto_reply,omitzero"`       // X-Autoreply, X-Autorespond, X-Auto-Response-Suppress
	ListID         string `json:"list_id,omitzero"`          // List-Id or List-Unsubscribe
	NullReturnPath bool   `json:"null_return_path,omitzero"` // Return-Path: <>
}

// DeliveryReport is a bounce or another notice about a mail that this office sent (RFC 3464).
type DeliveryReport struct {
	Action     string   `json:"action"`               // failed, delayed, delivered, relayed, expanded
	Recipients []string `json:"recipients,omitzero"`  // Final-Recipient or Original-Recipient
	Status     string   `json:"status,omitzero"`      // RFC 3463, such as 5.1.1
	Diagnostic string   `json:"diagnostic,omitzero"`  // the remote server's words
	OriginalID string   `json:"original_id,omitzero"` // Message-ID of the mail it is about
}

// Part is a leaf of the MIME tree.
type Part struct {
	Index  int    `json:"index"`         // place among the leaves, from 0
	Type   string `json:"type"`          // media type, lower case, as declared
	Name   string `json:"name,omitzero"` // file name for people: decoded, no path, no control characters
	Inline bool   `json:"inline,omitzero"`
	// Attachment is true for what a person would call one: it has a name or a disposition of its
	// own, also when a phone marked it inline.
	Attachment bool   `json:"attachment,omitzero"`
	Size       int64  `json:"size"`   // of the decoded bytes
	Digest     Digest `json:"digest"` // of the decoded bytes
	// Note names what an operator must know: "winmail.dat (TNEF)", "加密压缩包", "嵌套邮件".
	Note string `json:"note,omitzero"`
}

// Link is the address of a file that its sender left on a server: 超大附件 of a webmail, a 网盘, a document
// on the web.
type Link struct {
	URL   string     `json:"url"`
	Where string     `json:"where"`          // what it is by its host or the words beside it: "网盘"
	Code  string     `json:"code,omitzero"`  // 提取码
	Days  int        `json:"days,omitzero"`  // how long it is said to work, from the day it was sent; 0 where nothing is said
	Until civil.Date `json:"until,omitzero"` // or the last day, where one is named
}

// Defect is one thing that was wrong with a mail. Its code is stable; its detail is for people.
type Defect struct {
	Code   string `json:"code"`            // such as "charset-guessed", "header-line-without-colon"
	Where  string `json:"where,omitzero"`  // header field or part
	Detail string `json:"detail,omitzero"` // in Chinese: what was found and what was done
}
