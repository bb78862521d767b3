package post

import (
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk/desktest"
	"ysq.internal/ysq/cmd/internal/office/intake"
)

// The handle by which a clerk calls a mail is never masked, even where it is made of digits alone and looks like a
// telephone's number; a number in the subject is.
func TestDigestKeepsHandles(t *testing.T) {
	d, k := desktest.Open(t, "2026-03-02")
	digits := casefile.Digest{0x13, 0x80, 0x00, 0x01, 0x23, 0x45, 1}
	if got := digits.Short(); got != "138000012345" || ask.Mask(got) == got {
		t.Fatalf("%s is not masked anywhere", got)
	}
	_, err := d.Append(k.Call(), casefile.Draft{On: d.Today(), Event: casefile.MessageTaken{Account: "a", Folder: "Junk", UIDValidity: 1, UID: 1, Disposition: casefile.Parked,
		Letter: casefile.Letter{Digest: digits, Subject: "电话13800001234", From: casefile.Address{Mail: "a@example.test"}}}})
	if err != nil {
		t.Fatal(err)
	}
	r := &Reminders{Desk: d, mails: intake.NewMails(d, nil)}
	var list digest
	if err := r.addWaiting(&list); err != nil {
		t.Fatal(err)
	}
	list.addDue([]ask.DueItem{{Mail: digits, Alarm: ask.Alarm{Block: ask.BlockStatutory, Kind: "application", Label: "像是申请"}}}, 3)
	if text := list.Text(); strings.Count(text, digits.Short()) != 2 || strings.Contains(text, "13800001234 ") || strings.Contains(text, "13800001234\n") {
		t.Errorf("the list says\n%s", text)
	}
}
