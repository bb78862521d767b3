package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// sbom lists what the program is made of, as SPDX 2.3: Go itself and each module with its version, the sum of
// go.sum and the licence that its file names. It is the same bytes for the same commit.
func (o order) sbom(ctx context.Context) ([]byte, error) {
	modules, err := o.linked(ctx)
	if err != nil {
		return nil, err
	}
	sums, err := moduleSums()
	if err != nil {
		return nil, err
	}
	goVersion, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	if err != nil {
		return nil, err
	}
	type checksum struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"checksumValue"`
	}
	type reference struct {
		Category string `json:"referenceCategory"`
		Type     string `json:"referenceType"`
		Locator  string `json:"referenceLocator"`
	}
	type pkg struct {
		ID         string      `json:"SPDXID"`
		Name       string      `json:"name"`
		Version    string      `json:"versionInfo"`
		Location   string      `json:"downloadLocation"`
		Analyzed   bool        `json:"filesAnalyzed"`
		Concluded  string      `json:"licenseConcluded"`
		Declared   string      `json:"licenseDeclared"`
		Copyright  string      `json:"copyrightText"`
		Checksums  []checksum  `json:"checksums,omitzero"`
		References []reference `json:"externalRefs,omitzero"`
	}
	type relation struct {
		From string `json:"spdxElementId"`
		Type string `json:"relationshipType"`
		To   string `json:"relatedSpdxElement"`
	}
	const none = "NOASSERTION"
	self := pkg{ID: "SPDXRef-ysq", Name: "ysq", Version: o.version, Location: none, Concluded: "Apache-2.0", Declared: "Apache-2.0", Copyright: "2026 the authors of ysq"}
	golang := pkg{ID: "SPDXRef-go", Name: "go", Version: strings.TrimPrefix(strings.TrimSpace(string(goVersion)), "go"), Location: "https://go.dev/dl/", Concluded: "BSD-3-Clause", Declared: "BSD-3-Clause", Copyright: none}
	packages := []pkg{self, golang}
	relations := []relation{{"SPDXRef-DOCUMENT", "DESCRIBES", self.ID}, {self.ID, "STATIC_LINK", golang.ID}}
	for i, m := range modules {
		licence := licenceOf(m.dir)
		p := pkg{
			ID: fmt.Sprintf("SPDXRef-module-%03d", i+1), Name: m.path, Version: m.version, Location: "https://proxy.golang.org/" + escaped(m.path) + "/@v/" + m.version + ".zip",
			Concluded: licence, Declared: licence, Copyright: none, References: []reference{{"PACKAGE-MANAGER", "purl", "pkg:golang/" + m.path + "@" + m.version}},
		}
		if sum, ok := sums[m.path+" "+m.version]; ok {
			p.Checksums = []checksum{{"SHA256", sum}}
		}
		packages = append(packages, p)
		relations = append(relations, relation{self.ID, "STATIC_LINK", p.ID})
	}
	of := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", o.version, goVersion, len(packages)))
	text, err := json.MarshalIndent(map[string]any{
		"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "ysq-" + o.version,
		"documentNamespace": "https://spdx.org/spdxdocs/ysq-" + o.version + "-" + hex.EncodeToString(of[:8]),
		"creationInfo":      map[string]any{"created": time.Unix(o.epoch, 0).UTC().Format(time.RFC3339), "creators": []string{"Tool: ysq deploy/package"}},
		"packages":          packages, "relationships": relations,
	}, "", " ")
	return append(text, '\n'), err
}

// module is one that the program contains.
type module struct{ path, version, dir string }

// linked lists the modules that the program contains. All architectures need the same or fewer: amd64 stands
// for them.
func (o order) linked(ctx context.Context) (all []module, err error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/ysq")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOFLAGS=-mod=readonly")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("listing modules: %w", err)
	}
	for line := range strings.Lines(strings.TrimSpace(string(out))) {
		name, dir, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if path, version, ok := strings.Cut(name, " "); ok {
			all = append(all, module{path, version, dir})
		}
	}
	slices.SortFunc(all, func(a, b module) int { return cmp.Compare(a.path, b.path) })
	return slices.Compact(all), nil
}

// moduleSums reads go.sum: the SHA-256 of each module's tree (h1), in hexadecimal.
func moduleSums() (map[string]string, error) {
	f, err := os.Open("go.sum")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sums := map[string]string{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) != 3 || strings.HasSuffix(words[1], "/go.mod") {
			continue
		}
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(words[2], "h1:"))
		if err != nil {
			return nil, fmt.Errorf("go.sum: %s: %w", words[0], err)
		}
		sums[words[0]+" "+words[1]] = hex.EncodeToString(sum)
	}
	return sums, lines.Err()
}

// escaped is a module's path as the proxy has it: a capital is ! and the small letter.
func escaped(path string) string {
	return regexp.MustCompile(`[A-Z]`).ReplaceAllStringFunc(path, func(s string) string { return "!" + strings.ToLower(s) })
}

// licences that a file is known by, the more particular first.
var knownLicences = []struct{ id, words string }{
	{"Apache-2.0", "Apache License"},
	{"MPL-2.0", "Mozilla Public License"},
	{"BSD-3-Clause", "Neither the name of"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms"},
	{"ISC", "Permission to use, copy, modify, and"},
	{"MIT", "Permission is hereby granted, free of charge"},
}

// licenceOf says under which licence a module is, by the words of its file; NOASSERTION where they are others.
func licenceOf(dir string) string {
	entries, _ := os.ReadDir(dir) // a module without a file is refused where the licences are gathered
	for _, e := range entries {
		if !licenceName.MatchString(e.Name()) || e.IsDir() || strings.HasPrefix(strings.ToUpper(e.Name()), "PATENTS") || strings.HasPrefix(strings.ToUpper(e.Name()), "NOTICE") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		words := strings.Join(strings.Fields(string(text)), " ")
		for _, l := range knownLicences {
			if strings.Contains(words, l.words) {
				return l.id
			}
		}
	}
	return "NOASSERTION"
}
