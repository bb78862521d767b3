package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tool writes the two formats. It stays out of go.mod: forty modules for a file format that the
// program never sees. Later releases need modules that not every proxy has.
const tool = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.0"

// The parts of nfpm's configuration that are used; nfpm reads YAML, which JSON is.
type recipe struct {
	Name          string            `json:"name"`
	Arch          string            `json:"arch"` // nfpm has rpm's names: aarch64, loongarch64
	Platform      string            `json:"platform"`
	Version       string            `json:"version"`
	VersionSchema string            `json:"version_schema"`
	Release       string            `json:"release"`
	Section       string            `json:"section"`
	Priority      string            `json:"priority"`
	Maintainer    string            `json:"maintainer"`
	Description   string            `json:"description"`
	License       string            `json:"license,omitempty"`
	MTime         time.Time         `json:"mtime"`
	NoGlobbing    bool              `json:"disable_globbing"`
	Umask         int               `json:"umask"`
	Depends       []string          `json:"depends"`
	Recommends    []string          `json:"recommends,omitempty"`
	Suggests      []string          `json:"suggests,omitempty"`
	Contents      []content         `json:"contents"`
	Scripts       map[string]string `json:"scripts"`
	Changelog     string            `json:"changelog,omitempty"`
	Deb           map[string]string `json:"deb"`
	RPM           map[string]string `json:"rpm"`
}

type content struct {
	Source string `json:"src,omitempty"`
	To     string `json:"dst"`
	Type   string `json:"type,omitempty"`
	Info   info   `json:"file_info"`
}

type info struct {
	Owner string    `json:"owner"`
	Group string    `json:"group"`
	Mode  int       `json:"mode"`
	MTime time.Time `json:"mtime"`
}

const description = `Register of applications for government information (依申请公开)
ysq polls the mailbox to which the public sends applications for government
information under the Regulations of the People's Republic of China on Open
Government Information, makes each mail a case with its statutory deadlines,
keeps the register, and produces the annual report.
It is a daemon for one office and the commands of its clerks.`

// nfpm packs the tree as a .deb or an .rpm and returns the file's name.
func (o order) nfpm(ctx context.Context, kind, arch string, tree []item, changelog string) (string, error) {
	at := time.Unix(o.epoch, 0).UTC()
	r := recipe{
		Name: "ysq", Arch: arch, Platform: "linux", Version: o.version, VersionSchema: "none", Release: "1",
		Section: "admin", Priority: "optional", Maintainer: o.maintainer, Description: description, License: "Apache-2.0",
		MTime: at, NoGlobbing: true, Umask: 0o022,
		// Certificates to know the mail server by; systemd makes the user and the directories.
		Depends: []string{"ca-certificates", "systemd"},
		Scripts: map[string]string{
			"postinstall": "deploy/scripts/postinstall.sh",
			"preremove":   "deploy/scripts/preremove.sh",
			"postremove":  "deploy/scripts/postremove.sh",
		},
		Deb: map[string]string{"compression": "xz"},
		RPM: map[string]string{"compression": "xz", "buildhost": "localhost", "group": "Applications/System",
			"summary": "Register of applications for government information (依申请公开)", "packager": o.maintainer},
	}
	// A font for PDFs that hold none, scans, PDFs of letters.
	r.Suggests = []string{"wqy-microhei-fonts", "libreoffice-writer", "tesseract", "tesseract-langpack-chi_sim"}
	r.Changelog = changelog
	if kind == "deb" { // Debian says these in files
		r.Changelog, r.License, r.Suggests = "", "", []string{"fonts-wqy-microhei", "libreoffice-writer", "tesseract-ocr", "tesseract-ocr-chi-sim"}
	}
	for _, i := range tree {
		c := content{Source: i.from, To: i.to, Info: info{"root", "root", int(i.mode), at}}
		switch {
		case i.from == "":
			c.Type = "dir"
		case kind == "rpm" && i.to == doc+"LICENSE":
			c.Type = "license"
		case kind == "rpm" && (strings.HasPrefix(i.to, doc) || strings.HasPrefix(i.to, "/usr/share/man/")):
			c.Type = "doc"
		case i.conf:
			c.Type = "config|noreplace"
		}
		r.Contents = append(r.Contents, c)
	}
	b, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	recipe := filepath.Join(o.scratch, "nfpm-"+kind+"-"+arch+".yaml")
	if err := os.WriteFile(recipe, b, 0o644); err != nil {
		return "", err
	}
	name := fmt.Sprintf("ysq_%s-1_%s.deb", o.version, arch)
	if kind == "rpm" {
		name = fmt.Sprintf("ysq-%s-1.%s.rpm", o.version, map[string]string{"amd64": "x86_64", "arm64": "aarch64", "loong64": "loongarch64"}[arch])
	}
	packer, err := o.packer(ctx)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, packer, "package", "--config", recipe, "--packager", kind, "--target", filepath.Join(o.out, name))
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+strconv.FormatInt(o.epoch, 10))
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("nfpm: %w\n%s", err, out)
	}
	return name, nil
}

// packer is nfpm, built once.
func (o order) packer(ctx context.Context) (string, error) {
	path := filepath.Join(o.scratch, "nfpm")
	if exists(path) {
		return path, nil
	}
	cmd := exec.CommandContext(ctx, "go", "install", tool)
	cmd.Env = append(os.Environ(), "GOBIN="+o.scratch, "GOOS=", "GOARCH=", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", tool, err, out)
	}
	return path, nil
}
