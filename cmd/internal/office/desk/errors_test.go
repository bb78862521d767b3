package desk

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"ysq.internal/ysq/casefile/register"
	"ysq.internal/ysq/cmd/internal/ask"
)

// What a disk refuses is said in words, with what to do; whether anything was recorded is not lost.
func TestDiskErrorsAreTold(t *testing.T) {
	for _, tt := range []struct {
		err        error
		code, text string
	}{
		{syscall.ENOSPC, "disk-full", "磁盘已满"},
		{syscall.EDQUOT, "disk-full", "配额"},
		{syscall.EROFS, "disk-read-only", "只读"},
		{syscall.EMFILE, "too-many-files", "文件太多"},
		{syscall.EIO, "disk-failing", "读写出错"},
		{&register.JournalError{Path: "j", Committed: true, Err: syscall.ENOSPC}, "disk-full", "请勿重复录入"},
	} {
		err := Told(fmt.Errorf("committing: %w", tt.err))
		if e, ok := errors.AsType[*ask.Error](err); !ok || e.Code != tt.code || !strings.Contains(e.Msg, tt.text) || e.Hint == "" {
			t.Errorf("%v is told as %+v", tt.err, err)
		}
	}
	for _, err := range []error{os.ErrPermission, syscall.ENOTDIR} {
		if e, ok := errors.AsType[*ask.Error](toldOpening(err)); !ok || e.Hint == "" {
			t.Errorf("%v is told as %+v", err, toldOpening(err))
		}
	}
}
