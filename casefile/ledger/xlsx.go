package ledger

import (
	"errors"
	"io"
	"iter"
)

var errNoXLSX = errors.New("还不能处理 .xlsx，请用 csv")

// oldExcel is how a file of Excel before 2007 begins.
var oldExcel = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

func xlsxLines([]byte) lineSeq {
	return func(yield func(line, error) bool) { yield(line{}, errNoXLSX) }
}

func writeXLSX(io.Writer, []head, iter.Seq2[[]string, error]) error { return errNoXLSX }

func serialDay(float64) (string, error) { return "", errNoXLSX }
