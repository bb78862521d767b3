package fee

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
)

// Amounts at the edges of the tiers and between them.
func TestVectors(t *testing.T) {
	for _, tt := range []struct {
		fee  Fee
		want int
	}{
		{ByPage(0), 0}, {ByPage(1), 0}, {ByPage(30), 0}, {ByPage(31), 10}, {ByPage(44), 140}, {ByPage(57), 270},
		{ByPage(100), 700}, {ByPage(101), 720}, {ByPage(109), 880}, {ByPage(119), 1080}, {ByPage(200), 2700},
		{ByPage(201), 2740}, {ByPage(250), 4700},
		{ByItem(0), 0}, {ByItem(1), 0}, {ByItem(10), 0}, {ByItem(11), 100}, {ByItem(30), 2000}, {ByItem(31), 2200},
		{ByItem(35), 3000}, {ByItem(40), 4000}, {ByItem(41), 4300}, {ByItem(50), 7000}, {ByItem(51), 7400},
		{ByItem(-3), 0}, {ByPage(-3), 0},
	} {
		t.Run(fmt.Sprint(tt.fee.Count, tt.fee.By), func(t *testing.T) {
			if tt.fee.Yuan != tt.want {
				t.Errorf("%d yuan, want %d", tt.fee.Yuan, tt.want)
			}
		})
	}
}

// A further 件 or 页 never makes the fee smaller nor costs less than the one before, the lines add up
// to the count and to the amount, and no unit is charged twice.
func TestTiersRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SampledFrom([]func(int) Fee{ByItem, ByPage}).Draw(t, "by")
		n := rapid.IntRange(1, 2000).Draw(t, "count")
		before, f, after := of(n-1), of(n), of(n+1)
		if f.Yuan-before.Yuan > after.Yuan-f.Yuan || f.Yuan < before.Yuan {
			t.Fatalf("%d, %d, %d yuan", before.Yuan, f.Yuan, after.Yuan)
		}
		count, yuan, next := 0, 0, 1
		for _, l := range f.Lines {
			if l.From != next || l.Yuan != l.Count*l.Each || l.Count < 1 {
				t.Fatalf("line %+v after unit %d", l, next-1)
			}
			count, yuan, next = count+l.Count, yuan+l.Yuan, l.To+1
		}
		if count != n || yuan != f.Yuan {
			t.Fatalf("lines of %d units and %d yuan, want %d and %d", count, yuan, n, f.Yuan)
		}
	})
}

func TestMost(t *testing.T) {
	if got := ByPage(1 << 62); got.Count != Most || got.Yuan != 2700+40*(Most-200) {
		t.Errorf("ByPage of an absurd count: %d for %d", got.Yuan, got.Count)
	}
	if got := ByItem(1 << 62); got.Count != Most || got.Yuan <= 0 {
		t.Errorf("ByItem of an absurd count: %d for %d", got.Yuan, got.Count)
	}
}

func TestExplain(t *testing.T) {
	for _, tt := range []struct {
		fee  Fee
		want string
	}{
		{ByPage(57), "第 1 至 30 页：30 页，不收费\n第 31 至 100 页：27 页 × 10 元 = 270 元\n合计 270 元"},
		{ByPage(250), "第 1 至 30 页：30 页，不收费\n第 31 至 100 页：70 页 × 10 元 = 700 元\n第 101 至 200 页：100 页 × 20 元 = 2000 元\n" +
			"第 201 页起：50 页 × 40 元 = 2000 元\n合计 700 + 2000 + 2000 = 4700 元"},
		{ByItem(35), "第 1 至 10 件：10 件，不收费\n第 11 至 30 件：20 件 × 100 元 = 2000 元\n第 31 至 40 件：5 件 × 200 元 = 1000 元\n合计 2000 + 1000 = 3000 元"},
		{ByItem(0), "合计 0 元"},
	} {
		if got := strings.Join(tt.fee.Explain(), "\n"); got != tt.want {
			t.Errorf("%d %s:\n%s\nwant\n%s", tt.fee.Count, tt.fee.By, got, tt.want)
		}
	}
}

