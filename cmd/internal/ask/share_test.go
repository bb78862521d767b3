package ask

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A caller's requests take so much memory and no more, whoever else asks; what is answered is given back.
func TestShares(t *testing.T) {
	var s shares
	fill := func(who Actor, n int64) (func(), error) {
		body, leave, err := s.enter(who, false)
		if err != nil {
			return nil, err
		}
		body.ReadCloser = io.NopCloser(io.LimitReader(zeros{}, n))
		_, err = io.Copy(io.Discard, body)
		return leave, err
	}
	var leaves []func()
	for uid := range uint32(3) {
		leave, err := fill(Actor{UID: uid}, bytesOfCaller)
		if err != nil {
			t.Fatalf("account %d: %v", uid, err)
		}
		leaves = append(leaves, leave)
	}
	leave, err := fill(Actor{UID: 1}, 1)
	if codeOf(err) != "busy" || !strings.Contains(err.Error(), "太多") {
		t.Errorf("more than a caller's share: %v", err)
	}
	leaves = append(leaves, leave)
	leave, err = fill(Actor{UID: 9}, bytesInAll-3*bytesOfCaller+1)
	if codeOf(err) != "busy" {
		t.Errorf("more than all may: %v", err)
	}
	for _, l := range append(leaves, leave) {
		l()
	}
	if s.bytes != 0 || len(s.of) != 0 {
		t.Errorf("left: %d bytes, %d callers", s.bytes, len(s.of))
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// One person's browser cannot take all that the web service may: the next request of his is refused, another's is not.
func TestPersonsAreTakenInTurn(t *testing.T) {
	var s shares
	wang, zhao := Actor{Name: "王某", UID: 900, Web: true}, Actor{Name: "赵某", UID: 900, Web: true}
	var last func()
	for range requestsOfPerson {
		_, leave, err := s.enter(wang, true)
		if err != nil {
			t.Fatal(err)
		}
		last = leave
	}
	if _, _, err := s.enter(wang, true); codeOf(err) != "busy" {
		t.Errorf("one too many: %v", err)
	}
	if _, _, err := s.enter(zhao, true); err != nil {
		t.Errorf("another person: %v", err)
	}
	if _, _, err := s.enter(Actor{Name: "ysq-web", UID: 900, Web: true}, false); err != nil {
		t.Errorf("a login: %v", err)
	}
	last()
	if _, _, err := s.enter(wang, true); err != nil {
		t.Errorf("after an answer: %v", err)
	}
}

// Files that never end take so much of the disk and no more; what has ended makes room.
func TestFilesAtOnce(t *testing.T) {
	var s shares
	var ends []func()
	send := func(uid uint32) error {
		body, leave, err := s.enter(Actor{UID: uid}, false)
		if err != nil {
			t.Fatal(err)
		}
		sent, err := s.send(body.own)
		if err != nil {
			leave()
			return err
		}
		ends = append(ends, func() { sent(); leave() })
		return nil
	}
	for uid := range uint32(sendingInAll / sendingOfCaller) {
		for range sendingOfCaller {
			if err := send(uid); err != nil {
				t.Fatal(err)
			}
		}
		if err := send(uid); codeOf(err) != "busy" {
			t.Errorf("account %d, one too many: %v", uid, err)
		}
	}
	if err := send(99); codeOf(err) != "busy" {
		t.Errorf("more than all may: %v", err)
	}
	ends[0]()
	if err := send(99); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
	for _, end := range ends[1:] {
		end()
	}
	if s.sending != 0 || len(s.of) != 0 {
		t.Errorf("left: %d files, %d callers", s.sending, len(s.of))
	}
}

// Through the door the refusal has its code, and nothing was recorded.
func TestTooMuchAtOnce(t *testing.T) {
	d := NewDoor(&desk{})
	Answer(d, Append, func(context.Context, Call, AppendRequest) (AppendResult, error) {
		t.Error("it was recorded")
		return AppendResult{}, nil
	})
	c := InProcess(d, Actor{UID: 1000, Role: Operator}, nothing)
	defer c.Close()
	body, leave, err := d.shares.enter(Actor{UID: 1000}, false)
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	body.ReadCloser = io.NopCloser(io.LimitReader(zeros{}, bytesOfCaller))
	io.Copy(io.Discard, body)
	if _, err := c.send(t.Context(), http.MethodPost, "/v1/record", strings.NewReader(`{"drafts":[]}`)); codeOf(err) != "busy" {
		t.Errorf("got %v", err)
	}
}
