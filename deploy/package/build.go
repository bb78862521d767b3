package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// compile builds the program for an architecture: static, stripped, without a trace of this machine.
func (o order) compile(ctx context.Context, arch string) (string, error) {
	program := filepath.Join(o.scratch, "ysq-"+arch)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -buildid= -X main.version="+o.version, "-o", program, "./cmd/ysq")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch, "GOFLAGS=-mod=readonly", "GOAMD64=v1", "GOARM64=v8.0")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("building for %s: %w", arch, err)
	}
	return program, nil
}

// native is the program for this machine, which writes its own pages and completions.
func (o order) native(ctx context.Context) (string, error) {
	if program := filepath.Join(o.scratch, "ysq-"+runtime.GOARCH); exists(program) {
		return program, nil
	}
	return o.compile(ctx, runtime.GOARCH)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// generated is what the program says about itself: man pages, compressed, and completion scripts.
func (o order) generated(ctx context.Context) (pages []string, completions map[string]string, err error) {
	program, err := o.native(ctx)
	if err != nil {
		return nil, nil, err
	}
	dir := filepath.Join(o.scratch, "man")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, nil, err
	}
	if _, err := o.ysq(ctx, program, "man", dir); err != nil {
		return nil, nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		page := filepath.Join(dir, e.Name())
		text, err := os.ReadFile(page)
		if err != nil {
			return nil, nil, err
		}
		if err := compress(page+".gz", text); err != nil {
			return nil, nil, err
		}
		pages = append(pages, page+".gz")
	}
	completions = map[string]string{}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		text, err := o.ysq(ctx, program, "completion", shell)
		if err != nil {
			return nil, nil, err
		}
		completions[shell] = filepath.Join(o.scratch, "completion."+shell)
		if err := os.WriteFile(completions[shell], text, 0o644); err != nil {
			return nil, nil, err
		}
	}
	return pages, completions, nil
}

// ysq runs the program far from this machine's configuration.
func (o order) ysq(ctx context.Context, program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = []string{"HOME=/nonexistent", "YSQ_CONFIG=/nonexistent/ysq.toml", "LANG=C.UTF-8", "SOURCE_DATE_EPOCH=" + strconv.FormatInt(o.epoch, 10)}
	out, err := cmd.Output()
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("ysq %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(e.Stderr))
	}
	return out, err
}

// compress writes a .gz without name and time, as small as it gets.
func compress(path string, text []byte) error {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(text); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
