package worker

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/form"
	"ysq.internal/ysq/cmd/internal/worker/unpack"
)

// What is read of one archive; what is beyond is listed.
const (
	mostInside = 40
	mostNested = 2 // archives within each other
)

// An archive's files come out of a child one after the other: a line of JSON for each, then its bytes in
// pieces with their length before them, a piece of length 0, and a line that says how it ended.

// frames writes them.
type frames struct{ w *bufio.Writer }

type frameEnd struct {
	State unpack.State `json:"state,omitzero"`
	More  bool         `json:"more,omitzero"` // there are more files than are listed
	Last  bool         `json:"last,omitzero"` // nothing follows; State is the archive's
}

func (f *frames) line(v any) error {
	text, err := json.Marshal(v)
	if err == nil {
		_, err = f.w.Write(append(text, '\n'))
	}
	return err
}

func (f *frames) Begin(m unpack.Member) error {
	if err := f.line(frameEnd{}); err != nil {
		return err
	}
	return f.line(m)
}

func (f *frames) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if err := binary.Write(f.w, binary.BigEndian, uint32(len(b))); err != nil {
		return 0, err
	}
	return f.w.Write(b)
}

func (f *frames) End(s unpack.State) error {
	if err := binary.Write(f.w, binary.BigEndian, uint32(0)); err != nil {
		return err
	}
	return f.line(frameEnd{State: s})
}

// unpackTo is the child's part.
func unpackTo(out io.Writer, in form.Input) error {
	f := &frames{bufio.NewWriterSize(out, 64<<10)}
	var err error
	if form.Sniff(in) == form.Mail {
		err = mailParts(in.Body, f)
	} else {
		err = unpack.All(in.Body, f)
	}
	last := frameEnd{Last: true, More: errors.Is(err, unpack.ErrMore)}
	if !last.More {
		last.State = unpack.StateOf(err)
	}
	return errors.Join(f.line(last), f.w.Flush())
}

// member is a file that came out of an archive.
type member struct {
	name   string
	state  unpack.State
	at     int64 // in the spool
	size   int64
	digest casefile.Digest
}

// ErrNotInside is that no file with that digest is in an archive.
var ErrNotInside = errors.New("no such file in the archive")

// Inside takes the file with a digest out of the archive that in describes and copy writes, or out of an archive within it.
func (r *Reader) Inside(ctx context.Context, in form.Input, copy func(io.Writer) error, want casefile.Digest) (name string, body []byte, err error) {
	return r.insideWithin(ctx, in, copy, want, 0)
}

func (r *Reader) insideWithin(ctx context.Context, in form.Input, copy func(io.Writer) error, want casefile.Digest, nested int) (name string, body []byte, err error) {
	file, _, err := r.stage(in, copy)
	if err != nil {
		return "", nil, err
	}
	defer file.Close()
	spool, err := r.unnamed()
	if err != nil {
		return "", nil, err
	}
	defer spool.Close()
	all, _, err := r.unpack(ctx, file, func(int, string) io.Writer { return spool })
	if err != nil && len(all) == 0 {
		return "", nil, err
	}
	for _, m := range all {
		if m.digest == want && m.state == unpack.Whole {
			body, err := io.ReadAll(io.NewSectionReader(spool, m.at, m.size))
			return m.name, body, err
		}
	}
	for _, m := range all {
		head := make([]byte, min(m.size, headSize))
		if _, err := spool.ReadAt(head, m.at); err != nil || nested+1 >= mostNested || !unpack.Is(head) && form.Sniff(form.Input{Name: m.name, Body: head}) != form.Mail {
			continue
		}
		name, body, err := r.insideWithin(ctx, form.Input{Name: m.name}, func(w io.Writer) error {
			_, err := io.Copy(w, io.NewSectionReader(spool, m.at, m.size))
			return err
		}, want, nested+1)
		if !errors.Is(err, ErrNotInside) {
			return name, body, err
		}
	}
	return "", nil, ErrNotInside
}

// unpack has a child take the files out of a staged archive and gives their bytes where begin says.
func (r *Reader) unpack(ctx context.Context, file *os.File, begin func(index int, name string) io.Writer) (all []member, end frameEnd, err error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, end, err
	}
	in, out := io.Pipe()
	read := make(chan error, 1)
	go func() {
		all, end, err = readFrames(in, begin)
		in.CloseWithError(err) // a child that goes on is told so
		read <- err
	}()
	said, ran := r.runTo(ctx, []string{Command, modeUnpack}, file, out)
	out.CloseWithError(io.ErrUnexpectedEOF)
	err = <-read
	if ran != nil {
		return all, end, &childError{said, ran}
	}
	return all, end, err
}

