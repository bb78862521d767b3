package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/mailbox/imapsim"
)

// largeOffice is a daemon with so many cases, one in a hundred of them open.
func largeOffice(b *testing.B, sim *imapsim.Server) (i *instance, daemon *exec.Cmd, cases int) {
	b.Helper()
	cases = number("YSQ_CASES", 100_000)
	i = onSimulator(b, sim)
	i.run("list") // makes the journal, empty
	writeOffice(b, i.state, cases)
	if err := os.Remove(filepath.Join(i.state, "register.db")); err != nil {
		b.Fatal(err)
	}
	i.run("rebuild")
	text, err := os.ReadFile(i.config)
	for section, keys := range map[string]string{ // for letters, and for freezing a year
		"agency": `code = "某环依申请"`, "letter": "contact = \"办公室\"\nreview_organ = \"市政府\"\ncourt = \"某区法院\"", "access": fmt.Sprintf("approver = [%d]", os.Getgid()),
	} {
		text = bytes.Replace(text, []byte("["+section+"]\n"), []byte("["+section+"]\n"+keys+"\n"), 1)
	}
	if err = cmp.Or(err, os.WriteFile(i.config, text, 0o600)); err != nil {
		b.Fatal(err)
	}
	daemon = i.serve()
	began := time.Now()
	for answered := false; !answered; _, answered = i.status() {
		if time.Since(began) > time.Minute {
			b.Fatal("the daemon does not answer after a minute")
		}
	}
	return i, daemon, cases
}

// browser is somebody before the desk that `ysq web` has started.
type browser struct {
	http.Client
	base string
	site int // the process that answers it
}

// desk starts the desk and lets a browser in, which everybody may use.
func (i *instance) desk(b *testing.B) *browser {
	b.Helper()
	cmd := i.command("web", "--no-browser")
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	at, err := url.Parse(strings.TrimSpace(line))
	if err != nil {
		b.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	w := &browser{http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}, at.Scheme + "://" + at.Host, cmd.Process.Pid}
	if _, err := w.post("/enter", url.Values{"key": {at.Query().Get("key")}}); err != nil {
		b.Fatal(err)
	}
	return w
}

// get fetches a page; anything but the page is an error.
func (w *browser) get(path string) ([]byte, error) {
	r, err := w.Get(w.base + path)
	return page(path, r, err)
}

func (w *browser) post(path string, form url.Values) ([]byte, error) {
	r, err := w.sent(path, form)
	return page(path, r, err)
}

func (w *browser) sent(path string, form url.Values) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodPost, w.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.Do(req)
}

func page(path string, r *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err == nil && (r.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("</html>"))) {
		err = fmt.Errorf("%s: %s %.300s", path, r.Status, body)
	}
	return body, err
}

// mostBytes is how long a page may be, and mostTime how long the office and the desk may take for it.
const (
	mostBytes = 150 << 10
	mostTime  = 30.0 // ms
)

// recorded marks a page before which something is recorded each time, so that nothing that was kept of it holds.
const recorded = "-after-record"

