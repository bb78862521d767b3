package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/search"
)

func (b *bureau) search(words string) (hits []ask.Hit) {
	b.t.Helper()
	err := ask.Each(b.t.Context(), b.client, ask.Search, ask.SearchQuery{Words: words}, func(h ask.Hit) error { hits = append(hits, h); return nil })
	if err != nil {
		b.t.Fatalf("search %s: %v", words, err)
	}
	return hits
}

// found names what a search finds, in its order.
func (b *bureau) found(words string) string {
	b.t.Helper()
	var all []string
	for _, h := range b.search(words) {
		name := strings.TrimPrefix(string(h.Case), "2026-000")
		if h.Case == "" {
			name = string(h.Place) + ":" + string(h.Subject)
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

// position is the last record that the index covers, and the last there is.
func (b *bureau) position() (indexed, head uint64) {
	b.t.Helper()
	err := b.daemon.Reg.View(func(tx *register.Tx) error {
		indexed = tx.Indexed(search.IndexVersion)
		head, _ = tx.Head()
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return indexed, head
}

// pass lets time pass and everything that it brings about happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// What is found does not depend on how far the index has come: not at all, in part, wholly.
func TestSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.config.Mailboxes[0].PollInterval = 24 * time.Hour
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "申请公开大气环境监\r\n测数据，电话 13800000001。")
		b.poll()
		b.deliver("李四 <lisi@example.test>", "政府信息公开申请", "申请公开排污许可证，编号 XK-2026-77。")
		b.poll()
		b.sim.Add("垃圾邮件", compose("王五 <wangwu@example.test>", "政府信息公开申请表", "申请公开大气污染防治资金。"), b.now())
		b.poll()
		b.record("2026-00001", casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "大气监测日报", Others: []string{"赵六"}})
		b.record("2026-00002",
			casefile.Registered{As: casefile.Application, Applicant: "李四", Column: casefile.Natural, Request: "许可证"},
			casefile.Assigned{Department: "固体废物科", Person: "钱某"},
			casefile.Replied{Outcome: casefile.Disclosed, Basis: "36-2-provide", Document: "某环答〔2026〕17号"})
		answers := func() {
			t.Helper()
			for words, want := range map[string]string{
				"环境监测":          "01", // across the line break
				"监测":            "01",
				"大气":            "parked:政府信息公开申请表 01", // the newest first
				"大气 赵六":         "01",                  // one in the mail, one in the records
				"大气 李四":         "",
				"信息公开申请":        "parked:政府信息公开申请表 02 01",
				"某环答〔2026〕17号":  "02",
				"[2026]17":      "02",
				"固体废物科":         "02",
				"钱":             "02",
				"某":             "02",
				"LISI":          "02",
				"lisi@example":  "02",
				"isi":           "",
				"xk-2026":       "02",
				"2026-00002":    "02",
				"13800000001":   "01",
				"1380000000":    "", // it is masked: not to be spelled out
				"测监":            "",
				"wangwu 污染防治资金": "parked:政府信息公开申请表",
			} {
				if got := b.found(words); got != want {
					t.Errorf("%s: found %q, want %q", words, got, want)
				}
			}
		}
		if indexed, _ := b.position(); indexed != 0 {
			t.Errorf("the index covers %d records at once", indexed)
		}
		answers()
		pass(time.Minute)
		if indexed, head := b.position(); indexed != head {
			t.Errorf("after a minute the index covers %d of %d records", indexed, head)
		}
		answers()
		hits := b.search("固体废物科 xk-2026")
		if len(hits) != 1 || len(hits[0].Found) != 2 || hits[0].Found[0].Where != "承办" || hits[0].Found[1].Where != "邮件正文" ||
			hits[0].Found[1].Match != "XK-2026" || !strings.HasSuffix(hits[0].Found[1].Before, "编号 ") {
			t.Errorf("%+v", hits)
		}
		// A mail that becomes a case is found as the case, and once.
		if _, err := ask.Do(t.Context(), b.client, ask.OpenMail, ask.MailRef{Mail: b.mails(casefile.Parked)[0].Digest.String()}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got := b.found("大气"); got != "03 01" {
				t.Errorf("after the mail was opened: %q", got)
			}
			pass(time.Minute)
		}
		for _, bad := range []string{"", "。", strings.Repeat("长", 200)} {
			err := ask.Each(t.Context(), b.client, ask.Search, ask.SearchQuery{Words: bad}, func(ask.Hit) error { return nil })
			if e, ok := err.(*ask.Error); !ok || e.Exit != ask.ExitUsage {
				t.Errorf("search %q: %v", bad, err)
			}
		}
	})
}

