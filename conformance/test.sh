#!/bin/sh
# All tests: release and sanitizer builds, coverage floors, the same verdicts
# from gcc and clang at -O0 and -O3.  Installs what is missing.
#
#   sh conformance/test.sh            all of it
#   sh conformance/test.sh release    only the named parts, of: release asan msan
#                                     coverage fuzz compilers mutate qemu
#   sh conformance/test.sh portable   32 bits and big-endian (not a part of "all":
#                                     installs cross-compilers and an emulator)
#   sh conformance/test.sh slurm      a regression as a Slurm job array, on this machine
#   sh conformance/test.sh devices    all vectors through each adapter
#   sh conformance/test.sh planted    which fuzz target notices which bug of the model
#   sh conformance/test.sh fuzz-O0    the fuzz targets without optimisation; fuzz-fast: for speed
set -eu
cd "$(dirname "$0")/.."
. conformance/setup.sh

parts=${*:-release asan msan coverage fuzz compilers mutate}
passed=0
failed=

need_command cc gcc
need_command gcc gcc
need_command g++ g++
need_command make make
need_command cmake cmake
need_command pkg-config pkg-config
need_command clang clang
need_command valgrind valgrind
need_command gcovr gcovr
need_command python3 python3
install_missing
need_library yaml-0.1 libyaml-dev
need_library zlib zlib1g-dev
need_library check check
echo 'int main(void) { return 0; }' | clang -fsanitize=address,fuzzer-no-link -x c - -o /dev/null 2>/dev/null ||
	missing="$missing libclang-rt-dev"
need_command mandoc mandoc
have_python_module pytest || missing="$missing python3-pytest"
install_missing

# part NAME COMMAND...: runs it, and goes on if it fails.
part() {
	name=$1
	shift
	echo
	echo "== $name"
	if "$@"; then
		passed=$((passed + 1))
	else
		failed="$failed $name"
	fi
}

preset() {
	cmake --preset "$1" >build/"$1".log 2>&1 || { cat build/"$1".log; return 1; }
	cmake --build --preset "$1" --parallel >>build/"$1".log 2>&1 || { tail -n 60 build/"$1".log; return 1; }
	ctest --preset "$1" --parallel 2
}

coverage() {
	find build/coverage -name '*.gcda' -delete 2>/dev/null || true
	preset coverage &&
	gcovr -r . -f model/ build/coverage --exclude-throw-branches --print-summary \
		--fail-under-line 99 --fail-under-branch 95 >build/coverage.txt ||
		{ cat build/coverage.txt; return 1; }
	tail -n 5 build/coverage.txt
}

# The same verdicts, case by case, from every compiler and optimisation.
compilers() {
	reference=
	for compiler in gcc clang; do
		for level in 0 3; do
			folder=build/$compiler-O$level
			cmake -S . -B "$folder" -DCMAKE_C_COMPILER=$compiler -DCMAKE_BUILD_TYPE=None \
				-DCMAKE_C_FLAGS=-O$level -DGOLDVI_WERROR=ON -DGOLDVI_TESTS=OFF \
				-DGOLDVI_REPLAY=OFF >build/compilers.log 2>&1 &&
			cmake --build "$folder" --parallel >>build/compilers.log 2>&1 ||
				{ tail -n 60 build/compilers.log; return 1; }
			"$folder/bin/goldvi" run --tap vectors >"$folder.tap" || { tail "$folder.tap"; return 1; }
			[ -n "$reference" ] || reference=$folder.tap
			cmp "$reference" "$folder.tap" || return 1
			"$folder/bin/goldvi" fuzz-print --hash fuzz/corpus/stream/* |
				cmp - fuzz/stream.hashes || return 1
		done
	done
	echo "gcc and clang at -O0 and -O3: the same $(grep -c '^ok' "$reference") verdicts and $(wc -l <fuzz/stream.hashes) traces"
}

# QEMU as a foreign device: what it gets right must not be failed.
foreign() {
	need_command qemu-system-x86_64 qemu-system-x86
	install_missing
	sh conformance/checks/qemu.sh build/release/bin/goldvi
	sh conformance/checks/findings.sh build/release/bin/goldvi
}

cluster() { sh conformance/checks/slurm.sh build/release/bin/goldvi; }

adapters() {
	sh conformance/checks/adapters.sh build/release/bin/goldvi build/release/model/libgoldvi.a cc g++ 1/1
}

# 32 bits, and big-endian under an emulator.
portable() {
	need_command i686-linux-gnu-gcc 'gcc-i686-linux-gnu libc6-dev-i386-cross'
	need_command s390x-linux-gnu-gcc 'gcc-s390x-linux-gnu libc6-dev-s390x-cross'
	need_command qemu-s390x-static qemu-user-static
	install_missing
	sh conformance/checks/portable.sh
}

mkdir -p build
for p in $parts; do
	case "$p" in
	release | asan | msan | fuzz | fuzz-O0 | fuzz-fast) part "$p" preset "$p" ;;
	coverage) part coverage coverage ;;
	compilers) part compilers compilers ;;
	mutate) part mutate sh conformance/mutate/run.sh sample ;;
	qemu) part qemu foreign ;;
	portable) part portable portable ;;
	slurm) part slurm cluster ;;
	devices) part devices adapters ;;
	planted) part planted sh fuzz/planted.sh ;;
	*) echo "goldvi: there is no part '$p'" >&2; exit 2 ;;
	esac
done

echo
[ -z "$failed" ] || echo "failed:$failed"
echo "$passed passed, $(echo $failed | wc -w) failed"
[ -z "$failed" ]
