#!/bin/sh
# A bug ends the run with what was wrong, in words, and a waveform of how it came about.
set -eu
bench=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
	cat "$folder/out"
	echo "waveform.sh: $1"
	exit 1
}

if "$bench" --bug stale-page --translations 100000 --wave "$folder/iommu.vcd" >"$folder/out"; then
	fail "the bug was not noticed"
fi
grep -q '^FAILED after' "$folder/out" || fail "it does not say when"
grep -q '^scoreboard: refused' "$folder/out" || fail "the scoreboard has not said what was wrong"
grep -q 'INVALIDATE_IOMMU_PAGES' "$folder/out" || fail "it has not named the invalidation"
grep -q '\$enddefinitions' "$folder/iommu.vcd" || fail "there is no waveform"
[ "$(grep -c '^#' "$folder/iommu.vcd")" -gt 100 ] || fail "the waveform is empty"
