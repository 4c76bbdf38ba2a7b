#!/bin/sh
# captured.sh GOLDVI: the recorded session replays with all agreed, and a
# recording with a wrong answer does not.
set -eu
session=vectors/captured/linux-6.1-on-qemu-7.2-strict.jsonl.gz
expected='1256 translations, 536 stores, 1832 commands, 4999 interrupts agreed'
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

"$1" replay "$session" >"$here/out" || { cat "$here/out"; exit 1; }
grep -q "^$expected; .* 0 mismatches\$" "$here/out" || { cat "$here/out"; exit 1; }

# A page that lies elsewhere, a store of another value, another vector, a damaged line.
gzip -dc "$session" | sed 's/^{"dma":\[40,4294963202,102637568,/{"dma":[40,4294963202,102641664,/' >"$here/wrong"
status=0; "$1" replay "$here/wrong" >"$here/out" || status=$?
[ $status = 1 ] || { echo "a wrong page is not noticed"; exit 1; }
gzip -dc "$session" | sed 's/^{"cw":\[77320192,7\]/{"cw":[77320192,8]/' >"$here/wrong"
status=0; "$1" replay "$here/wrong" >"$here/out" || status=$?
[ $status = 1 ] || { echo "a wrong store is not noticed"; exit 1; }
gzip -dc "$session" | sed 's/^{"msi":\[48,4276092928,1,4276097028,16425\]/{"msi":[48,4276092928,1,4276097028,16426]/' >"$here/wrong"
status=0; "$1" replay "$here/wrong" >"$here/out" || status=$?
[ $status = 1 ] || { echo "a wrong interrupt is not noticed"; exit 1; }
printf '{"w":[24,8]}\n' >"$here/wrong"
status=0; "$1" replay "$here/wrong" 2>"$here/out" || status=$?
[ $status = 2 ] && grep -q 'wrong:1: ' "$here/out" || { echo "a damaged line is not refused"; exit 1; }
