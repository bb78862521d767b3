package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "ysq.internal/ysq"

func TestTreeKeepsTheRules(t *testing.T) {
	root := os.DirFS("../../..")
	mod, err := fs.ReadFile(root, "go.mod")
	if err != nil || !bytes.HasPrefix(mod, []byte("module "+module+"\n")) {
		t.Fatalf("this is not the root of %s: %v", module, err)
	}
	found, files := violations(t, root)
	for _, v := range found {
		t.Error(v)
	}
	if files < 20 {
		t.Errorf("only %d files were looked at", files)
	}
}

// Every rule is broken once, so that none of them can rot into one that never fires.
func TestRulesFire(t *testing.T) {
	for _, tt := range []struct {
		name, file, src string
		want            string // part of the one violation; "" for none
	}{
		{"allowed", "casefile/form/x.go", `package form; import _ "ysq.internal/ysq/casefile/ooxml"`, ""},
		{"civil is for all", "config/x.go", `package config; import _ "ysq.internal/ysq/casefile/civil"`, ""},
		{"domain imports adapter", "casefile/x.go", `package casefile; import _ "ysq.internal/ysq/casefile/register"`, "must not import casefile/register"},
		{"adapter imports adapter", "mailbox/outbox/x.go", `package outbox; import _ "ysq.internal/ysq/mailbox/imapsource"`, "must not import mailbox/imapsource"},
		{"mailbox reads config", "mailbox/x.go", `package mailbox; import _ "ysq.internal/ysq/config"`, "must not import config"},
		{"daemon contains the simulator", "cmd/internal/daemon/x.go", `package daemon; import _ "ysq.internal/ysq/mailbox/imapsim"`, "must not import mailbox/imapsim"},
		{"daemon knows what only rooms know", "cmd/internal/daemon/x.go", `package daemon; import _ "ysq.internal/ysq/stats/render"`, "must not import stats/render"},
		{"daemon opens the register itself", "cmd/internal/daemon/x.go", `package daemon; import _ "ysq.internal/ysq/casefile/register"`, "must not import casefile/register"},
		{"office wires the rooms", "cmd/internal/office/x.go", `package office; import _ "ysq.internal/ysq/cmd/internal/office/annual"`, ""},
		{"room imports its neighbour", "cmd/internal/office/annual/x.go", `package annual; import _ "ysq.internal/ysq/cmd/internal/office/post"`, "must not import cmd/internal/office/post"},
		{"room imports upward", "cmd/internal/office/record/x.go", `package record; import _ "ysq.internal/ysq/cmd/internal/office/intake"`, "must not import cmd/internal/office/intake"},
		{"room imports the office", "cmd/internal/office/keeping/x.go", `package keeping; import _ "ysq.internal/ysq/cmd/internal/office"`, "must not import cmd/internal/office:"},
		{"transaction in a room", "cmd/internal/office/letters/x.go", `package letters; import "ysq.internal/ysq/casefile/register"; var _ func(*register.Tx)`, "names register.Tx"},
		{"transaction in disguise", "cmd/internal/office/post/x.go", `package post; import book "ysq.internal/ysq/casefile/register"; type t struct{ *book.Tx }`, "names register.Tx"},
		{"transaction at the desk", "cmd/internal/office/desk/x.go", `package desk; import "ysq.internal/ysq/casefile/register"; var _ func(*register.Tx)`, ""},
		{"command opens the register", "cmd/internal/cli/x.go", `package cli; import _ "ysq.internal/ysq/casefile/register"`, "must not import casefile/register"},
		{"unknown package", "mailbox/util/x.go", `package util`, "no place in the house"},
		{"log in the domain", "casefile/x.go", `package casefile; import _ "github.com/rs/zerolog"`, "must not import github.com/rs/zerolog"},
		{"bbolt elsewhere", "mailbox/rawstore/x.go", `package rawstore; import _ "go.etcd.io/bbolt"`, "must not import go.etcd.io/bbolt"},
		{"part of a module", "mailbox/x.go", `package mailbox; import _ "github.com/emersion/go-imap/v2/imapclient"`, "must not import github.com/emersion/go-imap/v2/imapclient"},
		{"unknown module", "mailbox/x.go", `package mailbox; import _ "github.com/pkg/errors"`, "not among the chosen modules"},
		{"test module in the program", "config/x.go", `package config; import _ "github.com/google/go-cmp/cmp"`, "not among the chosen modules"},
		{"tests are exempt", "config/x_test.go", `package config; import _ "github.com/google/go-cmp/cmp"`, ""},
		{"another system's file", "config/x_windows.go", `package config; import _ "log"`, "must not import log"},
		{"cgo", "cmd/ysq/x.go", `package main; import "C"`, "must not import C"},
		{"input in the domain", "casefile/ledger/x.go", `package ledger; import _ "os"`, "must not import os"},
		{"the register may", "casefile/register/x.go", `package register; import _ "os"`, ""},
		{"chance", "stats/x.go", `package stats; import _ "math/rand/v2"`, "must not import math/rand/v2"},
		{"clock", "stats/x.go", `package stats; import "time"; var now = time.Now`, "uses time.Now"},
		{"clock in disguise", "casefile/register/x.go", `package register; import clock "time"; func f() { _ = clock.Since(clock.Time{}) }`, "uses time.Since"},
		{"no clock", "stats/x.go", `package stats; import "time"; var d = time.Second`, ""},
		{"clock at the edge", "mailbox/x.go", `package mailbox; import "time"; var now = time.Now`, ""},
		{"new folder", "internal/util/x.go", `package util`, "no place in the house"},
		{"folder without code", "docs/x.md", `x`, "not a folder of the root"},
		{"long file", "config/x.go", "package config" + strings.Repeat("\n", maxLines+1), "lines"},
		{"test server in the program", "mailbox/imapsource/x.go", `package imapsource; import _ "ysq.internal/ysq/mailbox/dovecottest"`, "must not import mailbox/dovecottest"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := violations(t, fstest.MapFS{tt.file: {Data: []byte(tt.src)}})
			switch {
			case tt.want == "" && len(got) > 0:
				t.Errorf("complained: %v", got)
			case tt.want != "" && (len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), tt.want)):
				t.Errorf("got %q, want %q in it", got, tt.want)
			}
		})
	}
}

