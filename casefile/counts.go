package casefile

// Counting is what a kind of event decides in the annual report (casefile/LAW.md#annual-report); the words are what the
// documentation prints.
type Counting string

// The places in the report.
const (
	CountsNothing  Counting = ""          // the report does not see it
	CountsNew      Counting = "表三 新收"     // whether, when and in which column a case comes in
	CountsOutcome  Counting = "表三 办理结果"   // how and when it goes out
	CountsCarried  Counting = "表三 上年结转"   // what was carried in before the register's first year
	CountsHandled  Counting = "第六部分 重新办理" // listed, not counted again in a later year
	CountsFees     Counting = "第六部分 收费"
	CountsDisputes Counting = "表四"
	CountsFreezing Counting = "冻结的报告"
	CountsAsTarget Counting = "随所作废的记录" // voiding: as the record that it takes back
)

// Counts returns the kind's place in the annual report.
func (i KindInfo) Counts() Counting { return countings[i.Kind] }

// countings is a column of the table of kinds that most rows leave empty.
var countings = map[Kind]Counting{
	KindReceived:        CountsNew,
	KindConfirmed:       CountsNew,
	KindRegistered:      CountsNew,
	KindCountedIn:       CountsNew,
	KindDismissed:       CountsNew,
	KindReinstated:      CountsNew,
	KindMerged:          CountsNew,
	KindReplied:         CountsOutcome,
	KindDispatched:      CountsOutcome,
	KindDelivered:       CountsOutcome,
	KindDeliveryFailed:  CountsNothing, // stop date and count stay
	KindWithdrawn:       CountsOutcome,
	KindReopened:        CountsHandled,
	KindFeePaid:         CountsFees,
	KindOpeningBalance:  CountsCarried,
	KindDisputeFiled:    CountsDisputes,
	KindDisputeDecided:  CountsDisputes,
	KindDisputeAppealed: CountsDisputes,
	KindYearClosed:      CountsFreezing,
	KindYearReopened:    CountsFreezing,
	KindVoided:          CountsAsTarget,
}
