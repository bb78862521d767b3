package ask

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"

	"ysq.internal/ysq/casefile"
)

// Masking goes by type. Every string of an answer, whatever it is called, is masked unless its type says
// that it is none of a person's: see open. A plan for each type says where its strings are.

// audience says how much of an answer its reader may see.
type audience struct {
	much    Reveal
	handles bool            // cases: what goes out is seen whole, and who writes or is written to
	own     func() []string // the numbers that the office tells everybody of itself, as digitsOf; nil: none
}

// masked is an answer that says itself whether it is.
type masked interface{ setMasked() }

func maskAnswer[A any](a *A, who audience) {
	if who.much == All {
		return
	}
	if m, ok := any(a).(masked); ok {
		m.setMasked()
	}
	if plan := planOf(reflect.TypeFor[A]()); plan != nil {
		plan(reflect.ValueOf(a).Elem(), who)
	}
}

// hider is a value that knows of a text in it that it must be hidden, whatever it looks like.
type hider interface{ hide(audience) }

// text hides what an audience may not see of a text.
func (who audience) text(s string) string {
	return hide(s, func(n found) bool { return who.hides(s[n.start:n.end], n) })
}

// hides reports whether an audience may not see a number. The office's own stands in every letter.
func (who audience) hides(number string, n found) bool {
	if who.much == Contact && !n.identity {
		return false
	}
	return who.own == nil || !slices.Contains(who.own(), digitsOf(number))
}

// address is text, but for somebody who may see addresses nothing before an @ is hidden.
func (who audience) address(s string) string {
	mark := 0 // the first behind a number that is an @ or ends an address
	return hide(s, func(n found) bool {
		if who.handles {
			if mark < n.end {
				if mark = strings.IndexAny(s[n.end:], "@ <>,;\"()"); mark < 0 {
					mark = len(s) - n.end
				}
				mark += n.end
			}
			if mark < len(s) && s[mark] == '@' {
				return false
			}
		}
		return who.hides(s[n.start:n.end], n)
	})
}

// verbatim is text, but for somebody who may see it as it will be sent.
func (who audience) verbatim(s string) string {
	if who.handles {
		return s
	}
	return who.text(s)
}

// open are the types of strings that hold nothing of a person.
var open = map[reflect.Type]bool{
	reflect.TypeFor[Handle](): true, reflect.TypeFor[Number](): true, reflect.TypeFor[Public](): true,
	reflect.TypeFor[casefile.ID](): true, reflect.TypeFor[casefile.DisputeID](): true, reflect.TypeFor[casefile.Kind](): true,
}

// plan masks a value in place. What it points to may be shared and is copied first.
type plan func(v reflect.Value, who audience)

var plans sync.Map // reflect.Type → plan, nil where a type holds no text

// planOf returns the plan of a type; nil: there is nothing to mask.
func planOf(t reflect.Type) plan {
	if p, ok := plans.Load(t); ok {
		return p.(plan)
	}
	p := makePlan(t)
	plans.Store(t, p)
	return p
}

func makePlan(t reflect.Type) plan {
	switch {
	case open[t]:
		return nil
	case t == reflect.TypeFor[Address]():
		return maskWith(audience.address)
	case t == reflect.TypeFor[Verbatim]():
		return maskWith(audience.verbatim)
	case t == reflect.TypeFor[json.RawMessage](): // holds what the text beside it hides
		return func(v reflect.Value, _ audience) { v.SetZero() }
	}
	switch t.Kind() {
	case reflect.String:
		return maskWith(audience.text)
	case reflect.Struct:
		return structPlan(t)
	case reflect.Pointer:
		elem := planOf(t.Elem())
		if elem == nil {
			return nil
		}
		return func(v reflect.Value, who audience) {
			if v.IsNil() {
				return
			}
			c := reflect.New(t.Elem())
			c.Elem().Set(v.Elem())
			elem(c.Elem(), who)
			v.Set(c)
		}
	case reflect.Slice:
		elem := planOf(t.Elem())
		if elem == nil {
			return nil
		}
		return func(v reflect.Value, who audience) {
			if v.Len() == 0 {
				return
			}
			c := reflect.MakeSlice(t, v.Len(), v.Len())
			reflect.Copy(c, v)
			for i := range c.Len() {
				elem(c.Index(i), who)
			}
			v.Set(c)
		}
	case reflect.Array:
		elem := planOf(t.Elem())
		if elem == nil {
			return nil
		}
		return func(v reflect.Value, who audience) {
			for i := range v.Len() {
				elem(v.Index(i), who)
			}
		}
	case reflect.Map:
		return mapPlan(t)
	case reflect.Interface:
		return func(v reflect.Value, who audience) {
			if v.IsNil() {
				return
			}
			if elem := planOf(v.Elem().Type()); elem != nil {
				c := reflect.New(v.Elem().Type()).Elem()
				c.Set(v.Elem())
				elem(c, who)
				v.Set(c)
			}
		}
	}
	return nil
}

func maskWith(hide func(audience, string) string) plan {
	return func(v reflect.Value, who audience) {
		s := v.String()
		if m := hide(who, s); m != s {
			v.SetString(m)
		}
	}
}

// structPlan leaves out what is not exported: it is in no answer, unless a type writes its own JSON, and
// those that do hold no text.
func structPlan(t reflect.Type) plan {
	type field struct {
		at   int
		plan plan
	}
	var fields []field
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			if p := planOf(f.Type); p != nil {
				fields = append(fields, field{i, p})
			}
		}
	}
	stricter := reflect.PointerTo(t).Implements(reflect.TypeFor[hider]())
	if fields == nil && !stricter {
		return nil
	}
	return func(v reflect.Value, who audience) {
		if stricter {
			v.Addr().Interface().(hider).hide(who)
		}
		for _, f := range fields {
			f.plan(v.Field(f.at), who)
		}
	}
}

func mapPlan(t reflect.Type) plan {
	key, value := planOf(t.Key()), planOf(t.Elem())
	if key == nil && value == nil {
		return nil
	}
	mask := func(v reflect.Value, p plan, who audience) reflect.Value {
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		if p != nil {
			p(c, who)
		}
		return c
	}
	return func(v reflect.Value, who audience) {
		if v.Len() == 0 {
			return
		}
		c := reflect.MakeMapWithSize(t, v.Len())
		for i := v.MapRange(); i.Next(); {
			c.SetMapIndex(mask(i.Key(), key, who), mask(i.Value(), value, who))
		}
		v.Set(c)
	}
}
