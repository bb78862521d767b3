package imapsim

import (
	"errors"
	"math"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"ysq.internal/ysq/mailbox/simnet"
)

// Kind is the place of a reply in the conversation.
type Kind int

const (
	AnyKind      Kind = iota
	Greeting          // the first line of a session
	Untagged          // `* ...`, except FETCH
	Fetch             // `* n FETCH (...)`: Reply.Attrs has its attributes
	Tagged            // the end of a command; Reply.Line is without the tag
	Continuation      // `+ ...`
	Storing           // no reply: APPEND has its message and is about to keep it; a Stop here means that it does not
)

// Stop is a way in which a session ends before its time.
type Stop int

const (
	GoOn    Stop = iota
	EOF          // the connection is closed in order; with TLS, with its closing alert
	Reset        // the connection is torn down (RST)
	Silence      // nothing more is sent, nothing is closed: a black hole
)

// Event says where in the conversation a reply stands.
type Event struct {
	Session int    // the connection, counted from 1
	Command string // as in Command.Name; "" for the greeting
	Args    string // as in Command.Args
	Kind    Kind
	UID     uint32 // of a FETCH
	Sent    int64  // bytes sent in this session before this reply
}

// Attr is one attribute of a FETCH. A Literal, if not nil, is sent after Value with its length in braces.
type Attr struct {
	Name    string // `UID`, `RFC822.SIZE`, `INTERNALDATE`, `FLAGS`, `BODY[]`, `BODY[]<0>`
	Value   string // as on the wire
	Literal []byte
}

// Reply is what the server is about to send. Lines are without CRLF.
type Reply struct {
	Before []string
	Line   string // "": only Before and After are sent
	Attrs  []Attr // follow Line in parentheses when Kind is Fetch
	After  []string

	Pause time.Duration // silence before the first byte
	Rate  int           // bytes per second; 0: as fast as it goes
	Stop  Stop          // how the session ends within this reply
	Keep  int           // with Stop: how many bytes of the reply are still sent

	tag string // precedes Line
}

// All is the Keep of a session that stops after the whole reply.
const All = math.MaxInt

// A Fault may change a reply. Faults run one at a time, must not block, and may call the Server, except Inject, Heal and Close.
type Fault func(ev Event, r *Reply)

// At chooses replies; zero fields choose all.
type At struct {
	Session int
	Command string
	Kind    Kind
	UID     uint32
	Skip    int // lets the first n chosen replies pass
	Times   int // at most so many; 0: no limit
}

// Do applies the faults in order to the chosen replies. The counting of Skip and Times begins with the call of Do.
func (a At) Do(faults ...Fault) Fault {
	seen := 0
	return func(ev Event, r *Reply) {
		if a.Session != 0 && a.Session != ev.Session || a.Command != "" && a.Command != ev.Command ||
			a.Kind != AnyKind && a.Kind != ev.Kind || a.UID != 0 && a.UID != ev.UID {
			return
		}
		seen++
		if seen <= a.Skip || a.Times > 0 && seen > a.Skip+a.Times {
			return
		}
		for _, f := range faults {
			f(ev, r)
		}
	}
}

// CutAfter ends each session after n bytes in all, wherever that falls. It must be the last fault, for it measures the final reply.
func CutAfter(n int64, how Stop) Fault {
	return func(ev Event, r *Reply) {
		if left := n - ev.Sent; left <= int64(r.size()) {
			r.Stop, r.Keep = how, int(max(left, 0))
		}
	}
}

// StopAt ends the session after keep bytes of the reply; 0 is before it, All is after it.
func StopAt(keep int, how Stop) Fault {
	return func(_ Event, r *Reply) { r.Stop, r.Keep = how, keep }
}

// StopInLiteral ends the session after n bytes of the first literal of the reply. Replies without literal are left alone.
func StopInLiteral(n int, how Stop) Fault {
	return func(_ Event, r *Reply) {
		size := 0
		for _, chunk := range r.render() {
			if size += len(chunk); strings.HasSuffix(string(chunk[max(0, len(chunk)-3):]), "}\r\n") {
				r.Stop, r.Keep = how, size+n
				return
			}
		}
	}
}

// Slow delays the reply and then sends it at a rate of bytes per second (0: at full speed).
func Slow(pause time.Duration, rate int) Fault {
	return func(_ Event, r *Reply) { r.Pause, r.Rate = pause, rate }
}

// Say sends line instead of the reply; of a tagged reply it is what follows the tag ("NO LOGIN Login error").
func Say(line string) Fault {
	return func(_ Event, r *Reply) { r.Line, r.Attrs = line, nil }
}

// Bye sends `* BYE text` instead of the reply and closes the connection.
func Bye(text string) Fault {
	return func(_ Event, r *Reply) {
		r.Line, r.Attrs, r.After = "", nil, []string{"* BYE " + text}
		r.Stop, r.Keep = EOF, All
	}
}

