package parse

import (
	"bytes"
	"cmp"
	"strings"

	"ysq.internal/ysq/casefile"
)

const maxReport = 64 << 10

// reportParts is what the parts of a delivery report said.
type reportParts struct {
	status   []byte // the message/delivery-status part
	original string // Message-ID of the mail that the report is about
	failed   []casefile.Address
}

// ofReport reports whether a leaf is written for machines, as part of a report (RFC 3462).
func (li leafInfo) ofReport() bool {
	switch li.mediaType {
	case "message/delivery-status", "message/global-delivery-status", "text/rfc822-headers", "message/global-headers",
		"message/disposition-notification":
		return true
	}
	return false
}

func (r *reportParts) take(w *walker, li leafInfo, b []byte) {
	switch {
	case strings.HasSuffix(li.mediaType, "delivery-status"):
		if r.status == nil && li.report { // not one that somebody attached as a proof
			r.status = b
		}
	case strings.HasSuffix(li.mediaType, "headers"):
		s := newScanner(bytes.NewReader(b), 0)
		h := w.header(s, ofMail, w.limits.PartHeader, li.path)
		if ids := w.identifiers(h.get("message-id"), li.path+" message-id"); len(ids) > 0 && r.original == "" {
			r.original = ids[0]
		}
	}
}

// bounce makes Delivery of a report, or of what a server wrote instead of one.
func (w *walker) bounce() {
	r := &w.report
	if len(r.status) > 0 {
		if d := deliveryReport(w, r.status); d != nil {
			d.OriginalID = r.original
			w.msg.Delivery = d
			return
		}
	}
	if !w.looksBounced() || r.original == "" && len(r.failed) == 0 {
		return
	}
	d := &casefile.DeliveryReport{Action: "failed", OriginalID: r.original}
	for _, a := range r.failed {
		d.Recipients = append(d.Recipients, a.Mail)
	}
	w.defect(DefectBounce, "", "退信不符合标准格式，按标题与所附原信理解")
	w.msg.Delivery = d
}

// looksBounced knows a bounce by who sends it and what it is called: NetEase and Coremail attach
// the original and write prose.
func (w *walker) looksBounced() bool {
	m := &w.msg
	server := m.Machine.NullReturnPath
	for _, a := range m.From {
		local, _, _ := strings.Cut(strings.ToLower(cmp.Or(a.Mail, a.Name)), "@") // some give no address
		server = server || local == "postmaster" || local == "mailer-daemon" || strings.HasPrefix(local, "microsoftexchange")
	}
	if !server {
		return false
	}
	subject := strings.ToLower(m.Subject)
	for _, word := range [...]string{"退信", "undeliver", "undelivered", "failure notice", "delivery status", "delivery failure", "returned mail", "投递失败", "无法送达", "无法投递", "未传递"} {
		if strings.Contains(subject, word) {
			return true
		}
	}
	return false
}

// actions orders what happened to recipients by gravity.
var actions = [...]string{"expanded", "relayed", "delivered", "delayed", "failed"}

func gravity(action string) int {
	for i, a := range actions {
		if a == action {
			return i
		}
	}
	return -1
}

// deliveryReport reads the fields of RFC 3464: a group for the mail, then one for each recipient.
// The gravest action counts, and the recipients who share it.
func deliveryReport(w *walker, status []byte) *casefile.DeliveryReport {
	var d *casefile.DeliveryReport
	worst := -2
	for _, g := range fieldGroups(status) {
		action := strings.ToLower(firstWord(w.fieldText([]byte(g["action"]), "action")))
		recipient := g["final-recipient"]
		if recipient == "" {
			recipient = g["original-recipient"]
		}
		if action == "" && recipient == "" {
			continue // the group of the mail
		}
		if k := gravity(action); k > worst {
			worst = k
			d = &casefile.DeliveryReport{Action: clip(action, 40), Status: clip(firstWord(w.fieldText([]byte(g["status"]), "status")), 20)}
			d.Diagnostic = w.fieldText([]byte(afterType(g["diagnostic-code"])), "diagnostic-code")
		} else if k < worst {
			continue
		}
		if recipient = w.mailbox(cleanLine(afterType(recipient)), "final-recipient"); recipient != "" && len(d.Recipients) < w.limits.List {
			d.Recipients = append(d.Recipients, recipient)
		}
	}
	return d
}

// fieldGroups reads blocks of fields between blank lines, in tolerance of all else.
func fieldGroups(b []byte) []map[string]string {
	var groups []map[string]string
	var group map[string]string
	last := ""
	for line := range bytes.Lines(b) {
		line = bytes.TrimRight(line, "\r\n")
		if len(bytes.TrimSpace(line)) == 0 {
			group, last = nil, ""
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			if last != "" && len(group[last]) < 4<<10 {
				group[last] += " " + string(bytes.TrimSpace(line))
			}
			continue
		}
		key, value, ok := splitField(line)
		if !ok {
			last = ""
			continue
		}
		if group == nil {
			group = make(map[string]string)
			groups = append(groups, group)
		}
		last = strings.ToLower(string(key))
		if _, dup := group[last]; !dup {
			group[last] = string(bytes.TrimSpace(value))
		}
	}
	return groups
}

// afterType takes "rfc822;" or "smtp;" off.
func afterType(s string) string {
	if _, rest, ok := strings.Cut(s, ";"); ok {
		return strings.TrimSpace(rest)
	}
	return s
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return word
}
