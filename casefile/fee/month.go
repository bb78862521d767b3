package fee

import (
	"iter"
	"strings"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// InMonth returns those of the cases that count together when the fee is charged by 件: the
// applications of one applicant that were received (收到申请之日) in the calendar month of day.
//
// Names are all that tells applicants apart here: two persons of one name come out as one, and one who
// writes in two names as two. A person looks at the list before a notice goes out.
func InMonth(cases iter.Seq2[casefile.Case, error], applicant string, day civil.Date) ([]casefile.Case, error) {
	year, month, _ := day.Date()
	var found []casefile.Case
	for c, err := range cases {
		if err != nil {
			return nil, err
		}
		y, m, _ := c.ReceivedOn().Date()
		if c.Counts() && !c.ReceivedOn().IsZero() && y == year && m == month && sameName(c.Applicant, applicant) {
			found = append(found, c)
		}
	}
	return found, nil
}

// sameName compares names as people write them: blanks within 张 三 mean nothing.
func sameName(a, b string) bool {
	a, b = strings.Join(strings.Fields(a), ""), strings.Join(strings.Fields(b), "")
	return a != "" && strings.EqualFold(a, b)
}
