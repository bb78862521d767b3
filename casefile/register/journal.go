package register

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"ysq.internal/ysq/casefile"
	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/casefile/regexp"
)

// JournalError says that the journal could not be written. Nothing is recorded until it has caught
// up, which every further Update tries first; reading goes on.
type JournalError struct {
	Path string
	// Committed: the records of this Update are in the database nevertheless, and will be written to
	// the journal when it can be. They must not be recorded a second time.
	Committed bool
	Err       error
}

func (e *JournalError) Error() string {
	s := fmt.Sprintf("流水 %s 写不进（%v），暂停记录，查询照常；磁盘恢复后自动补写", e.Path, e.Err)
	if e.Committed {
		s += "；本次内容已记入登记库，请勿重复录入"
	}
	return s
}

func (e *JournalError) Unwrap() error { return e.Err }

// journal is the directory in which every record's line stands once more, outside the database:
//
//	journal/register.json   what register this is, as in the database's meta
//	journal/<year>.jsonl    the lines of the records made in that year, in order
//
// It is behind the database only between a commit and the return of the Update that made it. The
// writer of the register owns it (Register.writing).
type journal struct {
	disk durable.Disk
	dir  string

	seq  uint64   // the last record that is durable in it
	path string   // of the year being written; "": none
	size int64    // bytes of it that are known good
	made bool     // the name of path is durable, too
	file *os.File // nil: to be opened anew, and cut to size

	files map[string]written // every file, by its path
}

// written is a file as it must be found again.
type written struct {
	file fs.FileInfo
	size int64 // negative: unknown, for it is being made, or the last write failed
}

// add makes lines of one year durable; last is the number of the last of them.
func (j *journal) add(year int, lines []byte, last uint64) error {
	if path := filepath.Join(j.dir, fmt.Sprintf("%04d.jsonl", year)); path != j.path {
		j.close()
		j.path, j.size, j.made = path, 0, false
	}
	if err := j.write(lines); err != nil {
		// A failed fsync is never repeated on the same file: the kernel may have dropped the pages
		// that it could not write, and a second call would then succeed.
		j.close()
		if was, known := j.files[j.path]; known {
			j.files[j.path] = written{was.file, -1}
		}
		return err
	}
	j.seq, j.size = last, j.size+int64(len(lines))
	j.files[j.path] = written{j.files[j.path].file, j.size}
	return nil
}

func (j *journal) write(lines []byte) (err error) {
	if j.file == nil {
		if err := j.reopen(); err != nil {
			return err
		}
	}
	if err := j.disk.WriteAt(j.file, lines, j.size); err != nil {
		return err
	}
	if err := j.disk.Sync(j.file); err != nil {
		return err
	}
	if !j.made {
		if err := j.disk.SyncDir(j.dir); err != nil {
			return err
		}
		j.made = true
	}
	// A file that was taken away meanwhile took the lines with it.
	return inPlace(j.path, j.files[j.path].file, j.size+int64(len(lines)))
}

// reopen opens the file of the year again, or makes it.
func (j *journal) reopen() (err error) {
	flags := os.O_RDWR
	if was, known := j.files[j.path]; !known {
		flags |= os.O_CREATE
	} else if err := inPlace(j.path, was.file, -1); err != nil {
		return err
	}
	if j.file, err = j.disk.Open(j.path, flags); err != nil {
		return err
	}
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	j.files[j.path] = written{info, -1}
	return j.disk.Truncate(j.file, j.size)
}

// remember notes which files the journal consists of.
func (j *journal) remember() error {
	paths, err := journalFiles(j.dir)
	if err != nil {
		return err
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		j.files[path] = written{info, info.Size()}
	}
	return nil
}

// inPlace returns ErrDisplaced when a file is no longer what was written.
func (j *journal) inPlace() error {
	for path, was := range j.files {
		if err := inPlace(path, was.file, was.size); err != nil {
			return fmt.Errorf("%w，未记录；请把原文件放回原处；找不回时停止服务，运行 ysq rebuild --journal 据登记库重写流水", err)
		}
	}
	return nil
}

// inPlace returns ErrDisplaced when a path does not lead to the file that was there, or to less or more than
// size bytes of it; a negative size is not asked for.
func inPlace(path string, was fs.FileInfo, size int64) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (!os.SameFile(info, was) || size >= 0 && info.Size() != size) {
		return fmt.Errorf("%s：%w", path, ErrDisplaced)
	}
	return err
}

func (j *journal) close() {
	if j.file != nil {
		j.file.Close() // what was written is durable, or written again
		j.file = nil
	}
}

// chunk bounds what catching up writes at once.
const chunk = 4 << 20

// catchUp writes to the journal what the database has beyond it.
func (r *Register) catchUp() error {
	for {
		var lines bytes.Buffer
		year, last := 0, uint64(0)
		err := r.View(func(tx *Tx) error {
			c := tx.bucket(bucketRecord).Cursor()
			for k, v := c.Seek(be64(r.journal.seq + 1)); k != nil && lines.Len() < chunk; k, v = c.Next() {
				y, err := yearOfLine(v)
				if err != nil {
					return err
				}
				if year == 0 {
					year = y
				} else if y != year {
					return nil
				}
				lines.Write(v)
				lines.WriteByte('\n')
				last = binary.BigEndian.Uint64(k)
			}
			return nil
		})
		if err != nil || lines.Len() == 0 {
			return err
		}
		if err := r.journal.add(year, lines.Bytes(), last); err != nil {
			return &JournalError{Path: r.journal.path, Err: err}
		}
	}
}

// yearOf is the year in whose file a record's line stands.
func yearOf(r casefile.Record) int { return civil.Of(r.Recorded).Year() }

// yearOfLine is yearOf for a line as it is stored, without reading all of it: what comes before its
// time of recording is two numbers of ours.
func yearOfLine(line []byte) (int, error) {
	if _, recorded, ok := bytes.Cut(line, []byte(`"recorded":"`)); ok && len(recorded) > len("2006-01-02T15:04:05") && bytes.HasPrefix(line, []byte(`{"seq":`)) {
		if year, err := strconv.Atoi(string(recorded[:4])); err == nil && recorded[4] == '-' {
			return year, nil
		}
	}
	record, err := casefile.DecodeRecord(line)
	return yearOf(record), err
}

var journalName = regexp.MustCompile(`^[0-9]{4}\.jsonl$`)

// journalFiles lists the files of a journal in the order of their lines; none where there is no
// journal.
func journalFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	var files []string
	for _, e := range entries { // in the order of names, which is that of years
		if journalName.MatchString(e.Name()) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
}

// identify ties a journal to its register: it writes down whose it is, and refuses another's.
func (j *journal) identify(m Meta) error {
	path := filepath.Join(j.dir, "register.json")
	whose, err := journalMeta(j.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b, err := json.Marshal(m)
		if err != nil {
			return err
		}
		return j.disk.Replace(path, 0o600, durable.Content(append(b, '\n')))
	case err != nil:
		return err
	case whose.ID != m.ID:
		return &BrokenJournalError{Path: path, What: fmt.Sprintf("流水属于另一个登记库（%s，本库是 %s）", whose.ID, m.ID)}
	}
	return nil
}

// journalMeta reads whose journal it is.
func journalMeta(dir string) (m Meta, err error) {
	path := filepath.Join(dir, "register.json")
	b, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil || m.ID == "" {
		return m, &BrokenJournalError{Path: path, What: "内容无法读懂"}
	}
	return m, nil
}
