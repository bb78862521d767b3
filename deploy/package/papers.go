package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// papers are the files that accompany the program, ready to be packed.
type papers struct {
	pages       []string          // man pages, compressed
	instance    string            // the one page that is written by hand, compressed
	completions map[string]string // by shell
	changelog   string            // CHANGELOG.md, compressed
	debian      string            // the package's own, compressed
	rpm         string            // the same for an rpm, as nfpm reads it
	copyright   string
	licences    string // of the modules that are linked in, compressed
	sbom        string // what the program is made of, as SPDX, compressed
}

func (o order) papers(ctx context.Context) (p papers, err error) {
	if p.pages, p.completions, err = o.generated(ctx); err != nil {
		return p, err
	}
	changes, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		return p, err
	}
	instance, err := os.ReadFile("deploy/ysq-instance.8")
	if err != nil {
		return p, err
	}
	licences, err := o.licences(ctx)
	if err != nil {
		return p, err
	}
	sbom, err := o.sbom(ctx)
	if err != nil {
		return p, err
	}
	entries, err := o.rpmChangelog(changes)
	if err != nil {
		return p, err
	}
	p.rpm = filepath.Join(o.scratch, "changelog.yaml")
	if err := os.WriteFile(p.rpm, entries, 0o644); err != nil {
		return p, err
	}
	p.copyright = filepath.Join(o.scratch, "copyright")
	if err := os.WriteFile(p.copyright, []byte(copyright), 0o644); err != nil {
		return p, err
	}
	for _, f := range []struct {
		to   *string
		name string
		text []byte
	}{
		{&p.changelog, "changelog.gz", changes},
		{&p.debian, "changelog.Debian.gz", o.debianChangelog(changes)},
		{&p.instance, "ysq-instance.8.gz", instance},
		{&p.licences, "third-party-licenses.gz", licences},
		{&p.sbom, "ysq.spdx.json.gz", sbom},
	} {
		*f.to = filepath.Join(o.scratch, f.name)
		if err := compress(*f.to, f.text); err != nil {
			return p, err
		}
	}
	return p, nil
}

// headlines are what the newest chapter of CHANGELOG.md is about: the bold words with which its points begin. The
// packages' own changelogs have one entry of them, and name the file for the rest.
func headlines(changes []byte) (all []string) {
	_, chapter, _ := strings.Cut(string(changes), "\n## ")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	for line := range strings.Lines(chapter) {
		if point, ok := strings.CutPrefix(line, "- **"); ok {
			headline, _, _ := strings.Cut(point, "**")
			all = append(all, strings.TrimRight(strings.TrimSpace(headline), ":."))
		}
	}
	return append(all, "See /usr/share/doc/ysq/changelog.gz.")
}

func (o order) debianChangelog(changes []byte) []byte {
	return fmt.Appendf(nil, "ysq (%s-1) unstable; urgency=medium\n\n  * %s\n\n -- %s  %s\n", o.version,
		strings.Join(headlines(changes), "\n  * "), o.maintainer, time.Unix(o.epoch, 0).UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
}

// rpmChangelog is %changelog in the words of nfpm, which takes YAML, and so JSON.
func (o order) rpmChangelog(changes []byte) ([]byte, error) {
	type note struct {
		Note string `json:"note"`
	}
	type entry struct {
		Version  string    `json:"semver"`
		Date     time.Time `json:"date"`
		Packager string    `json:"packager"`
		Changes  []note    `json:"changes"`
	}
	e := entry{Version: o.version + "-1", Date: time.Unix(o.epoch, 0).UTC(), Packager: o.maintainer}
	for _, h := range headlines(changes) {
		e.Changes = append(e.Changes, note{h})
	}
	return json.Marshal([]entry{e})
}

// copyright in Debian's format. The licences of what is linked in ask to be passed on, and are.
const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ysq

Files: *
Copyright: 2026 the authors of ysq
License: Apache-2.0

Files: usr/bin/ysq
Copyright: 2026 the authors of ysq, of Go, and of the modules named in third-party-licenses.gz
License: Apache-2.0
Comment: The program is linked with the modules named in
 /usr/share/doc/ysq/third-party-licenses.gz, each under the licence that is
 reproduced there.

License: Apache-2.0
 On Debian systems the full text of the Apache License, Version 2.0, is in
 /usr/share/common-licenses/Apache-2.0; elsewhere it is in LICENSE.
`

var licenceName = regexp.MustCompile(`(?i)^(licen[sc]e|copying|notice|patents|copyright)([.-].*)?$`)

// licences gathers the licences of Go and of every module that the program contains.
func (o order) licences(ctx context.Context) ([]byte, error) {
	modules, err := o.linked(ctx)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	if err := gather(&b, "Go", strings.TrimSpace(string(root))); err != nil {
		return nil, err
	}
	for _, m := range modules {
		if err := gather(&b, m.path+" "+m.version, m.dir); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// gather appends the licence files of a module; one without any must not go out unnoticed.
func gather(b *bytes.Buffer, name, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	found := false
	for _, e := range entries {
		if !licenceName.MatchString(e.Name()) || e.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "%s\n%s: %s\n%s\n\n%s\n\n", strings.Repeat("=", 78), name, e.Name(), strings.Repeat("=", 78), bytes.TrimSpace(text))
		found = true
	}
	if !found && name != "Go" { // a distribution's Go keeps its licence elsewhere
		return fmt.Errorf("module %s has no licence file in %s", name, dir)
	}
	return nil
}
