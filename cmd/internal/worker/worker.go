// Package worker reads what applicants send in a process of its own that has lost all its rights.
//
// Attachments are hostile: a file made to break its reader must find nothing to reach. The program is
// therefore executed again (/proc/self/exe) as a hidden command, with an empty environment, the
// attachment on fd 0 and at most 1 MiB of JSON expected on fd 1:
//
//	worker.go    Reader: the parent. Starts a child for each attachment, kills it by the clock, and
//	             turns whatever becomes of it into a Reading
//	child.go     Main: the child. Readies itself, locks itself up (confine), only then reads
//	inside.go    the files of an archive: child and parent
//	confine.go   limits and the system call filter     filter.go    the filter's program
//	ofd.go       OFD, with the layout of PDF           entered.go   what was typed into a PDF
//	page.go      pages as pictures, for the eye        fonts.go     the font that PDFs may lack
//	scan.go      scans, by tesseract                   recognise.go tesseract in a cage of its own
//	pdf.go       PDF by pdfium, in WebAssembly         layout.go    its tables, from their rules
//	cache.go     pdfium compiled once                  machine_*.go what differs by processor
//
// Every other format is read by package form in a child, too. A child reads one attachment and ends.
//
// pdfium is compiled to machine code where the process may make memory executable: 2.5 s and 330 MiB,
// once for all children, into a directory that they cannot write to. Under systemd's
// MemoryDenyWriteExecute=, and on loong64, it is interpreted: 0.26 s and 190 MiB for each PDF, and
// 10 to 30 times slower on its pages, which an application of a few pages does not feel. Both are right;
// the unit keeps the directive, since a stricter daemon is worth more than a quicker PDF.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
)

// Version changes when the same bytes may give another Reading; form.Version is apart from it.
const Version = 14

// Command is the hidden command that makes the program a child.
const Command = "read-attachment"

// Limits of one attachment. MaxInput is what is handed to a child at all;
// MaxOutput is what it may say.
const (
	MaxInput  = 32 << 20
	MaxOutput = 1 << 20
	wallTime  = 30 * time.Second
)

// State is what became of reading an attachment. It is stable: it stands in JSON.
type State string

const (
	Read      State = "read"
	Scan      State = "scan"      // a picture, or a PDF of pictures: a person reads it
	Encrypted State = "encrypted" // a password is needed
	Damaged   State = "damaged"   // nothing could be read
	Empty     State = "empty"     // there is no text in it
	TooLarge  State = "too-large"
	Unread    State = "unread" // a kind of file that is not read
	Failed    State = "failed" // reading it was given up: it crashed, or took too much
	Opened    State = "opened" // an archive whose files are read in its place
)

var stateLabels = map[State]string{
	Read: "已读取", Scan: "扫描件或照片，须人工阅看", Encrypted: "已加密，须向申请人索取密码或另行提交", Damaged: "文件损坏，读不出",
	Empty: "没有文字", TooLarge: "文件过大，未读取", Unread: "此类文件不读取", Failed: "读取失败，须人工阅看",
	Opened: "压缩包，里面的文件另列",
}

// Label returns the Chinese words.
func (s State) Label() string { return stateLabels[s] }

// Reading is what came of an attachment. A Document is there in every state in which form made one.
type Reading struct {
	State    State         `json:"state"`
	Note     string        `json:"note,omitzero"` // in Chinese: why, where the state alone does not say it
	Document form.Document `json:"document"`
	// Inside are the files of an archive, each with its number in it (from 1), size and digest. The name of
	// each Document is a path through the archives that it lies in.
	Inside []Reading       `json:"inside,omitzero"`
	Member int             `json:"member,omitzero"`
	Size   int64           `json:"size,omitzero"`
	Digest casefile.Digest `json:"digest,omitzero"`
	// Recognised are the pages that tesseract read.
	Recognised []Recognised `json:"recognised,omitzero"`
	// Cards are the pages that look like identity cards.
	Cards []Card `json:"cards,omitzero"`
	// Complaint is how a child ended that was given up: for the log, not for clerks.
	Complaint string `json:"-"`
}

