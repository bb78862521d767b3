package workday

import "fmt"

// Kind says why a day is a working day or is not.
type Kind uint8

// The kinds. The zero value is the kind of no day.
const (
	KindNone  Kind = iota
	Working        // Monday to Friday, and nothing else known
	Weekend        // Saturday or Sunday, and nothing else known
	Holiday        // a rest day of a notice, its weekend days included
	MadeUp         // a weekend day on which a notice makes up work (调休上班)
	LocalRest      // the office itself rests (override)
	LocalWork      // the office itself works (override)
)

var kindCodes = [...]string{"", "working", "weekend", "holiday", "made-up", "local-rest", "local-work"}
var kindLabels = [...]string{"", "工作日", "周末", "放假", "调休上班", "本机关停办", "本机关上班"}

// working reports whether days of the kind count.
func (k Kind) working() bool { return k == Working || k == MadeUp || k == LocalWork }

// String returns the stable code.
func (k Kind) String() string {
	if int(k) < len(kindCodes) {
		return kindCodes[k]
	}
	return fmt.Sprintf("kind-%d", uint8(k))
}

// Label returns the kind in Chinese.
func (k Kind) Label() string {
	if int(k) < len(kindLabels) {
		return kindLabels[k]
	}
	return k.String()
}

// MarshalText is String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the code of String.
func (k *Kind) UnmarshalText(b []byte) error {
	for i, code := range kindCodes {
		if string(b) == code {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("日历中没有 %q 这一类日子", b)
}
