#!/bin/sh
# After an installation or an upgrade: users, directories, and whatever runs goes on with the new
# program. Nothing is enabled or started that was not, but what the last removal stopped: `ysq init` says how.
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
stopped=/etc/ysq/removed.units
if [ -e $stopped ]; then # installed again: dpkg calls this an upgrade, too
	while read -r unit state; do
		[ "$state" != enabled ] || systemctl enable --quiet "$unit" || true
		if systemctl start "$unit"; then
			echo "ysq：$unit 在卸载前运行着，已恢复运行"
		else
			echo "ysq：$unit 在卸载前运行着，没有启动成功，请看 systemctl status $unit" >&2
		fi
	done <$stopped
	rm -f $stopped
elif [ -n "$upgraded" ]; then
	# The register's lock, the pending mails and the clerks' commands all survive a restart. A failing
	# one is told and does not undo the upgrade: the register may need the new program by now.
	systemctl try-restart ysq.service 'ysq@*.service' 'ysq-web*.service' ||
		echo "ysq：新版本没有启动成功，请看 systemctl status ysq 与 journalctl -u ysq" >&2
elif [ ! -e /etc/ysq/ysq.toml ]; then
	if [ -e /var/lib/ysq/register.db ]; then
		echo "ysq：已安装，尚未启动；/var/lib/ysq 里有原来的登记库。请运行 ysq init --adopt 沿用它。"
	else
		echo "ysq：已安装，尚未启动。请运行 ysq init 进行设置。"
	fi
elif ! systemctl is-active --quiet ysq.service; then
	echo "ysq：已安装，尚未启动。启动：systemctl enable --now ysq ysq-backup.timer ysq-remind.timer"
fi
