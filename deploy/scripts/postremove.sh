#!/bin/sh
# After a removal the data stay, and where they are is said. A purge deletes the configuration with
# the passwords; the register is a public record and is deleted only on an express wish:
#
#	YSQ_PURGE_DATA=yes apt-get purge ysq
#
# Every path is printed before it is deleted, and nothing else is deleted. Backups never are.
# dpkg calls it with `remove`, `purge` or another, rpm with 0 for a removal.
set -e

# sized PATH: the path and how much is there.
sized() { du -sh "$1" 2>/dev/null | awk '{ print "  " $2 "（" $1 "）" }'; }

# filled DIRECTORY...: those that exist and hold something, of the office and of the instances.
filled() {
	for d in "$@"; do
		if [ -d "$d" ] && [ -n "$(ls -A "$d")" ]; then echo "$d"; fi
	done
}
data() { filled /var/lib/ysq /var/lib/ysq-*; }
backups() { filled /var/backups/ysq /var/backups/ysq-*; }

kept() {
	if [ -n "$(data)$(backups)" ]; then
		echo "ysq：以下数据保留："
		{ data; backups; } | while read -r d; do sized "$d"; done
	fi
}

reload() { if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi; }

case "$1" in
remove | 0)
	reload
	kept
	;;
purge)
	echo "ysq：将删除配置和密码："
	for p in /etc/ysq /etc/sysusers.d/ysq-*.conf /etc/tmpfiles.d/ysq-*.conf \
		/etc/systemd/system/ysq.service.d /etc/systemd/system/ysq@*.service.d \
		/etc/systemd/system/ysq-backup*.service.d /etc/systemd/system/ysq-backup*.timer.d \
		/etc/systemd/system/ysq-remind*.service.d /etc/systemd/system/ysq-remind*.timer.d \
		/etc/systemd/system/ysq-web*.service.d /etc/systemd/system/ysq-web*.socket.d /etc/systemd/system/*.target.wants/ysq-web*.socket \
		/etc/systemd/system/*.target.wants/ysq.service /etc/systemd/system/*.target.wants/ysq@*.service \
		/etc/systemd/system/*.target.wants/ysq-backup*.timer /etc/systemd/system/*.target.wants/ysq-remind*.timer; do
		if [ -e "$p" ] || [ -L "$p" ]; then
			echo "  $p"
			rm -rf "$p"
		fi
	done
	if [ "$YSQ_PURGE_DATA" = yes ] && [ -n "$(data)" ]; then
		echo "ysq：YSQ_PURGE_DATA=yes，将删除登记库和邮件原文，不能恢复："
		data | while read -r d; do
			sized "$d"
			rm -rf "$d" || echo "  没有删净（挂载点？）：$d"
		done
	fi
	rmdir /var/lib/ysq /var/lib/ysq-* /var/backups/ysq /var/backups/ysq-* 2>/dev/null || true # where nothing ever was
	kept
	if [ -n "$(data)" ]; then
		echo "  登记库属于档案，清除软件包不删除它；确要删除，请自行 rm -rf 上列目录。"
	fi
	echo "ysq：用户 ysq 和组 ysq、ysq-users 保留，备份和归档的文件可能还属于它们。"
	reload
	;;
esac
