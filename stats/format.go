package stats

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"ysq.internal/ysq/casefile"
)

// Current names the format that the offices report in: that of 国办公开办函〔2021〕30号.
const Current = "2021-30"

// formats holds one file for each circular. A new circular is a new file.
//
//go:embed formats/*.json
var formats embed.FS

// Format is the printed form of the report as one circular prescribes it: words, numbers and order.
// A published report keeps the one it was made in.
type Format struct {
	Name     string         `json:"name"`
	Document string         `json:"document"` // the circular
	Parts    [6]string      `json:"parts"`    // headings
	Facts    []FactGroup    `json:"facts"`    // 表二
	Rule     string         `json:"rule"`     // what 表三 prints above its rows about how its numbers hang together
	Rows     []Row          `json:"rows"`     // 表三
	Tracks   []TrackHeading `json:"tracks"`   // 表四, in the order of Track
	Results  []string       `json:"results"`  // 表四, the columns of each track; the last is the total
}

// The parts of a report, as indices into Format.Parts.
const (
	PartOverview = iota
	PartFacts
	PartApplications
	PartDisputes
	PartProblems
	PartOther
)

// Row is one line of numbers in 表三.
type Row struct {
	Number   string             `json:"number"`   // as clerks name it: 一, （一）, （三）4, （七）
	Label    string             `json:"label"`    // as printed, to the character
	Under    []string           `json:"under"`    // the headings it stands under, the outer one first
	Counts   Counts             `json:"counts"`   // what it counts
	Outcomes []casefile.Outcome `json:"outcomes"` // of a row that counts outcomes: one, in 2019's （六） three
}

// Counts says what a row of 表三 counts.
type Counts uint8

// What rows count.
const (
	CountsOutcome    Counts = iota // cases that ended in the year with one of the row's outcomes
	CountsNew                      // 新收: received in the year
	CountsCarriedIn                // 上年结转: received before and not ended before
	CountsEnded                    // （七）总计: cases that ended in the year
	CountsCarriedOut               // 结转下年度: not ended by 12-31
)

// UnmarshalText reads the word of a format's file.
func (c *Counts) UnmarshalText(b []byte) error {
	i := slices.Index([]string{"", "new", "carried-in", "ended", "carried-out"}, string(b))
	if i < 0 {
		return fmt.Errorf("a row counts %q", b)
	}
	*c = Counts(i)
	return nil
}

// TrackHeading is how 表四 prints a track.
type TrackHeading struct {
	Under string `json:"under"` // 行政诉讼, over its two tracks
	Label string `json:"label"`
}

// name is the label without its number.
func (r Row) name() string {
	return strings.TrimLeft(r.Label[strings.IndexAny(r.Label, "、.）"):], "、.）")
}

// row returns the place of the first row that counts this.
func (f Format) rowOf(c Counts) int {
	return slices.IndexFunc(f.Rows, func(r Row) bool { return r.Counts == c })
}

// Formats lists the names of the formats, the oldest first.
func Formats() []string {
	files, err := formats.ReadDir("formats")
	if err != nil {
		panic(err) // it is embedded
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".json"))
	}
	return names
}

// FormatOf returns a format by its name. Everybody shares its lists: they are for reading.
func FormatOf(name string) (Format, error) {
	all, err := readFormats()
	if err != nil {
		return Format{}, err
	}
	f, ok := all[name]
	if !ok {
		return f, fmt.Errorf("年度报告格式 %q 不认识；本版本支持 %s", name, strings.Join(Formats(), "、"))
	}
	return f, nil
}

var readFormats = sync.OnceValues(func() (map[string]Format, error) {
	all := map[string]Format{}
	for _, name := range Formats() {
		b, err := formats.ReadFile(path.Join("formats", name+".json"))
		if err != nil {
			return nil, err
		}
		var f Format
		if err := json.Unmarshal(b, &f); err != nil {
			return nil, fmt.Errorf("format %s: %w", name, err)
		}
		all[name] = f
	}
	return all, nil
})