// Omit sends nothing in the place of the reply: a FETCH is missing although the command ends with OK.
func Omit(_ Event, r *Reply) { r.Line, r.Attrs = "", nil }

// Twice repeats the reply.
func Twice(_ Event, r *Reply) {
	r.After = append(r.After, strings.TrimSuffix(string(slices.Concat(r.body()...)), "\r\n"))
}

// Precede sends lines of its own before the reply.
func Precede(lines ...string) Fault {
	return func(_ Event, r *Reply) { r.Before = append(r.Before, lines...) }
}

// FlagsFirst precedes a FETCH by an unsolicited change of flags of the same message.
func FlagsFirst(ev Event, r *Reply) {
	r.Before = append(r.Before, r.Line+" (UID "+strconv.FormatUint(uint64(ev.UID), 10)+` FLAGS (\Seen))`)
}

// UIDLast moves the UID behind the body.
func UIDLast(_ Event, r *Reply) {
	if i := slices.IndexFunc(r.Attrs, func(a Attr) bool { return a.Name == "UID" }); i >= 0 {
		uid := r.Attrs[i]
		r.Attrs = append(slices.Delete(slices.Clone(r.Attrs), i, i+1), uid)
	}
}

// Without removes an attribute of a FETCH. "BODY[]" stands for its partial forms, too.
func Without(name string) Fault {
	return func(_ Event, r *Reply) {
		r.Attrs = slices.DeleteFunc(slices.Clone(r.Attrs), func(a Attr) bool { return a.is(name) })
	}
}

// With gives an attribute of a FETCH another value, as on the wire: With("BODY[]", "NIL"), `""`, "{0}\r\n"; With("RFC822.SIZE", "7").
func With(name, value string) Fault {
	return func(_ Event, r *Reply) {
		r.Attrs = slices.Clone(r.Attrs)
		for i, a := range r.Attrs {
			if a.is(name) {
				r.Attrs[i] = Attr{Name: a.Name, Value: value}
			}
		}
	}
}

// Texts of refusals, as NetEase sends them after the tag (mailbox/PROVIDERS.md#netease-163-126).
const (
	LoginRefused = "NO LOGIN Login error or password error"
	UnsafeSelect = "NO SELECT Unsafe Login. Please contact kefu@188.com for help"
	// UnsafeExamine and the text for Bye are variants that were seen in the wild.
	UnsafeExamine = "NO EXAMINE Unsafe Login. Please contact kefu@188.com for help"
	UnsafeBye     = "Unsafe Login. Please contact kefu@188.com for help"
)

// Garbage returns untagged lines that servers send unasked, by name, for Precede. Some are legal; a client has to outlive all of them.
func Garbage() map[string]string {
	return map[string]string{
		"unknown response": "* XCM-PUSH 1 (a b)",
		"empty line":       "",
		"untagged NO":      "* NO disk is nearly full",
		"alert in GBK":     "* OK [ALERT] \xd3\xca\xcf\xe4\xbf\xd5\xbc\xe4\xb2\xbb\xd7\xe3", // 邮箱空间不足
		"exists":           "* 99 EXISTS",
		"expunge":          "* 1 EXPUNGE",
		"vanished":         "* VANISHED 1",
		"flags in GBK":     "* FLAGS (\\Seen \xd2\xd1\xb6\xc1)", // 已读
	}
}

func (a Attr) is(name string) bool {
	return a.Name == name || name == "BODY[]" && strings.HasPrefix(a.Name, "BODY[]<")
}

// render returns the bytes of the reply in pieces, without copying literals. A piece that announces a literal ends in "}\r\n".
func (r *Reply) render() [][]byte {
	var out [][]byte
	for _, l := range r.Before {
		out = append(out, []byte(l+"\r\n"))
	}
	out = append(out, r.body()...)
	for _, l := range r.After {
		out = append(out, []byte(l+"\r\n"))
	}
	return out
}

func (r *Reply) body() [][]byte {
	if r.Line == "" {
		return nil
	}
	if r.Attrs == nil {
		return [][]byte{[]byte(r.tag + r.Line + "\r\n")}
	}
	var out [][]byte
	text := r.Line + " ("
	for i, a := range r.Attrs {
		if i > 0 {
			text += " "
		}
		text += a.Name + " " + a.Value
		if a.Literal != nil {
			out = append(out, []byte(text+"{"+strconv.Itoa(len(a.Literal))+"}\r\n"), a.Literal)
			text = ""
		}
	}
	return append(out, []byte(text+")\r\n"))
}

func (r *Reply) size() (n int) {
	for _, chunk := range r.render() {
		n += len(chunk)
	}
	return n
}

var errStopped = errors.New("session stopped by a fault")

// hangUp closes a connection without the consent of the protocol above it.
func hangUp(conn net.Conn, how Stop) {
	if how == Reset {
		simnet.Reset(conn)
	}
	conn.Close()
}