// While mails come in, nothing is indexed: recording them is all that is written. The index catches up
// when they cease, and after a while of unrest a little even so.
func TestIndexKeepsOutOfTheWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		synctest.Wait()
		seconds := int(desk.QuietAtLast / time.Second)
		for i := range seconds - 1 {
			b.deliver("张三 <zhangsan@example.test>", fmt.Sprintf("政府信息公开申请 %d", i), "申请公开监测数据")
			b.poll()
			if indexed, head := b.position(); indexed != 0 || head == 0 {
				t.Fatalf("second %d: the index covers %d of %d records", i, indexed, head)
			}
			pass(time.Second)
		}
		for i := range 5 {
			b.deliver("张三 <zhangsan@example.test>", fmt.Sprintf("再次申请 %d", i), "申请公开监测数据")
			b.poll()
			pass(time.Second)
		}
		if indexed, head := b.position(); indexed == 0 || indexed == head {
			t.Errorf("after %d s of mails the index covers %d of %d records, want some", seconds+4, indexed, head)
		}
		pass(desk.QuietAfter + time.Second)
		if indexed, head := b.position(); indexed != head {
			t.Errorf("after a rest the index covers %d of %d records", indexed, head)
		}
		if n := len(b.search("监测数据")); n != seconds+4 {
			t.Errorf("found %d cases, want %d", n, seconds+4)
		}
	})
}

// everyPoint searches for what every case of TestIndexIsMadeAgain says: many rounds, newest first.
func (b *bureau) everyPoint() {
	b.t.Helper()
	hits := b.search("监测点")
	if len(hits) != search.IndexRecords {
		b.t.Errorf("found %d cases, want %d", len(hits), search.IndexRecords)
	}
	for i, h := range hits {
		if want := casefile.NewID(2026, search.IndexRecords-i); h.Case != want {
			b.t.Fatalf("hit %d is %s, want %s", i, h.Case, want)
		}
	}
	var few []casefile.ID
	err := ask.Each(b.t.Context(), b.client, ask.Search, ask.SearchQuery{Words: "监测点", Limit: 3}, func(h ask.Hit) error { few = append(few, h.Case); return nil })
	if err != nil || !slices.Equal(few, []casefile.ID{hits[0].Case, hits[1].Case, hits[2].Case}) {
		b.t.Errorf("the first three: %v, %v", few, err)
	}
}

