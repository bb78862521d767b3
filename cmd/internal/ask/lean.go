package ask

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// lean returns what is written of an item in a stream: the item itself, without the members that are zero. They read the
// same when they are absent, and a case has some fifty fields, most of them empty: writing and parsing them took half of the
// time of a list. What is printed for programs has every field; that is made of what was read.
func lean[T any](item *T) any {
	plan, ok := leanTypes.Load(reflect.TypeFor[T]())
	if !ok {
		plan, _ = leanTypes.LoadOrStore(reflect.TypeFor[T](), leanOf(reflect.TypeFor[T]()))
	}
	if plan == nil {
		return item
	}
	return reflect.NewAt(plan.(reflect.Type), unsafe.Pointer(item)).Interface() // Convert would compare all of both types each time
}

// leanTypes are the types that lean writes items as, by their own; nil: the item is written as it is.
var leanTypes sync.Map

// leanOf returns the struct that is t but for its tags, which say omitzero; nil for whatever is no plain struct,
// or says itself how it is written.
func leanOf(t reflect.Type) any {
	pointer := reflect.PointerTo(t)
	if t.Kind() != reflect.Struct || pointer.Implements(reflect.TypeFor[json.Marshaler]()) || pointer.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return nil
	}
	fields := slices.Collect(t.Fields())
	for i, f := range fields {
		if f.Anonymous || !f.IsExported() {
			return nil
		}
		tag := f.Tag.Get("json")
		if name, _, _ := strings.Cut(tag, ","); name == "" {
			tag = f.Name + tag
		}
		fields[i] = reflect.StructField{Name: f.Name, Type: f.Type, Tag: reflect.StructTag(`json:"` + tag + `,omitzero"`)}
	}
	return reflect.StructOf(fields)
}
