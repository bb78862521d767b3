package casefile

import (
	"fmt"
	"strings"
)

// Column is the applicant's column in 表三 of the annual report (国办公开办函〔2021〕30号).
type Column uint8

// The columns in the order of the table. ColumnNone is a case that nobody has registered yet.
const (
	ColumnNone Column = iota
	Natural
	Business
	Research
	Welfare
	LegalService
	OtherBody
)

// Columns lists the six columns in the order of the table.
var Columns = [...]Column{Natural, Business, Research, Welfare, LegalService, OtherBody}

var columnCodes = [...]string{"", "natural", "business", "research", "welfare", "legal-service", "other"}
var columnLabels = [...]string{"", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"}

// String returns the stable code.
func (c Column) String() string {
	if int(c) < len(columnCodes) {
		return columnCodes[c]
	}
	return fmt.Sprintf("column-%d", uint8(c))
}

// Label returns the column's heading in the table.
func (c Column) Label() string {
	if int(c) < len(columnLabels) {
		return columnLabels[c]
	}
	return c.String()
}

// ParseColumn reads a code or a heading.
func ParseColumn(s string) (Column, error) {
	for _, c := range Columns {
		if s == c.String() || s == c.Label() {
			return c, nil
		}
	}
	return ColumnNone, fmt.Errorf("申请人类别 %q 不在六类之中：%s", s, strings.Join(columnLabels[1:], "、"))
}

func (c Column) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what ParseColumn reads; empty is ColumnNone.
func (c *Column) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*c = ColumnNone
		return nil
	}
	*c, err = ParseColumn(string(b))
	return err
}