// BenchmarkDesk fetches every page of the desk of a large office, as a browser on the same machine does, and tries every step:
//
//	go test ./cmd/ysq -run '^$' -bench Desk -benchtime 1x -timeout 30m
//
// Each is measured as it is and right after a record, YSQ_TIMES (60) times; YSQ_PAGES is a regular expression for the names of
// those that are wanted. Reported are the 95th percentiles in milliseconds: of each page, of the forms and of the dry runs of
// all steps together, and of the slowest page. Logged, with -v, is each with the processor time that it takes in the daemon and
// in the desk together, without that of recording: it is nearly the same on a busy machine. A page of more than 150 KB is an error.
func BenchmarkDesk(b *testing.B) {
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	i, daemon, n := largeOffice(b, sim)
	w := i.desk(b)
	at := i.deskPlaces(b, sim, n)
	noted := string(casefile.NewID(2026, n-4)) // on a case of its own: a page of it would grow
	for {                                      // the index of words is made once, after a rebuild
		out, err := i.command("search", "没有这个词").CombinedOutput()
		if err != nil {
			b.Fatal(err)
		}
		if !bytes.Contains(out, []byte("索引未完成")) {
			break
		}
		time.Sleep(time.Second)
	}
	times := number("YSQ_TIMES", 60)
	wanted := regexp.MustCompile(os.Getenv("YSQ_PAGES"))
	for b.Loop() {
		var slowest float64
		steps := map[string][]float64{}
		measure := func(p deskPage, name string, before func(k int) error) {
			var took []float64
			var body []byte
			var preparing time.Duration
			begun := processor(b, daemon.Process.Pid, w.site)
			for k := range times {
				if before != nil {
					from := processor(b, daemon.Process.Pid, w.site)
					if err := before(k); err != nil {
						b.Fatal(err)
					}
					preparing += processor(b, daemon.Process.Pid, w.site) - from
				}
				began := time.Now()
				if body, err = w.shown(p); err != nil {
					b.Fatal(err)
				}
				took = append(took, float64(time.Since(began).Microseconds())/1000)
			}
			spent := float64((processor(b, daemon.Process.Pid, w.site) - begun - preparing).Microseconds()) / 1000 / float64(len(took))
			slices.Sort(took)
			p95 := took[len(took)*95/100]
			slow := ""
			if slowest = max(slowest, p95); p95 > mostTime {
				slow = "  SLOW"
			}
			b.Logf("%-32s median %5.1f  95%% %5.1f  worst %5.1f ms  processor %5.1f ms  %4d KB%s", name, took[len(took)/2], p95, took[len(took)-1], spent, len(body)>>10, slow)
			if _, is := strings.CutPrefix(p.name, "step-"); is {
				what := "steps"
				if p.form != nil {
					what = "tries"
				}
				steps[what] = append(steps[what], took...)
			} else {
				b.ReportMetric(p95, name+"-p95-ms")
			}
			if len(body) > mostBytes {
				b.Errorf("%s: %d bytes", p.path, len(body))
			}
		}
		for _, p := range deskPages(at) {
			if wanted.MatchString(p.name) {
				measure(p, p.name, nil)
				measure(p, p.name+recorded, func(k int) error { return w.note(noted, 0, k) })
			}
		}
		for what, took := range steps {
			slices.Sort(took)
			b.ReportMetric(took[len(took)*95/100], what+"-p95-ms")
		}
		b.ReportMetric(slowest, "slowest-p95-ms")
	}
}

// shown fetches a page, or sends its form. What is tried may be refused; then the form is shown with the reason.
func (w *browser) shown(p deskPage) ([]byte, error) {
	if p.form == nil {
		return w.get(p.path)
	}
	r, err := w.sent(p.path, p.form)
	if err == nil && (r.StatusCode == http.StatusConflict || r.StatusCode == http.StatusBadRequest) {
		r.StatusCode = http.StatusOK
	}
	return page(p.path, r, err)
}

var inHidden = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)">`)

