#!/bin/sh
# Kills the daemon a thousand times (or as often as the argument says) while mails come and a clerk
# writes; then everything that was answered must be there, and the register must prove itself.
set -eu
cd "$(dirname "$0")/.."
YSQ_KILLS="${1:-1000}" exec go test -count=1 -timeout 60m -run '^TestKilled$' -v ./cmd/ysq
