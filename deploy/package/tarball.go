package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// tarball packs the tree below files/ with the script that installs it, for systems without dpkg and
// rpm. It returns the file's name.
func (o order) tarball(arch string, tree []item) (string, error) {
	top := fmt.Sprintf("ysq-%s-linux-%s", o.version, arch)
	items := []item{{"/install.sh", "deploy/install.sh", 0o755, false}}
	for _, name := range []string{"postinstall.sh", "preremove.sh", "postremove.sh"} {
		items = append(items, item{"/scripts/" + name, "deploy/scripts/" + name, 0o755, false})
	}
	for _, i := range tree {
		i.to = "/files" + i.to
		items = append(items, i)
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.to, b.to) })

	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	w := tar.NewWriter(z)
	for _, i := range items {
		h := &tar.Header{Name: top + i.to, Mode: int64(i.mode), ModTime: time.Unix(o.epoch, 0), Uname: "root", Gname: "root", Format: tar.FormatPAX}
		var text []byte
		if i.from == "" {
			h.Name, h.Typeflag, h.Mode = h.Name+"/", tar.TypeDir, int64(i.mode&fs.ModePerm)
		} else if text, err = os.ReadFile(i.from); err != nil {
			return "", err
		}
		h.Size = int64(len(text))
		if err := w.WriteHeader(h); err != nil {
			return "", err
		}
		if _, err := w.Write(text); err != nil {
			return "", err
		}
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return top + ".tar.gz", os.WriteFile(filepath.Join(o.out, top+".tar.gz"), b.Bytes(), 0o644)
}

// checksums writes SHA256SUMS over what was made, for `sha256sum -c`.
func (o order) checksums(names []string) error {
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(o.out, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(data), name)
	}
	return os.WriteFile(filepath.Join(o.out, "SHA256SUMS"), []byte(b.String()), 0o644)
}
