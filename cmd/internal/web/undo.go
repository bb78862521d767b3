package web

import (
	"cmp"
	"net/http"
	"slices"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// undoView is the page on which what one call recorded is taken back together: on one case or on many.
type undoView struct {
	stepView // of 作废记录, with nothing to fill in but the reason
	Call     ask.LastCall
}

// undoing is the page without anything entered. The call is named by one of its records; without one it is the last of
// whoever looks.
func (x *visit) undoing(record string) (v undoView, err error) {
	v.stepView = newStep(commands()[casefile.KindVoided.Info().Command], x.me.Today)
	v.Step.Fields = slices.DeleteFunc(slices.Clone(v.Step.Fields), func(f ask.Field) bool { return f.Name != "reason" })
	var q ask.LastQuery
	if record != "" {
		var ok bool
		if q.Record, ok = number(record); !ok {
			return v, ask.NotFound("", "没有这条记录：%s", record)
		}
	}
	if v.Call, err = ask.Do(x.ctx(), x.client, ask.Last, q); err != nil {
		return v, err
	}
	var ids []string
	for _, r := range v.Call.Records {
		if r.Case != "" {
			ids = append(ids, string(r.Case))
		}
	}
	all, err := x.chosen(ids)
	for _, d := range all {
		v.add(d)
	}
	return v, err
}

func undoForm(x *visit) error {
	v, err := x.undoing(x.r.URL.Query().Get("record"))
	if err != nil {
		return err
	}
	v.enter(nil)
	if _, err := v.Call.TakeBack(""); err != nil {
		v.Wrong = x.told(err)
	}
	return x.showUndo(v)
}

func (x *visit) showUndo(v undoView) error {
	return x.showAs(statusOf(v.Wrong), "undo", "一起撤销", "cases", v)
}

// undoPost judges, or records: all of the call, or nothing.
func undoPost(x *visit) error {
	if err := x.read(); err != nil {
		return err
	}
	form := x.r.PostForm
	v, err := x.undoing(form.Get("record"))
	if err != nil {
		return err
	}
	v.enter(form)
	v.Mark = markOf(form, nil)
	req, err := v.Call.TakeBack(v.Inputs[0].Value())
	if err != nil {
		v.wrongField(x, err)
		return x.showUndo(v)
	}
	seen, _ := number(form.Get("seen"))
	record := form.Get("do") == "record" && form.Get("mark") == v.Mark
	res, err := ask.Do(x.ctx(), x.client.Seen(cmp.Or(seen, v.Call.Seen())).Dry(!record), ask.Append, req)
	switch {
	case err != nil:
		v.wrongField(x, err)
	case record:
		http.Redirect(x.w, x.r, afterRecording(v.stepView, res), http.StatusSeeOther)
		return nil
	default:
		v.Tried, v.Effects = &res, effects(v.Cases, res.Cases)
	}
	return x.showUndo(v)
}
