#!/bin/sh
# python.sh DIRECTORY [PREFIX]: the tests of the Python package that lies in the
# directory; with a prefix, it is one that is installed there.  Status 77, which
# CTest shows as skipped, if no Python here has pytest.  Run from the root of the
# project.
set -eu
# The manager's modules may be seen by /usr/bin/python3 alone.
for python in python3 /usr/bin/python3 none; do
	"$python" -c 'import pytest' 2>/dev/null && break
done
[ "$python" != none ] || { echo "no Python with pytest here (python3-pytest): not tested"; exit 77; }

here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
PYTHONPATH=$1
PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE
if [ -n "${2-}" ]; then
	GOLDVI_INCLUDE=$2/include
	export GOLDVI_INCLUDE
fi
"$python" -c 'import goldvi, sys; sys.exit(not goldvi.__file__.startswith(sys.argv[1]))' "$1" ||
	{ echo "another goldvi than that of $1 is found"; exit 1; }
"$python" -m pytest -q -p no:cacheprovider conformance/python/tests

# The example finds its bug, and nothing when it is repaired.
toy=conformance/python/examples/toy_walker.py
status=0
"$python" $toy >"$here/toy" || status=$?
grep -q '^WRITE at 0xc00000: .* host.fault-permission$' "$here/toy" && [ $status = 1 ] ||
	{ cat "$here/toy"; echo "$toy does not find its bug"; exit 1; }
"$python" $toy --right
