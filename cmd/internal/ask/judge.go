package ask

import (
	"context"
	"net/http"
	"slices"
)

// dryRunHeader asks to judge a change and record nothing of it. Requests that carry the wish in their
// body, such as AppendRequest, do not need it.
const dryRunHeader = "Ysq-Dry-Run"

// judged are the changes that can be asked for with dryRunHeader: their Backend methods look at
// DryRun. For any other the header is refused, for it would be a change.
var judged = []string{
	"POST /v0/mails/{digest}/open", "POST /v0/cases/{id}/mail/{digest}", "POST /v0/opening", "POST /v0/years/{year}/reopen",
	"POST /v0/letters/void", "POST /v0/letters/resume", "POST /v0/outbox/{id}",
}

type dryRunKey struct{}

// DryRun tells a Backend that the request is to be judged only: everything is done as else, in one
// transaction, which is then given up.
func DryRun(ctx context.Context) bool { return ctx.Value(dryRunKey{}) != nil }

// judging marks a request that asks for it.
func judging(r *http.Request, pattern string) (*http.Request, error) {
	if r.Header.Get(dryRunHeader) == "" || r.Method == http.MethodGet {
		return r, nil
	}
	if !slices.Contains(judged, pattern) {
		return nil, usage("此操作不能试算")
	}
	return r.WithContext(context.WithValue(r.Context(), dryRunKey{}, true)), nil
}

// Judging returns a client whose changes are judged and not recorded. Closing it is c's affair.
func (c *Client) Judging() *Client { return &Client{http: c.http, dry: true} }
