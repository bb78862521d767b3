package web

import (
	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/cmd/internal/ask"
)

// state is the page 运行情况.
func state(x *visit) error {
	s, err := ask.Do(x.ctx(), x.client, ask.Overview, ask.None{})
	if err != nil {
		return err
	}
	return x.show("state", "运行情况", "status", struct {
		ask.Status
		Troubled []string
		Loop     []casefile.Stage
	}{s, troubles(s), casefile.Stages()})
}
