#!/bin/sh
# Builds and runs an example of the scoreboard in a simulator; prints the summary.
# Installs what is missing.  Arguments that begin with + are handed to the bench.
#
#   sh conformance/cosim/run.sh                       Verilator: example/first.sv
#   sh conformance/cosim/run.sh verilator +checks=10000000
#   sh conformance/cosim/run.sh speed                 how many translations it checks a second
#   sh conformance/cosim/run.sh verilator FILE.sv ... another bench, of which FILE is the top
#   sh conformance/cosim/run.sh uvm                   example/first_uvm.sv, with stubs of UVM
#   sh conformance/cosim/run.sh icarus                Icarus Verilog: example/first.v
#   sh conformance/cosim/run.sh icarus FILE.v         another bench that prints "passed"
#   sh conformance/cosim/run.sh systemc               SystemC: example/first.cpp
#   sh conformance/cosim/run.sh systemc FILE.cpp      another bench
#
# BUILD is the build tree, build/release unless it is set.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/conformance/cosim
build=${BUILD:-$root/build/release}
how=${1:-verilator}
[ $# = 0 ] || shift

need() {
	(
		cd "$root"
		. conformance/setup.sh
		case "$1" in
		verilator | uvm) need_command verilator verilator; need_command g++ g++; need_command make make ;;
		icarus) need_command iverilog iverilog ;;
		systemc) need_command g++ g++; need_library systemc libsystemc-dev ;;
		esac
		need_command cc gcc
		need_command cmake cmake
		need_command pkg-config pkg-config
		need_library yaml-0.1 libyaml-dev
		need_library zlib zlib1g-dev
		install_missing
	)
}

# The scoreboard, and the package of formats.
library() {
	[ -f "$build/CMakeCache.txt" ] || cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_C_FLAGS_RELEASE=-O2 -DGOLDVI_TESTS=OFF -DGOLDVI_REPLAY=OFF >/dev/null
	[ -n "${BUILT:-}" ] ||
		cmake --build "$build" --parallel 2 --target goldvi_cosim goldvi_package >/dev/null
	archives="$build/conformance/cosim/libgoldvi_cosim.a $build/model/libgoldvi.a"
	folder=$build/cosim/$how
	mkdir -p "$folder"
}

# verilate TOP FILE...: quietly, unless it fails.
verilate() {
	top=$1
	shift
	for archive in $archives; do    # make does not know of them
		[ ! "$archive" -nt "$folder/$top/V$top" ] || rm -f "$folder/$top/V$top"
	done
	before=
	[ "$how" != uvm ] || before="+incdir+$here/check/uvm $here/check/uvm/uvm_pkg.sv"
	verilator --binary --assert -O3 --top-module "$top" --Mdir "$folder/$top" \
		-LDFLAGS "$archives" $before "$build/conformance/cosim/goldvi_pkg.sv" "$here/goldvi_cosim.sv" \
		"$@" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 2; }
}

run_verilator() {
	need verilator
	library
	files=
	while [ $# != 0 ] && [ "${1#+}" = "$1" ]; do
		files="$files $1"
		top=$(basename "$1" .sv)
		shift
	done
	[ -n "$files" ] || { files=$here/example/first.sv; top=first; }
	verilate "$top" $files
	"$folder/$top/V$top" "$@"
}

# Verilator 5.006 cannot compile UVM, nor hand `this` to what takes a base class.
run_uvm() {
	need uvm
	library
	for file in uvm_scoreboard first_uvm; do
		sed 's/\bthis)/stub_self())/' "$here/example/$file.sv" >"$folder/$file.new"
		cmp -s "$folder/$file.new" "$folder/$file.sv" || mv "$folder/$file.new" "$folder/$file.sv"
	done
	verilate first_uvm "$folder/uvm_scoreboard.sv" "$folder/first_uvm.sv"
	"$folder/first_uvm/Vfirst_uvm" "$@"
}

run_speed() {
	need verilator
	library
	verilate first "$here/example/first.sv"
	checks=10000000
	start=$(date +%s%N)
	"$folder/first/Vfirst" +checks=$checks
	end=$(date +%s%N)
	echo "$((checks * 1000 / ((end - start) / 1000000))) translations were checked a second."
}

run_icarus() {
	need icarus
	library
	cc -std=gnu11 -O2 -shared -fPIC -I"$(icarus_headers)" -I"$here" "$here/goldvi_vpi.c" \
		$archives -o "$folder/goldvi.vpi"
	file=$here/example/first.v
	if [ $# != 0 ] && [ "${1#+}" = "$1" ]; then
		file=$1
		shift
	fi
	top=$(basename "$file" .v)
	iverilog -g2005 -Wall -L"$folder" -mgoldvi -o "$folder/$top.vvp" "$file"
	vvp -M"$folder" "$folder/$top.vvp" "$@" | tee "$folder/log"
	grep -q '^passed$' "$folder/log"
}

icarus_headers() {
	iverilog-vpi --cflags | tr ' ' '\n' | sed -n 's/^-I//p' | head -n 1
}

run_systemc() {
	need systemc
	library
	file=$here/example/first.cpp
	if [ $# != 0 ] && [ "${1#+}" = "$1" ]; then
		file=$1
		shift
	fi
	top=$(basename "$file" .cpp)
	c++ -std=c++17 -O1 -I"$root/include" -I"$here" "$file" $archives \
		$(pkg-config --cflags --libs systemc) -o "$folder/$top"
	SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1 "$folder/$top" "$@"
}

case "$how" in
verilator | uvm | icarus | systemc | speed) "run_$how" "$@" ;;
*) sed -n '2,16s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
