#!/bin/sh
# The example RTL under the scoreboard: installs Verilator if it is missing, builds, and
# runs what is asked for, else 150000 translations.
#
#   sh conformance/cosim/rtl.sh --translations 1000000
#   sh conformance/cosim/rtl.sh --all-bugs
#   sh conformance/cosim/rtl.sh --bug late-fill --wave late-fill.vcd
set -eu
cd "$(dirname "$0")/../.."
. conformance/setup.sh

need_command cc gcc
need_command g++ g++
need_command make make
need_command cmake cmake
need_command pkg-config pkg-config
need_command verilator verilator
install_missing
need_library yaml-0.1 libyaml-dev
need_library zlib zlib1g-dev
need_library check check
install_missing

mkdir -p build
{
	cmake --preset release && cmake --build --preset release --target iommu_bench --parallel
} >build/rtl.log 2>&1 || { tail -n 40 build/rtl.log; exit 1; }
[ $# -gt 0 ] || set -- --translations 150000
exec build/release/bin/iommu_bench "$@"
