package daemon

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/offline"
	"ysq.internal/ysq/config"
)

// archive is how many cases the benchmark searches: those of a busy office over its life.
const archive = 100_000

// BenchmarkSearch fills a register with cases of one mail each, indexes it as the daemon does, and asks
// it. It tells what a case costs in time and room; the first answer is the newest twenty hits, as
// `ysq search` asks for them, the count is of all.
func BenchmarkSearch(b *testing.B) {
	f := openArchive(b)
	before := f.RegisterSize()
	start := time.Now()
	for more := true; more; {
		var err error
		if more, err = f.Search.IndexSome(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(start)
	b.Logf("%d cases: %.0f bytes of records a case, %.0f bytes of index a case, %v to index a case", archive,
		float64(before)/archive, float64(f.RegisterSize()-before)/archive, took/archive)
	for _, words := range []string{"唯一词九九九", "监测数据", "政府信息公开", "一", "某街道办 征收补偿", "applicant99999", "2026-77777", "没有的词语", "数据监测据"} {
		b.Run(words, func(b *testing.B) {
			for b.Loop() {
				hits(b, f, words, 20)
			}
			b.ReportMetric(float64(hits(b, f, words, 20)), "hits")
		})
	}
}

func hits(b *testing.B, f *office.Office, words string, limit int) (n int) {
	b.Helper()
	err := f.Search.Search(b.Context(), ask.Call{}, ask.SearchQuery{Words: words, Limit: limit}, func(ask.Hit) error { n++; return nil })
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// openArchive makes a register of applications. Their texts mix what every application says with
// characters as frequent as in the language, so that terms are as many and as common as in real mails.
func openArchive(b *testing.B) *office.Office {
	b.Helper()
	state := filepath.Join(b.TempDir(), "state")
	if err := offline.Init(state, config.Owner{}, civil.MustParse("2026-01-01").Start()); err != nil {
		b.Fatal(err)
	}
	c := config.Default()
	c.Paths.State = state
	f, err := office.Open(office.Options{Options: desk.Options{Config: c}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { b.Log(f.Close()) })
	for i := range 16 {
		if err := os.MkdirAll(filepath.Join(state, "mail", fmt.Sprintf("%x", i)), 0o700); err != nil {
			b.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	frequent := rand.NewZipf(random, 1.2, 20, 3499)
	word := func(n int) string {
		var s strings.Builder
		for range n {
			s.WriteRune(rune(0x4e00 + frequent.Uint64()*5))
		}
		return s.String()
	}
	subjects := []string{"某街道办征收补偿方案", "某路改造工程的批复", "空气质量监测数据", "排污许可证副本", "土地出让合同", "预算执行情况"}
	on := civil.MustParse("2026-01-05")
	for done := 0; done < archive; {
		err := f.Reg.Update(on.Start(), func(tx *register.Tx) error {
			for range 1000 {
				done++
				id := casefile.NewID(2026, done)
				var body strings.Builder
				fmt.Fprintf(&body, "你局：\r\n\r\n根据《中华人民共和国政府信息公开条例》第二十七条，现申请公开%s。\r\n", subjects[random.IntN(len(subjects))])
				for range 12 {
					body.WriteString(word(8+random.IntN(20)) + "，\r\n")
				}
				if done == archive/2 {
					body.WriteString("唯一词九九九")
				}
				fmt.Fprintf(&body, "联系电话 138%08d\r\n", done)
				raw := compose(fmt.Sprintf("%s <applicant%d@example.test>", word(3), done), "政府信息公开申请", body.String())
				digest := casefile.DigestOf(raw)
				name := digest.String()
				if err := os.WriteFile(filepath.Join(state, "mail", name[:1], name+".eml"), raw, 0o600); err != nil {
					return err
				}
				letter := casefile.Letter{Digest: digest, Subject: "政府信息公开申请", From: casefile.Address{Name: word(3), Mail: fmt.Sprintf("applicant%d@example.test", done)}}
				if _, err := tx.Append("mailbox",
					casefile.Draft{On: on, Event: casefile.MessageTaken{Account: "office", Folder: "INBOX", UIDValidity: 1, UID: uint32(done), Letter: letter, Disposition: casefile.ToCase, Case: id}},
					casefile.Draft{Case: id, On: on, Event: casefile.Received{Channel: casefile.Email, Letter: letter}},
					casefile.Draft{Case: id, On: on, Event: casefile.Registered{As: casefile.Application, Applicant: letter.From.Name, Column: casefile.Natural, Request: word(20)}},
					casefile.Draft{Case: id, On: on, Event: casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide", Document: fmt.Sprintf("某环答〔2026〕%d号", done)}},
				); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(errors.Join(err, context.Cause(b.Context())))
		}
	}
	return f
}
