#!/bin/sh
# headers.sh C_COMPILER CXX_COMPILER: each public header compiles alone, as C11
# and as C++17; without a C++ compiler (empty argument) the latter is left out.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
count=0
for header in include/goldvi/*.h; do
	count=$((count + 1))
	name=${header#include/}
	printf '#include "%s"\n#include "%s"\nint gvi_test_unit;\n' "$name" "$name" >"$here/alone.c"
	cp "$here/alone.c" "$here/alone.cc"
	"$1" -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror -Iinclude -fsyntax-only "$here/alone.c"
	[ -z "${2-}" ] ||
		"$2" -std=c++17 -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only "$here/alone.cc"
done
[ "$count" -gt 0 ]
