package letters

import (
	"encoding/json"
	"strings"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
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

// A list of the post is one call: an answer is dispatched with its number, a notice is recorded as posted, and what cannot
// be recorded is named with its place while nothing is.
func TestPosted(t *testing.T) {
	l, k := open(t)
	const second, third = casefile.ID("2026-00002"), casefile.ID("2026-00003")
	desktest.Application(t, l.Desk, k, second)
	desktest.Application(t, l.Desk, k, third)
	desktest.Record(t, l.Desk, k, third, casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4", Document: "旧号〔2026〕1号"})
	reply := laid(t, l, k, application, casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4", Grounds: "经检索没有。"})
	notice := laid(t, l, k, second, casefile.CorrectionAsked{Items: []string{"文号"}, Until: civil.MustParse("2026-03-20"), About: casefile.AboutContent})
	k.Set("2026-03-04")
	items := []ask.PostedItem{
		{Place: "第 2 行", Document: reply, Tracking: "XA1"},
		{Place: "第 3 行", Document: notice, Case: second, Tracking: "XA2"},
		{Place: "第 4 行", Document: "旧号〔2026〕1号", Case: third, Tracking: "XA3"},
		{Place: "第 5 行", Document: reply, Tracking: "XA4"},
		{Place: "第 6 行", Case: "2026-00009", Tracking: "XA5"},
	}
	_, err := l.Posted(t.Context(), k.Call(), ask.PostedRequest{Items: items})
	if err == nil || code(t, err) != "posting" || !strings.Contains(err.Error(), "有 2 行") || !strings.Contains(err.Error(), "第 5 行 "+reply) || !strings.Contains(err.Error(), "第 6 行 2026-00009") {
		t.Fatalf("%v", err)
	}
	res, err := l.Posted(t.Context(), k.Call(), ask.PostedRequest{Items: items[:3]})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Cases) != 3 || len(res.Records) != 5 { // 答复, 发出; 补正告知, 备注; 发出
		t.Fatalf("%d cases, %d records", len(res.Cases), len(res.Records))
	}
	for _, r := range res.Records {
		if !r.Recorded.Equal(res.Records[0].Recorded) || r.Actor != res.Records[0].Actor || civil.Date(r.On) != civil.MustParse("2026-03-04") {
			t.Errorf("%+v is of another call", r)
		}
	}
	err = l.View(func(tx *desk.View) error {
		a, _ := tx.Case(application)
		b, _ := tx.Case(second)
		c, _ := tx.Case(third)
		if a.StoppedOn != civil.MustParse("2026-03-04") || c.StoppedOn != a.StoppedOn || a.Stage != casefile.StageServed {
			t.Errorf("%s and %s are served on %s, %s", a.ID, c.ID, a.StoppedOn, c.StoppedOn)
		}
		if b.Legal.Waiting != casefile.WaitCorrection {
			t.Errorf("%s waits for %s", second, b.Legal.Waiting)
		}
		history, err := tx.History(second)
		for _, one := range l.LettersIn(b, history) {
			if !one.Recorded {
				t.Errorf("%s is still to be recorded", one.Document)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The applicant's cover has his address; of somebody else who gets a letter the name alone is known.
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
	if strings.Join(res.Sender, "、") != "邮政编码" { // the office's own address is configured, its code is not
		t.Errorf("sender lacks %v", res.Sender)
	}
	if _, err := l.Envelopes(t.Context(), k.Call(), ask.EnvelopeRequest{Items: []ask.EnvelopeItem{{Case: application}}, Size: "A4"}); err == nil {
		t.Error("A4 is an envelope")
	}
}
