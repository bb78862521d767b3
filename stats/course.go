package stats

import (
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/workday"
)

// Course is how a year went beside its tables, for the charts.
type Course struct {
	Received [12]int `json:"received"` // 新收 by month
	Ended    [12]int `json:"ended"`    // 办结 by month
	OnTime   int     `json:"on_time"`  // of those ended, where a period ran
	Late     int     `json:"late"`     // of which a period ended late in the year, ended or not
	// Disputable are those past the strict due date whose 双方确认 came too late to count as on time.
	Disputable int     `json:"disputable,omitzero"`
	Before     *Totals `json:"before,omitzero"` // of the year before, where its report is known
}

// Totals are the totals of a year that the next is compared with.
type Totals struct {
	New        int `json:"new"`
	CarriedOut int `json:"carried_out"`
	Ended      int `json:"ended"`
}

func (r Report) Totals(f Format) Totals {
	at := func(c Counts) int { return r.Table3[f.rowOf(c)][total] }
	return Totals{at(CountsNew), at(CountsCarriedOut), at(CountsEnded)}
}

// follow counts an entry of the book. cal may be nil: then nobody says what is on time.
func (c *Course) follow(e entry, k *casefile.Case, from, to civil.Date, cal *workday.Calendar) {
	if !e.came.IsZero() {
		c.Received[month(e.came)]++
	}
	if e.ended {
		c.Ended[month(e.went)]++
	}
	if cal == nil || e.n == 0 {
		return
	}
	switch timed := k.Timed(from, to); {
	case timed.Late:
		c.Late++
	case !e.ended || k.StoppedOn.IsZero():
	case timed.Slow:
		c.Disputable++
	default:
		c.OnTime++
	}
}

// add adds what another part of the cases comes to.
func (c *Course) add(o Course) {
	for i := range c.Received {
		c.Received[i] += o.Received[i]
		c.Ended[i] += o.Ended[i]
	}
	c.OnTime, c.Late, c.Disputable = c.OnTime+o.OnTime, c.Late+o.Late, c.Disputable+o.Disputable
}

func month(d civil.Date) int {
	_, m, _ := d.Date()
	return int(m - time.January)
}
