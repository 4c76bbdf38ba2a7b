#!/bin/sh
# coverage.sh: how much of model/ the corpora cover, by clang's source-based coverage of
# their replay alone.  Fails below 98 % of lines or 95 % of branches.
set -eu
cd "$(dirname "$0")/.."
clang=${CLANG:-clang}
version=$("$clang" --version | sed -n '1s/.*version \([0-9]*\).*/\1/p')
cov=$(command -v llvm-cov || command -v "llvm-cov-$version")
profdata=$(command -v llvm-profdata || command -v "llvm-profdata-$version")
folder=build/corpora
cmake -S . -B "$folder" -DCMAKE_C_COMPILER="$clang" -DCMAKE_BUILD_TYPE=None -DGOLDVI_TESTS=OFF \
	-DCMAKE_C_FLAGS='-O0 -fprofile-instr-generate -fcoverage-mapping' >"$folder.log"
cmake --build "$folder" --parallel >>"$folder.log"
rm -f "$folder"/*.profraw
objects=
for target in "$folder"/bin/fuzz_*; do
	name=${target##*/fuzz_}
	case "$name" in
	dictionary) continue ;;
	permitted | same | stream | used) corpus=stream ;;
	*) corpus=$name ;;
	esac
	LLVM_PROFILE_FILE="$folder/$name.profraw" "$target" "fuzz/corpus/$corpus" >/dev/null
	objects="$objects -object $target"
done
"$profdata" merge -o "$folder/all.profdata" "$folder"/*.profraw
"$cov" report ${objects#* -object } -instr-profile="$folder/all.profdata" model/*.c >"$folder.txt"
cat "$folder.txt"
awk '$1 == "TOTAL" { lines = $10 + 0; branches = $13 + 0 }
	END { printf "lines %.2f %%, branches %.2f %%\n", lines, branches; exit lines < 98 || branches < 95 }' "$folder.txt"