// Whole reports whether all that it says was read, as far as can be known: if not, a person has to look.
func (r Reading) Whole() bool {
	switch r.State {
	case Read, Empty, Opened:
	default:
		return false
	}
	return r.Note == "" && !slices.ContainsFunc(r.Document.Notes, func(n form.Note) bool { return n.Code != form.NoteUnseen && n.Code != form.NoteEmpty })
}

// Reader reads attachments, each in a child of its own. It is safe for use by many goroutines; how many
// children there are at once is for the caller to say.
type Reader struct {
	// Dir is where an attachment lies while it is read, in a file without a name: it may be larger than
	// the memory that the parent should have. "" is the system's directory for temporary files.
	Dir string
	// Cache is the directory that Prepare made; "" or one that is not there: pdfium is interpreted.
	Cache string

	// Font is a Chinese font for PDFs that do not hold their own; "": what is set in it is not drawn.
	Font string

	// OCR is tesseract, by which scans are read; zero: they are left to people.
	OCR Engine

	interpreted atomic.Bool // a PDF was, although pdfium could be compiled: see Wanting

	// What tests put in the place of the program and of its time.
	argv []string
	wall time.Duration
}

// What ends a child before its time.
var (
	errFlood = errors.New("the child's answer is too long")
	errTime  = errors.New("the child takes too long")
)

// Read reads the attachment that in describes and copy writes; in.Body is not used. Whatever the bytes
// do is noted in the Reading. An error means that ctx ended, that copy failed, or that no child could be
// started: then nothing is known of the attachment.
func (r *Reader) Read(ctx context.Context, in form.Input, copy func(io.Writer) error) (Reading, error) {
	return r.readWithin(ctx, in, copy, 0)
}

// readWithin is Read; nested counts the archives around.
func (r *Reader) readWithin(ctx context.Context, in form.Input, copy func(io.Writer) error, nested int) (Reading, error) {
	given := Reading{Document: form.Document{Part: in.Index, Name: in.Name}}
	file, head, err := r.stage(in, copy)
	if errors.Is(err, errTooLarge) {
		given.State, given.Note = TooLarge, fmt.Sprintf("超过 %d MiB", MaxInput>>20)
		return given, nil
	}
	if err != nil {
		return given, fmt.Errorf("laying out an attachment: %w", err)
	}
	defer file.Close()
	args := []string{Command, modePlain}
	format := form.Sniff(form.Input{Index: in.Index, Name: in.Name, Type: in.Type, Body: head})
	if in.Body = head; format == form.PDF {
		args = []string{Command, modePDF, r.Cache}
		if _, err := os.Stat(r.Cache); r.Cache != "" && errors.Is(err, fs.ErrNotExist) {
			r.interpreted.Store(true)
		}
	}
	pictures := withoutSheets
	if r.OCR.Program != "" && (format == form.PDF || format == form.Image) {
		pictures = withSheets
	}
	said, sheets, spool, err := r.runForSheets(ctx, args, file, pictures)
	if spool != nil {
		defer spool.Close()
	}
	if ctx.Err() == nil && (err == nil || spool != nil) { // a picture that ended the child came after its answer
		var got Reading
		bad := json.Unmarshal(said.out, &got)
		if bad == nil && got.State.Label() == "" {
			bad = fmt.Errorf("unknown state %q", got.State)
		}
		switch {
		case bad != nil && err == nil:
			err = bad
		case bad == nil:
			got.Document.Part, got.Document.Name = in.Index, in.Name // the child's word is not needed for these
			if opens(in, got.Document.Format, nested) && nested < mostNested {
				return r.inside(ctx, in, file, got, nested)
			}
			if err != nil {
				got.note(form.NoteScan, "文字没有识别出来："+said.why()+"。")
				got.Complaint = fmt.Sprintf("%v: %s", err, said.complaint)
			}
			if len(sheets) > 0 {
				return r.recognise(ctx, in, got, sheets, spool, func() ([]sheet, *os.File, error) {
					if _, err := file.Seek(0, io.SeekStart); err != nil {
						return nil, nil, err
					}
					_, turned, spool, err := r.runForSheets(ctx, args, file, withOver)
					return turned, spool, err
				})
			}
			return got, nil
		}
	}
	if ctx.Err() != nil {
		return given, context.Cause(ctx)
	}
	if _, started := errors.AsType[*startError](err); started {
		return given, err
	}
	first, _, _ := strings.Cut(said.complaint, "\n")
	given.State, given.Note, given.Complaint = Failed, said.why(), fmt.Sprintf("%v: %s", err, first)
	return given, nil
}

