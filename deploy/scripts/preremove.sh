#!/bin/sh
# Before a removal, not before an upgrade: everything of ysq stops.
# dpkg calls it with `remove` or `upgrade NEW-VERSION`, rpm with 0 for a removal.
set -e

case "$1" in
remove | 0) ;;
*) exit 0 ;;
esac
[ -d /run/systemd/system ] || exit 0
# By pattern, so that instances are met; a stop waits until the batch in hand is recorded.
systemctl stop 'ysq-backup*.timer' 'ysq-remind*.timer' 'ysq-backup*.service' 'ysq-remind*.service' 'ysq.service' 'ysq@*.service'
if [ "$1" = 0 ]; then # dpkg keeps what was enabled until the purge
	for link in /etc/systemd/system/*.wants/ysq.service /etc/systemd/system/*.wants/ysq@*.service \
		/etc/systemd/system/*.wants/ysq-backup*.timer /etc/systemd/system/*.wants/ysq-remind*.timer; do
		[ ! -L "$link" ] || systemctl disable --quiet "$(basename "$link")" || true
	done
fi
