package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every command that changes something can be tried without: those that cannot stand here.
func TestEveryChangeCanBeTried(t *testing.T) {
	looks := []string{ // what changes nothing
		"ysq calendar check", "ysq calendar show", "ysq completion", "ysq config check", "ysq config example", "ysq config show", "ysq digest",
		"ysq dispute list", "ysq dispute show", "ysq doctor", "ysq due", "ysq explain", "ysq export", "ysq letter check", "ysq letter get", "ysq letter kinds",
		"ysq letter list", "ysq letter templates", "ysq law", "ysq list", "ysq log", "ysq mail list", "ysq mail show", "ysq mail trace", "ysq man", "ysq metrics", "ysq outbox list",
		"ysq outbox show", "ysq reconcile", "ysq report audit", "ysq report check", "ysq report departments", "ysq report merge", "ysq stats", "ysq search", "ysq show", "ysq status", "ysq verify",
		"ysq version", "ysq web", "ysq web person list", "ysq year diff", "ysq year list", "ysq year rehearse",
	}
	keeps := map[string]string{ // and what cannot be tried, with the reason
		"ysq backup":          "writes a backup and nothing else; restore --test proves it",
		"ysq compact":         "the register stays the same byte for byte, the old file is kept",
		"ysq demo":            "in a directory of its own",
		"ysq init":            "writes new files only; --login-check tries the login",
		"ysq mail retry":      "what it does is decided by what the server hands out",
		"ysq letter envelope": "draws covers; that addresses were looked at is recorded",
		"ysq letter posting":  "lists; that addresses were looked at is recorded",
		"ysq mail page":       "draws a page; that it did is recorded",
		"ysq mail save":       "copies out; that it did is recorded",
		"ysq notify":          "shows; --test posts a test and records nothing",
		"ysq password":        "tries the login before it writes",
		"ysq poll":            "what it does is decided by what the server hands out",
		"ysq rebuild":         "makes the same register anew, the old one is kept",
		"ysq report edit":     "opens an editor; --print shows what there is",
		"ysq restore":         "has --test",
		"ysq save":            "copies out; that it did is recorded",
		"ysq serve":           "is the daemon",

		"ysq web certificate":   "writes new files only",
		"ysq web person add":    "passwd and close undo it at once; nothing is recorded",
		"ysq web person close":  "add undoes it at once",
		"ysq web person passwd": "another passwd follows",
		"ysq web serve":         "is a service",
	}
	walk(newTerminal(0, nil).root(), func(c *cobra.Command) {
		if !c.Runnable() || c.HasSubCommands() {
			return
		}
		path := c.CommandPath()
		if has, want := c.Flags().Lookup("seen") != nil, recordsOnCases(path); has != want {
			t.Errorf("%s has --seen: %v, want %v", path, has, want)
		}
		_, kept := keeps[path]
		if has, want := c.Flags().Lookup("dry-run") != nil, !slices.Contains(looks, path) && !kept; has != want && path != "ysq digest" {
			t.Errorf("%s has --dry-run: %v, want %v", path, has, want)
		}
	})
}

// recordsOnCases tells whether a command records on cases or disputes that are there.
func recordsOnCases(path string) bool {
	below := strings.Fields(path)[1:]
	if slices.ContainsFunc(recordings(), func(r recording) bool { return r.Kind.Info().Command == below[0] }) {
		return true
	}
	return slices.Contains([]string{"split", "attach", "detach", "submit", "answer", "letter", "letter record", "letter void", "letter posted", "send", "mail open",
		"outbox retry", "outbox drop", "outbox sent", "dispute file", "dispute answer", "dispute decide", "dispute appeal", "dispute retry", "dispute void"}, strings.Join(below, " "))
}
