#!/bin/sh
# reduced.sh GOLDVI LIBRARY C_COMPILER: a session is reduced with the device that failed in it.
# The device has a cache with a bug: what a device has been granted is good for all of
# the 2 MiB around it.  What fills the cache is about another page, so that the oracle alone does not
# know that it is needed: what it leaves, the device passes.
set -eu
goldvi=$1
library=$2
cc=$3
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

fail() {
	echo "reduced.sh: $*"
	exit 1
}

small=conformance/dut/examples/small.c
sed -e 's/^static int dma(/static struct { bool full; uint64_t region, distance; } held;\n\n&/' \
	-e 's/answer->result = seen.result;/uint64_t region = (uint64_t)dma->device << 48 | dma->address >> 21;\n\n\tif (held.full \&\& held.region == region) {\n\t\tseen.result = GVI_GRANT;\n\t\tseen.address = dma->address + held.distance;\n\t} else if (seen.result == GVI_GRANT) {\n\t\theld.full = true;\n\t\theld.region = region;\n\t\theld.distance = seen.address - dma->address;\n\t}\n\t&/' \
	-e '/^static void \*start(/i static void forget(void);' \
	-e 's/(void)told;.*/forget();/' \
	-e '$a static void forget(void)\n{\n\theld.full = false;\n}' $small >"$here/stale.c"
for name in small stale; do
	source=$small
	[ $name = small ] || source=$here/stale.c
	# shellcheck disable=SC2086 # a compiler may have arguments
	$cc -std=c11 -O1 -Wall -shared -fPIC -Iinclude "$source" -o "$here/$name.so" "$library"
done

# The third access is refused; the second one and its tables have nothing to do with it.
cp -r vectors/profiles "$here"
cat >"$here/session.yaml" <<'YAML'
schema: 1
about: Accesses of two devices.
profile: base
cases:
  - id: try.reduced.session
    why: None.
    clauses: [host.walk]
    given:
      memory:
        - {at: "0x100400", raw: ["0x6000000001000403", "0x0000000000000042"]}
        - {at: "0x100420", raw: ["0x6000000001010203", "0x0000000000000043"]}
        - {at: "0x1000000", raw: ["0x6000000001001201", "0x6000000001002201"]}
        - {at: "0x1001028", raw: ["0x6000000004000001", "0x6000000006000001", "0x6000000005000001"]}
        - {at: "0x1010028", raw: ["0x6000000004800001", "0x6000000004900001"]}
    do:
      - {dma: {device: "00:04.0", address: "0x5000", read: 4}, answer: {grant: {address: "0x4000000"}}}
      - {dma: {device: "00:04.1", address: "0x5000", read: 4}, answer: {grant: {address: "0x4800000"}}}
      - {dma: {device: "00:04.0", address: "0x6000", read: 4}, answer: {grant: {address: "0x6000000"}}}
      - {dma: {device: "00:04.0", address: "0x7000", read: 4}, answer: {grant: {address: "0x5000000"}}}
YAML
stale="plugin:$here/stale.so"
"$goldvi" run "$here/session.yaml" >"$here/out" || fail "$(cat "$here/out")"
! "$goldvi" run --dut "$stale" --record "$here/trace.jsonl" "$here/session.yaml" >"$here/out" ||
	fail "the device has no bug"

accesses() { grep -c '^      - {dma: ' "$1"; }

"$goldvi" reduce "$here/trace.jsonl" >"$here/alone.yaml" 2>"$here/err" || fail "$(cat "$here/err")"
[ "$(accesses "$here/alone.yaml")" = 1 ] || fail "the oracle alone keeps what it knows nothing of"
"$goldvi" run --dut "$stale" "$here/alone.yaml" >"$here/out" || fail "one access fails: $(cat "$here/out")"

"$goldvi" reduce --dut "$stale" "$here/trace.jsonl" >"$here/asked.yaml" 2>"$here/err" ||
	fail "$(cat "$here/err")"
grep -qE '^[0-9]+ of [0-9]+ records are left, after [0-9]+ trials, [1-9][0-9]* of them on the device$' \
	"$here/err" || fail "$(cat "$here/err")"
[ "$(accesses "$here/asked.yaml")" = 2 ] || fail "$(cat "$here/asked.yaml")"
! grep -q '00:04\.1' "$here/asked.yaml" || fail "the other device is left"
"$goldvi" lint "$here/asked.yaml" || fail "lint"
"$goldvi" run "$here/asked.yaml" >"$here/out" || fail "$(cat "$here/out")"
! "$goldvi" run --dut "$stale" "$here/asked.yaml" >"$here/out" || fail "the device passes what is left"

status=0
"$goldvi" reduce --dut "plugin:$here/small.so" "$here/trace.jsonl" >"$here/out" 2>"$here/err" || status=$?
[ $status -eq 2 ] || fail "exit status $status of a device that does not fail"
grep -q '^goldvi reduce: the device does not fail so when it is asked again\.$' "$here/err" ||
	fail "$(cat "$here/err")"
