package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"golang.org/x/sys/unix"

	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/worker/scan"
)

func opened(t *testing.T, l *library, body []byte) references.FPDF_DOCUMENT {
	t.Helper()
	doc, err := l.OpenDocument(&requests.OpenDocument{File: &body})
	if err != nil {
		t.Fatal(err)
	}
	return doc.Document
}

// engine finds tesseract, or skips the test where there is none; with YSQ_REQUIRE_REAL=1 it has to be there.
func engine(t *testing.T) (Engine, *library) {
	t.Helper()
	if os.Getenv("YSQ_REQUIRE_REAL") != "1" {
		t.Skip("tesseract: only with YSQ_REQUIRE_REAL=1")
	}
	e, err := FindEngine()
	if err != nil {
		t.Fatal(err)
	}
	if Font() == "" {
		t.Fatal("no Chinese font: fonts-wqy-microhei")
	}
	fonts, err := readFont(Font())
	if err != nil {
		t.Fatal(err)
	}
	l, err := startLibrary(prepared(t), fonts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.close() })
	return e, l
}

// All layouts as scans, straight and askew in half a shadow.
func TestLayoutsScanned(t *testing.T) {
	e, l := engine(t)
	r := testReader(t)
	r.OCR = e
	// Names are what tesseract misreads most, and ticks what it loses; both are asked for, none is made up.
	for name, degrees := range map[string]float64{"straight": 0, "askew": 2.2} {
		t.Run(name, func(t *testing.T) {
			measure(t, layouts(t, ".sheet"), 0.86, 0.82, func(t *testing.T, one layout) form.Form {
				got, err := r.read(t.Context(), form.Input{Name: "申请表.jpg", Body: layoutScan(t, l, one, degrees)})
				if err != nil {
					t.Fatal(err)
				}
				return form.Propose([]form.Document{got.Document}, form.Header{})
			})
		})
	}
}

// The five fields that matter most, on six printed layouts: as a scanner at 200 dpi sees them, and as a telephone does.
func TestPrinted(t *testing.T) {
	e, l := engine(t)
	r := testReader(t)
	r.OCR = e
	for _, carrier := range []struct {
		name  string
		made  func(*image.Gray) *image.Gray
		least int
	}{
		{"scan", func(m *image.Gray) *image.Gray { return m }, 30},
		{"photograph", photographed, 28},
	} {
		t.Run(carrier.name, func(t *testing.T) {
			right := 0
			for _, one := range layoutsIn(t, "printed", ".sheet") {
				m, err := l.picture(opened(t, l, layoutPDF(t, one, true)), 0)
				if err != nil {
					t.Fatal(err)
				}
				got, err := r.read(t.Context(), form.Input{Name: "申请表.jpg", Body: jpegOf(t, carrier.made(m))})
				if err != nil {
					t.Fatal(err)
				}
				f := form.Propose([]form.Document{got.Document}, form.Header{})
				for _, field := range []form.Field{form.Name, form.IDNumber, form.Phone, form.Address, form.Request} {
					if p, _ := f.Best(field, 0); p.Value == one.fields[field][0] {
						right++
					} else {
						t.Logf("%s: %s is %q, want %q", one.name, field, p.Value, one.fields[field][0])
					}
				}
			}
			if t.Logf("%d of 30 fields", right); right < carrier.least {
				t.Errorf("%d fields are right, of at least %d", right, carrier.least)
			}
		})
	}
}

// photographed lays a page on a dark table, seen aslant, in half a shadow, by a sensor that is not quite still.
func photographed(m *image.Gray) *image.Gray {
	w, h := float64(m.Rect.Dx()), float64(m.Rect.Dy())
	out := image.NewGray(image.Rect(0, 0, int(w*1.12), int(h*1.1)))
	random := rand.New(rand.NewPCG(1, 2))
	for v := range out.Rect.Dy() {
		for u := range out.Rect.Dx() {
			// The upper edge is further away: it is shorter by a twelfth, and the lines there are closer.
			y := (float64(v) - 0.05*h) / h
			far := 1 - 0.08*(1-y)
			x := (float64(u) - 0.06*w - (1-far)*w/2 - 0.01*w*y) / (w * far)
			y *= 1 + 0.04*(1-y)
			p := 60.0
			if x >= 0 && x < 1 && y >= 0 && y < 1 {
				p = float64(m.GrayAt(int(x*w), int(y*h)).Y)
			}
			shade := 0.95 - 0.35/(1+math.Exp(-(x-y*0.4-0.45)*25))
			out.Pix[v*out.Stride+u] = uint8(min(255, max(0, p*shade+random.NormFloat64()*6)))
		}
	}
	return out
}

