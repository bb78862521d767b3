package boottest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEmulated runs the demo, with its self-check, as the other two architectures' programs: user emulation by the
// qemu of Debian 13, for that of Debian 12 (7.2) fails in loong64's memory mappings.
func TestEmulated(t *testing.T) {
	if os.Getenv("YSQ_REQUIRE_REAL") != "1" && os.Getenv("YSQ_BOOT") != "1" {
		t.Skip("makes a Debian 13 and runs two emulated demos: set YSQ_BOOT=1, or YSQ_REQUIRE_REAL=1 where it must not be skipped")
	}
	t.Parallel() // beside the machines of TestBoot
	below := debian(t, trixie)
	for _, a := range []struct {
		goarch, qemu string
		machine      string // e_machine of its ELF files, little-endian
	}{
		{"arm64", "qemu-aarch64", `\xb7\x00`},
		{"loong64", "qemu-loongarch64", `\x02\x01`},
	} {
		t.Run(a.goarch, func(t *testing.T) {
			root := layer(t, below)
			program := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", filepath.Join(root, "usr/bin/ysq"), "./cmd/ysq")
			program.Dir = "../.."
			program.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH="+a.goarch)
			if out, err := program.CombinedOutput(); err != nil {
				t.Fatalf("building for %s: %v\n%s", a.goarch, err, out)
			}
			interpret(t, "ysq-boottest-"+a.goarch, a.machine, filepath.Join(root, "usr/bin", a.qemu))
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			started := time.Now()
			out, err := exec.CommandContext(ctx, "systemd-nspawn", "--quiet", "--directory="+root, "--machine=ysq-boottest-"+a.goarch,
				"--private-network", "--register=no", "--keep-unit", "--as-pid2", "--console=pipe", "/usr/bin/ysq", "demo", "--once").CombinedOutput()
			if err != nil || !bytes.Contains(out, []byte("自检通过")) {
				t.Fatalf("the demo: %v\n%s", err, out[max(0, len(out)-4096):])
			}
			t.Logf("demo on %s: %.1f s", a.goarch, time.Since(started).Seconds())
		})
	}
}

// interpret has the kernel run an architecture's ELF programs by an emulator, until the test ends. The worker is
// ysq executed again, so the emulator must be found for every program, not only for the first.
func interpret(t *testing.T, name, machine, emulator string) {
	t.Helper()
	const registry = "/proc/sys/fs/binfmt_misc"
	if _, err := os.Stat(registry + "/register"); errors.Is(err, os.ErrNotExist) {
		if err := syscall.Mount("binfmt_misc", registry, "binfmt_misc", 0, ""); err != nil {
			unable(t, "mounting %s: %v", registry, err)
		}
		t.Cleanup(func() { unmount(t, registry) })
	}
	entry := filepath.Join(registry, name)
	os.WriteFile(entry, []byte("-1"), 0) // of a test that was killed
	// F: the emulator is opened now, and so found from within any root.
	rule := fmt.Sprintf(":%s:M::%s%s:%s%s:%s:F", name, `\x7fELF\x02\x01\x01`+strings.Repeat(`\x00`, 9)+`\x02\x00`, machine,
		`\xff\xff\xff\xff\xff\xff\xff\xfc\x00`+strings.Repeat(`\xff`, 7)+`\xfe\xff`, `\xff\xff`, emulator)
	if err := os.WriteFile(registry+"/register", []byte(rule), 0); err != nil {
		unable(t, "registering %s: %v", emulator, err)
	}
	t.Cleanup(func() {
		if err := os.WriteFile(entry, []byte("-1"), 0); err != nil {
			t.Errorf("taking %s out of the kernel's list: %v", name, err)
		}
	})
}