func cases(all ...casefile.Case) iter.Seq2[casefile.Case, error] {
	return func(yield func(casefile.Case, error) bool) {
		for _, c := range all {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func application(id casefile.ID, applicant, arrived string) casefile.Case {
	return casefile.Case{ID: id, Kind: casefile.Application, Stage: casefile.StageRegistered, Channel: casefile.RegisteredPost,
		Applicant: applicant, ArrivedOn: civil.MustParse(arrived)}
}

func TestInMonth(t *testing.T) {
	confirmed := application("5", "张三", "2026-02-27")
	confirmed.Channel, confirmed.ToConfirm, confirmed.ConfirmedOn = casefile.Email, true, civil.MustParse("2026-03-02")
	dismissed := application("6", "张三", "2026-03-05")
	dismissed.Stage = casefile.StageDismissed
	other := application("7", "张三", "2026-03-05")
	other.Kind = casefile.OtherRequest
	nobody := application("8", "", "2026-03-05")
	all := cases(
		application("1", "张三", "2026-03-01"), application("2", "张 三", "2026-03-31"), application("3", "张三", "2026-04-01"),
		application("4", "李四", "2026-03-05"), confirmed, dismissed, other, nobody, application("9", "张三", "2025-03-05"))
	for _, tt := range []struct {
		applicant, day string
		want           []casefile.ID
	}{
		{"张三", "2026-03-15", []casefile.ID{"1", "2", "5"}}, // the confirmed day counts, not the arrival
		{"张三", "2026-04-30", []casefile.ID{"3"}},
		{"李四", "2026-03-31", []casefile.ID{"4"}},
		{"张三", "2026-05-01", nil},
		{"", "2026-03-15", nil},
	} {
		found, err := InMonth(all, tt.applicant, civil.MustParse(tt.day), casefile.Regulations())
		var got []casefile.ID
		for _, c := range found {
			got = append(got, c.ID)
		}
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s in the month of %s: %v, %v, want %v", tt.applicant, tt.day, got, err, tt.want)
		}
	}
	broken := errors.New("broken")
	if _, err := InMonth(func(yield func(casefile.Case, error) bool) { yield(casefile.Case{}, broken) }, "张三", 1, casefile.Regulations()); err != broken {
		t.Errorf("error %v, want that of the rows", err)
	}
}

// TestJudgedMonth: withdrawn applications count in the month and merged ones do not, by the law as it stands; with
// another value of it the other way round, and by the day of arrival instead of that of receipt.
func TestJudgedMonth(t *testing.T) {
	withdrawn, merged := application("1", "张三", "2026-03-02"), application("2", "张三", "2026-03-03")
	withdrawn.Stage, withdrawn.Outcome, withdrawn.Basis = casefile.StageWithdrawn, casefile.OtherOutcome, "withdrawn"
	merged.Stage = casefile.StageMerged
	later := application("3", "张三", "2026-03-31")
	later.ToConfirm, later.ConfirmedOn = true, civil.MustParse("2026-04-01")
	other := casefile.Regulations().On(civil.MustParse("2026-03-01"))
	other.FeeWithdrawn, other.FeeMerged, other.FeeBy = false, true, casefile.FeeByArrival
	for want, law := range map[string]casefile.Statute{"1": casefile.Regulations(), "2,3": other} {
		found, err := InMonth(cases(withdrawn, merged, later), "张三", civil.MustParse("2026-03-15"), law)
		var got []string
		for _, c := range found {
			got = append(got, string(c.ID))
		}
		if err != nil || strings.Join(got, ",") != want {
			t.Errorf("got %v, %v, want %s", got, err, want)
		}
	}
}

// TestShares: the fees of a month do not depend on the order in which its applications are recorded, nor on how
// they are grouped into notices: each costs what its place costs, and together they cost the month's fee.
func TestShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "applications")
		var month []casefile.Case
		for i := range n {
			month = append(month, application(casefile.NewID(2026, i+1), "张三", fmt.Sprintf("2026-03-%02d", 1+i/2)))
		}
		recorded := rapid.Permutation(month).Draw(t, "order")
		asked := rapid.Permutation(month).Draw(t, "asked")
		total, places := 0, map[int]bool{}
		for len(asked) > 0 {
			k := rapid.IntRange(1, len(asked)).Draw(t, "notice")
			for _, c := range asked[:k] {
				p := Position(recorded, c.ID, casefile.Regulations())
				if places[p] || p < 1 || p > n {
					t.Fatalf("%s has place %d", c.ID, p)
				}
				places[p] = true
				if want := Share(Position(month, c.ID, casefile.Regulations())); Share(p) != want {
					t.Fatalf("%s costs %d, want %d", c.ID, Share(p), want)
				}
				total += Share(p)
			}
			asked = asked[k:]
		}
		if total != ByItem(n).Yuan {
			t.Fatalf("%d applications cost %d together, the month %d", n, total, ByItem(n).Yuan)
		}
	})
	if Position(nil, "1", casefile.Regulations()) != 0 || Share(0) != 0 || Share(10) != 0 || Share(11) != 100 || Share(31) != 200 {
		t.Error("the tiers")
	}
}
