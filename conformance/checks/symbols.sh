#!/bin/sh
# symbols.sh STATIC_LIBRARY SHARED_LIBRARY SCOREBOARD: what is exported is what
# model/package/exports.txt lists, all names start with gvi_, and there is no
# writable variable; what benches see of the scoreboard is what its exports.txt lists.
# Run from the root of the project.
set -eu
status=0
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

# A name that goes, or is used differently, needs a new SONAME.
nm -D --defined-only "$2" | awk '{ print $NF }' | LC_ALL=C sort >"$here/exported"
diff -u model/package/exports.txt "$here/exported" ||
	{ echo "the exported names are not those of model/package/exports.txt"; status=1; }
! grep -v '^gvi_' "$here/exported" || { echo "exported names that do not start with gvi_"; status=1; }

# Tables of pointers lie in .data.rel.ro, which is read-only once relocated.
writable=$(nm --format=sysv "$1" |
	awk -F'|' '$7 ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/ { print $1, $7 }')
[ -z "$writable" ] || { printf 'writable variables:\n%s\n' "$writable"; status=1; }

nm -g --defined-only "$3" | awk 'NF == 3 { print $3 }' | LC_ALL=C sort >"$here/exported"
diff -u conformance/cosim/exports.txt "$here/exported" ||
	{ echo "the names that benches see are not those of conformance/cosim/exports.txt"; status=1; }
exit $status
