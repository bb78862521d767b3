// Package boottest installs the packages on a machine: a minimal Debian (12; 11 and 13 for a shorter story) made by
// debootstrap, booted with its own systemd under systemd-nspawn, with a Dovecot for the mailbox and an account for each
// role. It has no code but its test, which lives through what an office's server lives through, from
// the installation over crashes, a dead network, a full disk and an upgrade to the removal.
//
//	YSQ_REQUIRE_REAL=1 go test -v ./deploy/boottest
//
// as root, with debootstrap and systemd-container installed. The Debian is fetched once and kept
// (YSQ_BOOT_CACHE, /var/cache/ysq-boottest); each run works on a layer of its own over it and leaves
// nothing behind. YSQ_PREVIOUS names the .deb of the last release; without it the same program under
// a lower version stands for it.
//
//	container_test.go   the machine: made, booted, spoken to, switched off
//	office_test.go      what stands on it: Dovecot, accounts, mails
//	boot_test.go        the stories; again_test.go, desk_test.go: more of their steps
//	guides_test.go      what the guides say, typed as it stands
//	emulated_test.go    the demo as other architectures' programs
package boottest
