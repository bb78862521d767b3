package casefile

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// A record's line is read by the shape in which Encode writes it: fields in their order, no blanks. That takes
// a fifth of the time of encoding/json, and a register of a million cases has six million lines. What does not
// have this shape to the byte is left to encoding/json, which accepts or refuses it.

// shapedRecord reads a line; ok is false for one of another shape.
func shapedRecord(b []byte) (r Record, ok bool) {
	s := shape{rest: b}
	s.skip(`{"seq":`)
	r.Seq = s.number()
	s.skip(`,"on":"`)
	s.unmarshal(&r.On)
	s.skip(`,"recorded":"`)
	s.unmarshal(&r.Recorded)
	s.skip(`,"actor":"`)
	r.Actor = s.text()
	if s.has(`,"case":"`) {
		r.Case = ID(s.text())
	}
	s.skip(`,"kind":"`)
	kind := Kind(s.text())
	s.skip(`,"event":`)
	at := bytes.LastIndexByte(s.rest, ',') // nothing but a digest comes after it
	if s.bad || at < 0 {
		return r, false
	}
	event := s.rest[:at]
	s.rest = s.rest[at:]
	s.skip(`,"prev":"`)
	s.unmarshal(&r.Prev)
	if s.bad || string(s.rest) != "}" {
		return r, false
	}
	e, err := DecodeEvent(kind, event)
	r.Event = e
	return r, err == nil
}

// shaped reads a whole value into v, which is zero. It says whether it could; then v is of no use.
func shaped(b []byte, v reflect.Value) bool {
	s := shape{rest: b}
	formOf(v.Type()).read(&s, v)
	return !s.bad && len(s.rest) == 0
}

// shape takes a text apart from its beginning. Once something does not fit, it is bad.
type shape struct {
	rest []byte
	bad  bool
}

func (s *shape) has(text string) bool {
	has := len(s.rest) >= len(text) && string(s.rest[:len(text)]) == text
	if has {
		s.rest = s.rest[len(text):]
	}
	return has
}

func (s *shape) skip(text string) { s.bad = !s.has(text) || s.bad }

// digits takes a number's digits as JSON has them.
func (s *shape) digits() string {
	n := 0
	for n < len(s.rest) && ('0' <= s.rest[n] && s.rest[n] <= '9' || n == 0 && s.rest[n] == '-') {
		n++
	}
	text := string(s.rest[:n])
	if plain := strings.TrimPrefix(text, "-"); plain == "" || len(plain) > 1 && plain[0] == '0' {
		s.bad = true
	}
	s.rest = s.rest[n:]
	return text
}

func (s *shape) number() uint64 {
	n, err := strconv.ParseUint(s.digits(), 10, 64)
	s.bad = s.bad || err != nil
	return n
}

// quoted takes what stands before the next quotation mark, and the mark. plain is false where that is not
// the text itself.
func (s *shape) quoted() (b []byte, plain bool) {
	n := bytes.IndexByte(s.rest, '"')
	if n < 0 {
		s.bad = true
		return nil, false
	}
	b, s.rest = s.rest[:n], s.rest[n+1:]
	for _, c := range b {
		if c < ' ' || c == '\\' {
			return b, false
		}
	}
	return b, utf8.Valid(b)
}

// text reads a string whose first quotation mark is taken.
func (s *shape) text() string {
	from := s.rest
	b, plain := s.quoted()
	if plain {
		return string(b)
	}
	for end := len(b); !s.bad; end = len(from) - len(s.rest) - 1 {
		slashes := 0
		for slashes < end && from[end-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 { // this mark is the last
			var text string
			s.bad = json.Unmarshal(append(append([]byte{'"'}, from[:end]...), '"'), &text) != nil
			return text
		}
		s.quoted()
	}
	return ""
}

// unmarshal reads a string whose first quotation mark is taken.
func (s *shape) unmarshal(v encoding.TextUnmarshaler) {
	b, plain := s.quoted()
	s.bad = s.bad || !plain || v.UnmarshalText(b) != nil
}

// form is how values of a type are read.
type form struct {
	once sync.Once
	read func(*shape, reflect.Value)
}

var forms sync.Map // reflect.Type → *form

func formOf(t reflect.Type) *form {
	f, ok := forms.Load(t)
	if !ok {
		f, _ = forms.LoadOrStore(t, new(form))
	}
	f.(*form).once.Do(func() { f.(*form).read = reading(t) })
	return f.(*form)
}

var (
	texts = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsons = reflect.TypeFor[json.Unmarshaler]()
)

// reading says how a type is read. Events have no pointers, maps, interfaces and fractions.
func reading(t reflect.Type) func(*shape, reflect.Value) {
	switch at := reflect.PointerTo(t); {
	case at.Implements(texts) && (!at.Implements(jsons) || t == reflect.TypeFor[time.Time]()):
		return func(s *shape, v reflect.Value) {
			s.skip(`"`)
			s.unmarshal(v.Addr().Interface().(encoding.TextUnmarshaler))
		}
	case at.Implements(jsons):
		return otherwise
	}
	switch t.Kind() {
	case reflect.String:
		return func(s *shape, v reflect.Value) { s.skip(`"`); v.SetString(s.text()) }
	case reflect.Bool:
		return func(s *shape, v reflect.Value) {
			if s.has("true") {
				v.SetBool(true)
				return
			}
			s.skip("false")
		}
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		return func(s *shape, v reflect.Value) {
			n, err := strconv.ParseInt(s.digits(), 10, t.Bits())
			v.SetInt(n)
			s.bad = s.bad || err != nil
		}
	case reflect.Uint, reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8:
		return func(s *shape, v reflect.Value) {
			n, err := strconv.ParseUint(s.digits(), 10, t.Bits())
			v.SetUint(n)
			s.bad = s.bad || err != nil
		}
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 { // bytes are written as text
			return list(t)
		}
	case reflect.Struct:
		return object(t)
	}
	return otherwise
}

// otherwise leaves a value to encoding/json.
func otherwise(s *shape, _ reflect.Value) { s.bad = true }

func list(t reflect.Type) func(*shape, reflect.Value) {
	return func(s *shape, v reflect.Value) {
		if s.has("null") {
			return
		}
		s.skip("[")
		element := formOf(t.Elem())
		all := reflect.MakeSlice(t, 0, 0)
		for !s.bad && !s.has("]") {
			if all.Len() > 0 {
				s.skip(",")
			}
			all = reflect.Append(all, reflect.Zero(t.Elem()))
			element.read(s, all.Index(all.Len()-1))
		}
		v.Set(all)
	}
}

// object reads a struct. Fields of structs in it that have no name of their own stand among its own.
func object(t reflect.Type) func(*shape, reflect.Value) {
	type field struct {
		lead  string // with the comma before it
		index []int
		form  *form
	}
	var fields []field
	seen := make(map[string]bool)
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			continue // its fields follow
		case !f.IsExported() || name == "-":
			continue
		case name == "":
			name = f.Name
		}
		if seen[name] || f.Anonymous {
			return otherwise // encoding/json has rules for that
		}
		seen[name] = true
		fields = append(fields, field{`,"` + name + `":`, f.Index, formOf(f.Type)})
	}
	return func(s *shape, v reflect.Value) {
		s.skip("{")
		from := 1 // the first has no comma
		for i := range fields {
			f := &fields[i]
			if s.bad {
				return
			}
			if s.has(f.lead[from:]) {
				f.form.read(s, v.FieldByIndex(f.index))
				from = 0
			}
		}
		s.skip("}")
	}
}
