package register

import (
	"iter"

	"ysq.internal/ysq/casefile"
)

// The kinds of keys in the bucket applicant.
const (
	applicantMark = "m"
	applicantName = "n"
)

// indexApplicant files a case under everybody who was ever registered as its applicant. A registration
// that was voided or put right stays there: whoever follows the key looks at the case itself.
func (t *Tx) indexApplicant(id casefile.ID, e casefile.Registered) error {
	for _, name := range append([]string{e.Applicant}, e.Others...) {
		if name = casefile.PlainName(name); name == "" {
			continue
		}
		if err := t.put(bucketWho, pairKey(applicantName+name, id), nil); err != nil {
			return err
		}
	}
	if e.IDMark == "" {
		return nil
	}
	return t.put(bucketWho, pairKey(applicantMark+e.IDMark, id), nil)
}

// CasesByName yields the cases on which somebody of that name was once registered, the latest first.
func (t *Tx) CasesByName(name string) iter.Seq[casefile.ID] {
	if name = casefile.PlainName(name); name != "" {
		name = applicantName + name
	}
	return t.latest(bucketWho, name)
}

// CasesByMark yields the cases on which an applicant with that casefile.Registered.IDMark was once
// registered, the latest first.
func (t *Tx) CasesByMark(mark string) iter.Seq[casefile.ID] {
	if mark != "" {
		mark = applicantMark + mark
	}
	return t.latest(bucketWho, mark)
}
