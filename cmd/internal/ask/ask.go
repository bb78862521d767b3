// Package ask is how commands reach the register. Each operation is one value that says everything about
// it: its name, the role that it needs, what is asked and what is answered.
//
//	Op, Stream, Upload, Download   the four shapes of an operation; their values stand beside their types
//	Door                           admits by role, masks, records what is shown unmasked, words the errors
//	Client                         asks; Do, Each, Put and Get take the value of an operation
//	wire                           the socket below
//
// Without a daemon the same Door answers inside the command's own process (InProcess), so that roles and
// masking do not depend on which of the two it is.
package ask

import (
	"fmt"
	"time"

	"ysq.internal/ysq/casefile"
)

// Protocol is sent with every request and answer, so that half an upgrade is reported plainly instead of
// failing in odd ways.
const Protocol = "4"

// Op is an operation with one answer. It and the three shapes below say the same about an operation.
type Op[Q, A any] struct {
	Name string
	Role Role // the least that may ask
	// Records names the kinds of event that a request records, where the office may ask another role for
	// some of them; nil: Role is all that it needs.
	Records func(Q) []casefile.Kind
	// Dry says that the operation can be judged only (Envelope.DryRun). What needs no more than Viewer
	// changes nothing anyway.
	Dry bool
	// Look says whose personal data the answer to a request holds, where it can be had unmasked: to those
	// who ask for it (Envelope.Reveal) or, with Open, always. That somebody looks is recorded first.
	Look func(Q) Look
	Open bool
	// Gate says that it is for the web service alone, which has no role: how people come in by a browser.
	Gate bool
	// Limit bounds the bytes of a request; 0 is defaultLimit.
	Limit int64
}

// Stream is an operation whose answer is a list that comes item by item.
type Stream[Q, Item any] Op[Q, Item]

// Upload is an operation to which bytes are sent along, bounded by Limit. It answers like a Stream.
type Upload[Q, Item any] Op[Q, Item]

// Download is an operation that answers with a head and then bytes, which are unmasked.
type Download[Q, Head any] Op[Q, Head]

// None is a request that needs no words.
type None struct{}

// Look is what somebody gets to see unmasked. The zero value is nothing.
type Look struct {
	Cases  []casefile.ID
	Mail   string // the beginning of its digest; the cases are those that it is on
	Letter string // its number; the cases are those that it answers
	What   string // for the record, as "show --reveal"
}

// Reveal says how much of the personal data in an answer comes unmasked.
type Reveal string

// The degrees of Reveal. Whatever is not masked is recorded.
const (
	Masked  Reveal = ""
	Contact Reveal = "contact" // telephone numbers and addresses, for daily work; numbers of identity stay masked
	All     Reveal = "all"
)

// Envelope is what a request says beside its question.
type Envelope struct {
	DryRun bool   `json:"dry_run,omitzero"` // judge, and record nothing
	Reveal Reveal `json:"reveal,omitzero"`
	// IfSeq names the last record of a case that the asker has seen. Where the case has gone on since, the
	// operation is refused (code "changed").
	IfSeq map[casefile.ID]uint64 `json:"if_seq,omitzero"`
	// Seen is the last record that the asker has seen, for whoever does not name the cases: the operation is refused where
	// any case or dispute on which it records has gone on since.
	Seen uint64 `json:"seen,omitzero"`
	// Session is the token of a stay (Login). It counts only from the web service.
	Session string `json:"session,omitzero"`
	// Passive says that a page asks by itself: it keeps no stay alive.
	Passive bool `json:"passive,omitzero"`
	// Within is how long the asker waits; what takes longer is given up. 0: as long as it takes.
	Within time.Duration `json:"within,omitzero"`
}

// Call is a request as an operation sees it: what the asker wishes, and who it is, as the socket knows. At
// is the instant of the call: all that one call records bears it.
type Call struct {
	Envelope
	Who Actor
	At  time.Time
}

// Role says what a person may do. A higher role includes the lower.
type Role uint8

// The roles that a configuration gives to groups.
const (
	NoRole Role = iota
	Viewer
	Operator
	Approver
)

var (
	roleLabels = [...]string{"无权限", "查看", "经办", "审核"}
	roleCodes  = [...]string{"none", "viewer", "operator", "approver"}
)

// String returns the stable code.
func (r Role) String() string {
	if int(r) < len(roleCodes) {
		return roleCodes[r]
	}
	return fmt.Sprintf("role-%d", r)
}

// Label returns the Chinese word.
func (r Role) Label() string {
	if int(r) < len(roleLabels) {
		return roleLabels[r]
	}
	return fmt.Sprintf("角色 %d", r)
}

// Actor is who asks.
type Actor struct {
	Name string // login name, or "uid 1000" where the system does not know it; of a person by the browser his own
	UID  uint32
	Role Role
	Web  bool // a person who came in by the browser; or the web service itself, which has no role
	// Department is whose cases a person by the browser sees first.
	Department string
}

// String is how records name the actor.
func (a Actor) String() string {
	if a.Web {
		return a.Name + "(web)"
	}
	return fmt.Sprintf("%s(%d)", a.Name, a.UID)
}

// Roles maps groups to roles. The zero value gives nobody a role but those of RoleOf's own rule.
type Roles struct {
	Viewer, Operator, Approver []uint32 // gids
	// Owner is the uid under which the daemon runs. It and root may operate: whoever is one of them
	// can read the files anyway, and is at least recorded here. Neither is an approver by that.
	Owner uint32
	// Web is the uid of the web service, which has no role whatever its groups are; 0: there is none.
	Web uint32
}

// RoleOf returns the highest role of a uid and its groups.
func (r Roles) RoleOf(uid uint32, gids []uint32) Role {
	role := NoRole
	if uid == r.Web && uid != 0 {
		return role
	}
	if uid == 0 || uid == r.Owner {
		role = Operator
	}
	for _, gid := range gids {
		for _, m := range []struct {
			gids []uint32
			role Role
		}{{r.Viewer, Viewer}, {r.Operator, Operator}, {r.Approver, Approver}} {
			for _, g := range m.gids {
				if g == gid {
					role = max(role, m.role)
				}
			}
		}
	}
	return role
}
