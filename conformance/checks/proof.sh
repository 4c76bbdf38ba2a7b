#!/bin/sh
# proof.sh CLANG: the optimiser proves the round trip of every format, and does
# not prove it for a table with a field that has moved.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

"$1" -std=c11 -O2 -Iinclude -I. model/bits_proof.c -o "$here/proof"

mkdir -p "$here/model"
sed 's/raw\[(lo) \/ 64\] |= (value & low_ones((hi) - (lo) + 1)) << (lo) % 64;/raw[(lo) \/ 64] |= (value \& low_ones((hi) - (lo))) << (lo) % 64;/' \
	model/bits.h >"$here/model/bits.h"
cmp -s model/bits.h "$here/model/bits.h" && { echo "the edit for the counter-check no longer fits"; exit 1; }
sed 's|"model/bits.h"|"bits.h"|' model/bits_proof.c >"$here/model/bits_proof.c"
if "$1" -std=c11 -O2 -Iinclude -I. "$here/model/bits_proof.c" -o "$here/wrong" 2>"$here/out"; then
	echo "the proof accepts accessors that lose a bit"
	exit 1
fi
grep -q a_field_is_lost_or_moved "$here/out"

# A mask that is one bit short is found, too.
sed 's/mask |= (lo) \/ 64 == word ? low_ones((hi) - (lo) + 1) << (lo) % 64 : 0;/mask |= (lo) \/ 64 == word ? low_ones((hi) - (lo)) << (lo) % 64 : 0;/' \
	model/bits.h >"$here/model/bits.h"
cmp -s model/bits.h "$here/model/bits.h" && { echo "the edit for the counter-check of masks no longer fits"; exit 1; }
if "$1" -std=c11 -O2 -Iinclude -I. "$here/model/bits_proof.c" -o "$here/wrong" 2>"$here/out"; then
	echo "the proof accepts masks that lose a bit"
	exit 1
fi
grep -q a_field_is_lost_or_moved "$here/out"
