#!/bin/sh
# integrate.sh BUILD_DIRECTORY [--update]: docs/integrate.md shows files as they are, and its
# commands print against an installation what it says.  With --update the files are
# put in anew instead.  Run from the root of the project.
#
# Comments of the page tell what a block is: `file: PATH` it is this file, whole
# (`again`: it is there, but not shown), `run` its commands are run, `prints` it is what
# they print.  `needs: WORDS` are commands, files of the repository or pkg-config:NAME,
# without which the section is skipped.  Each section has a folder of its own.
set -eu
page=docs/integrate.md
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

with_files() {
	awk '
	/^<!-- file: [^ ]* -->$/ { path = $3 }
	/^```/ && path != "" && !inside {
		print
		while ((getline line < path) > 0)
			print line
		close(path)
		inside = 1
		next
	}
	/^```$/ && inside { inside = 0; path = "" }
	!inside' "$page"
}

with_files >"$here/page"
if [ "${2-}" = --update ]; then
	cat "$here/page" >"$page"
	exit 0
fi
diff -u "$page" "$here/page" || { echo "$page: a file has changed: integrate.sh BUILD_DIRECTORY --update"; exit 1; }

# SECTION/needs, files, N.sh and N.out, N counting.
awk -v here="$here" '
	/^## / { section = sprintf("%s/%02d", here, ++sections); system("mkdir " section); print substr($0, 4) >(section "/title"); runs = 0 }
	/^<!-- needs: / { gsub(/<!-- needs: | -->/, ""); print >(section "/needs"); next }
	/^<!-- file: / { print $3 >(section "/files"); next }
	/^<!-- run -->$/ { to = section "/" ++runs ".sh"; next }
	/^<!-- prints -->$/ { to = section "/" runs ".out"; next }
	/^```/ && inside { inside = 0; close(to); to = ""; next }
	/^```/ { inside = 1; next }
	inside && to != "" { print >to }' "$page"

cmake --install "$1" --prefix "$here/installed" >"$here/log"
SOURCE=$PWD
BUILD=$(cd "$1" && pwd)
BUILT=1
PREFIX=$here/installed
PATH=$PREFIX/bin:$PATH
PKG_CONFIG_PATH=$(dirname "$(find "$PREFIX" -name goldvi.pc)")
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
python=$(find "$PREFIX" -name _abi.py)
PYTHONPATH=${python%/goldvi/_abi.py}
PYTHONDONTWRITEBYTECODE=1
export SOURCE BUILD BUILT PREFIX PATH PKG_CONFIG_PATH LD_LIBRARY_PATH PYTHONPATH PYTHONDONTWRITEBYTECODE

# What of its needs a section lacks.
lacks() {
	[ -f "$1/needs" ] || return 0
	for word in $(cat "$1/needs"); do
		case "$word" in
		pkg-config:*) PKG_CONFIG_PATH= pkg-config --exists "${word#*:}" || echo "$word" ;;
		*/*) [ -e "$word" ] || echo "$word" ;;
		*) command -v "$word" >/dev/null || echo "$word" ;;
		esac
	done
}

commands=0
for section in "$here"/[0-9][0-9]; do
	title=$(cat "$section/title")
	lacking=$(lacks "$section" | tr '\n' ' ')
	[ -z "$lacking" ] || { echo "$title: skipped: no $lacking"; continue; }
	[ ! -f "$section/files" ] || xargs -I{} cp {} "$section" <"$section/files"
	for script in "$section"/*.sh; do
		[ -f "$script" ] || continue
		commands=$((commands + 1))
		(cd "$section" && sh -eu "$script") >"$here/out" 2>&1 || { cat "$here/out"; echo "$title: a command has failed"; exit 1; }
		diff -u "${script%.sh}.out" "$here/out" || { echo "$title: prints something else"; exit 1; }
	done
	echo "$title: as it says"
done
[ $commands -ge 6 ]
