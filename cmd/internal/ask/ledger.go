package ask

// The way in from a ledger (台账) and the way out.
var (
	// Import takes every row of a ledger, or none.
	Import = Upload[ImportRequest, ImportProgress]{Name: "import", Role: Operator, Dry: true, Limit: 512 << 20}
	Export = Download[ExportQuery, ExportHead]{Name: "export", Role: Operator, Open: true, Look: func(q ExportQuery) Look {
		return Look{What: "export " + q.Format}
	}}
)

// ImportRequest says what a file is.
type ImportRequest struct {
	Name    string `json:"name"`
	Records bool   `json:"records,omitzero"` // as export writes them, for an empty register
	Year    int    `json:"year,omitzero"`    // of the numbers that say none; 0: such numbers are refused
}

// ImportProgress is how far an import has come; the last one has Done.
type ImportProgress struct {
	Row      int  `json:"row"`
	Rows     int  `json:"rows"`
	Disputes int  `json:"disputes,omitzero"`
	Done     bool `json:"done,omitzero"`
	DryRun   bool `json:"dry_run,omitzero"`
}

// ExportQuery selects what is exported.
type ExportQuery struct {
	Format string `json:"format"`        // csv, xlsx or records
	Year   int    `json:"year,omitzero"` // only cases that arrived in this year; 0: all
}

// ExportHead names what the ledger cannot hold, a line for each kind of thing and not for each case.
type ExportHead struct {
	Lossy []string `json:"lossy,omitzero"`
}
