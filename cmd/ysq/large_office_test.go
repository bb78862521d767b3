package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/mailbox/imapsim"
)

// BenchmarkOffice asks a large office what clerks and auditors ask, as whole processes that speak to
// the daemon, and sqlite3 for the same list and the same sums of the same rows:
//
//	go test ./cmd/ysq -run '^$' -bench Office -benchtime 1x -timeout 60m
//
// YSQ_CASES is the number of cases (100000), spread over ten years, with five or six records each; one
// in a hundred is open. Reported are medians of nine runs, in milliseconds, and of lists also the processor's
// time in the asking process; logged, what proof, backup and repair take.
func BenchmarkOffice(b *testing.B) {
	n := number("YSQ_CASES", 100_000)
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	i := onSimulator(b, sim)
	i.run("list") // makes the journal, empty
	writeOffice(b, i.state, n)
	if err := os.Remove(filepath.Join(i.state, "register.db")); err != nil {
		b.Fatal(err)
	}
	target := b.TempDir()
	for _, args := range [][]string{{"rebuild"}, {"verify"}, {"backup", target}, {"compact"}} {
		used := timed(b, i.command(args...))
		b.Logf("%s: %.1f s, %.0f cases a second, %d MiB of anonymous memory", args[0], used.wall, float64(n)/used.wall, used.anon>>20)
	}
	if info, err := os.Stat(filepath.Join(i.state, "register.db")); err == nil {
		b.Logf("register.db: %d bytes a case", info.Size()/int64(n))
	}
	i.serve()
	began := time.Now()
	for answered := false; !answered; _, answered = i.status() {
		if time.Since(began) > time.Minute {
			b.Fatal("the daemon does not answer after a minute")
		}
	}
	ready := time.Since(began)

	last := casefile.NewID(2026, n)
	for b.Loop() {
		b.ReportMetric(float64(ready.Milliseconds()), "ready-ms")
		for name, args := range map[string][]string{
			"list":    {"list", "--limit", "200"},
			"overdue": {"list", "--overdue", "--limit", "200"},
			"show":    {"show", string(last)},
			"due":     {"due", "--within", "5"},
			"status":  {"status"},
			"mine":    {"due", "--within", "5", "监测科"},
			"report":  {"report", "2025", "--format", "json"},
		} {
			wall, processor := milliseconds(b, func() *exec.Cmd { return i.command(args...) })
			b.ReportMetric(wall, name+"-ms")
			if name == "list" {
				b.ReportMetric(processor, name+"-cpu-ms")
			}
		}
		compareSQLite(b, i)
	}
}

// compareSQLite has sqlite3 list the open cases of the same rows, with an index made for that, and group
// them, every column that a list has, as 表三 does.
func compareSQLite(b *testing.B, i *instance) {
	b.Helper()
	if _, err := exec.LookPath("sqlite3"); err != nil {
		b.Log("sqlite3 is not installed: no comparison")
		return
	}
	dir := b.TempDir()
	rows, db := filepath.Join(dir, "rows.csv"), filepath.Join(dir, "rows.db")
	columns := writeRows(b, i, rows)
	load := exec.Command("sqlite3", db, `CREATE TABLE c("`+strings.Join(columns, `","`)+`")`, ".mode csv", ".import "+rows+" c")
	if out, err := load.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	const grouped = `
		SELECT category, count(*) FROM c WHERE received_on BETWEEN '2025-01-01' AND '2025-12-31' GROUP BY category;
		SELECT category, count(*) FROM c WHERE received_on < '2025-01-01' AND (stopped_on = '' OR stopped_on >= '2025-01-01') GROUP BY category;
		SELECT outcome, category, count(*) FROM c WHERE stopped_on BETWEEN '2025-01-01' AND '2025-12-31' GROUP BY outcome, category;
		SELECT category, count(*) FROM c WHERE received_on <= '2025-12-31' AND (stopped_on = '' OR stopped_on > '2025-12-31') GROUP BY category;`
	wall, _ := milliseconds(b, func() *exec.Cmd { return exec.Command("sqlite3", "-readonly", db, grouped) })
	b.ReportMetric(wall, "sqlite3-report-ms")

	stages, want := openCases(b, i)
	if out, err := exec.Command("sqlite3", db, `CREATE INDEX open ON c("case") WHERE stage IN (`+stages+`)`, "ANALYZE").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	listed := func(columns string) *exec.Cmd {
		return exec.Command("sqlite3", "-readonly", db, `SELECT `+columns+` FROM c WHERE stage IN (`+stages+`) ORDER BY "case" LIMIT 200`)
	}
	if out, err := listed(`"case"`).Output(); err != nil || string(out) != want {
		b.Fatalf("sqlite3 lists other cases: %v\n%s\nwant\n%s", err, out, want)
	}
	wall, processor := milliseconds(b, func() *exec.Cmd {
		return listed(`"case", stage, applicant, subject, due, remaining_workdays, department, assignee`)
	})
	b.ReportMetric(wall, "sqlite3-list-ms")
	b.ReportMetric(processor, "sqlite3-list-cpu-ms")
}

