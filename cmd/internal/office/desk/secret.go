package desk

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"ysq.internal/ysq/casefile/durable"
)

// secretSize is in bytes. The file holds it in hexadecimal.
const secretSize = 32

// Mark is what the register keeps of an ID number or an organisation's code, to recognise who comes
// again: an HMAC under the office's secret (state/secret, made at first use; never in the journal, and in
// encrypted backups only). There are few enough ID numbers to try them all: without the secret a plain
// hash would be the number itself. Where the secret was lost with a machine, later marks are others, and
// people are recognised by name and contact.
func (d *Desk) Mark(number string) (string, error) {
	d.secretMu.Lock()
	defer d.secretMu.Unlock()
	if d.secret == nil {
		secret, err := loadSecret(d.Config.Paths.State)
		if err != nil {
			return "", fmt.Errorf("reading the office's secret: %w", err)
		}
		d.secret = secret
	}
	h := hmac.New(sha256.New, d.secret)
	h.Write([]byte("applicant\n" + plainNumber(number)))
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

var unspaced = strings.NewReplacer(" ", "", "-", "", "\t", "")

// plainNumber is a number as it is compared: narrow, without blanks and hyphens, in capitals.
func plainNumber(number string) string {
	return strings.ToUpper(unspaced.Replace(width.Narrow.String(number)))
}

// TailOf is the last four characters of a number, by which a clerk tells two apart.
func TailOf(number string) string {
	n := []rune(plainNumber(number))
	if len(n) < 8 { // four characters of it would be the half
		return ""
	}
	return string(n[len(n)-4:])
}

// loadSecret reads the secret, or makes one. A file that is no secret is refused: another key would
// recognise nobody, and silently.
func loadSecret(state string) ([]byte, error) {
	path := filepath.Join(state, "secret")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecret(path)
	}
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != secretSize || !utf8.Valid(text) {
		return nil, fmt.Errorf("%s 不是 %d 位十六进制数字；请从加密备份恢复这个文件", path, 2*secretSize)
	}
	return secret, nil
}

// makeSecret writes a new secret durably before anything is marked with it.
func makeSecret(path string) ([]byte, error) {
	secret := make([]byte, secretSize)
	rand.Read(secret) // never fails (crypto/rand)
	return secret, durable.Disk{}.Replace(path, 0o600, durable.Content([]byte(hex.EncodeToString(secret)+"\n")))
}
