package imapsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	flagList   = `(\Answered \Seen \Deleted \Draft \Flagged)`
	dateFormat = "02-Jan-2006 15:04:05 -0700" // RFC 3501 date-time
)

// china is the zone of every INTERNALDATE that Coremail sends.
func china() *time.Location { return time.FixedZone("CST", 8*60*60) }

// folderArg reads a folder name. INBOX is case-insensitive.
func (s *session) folderArg() (string, error) {
	word, err := s.args.next()
	if err != nil {
		return "", err
	}
	if strings.EqualFold(word, "INBOX") {
		return "INBOX", nil
	}
	return decodeName(word)
}

// list knows the patterns clients use: everything (`*`, `%`), the delimiter (""), one folder by name.
func (s *session) list() error {
	s.args.next() // the reference; 163 has one root
	pattern, err := s.folderArg()
	if err != nil {
		return s.bad()
	}
	if pattern == "" {
		return s.done(s.untagged(`%s (\Noselect) "/" ""`, s.cmd.Name))
	}
	var lines []string
	s.srv.mu.Lock()
	for _, f := range s.srv.folders {
		if pattern == "*" || pattern == "%" || pattern == f.name {
			lines = append(lines, fmt.Sprintf(`%s (%s) "/" "%s"`, s.cmd.Name, f.specialUse, encodeName(f.name)))
		}
	}
	s.srv.mu.Unlock()
	for _, l := range lines {
		if err := s.untagged("%s", l); err != nil {
			return err
		}
	}
	return s.done(nil)
}

// status leaves out what the server does not report, as 163 does with UIDNEXT: `* STATUS "INBOX" ()`.
func (s *session) status() error {
	name, err := s.folderArg()
	if err != nil {
		return s.bad()
	}
	wanted, err := s.args.next()
	if err != nil {
		return s.bad()
	}
	s.srv.mu.Lock()
	f := s.srv.folder(name)
	var items []string
	if f != nil {
		for item := range strings.FieldsSeq(strings.ToUpper(strings.Trim(wanted, "()"))) {
			if v, ok := s.srv.statusItem(f, item); ok {
				items = append(items, item+" "+v)
			}
		}
	}
	s.srv.mu.Unlock()
	if f == nil {
		return s.tagged("NO STATUS folder not exist")
	}
	return s.done(s.untagged(`STATUS "%s" (%s)`, encodeName(name), strings.Join(items, " ")))
}

func (s *Server) statusItem(f *folder, item string) (value string, ok bool) {
	switch {
	case item == "MESSAGES":
		return strconv.Itoa(len(s.visible(f))), true
	case item == "RECENT":
		return "0", true
	case item == "UIDVALIDITY" && !s.opts.OmitUIDValidity:
		return strconv.FormatUint(f.uidValidity, 10), true
	case item == "UIDNEXT" && s.opts.UIDNext:
		return strconv.FormatUint(uint64(f.nextUID), 10), true
	}
	return "", false
}

func (s *session) selectFolder() error {
	s.selected = ""
	if s.srv.opts.ID == IDRequired && !s.identified {
		return s.tagged("NO %s Unsafe Login. Please contact kefu@188.com for help", s.cmd.Name)
	}
	name, err := s.folderArg()
	if err != nil {
		return s.bad()
	}
	s.srv.mu.Lock()
	f := s.srv.folder(name)
	if f == nil {
		s.srv.mu.Unlock()
		return s.tagged("NO %s folder not exist", s.cmd.Name)
	}
	if s.srv.opts.FlapUIDValidity && s.cmd.Name == "EXAMINE" {
		f.uidValidity = uint64(time.Now().Unix()) // within one second the same, as Courier's
	}
	validity, next := f.uidValidity, f.nextUID
	s.known = nil
	for _, m := range s.srv.visible(f) {
		s.known = append(s.known, m.uid)
	}
	s.srv.mu.Unlock()

	s.selected, s.readOnly, s.announced = name, s.cmd.Name == "EXAMINE", len(s.known)
	lines := []string{strconv.Itoa(len(s.known)) + " EXISTS", "0 RECENT"}
	if !s.srv.opts.OmitUIDValidity {
		lines = append(lines, fmt.Sprintf("OK [UIDVALIDITY %d] UIDs valid", validity))
	}
	if s.srv.opts.UIDNext {
		lines = append(lines, fmt.Sprintf("OK [UIDNEXT %d] Predicted next UID", next))
	}
	lines = append(lines, "FLAGS "+flagList, "OK [PERMANENTFLAGS "+flagList+"] Limited")
	for _, l := range lines {
		if err := s.untagged("%s", l); err != nil {
			return err
		}
	}
	if s.readOnly {
		return s.tagged("OK [READ-ONLY] EXAMINE completed")
	}
	return s.tagged("OK [READ-WRITE] SELECT completed")
}