// openCases returns the stages of the open cases as SQL has them, and the numbers of the first two hundred.
func openCases(b *testing.B, i *instance) (stages, numbers string) {
	b.Helper()
	out, err := i.command("list", "--json").Output()
	if err != nil {
		b.Fatal(err)
	}
	var all []struct{ Case, Stage string }
	if err := json.Unmarshal(out, &all); err != nil {
		b.Fatal(err)
	}
	quoted := make(map[string]bool)
	for k, c := range all {
		quoted["'"+c.Stage+"'"] = true
		if k < 200 {
			numbers += c.Case + "\n"
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(quoted)), ","), numbers
}

// writeRows writes every case as a row and returns the names of the columns.
func writeRows(b *testing.B, i *instance, file string) (columns []string) {
	b.Helper()
	list := i.command("list", "--all", "--json", "--limit", "0")
	out, err := list.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := list.Start(); err != nil {
		b.Fatal(err)
	}
	to, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	defer to.Close()
	cells := csv.NewWriter(to)
	cases := json.NewDecoder(out)
	cases.Token() // the array's bracket
	for cases.More() {
		var one map[string]any
		if err := cases.Decode(&one); err != nil {
			b.Fatal(err)
		}
		if columns == nil {
			columns = slices.Sorted(maps.Keys(one))
		}
		row := make([]string, len(columns))
		for k, name := range columns {
			if v := one[name]; v != nil {
				row[k] = fmt.Sprint(v)
			}
		}
		cells.Write(row) // Flush tells what went wrong
	}
	cells.Flush()
	if err := errors.Join(cells.Error(), list.Wait()); err != nil {
		b.Fatal(err)
	}
	return columns
}

// milliseconds are the medians of nine runs, the first not counted: of the whole process, and of its use of the
// processor.
func milliseconds(b *testing.B, command func() *exec.Cmd) (wall, processor float64) {
	b.Helper()
	var took, used []float64
	for k := range 10 {
		cmd := command()
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		began := time.Now()
		if err := cmd.Run(); err != nil {
			b.Fatalf("%s: %v\n%s", cmd, err, out.Bytes())
		}
		if k > 0 {
			took = append(took, float64(time.Since(began).Microseconds())/1000)
			used = append(used, float64((cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()).Microseconds())/1000)
		}
	}
	return median(took), median(used)
}

