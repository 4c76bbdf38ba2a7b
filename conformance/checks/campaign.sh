#!/bin/sh
# campaign.sh GOLDVI: a campaign finds nothing in the model, with caches or without, and in
# a device that ignores reserved bits a vector that passes on the model and fails there.
set -eu
goldvi=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

for device in model model:client cache:3; do
	"$goldvi" campaign --dut $device --streams 200 --out "$here/none" >"$here/out" ||
		{ cat "$here/out"; exit 1; }
	[ "$(find "$here/none" -name '*.yaml' | wc -l)" = 0 ]
done
command -v python3 >/dev/null || { echo "skipped the toy: python3 is not there"; exit 0; }
toy="pipe:exec python3 conformance/dut/examples/toy.py"
status=0
"$goldvi" campaign --dut "$toy" --streams 60 --seed 1 --out "$here/found" >"$here/out" || status=$?
[ $status = 1 ] || { cat "$here/out"; echo "nothing was found in the toy"; exit 1; }
"$goldvi" run "$here/found" >"$here/out" || { cat "$here/out"; exit 1; }
! "$goldvi" run --dut "$toy" "$here/found" >"$here/out" || { cat "$here/out"; exit 1; }
grep -q ' [1-9][0-9]* failed, 0 skipped' "$here/out"
tail -n 1 "$here/out"
