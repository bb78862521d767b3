package ledger

import (
	"errors"
	"io"

	"ysq.internal/ysq/casefile"
)

// Imported is a row with the events that it means.
type Imported struct {
	Row
	Drafts []casefile.Draft
}

// Import reads a ledger to be taken over. The error is Problems, which then are all that is wrong with
// the file, in cells and between them, or that of r; with it nothing is returned.
func Import(r io.Reader, name string, f Format, t Terms) ([]Imported, error) {
	rows, err := Read(r, name, f)
	problems, ofFile := errors.AsType[Problems](err)
	if err != nil && !ofFile {
		return nil, err
	}
	all := make([]Imported, 0, len(rows))
	for _, row := range rows {
		drafts, err := row.Drafts(t)
		if more, ok := errors.AsType[Problems](err); ok {
			problems = append(problems, more...)
		}
		if len(problems) >= maxProblems {
			break
		}
		all = append(all, Imported{row, drafts})
	}
	if len(problems) > 0 {
		return nil, problems.err()
	}
	return all, nil
}
