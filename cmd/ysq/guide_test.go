package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ysq.internal/ysq/casefile/civil"
	"ysq.internal/ysq/mailbox/imapsim"
)

var update = flag.Bool("update", false, "write the outputs in the guides anew")

// The guides are run as they stand: mails that are noted in comments arrive where they are noted, and
// every command in a block is typed. What a block of the kind console shows is compared.
func TestGuides(t *testing.T) {
	for _, name := range []string{"clerk.zh-CN.md", "admin.zh-CN.md"} {
		t.Run(name, func(t *testing.T) {
			sim, err := imapsim.New(imapsim.Options{Security: imapsim.PlainText})
			if err != nil {
				t.Fatal(err)
			}
			defer sim.Close()
			g := guide{t: t, sim: sim, office: onSimulator(t, sim), dir: t.TempDir()}
			g.office.serve()
			g.office.waitFor(0)
			file := filepath.Join("..", "..", "deploy", "doc", name)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := g.follow(string(text))
			switch {
			case got == string(text):
			case *update:
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			default:
				t.Errorf("the program says something else; -update writes it into %s, then read the difference", name)
			}
		})
	}
}

var today = regexp.MustCompile(`今天 \d{4}-\d\d-\d\d 周\p{Han}`)

// guide is an office that does what a document says.
type guide struct {
	t      *testing.T
	sim    *imapsim.Server
	office *instance
	dir    string // where commands run
}

// follow does what the document says and returns it with what the program said.
func (g *guide) follow(text string) string {
	g.t.Helper()
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
				g.deliver(mail)
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
			said := today.ReplaceAllString(g.run(command), "今天 …")
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
	return out.String()
}

func (g *guide) run(command string) string {
	g.t.Helper()
	if !strings.HasPrefix(command, "ysq") {
		g.t.Fatalf("%q is not a command of ours", command)
	}
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = g.dir
	cmd.Env = append(os.Environ(), "YSQ_CONFIG="+g.office.config, "LANG=zh_CN.UTF-8")
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 6 && strings.Contains(command, "退出码 0 或 6") {
		err = nil // what doctor finds depends on the year in which it looks
	}
	if err != nil {
		g.t.Errorf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

// deliver puts a mail into the inbox: the first line is its arrival, then come its header, a blank
// line and its text.
func (g *guide) deliver(lines []string) {
	g.t.Helper()
	arrived, err := time.ParseInLocation("2006-01-02 15:04", lines[0], civil.Zone)
	if err != nil {
		g.t.Fatal(err)
	}
	var raw bytes.Buffer
	header := true
	for _, line := range lines[1:] {
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
	g.sim.Add("INBOX", raw.Bytes(), arrived)
	g.office.run("poll")
}
