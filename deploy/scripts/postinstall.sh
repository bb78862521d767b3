#!/bin/sh
# After an installation or an upgrade: users, directories, and whatever runs goes on with the new
# program. Nothing is enabled or started that was not: `ysq init` says how.
# dpkg calls it with `configure [OLD-VERSION]`, rpm with 1 for an installation and more for an upgrade.
set -e

upgraded=
case "$1" in
configure) upgraded=$2 ;;
abort-*) exit 0 ;;
1) ;;
*) upgraded=yes ;;
esac

systemd-sysusers ysq.conf
# Not fatal: a directory that somebody made a link of is refused, and the daemon says so itself.
systemd-tmpfiles --create ysq.conf || true

[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
if [ -n "$upgraded" ]; then
	# The register's lock, the pending mails and the clerks' commands all survive a restart. A failing
	# one is told and does not undo the upgrade: the register may need the new program by now.
	systemctl try-restart ysq.service 'ysq@*.service' ||
		echo "ysq：新版本没有启动成功，请看 systemctl status ysq 与 journalctl -u ysq" >&2
elif [ ! -e /etc/ysq/ysq.toml ]; then
	echo "ysq：已安装，尚未启动。请运行 ysq init 进行设置。"
fi
