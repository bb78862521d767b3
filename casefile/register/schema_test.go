package register

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	commandline "flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable/durabletest"
)

var update = commandline.Bool("update", false, "freeze the present schema in testdata")

// Each schema that was ever released is frozen in testdata, with what it says. Opening a copy migrates
// it; what it then says of its cases, and what is derived from its records anew, is the same.
//
// Until the first release, the present one may be frozen again: go test ./casefile/register -update.
func TestFrozenSchemas(t *testing.T) {
	if *update {
		freeze(t)
	}
	for schema := 1; schema <= Schema; schema++ {
		t.Run(fmt.Sprint(schema), func(t *testing.T) {
			dir := durabletest.Dir(t)
			must(t, os.Mkdir(filepath.Join(dir, "journal"), 0o700))
			for _, name := range []string{FileName, "journal/register.json", "journal/2026.jsonl", "journal/2027.jsonl"} {
				thaw(t, schema, name, filepath.Join(dir, name))
			}
			r, err := Open(dir, Options{Now: start.AddDate(5, 0, 0), Migrate: true})
			must(t, err)
			if migrated := r.Findings().Migrated; migrated != (schema < Schema) || r.Meta().Schema != Schema {
				t.Errorf("migrated: %v, now %+v", migrated, r.Meta())
			}
			if wrong := proven(t, r); len(wrong) > 0 {
				t.Errorf("it does not verify: %v", wrong)
			}
			must(t, r.View(func(tx *Tx) error {
				if head, digest := tx.Head(); head != 18 || digest.IsZero() {
					t.Errorf("head %d", head)
				}
				for id, want := range map[string]string{
					"2026-00001": "archived 张三 natural", "2026-00002": "registered 李四 business", "2026-00003": "dismissed 张三 ",
					"2026-00004": "received 张三 ", "2026-00005": "received 张三 ",
				} {
					for c, err := range tx.Cases("") {
						must(t, err)
						if got := fmt.Sprint(c.Stage, " ", c.Applicant, " ", c.Column); string(c.ID) == id && got != want {
							t.Errorf("%s is %q, want %q", id, got, want)
						}
					}
				}
				return nil
			}))
			must(t, r.Close())
		})
	}
}

// A register with every kind of event, made by the release of its schema from testdata/everything.txt, says
// of its cases what it said then; its lines are the bytes that they were. Only what lies in a case is told
// anew since schema 3: the first mail of a merged case and what went without a copy count as mails.
func TestFrozenEverything(t *testing.T) {
	mails := map[casefile.ID]int{"2026-00002": 3, "2026-00006": 3}
	for schema := 2; schema <= Schema; schema++ {
		t.Run(fmt.Sprint(schema), func(t *testing.T) {
			dir := durabletest.Dir(t)
			must(t, os.Mkdir(filepath.Join(dir, "journal"), 0o700))
			for _, name := range everything {
				thaw(t, schema, "everything/"+name, filepath.Join(dir, name))
			}
			journal, err := os.ReadFile(filepath.Join(dir, "journal", "2026.jsonl"))
			must(t, err)
			r, err := Open(dir, Options{Migrate: true})
			must(t, err)
			for _, wrong := range proven(t, r) {
				if wrong.Place != "mail" { // no bytes are frozen
					t.Errorf("it does not verify: %v", wrong)
				}
			}
			if moved := r.Findings().Moved; len(moved) > 0 {
				t.Errorf("dates differ: %v", moved)
			}
			cases, err := os.ReadFile(frozen(schema, "everything/cases.jsonl"))
			must(t, err)
			must(t, r.View(func(tx *Tx) error {
				var lines bytes.Buffer
				kinds := make(map[casefile.Kind]bool)
				for record, err := range tx.Records(1) {
					must(t, err)
					kinds[record.Event.Kind()] = true
					lines.Write(append(tx.Line(record.Seq), '\n'))
				}
				if !bytes.Equal(lines.Bytes(), journal) {
					t.Error("the lines are not what they were")
				}
				if schema == Schema && len(kinds) != len(casefile.Kinds()) {
					t.Errorf("%d kinds of event, of %d: add the others to everything.txt", len(kinds), len(casefile.Kinds()))
				}
				if !tx.Erased(casefile.DigestOf([]byte("f1"))) {
					t.Error("a mail that one case gave up and the other let go is not erased")
				}
				for line := range bytes.Lines(cases) {
					var was, is map[string]any
					must(t, json.Unmarshal(line, &was))
					id := casefile.ID(was["ID"].(string))
					c, err := tx.Case(id)
					must(t, err)
					now, err := json.Marshal(c)
					must(t, err)
					must(t, json.Unmarshal(now, &is))
					if want, ok := mails[id]; ok && c.Messages != want {
						t.Errorf("%s has %d mails, want %d", id, c.Messages, want)
					}
					if schema < 3 && mails[id] != 0 {
						was["Messages"], was["Addresses"] = is["Messages"], is["Addresses"]
					}
					maps.DeleteFunc(is, func(field string, _ any) bool { _, told := was[field]; return !told && schema < Schema })
					if schema < 4 { // mails without a guess: answered since, or of a case that is finished
						want := 0
						if schema == 2 && id == "2026-00002" { // its actor is no person
							want = 1
						}
						if c.OpenMail != want {
							t.Errorf("%s has %d open mails, want %d", id, c.OpenMail, want)
						}
					}
					if diff := cmp.Diff(was, is); diff != "" {
						t.Errorf("%s is another (-then +now):\n%s", id, diff)
					}
				}
				return nil
			}))
			must(t, r.Close())
		})
	}
}

