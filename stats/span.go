package stats

import (
	"fmt"
	"slices"

	"ysq.internal/ysq/casefile"
)

// Join makes one report of those on the parts of a span that runs over the turn of a year, the earliest first: what came in
// and what ended is added up, what was carried in is the first one's, and what is carried out the last one's. matters are
// those of the whole span.
func Join(parts []Report, matters []Matter) (Report, error) {
	first, last := parts[0], parts[len(parts)-1]
	r := Report{
		Format: first.Format, Agency: last.Agency, Year: first.Year, From: first.From, To: last.To, GeneratedAt: last.GeneratedAt,
		Table3: slices.Clone(first.Table3),
	}
	f, err := FormatOf(r.Format)
	if err != nil {
		return r, err
	}
	at := make(map[casefile.ID]int) // its place in r.Cases
	for i, p := range parts {
		if p.Format != r.Format {
			return r, fmt.Errorf("joining parts of the formats %s and %s", r.Format, p.Format)
		}
		for row := range r.Table3 {
			switch f.Rows[row].Counts {
			case CountsCarriedIn:
			case CountsCarriedOut:
				r.Table3[row] = p.Table3[row]
			default:
				for k := range p.Table3[row] {
					if i > 0 {
						r.Table3[row][k] += p.Table3[row][k]
					}
				}
			}
		}
		r.Fees.Yuan += p.Fees.Yuan
		r.Fees.Cases += p.Fees.Cases
		for _, c := range p.Cases {
			if k, known := at[c.Case]; known {
				r.Cases[k].Went, r.Cases[k].Stopped = c.Went, c.Stopped
				continue
			}
			at[c.Case] = len(r.Cases)
			r.Cases = append(r.Cases, c)
		}
	}
	if r.Table4, err = countMatters(matters); err != nil {
		return r, err
	}
	r.fill(f, nil, 0)
	r.Checks = r.identities(f)
	for _, p := range parts {
		r.Checks = append(r.Checks, p.standing(r.Checks)...)
	}
	return r, nil
}

// standing are the checks of a part that say something of its cases, without those that the whole makes itself.
func (r Report) standing(made []Check) (all []Check) {
	for _, c := range r.Checks {
		own := func(o Check) bool { return o.ID == c.ID && (o.Level == Fine || o.Detail == c.Detail) }
		if c.Level != Fine && !slices.ContainsFunc(made, own) {
			all = append(all, c)
		}
	}
	return all
}