// BenchmarkFifty has fifty people work at the desk of a large office for YSQ_SECONDS (60): each looks at a page every one to
// three seconds, and records a note on every tenth. Meanwhile mails arrive.
//
//	YSQ_SECONDS=600 go test ./cmd/ysq -run '^$' -bench Fifty -benchtime 1x -timeout 30m
//
// Any error fails it. Reported are the 95th percentile of all requests, the daemon's anonymous memory at its highest, and how
// long a poll with one new mail takes before and during the work.
func BenchmarkFifty(b *testing.B) {
	const people = 50
	sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	i, daemon, n := largeOffice(b, sim)
	w := i.desk(b)
	mails := 0
	polled := func() float64 {
		mails++
		sim.Add("INBOX", fmt.Appendf(nil, "From: a%d@example.test\r\nTo: office@example.test\r\nSubject: 政府信息公开申请\r\nMessage-ID: <m%d@example.test>\r\n\r\n现申请公开第 %d 号文件。\r\n", mails, mails, mails), time.Now())
		began := time.Now()
		i.run("poll")
		return float64(time.Since(began).Microseconds()) / 1000
	}
	work := func(person int, until time.Time) (took []float64, err error) {
		chance := rand.New(rand.NewPCG(1, uint64(person)))
		for done := 0; time.Now().Before(until); done++ {
			id := string(casefile.NewID(2026, n-chance.IntN(min(n/100, 900))))
			path := []string{"/", "/cases", "/case/" + id, "/mails", "/year/2026", "/case/" + id + "/days"}[chance.IntN(6)]
			began := time.Now()
			if done%10 == 9 {
				err = w.note(id, person, done)
			} else {
				_, err = w.get(path)
			}
			if err != nil {
				return took, err
			}
			took = append(took, float64(time.Since(began).Microseconds())/1000)
			time.Sleep(time.Duration(1000+chance.IntN(2000)) * time.Millisecond)
		}
		return took, nil
	}
	for b.Loop() {
		quiet := median([]float64{polled(), polled(), polled()})
		until := time.Now().Add(time.Duration(number("YSQ_SECONDS", 60)) * time.Second)
		var mu sync.Mutex
		var all []float64
		var working sync.WaitGroup
		for person := range people {
			working.Go(func() {
				took, err := work(person, until)
				if err != nil {
					b.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				all = append(all, took...)
			})
		}
		var busy []float64
		memory := 0
		for time.Now().Before(until) {
			busy = append(busy, polled())
			memory = max(memory, anonymous(b, daemon.Process.Pid))
			time.Sleep(2 * time.Second)
		}
		working.Wait()
		slices.Sort(all)
		b.ReportMetric(float64(len(all)), "requests")
		b.ReportMetric(all[len(all)*95/100], "p95-ms")
		b.ReportMetric(float64(memory>>10), "daemon-MiB")
		b.ReportMetric(quiet, "poll-quiet-ms")
		b.ReportMetric(median(busy), "poll-busy-ms")
		b.ReportMetric(slices.Max(busy), "poll-worst-ms")
	}
}

// note records a note as a person does: the form, what it would do, and then it.
func (w *browser) note(id string, person, done int) error {
	path := "/step/note?case=" + id
	form := url.Values{"text": {fmt.Sprintf("第 %d 人第 %d 次", person, done)}, "do": {"try"}}
	body, err := w.get(path)
	for range 3 { // somebody else may have recorded meanwhile
		if err != nil {
			return err
		}
		form.Del("seen")
		for _, m := range inHidden.FindAllSubmatch(body, -1) {
			if name := string(m[1]); name == "seen" {
				form.Add(name, string(m[2]))
			} else {
				form.Set(name, string(m[2]))
			}
		}
		if body, err = w.post("/step/note", form); err != nil {
			form.Set("do", "try")
			body, err = w.get(path)
			continue
		}
		if form.Get("do") == "record" {
			return nil
		}
		form.Set("do", "record")
	}
	return err
}

// processor is the time that processes have computed, themselves and in the kernel.
func processor(b *testing.B, pids ...int) (spent time.Duration) {
	b.Helper()
	const tick = 10 * time.Millisecond // USER_HZ is 100 wherever Linux shows it
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			b.Fatal(err)
		}
		var user, system int64
		if _, err := fmt.Sscan(strings.Join(strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))[11:13], " "), &user, &system); err != nil {
			b.Fatal(err)
		}
		spent += time.Duration(user+system) * tick
	}
	return spent
}

// anonymous is a process's memory of its own, in KiB.
func anonymous(b *testing.B, pid int) (kib int) {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			fmt.Sscan(rest, &kib)
		}
	}
	return cmp.Or(kib, 1)
}
