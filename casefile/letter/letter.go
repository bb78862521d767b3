// Package letter makes the office's letters (文书): a template that the office edits in Word or WPS, and
// the facts of a case, give a .docx.
//
//	kinds.go      which letters there are: what each decides, on what it rests, what it must say
//	remedy.go     救济告知, by class and date
//	facts.go      case, office and clerk → Values, the contents of the placeholders
//	template.go   template + Values → .docx      tree.go  the XML below it, kept as it stands
//	check.go      what is wrong with a template, each mistake with its place
//	standard.go   the built-in templates          write.go  made into .docx
//	number.go     document numbers and names of the office, by date
//
// A template is an ordinary .docx in which {{名称}} stands for a content. {{#名称}} … {{/名称}} keeps what is
// between them only where the content is there, and once for each of several; {{^名称}} … {{/名称}} where it is
// not. Paragraphs and rows of a table may be enclosed. Word cuts what is typed into runs as it likes, so
// a placeholder is found wherever its paragraph's text has it.
//
// Nothing here reads a file or asks for the time: the same template and Values give the same bytes.
package letter

import "strings"

// Values are the contents of the placeholders. A name that is in neither is unknown.
type Values struct {
	Text  map[string]string
	Lists map[string][]map[string]string // each item has its own names, and sees those outside
}

// scope is Values with the items within which something stands, the innermost last.
type scope struct {
	Values
	items []map[string]string
}

// text returns the content of a name, from the innermost item that has it.
func (s scope) text(name string) (string, bool) {
	for i := len(s.items) - 1; i >= 0; i-- {
		if v, ok := s.items[i][name]; ok {
			return v, true
		}
	}
	v, ok := s.Text[name]
	return v, ok
}

// each returns the scopes in which a section stands: one for each item of a list, one for a content that
// is there, none for one that is not.
func (s scope) each(name string) ([]scope, bool) {
	if list, ok := s.Lists[name]; ok {
		var all []scope
		for _, item := range list {
			inner := s
			inner.items = append(append([]map[string]string{}, s.items...), item)
			all = append(all, inner)
		}
		return all, true
	}
	v, ok := s.text(name)
	if strings.TrimSpace(v) == "" {
		return nil, ok
	}
	return []scope{s}, ok
}
