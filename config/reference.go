package config

// Reference describes every option of the file, in its order: for the manual page, which must not be
// kept by hand beside the table.
func Reference() []ReferenceSection {
	c, m := Default(), DefaultMailbox()
	var all []ReferenceSection
	for _, s := range c.sections() {
		all = append(all, ReferenceSection{Name: s.name, Doc: s.doc, Options: referenceOptions(s.name, s.options)})
		if s.name == "paths" { // as in the example
			all = append(all, ReferenceSection{Name: mailboxSection, Doc: mailboxDoc, Repeated: true, Options: referenceOptions(mailboxSection, m.options())})
		}
	}
	return all
}

// ReferenceSection is a table of the file.
type ReferenceSection struct {
	Name     string
	Doc      string // in lines
	Repeated bool   // [[name]]: may stand several times
	Options  []ReferenceOption
}

// ReferenceOption is a key.
type ReferenceOption struct {
	Key     string
	Doc     string // in lines
	Default string // as TOML; "" where there is none
	Sample  string // as TOML; "" where the default says enough
	Live    bool   // may change while the daemon runs
}

func referenceOptions(section string, options []option) (all []ReferenceOption) {
	for _, o := range options {
		is := o.value.literal()
		switch is {
		case "", `""`, "[]", "0": // unset: its explanation says what that means
			is = ""
		}
		all = append(all, ReferenceOption{Key: o.key, Doc: o.doc, Default: is, Sample: o.sample, Live: Live(section + "." + o.key)})
	}
	return all
}
