package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"ysq.internal/ysq/casefile/durable"
	"ysq.internal/ysq/cmd/internal/ask"
	"ysq.internal/ysq/stats"
	"ysq.internal/ysq/stats/render"
)

// converting is how long LibreOffice may take, which on its first start makes a profile.
const converting = 2 * time.Minute

// office finds LibreOffice.
func office() (string, error) {
	for _, name := range []string{"soffice", "libreoffice"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", &ask.Error{Code: "no-libreoffice", Exit: ask.ExitFailed, Msg: "没有找到 LibreOffice，不能写成 PDF",
		Hint: "安装 libreoffice-writer，或写成 .docx 后在 Word、WPS 里另存为 PDF"}
}

// toPDF turns a document of ours into a PDF by LibreOffice, as the person who asks and with a profile that is
// thrown away.
func toPDF(ctx context.Context, docx []byte) (pdf []byte, err error) {
	program, err := office()
	if err != nil {
		return nil, err
	}
	scratch, err := durable.Scratch()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(scratch, "ysq-pdf-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	in := filepath.Join(dir, "a.docx")
	if err := os.WriteFile(in, docx, 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, converting)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--norestore",
		"--convert-to", "pdf", "--outdir", dir, in)
	said, err := cmd.CombinedOutput()
	if err == nil {
		pdf, err = os.ReadFile(filepath.Join(dir, "a.pdf")) // it says nothing of a failure by its exit code
	}
	if err != nil {
		return nil, &ask.Error{Code: "libreoffice", Exit: ask.ExitFailed, Msg: fmt.Sprintf("LibreOffice 没有写出 PDF：%v %s", err, bytes.TrimSpace(said)),
			Hint: "写成 .docx 后在 Word、WPS 里另存为 PDF"}
	}
	return pdf, nil
}

// isPDF reports whether a file is to be a PDF, by its name.
func isPDF(path string) bool { return strings.EqualFold(filepath.Ext(path), ".pdf") }

// reportPDF is the form of a report that For does not know: its document, as LibreOffice prints it.
func reportPDF(ctx context.Context) render.Func {
	return func(w io.Writer, r stats.Report) error {
		var docx bytes.Buffer
		if err := render.DOCX(&docx, r); err != nil {
			return err
		}
		pdf, err := toPDF(ctx, docx.Bytes())
		if err != nil {
			return err
		}
		_, err = w.Write(pdf)
		return err
	}
}

// reportForms lists the forms in which a report can be written.
func reportForms() []string { return append(render.Names(), "pdf") }

// reportForm returns the form of that name.
func reportForm(ctx context.Context, name string) (render.Func, error) {
	if name == "pdf" {
		return reportPDF(ctx), nil
	}
	write, err := render.For(name)
	if err != nil {
		return nil, fmt.Errorf("报告的输出格式 %q 不认识；可写：%s", name, strings.Join(reportForms(), "、"))
	}
	return write, nil
}

// onlyFile reports whether a form of a report is not for terminals.
func onlyFile(form string) bool { return form == "pdf" || render.Binary(form) }
