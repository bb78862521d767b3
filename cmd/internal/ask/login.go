package ask

import "time"

// Coming in by a browser from the office's network. The web service is an account without any role: it carries what
// people type and, afterwards, the token of their stay. Who a token belongs to, and what he may, the office looks up at
// each request.
var (
	// Login returns a token to a person who knows his password. New is his new password; the first login demands one.
	Login  = Op[LoginRequest, LoginResult]{Name: "login", Gate: true}
	Logout = Op[None, None]{Name: "logout", Gate: true} // ends the stay whose token the request carries
	// ShowCertificate tells the daemon, which watches over it, what certificate browsers are shown.
	ShowCertificate = Op[ShownCertificate, None]{Name: "web shown", Gate: true}

	People      = Op[None, []PersonView]{Name: "web person list", Role: Approver}
	AddPerson   = Op[PersonRequest, PersonSecret]{Name: "web person add", Role: Approver}
	ResetPerson = Op[PersonRef, PersonSecret]{Name: "web person passwd", Role: Approver} // ends his stays
	ClosePerson = Op[PersonRef, PersonView]{Name: "web person close", Role: Approver}    // likewise
)

// LoginRequest is what somebody types to come in. From is the address of his browser, as the web service says.
type LoginRequest struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	New      string `json:"new,omitzero"`
	From     string `json:"from,omitzero"`
}

// LoginResult is a stay: the token stands for the person until it ends.
type LoginResult struct {
	Token Handle `json:"token"`
}

// ShownCertificate is the certificate of the web service.
type ShownCertificate struct {
	Ends time.Time `json:"ends"`
}

// PersonRef names a person who may come in by the browser.
type PersonRef struct {
	Name string `json:"name"`
}

// PersonRequest asks for a person to be let in.
type PersonRequest struct {
	PersonRef
	Role       string `json:"role"`                // viewer, operator, approver
	Department string `json:"department,omitzero"` // whose cases he sees first; it forbids nothing
}

// PersonView is a person who may come in by the browser.
type PersonView struct {
	Name       string `json:"name"`
	Role       string `json:"role"`
	Label      string `json:"label"`
	Department Text   `json:"department"`
	Added      Day    `json:"added"`
	Closed     Day    `json:"closed"`
	Must       bool   `json:"must_change"` // the first login has not been yet
	Stays      int    `json:"stays"`       // how many browsers are in
}

// PersonSecret is a first password, which is shown once and nowhere kept.
type PersonSecret struct {
	Person   PersonView `json:"person"`
	Password Handle     `json:"password"`
}

// ParseRole reads a code or a label.
func ParseRole(s string) (Role, error) {
	for r := Viewer; r <= Approver; r++ {
		if s == r.String() || s == r.Label() {
			return r, nil
		}
	}
	return NoRole, Usage("角色 %q 不认识；可写：查看、经办、审核", s)
}
