package fee

import (
	"iter"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// InMonth returns those of the cases that count together when the fee is charged by 件: the
// applications of one applicant of the calendar month of day. By which of its days one falls into the month, and
// whether those count that were withdrawn or merged, is the law's (a judgement).
//
// Names are all that tells applicants apart here: two persons of one name come out as one, and one who
// writes in two names as two. A person looks at the list before a notice goes out.
func InMonth(cases iter.Seq2[casefile.Case, error], applicant string, day civil.Date, law casefile.Statute) ([]casefile.Case, error) {
	year, month, _ := day.Date()
	var found []casefile.Case
	for c, err := range cases {
		if err != nil {
			return nil, err
		}
		on := law.FeeBy.Of(c)
		y, m, _ := on.Date()
		if belongs(c, law) && !on.IsZero() && y == year && m == month && sameName(c.Applicant, applicant) {
			found = append(found, c)
		}
	}
	return found, nil
}

// belongs reports whether a case counts in a month.
func belongs(c casefile.Case, law casefile.Statute) bool {
	switch c.Stage {
	case casefile.StageDismissed:
		return false
	case casefile.StageMerged:
		return c.Kind == casefile.Application && bool(law.FeeMerged)
	}
	return c.Kind == casefile.Application && (bool(law.FeeWithdrawn) || c.Outcome != casefile.OtherOutcome || c.Basis != "withdrawn")
}

// sameName compares names as people write them: blanks within 张 三 mean nothing.
func sameName(a, b string) bool {
	a, b = strings.Join(strings.Fields(a), ""), strings.Join(strings.Fields(b), "")
	return a != "" && strings.EqualFold(a, b)
}
