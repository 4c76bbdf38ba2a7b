#!/bin/sh
# afl.sh TARGET [SECONDS]: the same target under AFL++ (Debian: afl++), from its corpus; what
# is found is in build/afl/found-TARGET/default/crashes.  Fails if there is something.
set -eu
cd "$(dirname "$0")/.."
target=$1
seconds=${2:-60}
command -v afl-clang-fast >/dev/null || { echo "skipped: AFL++ is not installed"; exit 0; }
out=$PWD/build/afl
mkdir -p "$out/work"
# AFL++ brings a main that stands for the engine.
driver=$(find /usr/lib/afl /usr/local/lib/afl -name libAFLDriver.a 2>/dev/null | head -n 1)
[ -n "$driver" ] || { echo "skipped: AFL++ without libAFLDriver.a"; exit 0; }
CC=afl-clang-fast CXX=afl-clang-fast++ CFLAGS='-O1 -g' CXXFLAGS='-O1 -g' OUT=$out WORK=$out/work \
	LIB_FUZZING_ENGINE=$driver FUZZING_ENGINE=afl sh fuzz/oss-fuzz/build.sh >"$out/build.log" 2>&1
rm -rf "$out/seeds" "$out/found-$target"
mkdir "$out/seeds"
unzip -q "$out/fuzz_${target}_seed_corpus.zip" -d "$out/seeds"
AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
	afl-fuzz -V "$seconds" -i "$out/seeds" -o "$out/found-$target" "$out/fuzz_$target" \
	>"$out/fuzz.log" 2>&1 || { tail -n 20 "$out/fuzz.log"; exit 1; }
grep -E '^(execs_done|execs_per_sec|saved_crashes|edges_found)' "$out/found-$target/default/fuzzer_stats"
! ls "$out/found-$target/default/crashes" | grep -q '^id'
