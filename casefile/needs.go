package casefile

import (
	"reflect"
	"slices"
	"strings"
)

// Need is a field without which an event says nothing. Conditions between fields, and with the case,
// are rules.
type Need struct {
	Field  string // its name in records
	Label  string // in Chinese
	Option string // of the command that records the event; empty where it is an argument
}

// lacking refuses an event that does not say what it must.
func lacking(id ID, e Event) error {
	v := reflect.ValueOf(e)
	var labels, options []string
	for _, n := range e.Kind().row().Needs {
		if unsaid(field(v, n.Field)) {
			labels = append(labels, n.Label)
			if n.Option != "" {
				options = append(options, "--"+n.Option)
			}
		}
	}
	if labels == nil {
		return nil
	}
	refused := &RuleError{Code: "field-missing", Case: id, Msg: "缺少" + strings.Join(labels, "、")}
	if options != nil {
		refused.Hint = "请写明\n" + strings.Join(options, "、")
	}
	return refused
}

// field returns the field of a struct that has the name in JSON; the zero Value for none.
func field(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name {
			return v.Field(i)
		}
		if f.Anonymous {
			if found := field(v.Field(i), name); found.IsValid() {
				return found
			}
		}
	}
	return reflect.Value{}
}

func unsaid(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return strings.TrimSpace(v.String()) == ""
	case reflect.Slice:
		items, ok := v.Interface().([]string)
		return v.Len() == 0 || ok && slices.ContainsFunc(items, func(s string) bool { return strings.TrimSpace(s) == "" })
	}
	return v.IsZero()
}
