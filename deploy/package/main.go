// Command package builds what an administrator installs: a .deb, an .rpm and a tarball for each
// architecture, and their checksums.
//
//	go run ./deploy/package            # everything, into ./dist
//	go run ./deploy/package -arch amd64 -format deb -o /tmp/out
//
// Run it from the root of the module. The same commit gives the same bytes, on any machine with the
// same Go: times come from SOURCE_DATE_EPOCH or the commit, paths and build ids are left out, and
// nothing of the building machine gets in.
//
//	main.go     what is asked for            layout.go   which file goes where: one table
//	build.go    programs, man pages, …       nfpm.go     .deb and .rpm
//	version.go  version and time             tarball.go  the tarball, checksums
//	papers.go   licences, changelogs         links.go    what documents link to
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

// Architectures in Go's names; .rpm has its own.
var architectures = []string{"amd64", "arm64", "loong64"}

var formats = []string{"deb", "rpm", "tar"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "package:", err)
		os.Exit(1)
	}
}

// order is what is to be built.
type order struct {
	out           string // directory of the results
	archs, kinds  []string
	version       string // as dpkg and rpm compare it, without the release number
	maintainer    string // Name <address>
	epoch         int64  // seconds since 1970: the time of every file
	work, scratch string // the module's root; temporary files
}

func run(ctx context.Context, args []string) (err error) {
	o := order{}
	f := flag.NewFlagSet("package", flag.ContinueOnError)
	f.StringVar(&o.out, "o", "dist", "`directory` of the results")
	archs := f.String("arch", strings.Join(architectures, ","), "architectures, in Go's names")
	kinds := f.String("format", strings.Join(formats, ","), "formats")
	f.StringVar(&o.version, "version", "", "`version`; by default the commit's tag, or one made of its time and hash")
	f.StringVar(&o.maintainer, "maintainer", "ysq maintainers <maintainers@ysq.internal>", "`name <address>` of whom users write to")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.archs, err = listed("arch", *archs, architectures); err != nil {
		return err
	}
	if o.kinds, err = listed("format", *kinds, formats); err != nil {
		return err
	}
	if o.work, err = os.Getwd(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(o.work, "deploy", "ysq.service")); err != nil {
		return fmt.Errorf("run from the root of the module: %w", err)
	}
	if err := o.identify(ctx); err != nil {
		return err
	}
	if o.scratch, err = os.MkdirTemp("", "ysq-package-"); err != nil {
		return err
	}
	defer os.RemoveAll(o.scratch)
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	return o.build(ctx)
}

func listed(name, value string, known []string) ([]string, error) {
	all := strings.Split(value, ",")
	for _, v := range all {
		if !slices.Contains(known, v) {
			return nil, fmt.Errorf("-%s: %q is none of %s", name, v, strings.Join(known, ", "))
		}
	}
	return all, nil
}

// build makes everything that was ordered, and tells the files as they are done.
func (o order) build(ctx context.Context) error {
	papers, err := o.papers(ctx)
	if err != nil {
		return err
	}
	var made []string
	for _, arch := range o.archs {
		program, err := o.compile(ctx, arch)
		if err != nil {
			return err
		}
		for _, kind := range o.kinds {
			var name string
			tree := layout(kind, program, papers)
			if err := o.relink(tree); err != nil {
				return err
			}
			if kind == "tar" {
				name, err = o.tarball(arch, tree)
			} else {
				name, err = o.nfpm(ctx, kind, arch, tree, papers.rpm)
			}
			if err != nil {
				return fmt.Errorf("%s for %s: %w", kind, arch, err)
			}
			fmt.Println(filepath.Join(o.out, name))
			made = append(made, name)
		}
	}
	return o.checksums(made)
}
