package casefile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// plain reads a line with encoding/json alone.
func plain(b []byte) (r casefile.Record, err error) {
	var l struct {
		Seq      uint64          `json:"seq"`
		On       civil.Date      `json:"on"`
		Recorded time.Time       `json:"recorded"`
		Actor    string          `json:"actor"`
		Case     casefile.ID     `json:"case"`
		Kind     casefile.Kind   `json:"kind"`
		Event    json.RawMessage `json:"event"`
		Prev     casefile.Digest `json:"prev"`
	}
	strict := func(b []byte, v any) error {
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if err := d.Decode(v); err != nil {
			return err
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return errors.New("something follows")
		}
		return nil
	}
	if err := strict(b, &l); err != nil {
		return r, err
	}
	empty, err := casefile.DecodeEvent(l.Kind, []byte("{}"))
	if err != nil {
		return r, err
	}
	e := reflect.New(reflect.TypeOf(empty))
	if err := strict(l.Event, e.Interface()); err != nil {
		return r, err
	}
	return casefile.Record{Seq: l.Seq, On: l.On, Recorded: l.Recorded, Actor: l.Actor, Case: l.Case, Event: e.Elem().Interface().(casefile.Event), Prev: l.Prev}, nil
}

// linesOfEveryKind are lines with every field filled, with none, and with texts that JSON escapes.
func linesOfEveryKind(t testing.TB) (lines [][]byte) {
	for _, i := range casefile.Kinds() {
		empty, err := casefile.DecodeEvent(i.Kind, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		for n, e := range []casefile.Event{filled(t, i.Kind), empty} {
			r := casefile.Record{Seq: uint64(n) * 41, On: civil.MustParse("2026-03-02"), Recorded: time.Date(2026, 3, 9, 8, 30, 0, n*5e6, civil.Zone), Actor: "李四(1001)", Event: e}
			if n == 0 {
				r.Case, r.Prev = "2026-00001", casefile.DigestOf([]byte("before"))
			}
			line, err := r.Encode()
			if err != nil {
				continue // some cannot be encoded empty
			}
			lines = append(lines, line)
			if n == 0 {
				lines = append(lines, bytes.ReplaceAll(line, []byte("李四 <"), []byte(`\"李\n四\\ \u2028<`)))
			}
		}
	}
	return lines
}

// Whatever Encode writes has the shape that is read quickly, and reads as encoding/json reads it.
func TestShapeOfEveryKind(t *testing.T) {
	for _, line := range linesOfEveryKind(t) {
		want, err := plain(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got, ok := casefile.ShapedRecord(line)
		if !ok && want.Event.Kind() != casefile.KindYearClosed { // it holds a report as it stands
			t.Errorf("%s has another shape", line)
		}
		if ok && !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nreads as %+v\nwant     %+v", line, got, want)
		}
	}
}

// What has another shape is refused or read as encoding/json does.
func TestOtherShapes(t *testing.T) {
	line := `{"seq":1,"on":"2026-03-02","recorded":"2026-03-09T08:30:00+08:00","actor":"a","case":"2026-00001","kind":"noted","event":{"text":"x"},"prev":""}`
	if _, ok := casefile.ShapedRecord([]byte(line)); !ok {
		t.Fatal("the line itself has another shape")
	}
	for name, other := range map[string]string{
		"a blank":            strings.Replace(line, `"on":`, `"on": `, 1),
		"a leading zero":     strings.Replace(line, `"seq":1`, `"seq":01`, 1),
		"a fraction":         strings.Replace(line, `"seq":1`, `"seq":1.0`, 1),
		"a field twice":      strings.Replace(line, `"event":{"text":"x"}`, `"event":{"text":"x","text":"y"}`, 1),
		"two events":         strings.Replace(line, `"event":{"text":"x"}`, `"event":{"text":"x"},"event":{"text":"y"}`, 1),
		"another order":      strings.Replace(line, `"actor":"a","case":"2026-00001"`, `"case":"2026-00001","actor":"a"`, 1),
		"an unknown field":   strings.Replace(line, `"text":"x"`, `"text":"x","more":1`, 1),
		"a digest too short": strings.Replace(line, `"prev":""`, `"prev":"00"`, 1),
		"another kind":       strings.Replace(line, `"noted"`, `"nothing"`, 1),
		"no event":           strings.Replace(line, `{"text":"x"}`, `null`, 1),
		"half a line":        line[:len(line)/2],
		"nothing":            "",
	} {
		want, err := plain([]byte(other))
		got, err2 := casefile.DecodeRecord([]byte(other))
		if (err == nil) != (err2 == nil) || err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read as %+v, %v, want %+v, %v", name, got, err2, want, err)
		}
	}
}

func FuzzShape(f *testing.F) {
	for _, line := range linesOfEveryKind(f) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, ok := casefile.ShapedRecord(b)
		if !ok {
			return
		}
		want, err := plain(b)
		if err != nil || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
			t.Errorf("%s\nreads as %#v\nwant     %#v, %v", b, got, want, err)
		}
	})
}
