package imapsim

import (
	"cmp"
	"slices"
	"time"
)

// firstUID is where the UIDs of a 163 folder were seen to begin.
const firstUID = 1392611444

type folder struct {
	name        string // UTF-8
	specialUse  string // `\Sent`; "" for none
	uidValidity uint64 // beyond 32 bits it is a fault, as some servers have it
	nextUID     uint32
	messages    []message // by ascending UID
}

type message struct {
	uid   uint32
	raw   []byte
	date  time.Time // INTERNALDATE
	flags []string
}

func (m *message) set(flag string, on bool) {
	m.flags = slices.DeleteFunc(slices.Clone(m.flags), func(f string) bool { return f == flag })
	if on {
		m.flags = append(m.flags, flag)
	}
}

// find returns the place of uid, or where it would be.
func (f *folder) find(uid uint32) (int, bool) {
	return slices.BinarySearchFunc(f.messages, uid, func(m message, uid uint32) int { return cmp.Compare(m.uid, uid) })
}

// insert keeps nextUID above every UID and, like Coremail, leaves gaps.
func (f *folder) insert(m message) {
	if m.raw == nil {
		m.raw = []byte{} // an empty mail is a literal of length 0, not an absent one
	}
	i, taken := f.find(m.uid)
	if taken {
		f.messages[i] = m
		return
	}
	f.messages = slices.Insert(f.messages, i, m)
	f.nextUID = max(f.nextUID, m.uid+1+m.uid%4)
}

// folder returns a folder, or nil. The caller holds mu.
func (s *Server) folder(name string) *folder {
	for _, f := range s.folders {
		if f.name == name {
			return f
		}
	}
	return nil
}

// ensure returns a folder and makes it if there is none. The caller holds mu.
func (s *Server) ensure(name string) *folder {
	if f := s.folder(name); f != nil {
		return f
	}
	f := &folder{name: name, uidValidity: 1, nextUID: firstUID}
	s.folders = append(s.folders, f)
	return f
}

// touch wakes sessions in IDLE. The caller holds mu.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// change runs f on a folder, which is made if there is none, and tells the sessions.
func (s *Server) change(name string, f func(*folder)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.ensure(name))
	s.touch()
}

// AddFolder makes a folder, or changes the special use (`\Sent`, or "") of one that exists. Names are UTF-8.
func (s *Server) AddFolder(name, specialUse string) {
	s.change(name, func(f *folder) { f.specialUse = specialUse })
}

// Add delivers a mail under the next UID of the folder, which is made if there is none.
func (s *Server) Add(name string, raw []byte, internalDate time.Time) (uid uint32) {
	s.change(name, func(f *folder) {
		uid = f.nextUID
		f.insert(message{uid: uid, raw: raw, date: internalDate})
	})
	return uid
}

// AddUID delivers a mail under a UID of the caller's choice, even one below those in use; a message with this UID is replaced.
func (s *Server) AddUID(name string, uid uint32, raw []byte, internalDate time.Time) {
	s.change(name, func(f *folder) { f.insert(message{uid: uid, raw: raw, date: internalDate}) })
}

// Remove expunges a message, as a colleague in the web mail does. It reports whether there was one.
func (s *Server) Remove(name string, uid uint32) (ok bool) {
	s.change(name, func(f *folder) { _, ok = f.remove(uid) })
	return ok
}

func (f *folder) remove(uid uint32) (message, bool) {
	i, ok := f.find(uid)
	if !ok {
		return message{}, false
	}
	m := f.messages[i]
	f.messages = slices.Delete(f.messages, i, i+1)
	return m, true
}

// Move takes a message to another folder, where it gets a new UID; ok is false if there is no such message.
func (s *Server) Move(from string, uid uint32, to string) (newUID uint32, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.ensure(from).remove(uid)
	if !ok {
		return 0, false
	}
	target := s.ensure(to)
	m.uid = target.nextUID
	target.insert(m)
	s.touch()
	return m.uid, true
}

// SetSeen marks a message as read or unread, as a colleague does by looking at it.
func (s *Server) SetSeen(name string, uid uint32, seen bool) (ok bool) {
	s.change(name, func(f *folder) { ok = f.update(uid, func(m *message) { m.set(`\Seen`, seen) }) })
	return ok
}

func (f *folder) update(uid uint32, change func(*message)) bool {
	i, ok := f.find(uid)
	if ok {
		change(&f.messages[i])
	}
	return ok
}

// SetUIDValidity changes what SELECT reports; the messages keep their UIDs.
func (s *Server) SetUIDValidity(name string, v uint64) {
	s.change(name, func(f *folder) { f.uidValidity = v })
}

// Recreate empties a folder and lets its UIDs begin anew, so that they overlap the old ones.
func (s *Server) Recreate(name string, uidValidity uint64) {
	s.change(name, func(f *folder) { f.messages, f.nextUID, f.uidValidity = nil, firstUID, uidValidity })
}

// Messages returns the UIDs in a folder, those outside the window included.
func (s *Server) Messages(name string) (uids []uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.folder(name); f != nil {
		for _, m := range f.messages {
			uids = append(uids, m.uid)
		}
	}
	return uids
}

// visible returns the messages within the window. The caller holds mu. The clock is that of the machine, or of the synctest bubble.
func (s *Server) visible(f *folder) []message {
	if s.opts.WindowDays == 0 {
		return f.messages
	}
	oldest := time.Now().AddDate(0, 0, -s.opts.WindowDays)
	return slices.DeleteFunc(slices.Clone(f.messages), func(m message) bool { return m.date.Before(oldest) })
}

// Raw returns the bytes of a message and its flags; nil when there is none with that UID.
func (s *Server) Raw(name string, uid uint32) (raw []byte, flags []string) {
	m, _ := s.message(name, uid)
	return slices.Clone(m.raw), slices.Clone(m.flags)
}

// message returns a copy of a message as it is now.
func (s *Server) message(name string, uid uint32) (message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.folder(name); f != nil {
		if i, ok := f.find(uid); ok {
			return f.messages[i], true
		}
	}
	return message{}, false
}
