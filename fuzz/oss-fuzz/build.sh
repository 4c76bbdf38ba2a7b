#!/bin/sh -eu
# OSS-Fuzz's contract: builds all targets with $CC $CFLAGS, links them with $CXX $CXXFLAGS
# $LIB_FUZZING_ENGINE, and leaves them in $OUT with seed corpora, dictionaries and options.
# Run in the root of the project; $WORK is for what lies between.  The readers of YAML and
# traces are no targets here: libraries that the sanitizers do not see would have to be built, too.
root=$(cd "$(dirname "$0")" && while [ ! -d model ] && [ "$PWD" != / ]; do cd ..; done && pwd)
[ -d "$root/model" ] || root=$PWD
cd "$root"

flags="-std=c11 -D_POSIX_C_SOURCE=200809L -Iinclude -I."
objects=
compile() {
	object=$WORK/$(echo "$1" | tr / _).o
	$CC $CFLAGS $flags -c "$1" -o "$object"
	objects="$objects $object"
}
for source in model/*.c; do
	[ "$source" = model/bits_proof.c ] || compile "$source"
done
# The libraries goldvi_base and goldvi_twin, as conformance/CMakeLists.txt has them.
for source in $(sed -n '/add_library(goldvi_base/,/)/p; /add_library(goldvi_twin/,/)/p' conformance/CMakeLists.txt | tr ' \t)' '\n\n\n' | grep '\.c$'); do
	compile "conformance/$source"
done
shared=$objects

# The dictionary is made here and now, by a program of this machine.
cc $flags fuzz/dictionary.c model/format.c model/tables.c -o "$WORK/dictionary"
"$WORK/dictionary" >"$WORK/fields.dict"

corpus_of() {
	case "$1" in
	permitted | same | stream | used) echo stream ;;
	*) echo "$1" ;;
	esac
}

for source in fuzz/fuzz_*.c; do
	name=${source#fuzz/fuzz_}
	name=${name%.c}
	case "$name" in yaml | trace) continue ;; esac
	objects=
	compile "$source"
	[ "$name" != stream ] || compile fuzz/check.c
	# Only libFuzzer has the hooks that the mutator needs.
	case "$(corpus_of "$name"):${FUZZING_ENGINE:-libfuzzer}" in
	stream:libfuzzer) compile fuzz/mutate.c ;;
	esac
	$CXX $CXXFLAGS $objects $shared $LIB_FUZZING_ENGINE -o "$OUT/fuzz_$name"
	(cd "fuzz/corpus/$(corpus_of "$name")" && zip -q -r - .) >"$OUT/fuzz_${name}_seed_corpus.zip"
	if [ -f "fuzz/$name.dict" ]; then
		cp "fuzz/$name.dict" "$OUT/fuzz_$name.dict"
	else
		cp "$WORK/fields.dict" "$OUT/fuzz_$name.dict"
	fi
	printf '[libfuzzer]\nmax_len = 4096\nuse_value_profile = 1\ntimeout = 10\n' >"$OUT/fuzz_$name.options"
done
