package ask

import (
	"encoding/json"
	"reflect"
	"strings"
)

// text is a text somewhere in a request.
type text struct {
	s    string
	kind reflect.Type // nil in an event that is still JSON
	set  func(string) // replaces it
}

// texts visits every text of a request.
func texts(v reflect.Value, visit func(text) error) error {
	switch v.Kind() {
	case reflect.String:
		return visit(text{v.String(), v.Type(), v.SetString})
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				if err := texts(v.Field(i), visit); err != nil {
					return err
				}
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return texts(v.Elem(), visit)
		}
	case reflect.Slice:
		if raw, ok := v.Interface().(json.RawMessage); ok {
			return textsOfJSON(raw, v.SetBytes, visit)
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return nil
		}
		for i := range v.Len() {
			if err := texts(v.Index(i), visit); err != nil {
				return err
			}
		}
	case reflect.Map:
		for i := v.MapRange(); i.Next(); {
			key, value := i.Key(), reflect.New(i.Value().Type()).Elem()
			value.Set(i.Value())
			if err := texts(value, visit); err != nil {
				return err
			}
			v.SetMapIndex(key, value)
		}
	}
	return nil
}

// textsOfJSON visits the texts of an event that is still JSON.
func textsOfJSON(raw json.RawMessage, set func([]byte), visit func(text) error) error {
	if len(raw) == 0 {
		return nil
	}
	var said any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&said); err != nil {
		return unreadable(err)
	}
	changed := false
	var walk func(v any, put func(any)) error
	walk = func(v any, put func(any)) error {
		switch v := v.(type) {
		case string:
			return visit(text{v, nil, func(s string) { changed = true; put(s) }})
		case []any:
			for i := range v {
				if err := walk(v[i], func(n any) { v[i] = n }); err != nil {
					return err
				}
			}
		case map[string]any:
			for k := range v {
				if err := walk(v[k], func(n any) { v[k] = n }); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := walk(said, func(n any) { said = n }); err != nil || !changed {
		return err
	}
	b, err := json.Marshal(said)
	if err != nil {
		return err
	}
	set(b)
	return nil
}
