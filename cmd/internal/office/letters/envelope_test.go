package letters

import (
	"encoding/json"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk/desktest"
)

// laid issues a letter that goes out later, and returns its number.
func laid(t *testing.T, l *Room, k *desktest.Clock, id casefile.ID, e casefile.Event) string {
	t.Helper()
	body, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	i, err := l.issue(k, ask.LetterRequest{Cases: []casefile.ID{id}, Decides: e.Kind(), Event: body, Later: true}, false)
	if err != nil {
		t.Fatal(err)
	}
	return string(i.Letter.Document)
}

// The applicant's cover has his address, and a third party's what was written down when it was asked.
func TestEnvelopesOfLetters(t *testing.T) {
	l, k := open(t)
	desktest.Record(t, l.Desk, k, application, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "甲路改造工程的批复", Contact: "某市甲路1号（210000），13800001111"})
	asked := laid(t, l, k, application, casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "乙公司"})
	res, err := l.Envelopes(t.Context(), k.Call(), ask.EnvelopeRequest{Items: []ask.EnvelopeItem{{Case: application}, {Case: application, Document: asked}}})
	if err != nil {
		t.Fatal(err)
	}
	one, two := res.Envelopes[0], res.Envelopes[1]
	if one.Address != "某市甲路1号" || one.Postcode != "210000" || one.Party != "张三" || len(one.Missing) != 0 {
		t.Errorf("%+v", one)
	}
	if two.Party != "乙公司" || strings.Join(two.Missing, "、") != "地址、邮政编码" {
		t.Errorf("%+v", two)
	}
	where := laid(t, l, k, application, casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "丙公司", Address: "某市丙路3号 310000"})
	if res, err := l.Envelopes(t.Context(), k.Call(), ask.EnvelopeRequest{Items: []ask.EnvelopeItem{{Case: application, Document: where}}}); err != nil || res.Envelopes[0].Postcode != "310000" || res.Envelopes[0].Address != "某市丙路3号" {
		t.Errorf("%+v, %v", res, err)
	}
	if strings.Join(res.Sender, "、") != "邮政编码" { // the office's own address is configured, its code is not
		t.Errorf("sender lacks %v", res.Sender)
	}
	if _, err := l.Envelopes(t.Context(), k.Call(), ask.EnvelopeRequest{Items: []ask.EnvelopeItem{{Case: application}}, Size: "A4"}); err == nil {
		t.Error("A4 is an envelope")
	}
	if _, err := l.VoidLetter(t.Context(), k.Call(), ask.VoidLetterRequest{Document: asked, Reason: "写错"}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Envelopes(t.Context(), k.Call(), ask.EnvelopeRequest{Items: []ask.EnvelopeItem{{Case: application, Document: asked}}}); err == nil || !strings.Contains(err.Error(), "已经作废：写错") {
		t.Errorf("a void letter: %v", err)
	}
}