// ReadBytes reads a file that is in memory.
func (r *Reader) ReadBytes(ctx context.Context, name string, body []byte) (Reading, error) {
	return r.Read(ctx, form.Input{Name: name}, func(w io.Writer) error { _, err := w.Write(body); return err })
}

// Page draws a page, from 1, of the PDF or picture that in describes and copy writes, turned by so many quarters. An error
// is as in Read.
func (r *Reader) Page(ctx context.Context, in form.Input, copy func(io.Writer) error, page, quarters int) (Page, error) {
	file, head, err := r.stage(in, copy)
	if errors.Is(err, errTooLarge) {
		return Page{State: TooLarge, Note: fmt.Sprintf("超过 %d MiB", MaxInput>>20)}, nil
	}
	if err != nil {
		return Page{}, fmt.Errorf("laying out an attachment: %w", err)
	}
	defer file.Close()
	args := []string{Command, modePicture, strconv.Itoa(quarters)}
	if in.Body = head; form.Sniff(in) == form.PDF {
		args = []string{Command, modePage, strconv.Itoa(quarters), strconv.Itoa(page), r.Cache, r.Font}
	}
	from, to, err := os.Pipe()
	if err != nil {
		return Page{}, err
	}
	defer from.Close()
	picture := &bounded{most: MaxPicture, full: true}
	came := make(chan error, 1)
	go func() {
		_, err := io.Copy(picture, from)
		came <- errors.Join(err, from.Close()) // a child that goes on gets a broken pipe
	}()
	out := &bounded{most: MaxOutput, full: true}
	said, err := r.runTo(ctx, args, file, out, to)
	to.Close()
	drawn := <-came
	var p Page
	if err == nil {
		if err = json.Unmarshal(out.kept, &p); err == nil && (p.State.Label() == "" || drawn != nil) {
			err = fmt.Errorf("state %q: %w", p.State, drawn)
		}
	}
	_, started := errors.AsType[*startError](err)
	switch {
	case err == nil:
		p.PNG = picture.kept
		return p, nil
	case ctx.Err() != nil:
		return Page{}, context.Cause(ctx)
	case started:
		return Page{}, err
	}
	return Page{State: Failed, Note: said.why()}, nil
}

// preface is the first line of a child's input; the attachment follows.
type preface struct {
	Index int    `json:"index"`
	Name  string `json:"name"`
	Type  string `json:"type"`
}

// errTooLarge ends the copying of an attachment.
var errTooLarge = fmt.Errorf("more than %d bytes", MaxInput)

// headSize is how much of an attachment the parent looks at: as far as pdfium looks for its mark.
const headSize = 1024

// unnamed makes a file that has no name any more, for reading and writing.
func (r *Reader) unnamed() (*os.File, error) {
	tmp, err := os.CreateTemp(r.Dir, "attachment-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(tmp.Name()); err != nil {
		return nil, errors.Join(err, tmp.Close())
	}
	return tmp, nil
}

