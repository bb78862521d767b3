package ask

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// trial asks an operation, through a client, for an answer in which every text holds a planted number, and
// returns the answer as JSON.
type trial func(ctx context.Context, c *Client) (string, error)

const (
	planted = "电话13800001111"
	goesOut = "电话13900002222" // where a text leaves the office as it stands
)

// everything answers every operation with planted texts and returns how to ask each.
func everything(d *Door) map[string]trial {
	all := map[string]trial{}
	e := every{d, all}
	e.cases()
	e.mails()
	e.letters()
	e.report()
	e.keeping()
	return all
}

type every struct {
	door *Door
	all  map[string]trial
}

func (e every) cases() {
	one(e, Overview)
	list(e, List)
	one(e, Show)
	one(e, Explain)
	one(e, Due)
	one(e, Agenda)
	list(e, Log)
	list(e, Search)
	one(e, Law)
	one(e, Indexing)
	one(e, Append)
	one(e, New)
	one(e, Last)
	one(e, InCharge)
	one(e, StandIns)
	one(e, RecordStandIn)
	one(e, Split)
	up(e, PutFile)
	one(e, AttachMail)
	one(e, Inspect)
	one(e, Propose)
	one(e, Snippets)
	one(e, Register)
	one(e, Disputes)
	one(e, Dispute)
	one(e, RecordDispute)
	one(e, Me)
	one(e, Choices)
	one(e, People)
	one(e, AddPerson)
	one(e, ResetPerson)
	one(e, ClosePerson)
}

func (e every) mails() {
	list(e, Mails)
	one(e, Mail)
	one(e, OpenMail)
	one(e, Trace)
	one(e, SeenMail)
	one(e, Retry)
	down(e, SaveMail)
	down(e, Page)
	one(e, Poll)
	one(e, Reconcile)
	one(e, Doctor)
	one(e, Live)
}

func (e every) letters() {
	one(e, AnswerCase)
	one(e, Submit)
	one(e, Submissions)
	one(e, PreviewLetter)
	one(e, Letters)
	down(e, CopyLetter)
	one(e, VoidLetter)
	one(e, RecordLetter)
	up(e, Posted)
	one(e, Envelopes)
	one(e, ResumeLetters)
	one(e, Outbox)
	one(e, Outgoing)
	one(e, Send)
	one(e, DecideOutgoing)
	one(e, Digest)
	one(e, Notify)
}

func (e every) report() {
	one(e, Report)
	one(e, Draft)
	one(e, ReportCases)
	one(e, Years)
	one(e, CloseYear)
	one(e, ReopenYear)
	one(e, Baseline)
	one(e, Rehearse)
	one(e, YearDiff)
	one(e, Manual)
	one(e, SetManual)
	one(e, Stats)
	one(e, Departments)
	one(e, SetOpening)
	one(e, Calendar)
	one(e, Adopt)
}

func (e every) keeping() {
	list(e, Verify)
	list(e, Backup)
	one(e, Erase)
	up(e, Import)
	down(e, Export)
	down(e, SaveCase)
	down(e, SaveFile)
}

func one[Q, A any](e every, op Op[Q, A]) {
	Answer(e.door, op, func(context.Context, Call, Q) (A, error) { return filled[A](), nil })
	e.all[op.Name] = func(ctx context.Context, c *Client) (string, error) {
		a, err := Do(ctx, c, op, *new(Q))
		return encoded(a), err
	}
}

func list[Q, Item any](e every, op Stream[Q, Item]) {
	AnswerEach(e.door, op, func(_ context.Context, _ Call, _ Q, yield func(Item) error) error { return yield(filled[Item]()) })
	e.all[op.Name] = func(ctx context.Context, c *Client) (said string, err error) {
		err = Each(ctx, c, op, *new(Q), func(i Item) error { said += encoded(i); return nil })
		return said, err
	}
}

func up[Q, Item any](e every, op Upload[Q, Item]) {
	AnswerUpload(e.door, op, func(_ context.Context, _ Call, _ Q, content io.Reader, yield func(Item) error) error {
		if b, err := io.ReadAll(content); err != nil || string(b) != "bytes" {
			return fmt.Errorf("came as %q, %w", b, err)
		}
		return yield(filled[Item]())
	})
	e.all[op.Name] = func(ctx context.Context, c *Client) (said string, err error) {
		err = Put(ctx, c, op, *new(Q), strings.NewReader("bytes"), func(i Item) error { said += encoded(i); return nil })
		return said, err
	}
}

func down[Q, Head any](e every, op Download[Q, Head]) {
	AnswerDownload(e.door, op, func(_ context.Context, _ Call, _ Q, begin func(Head) (io.Writer, error)) error {
		w, err := begin(filled[Head]())
		if err == nil {
			_, err = io.WriteString(w, "bytes")
		}
		return err
	})
	e.all[op.Name] = func(ctx context.Context, c *Client) (string, error) {
		head, content, err := Get(ctx, c, op, *new(Q))
		if err != nil {
			return "", err
		}
		defer content.Close()
		b, err := io.ReadAll(content)
		if err == nil && string(b) != "bytes" {
			err = fmt.Errorf("came as %q", b)
		}
		return encoded(head), err
	}
}

