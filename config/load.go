package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// maxFile bounds what is read; a real file has a few kilobytes.
const maxFile = 64 << 10

// Load reads the file and judges it by itself: syntax, keys, values and how they fit together. The
// verdict is the same on every machine and for every user, so a command that only wants to know the
// socket can load it too; what the file refers to is checked by Check. The error is an Errors with
// everything that is wrong; errors.Is finds fs.ErrNotExist and fs.ErrPermission in it. With it comes the socket that the
// file names, if it does, and nothing more: a daemon that was started before goes on there.
func Load(path string) (Config, error) {
	data, err := readFile(path, maxFile)
	if err != nil {
		return Config{}, Errors{unreadable(path, err)}
	}
	return parse(path, data)
}

func readFile(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = errTooLarge
	}
	return data, err
}

var errTooLarge = errors.New("file too large")

func unreadable(path string, err error) Error {
	e := Error{File: path, Msg: "无法读取配置：" + err.Error(), err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Msg, e.Hint = "没有这个配置文件", "用 ysq init 生成，或用 --config 指明位置"
	case errors.Is(err, fs.ErrPermission):
		e.Msg, e.Hint = "没有权限读取配置", "请用 root 或运行 ysq 的用户执行"
	case errors.Is(err, syscall.EISDIR):
		e.Msg, e.Hint = "这是目录，不是配置文件", "请核对 --config"
	case errors.Is(err, syscall.ELOOP):
		e.Msg, e.Hint = "符号链接绕成了圈，读不到配置", "用 ls -l 看它指向哪里，改为指向配置文件本身"
	case errors.Is(err, errTooLarge):
		e.Msg, e.Hint = "文件超过 64 KiB，不像是配置文件", "请核对 --config"
	}
	return e
}

// place is where a key stands; zero is nowhere.
type place struct{ line, col int }

// source remembers where the keys of a Config stand in its file.
type source struct {
	file string
	at   map[string]place
}

// locate completes e with the file and the place of its key, or of the section the key is missing
// from, or of the file's beginning.
func (s source) locate(e Error) Error {
	if s.file == "" {
		return e
	}
	section, _, _ := strings.Cut(e.Key, ".")
	at := place{1, 1}
	if p, ok := s.at[e.Key]; ok {
		at = p
	} else if p, ok := s.at[section]; ok {
		at = p
	}
	e.File, e.Line, e.Col = s.file, at.line, at.col
	return e
}

func (s source) has(key string) bool { return s.at[key] != place{} }

// reader walks the expressions of a file. go-toml's decoder would stop at the first value of a wrong
// type and does not say where the others stand, so its parser is used directly, and the decoder
// only for what the parser does not judge: duplicate keys and tables.
type reader struct {
	cfg    Config
	known  []section // of cfg: what may stand in the file
	data   []byte
	errs   Errors
	failed map[string]bool // keys already complained of: one complaint each is enough
	toml   unstable.Parser
	table  []string // of the expressions that follow
	skip   bool     // that table is unknown and was complained of
}

func parse(path string, data []byte) (Config, error) {
	// Editors on Windows put a byte order mark first; it is no part of the text.
	data = slices.Clip(bytes.TrimPrefix(data, []byte("\ufeff")))
	r := reader{cfg: Default(), data: data, failed: map[string]bool{}}
	r.cfg.source = source{file: path, at: map[string]place{}}
	if i := invalidUTF8(data); i >= 0 {
		at := r.place(i)
		return Config{}, Errors{{File: path, Line: at.line, Col: at.col, Msg: "文件不是 UTF-8 编码", Hint: "用编辑器另存为 UTF-8；GBK、UTF-16 都不行"}}
	}
	r.known = r.cfg.sections()
	whole := r.syntax()
	r.walk()
	for i := range r.cfg.Mailboxes {
		r.cfg.Mailboxes[i].complete()
	}
	r.cfg.SMTP.complete(r.cfg.Mailboxes)
	if whole {
		for _, e := range r.cfg.problems() {
			if !r.failed[e.Key] {
				r.errs = append(r.errs, r.cfg.source.locate(e))
			}
		}
	}
	if len(r.errs) > 0 {
		r.errs.sort()
		c := Config{}
		if s := r.cfg.Paths.Socket; r.cfg.source.has("paths.socket") && filepath.IsAbs(s) {
			c.Paths.Socket = s
		}
		return c, r.errs
	}
	return r.cfg, nil
}

func (es Errors) sort() {
	slices.SortStableFunc(es, func(a, b Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
}

func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// place turns an offset into line and column; columns count characters, as editors do.
func (r *reader) place(offset int) place {
	before := r.data[:min(offset, len(r.data))]
	line := bytes.LastIndexByte(before, '\n') + 1
	return place{1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[line:])}
}

// syntax reports whether the file is TOML.
func (r *reader) syntax() bool {
	var ignored map[string]any
	err := toml.Unmarshal(r.data, &ignored)
	if err == nil {
		return true
	}
	e := Error{File: r.cfg.source.file, Line: 1, Col: 1, Msg: "不是正确的 TOML：" + inChinese(strings.TrimPrefix(err.Error(), "toml: ")), Hint: "字符串加英文双引号，一行一个 键 = 值，同一键或同一节只写一次", err: err}
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, col := d.Position()
		var found rune
		e.Line, e.Col, found = r.character(line, col)
		if found >= utf8.RuneSelf { // of which the library names only the first byte
			e.Msg = fmt.Sprintf("不是正确的 TOML：此处不应是 %c", found)
		}
	}
	r.errs = append(r.errs, e)
	return false
}

