#!/bin/sh
# Installs ysq from the tarball on a Linux with systemd, also over an older version; where the
# distribution has .deb or .rpm, use those instead.
#
#	./install.sh                                    install or upgrade
#	/usr/share/ysq/install.sh uninstall             remove the program, keep configuration and data
#	/usr/share/ysq/install.sh purge                 also remove the configuration (see postremove.sh); after an
#	                                                uninstall: ./install.sh purge from the unpacked tarball
set -eu

here=$(cd "$(dirname "$0")" && pwd)
share=/usr/share/ysq
list=$share/files.list

if [ "$(id -u)" != 0 ]; then
	echo "install.sh：请用 root 运行" >&2
	exit 1
fi

install_all() {
	for package in "dpkg-query -W -f=\${db:Status-Status} ysq" "rpm -q --qf installed ysq"; do
		if [ "$($package 2>/dev/null || true)" = installed ]; then
			echo "install.sh：本机已用软件包安装 ysq，请用软件包升级" >&2
			exit 1
		fi
	done
	old=
	if [ -e "$list" ]; then old=yes; fi
	cd "$here/files"
	find . -type d | sed 's/^\.//' | while read -r d; do
		[ -z "$d" ] || [ -d "$d" ] || install -d -m 0755 "$d"
	done
	find . -type f | sed 's/^\.//' | LC_ALL=C sort | while read -r f; do
		mode=0644
		if [ -x ".$f" ]; then mode=0755; fi
		case "$f" in
		/etc/*) # the administrator's: never written over
			if [ -e "$f" ] && ! cmp -s ".$f" "$f"; then
				install -m "$mode" ".$f" "$f.new"
				echo "install.sh：$f 改动过，保留；新的在 $f.new"
				continue
			fi
			;;
		esac
		# Beside it and renamed: a program that runs keeps its own file.
		install -m "$mode" ".$f" "$f.ysq-new"
		mv -f "$f.ysq-new" "$f"
	done
	install -d -m 0755 "$share"
	if [ -e "$list" ]; then # what the older version had and this one has not
		find . -type f | sed 's/^\.//' | LC_ALL=C sort >"$list.new"
		LC_ALL=C comm -23 "$list" "$list.new" | while read -r f; do
			case "$f" in /etc/*) ;; *) rm -f "$f" ;; esac
		done
		rm -f "$list.new"
	fi
	find . -type f | sed 's/^\.//' | LC_ALL=C sort >"$list"
	for s in install.sh scripts/preremove.sh scripts/postremove.sh; do
		install -m 0755 "$here/$s" "$share/$(basename "$s")"
	done
	if command -v restorecon >/dev/null 2>&1; then
		restorecon -R /usr/bin/ysq "$share" /etc/ysq || true
	fi
	sh "$here/scripts/postinstall.sh" configure "$old"
	/usr/bin/ysq version
}

remove_all() {
	if [ ! -e "$list" ] && [ "$1" = purge ] && [ -e "$here/scripts/postremove.sh" ]; then # uninstalled before
		sh "$here/scripts/postremove.sh" purge
		return
	fi
	if [ ! -e "$list" ]; then
		echo "install.sh：没有用本脚本安装过 ysq（缺 $list）" >&2
		exit 1
	fi
	sh "$share/preremove.sh" remove
	while read -r f; do
		case "$f" in /etc/*) ;; *) rm -f "$f" ;; esac
	done <"$list"
	rm -rf /usr/share/doc/ysq
	# The shell has read this script to its end only if it need not come back to the file.
	cp "$share/postremove.sh" "${TMPDIR:-/tmp}/ysq-postremove.$$"
	rm -rf "$share"
	sh "${TMPDIR:-/tmp}/ysq-postremove.$$" "$1"
	rm -f "${TMPDIR:-/tmp}/ysq-postremove.$$"
}

main() {
	case "${1:-install}" in
	install) install_all ;;
	uninstall) remove_all remove ;;
	purge) remove_all purge ;;
	*)
		echo "用法：$0 [install|uninstall|purge]" >&2
		exit 2
		;;
	esac
	exit
}
main "$@"
