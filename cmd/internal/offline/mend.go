package offline

import (
	"context"

	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/cmd/internal/office/keeping"
)

// Mended says what became of a database or a journal that was written anew.
type Mended struct {
	Records uint64 `json:"records"`
	Cases   int    `json:"cases"`
	Open    int    `json:"open"`
	Mails   int    `json:"mails"`
	Was     int64  `json:"was"` // bytes
	Is      int64  `json:"is"`
	Kept    string `json:"kept"`   // where the old one lies
	Beyond  int    `json:"beyond"` // lines of the old journal that are in no database
}

// Rebuild makes the database anew from the journal, or with journal set the other way round.
func Rebuild(ctx context.Context, o Options, journal bool, tell func(ask.Progress)) (m Mended, err error) {
	ro, err := forMending(o)
	if err != nil {
		return m, err
	}
	if journal {
		w, err := register.RebuildJournal(ctx, o.Config.Paths.State, ro, keeping.ToldProgress(tell))
		return Mended{Records: w.Records, Kept: w.Kept, Beyond: w.Beyond}, keeping.ToldKeeping(err)
	}
	made, err := register.Rebuild(ctx, o.Config.Paths.State, ro, keeping.ToldProgress(tell))
	return mended(made), keeping.ToldKeeping(err)
}

// Compact writes the database anew without the room that nothing uses.
func Compact(ctx context.Context, o Options, tell func(ask.Progress)) (m Mended, err error) {
	ro, err := forMending(o)
	if err != nil {
		return m, err
	}
	made, err := register.Compact(ctx, o.Config.Paths.State, ro, keeping.ToldProgress(tell))
	return mended(made), keeping.ToldKeeping(err)
}

func mended(m register.Made) Mended {
	return Mended{Records: m.Records, Cases: m.Cases, Open: m.Open, Mails: m.Mails, Was: m.Was, Is: m.Is, Kept: m.Kept}
}

// forMending is how a command opens the register for itself.
func forMending(o Options) (register.Options, error) {
	owner, err := desk.OwnerOf(o.Config.Paths.State)
	if err != nil {
		return register.Options{}, err
	}
	if !owner.Admits() {
		return register.Options{}, ask.Refused("denied", "请管理员停止服务后运行", "只有服务用户和 root 可以修复登记库")
	}
	return opening(o), owner.Become()
}

func opening(o Options) register.Options {
	d := o.WithDefaults()
	return register.Options{Command: d.Command, Now: d.Now()}
}