func jpegOf(t *testing.T, m *image.Gray) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 70}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// cardSheet is a layout of what an identity card says.
func cardSheet(number string) layout {
	return layout{name: "card", body: "姓名  闻人静\n性别  女  民族  汉\n出生  1979年11月2日\n住址  平湖区长堤路150号\n公民身份号码  " + number}
}

// What was recognised is proposed as such, and what looks like an identity card is not transcribed.
func TestScans(t *testing.T) {
	e, l := engine(t)
	r := testReader(t)
	r.OCR = e
	if err := r.TryOCR(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, one := range layouts(t, ".sheet") {
		if one.name != "official" {
			continue
		}
		got, err := r.read(t.Context(), form.Input{Name: "申请表.jpg", Body: layoutScan(t, l, one, 0)})
		if err != nil || got.State != Scan || got.Whole() {
			t.Fatalf("%s %s %v", got.State, got.Note, err)
		}
		f := form.Propose([]form.Document{got.Document}, form.Header{})
		for field, want := range map[form.Field]string{form.IDNumber: one.fields[form.IDNumber][0], form.Request: one.fields[form.Request][0], form.Address: one.fields[form.Address][0]} {
			p, _ := f.Best(field, 0)
			if p.Value != want || !p.Source.Machine || p.Confidence > 70 || !strings.Contains(p.Source.String(), "机器识别") {
				t.Errorf("%s is %q (%s, %d%%), want %q", field, p.Value, p.Source, p.Confidence, want)
			}
		}
	}
	// However a page lies, it is read, and said how it lay; ticks are told by their ink.
	for _, one := range layouts(t, ".sheet") {
		if one.name != "organisation" {
			continue
		}
		m, err := decode(layoutScan(t, l, one, 0))
		if err != nil {
			t.Fatal(err)
		}
		var over bytes.Buffer
		if err := jpeg.Encode(&over, scan.Quarters(m, 1), nil); err != nil {
			t.Fatal(err)
		}
		got, err := r.read(t.Context(), form.Input{Name: "申请表.jpg", Body: over.Bytes()})
		if err != nil || len(got.Recognised) != 1 || got.Recognised[0].Turned != 3 {
			t.Fatalf("%s %+v %v", got.State, got.Recognised, err)
		}
		f := form.Propose([]form.Document{got.Document}, form.Header{})
		if p, _ := f.Best(form.Delivery, 0); p.Value != one.fields[form.Delivery][0] || !p.Source.Machine {
			t.Errorf("the way of delivery is %q", p.Value)
		}
	}
	got, err := r.read(t.Context(), form.Input{Name: "照片.jpg", Body: layoutScan(t, l, cardSheet("999905197911020281"), 0)})
	if err != nil || got.State != Scan {
		t.Fatalf("%s %s %v", got.State, got.Note, err)
	}
	if len(got.Cards) != 1 || got.Cards[0].Number != "999905197911020281" || len(got.Document.Blocks) != 0 {
		t.Errorf("a card: %+v, %s", got.Cards, blockText(got.Document.Blocks))
	}
	kept, err := json.Marshal(got)
	if err != nil || strings.Contains(string(kept), "9999051979") || strings.Contains(string(kept), "闻人") || strings.Contains(string(kept), "长堤") {
		t.Errorf("of a card this would be kept: %s %v", kept, err)
	}
}

// Whatever comes out of tesseract's own process is believed as little as any file.
func TestHostileRecogniser(t *testing.T) {
	for _, tsv := range []string{
		"", "level\t1", strings.Repeat("5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90\t字\n", 100_000), "5\t1\t1\t1\t1\t1\t-5\t99999999999\t1\t1\t90\t字\n",
		"5\t1\t1\t1\t1\t1\t1\t1\t1\t1\t90\t\u202e\x00\xff\n", strings.Repeat("\t", 1<<16),
	} {
		in := form.Input{Name: "a.jpg"}
		for _, cells := range [][]scan.Cell{nil, {{}}, {{Box: image.Rect(0, 0, 1<<14, 1<<14), Snapped: image.Rect(-5, -5, 1<<30, 9), Stacked: -7}}} {
			u := understand(in, []sheet{{Page: 1, Cells: cells, Words: [3]string{tsv, tsv}}, {Page: -1, Dots: -1, Words: [3]string{tsv, "申请公开信息"}}})
			for _, b := range u.Blocks {
				if strings.ContainsAny(blockText([]form.Block{b}), "\u202e\x00") {
					t.Errorf("a character that hides others came through: %q", blockText([]form.Block{b}))
				}
			}
		}
	}
	for _, sheets := range []string{"", "{}\n", `{"size":{"X":-1,"Y":5}}` + "\n", `{"size":{"X":32000,"Y":32000}}` + "\n", `{"size":{"X":2,"Y":2}}` + "\nabc", strings.Repeat(`{"size":{"X":1,"Y":1}}`+"\n.", 50)} {
		all, err := readSheets(strings.NewReader(sheets), io.Discard)
		if len(all) > mostScanned || err == nil && len(all) > 1 {
			t.Errorf("%q: %d sheets, %v", sheets[:min(len(sheets), 40)], len(all), err)
		}
	}
}

// What tesseract becomes can read its own files and nothing else of the machine.
func TestRecogniserIsConfined(t *testing.T) {
	e, err := FindEngine()
	if err != nil {
		if os.Getenv("YSQ_REQUIRE_REAL") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	out, err := exec.Command("/proc/self/exe", "hostile-recogniser", e.Program, e.Language).CombinedOutput()
	if err != nil || string(out) != "" {
		t.Errorf("%v\n%s", err, out)
	}
}

// hostileRecogniser tries what a recogniser that was taken over would try, and says what it got away with.
func hostileRecogniser(program, language string) int {
	runtime.LockOSThread()
	target := os.Getppid()
	e := Engine{program, language}
	if err := e.confine(); err != nil {
		fmt.Println(err)
		return 1
	}
	path := func(s string) uintptr { p, _ := unix.BytePtrFromString(s); return uintptr(unsafe.Pointer(p)) }
	var limit unix.Rlimit
	for what, errno := range map[string]func() unix.Errno{
		"socket": func() unix.Errno {
			_, _, e := unix.RawSyscall(unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_STREAM, 0)
			return e
		},
		"inet": func() unix.Errno {
			_, _, e := unix.RawSyscall(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM, 0)
			return e
		},
		"passwd": func() unix.Errno {
			_, _, e := unix.RawSyscall6(unix.SYS_OPENAT, ^uintptr(99), path("/etc/passwd"), unix.O_RDONLY, 0, 0, 0)
			return e
		},
		"proc": func() unix.Errno {
			_, _, e := unix.RawSyscall6(unix.SYS_OPENAT, ^uintptr(99), path(fmt.Sprintf("/proc/%d/mem", target)), unix.O_RDONLY, 0, 0, 0)
			return e
		},
		"create": func() unix.Errno {
			_, _, e := unix.RawSyscall6(unix.SYS_OPENAT, ^uintptr(99), path("/tmp/x"), unix.O_WRONLY|unix.O_CREAT, 0o600, 0, 0)
			return e
		},
		"kill": func() unix.Errno { _, _, e := unix.RawSyscall(unix.SYS_KILL, uintptr(target), 9, 0); return e },
		"process": func() unix.Errno {
			_, _, e := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
			return e
		},
		"trace": func() unix.Errno {
			_, _, e := unix.RawSyscall(unix.SYS_PTRACE, unix.PTRACE_ATTACH, uintptr(target), 0)
			return e
		},
		"owner": func() unix.Errno {
			_, _, e := unix.RawSyscall(unix.SYS_FCNTL, 1, unix.F_SETOWN, uintptr(target))
			return e
		},
		"limits": func() unix.Errno {
			_, _, e := unix.RawSyscall6(unix.SYS_PRLIMIT64, uintptr(target), unix.RLIMIT_CPU, 0, uintptr(unsafe.Pointer(&limit)), 0, 0)
			return e
		},
		"shell": func() unix.Errno { _, _, e := unix.RawSyscall(unix.SYS_EXECVE, path("/bin/sh"), 0, 0); return e },
		"code": func() unix.Errno {
			_, _, e := unix.RawSyscall6(unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON, ^uintptr(0), 0)
			return e
		},
		"other's files": func() unix.Errno {
			_, _, e := unix.RawSyscall6(unix.SYS_OPENAT, ^uintptr(99), path(filepath.Join(filepath.Dir(language), "..")), unix.O_RDONLY|unix.O_DIRECTORY, 0, 0, 0)
			return e
		},
	} {
		if e := errno(); e != unix.EPERM && e != unix.EACCES {
			fmt.Printf("%s: %v\n", what, e)
		}
	}
	if _, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, ^uintptr(99), path(filepath.Join(language, engineLanguage+".traineddata")), unix.O_RDONLY, 0, 0, 0); errno != 0 {
		fmt.Println("its own language:", errno)
	}
	return 0
}
