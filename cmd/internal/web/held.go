package web

import (
	"cmp"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// held is what somebody typed into a form of which nothing came: the daemon was restarted under his page, or his stay
// had ended. A browser forgets it, for our pages are not to be stored; so the page that says what happened carries it.
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
var carriedAlong = []string{"case", "seen", "mark", "token", "kept", "next", "digest", "submission", "part", "page", "name"}

// typed is what the request brought, if it was a form. Whether anything of it was recorded nobody knows, so that it is
// only tried when it is sent once more.
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

// heldLabels are what fields are called that belong to no step.
var heldLabels = map[string]string{
	"subject": "信的主题", "words": "意见", "number": "案件编号", "parts": "共分几件", "title": "标题", "problems": "问题", "other": "其他事项", "way": "送达", "to": "收件地址", "decide": "怎样", "as": "是什么",
}

// fields reads a form that nobody has read, and lets its files go.
func (x *visit) fields() url.Values {
	parts, err := x.r.MultipartReader()
	if err != nil {
		if x.r.ParseForm() != nil {
			return nil
		}
		return x.r.PostForm
	}
	form := url.Values{}
	for range mostParts {
		p, err := parts.NextPart()
		if err != nil {
			break
		}
		if p.FileName() != "" {
			continue
		}
		if b, err := io.ReadAll(io.LimitReader(p, fieldLimit)); err == nil && p.FormName() != "file" {
			form.Add(p.FormName(), string(b))
		}
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