// childError is a child that did not end well.
type childError struct {
	said answer
	error
}

func (e *childError) Unwrap() error { return e.error }

// readFrames is the parent's part. It believes no length: pieces are bounded, and so is their sum.
func readFrames(r io.Reader, begin func(index int, name string) io.Writer) (all []member, end frameEnd, err error) {
	b := bufio.NewReaderSize(r, 64<<10)
	line := func(v any) error {
		text, err := b.ReadSlice('\n')
		if err != nil {
			return err
		}
		return json.Unmarshal(text, v)
	}
	total := int64(0)
	for {
		if err := line(&end); err != nil || end.Last {
			return all, end, err
		}
		var m unpack.Member
		if err := line(&m); err != nil {
			return all, end, err
		}
		if len(all) >= unpack.MaxMembers {
			return all, end, errFlood
		}
		one := member{name: m.Name, at: total}
		h := sha256.New()
		w := io.MultiWriter(h, begin(len(all), m.Name))
		for {
			var size uint32
			if err := binary.Read(b, binary.BigEndian, &size); err != nil {
				return all, end, err
			}
			if size == 0 {
				break
			}
			if total += int64(size); total > unpack.MaxTotal+unpack.MaxMember {
				return all, end, errFlood
			}
			if _, err := io.CopyN(w, b, int64(size)); err != nil {
				return all, end, err
			}
			one.size += int64(size)
		}
		h.Sum(one.digest[:0])
		if err := line(&end); err != nil {
			return all, end, err
		}
		one.state = end.State
		all = append(all, one)
	}
}

// inside reads what is in an archive: given is what was said of the archive itself.
func (r *Reader) inside(ctx context.Context, in form.Input, file *os.File, given Reading, nested int) (Reading, error) {
	spool, err := r.unnamed()
	if err != nil {
		return given, fmt.Errorf("laying out an archive: %w", err)
	}
	defer spool.Close()
	all, end, err := r.unpack(ctx, file, func(int, string) io.Writer { return spool })
	if ctx.Err() != nil {
		return given, context.Cause(ctx)
	}
	if e, failed := errors.AsType[*childError](err); failed {
		if _, started := errors.AsType[*startError](err); started {
			return given, err
		}
		given.State, given.Note, given.Complaint = Failed, e.said.why(), fmt.Sprintf("%v: %s", err, e.said.complaint)
	} else if err != nil {
		given.State, given.Note = Failed, errFlood.Error()
	} else {
		given.State, given.Note = archiveState(end, all)
	}
	for i, m := range all {
		name := m.name
		if name == "" {
			name = fmt.Sprintf("第%d个文件", i+1)
		}
		one := Reading{Document: form.Document{Part: in.Index, Name: in.Name + "/" + name}}
		switch {
		case m.state != unpack.Whole:
			one.State = memberStates[m.state]
		case i >= mostInside:
			one.State, one.Note = Unread, "压缩包里的文件过多，未读取"
		default:
			if one, err = r.readWithin(ctx, form.Input{Index: in.Index, Name: one.Document.Name}, func(w io.Writer) error {
				_, err := io.Copy(w, io.NewSectionReader(spool, m.at, m.size))
				return err
			}, nested+1); err != nil {
				return given, err
			}
		}
		one.Member, one.Size, one.Digest = i+1, m.size, m.digest
		given.Inside = append(given.Inside, one)
	}
	given.Document.Notes = nil
	return given, nil
}

var memberStates = map[unpack.State]State{unpack.Encrypted: Encrypted, unpack.Damaged: Damaged, unpack.TooLarge: TooLarge, unpack.Unknown: Unread}

// archiveState says what became of an archive as a whole.
func archiveState(end frameEnd, all []member) (State, string) {
	locked := 0
	for _, m := range all {
		if m.state == unpack.Encrypted {
			locked++
		}
	}
	switch {
	case end.State == unpack.Encrypted || len(all) > 0 && locked == len(all):
		return Encrypted, ""
	case end.More:
		return Opened, fmt.Sprintf("文件超过 %d 个，其余没有列出", unpack.MaxMembers)
	case end.State != unpack.Whole && len(all) == 0:
		return memberStates[end.State], ""
	case end.State != unpack.Whole:
		return Opened, "压缩包不完整，已取出的列在下面"
	case len(all) == 0:
		return Empty, "压缩包是空的"
	}
	return Opened, ""
}
