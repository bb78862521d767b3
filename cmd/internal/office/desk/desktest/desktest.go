// Package desktest opens a desk for the tests of the rooms: a real register and real files in a directory that
// lasts as long as the test, on a day that the test chooses.
package desktest

import (
	"path/filepath"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/cmd/internal/office/desk"
	"ysq.internal/ysq/config"
)

// Clock is the time of a desk, which only its test moves.
type Clock struct{ Now time.Time }

// Set makes it nine in the morning of a day.
func (k *Clock) Set(day string) { k.Now = civil.MustParse(day).Start().Add(9 * time.Hour) }

// Call is what the clerk asks at this moment.
func (k *Clock) Call() ask.Call {
	return ask.Call{Who: ask.Actor{Name: "李四", UID: 1000, Role: ask.Approver}, At: k.Now}
}

// Open opens a desk of an office that has all its names, on a day.
func Open(t *testing.T, day string) (*desk.Desk, *Clock) {
	t.Helper()
	k := new(Clock)
	k.Set(day)
	c := config.Default()
	c.Agency = config.Agency{Name: "某区城乡建设局", Code: "某建依申请"}
	c.Letter.Contact, c.Letter.ReviewOrgan, c.Letter.Court = "某区青石路00号，电话 00000000", "某区人民政府", "某区人民法院"
	c.Paths.State = filepath.Join(t.TempDir(), "state")
	if _, err := register.Create(c.Paths.State, k.Now); err != nil {
		t.Fatal(err)
	}
	d, err := desk.Open(desk.Options{Config: c, Now: func() time.Time { return k.Now }, Command: register.Serve, Space: durable.SpaceOf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, k
}

// Record puts events on a case, as they happened today.
func Record(t *testing.T, d *desk.Desk, k *Clock, id casefile.ID, events ...casefile.Event) {
	t.Helper()
	var drafts []casefile.Draft
	for _, e := range events {
		drafts = append(drafts, casefile.Draft{Case: id, On: d.Today(), Event: e})
	}
	if _, err := d.Append(k.Call(), drafts...); err != nil {
		t.Fatal(err)
	}
}

// Application is an application of 张三 that came over the counter and was registered.
func Application(t *testing.T, d *desk.Desk, k *Clock, id casefile.ID) {
	t.Helper()
	Record(t, d, k, id, casefile.Received{Channel: casefile.InPerson},
		casefile.Registered{As: casefile.Application, Applicant: "张三", Column: casefile.Natural, Request: "甲路改造工程的批复", Email: "zhangsan@example.test"},
		casefile.Reviewed{}, casefile.Assigned{Department: "综合科"})
}