// view returns the messages of the selected folder that the session may see; their places are the sequence numbers.
func (s *session) view() []message {
	s.srv.mu.Lock()
	defer s.srv.mu.Unlock()
	f := s.srv.folder(s.selected)
	msgs := slices.Clone(s.srv.visible(f))
	if s.srv.opts.StaleSelection {
		msgs = slices.DeleteFunc(msgs, func(m message) bool { _, known := slices.BinarySearch(s.known, m.uid); return !known })
	}
	return msgs
}

// places resolves a set of UIDs or sequence numbers to places in the view, from 0.
func places(view []message, set numberSet, byUID bool) (at []int) {
	number := func(i int) uint32 {
		if byUID {
			return view[i].uid
		}
		return uint32(i + 1)
	}
	for i := range view {
		if set.contains(number(i), number(len(view)-1)) {
			at = append(at, i)
		}
	}
	return at
}

func (s *session) byUID() bool { return strings.HasPrefix(s.cmd.Name, "UID ") }

// search knows ALL, numbers and UID numbers. The rest is BAD: clients of Chinese servers must not rely on more (mailbox/PROVIDERS.md#netease-163-126).
func (s *session) search() error {
	view := s.view()
	hits := places(view, numberSet{{1, star}}, false)
	for more := true; more; more = s.args.rest != "" {
		key, err := s.args.next()
		byUID := strings.EqualFold(key, "UID")
		if byUID {
			key, err = s.args.next()
		}
		if strings.EqualFold(key, "ALL") && !byUID {
			continue
		}
		set, setErr := parseSet(key)
		if err != nil || setErr != nil {
			return s.bad()
		}
		chosen := places(view, set, byUID)
		if s.srv.opts.BlindSearch && byUID {
			chosen = nil
		}
		hits = slices.DeleteFunc(hits, func(i int) bool { _, ok := slices.BinarySearch(chosen, i); return !ok })
	}
	var line strings.Builder
	line.WriteString("SEARCH")
	for _, i := range hits {
		n := uint32(i + 1)
		if s.byUID() {
			n = view[i].uid
		}
		line.WriteString(" " + strconv.FormatUint(uint64(n), 10))
	}
	return s.done(s.untagged("%s", line.String()))
}

// append stores a message with optional flags and date; 163 has UIDPLUS (RFC 4315).
func (s *session) append() error {
	s.mutates()
	name, err := s.folderArg()
	if err != nil {
		return s.bad()
	}
	m := message{date: time.Now()}
	word, err := s.args.next()
	if err == nil && strings.HasPrefix(word, "(") {
		m.flags = strings.Fields(strings.Trim(word, "()"))
		word, err = s.args.next()
	}
	if err == nil && s.args.rest != "" {
		if m.date, err = time.Parse("_2-Jan-2006 15:04:05 -0700", word); err == nil {
			word, err = s.args.next()
		}
	}
	if err != nil {
		return s.bad()
	}
	m.raw = []byte(word)
	if stopped, err := s.stopsBefore(Storing); stopped {
		return err
	}
	s.srv.mu.Lock()
	f := s.srv.folder(name)
	if f == nil {
		s.srv.mu.Unlock()
		return s.tagged("NO [TRYCREATE] APPEND folder not exist")
	}
	m.uid = f.nextUID
	f.insert(m)
	s.srv.touch()
	validity := f.uidValidity
	s.srv.mu.Unlock()
	return s.tagged("OK [APPENDUID %d %d] APPEND completed", validity, m.uid)
}

// closeFolder would expunge after SELECT (RFC 3501 §6.4.2); after EXAMINE it changes nothing.
func (s *session) closeFolder() error {
	if !s.readOnly {
		s.mutates()
	}
	s.selected = ""
	return s.done(nil)
}

func (s *session) noop() error {
	if s.srv.opts.AnnounceOnNoop && s.selected != "" {
		if err := s.announce(); err != nil {
			return err
		}
	}
	return s.done(nil)
}

// announce sends EXISTS if the number of messages is not what the client was told last.
func (s *session) announce() error {
	n := len(s.view())
	if n == s.announced {
		return nil
	}
	s.announced = n
	return s.untagged("%d EXISTS", n)
}

// idle announces changes until the client says DONE (RFC 2177). The announcing goroutine alone writes meanwhile, and is waited for.
func (s *session) idle() error {
	if err := s.send(Continuation, 0, Reply{Line: "+ idling"}); err != nil {
		return err
	}
	if s.srv.opts.IdleBrief {
		return s.done(nil)
	}
	stop := make(chan struct{})
	var announcer sync.WaitGroup
	var failed error
	announcer.Go(func() {
		for {
			s.srv.mu.Lock()
			changed := s.srv.changed
			s.srv.mu.Unlock()
			if failed = s.announce(); failed != nil {
				return
			}
			select {
			case <-changed:
			case <-stop:
				return
			}
		}
	})
	line, err := s.r.ReadString('\n')
	close(stop)
	announcer.Wait()
	switch {
	case failed != nil:
		return failed
	case err != nil:
		return err
	case !strings.EqualFold(strings.TrimSpace(line), "DONE"):
		return s.bad()
	}
	return s.done(nil)
}
