package office

import (
	"context"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

// Law lists the rules in force on a day; what the configuration sets is as it is set.
func (o *Office) Law(_ context.Context, _ ask.Call, q ask.LawQuery) ([]ask.RuleView, error) {
	on := civil.Date(q.On)
	if on.IsZero() {
		on = o.Today()
	}
	all := []ask.RuleView{}
	for _, r := range casefile.RulesOn(on) {
		if r.Where == "[platform] starts" && o.Live().Platform.Starts == config.PlatformConfirmed {
			r.Value = casefile.StartsConfirmed.Label()
		}
		all = append(all, ask.RuleView{Key: r.Key, Label: r.Label, Value: r.Value, From: ask.Day(r.From), Until: ask.Day(r.Until), Source: r.Source, Ground: r.Ground.String(), Where: r.Where})
	}
	return all, nil
}
