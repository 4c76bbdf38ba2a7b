#!/bin/sh
# adapters.sh GOLDVI LIBRARY C_COMPILER CXX_COMPILER [SHARD]: the model behind each adapter,
# a plug-in in C, one in C++ and a pipe, comes out in each instance as the built-in model
# does, but for the formats, which are no matter of a device.  SHARD 1/1 plays all vectors.
set -eu
goldvi=$1
library=$2
cc=$3
cxx=$4
shard=${5:-3/16}
examples=conformance/dut/examples
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

# built COMPILER OPTION SOURCE NAME: as the first lines of the example say, but for the
# library that is not installed yet.
built() {
	# shellcheck disable=SC2086 # a compiler may have arguments
	$1 "$2" -O1 -Wall -Wextra -shared -fPIC -Iinclude "$examples/$3" -o "$here/$4.so" "$library"
}
built "$cc" -std=c11 small.c small
built "$cc" -std=c11 model.c c

# verdicts DEVICE: each instance with its verdict.
verdicts() {
	"$goldvi" run --shard "$shard" --dut "$1" --tap vectors >"$here/tap" || {
		echo "$1:"
		grep -A 1 '^not ok' "$here/tap" | head -n 20
		return 1
	}
	sed -n 's/ this is about tables of formats.*/ formats/; s/^ok [0-9]* - //p' "$here/tap"
}
verdicts model >"$here/model"

same() {
	verdicts "$1" >"$here/raw"
	sed 's/ # SKIP .* formats$//' "$here/raw" >"$here/adapter"
	cmp -s "$here/model" "$here/adapter" || {
		echo "$1 does not come out as the built-in model:"
		diff "$here/model" "$here/adapter" | head -n 20
		exit 1
	}
	# Nothing else may be left out.
	left=$(grep -c ' # SKIP .* formats$' "$here/raw" || true)
	[ "$left" -lt "$(wc -l <"$here/model")" ] || { echo "$1: nothing was played"; exit 1; }
	echo "$1: $(($(wc -l <"$here/model") - left)) instances as on the built-in model"
}
same "plugin:$here/c.so"
same "pipe:exec '$goldvi' serve"
if [ -n "$cxx" ]; then
	built "$cxx" -std=c++17 model.cc cxx
	same "plugin:$here/cxx.so"
fi

# A part without options, of about fifty lines: what applies to it passes.
"$goldvi" run --shard "$shard" --dut "plugin:$here/small.so" vectors >"$here/out" || { cat "$here/out"; exit 1; }
grep -qE '^[1-9][0-9]+ passed, 0 failed' "$here/out" || { cat "$here/out"; exit 1; }

# One that takes its process along has failed, and the runner lives on.
sed 's/answer->result = seen.result;/abort();/' "$examples/small.c" >"$here/crashing.c"
# shellcheck disable=SC2086 # a compiler may have arguments
$cc -std=c11 -shared -fPIC -Iinclude "$here/crashing.c" -o "$here/crashing.so" "$library"
"$goldvi" run --filter 'host.mode.*' --dut "plugin:$here/crashing.so" vectors/host >"$here/out" 2>&1 && exit 1
grep -q 'the device has died: signal 6: .*; sent again to a fresh device, it came to the same$' "$here/out" || {
	head -n 20 "$here/out"
	exit 1
}

# A toy in Python fails in what it does not know, which is reserved bits and the command
# ring, and in nothing else.
if command -v python3 >/dev/null; then
	status=0
	"$goldvi" run --dut "pipe:exec python3 $examples/toy.py" vectors/host >"$here/out" || status=$?
	[ $status = 1 ] || { cat "$here/out"; exit 1; }
	sed -n 's/^failed \([^ ]*\).*/\1/p' "$here/out" |
		grep -vE '^host\.(reserved\.|once\.smaller-pages$)' >"$here/other" &&
		{ echo "the toy also fails:"; cat "$here/other"; exit 1; }
	grep -q '^failed host.reserved.leaf ' "$here/out" || { echo "the toy's mistake is not found"; exit 1; }
fi
