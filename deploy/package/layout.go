package main

import (
	"io/fs"
	"path/filepath"
	"strings"
)

// item is one file or directory of the package.
type item struct {
	to   string      // absolute path on the system
	from string      // the file it is made of; "": a directory
	mode fs.FileMode // of the file or directory
	conf bool        // the administrator's: kept when changed
}

const doc = "/usr/share/doc/ysq/"

// layout says which file goes where. It is the same in every format, but for the shells' directories
// and the papers that a distribution asks for.
func layout(kind, program string, p papers) []item {
	tree := []item{
		{"/usr/bin/ysq", program, 0o755, false},
		{"/usr/sbin/ysq-instance", "deploy/ysq-instance", 0o755, false},
		{"/usr/share/man/man8/ysq-instance.8.gz", p.instance, 0o644, false},
		{"/etc/ysq", "", 0o755, false},
		{doc + "README.md", "README.md", 0o644, false},
		{doc + "README.zh-CN.md", "README.zh-CN.md", 0o644, false},
		{doc + "admin.zh-CN.md", "deploy/doc/admin.zh-CN.md", 0o644, false},
		{doc + "clerk.zh-CN.md", "deploy/doc/clerk.zh-CN.md", 0o644, false},
		{doc + "desk/today.png", "deploy/doc/desk/today.png", 0o644, false},
		{doc + "desk/register.png", "deploy/doc/desk/register.png", 0o644, false},
		{doc + "desk/year.png", "deploy/doc/desk/year.png", 0o644, false},
		{doc + "SECURITY.md", "SECURITY.md", 0o644, false},
		{doc + "changelog.gz", p.changelog, 0o644, false},
		{doc + "copyright", p.copyright, 0o644, false},
		{doc + "third-party-licenses.gz", p.licences, 0o644, false},
		{doc + "ysq.spdx.json.gz", p.sbom, 0o644, false},
		{doc + "examples/ysq.toml", "deploy/ysq.toml", 0o644, false},
		{doc + "examples/ysq.rules.yml", "deploy/ysq.rules.yml", 0o644, false},
		{"/usr/share/bash-completion/completions/ysq", p.completions["bash"], 0o644, false},
		{"/usr/share/fish/vendor_completions.d/ysq.fish", p.completions["fish"], 0o644, false},
		{"/usr/lib/sysusers.d/ysq.conf", "deploy/ysq.sysusers", 0o644, false},
		{"/usr/lib/tmpfiles.d/ysq.conf", "deploy/ysq.tmpfiles", 0o644, false},
	}
	for _, unit := range []string{"ysq.service", "ysq-backup.service", "ysq-backup.timer", "ysq-remind.service", "ysq-remind.timer", "ysq-web.service", "ysq-web.socket"} {
		for _, name := range []string{unit, strings.Replace(unit, ".", "@.", 1)} { // and for an instance
			tree = append(tree, item{"/usr/lib/systemd/system/" + name, "deploy/" + name, 0o644, false})
		}
	}
	for _, page := range p.pages { // ysq-list.1.gz
		section := filepath.Ext(page[:len(page)-len(".gz")])[1:]
		tree = append(tree, item{"/usr/share/man/man" + section + "/" + filepath.Base(page), page, 0o644, false})
	}
	switch kind {
	case "deb":
		tree = append(tree,
			item{doc + "changelog.Debian.gz", p.debian, 0o644, false},
			item{"/usr/share/lintian/overrides/ysq", "deploy/debian.overrides", 0o644, false},
			item{"/usr/share/zsh/vendor-completions/_ysq", p.completions["zsh"], 0o644, false})
	default:
		tree = append(tree,
			item{doc + "LICENSE", "LICENSE", 0o644, false},
			item{"/usr/share/zsh/site-functions/_ysq", p.completions["zsh"], 0o644, false})
	}
	return tree
}