// A crash costs the index what it has not yet committed, and it goes on from there. One that is gone
// or of another version is made again.
func TestIndexIsMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBureau(t, "2026-03-02")
		f, err := office.Open(b.options().Options)
		if err != nil {
			t.Fatal(err)
		}
		err = f.Reg.Update(b.now(), func(tx *register.Tx) error {
			for i := range search.IndexRecords {
				id := tx.NextID(2026)
				if _, err := tx.Append("李四(1000)", casefile.Draft{Case: id, On: civil.MustParse("2026-03-02"), Event: casefile.Received{
					Channel: casefile.InPerson, Letter: casefile.Letter{Subject: fmt.Sprintf("监测点 %d 号", i)},
				}}); err != nil {
					return err
				}
			}
			_, err := tx.Append("李四(1000)", casefile.Draft{Case: "2026-00001", On: civil.MustParse("2026-03-02"), Event: casefile.Noted{Text: "来电"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		more, err := f.Search.IndexSome(t.Context())
		if err != nil || !more {
			t.Fatalf("first batch: %v, %v", more, err)
		}
		if err := f.Close(); err != nil { // a crash loses no more than this
			t.Fatal(err)
		}
		b.start()
		if indexed, head := b.position(); indexed != search.IndexRecords || head != search.IndexRecords+1 {
			t.Errorf("after the restart the index covers %d of %d records", indexed, head)
		}
		b.everyPoint()
		pass(time.Minute)
		for range 2 {
			b.everyPoint()
			if indexed, head := b.position(); indexed != head {
				t.Errorf("the index covers %d of %d records", indexed, head)
			}
			if got := b.found("监测点 1999 号"); got != "2026-02000" {
				t.Errorf("found %q", got)
			}
			if got := b.found("来电"); got != "01" {
				t.Errorf("found %q", got)
			}
			if err := b.daemon.Reg.Index(search.IndexVersion+1, 0, 7, nil); err != nil { // as a later version would
				t.Fatal(err)
			}
			b.record("2026-00001", casefile.Noted{Text: "再次"})
			pass(time.Minute)
		}
	})
}

// What is erased is found no more, neither in the mail nor in the index; what the records say is.
func TestErasedIsNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-02")
		b.deliver("张三 <zhangsan@example.test>", "政府信息公开申请", "申请公开排污许可证副本")
		b.deliver("李四 <lisi@example.test>", "政府信息公开申请", "申请公开排污口清单")
		b.poll()
		pass(time.Minute)
		if got := b.found("排污"); got != "02 01" {
			t.Fatalf("found %q", got)
		}
		hit := b.search("许可证")[0]
		var erased casefile.Digest
		err := b.daemon.Reg.Update(b.now(), func(tx *register.Tx) error {
			history, err := tx.History(hit.Case)
			if err != nil {
				return err
			}
			erased = history[0].Event.(casefile.Received).Digest
			_, err = tx.Append("李四(1000)", casefile.Draft{Case: hit.Case, On: civil.Of(b.now()), Event: casefile.Erased{Digests: []casefile.Digest{erased}, Reason: "保管期满"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // also while the file is not yet gone, as after a crash
			if got := b.found("排污"); got != "02" {
				t.Errorf("found %q", got)
			}
			if got := b.found("政府信息公开申请 张三"); got != "01" {
				t.Errorf("found %q", got)
			}
			pass(time.Minute)
		}
		err = b.daemon.Reg.View(func(tx *register.Tx) error {
			for term, want := range map[string]int{"许可": 0, "排污": 1, "张三": 1} {
				n := 0
				for _, err := range tx.Documents([]register.Term{{Text: term}}, 1<<30) {
					if n++; err != nil {
						return err
					}
				}
				if n != want {
					t.Errorf("the index names %d documents with %s, want %d", n, term, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		name := erased.String()
		if err := os.Remove(filepath.Join(b.state, "mail", name[:1], name+".eml")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestMonth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := openBureau(t, "2026-03-31")
		open := func(on, applicant string) casefile.ID {
			t.Helper()
			_, err := ask.Do(t.Context(), b.client, ask.New, ask.NewCase{Channel: casefile.InPerson, On: ask.Day(civil.MustParse(on)), Subject: "申请"})
			if err != nil {
				t.Fatal(err)
			}
			id := b.list(ask.ListQuery{Unregistered: true})[0].Case
			b.record(id, casefile.Registered{As: casefile.Application, Applicant: applicant, Column: casefile.Natural, Request: "x"})
			return id
		}
		first := open("2026-03-01", "张三")
		open("2026-03-15", "李四")
		open("2026-02-28", "张三")
		second := open("2026-03-31", "张 三")
		b.record(first, casefile.Reviewed{}, casefile.FeeNoticed{By: "件", Count: 11, Yuan: 100})
		b.record(second, casefile.Reviewed{})
		event, err := casefile.EncodeEvent(casefile.FeeNoticed{By: "件", Count: 12})
		if err != nil {
			t.Fatal(err)
		}
		res, err := ask.Do(t.Context(), b.client.Dry(true), ask.Append, ask.AppendRequest{Drafts: []ask.DraftView{{Case: second, Kind: casefile.KindFeeNoticed, Event: event}}})
		if err != nil || len(res.Records) != 1 || !strings.Contains(res.Records[0].Text, "应缴 100 元") {
			t.Fatalf("%+v, %v", res, err)
		}
		said := fmt.Sprintf("张 三 2026-03 收到 2 件：%s、%s", first, second)
		if !slices.Contains(res.Explained, said) || !slices.Contains(res.Explained, "合计 100 元") {
			t.Errorf("explained by %q, want %q", res.Explained, said)
		}
		for _, doubt := range []string{string(first) + " 已按件通知 100 元，多于该件的 0 元", "是 2 件，写的是 12 件"} {
			if !strings.Contains(strings.Join(res.Warnings, "\n"), doubt) {
				t.Errorf("warned of %q, want %q", res.Warnings, doubt)
			}
		}
	})
}
