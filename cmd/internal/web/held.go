package web

import (
	"cmp"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// held is what somebody typed into a form that got no answer: the daemon was restarted meanwhile, or his session had
// ended. Our pages forbid browsers to store them, so the page that reports what happened carries the fields along.
type held struct {
	Path   string
	Fields []heldField // the empty value: nothing was typed
	Msg    string
	Hint   string
}

type heldField struct {
	Name, Value string
	Label       string // "" where nobody typed it
}

// carriedAlong are the fields that forms carry for themselves.
var carriedAlong = []string{"case", "step", "seen", "mark", "token", "kept", "next", "digest", "submission", "part", "page", "name"}

// typed returns the fields of the request, if it was a form. Nobody knows whether anything of it was recorded, so it is
// sent again as a dry run first.
func (x *visit) typed() held {
	if x.r.Method != http.MethodPost {
		return held{}
	}
	form := x.form
	if form == nil {
		form = x.fields()
	}
	return heldOf(x.r.URL.Path, form)
}

func heldOf(path string, form url.Values) held {
	h := held{Path: path}
	for name, values := range form {
		if name == "mark" {
			continue
		}
		for _, v := range values {
			f := heldField{Name: name, Value: v}
			switch {
			case name == "do" && (v == "record" || v == "submit"):
				f.Value = "try"
			case name == "do":
			case strings.TrimSpace(v) != "" && !slices.Contains(carriedAlong, name):
				_, of, _ := strings.Cut(name, ":") // what a letter lacks, and why a check is passed over
				f.Label = strings.Trim(cmp.Or(fieldLabels()[name], heldLabels[name], of, name), "“”")
			}
			h.Fields = append(h.Fields, f)
		}
	}
	slices.SortStableFunc(h.Fields, func(a, b heldField) int { return cmp.Compare(a.Name, b.Name) })
	return h
}

// heldLabels are the labels of fields that belong to no step.
var heldLabels = map[string]string{
	"subject": "信的主题", "words": "意见", "number": "案件编号", "parts": "共分几件", "title": "标题", "problems": "问题", "other": "其他事项", "way": "送达", "to": "收件地址", "decide": "怎样", "as": "是什么",
}

// fields reads a form that nobody has read, as far as it can be read, and lets its files go.
func (x *visit) fields() url.Values {
	form, err := x.parts(func(url.Values, *multipart.Part) {})
	if err != nil {
		return x.form
	}
	return form
}

// carry are the fields under which a form of ours carries what was typed into another.
func (h held) carry() url.Values {
	v := url.Values{"held": {h.Path}}
	for _, f := range h.Fields {
		v.Add("held:"+f.Name, f.Value)
	}
	return v
}

// heldIn takes what was typed out of the form that carries it.
func heldIn(form url.Values) (h held, ok bool) {
	path := form.Get("held")
	if !ownPath(path) {
		return h, false
	}
	typed := url.Values{}
	for name, values := range form {
		if name, ok := strings.CutPrefix(name, "held:"); ok {
			typed[name] = values
		}
	}
	return heldOf(path, typed), true
}

// ownPath reports whether an address is a page of this site.
func ownPath(to string) bool {
	return strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.HasPrefix(to, "/login") && !strings.ContainsAny(to, "\\\r\n")
}

// Shown are the fields that somebody typed.
func (h held) Shown() []heldField {
	return slices.DeleteFunc(slices.Clone(h.Fields), func(f heldField) bool { return f.Label == "" })
}
