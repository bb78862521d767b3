package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"ysq.internal/ysq/cmd/internal/ask"
)

// The work of one hash (RFC 9106): two passes over 32 MiB, about 50 ms.
const (
	passes   = 2
	memory   = 32 << 10 // KiB
	lanes    = 1
	saltSize = 16
	hashSize = 32
)

// Bounds on what a stored hash may ask for: whoever can write the file must not be able to fill the memory.
const (
	mostPasses = 8
	mostMemory = 128 << 10
)

// hash makes the text that is kept of a password: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func (r *Room) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails (crypto/rand)
	sum, err := r.work(ctx, password, salt, passes, r.Memory, lanes)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, r.Memory, passes, lanes, enc.EncodeToString(salt), enc.EncodeToString(sum)), nil
}

// matches reports whether a password is the one of a kept text.
func (r *Room) matches(ctx context.Context, password, kept string) (bool, error) {
	parts := strings.Split(kept, "$")
	var m, t uint32
	var p uint8
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false, errors.New("a kept hash is none of argon2id")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil || m < 8 || m > mostMemory || t < 1 || t > mostPasses || p != lanes {
		return false, fmt.Errorf("a kept hash asks for %q", parts[3])
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err := errors.Join(err1, err2); err != nil || len(want) != hashSize || len(salt) > 64 {
		return false, errors.Join(errors.New("a kept hash cannot be read"), err)
	}
	got, err := r.work(ctx, password, salt, t, m, p)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// work computes one hash at a time. Where many wait already, the next is sent away: logging in must not be able to fill
// the daemon's memory or hold up its clerks.
func (r *Room) work(ctx context.Context, password string, salt []byte, t, m uint32, p uint8) ([]byte, error) {
	select {
	case r.waiting <- struct{}{}:
		defer func() { <-r.waiting }()
	default:
		return nil, &ask.Error{Code: "busy", Msg: "正有许多人在登录", Hint: "稍候再试", Exit: ask.ExitRefused}
	}
	r.hashing.Lock()
	defer r.hashing.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return argon2.IDKey([]byte(password), salt, t, m, p, hashSize), nil
}
