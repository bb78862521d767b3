#!/bin/sh
# Before a removal, not before an upgrade: everything of ysq stops.
# dpkg calls it with `remove` or `upgrade NEW-VERSION`, rpm with 0 for a removal.
set -e

case "$1" in
remove | 0) ;;
*) exit 0 ;;
esac
[ -d /run/systemd/system ] || exit 0
# What ran is noted, so that an installation after this removal starts it again (postinstall.sh).
if [ -d /etc/ysq ]; then
	systemctl list-units --plain --no-legend --state=active 'ysq*.timer' 'ysq*.socket' 'ysq.service' 'ysq@*.service' |
		while read -r unit _; do
			echo "$unit $(systemctl is-enabled "$unit" 2>/dev/null || true)"
		done >/etc/ysq/removed.units
	[ -s /etc/ysq/removed.units ] || rm -f /etc/ysq/removed.units
fi
# By pattern, so that instances are met; a stop waits until the batch in hand is recorded.
systemctl stop 'ysq-web*.socket' 'ysq-web*.service' 'ysq-backup*.timer' 'ysq-remind*.timer' 'ysq-backup*.service' 'ysq-remind*.service' 'ysq.service' 'ysq@*.service'
if [ "$1" = 0 ]; then # dpkg keeps what was enabled until the purge
	for link in /etc/systemd/system/*.wants/ysq-web*.socket /etc/systemd/system/*.wants/ysq.service /etc/systemd/system/*.wants/ysq@*.service \
		/etc/systemd/system/*.wants/ysq-backup*.timer /etc/systemd/system/*.wants/ysq-remind*.timer; do
		[ ! -L "$link" ] || systemctl disable --quiet "$(basename "$link")" || true
	done
fi
