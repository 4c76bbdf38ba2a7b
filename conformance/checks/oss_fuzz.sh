#!/bin/sh
# oss_fuzz.sh: fuzz/oss-fuzz/build.sh under the contract of OSS-Fuzz, emulated with clang
# and a plain main in place of the engine: every target is there with corpus, dictionary and
# options, and runs on its corpus.  Without clang or zip there is nothing to try.
set -eu
for command in clang clang++ zip unzip; do
	command -v $command >/dev/null || { echo "skipped: no $command"; exit 0; }
done
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
mkdir "$here/out" "$here/work"

export CC=clang CXX=clang++ OUT="$here/out" WORK="$here/work" FUZZING_ENGINE=none
export CFLAGS=-O0 CXXFLAGS=-O0
# An engine is an archive that has a main.
$CC $CFLAGS -std=c11 -D_POSIX_C_SOURCE=200809L -I. -c fuzz/replay.c -o "$here/work/replay.o"
ar rc "$here/work/engine.a" "$here/work/replay.o"
export LIB_FUZZING_ENGINE="$here/work/engine.a"
sh fuzz/oss-fuzz/build.sh

count=0
for source in fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	case "$name" in fuzz_yaml | fuzz_trace) continue ;; esac
	for file in "$name" "${name}_seed_corpus.zip" "$name.dict" "$name.options"; do
		[ -s "$OUT/$file" ] || { echo "$file is not there"; exit 1; }
	done
	unzip -q "$OUT/${name}_seed_corpus.zip" -d "$here/$name"
	"$OUT/$name" "$here/$name" | grep -q '^[1-9][0-9]* inputs$'
	count=$((count + 1))
done
echo "$count targets"
