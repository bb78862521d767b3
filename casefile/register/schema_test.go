package register

import (
	"compress/gzip"
	commandline "flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"
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
			dir := quickDir(t)
			must(t, os.Mkdir(filepath.Join(dir, "journal"), 0o700))
			for _, name := range []string{fileName, "journal/register.json", "journal/2026.jsonl", "journal/2027.jsonl"} {
				thaw(t, schema, name, filepath.Join(dir, name))
			}
			r, err := Open(dir, Options{Now: start.AddDate(5, 0, 0)})
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

func frozen(schema int, name string) string {
	return filepath.Join("testdata", fmt.Sprintf("schema%d", schema), name+".gz")
}

func freeze(t *testing.T) {
	t.Helper()
	dir := stocked(t)
	must(t, os.RemoveAll(filepath.Join("testdata", fmt.Sprintf("schema%d", Schema))))
	small := filepath.Join(dir, "small") // without the room that bbolt makes in advance
	db, err := bbolt.Open(small, 0o600, &bbolt.Options{})
	must(t, err)
	from, err := bbolt.Open(filepath.Join(dir, fileName), 0o600, &bbolt.Options{})
	must(t, err)
	must(t, bbolt.Compact(db, from, 0))
	must(t, from.Close())
	must(t, db.Close())
	for name, path := range map[string]string{
		fileName: small, "journal/register.json": filepath.Join(dir, "journal", "register.json"),
		"journal/2026.jsonl": filepath.Join(dir, "journal", "2026.jsonl"), "journal/2027.jsonl": filepath.Join(dir, "journal", "2027.jsonl"),
	} {
		b, err := os.ReadFile(path)
		must(t, err)
		must(t, os.MkdirAll(filepath.Dir(frozen(Schema, name)), 0o755))
		f, err := os.Create(frozen(Schema, name))
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
	f, err := os.Open(frozen(schema, name))
	must(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(t, err)
	b, err := io.ReadAll(z)
	must(t, err)
	must(t, os.WriteFile(to, b, 0o600))
}
