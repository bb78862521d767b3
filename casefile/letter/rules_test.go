package letter_test

import (
	"errors"
	"testing"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/letter"
)

func told(id casefile.ID, applicant string, events ...casefile.Event) letter.Subject {
	s := letter.Subject{Case: casefile.Case{ID: id, Applicant: applicant}}
	for i, e := range events {
		s.History = append(s.History, casefile.Record{Seq: uint64(i + 1), On: civil.New(2026, 3, 2), Case: id, Event: e})
	}
	return s
}

func refusal(err error) string {
	if e, ok := errors.AsType[*casefile.RuleError](err); ok {
		return e.Code
	}
	return ""
}

func issued(t *testing.T, kind casefile.LetterKind, n int, e casefile.Event) casefile.LetterIssued {
	t.Helper()
	l := casefile.LetterIssued{Letter: kind, LetterNumber: casefile.LetterNumber{Series: "all", Year: 2026, Number: n}, Document: "某局〔2026〕1号"}
	if e != nil {
		body, err := casefile.EncodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		l.Decides, l.Event = e.Kind(), body
	}
	return l
}

func TestNotTwice(t *testing.T) {
	asked := casefile.CorrectionAsked{Items: []string{"年度"}, Until: civil.New(2026, 3, 20)}
	receipt := issued(t, casefile.LetterReceipt, 1, nil)
	void := casefile.LetterVoided{LetterNumber: receipt.LetterNumber, Document: receipt.Document, Reason: "写错"}
	for _, tt := range []struct {
		name   string
		kind   casefile.LetterKind
		events []casefile.Event
		want   string
	}{
		{"recorded, no letter yet", casefile.LetterCorrection, []casefile.Event{asked}, ""},
		{"recorded with its letter", casefile.LetterCorrection, []casefile.Event{asked, issued(t, casefile.LetterCorrection, 1, asked)}, "letter-twice"},
		{"nothing recorded", casefile.LetterCorrection, nil, ""},
		{"a first receipt", casefile.LetterReceipt, nil, ""},
		{"a second receipt", casefile.LetterReceipt, []casefile.Event{receipt}, "letter-twice"},
		{"a receipt after one that was voided", casefile.LetterReceipt, []casefile.Event{receipt, void}, ""},
		{"a form without a number", casefile.LetterArchiveIndex, []casefile.Event{issued(t, casefile.LetterArchiveIndex, 0, nil)}, ""},
		{"another notice of a consultation", casefile.LetterConsultationNotice, []casefile.Event{issued(t, casefile.LetterConsultationNotice, 1, nil)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := refusal(letter.NotTwice(told("2026-00001", "张三", tt.events...), tt.kind)); got != tt.want {
				t.Errorf("refused with %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOneLetterForSeveral(t *testing.T) {
	asked := func(item, number string) casefile.Event {
		return casefile.CorrectionAsked{Items: []string{item}, Until: civil.New(2026, 3, 20), Document: number}
	}
	first := told("2026-00001", "张三", asked("年度", ""))
	for _, tt := range []struct {
		name         string
		other        letter.Subject
		news, reader string
	}{
		{"the same", told("2026-00002", "张三", asked("年度", "")), "", ""},
		{"the same but for the number", told("2026-00002", "张 三", asked("年度", "某局补1号")), "", ""},
		{"other items", told("2026-00002", "张三", asked("文号", "")), "letters-differ", ""},
		{"nothing asked", told("2026-00002", "张三"), "letters-differ", ""},
		{"another applicant", told("2026-00002", "李四", asked("年度", "")), "", "applicants-differ"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := []letter.Subject{first, tt.other}
			if got := refusal(letter.SameNews(all, casefile.LetterCorrection)); got != tt.news {
				t.Errorf("what it tells: refused with %q, want %q", got, tt.news)
			}
			if got := refusal(letter.SameReader(all, asked("年度", ""))); got != tt.reader {
				t.Errorf("whom it tells: refused with %q, want %q", got, tt.reader)
			}
		})
	}
	third := casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "某公司"}
	if err := letter.SameReader([]letter.Subject{first, told("2026-00002", "李四")}, third); err != nil {
		t.Errorf("a letter to a third party: %v", err)
	}
}
