package daemon

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

// writingOffice starts an office that has all that its letters need.
func writingOffice(t *testing.T, change func(*bureau)) *bureau {
	t.Helper()
	b := newBureau(t, "2026-03-02")
	b.config.Mailboxes[0].PollInterval = 12 * time.Hour
	b.config.Agency.Code = "示环"
	b.config.Letter = config.Letter{Number: config.Default().Letter.Number, ReviewOrgan: "示例市人民政府", Court: "示例法院", Payment: "窗口"}
	if change != nil {
		change(b)
	}
	b.start()
	return b
}

// registered opens a registered case.
func (b *bureau) registered(applicant string) casefile.ID {
	b.t.Helper()
	id := b.open(ask.NewCase{Channel: casefile.InPerson}).Case
	b.record(id, casefile.Registered{As: casefile.Application, Applicant: applicant, Column: casefile.Natural, Request: "某批复", Contact: "甲路1号"}, casefile.Reviewed{})
	return id
}

func letterAbout(t testing.TB, e casefile.Event, ids ...casefile.ID) ask.LetterRequest {
	t.Helper()
	req := ask.LetterRequest{Cases: ids}
	if e != nil {
		body, err := casefile.EncodeEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		req.Decides, req.Event = e.Kind(), body
	}
	return req
}

var aRefusal = casefile.Replied{Outcome: casefile.RefuseDeliberative, Basis: "16-process", Grounds: "讨论记录"}

// Several clerks issue letters at once: every letter has its number, and there is no gap.
func TestLettersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := writingOffice(t, nil)
		var ids []casefile.ID
		for i := range 12 {
			ids = append(ids, b.registered(fmt.Sprintf("申请人%d", i)))
		}
		var wg sync.WaitGroup
		errs := make([]error, len(ids))
		for i, id := range ids {
			wg.Go(func() {
				_, errs[i] = ask.Do(t.Context(), b.client, ask.AnswerCase, ask.AnswerRequest{LetterRequest: letterAbout(t, aRefusal, id)})
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		all, err := ask.Do(t.Context(), b.client, ask.Letters, ask.LetterQuery{Year: 2026})
		if err != nil || len(all) != len(ids) {
			t.Fatalf("%d letters, %v", len(all), err)
		}
		for i, l := range all {
			if l.Number != i+1 || string(l.Document) != fmt.Sprintf("示环不〔2026〕%d号", i+1) || !l.Recorded {
				t.Errorf("letter %d is %+v", i+1, l)
			}
			if d := b.show(l.Cases[0]); string(d.DocumentNumber) != string(l.Document) || d.Stage != "replied" {
				t.Errorf("%s is %s by %s, want %s", d.Case, d.Stage, d.DocumentNumber, l.Document)
			}
		}
	})
}

// A letter whose bytes or record cannot be kept takes no number and leaves nothing.
func TestLetterThatCannotBeKept(t *testing.T) {
	for _, what := range []string{"bytes", "record"} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var full atomic.Bool
				b := writingOffice(t, func(b *bureau) {
					b.seams = func(o *Options) {
						o.Disk = func(op durable.Op, path string, do func() error) error {
							if full.Load() && what == "bytes" && op == durable.OpRename {
								return errors.New("no space left on device")
							}
							return do()
						}
						o.RegisterDisk = func(op durable.Op, path string, do func() error) error {
							if full.Load() && what == "record" && op == durable.OpCommit {
								return errors.New("no space left on device")
							}
							return do()
						}
					}
				})
				id := b.registered("张三")
				before := files(t, b)
				full.Store(true)
				if res, err := ask.Do(t.Context(), b.client, ask.AnswerCase, ask.AnswerRequest{LetterRequest: letterAbout(t, aRefusal, id)}); err == nil {
					t.Errorf("issued %+v", res.Letter)
				}
				full.Store(false)
				if after := files(t, b); !slices.Equal(after, before) {
					t.Errorf("files left: %v", after)
				}
				if all, err := ask.Do(t.Context(), b.client, ask.Letters, ask.LetterQuery{}); err != nil || len(all) != 0 {
					t.Errorf("listed %+v, %v", all, err)
				}
				res, err := ask.Do(t.Context(), b.client, ask.AnswerCase, ask.AnswerRequest{LetterRequest: letterAbout(t, aRefusal, id)})
				if err != nil || res.Letter.Number != 1 || len(res.Content) == 0 {
					t.Errorf("then %+v, %v", res.Letter, err)
				}
			})
		})
	}
}