// writeOffice writes the journal of n cases into a register that has none yet. They came over the
// counter: proof and backup are about the register here, not about files.
func writeOffice(b *testing.B, state string, n int) {
	b.Helper()
	var journal *os.File
	var lines *bufio.Writer
	var year int
	flush := func() {
		if journal != nil {
			if err := lines.Flush(); err != nil {
				b.Fatal(err)
			}
			journal.Close()
		}
	}
	one := casefile.Record{}
	record := func(at time.Time, id casefile.ID, e casefile.Event) {
		one.On = civil.Of(at)
		if at.Before(one.Recorded) { // entered after what happened later to another case
			at = one.Recorded
		}
		one.Seq, one.Recorded, one.Actor, one.Case, one.Event = one.Seq+1, at, "李四(1001)", id, e
		line, err := one.Encode()
		if err != nil {
			b.Fatal(err)
		}
		one.Prev = casefile.DigestOf(line)
		if y := civil.Of(at).Year(); y != year {
			flush()
			year = y
			if journal, err = os.Create(filepath.Join(state, "journal", fmt.Sprintf("%d.jsonl", year))); err != nil {
				b.Fatal(err)
			}
			lines = bufio.NewWriter(journal)
		}
		lines.Write(append(line, '\n')) // Flush tells what went wrong
	}
	outcomes := casefile.Outcomes()
	departments := []string{"综合科", "法规科", "监测科", "大气科", "水生态科", "土壤科", "固废科", "执法科", "信访科", "财务科", "人事科"}
	first := civil.MustParse("2017-01-03").Start()
	every := civil.MustParse("2026-11-20").Start().Sub(first) / time.Duration(n)
	for k := range n {
		at := first.Add(time.Duration(k) * every)
		id := casefile.NewID(at.In(civil.Zone).Year(), k+1)
		column, outcome := casefile.Columns[k%len(casefile.Columns)], outcomes[k%len(outcomes)]
		record(at, id, casefile.Received{Channel: casefile.InPerson, Letter: casefile.Letter{From: casefile.Address{Name: "张三"}, Subject: "政府信息公开申请"}})
		record(at.Add(time.Hour), id, casefile.Registered{As: casefile.Application, Applicant: "张三", Column: column, Request: "2025 年监测数据"})
		record(at.Add(2*time.Hour), id, casefile.Reviewed{Finding: "内容明确"})
		record(at.Add(2*time.Hour), id, casefile.Assigned{Department: departments[k%len(departments)], Person: "王五"})
		if k >= n-n/20 && k%10 == 0 { // somebody asks how far it is, and nobody has read that yet
			asked := casefile.Letter{Digest: casefile.DigestOf([]byte(id)), From: casefile.Address{Mail: "zhang@example.test"}, Subject: "请问进度"}
			path := register.MailPath(state, asked.Digest)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(id), 0o600)); err != nil {
				b.Fatal(err)
			}
			record(at.Add(3*time.Hour), id, casefile.MessageIn{Letter: asked, ArrivedAt: at.Add(3 * time.Hour), Reason: "是对该件邮件的回复", Guess: casefile.GuessReminder, GuessedBy: "正文有“进度”"})
		}
		if k < n-n/100 {
			answer := at.Add(100 * time.Hour)
			record(answer, id, casefile.Replied{Outcome: outcome, Basis: outcome.Bases()[0], Document: fmt.Sprintf("〔%d〕%d号", at.Year(), k)})
			if !outcome.Lapse() {
				record(answer, id, casefile.Dispatched{Way: casefile.ByEmail})
			}
			if k%50 == 0 { // somebody asks for 行政复议, and does not succeed
				filed, decided := answer.AddDate(0, 0, 10), answer.AddDate(0, 0, 60)
				dispute := casefile.NewDisputeID(filed.Year(), k/50+1)
				record(filed, "", casefile.DisputeFiled{Dispute: dispute, Track: casefile.Reconsideration, Party: "张三", Organ: "市政府", Cases: []casefile.ID{id}})
				record(filed, "", casefile.DisputeAnswered{Dispute: dispute})
				record(decided, "", casefile.DisputeDecided{Dispute: dispute, Decision: "维持"})
			}
		}
	}
	flush()
}