// inChinese says what is wrong with a line as people write them; what is rare stays as the library says it.
func inChinese(s string) string {
	for _, known := range [...][2]string{
		{"already", "这里又写了一次"},
		{"new lines", "到行末没有右引号"},
		{"terminated", "到文件末尾没有右引号"},
		{"control characters", "引号里有控制字符"},
		{"escape", "引号里的反斜杠要写两个"},
		{"array is incomplete", "列表没有右方括号"},
		{"after array value", "列表的各项之间缺逗号，或缺右方括号"},
		{"to close", "节名没有右方括号"},
		{"expected '='", "键的后面缺等号"},
		{"expected newline", "值已写完，行末还有别的（多一个引号，或漏了左引号）"},
		{"value", "等号后面没有值，或值没有加引号"},
		{"quoted", "值没有加引号"},
	} {
		if strings.Contains(s, known[0]) {
			return known[1]
		}
	}
	return s
}

// character turns a column counted in bytes into one counted in characters, and says which stands
// there.
func (r *reader) character(line, col int) (int, int, rune) {
	rest := r.data
	for range line - 1 {
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
	}
	before := min(max(col-1, 0), len(rest))
	found, _ := utf8.DecodeRune(rest[before:])
	return line, 1 + utf8.RuneCount(rest[:before]), found
}

func (r *reader) complain(key string, at place, msg, hint string) {
	r.failed[key] = true
	r.errs = append(r.errs, Error{File: r.cfg.source.file, Line: at.line, Col: at.col, Key: key, Msg: msg, Hint: hint})
}

func (r *reader) walk() {
	r.toml.Reset(r.data)
	for r.toml.NextExpression() {
		n := r.toml.Expression()
		path, at := r.key(n)
		switch n.Kind {
		case unstable.Table, unstable.ArrayTable:
			r.table = path
			r.enter(n.Kind, at)
		case unstable.KeyValue:
			r.set(slices.Concat(r.table, path), n.Value(), at)
		}
	}
}

func (r *reader) key(n *unstable.Node) (path []string, at place) {
	for it := n.Key(); it.Next(); {
		if path == nil {
			at = r.place(int(it.Node().Raw.Offset))
		}
		path = append(path, string(it.Node().Data))
	}
	return path, at
}

// enter begins a table.
func (r *reader) enter(kind unstable.Kind, at place) {
	name := strings.Join(r.table, ".")
	r.skip = false
	switch {
	case name == mailboxSection && kind == unstable.ArrayTable:
		r.cfg.Mailboxes = append(r.cfg.Mailboxes, DefaultMailbox())
		r.cfg.source.at[mailboxKey(len(r.cfg.Mailboxes)-1, "")] = at
	case name == mailboxSection:
		r.skip = true
		r.complain(name, at, "邮箱一节要用双方括号", "写作 [[mailbox]]")
	case !slices.Contains(r.names(), name):
		r.skip = true
		r.complain(name, at, "不认识的节", suggest(name, r.names(), "节"))
	case kind == unstable.ArrayTable:
		r.complain(name, at, "这一节只能有一个", "写作 ["+name+"]")
	default:
		r.cfg.source.at[name] = at
	}
}

// names lists the sections.
func (r *reader) names() []string {
	names := []string{mailboxSection}
	for _, s := range r.known {
		names = append(names, s.name)
	}
	return names
}

// set gives the option named by path its value.
func (r *reader) set(path []string, n *unstable.Node, at place) {
	if r.skip {
		return
	}
	if r.table == nil {
		r.complain(path[0], at, "键必须写在某一节之下", r.elsewhere(path[0]))
		return
	}
	name, key := path[0], strings.Join(path[1:], ".")
	options, full := r.options(name), name+"."+key
	if name == mailboxSection {
		full = mailboxKey(len(r.cfg.Mailboxes)-1, key)
	}
	o, ok := find(options, key)
	if !ok {
		r.complain(full, at, "不认识的键", r.hint(key, options))
		return
	}
	r.cfg.source.at[full] = at
	if err := o.value.read(n); err != nil {
		m, _ := errors.AsType[mismatch](err)
		r.complain(full, at, m.msg, m.hint)
	}
}

func (r *reader) options(name string) []option {
	if name == mailboxSection {
		return r.cfg.Mailboxes[len(r.cfg.Mailboxes)-1].options()
	}
	for _, s := range r.known {
		if s.name == name {
			return s.options
		}
	}
	return nil
}

// hint says what may have been meant by a key that its section does not have.
func (r *reader) hint(key string, options []option) string {
	switch strings.ToLower(key) {
	case "password", "passwd", "imap_password", "secret":
		return "密码不写在配置里：存成 0600 的文件并写 password_file，或用 credential"
	}
	keys := make([]string, len(options))
	for i, o := range options {
		keys[i] = o.key
	}
	if where := r.elsewhere(key); where != "" {
		return where
	}
	return suggest(key, keys, "键")
}

// elsewhere says to which section a key or a section's name belongs, "" for neither.
func (r *reader) elsewhere(key string) string {
	switch {
	case key == mailboxSection:
		return "写作 [[mailbox]]，其下一行一个键"
	case slices.Contains(r.names(), key):
		return "写作 [" + key + "]，其下一行一个键"
	}
	if _, ok := find(new(Mailbox).options(), key); ok {
		return fmt.Sprintf("%s 属于 [[%s]] 一节", key, mailboxSection)
	}
	for _, s := range r.known {
		if _, ok := find(s.options, key); ok {
			return fmt.Sprintf("%s 属于 [%s] 一节", key, s.name)
		}
	}
	return ""
}