func files(t testing.TB, b *bureau) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(b.config.Paths.State, "mail", "?", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A letter bears the name that the office has on its day, and says who may not have it made.
func TestLetterOfItsDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := writingOffice(t, func(b *bureau) {
			b.config.Agency.Names = []config.Named{{From: civil.MustParse("2020-01-01"), Name: "示例市环境保护局"}, {From: civil.MustParse("2026-03-04"), Name: "示例市生态环境局"}}
			b.config.Approval.Extension = config.ExtensionRole
		})
		id := b.registered("张三")
		says := func(want string) {
			t.Helper()
			res, err := ask.Do(t.Context(), b.client, ask.PreviewLetter, letterAbout(t, nil, id))
			if err != nil || !strings.Contains(documentText(t, res.Content), want) {
				t.Errorf("the draft does not say %s (%v)", want, err)
			}
		}
		says("示例市环境保护局")
		b.sleepUntil("2026-03-04")
		says("示例市生态环境局")
		extension := casefile.Extended{Days: 10, Approver: "赵主任"}
		if _, err := ask.Do(t.Context(), b.client, ask.AnswerCase, ask.AnswerRequest{LetterRequest: letterAbout(t, extension, id)}); err == nil || !strings.Contains(err.Error(), "需要“审核”") {
			t.Errorf("an operator extends by a letter: %v", err)
		}
		res, err := ask.Do(t.Context(), b.approver(), ask.AnswerCase, ask.AnswerRequest{LetterRequest: letterAbout(t, extension, id)})
		if err != nil || !strings.Contains(documentText(t, res.Content), "延长10个工作日，至2026年") {
			t.Errorf("the approver does not: %v", err)
		}
		viewer := b.as(ask.Actor{Name: "赵六", UID: 4_000_001_009, Role: ask.Viewer})
		if _, err := ask.Do(t.Context(), viewer, ask.PreviewLetter, ask.LetterRequest{Cases: []casefile.ID{id}}); err == nil {
			t.Error("who may only look has a letter made")
		}
		if _, _, err := ask.Get(t.Context(), viewer, ask.SaveCase, ask.CaseRef{Case: id}); err == nil {
			t.Error("who may only look takes a case file")
		}
	})
}

// The case file says what was erased; what is not is there, and the taking is on record.
func TestDossierOfWhatWasErased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := writingOffice(t, func(b *bureau) { b.config.Retention.Years = 1 })
		b.archived("政府信息公开申请")
		dossier := func() map[string]string {
			t.Helper()
			_, content, err := ask.Get(t.Context(), b.client, ask.SaveCase, ask.CaseRef{Case: "2026-00001"})
			if err != nil {
				t.Fatal(err)
			}
			defer content.Close()
			return untar(t, content)
		}
		before := dossier()
		if eml := names(before, ".eml"); len(eml) != 1 || !strings.HasPrefix(eml[0], "邮件/001-20260302") {
			t.Errorf("mails %v", eml)
		}
		if again := dossier(); fmt.Sprint(again) != fmt.Sprint(before) {
			t.Error("a second time gives something else")
		}
		b.years(3)
		if _, err := ask.Do(t.Context(), b.approver(), ask.Erase, ask.EraseRequest{Cases: []casefile.ID{"2026-00001"}, Reason: "期满"}); err != nil {
			t.Fatal(err)
		}
		after := dossier()
		if eml := names(after, ".eml"); len(eml) != 0 || !strings.Contains(after["说明.txt"], "保管期满，已经销毁") {
			t.Errorf("mails %v; %s", eml, after["说明.txt"])
		}
		kept, err := b.daemon.KeepFile("信.eml", strings.NewReader(before[names(before, ".eml")[0]])) // as if the erasing had not been finished
		if err != nil {
			t.Fatal(err)
		}
		if err := b.daemon.HandOver(kept.Digest, "信", func() (io.Writer, error) { return io.Discard, nil }); err == nil || !strings.Contains(err.Error(), "信已经销毁") {
			t.Errorf("what is destroyed by the register is handed over: %v", err)
		}
		if !strings.Contains(after["经过.txt"], "销毁") {
			t.Error("the chronology does not tell of it")
		}
		revealed := 0
		for _, r := range b.show("2026-00001").Records {
			if r.Kind == casefile.KindRevealed {
				revealed++
			}
		}
		if revealed != 3 {
			t.Errorf("taken three times, recorded %d times", revealed)
		}
	})
}

func names(all map[string]string, suffix string) (found []string) {
	for name := range all {
		if strings.HasSuffix(name, suffix) {
			found = append(found, name)
		}
	}
	return found
}

func untar(t testing.TB, r io.Reader) map[string]string {
	t.Helper()
	all := map[string]string{}
	for in := tar.NewReader(r); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all[h.Name] = string(b)
	}
}

// documentText is what the body of a .docx says.
func documentText(t testing.TB, docx []byte) string {
	t.Helper()
	x, err := ooxml.Open(bytes.NewReader(docx), int64(len(docx)), ooxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	part, err := x.Bytes("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile("<[^>]*>").ReplaceAllString(string(part), "")
}
