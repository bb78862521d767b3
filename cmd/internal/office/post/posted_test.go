package post

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/ooxml"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/desk/desktest"
	"ysq.internal/ysq/cmd/internal/office/letters"
	"ysq.internal/ysq/cmd/internal/office/record"
)

const application = casefile.ID("2026-00001")

// laid issues a letter that goes out later, and returns its number.
func laid(t *testing.T, l *letters.Room, k *desktest.Clock, id casefile.ID, e casefile.Event) string {
	t.Helper()
	return issued(t, l, k, id, e, true)
}

func issued(t *testing.T, l *letters.Room, k *desktest.Clock, id casefile.ID, e casefile.Event, later bool) string {
	t.Helper()
	body, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var i letters.Issued
	err = l.Change(k.Call(), func(tx *desk.Change) error {
		m, err := l.Make(tx.View, l.Today(), ask.LetterRequest{Cases: []casefile.ID{id}, Decides: e.Kind(), Event: body, Later: later})
		if err == nil {
			i, err = m.Issue(tx, false)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(i.Letter.Document)
}

// A posting list is one call: an answer is dispatched with its tracking number and a notice is recorded as posted, or the
// rows that cannot be recorded are named and nothing is.
func TestPosted(t *testing.T) {
	d, k := desktest.Open(t, "2026-03-02")
	r := record.New(d)
	l := letters.New(d, r)
	p := &Room{Desk: d, record: r, letters: l}
	desktest.Application(t, d, k, application)
	const second, third = casefile.ID("2026-00002"), casefile.ID("2026-00003")
	desktest.Application(t, d, k, second)
	desktest.Application(t, d, k, third)
	desktest.Record(t, d, k, third, casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4", Document: "旧号〔2026〕1号"})
	reply := laid(t, l, k, application, casefile.Replied{Outcome: casefile.UnableNotHeld, Basis: "36-4", Grounds: "经检索没有。"})
	notice := laid(t, l, k, second, casefile.CorrectionAsked{Items: []string{"文号"}, Until: civil.MustParse("2026-03-20"), About: casefile.AboutContent})
	k.Set("2026-03-04")
	rows := []string{"文号,编号,单号", reply + ",,XA1", notice + "," + string(second) + ",XA2", "旧号〔2026〕1号," + string(third) + ",XA3", reply + ",,XA4", ",9,XA5", "误号〔2026〕9号," + string(third) + ",XA6"}
	paste := func(rows []string) (res ask.AppendResult, err error) {
		err = p.Posted(t.Context(), k.Call(), ask.PostedRequest{Name: "清单.csv"}, strings.NewReader(strings.Join(rows, "\n")), func(r ask.AppendResult) error {
			res = r
			return nil
		})
		return res, err
	}
	_, err := paste(rows)
	if err == nil || !strings.Contains(err.Error(), "有 3 行") || !strings.Contains(err.Error(), "第 7 行 误号") || !strings.Contains(err.Error(), "第 5 行 "+reply) || !strings.Contains(err.Error(), "第 6 行 2026-00009") {
		t.Fatalf("%v", err)
	}
	res, err := paste(rows[:4])
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Cases) != 3 || len(res.Records) != 5 { // 答复, 发出; 补正告知, 寄出文书; 发出
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

// A notice that is recorded when it is made waits for the post all the same, with the address that was written down for
// it, until its number is pasted back or ten days have passed.
func TestRecordedAtOnce(t *testing.T) {
	d, k := desktest.Open(t, "2026-03-02")
	r := record.New(d)
	l := letters.New(d, r)
	p := &Room{Desk: d, record: r, letters: l}
	desktest.Application(t, d, k, application)
	first := issued(t, l, k, application, casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "乙公司", Address: "某市乙路2号 200000"}, false)
	second := issued(t, l, k, application, casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "丙公司"}, false)
	issued(t, l, k, application, casefile.CorrectionAsked{Items: []string{"文号"}, Until: civil.MustParse("2026-03-20")}, false) // goes by e-mail
	mailed := issued(t, l, k, application, casefile.ConsultationSent{Side: casefile.ThirdParty, Party: "丁公司"}, false)
	prepared, err := d.Append(k.Call(), casefile.Draft{Case: application, On: d.Today(), Event: casefile.MailPrepared{
		Letter: casefile.Letter{Digest: casefile.DigestOf([]byte("mail"))}, To: casefile.Address{Mail: "d@example.test"}, Way: casefile.OutSMTP, Purpose: casefile.PurposeLetter, Document: mailed}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Append(k.Call(), casefile.Draft{Case: application, On: d.Today(), Event: casefile.MailSettled{Mail: prepared[0].Seq, State: casefile.OutSent}}); err != nil {
		t.Fatal(err)
	}
	waiting := func() (all []string) {
		views, err := l.LetterList(t.Context(), k.Call(), ask.LetterQuery{Case: application})
		for _, v := range views {
			if v.ToPost {
				all = append(all, string(v.Document)+" "+string(v.Address))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if got := waiting(); !slices.Equal(got, []string{first + " 某市乙路2号 200000", second + " "}) {
		t.Fatal(got)
	}
	paste := func() error {
		return p.Posted(t.Context(), k.Call(), ask.PostedRequest{Name: "清单"}, strings.NewReader(first+" XA1"), func(ask.AppendResult) error { return nil })
	}
	if err := paste(); err != nil {
		t.Fatal(err)
	}
	if err := paste(); err == nil || !strings.Contains(err.Error(), "已经记录") {
		t.Errorf("posted twice: %v", err)
	}
	if got := waiting(); len(got) != 1 {
		t.Error(got)
	}
	dismissed, err := d.Append(k.Call(), casefile.Draft{Case: application, On: d.Today(), Event: casefile.Dismissed{Reason: "误投"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := waiting(); got != nil { // nothing could be recorded of it
		t.Error(got)
	}
	if _, err := d.Append(k.Call(), casefile.Draft{Case: application, On: d.Today(), Event: casefile.Voided{Seq: dismissed[0].Seq, Reason: "不是误投"}}); err != nil {
		t.Fatal(err)
	}
	if k.Set("2026-03-13"); waiting() != nil {
		t.Error("waits for ever")
	}
}

// A posting list comes back as a file, as columns out of a spreadsheet, or as lines that somebody typed.
func TestTrackingsIn(t *testing.T) {
	const doc = "某办公〔2026〕第001号"
	list := "交寄清单\n序号,文号,编号,文书,收件人,地址,单号\n1," + doc + ",2026-00003,告知书,张三,示例路1号,1098765432101\n2,,2026-00017,答复,李四,\"示例路2号, 3室\",XA12345678902\n3,某办公〔2026〕第002号,2026-00018,告知书,王五,示例路3号,\n合　计,,,,,,2\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(list)
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string]string{
		"csv":     "\ufeff" + list,
		"gb18030": gb,
		"xlsx":    postingBook(t),
		"columns": "文号\t编号\t地址\t单号\n" + doc + "\t2026-00003\t甲路1号, 2室\t1098765432101\n\t2026-00017\t乙路\tXA12345678902\n",
		"typed":   "3月交寄\n" + doc + " 1098765432101\n\n17  XA12345678902\n共 2 件\n",
		"signs":   doc + "，1098765432101\n2026-17：XA12345678902\n",
		"json":    "document,case,label,party,address,tracking\n" + doc + ",2026-00003,x,y,z,1098765432101\n,2026-00017,x,y,z,XA12345678902\n",
	} {
		got, err := trackingsIn([]byte(list), "清单", 2026)
		if err != nil || len(got) != 2 || !strings.HasPrefix(got[0].place, "第 ") {
			t.Errorf("%s: %v, %v", name, got, err)
			continue
		}
		for i := range got {
			got[i].place = ""
		}
		want := []postedItem{{document: doc, kase: "2026-00003", tracking: "1098765432101"}, {kase: "2026-00017", tracking: "XA12345678902"}}
		if name == "typed" || name == "signs" {
			want[0].kase = doc // no case has it
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	for list, why := range map[string]string{"": "没有填了单号", doc + " EMS1\n" + doc + " 张三 EMS2\n": "第 2 行：", doc + "\n": "读不出文号和单号",
		"文号,编号,单号\n" + doc + ",,EMS1\n,,EMS2\n": "第 3 行：有单号", "文号,单号\n某号,\n": "没有填了单号", "文号,单号\n" + doc + ",1.09877E+12\n": "第 2 行：B 列：1.09877E+12 是 Excel 改写过的数"} {
		if got, err := trackingsIn([]byte(list), "清单", 2026); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, %v", list, got, err)
		}
	}
}

// postingBook returns the list as a workbook in which the spreadsheet has turned the first tracking number into a number.
func postingBook(t *testing.T) string {
	var none ooxml.Style
	row := func(all ...string) (cells []ooxml.Cell) {
		for _, s := range all {
			cells = append(cells, ooxml.Text(s, none))
		}
		return cells
	}
	rows := [][]ooxml.Cell{row("文号", "编号", "文书", "收件人", "地址", "单号"),
		append(row("某办公〔2026〕第001号", "2026-00003", "告知书", "张三", "示例路1号"), ooxml.Int(1098765432101, none)),
		row("", "2026-00017", "答复", "李四", "示例路2号", "XA12345678902"), row("某办公〔2026〕第002号", "2026-00018", "告知书", "王五", "示例路3号")}
	var b bytes.Buffer
	err := ooxml.WriteBook(&b, "交寄清单", ooxml.Sheet{Name: "posting", Rows: func(yield func([]ooxml.Cell, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
