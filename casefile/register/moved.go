package register

import (
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Moved is something about a case that the present rules say otherwise than those of the version before. Frozen
// tables of years do not change by it.
type Moved struct {
	Case          casefile.ID
	What          string // 法定期限, 从严期限, 逾期, 期限终止, or a 收费通知 that seems to be one over several cases
	Before, After string
}

// Schemas before the fourth had projections of version 1: days of 32 bits from byte 26 on.
const (
	oldProjection = 1
	oldDaysAt     = 26
	oldDays       = 19
	oldStopped    = 8 // places among the days
	oldStrictDue  = 12
	oldLegal      = 15
	oldLegalDue   = 16
)

// movedCases compares what the database before says of the dates of its cases with what was derived anew.
func (r *Register) movedCases(from, to *bbolt.DB) (all []Moved, err error) {
	err = to.View(func(b *bbolt.Tx) error {
		return from.View(func(old *bbolt.Tx) error {
			was := old.Bucket(bucketCase)
			return b.Bucket(bucketCase).ForEach(func(id, v []byte) error {
				c, _, err := decodeProjection(id, v)
				if err != nil {
					return err
				}
				if before := was.Get(id); len(before) >= oldDaysAt+4*oldDays && before[0] == oldProjection {
					all = append(all, movedIn(before, c)...)
				}
				return nil
			})
		})
	})
	return all, err
}

// oldNotices gathers the fee notices by 件 that were recorded before notices had shares: one notice over several
// applications was then recorded on each of them with the whole amount (国办函〔2020〕109号). The records stay as they
// are; what seems to be one notice is listed, for a person to put right.
type oldNotices struct {
	all  []casefile.Record
	void map[uint64]bool
}

func (o *oldNotices) add(r casefile.Record) {
	switch e := r.Event.(type) {
	case casefile.FeeNoticed:
		if e.By == "件" && len(e.Shares) == 0 && e.Document != "" {
			o.all = append(o.all, r)
		}
	case casefile.Voided:
		if o.void == nil {
			o.void = map[uint64]bool{}
		}
		o.void[e.Seq] = true
	}
}

// proposals lists the notices that have the same number, day and amount on several cases.
func (o *oldNotices) proposals() (all []Moved) {
	type notice struct {
		document string
		on       civil.Date
		yuan     int
	}
	var order []notice
	cases := map[notice][]string{}
	for _, r := range o.all {
		e := r.Event.(casefile.FeeNoticed)
		n := notice{e.Document, r.On, e.Yuan}
		if o.void[r.Seq] || slices.Contains(cases[n], string(r.Case)) {
			continue
		}
		if cases[n] == nil {
			order = append(order, n)
		}
		cases[n] = append(cases[n], string(r.Case))
	}
	for _, n := range order {
		ids := cases[n]
		if len(ids) < 2 {
			continue
		}
		all = append(all, Moved{casefile.ID(ids[0]), "收费通知 " + n.document,
			fmt.Sprintf("%s 各记 %d 元，第六部分合计 %d 元", strings.Join(ids, "、"), n.yuan, n.yuan*len(ids)),
			fmt.Sprintf("同一文号、同日、同额，像是一份通知：共 %d 元的，作废各件的收费记录（void），再一并记录：ysq fee %s --by 件 --on %s --document %s；确是各收各的不用改", n.yuan, strings.Join(ids, " "), n.on, n.document)})
	}
	return all
}

// movedIn compares one case.
func movedIn(old []byte, c casefile.Case) (all []Moved) {
	day := func(i int) civil.Date { return civil.Date(binary.BigEndian.Uint32(old[oldDaysAt+4*i:])) }
	late := func(stopped, legal, legalDue, strictDue civil.Date) bool {
		governs := legalDue
		if legal.IsZero() {
			governs = strictDue
		}
		return !stopped.IsZero() && !governs.IsZero() && stopped > governs
	}
	yes := map[bool]string{true: "是", false: "否"}
	note := func(what, before, after string) {
		if before != after {
			all = append(all, Moved{c.ID, what, before, after})
		}
	}
	note("从严期限", day(oldStrictDue).String(), c.Strict.Due.String())
	note("法定期限", day(oldLegalDue).String(), c.Legal.Due.String())
	note("期限终止", day(oldStopped).String(), c.StoppedOn.String())
	note("逾期", yes[late(day(oldStopped), day(oldLegal), day(oldLegalDue), day(oldStrictDue))], yes[c.Timed(0, math.MaxInt32).Late])
	return all
}

// listMoved writes the list beside the database that was kept, for whoever has to look at these cases.
func (r *Register) listMoved(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("listing the cases whose dates differ: %w", err)
	}
	defer f.Close()
	f.WriteString("\ufeff") // so that spreadsheets read it as UTF-8
	w := csv.NewWriter(f)
	w.Write([]string{"编号", "事项", "原来", "按新规则"})
	for _, m := range r.found.Moved {
		w.Write([]string{string(m.Case), m.What, m.Before, m.After})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("listing the cases whose dates differ: %w", err)
	}
	return f.Sync()
}