// The tables themselves: each entry has a reason, no package stands twice, nothing in the
// program may import what only tests may.
func TestTables(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range house {
		if r.why == "" || seen[r.pkg] {
			t.Errorf("%s: no reason, or listed twice", r.pkg)
		}
		seen[r.pkg] = true
		for _, m := range r.may {
			if slices.Contains(testOnly, m) && !slices.Contains(testOnly, r.pkg) {
				t.Errorf("%s may import %s", r.pkg, m)
			}
		}
	}
	for _, m := range modules {
		if m.why == "" || len(m.by) == 0 {
			t.Errorf("%s: no reason, or for nobody", m.path)
		}
	}
}

// violations reads every Go file and returns what is against the rules, and how many it read.
func violations(t testing.TB, root fs.FS) (found []string, files int) {
	t.Helper()
	err := fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() && file != "." && path.Dir(file) == "." && !slices.Contains(folders, file):
			found = append(found, file+": not a folder of the root: it has "+strings.Join(folders, ", "))
		case !d.IsDir() && path.Ext(file) == ".go":
			files++
			vs, err := judge(root, file)
			found = append(found, vs...)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, files
}

// judge returns what is against the rules in one file.
func judge(root fs.FS, file string) (found []string, err error) {
	src, err := fs.ReadFile(root, file)
	if err != nil {
		return nil, err
	}
	complain := func(format string, args ...any) {
		found = append(found, file+": "+fmt.Sprintf(format, args...))
	}
	if n := bytes.Count(src, []byte("\n")); n > maxLines {
		complain("%d lines, at most %d: one file, one thought", n, maxLines)
	}
	if strings.HasSuffix(file, "_test.go") {
		return found, nil
	}
	pkg := path.Dir(file)
	tree, err := parser.ParseFile(token.NewFileSet(), file, src, parser.SkipObjectResolution)
	if err != nil {
		complain("%v", err)
		return found, nil
	}
	i := slices.IndexFunc(house, func(r room) bool { return r.pkg == pkg })
	if i < 0 {
		complain("package %s has no place in the house: give it one in rules_test.go, with its reason", pkg)
		return found, nil
	}
	for _, spec := range tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
			if !slices.Contains(forAll, ours) && !matchesAny(house[i].may, ours) {
				complain("must not import %s: %s", ours, house[i].why)
			}
		} else if why := foreign(pkg, imported); why != "" {
			complain("must not import %s: %s", imported, why)
		}
	}
	if matchesAny(timeless, pkg) {
		for _, name := range uses(tree, "time", "Now", "Since", "Until") {
			complain("uses time.%s: %s", name, timelessWhy)
		}
	}
	if !matchesAny(transactions, pkg) && len(uses(tree, module+"/casefile/register", "Tx")) > 0 {
		complain("names register.Tx: %s", transactionsWhy)
	}
	return found, nil
}

// foreign returns why pkg must not import something that is not ours, "" if it may.
func foreign(pkg, imported string) string {
	for _, s := range standard {
		if slices.Contains(s.paths, imported) && matchesAny(s.closed, pkg) && !matchesAny(s.except, pkg) {
			return s.why
		}
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	for _, m := range modules {
		if matches(m.path+"/...", imported) {
			if matchesAny(m.by, pkg) {
				return ""
			}
			return m.why
		}
	}
	return "it is not among the chosen modules"
}

// uses lists those of a package's names that a file uses.
func uses(tree *ast.File, pkg string, names ...string) (found []string) {
	local := ""
	for _, spec := range tree.Imports {
		if spec.Path.Value == strconv.Quote(pkg) {
			local = path.Base(pkg)
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	if local == "" {
		return nil
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == local && slices.Contains(names, sel.Sel.Name) {
				found = append(found, sel.Sel.Name)
			}
		}
		return true
	})
	return found
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
}

func matches(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == below || strings.HasPrefix(name, below+"/")
	}
	return name == pattern
}
