// Package doc has the guides, and follows them for the tests: what a guide tells its reader to type is typed.
//
//	clerk.zh-CN.md   for clerks: a year of an office, with the mails that come in
//	admin.zh-CN.md   for whoever installs the machine and looks after it
//	desk/            the pictures
package doc

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/civil"
)

// Reader does what a guide says.
type Reader interface {
	// Get takes a mail that arrived.
	Get(mail []byte, arrived time.Time)
	// Type runs a command and returns what it said.
	Type(command string) string
}

var today = regexp.MustCompile(`今天 \d{4}-\d\d-\d\d 周\p{Han}`)

// Follow does what a guide says and returns the guide with what the commands said. Mails that are noted in comments
// arrive where they are noted, and every line of a block that begins with a $ is typed. What a
// block of the kind console shows is replaced by what its command says.
func Follow(text string, r Reader) (string, error) {
	var out strings.Builder
	var block string   // the kind of the block at hand; "" outside
	var mail []string  // of a comment that is a mail
	var command string // not finished: its line ended in a backslash
	replaced := false  // the lines of a console block that follow are the program's, written anew
	for line := range strings.Lines(text) {
		bare := strings.TrimSuffix(line, "\n")
		switch {
		case mail != nil:
			if bare == "-->" {
				arrived, err := time.ParseInLocation("2006-01-02 15:04", mail[0], civil.Zone)
				if err != nil {
					return "", err
				}
				r.Get(compose(mail[1:]), arrived)
				mail = nil
			} else {
				mail = append(mail, bare)
			}
		case strings.HasPrefix(bare, "<!-- mail "):
			mail = []string{strings.TrimPrefix(bare, "<!-- mail ")}
		case strings.HasPrefix(bare, "```"):
			block, replaced = strings.TrimPrefix(bare, "```"), false
		case block != "" && (command != "" || strings.HasPrefix(bare, "$ ")):
			command += strings.TrimPrefix(bare, "$ ")
			if rest, more := strings.CutSuffix(command, `\`); more {
				command = rest
				break
			}
			said := today.ReplaceAllString(r.Type(command), "今天 …")
			command = ""
			if block == "console" {
				out.WriteString(line + said)
				replaced = true
				continue
			}
		case replaced:
			continue
		}
		out.WriteString(line)
	}
	return out.String(), nil
}

// compose makes a mail of its header, a blank line and its text.
func compose(lines []string) []byte {
	var raw bytes.Buffer
	header := true
	for _, line := range lines {
		if header && line == "" {
			header = false
			raw.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n")
		}
		if name, value, ok := strings.Cut(line, ": "); header && ok {
			words, address, _ := strings.Cut(value, " <")
			if name == "Subject" {
				words, address = value, ""
			}
			if name == "From" || name == "Subject" {
				line = fmt.Sprintf("%s: =?utf-8?B?%s?=", name, base64.StdEncoding.EncodeToString([]byte(words)))
				if address != "" {
					line += " <" + address
				}
			}
		}
		raw.WriteString(line + "\r\n")
	}
	return raw.Bytes()
}
