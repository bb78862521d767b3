package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// next is the version that is being worked on as long as no release is tagged.
const next = "0.1.0"

// valid is what dpkg and rpm both take as a version and order alike. "-" parts the release number.
var valid = regexp.MustCompile(`^[0-9][0-9A-Za-z.+~]*$`)

// identify settles the version and the time. Without git, as in an unpacked source tarball, both
// must be given: by -version and SOURCE_DATE_EPOCH.
func (o *order) identify(ctx context.Context) error {
	var err error
	if s := os.Getenv("SOURCE_DATE_EPOCH"); s != "" {
		if o.epoch, err = strconv.ParseInt(s, 10, 64); err != nil || o.epoch <= 0 {
			return fmt.Errorf("SOURCE_DATE_EPOCH=%q is not a number of seconds", s)
		}
	} else {
		s, err := o.git(ctx, "log", "-1", "--format=%ct")
		if err != nil {
			return fmt.Errorf("the time of the commit is unknown, set SOURCE_DATE_EPOCH: %w", err)
		}
		if o.epoch, err = strconv.ParseInt(s, 10, 64); err != nil {
			return err
		}
	}
	if o.version == "" {
		if o.version, err = o.described(ctx); err != nil {
			return fmt.Errorf("the version is unknown, give -version: %w", err)
		}
	}
	o.version = strings.TrimPrefix(o.version, "v")
	if !valid.MatchString(o.version) {
		return fmt.Errorf("-version %q: digits, letters, . + ~ only, a digit first", o.version)
	}
	return nil
}

// described is the tag of the commit, otherwise a version between releases: after the last one, or before
// the first. The commit's time makes later ones newer.
func (o *order) described(ctx context.Context) (string, error) {
	if tag, err := o.git(ctx, "describe", "--tags", "--exact-match", "--match", "v[0-9]*"); err == nil {
		return tag, nil
	}
	hash, err := o.git(ctx, "rev-parse", "--short=8", "HEAD")
	if err != nil {
		return "", err
	}
	suffix := "git" + time.Unix(o.epoch, 0).UTC().Format("20060102150405") + "." + hash
	if tag, err := o.git(ctx, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"); err == nil {
		return tag + "+" + suffix, nil
	}
	return next + "~" + suffix, nil
}

// git asks about the checkout, also when another user owns it, as in a container.
func (o *order) git(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", append([]string{"-c", "safe.directory=*"}, args...)...).Output()
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(string(e.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}
