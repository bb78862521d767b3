package mailbox

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Whatever is shown and booked: missing is shown − booked, gone is booked − shown without quarantine.
func TestCompare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := func(name string) []uint32 {
			uids := rapid.SliceOfDistinct(rapid.Uint32Range(1, 30), rapid.ID[uint32]).Draw(t, name)
			slices.Sort(uids)
			return uids
		}
		shown, known, set := some("shown"), some("known"), some("quarantined")
		var booked []Booked
		for _, uid := range known {
			booked = append(booked, Booked{UID: uid, Quarantined: slices.Contains(set, uid)})
		}
		var a FolderAudit
		a.compare(shown, booked)
		var missing, quarantined, gone []uint32
		for uid := range uint32(31) {
			switch in, have, apart := slices.Contains(shown, uid), slices.Contains(known, uid), slices.Contains(set, uid); {
			case have && apart:
				quarantined = append(quarantined, uid)
			case have && !in:
				gone = append(gone, uid)
			case in && !have:
				missing = append(missing, uid)
			}
		}
		var got []uint32
		for _, m := range a.Missing {
			got = append(got, m.UID)
		}
		if !slices.Equal(got, missing) || !slices.Equal(a.Quarantined, quarantined) || !slices.Equal(a.Gone, gone) || a.Listed != len(shown) {
			t.Errorf("shown %v, booked %v: got %+v, want missing %v, quarantined %v, gone %v", shown, booked, a, missing, quarantined, gone)
		}
		if a.Lowest != 0 && a.Lowest != shown[0] || a.Lowest == 0 && len(shown) > 0 {
			t.Errorf("lowest %d of %v", a.Lowest, shown)
		}
	})
}
