package ask

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ysq.internal/ysq/cmd/internal/ask/wire"
)

// A daemon that stops within an answer is found out, whatever it had said until then; one that takes its time is waited for.
func TestStopsWithinAnAnswer(t *testing.T) {
	var asked atomic.Int32
	gone := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc(alivePath, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 3 {
			<-r.Context().Done()
		}
	})
	mux.HandleFunc(operations, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(protocolHeader, Protocol)
		if err := json.NewEncoder(w).Encode(streamLine[Proof]{Item: &Proof{}}); err != nil {
			t.Error(err)
		}
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		close(gone)
	})
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: mux}
	var serving sync.WaitGroup
	serving.Go(func() { s.Serve(l) })
	defer serving.Wait()
	defer s.Close()
	c := &Client{wire: wire.Dial(socket), doubts: time.Millisecond, lives: 10 * time.Millisecond}
	defer c.Close()
	heard := 0
	err = Each(t.Context(), c, Verify, None{}, func(Proof) error {
		heard++
		return nil
	})
	told, ok := errors.AsType[*Error](err)
	if heard != 1 || !ok || told.Code != "frozen" || told.Exit != ExitUnreachable || told.Hint == "" {
		t.Errorf("heard %d, %v", heard, err)
	}
	<-gone
}