var everything = []string{FileName, "journal/register.json", "journal/2026.jsonl"}

func frozen(schema int, name string) string {
	return filepath.Join("testdata", fmt.Sprintf("schema%d", schema), name)
}

func freeze(t *testing.T) {
	t.Helper()
	must(t, os.RemoveAll(filepath.Join("testdata", fmt.Sprintf("schema%d", Schema))))
	keepFrozen(t, stocked(t), "", []string{FileName, "journal/register.json", "journal/2026.jsonl", "journal/2027.jsonl"})
	dir, cases := withEverything(t)
	keepFrozen(t, dir, "everything/", everything)
	must(t, os.WriteFile(frozen(Schema, "everything/cases.jsonl"), cases, 0o666))
}

// withEverything records what testdata/everything.txt says, a record a line: day, case, kind, event. It also
// returns the cases that come of it.
func withEverything(t *testing.T) (dir string, cases []byte) {
	t.Helper()
	dir = durabletest.Dir(t)
	_, err := Create(dir, start)
	must(t, err)
	r, err := Open(dir, Options{})
	must(t, err)
	script, err := os.ReadFile(filepath.Join("testdata", "everything.txt"))
	must(t, err)
	now := start
	for line := range strings.Lines(string(script)) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 4)
		e, err := casefile.DecodeEvent(casefile.Kind(words[2]), []byte(words[3]))
		must(t, err)
		now = now.Add(time.Minute)
		add(t, r, now, casefile.Draft{Case: casefile.ID(strings.Trim(words[1], "-")), On: civil.MustParse(words[0]), Event: e})
	}
	must(t, r.View(func(tx *Tx) error {
		for c, err := range tx.Cases("") {
			must(t, err)
			b, err := json.Marshal(c)
			must(t, err)
			cases = append(append(cases, b...), '\n')
		}
		return nil
	}))
	must(t, r.Close())
	return dir, cases
}

// keepFrozen puts files of a register into testdata, the database without the room that bbolt makes in
// advance.
func keepFrozen(t *testing.T, dir, as string, names []string) {
	t.Helper()
	small := filepath.Join(dir, "small")
	db, err := bbolt.Open(small, 0o600, &bbolt.Options{})
	must(t, err)
	from, err := bbolt.Open(filepath.Join(dir, FileName), 0o600, &bbolt.Options{})
	must(t, err)
	must(t, bbolt.Compact(db, from, 0))
	must(t, from.Close())
	must(t, db.Close())
	for _, name := range names {
		path := filepath.Join(dir, name)
		if name == FileName {
			path = small
		}
		b, err := os.ReadFile(path)
		must(t, err)
		to := frozen(Schema, as+name) + ".gz"
		must(t, os.MkdirAll(filepath.Dir(to), 0o755))
		f, err := os.Create(to)
		must(t, err)
		z := gzip.NewWriter(f)
		_, err = z.Write(b)
		must(t, err)
		must(t, z.Close())
		must(t, f.Close())
	}
}

func thaw(t *testing.T, schema int, name, to string) {
	t.Helper()
	f, err := os.Open(frozen(schema, name) + ".gz")
	must(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(t, err)
	b, err := io.ReadAll(z)
	must(t, err)
	must(t, os.WriteFile(to, b, 0o600))
}