func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// filled is a value whose every text holds a number: one of each slice, map and pointer.
func filled[T any]() (v T) {
	fill(reflect.ValueOf(&v).Elem())
	return v
}

func fill(v reflect.Value) {
	if open[v.Type()] { // never masked, and it would hide that others are
		return
	}
	if _, ok := v.Interface().(json.RawMessage); ok {
		v.SetBytes([]byte(`{"contact":"` + planted + `"}`))
		return
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[Verbatim]() {
			v.SetString(goesOut)
			return
		}
		v.SetString(planted)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	}
}

// bytesAlone are the operations whose head says nothing of anybody: it is the bytes that are looked at.
var bytesAlone = []string{"letter copy", "save", "export"}

// The tests below walk every operation that there is.
func TestEverythingIsEverything(t *testing.T) {
	all := everything(NewDoor(&desk{}))
	packages, err := parser.ParseDir(token.NewFileSet(), ".", nil, 0) //nolint:staticcheck // no file here has build tags
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(packages["ask"], func(node ast.Node) bool {
		if lit, ok := node.(*ast.CompositeLit); ok {
			if shape, ok := lit.Type.(*ast.IndexListExpr); ok {
				if name, ok := shape.X.(*ast.Ident); ok && strings.Contains("Op Stream Upload Download", name.Name) {
					n++
				}
			}
		}
		return true
	})
	n -= 3 // Login, Logout and ShowCertificate, which are nobody's but the web service's (TestSessions)
	if n != len(all) {
		t.Errorf("the package has %d operations, the tests walk %d", n, len(all))
	}
}

// Whoever has less than the role that an operation names is refused before anything else.
func TestRoles(t *testing.T) {
	for _, role := range []Role{NoRole, Viewer, Operator, Approver} {
		d := NewDoor(&desk{})
		all := everything(d)
		c := InProcess(d, Actor{Name: "某人", Role: role}, nothing)
		for name, try := range all {
			_, err := try(t.Context(), c)
			if refused := codeOf(err) == "denied"; refused != (role < d.operations[name].role) {
				t.Errorf("%s by %s: %v", name, role.Label(), err)
			}
			if role >= d.operations[name].role && err != nil {
				t.Errorf("%s by %s: %v", name, role.Label(), err)
			}
		}
		c.Close()
	}
}

// What cannot be judged without being done refuses a dry run; what can is told of it.
func TestDryRunIsRefusedOrHeeded(t *testing.T) {
	d := NewDoor(&desk{})
	all := everything(d)
	c := InProcess(d, Actor{Role: Approver}, nothing)
	defer c.Close()
	for name, try := range all {
		op := d.operations[name]
		_, err := try(t.Context(), c.Dry(true))
		if op.dry || op.role == Viewer {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if codeOf(err) != "usage" {
			t.Errorf("%s as a dry run: %v", name, err)
		}
	}
}

// A number that stands in any text of any answer comes out masked, unless somebody asks for it unmasked
// who may; then he is on record, once, before the answer. What leaves the office is seen as it stands by whoever handles cases.
func TestEveryAnswerIsMasked(t *testing.T) {
	for _, role := range []Role{Viewer, Operator, Approver} {
		for _, much := range []Reveal{Masked, All} {
			k := &desk{}
			d := NewDoor(k)
			all := everything(d)
			c := InProcess(d, Actor{Name: "某人", Role: role}, nothing)
			for name, try := range all {
				if role < d.operations[name].role {
					continue
				}
				k.looks = nil
				said, err := try(t.Context(), c.Reveal(much))
				if codeOf(err) == "denied" && much != Masked && role == Viewer {
					continue
				}
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if bare := strings.Contains(said, "13800001111"); bare != (len(k.looks) == 1) && (bare || !slices.Contains(bytesAlone, name)) {
					t.Errorf("%s to %s with reveal %q, looks %v: %s", name, role.Label(), much, k.looks, said)
				}
				if strings.Contains(said, goesOut) && role < Operator && len(k.looks) == 0 || strings.Contains(said, "2222") && !strings.Contains(said, goesOut) && role >= Operator {
					t.Errorf("%s to %s with reveal %q: what goes out reads %s", name, role.Label(), much, said)
				}
				if len(k.looks) > 1 {
					t.Errorf("%s records %d looks", name, len(k.looks))
				}
				k.err = fmt.Errorf("cannot record")
				if said, err := try(t.Context(), c.Reveal(much)); len(k.looks) > 0 && (err == nil || strings.Contains(said, "13800001111")) {
					t.Errorf("%s is shown although it could not be recorded", name)
				}
				k.err = nil
			}
			c.Close()
		}
	}
}
