package ask

// Law lists the rules in force on a day (casefile/LAW.md): what the office computes with, and where it comes from.
var Law = Op[LawQuery, []RuleView]{Name: "law", Role: Viewer}

// LawQuery names the day; the zero day is today.
type LawQuery struct {
	On Day `json:"on,omitzero"`
}

// RuleView is a rule in force.
type RuleView struct {
	Key    string `json:"key"`
	Label  string `json:"rule"`
	Value  string `json:"value"`
	From   Day    `json:"in_force_from"`
	Until  Day    `json:"in_force_until"` // the last day; null while it is in force
	Source string `json:"source"`
	// Ground is on what it rests: rule, practice, judgement, or unverified where its text was not seen.
	Ground string `json:"ground"`
	Where  string `json:"where"` // the key of the configuration that sets it; empty: the table of the program
}
