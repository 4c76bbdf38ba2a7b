#!/bin/sh
# streams.sh GOLDVI: the streams of the corpus do what they always did, on every machine
# and compiler, what goldvi fuzz-print makes of them are vectors that pass, and what goldvi
# fuzz-seeds makes of vectors asks for the same.  After a change of the model that is meant:
#   GOLDVI fuzz-print --hash fuzz/corpus/stream/* >fuzz/stream.hashes
set -eu
goldvi=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

"$goldvi" fuzz-print --hash fuzz/corpus/stream/* >"$here/hashes"
diff fuzz/stream.hashes "$here/hashes" || { echo "these streams have another outcome"; exit 1; }

vectors=0 others=0
mkdir "$here/vectors"
for stream in fuzz/corpus/stream/*; do
	name=${stream##*/}
	"$goldvi" fuzz-print "$stream" >"$here/one.yaml"
	if grep -q '^# ' "$here/one.yaml" || grep -q '^    do: \[\]' "$here/one.yaml"; then
		others=$((others + 1))
		continue
	fi
	sed "s/fuzz.stream.printed/fuzz.stream.n$name/" "$here/one.yaml" >"$here/vectors/$name.yaml"
	vectors=$((vectors + 1))
done
"$goldvi" run "$here/vectors" >"$here/out" || { tail -n 20 "$here/out"; exit 1; }
echo "$vectors vectors; $others streams that are none; $(tail -n 1 "$here/out")"
[ "$vectors" -gt "$others" ]
grep -q ' 0 failed, 0 skipped' "$here/out"

# A word of memory, an access, and where it goes: all as in vectors/host/level.yaml.
mkdir "$here/seeds"
seeded=$("$goldvi" fuzz-seeds "$here/seeds" vectors/host vectors/command vectors/ats vectors/interrupt)
echo "seeds: $seeded"
"$goldvi" fuzz-print "$here/seeds/host.skip.3-to-1" >"$here/one.yaml"
for line in 'store: {at: "0x1001028", raw: ["0x6000000004000001"]}' \
	'dma: {device: "0x0020", address: "0x00000000c0005ab8", read: 4}' \
	'answer: {grant: {address: "0x0000000004000ab8"'; do
	grep -qF "$line" "$here/one.yaml" || { cat "$here/one.yaml"; exit 1; }
done
