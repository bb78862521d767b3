package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/durable/durabletest"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/mailbox/imapsim"
)

// kills is how often the daemon dies in TestKilled: a few times always, a hundred times where real
// servers are asked for, and as often as YSQ_KILLS says (.ci/kill.sh).
func kills(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("YSQ_KILLS")); err == nil {
		return n
	}
	if os.Getenv("YSQ_REQUIRE_REAL") != "" {
		return 100
	}
	return 8
}

// The daemon is killed at any moment while mails come and a clerk writes. What was answered is there,
// every mail is one case, and the register proves itself.
func TestKilled(t *testing.T) {
	dir := durabletest.Dir(t)
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	address, err := sim.Listen()
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	i := &instance{t: t, config: filepath.Join(dir, "ysq.toml"), state: filepath.Join(dir, "state")}
	socket := filepath.Join(dir, "s")
	i.run("init", "--agency", "示例市生态环境局", "--state", i.state, "--socket", socket, "--imap-host", "127.0.0.1",
		"--imap-port", port, "--imap-tls", "none", "--imap-user", "office@example.test", "--password-file", password, "--yes")

	random := rand.New(rand.NewPCG(1, 2))
	mails := 0
	deliver := func(n int) {
		for range n {
			mails++
			sim.Add("INBOX", application(mails), time.Now().Add(-time.Minute))
		}
	}
	deliver(5)
	answered := &notes{}
	for range kills(t) {
		killOnce(t, i, socket, answered, time.Duration(30+random.IntN(150))*time.Millisecond)
		deliver(random.IntN(3))
	}

	d := i.serve()
	for tries := 0; i.taken() < mails; tries++ {
		if tries > 300 {
			t.Fatalf("only %d of %d mails came", i.taken(), mails)
		}
		time.Sleep(10 * time.Millisecond)
	}
	answered.check(t, socket)
	stop(t, d)
	var cases []ask.CaseRow
	if err := json.Unmarshal([]byte(i.run("list", "--all", "--json")), &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) != mails {
		t.Errorf("%d cases of %d mails", len(cases), mails)
	}
	i.run("verify") // exits with 6 where it finds a difference
	t.Logf("%d mails and %d notes through %d deaths", mails, len(answered.texts), kills(t))
}

// killOnce runs the daemon for a moment, with a clerk who writes as fast as it answers.
func killOnce(t *testing.T, i *instance, socket string, answered *notes, after time.Duration) {
	t.Helper()
	cmd := i.command("serve")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var clerk sync.WaitGroup
	clerk.Go(func() { answered.write(ctx, socket) })
	time.Sleep(after)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // it was killed: that is its error
	cancel()
	clerk.Wait()
}

func stop(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// notes are what a clerk wrote and got an answer for.
type notes struct {
	asked int
	texts []string
}

func (n *notes) write(ctx context.Context, socket string) {
	c := ask.Dial(socket)
	defer c.Close()
	for ctx.Err() == nil {
		n.asked++
		text := fmt.Sprintf("备注 %d", n.asked)
		body, err := json.Marshal(casefile.Noted{Text: text})
		if err != nil {
			panic(err)
		}
		_, err = ask.Do(ctx, c, ask.Append, ask.AppendRequest{Drafts: []ask.DraftView{
			{Case: casefile.ExpandID("1", time.Now().Year()), Kind: casefile.KindNoted, Event: body},
		}})
		if err == nil {
			n.texts = append(n.texts, text)
		} else {
			time.Sleep(time.Millisecond) // it is not there yet, or gone
		}
	}
}

// check asks for what was answered.
func (n *notes) check(t *testing.T, socket string) {
	t.Helper()
	c := ask.Dial(socket)
	defer c.Close()
	d, err := ask.Do(t.Context(), c, ask.Show, ask.WholeCase(casefile.ExpandID("1", time.Now().Year())))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, r := range d.Records {
		all.WriteString(r.Text + "\n")
	}
	for _, text := range n.texts {
		if got := strings.Count(all.String(), text+"\n"); got != 1 {
			t.Errorf("%s was answered and is there %d times", text, got)
		}
	}
	if len(n.texts) == 0 {
		t.Error("the clerk never got an answer")
	}
}
