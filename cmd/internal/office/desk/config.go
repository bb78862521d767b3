package desk

import (
	"os/user"
	"strconv"

	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/config"
)

// Adopt puts another configuration into force.
func (d *Desk) Adopt(c config.Config) error {
	roles, err := RolesOf(c)
	if err != nil {
		return err
	}
	d.inForce.Store(&Running{c, roles})
	return nil
}

// RolesOf asks the system for the gids of the configured groups. A group that does not exist gives
// nobody a role; Check has told the administrator.
func RolesOf(c config.Config) (ask.Roles, error) {
	owner, err := OwnerOf(c.Paths.State)
	if err != nil {
		return ask.Roles{}, err
	}
	gids := func(groups []config.Group) []uint32 {
		var all []uint32
		for _, g := range groups {
			if gid, err := g.GID(); err == nil {
				all = append(all, gid)
			}
		}
		return all
	}
	return ask.Roles{
		Web:    accountOf(c.Access.Web),
		Viewer: gids(c.Access.Viewer), Operator: gids(c.Access.Operator), Approver: gids(c.Access.Approver), Owner: owner.UID,
	}, nil
}

// accountOf is the uid of an account; 0, which no web service has, where there is none.
func accountOf(name string) uint32 {
	u, err := user.Lookup(name)
	if name == "" || err != nil {
		return 0
	}
	n, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// Running is what may change while the daemon runs; a request sees the old or the new of it, never a
// mixture. Options.Config stays what the daemon was started with.
type Running struct {
	config.Config
	Roles ask.Roles
}

// Live is the configuration in force. Whatever config.Live names is read from it, each time anew.
func (d *Desk) Live() *Running { return d.inForce.Load() }
