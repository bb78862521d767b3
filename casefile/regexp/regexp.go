// Package regexp is the standard library's for tables of expressions: each is compiled when it is first
// used. There are two hundred in the program, and compiling them took longer than most commands run.
package regexp

import (
	"os"
	"regexp"
	"strings"
	"sync"
)

// Regexp is a regular expression. Its methods are those of the standard library.
type Regexp struct {
	text string
	once sync.Once
	re   *regexp.Regexp // set by once
}

// eager finds a wrong expression in the tests of its package, whether they use it or not.
var eager = len(os.Args) > 0 && strings.HasSuffix(os.Args[0], ".test")

// MustCompile returns an expression that is compiled when it is first used.
func MustCompile(text string) *Regexp {
	re := &Regexp{text: text}
	if eager {
		re.compiled()
	}
	return re
}

func (re *Regexp) compiled() *regexp.Regexp {
	re.once.Do(func() { re.re = regexp.MustCompile(re.text) })
	return re.re
}

func (re *Regexp) MatchString(s string) bool            { return re.compiled().MatchString(s) }
func (re *Regexp) FindString(s string) string           { return re.compiled().FindString(s) }
func (re *Regexp) FindStringIndex(s string) []int       { return re.compiled().FindStringIndex(s) }
func (re *Regexp) FindStringSubmatch(s string) []string { return re.compiled().FindStringSubmatch(s) }
func (re *Regexp) FindStringSubmatchIndex(s string) []int {
	return re.compiled().FindStringSubmatchIndex(s)
}
func (re *Regexp) FindAllString(s string, n int) []string { return re.compiled().FindAllString(s, n) }
func (re *Regexp) FindAllStringIndex(s string, n int) [][]int {
	return re.compiled().FindAllStringIndex(s, n)
}
func (re *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return re.compiled().FindAllStringSubmatch(s, n)
}
func (re *Regexp) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return re.compiled().FindAllStringSubmatchIndex(s, n)
}
func (re *Regexp) ReplaceAllString(s, by string) string { return re.compiled().ReplaceAllString(s, by) }
func (re *Regexp) FindSubmatch(b []byte) [][]byte       { return re.compiled().FindSubmatch(b) }
func (re *Regexp) ReplaceAll(b, by []byte) []byte       { return re.compiled().ReplaceAll(b, by) }
func (re *Regexp) Split(s string, n int) []string       { return re.compiled().Split(s, n) }
func (re *Regexp) ReplaceAllStringFunc(s string, by func(string) string) string {
	return re.compiled().ReplaceAllStringFunc(s, by)
}
func (re *Regexp) ReplaceAllFunc(b []byte, by func([]byte) []byte) []byte {
	return re.compiled().ReplaceAllFunc(b, by)
}
