#!/bin/sh
# The same answers on 32 bits and on a big-endian machine as here: random worlds
# in which model and twin must agree, their totals compared, and the corpora of
# the fuzz targets, and snapshots.  Needs i686-linux-gnu-gcc, s390x-linux-gnu-gcc and
# qemu-s390x-static.  Run from the project's root; the first argument is the
# number of worlds.
set -eu

count=${1:-20000}
here=build/portable
mkdir -p "$here"
library=$(ls model/*.c | grep -v bits_proof)
twin="conformance/memory.c conformance/naive.c conformance/naive_guest.c conformance/naive_host.c
	conformance/naive_interrupt.c conformance/naive_guest_apic.c conformance/naive_ats.c
	conformance/naive_page.c conformance/world.c conformance/world_machine.c conformance/world_guest.c
	conformance/world_interrupt.c conformance/world_ats.c conformance/world_page.c"

# build COMPILER OUTPUT SOURCE...
build() {
	compiler=$1
	output=$2
	shift 2
	$compiler -std=c11 -O2 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror \
		-D_POSIX_C_SOURCE=200809L -static -Iinclude -I. "$@" $twin $library -o "$output"
}

# machine NAME COMPILER EMULATOR
machine() {
	build "$2" "$here/worlds-$1" conformance/checks/worlds.c
	$3 "$here/worlds-$1" "$count" >"$here/$1.txt"
	build "$2" "$here/snapshots-$1" conformance/checks/snapshots.c
	$3 "$here/snapshots-$1" conformance/checks/snapshot-1.bin >/dev/null
	for target in ats format guest host interrupt page register save; do
		build "$2" "$here/$target-$1" "fuzz/fuzz_$target.c" fuzz/replay.c
		$3 "$here/$target-$1" "fuzz/corpus/$target" >/dev/null
	done
	cmp "$here/native.txt" "$here/$1.txt"
	echo "$1: $(cut -d: -f1 "$here/$1.txt"), the corpora, a snapshot: as here"
}

machine native cc ""
machine i686 i686-linux-gnu-gcc ""
machine s390x s390x-linux-gnu-gcc qemu-s390x-static