// stage puts preface and attachment into a file that has no name any more and is open for reading only.
func (r *Reader) stage(in form.Input, copy func(io.Writer) error) (file *os.File, head []byte, err error) {
	tmp, err := os.CreateTemp(r.Dir, "attachment-*")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, tmp.Close()) }()
	if file, err = os.Open(tmp.Name()); err == nil {
		err = os.Remove(tmp.Name())
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close(), os.Remove(tmp.Name()))
	}
	line, err := json.Marshal(preface{in.Index, in.Name, in.Type})
	if err == nil {
		_, err = tmp.Write(append(line, '\n'))
	}
	begin := &bounded{most: headSize}
	if err == nil {
		err = copy(io.MultiWriter(&atMost{tmp, MaxInput}, begin))
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, begin.kept, nil
}

// atMost writes so many bytes and no more.
type atMost struct {
	w    io.Writer
	left int
}

func (a *atMost) Write(p []byte) (int, error) {
	if len(p) > a.left {
		return 0, errTooLarge
	}
	a.left -= len(p)
	return a.w.Write(p)
}

// answer is what a child said and how it ended.
type answer struct {
	out       []byte
	complaint string // the end of its standard error
	cause     error  // errTime or errFlood where that is why it was killed
	signal    syscall.Signal
}

// startError is a child that could not be started: not the attachment's fault.
type startError struct{ error }

func (e *startError) Unwrap() error { return e.error }

// run starts a child and waits for what it says.
func (r *Reader) run(ctx context.Context, args []string, in io.Reader) (answer, error) {
	out := &bounded{most: MaxOutput, full: true}
	a, err := r.runTo(ctx, args, in, out)
	a.out = out.kept
	return a, err
}

// runTo starts a child and waits for it; what it says goes to out, whose errFlood kills it. The child dies
// with this process.
func (r *Reader) runTo(ctx context.Context, args []string, in io.Reader, out io.Writer, more ...*os.File) (answer, error) {
	wall := r.wall
	if wall == 0 {
		wall = wallTime
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	timer := time.AfterFunc(wall, func() { stop(errTime) })
	defer timer.Stop()

	complaint := &bounded{most: 4 << 10}
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = append([]string{"ysq"}, append(append([]string{}, r.argv...), args...)...)
	cmd.Env, cmd.Dir = []string{}, "/"
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &flooding{out, func() { stop(errFlood) }}, complaint
	cmd.ExtraFiles = more
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}

	// Pdeathsig means the death of the thread that started the child (prctl(2)).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return answer{}, &startError{fmt.Errorf("starting the reading of an attachment: %w", err)}
	}
	err := cmd.Wait()
	a := answer{complaint: strings.TrimSpace(string(complaint.kept))}
	if cause := context.Cause(ctx); errors.Is(cause, errTime) || errors.Is(cause, errFlood) {
		a.cause = cause
		return a, cause
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		a.signal = status.Signal()
	}
	return a, err
}

// why says to a clerk what became of a child that gave no answer.
func (a answer) why() string {
	switch {
	case errors.Is(a.cause, errTime), a.signal == syscall.SIGXCPU, strings.Contains(a.complaint, "SIGXCPU"):
		return "读取用时过长，已中止"
	case errors.Is(a.cause, errFlood):
		return "读出的内容过多，已中止"
	case strings.Contains(a.complaint, "out of memory"), strings.Contains(a.complaint, "cannot allocate memory"):
		return "读取所需内存过大，已中止"
	case a.signal != 0:
		return "读取进程被终止（" + a.signal.String() + "）"
	case strings.Contains(a.complaint, "confining"):
		return "读取进程不能设限，没有读取；请管理员查看服务日志"
	}
	return "读取进程异常退出"
}

// bounded keeps the first bytes that are written to it; where it should, it then reports that it is full.
type bounded struct {
	kept []byte
	most int
	full bool // false: what is beyond is dropped
}

func (b *bounded) Write(p []byte) (int, error) {
	room := b.most - len(b.kept)
	b.kept = append(b.kept, p[:min(len(p), room)]...)
	if len(p) > room && b.full {
		return room, errFlood
	}
	return len(p), nil
}

// flooding passes on what a child says and ends it when nobody takes more.
type flooding struct {
	w    io.Writer
	stop func()
}

func (f *flooding) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err != nil {
		f.stop()
	}
	return n, err
}
