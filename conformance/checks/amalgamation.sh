#!/bin/sh
# amalgamation.sh DIRECTORY GOLDVI AMALGAMATED_GOLDVI: the library as two files
# compiles alone with every compiler that is here, exports what the library
# exports and nothing else, and the command that is built of it gives the same
# verdicts.  Run from the root of the project.
set -eu
files=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
warnings='-Wall -Wextra -Wpedantic -Wconversion -Werror'

tried=0
for compiler in gcc clang; do
	command -v $compiler >/dev/null || { echo "no $compiler here: not tried"; continue; }
	mkdir "$here/$compiler"
	cp "$files/goldvi.c" "$files/goldvi.h" "$here/$compiler"
	(cd "$here/$compiler" && $compiler -std=c11 $warnings -c goldvi.c)
	object=$here/$compiler/goldvi.o
	nm -g --defined-only "$object" | awk '{ print $NF }' | LC_ALL=C sort |
		diff -u model/package/exports.txt - ||
		{ echo "$compiler: not the names of model/package/exports.txt"; exit 1; }
	tried=$((tried + 1))
done
[ $tried -gt 0 ]

printf '#include "goldvi.h"\n#include "goldvi.h"\nint main() { return gvi_version() != GVI_VERSION; }\n' >"$here/user.cc"
for compiler in g++ clang++; do
	command -v $compiler >/dev/null || { echo "no $compiler here: not tried"; continue; }
	$compiler -std=c++17 $warnings -I"$files" "$here/user.cc" "$object" -o "$here/user" 2>"$here/log" ||
		{ cat "$here/log"; exit 1; }
	"$here/user"
done

"$2" run --tap vectors >"$here/library.tap"
"$3" run --tap vectors >"$here/amalgamated.tap"
cmp "$here/library.tap" "$here/amalgamated.tap"
echo "the same $(grep -c '^ok' "$here/library.tap") verdicts"
