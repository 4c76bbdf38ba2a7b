#!/bin/sh
# test.sh BUILD PART: what the scoreboard does in simulators, with those that are there.
# PART is package, verilator, board, devices, uvm, icarus or systemc.  Exit status 77: skipped.
set -eu
BUILD=$1 BUILT=1
export BUILD BUILT
part=$2
here=$(dirname "$0")
log=$BUILD/cosim/$part.log
mkdir -p "$BUILD/cosim"

have() {
	command -v "$1" >/dev/null 2>&1 || { echo "skipped: $1 is not installed"; exit 77; }
}

# run HOW ARGUMENTS: its output is in $log.
run() {
	sh "$here/run.sh" "$@" >"$log" 2>&1
}

fail() {
	echo "$1"
	cat "$log"
	exit 1
}

# says WORDS: a line of the output begins so.
says() {
	grep -q "^$1" "$log" || fail "it does not say: $1"
}

# A device that holds a page too long is refused, and why is said.
stale() {
	run "$@" +stale && fail "$* +stale is not refused"
	says '  stale:     HELD_HOST=held at 0x'
	says '  ended by:  INVALIDATE_IOMMU_PAGES(DomainID=7 Address=0x5000)'
	says 'scoreboard: FAILED'
}

passes() {
	run "$@" || fail "$* fails"
	says 'scoreboard: passed'
}

case "$part" in
package)
	have verilator
	verilator --lint-only -Wall "$BUILD/conformance/cosim/goldvi_pkg.sv"
	verilator --lint-only -Wall -Wno-DECLFILENAME "$here/goldvi_cosim.sv"
	run verilator "$here/check/formats.sv" || fail "formats.sv fails"
	says 'formats: passed, 1440 bits'
	if command -v iverilog >/dev/null 2>&1; then
		iverilog -g2012 -o "$BUILD/cosim/formats.vvp" \
			"$BUILD/conformance/cosim/goldvi_pkg.sv" "$here/check/formats.sv"
		vvp "$BUILD/cosim/formats.vvp" >"$log"
		says 'formats: passed, 1440 bits'
	fi
	;;
verilator)
	have verilator
	passes verilator +checks=100000
	says 'scoreboard:       100003 answers'
	stale verilator
	# What is recorded is judged again as it was, and its failure can be reduced.
	GOLDVI_TRACE=$BUILD/cosim/trace.jsonl
	export GOLDVI_TRACE
	passes verilator +checks=100
	"$BUILD/bin/goldvi" replay "$GOLDVI_TRACE" >"$log" || fail 'the trace of what is permitted is refused'
	stale verilator +checks=2
	"$BUILD/bin/goldvi" replay "$GOLDVI_TRACE" >"$log" && fail 'the trace of a failure is permitted'
	grep -q 'permitted until INVALIDATE_IOMMU_PAGES' "$log" || fail 'the trace fails for another reason'
	grep -q ' 1 refused, 0 unsure$' "$log" || fail 'the trace has another failure'
	reduced=$BUILD/cosim/reduced.yaml
	"$BUILD/bin/goldvi" reduce "$GOLDVI_TRACE" >"$reduced" 2>"$log" || fail 'nothing comes of the trace'
	grep -q 'HELD_HOST' "$reduced" || fail 'the vector knows nothing of held entries'
	"$BUILD/bin/goldvi" run "$reduced" >"$log" || fail 'the vector fails on the model'
	;;
board)
	have verilator
	run verilator "$here/check/board.sv" || fail "board.sv fails"
	says 'board: passed'
	says 'scoreboard: passed'
	run verilator "$here/check/board.sv" +wrong || fail "board.sv +wrong fails"
	says 'board: passed'
	says 'scoreboard: FAILED'
	;;
devices)
	have verilator
	run verilator "$here/check/devices.sv" || fail "devices.sv fails"
	says 'devices: passed'
	says 'scoreboard: passed'
	run verilator "$here/check/devices.sv" +wrong || fail "devices.sv +wrong fails"
	says 'devices: passed'
	says 'scoreboard: FAILED'
	;;
uvm)
	have verilator
	run uvm || fail 'uvm fails'
	says 'UVM_INFO @ 10: uvm_test_top.scoreboard \[GOLDVI\] 2 answers judged'
	says 'UVM_ERROR : 0$'
	run uvm +stale || fail 'uvm +stale fails'
	says 'UVM_ERROR @ 10: uvm_test_top.scoreboard \[GOLDVI\] scoreboard: refused'
	says '  ended by:  INVALIDATE_IOMMU_PAGES(DomainID=7 Address=0x5000)'
	says 'UVM_ERROR : 2$'
	;;
icarus)
	have iverilog
	GOLDVI_COVERAGE=$BUILD/cosim/coverage.json
	export GOLDVI_COVERAGE
	passes icarus
	unset GOLDVI_COVERAGE
	"$BUILD/bin/goldvi" coverage "$BUILD/cosim/coverage.json" >"$log" || fail 'the coverage is none'
	says '1 runs, 1 tests'
	stale icarus
	passes icarus "$here/check/devices.v"
	run icarus "$here/check/devices.v" +wrong && fail 'devices.v +wrong is not refused'
	says 'wrong: 4 refused'
	;;
systemc)
	have c++
	pkg-config --exists systemc 2>/dev/null || { echo "skipped: SystemC is not installed"; exit 77; }
	passes systemc
	stale systemc
	run systemc "$here/check/interrupts.cpp" || fail 'interrupts.cpp fails'
	says 'interrupts: passed'
	;;
*)
	echo "test.sh: there is no part '$part'"
	exit 2
	;;
esac
