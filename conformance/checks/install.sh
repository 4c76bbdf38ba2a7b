#!/bin/sh
# install.sh BUILD_DIRECTORY C_COMPILER: installs into an empty folder and uses
# the copy there from C, C++, SystemVerilog and Python, through the CMake package and
# through pkg-config, after the tree has been moved.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cmake --install "$1" --prefix "$here/first" >"$here/log"
mv "$here/first" "$here/moved"

cmake -S conformance/consumer -B "$here/build" -DCMAKE_PREFIX_PATH="$here/moved" \
	-DCMAKE_C_COMPILER="$2" >>"$here/log" || { tail -n 30 "$here/log"; exit 1; }
cmake --build "$here/build" >>"$here/log" || { tail -n 30 "$here/log"; exit 1; }
for consumer in "$here"/build/consumer*; do
	[ ! -f "$consumer" ] || "$consumer"
done
if command -v verilator >/dev/null; then
	[ -f "$here/build/consumer_verilator" ] || { cat "$here/log"; echo "no SystemVerilog consumer"; exit 1; }
else
	echo "no Verilator here: the SystemVerilog consumer is not tested"
fi

library=$(dirname "$(find "$here/moved" -name goldvi.pc)")
PKG_CONFIG_PATH=$library
export PKG_CONFIG_PATH
"$2" -std=c11 conformance/consumer/consumer.c -o "$here/by_pkg_config" \
	$(pkg-config --cflags --libs goldvi) -Wl,-rpath,"$(pkg-config --variable=libdir goldvi)"
"$here/by_pkg_config"
"$2" -std=c11 $(pkg-config --cflags goldvi-cosim) conformance/consumer/bench.c -o "$here/bench" \
	$(pkg-config --libs goldvi-cosim)
"$here/bench" "$here/coverage.json" "$here/trace.jsonl"
for header in scoreboard coverage coverage_json recorder goldvi_dpi; do
	echo "#include <goldvi/cosim/$header.h>" >"$here/alone.c"
	"$2" -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only $(pkg-config --cflags goldvi-cosim) "$here/alone.c"
done
for file in goldvi_pkg.sv goldvi_cosim.sv goldvi_vpi.c example/first.sv; do
	[ -f "$(pkg-config --variable=cosimdir goldvi-cosim)/$file" ] || { echo "no $file"; exit 1; }
done
readelf -d "$here/moved"/lib*/libgoldvi.so "$here/moved"/lib*/*/libgoldvi.so 2>/dev/null |
	grep -q 'SONAME.*libgoldvi\.so\.[0-9]' || { echo "no SONAME"; exit 1; }

# The library as two files, beside the program.
"$2" -std=c11 -I"$here/moved/share/goldvi/amalgamation" -c "$here/moved/share/goldvi/amalgamation/goldvi.c" -o "$here/goldvi.o"
sed 's|<goldvi/goldvi.h>|"goldvi.h"|' conformance/consumer/consumer.c >"$here/alone.c"
"$2" -std=c11 -I"$here/moved/share/goldvi/amalgamation" "$here/alone.c" "$here/goldvi.o" -o "$here/alone"
"$here/alone"

if [ -x "$here/moved/bin/goldvi" ]; then
	"$here/moved/bin/goldvi" --version
	"$here/moved/bin/goldvi" coverage "$here/coverage.json" | head -n 1
	"$here/moved/bin/goldvi" replay "$here/trace.jsonl" >"$here/log" || true
	grep -q ' 1 permitted, 1 refused, ' "$here/log" || { cat "$here/log"; echo "the trace is not that of the bench"; exit 1; }
	"$here/moved/bin/goldvi" run --filter 'host.skip.*' "$here/moved/share/goldvi/vectors"
fi

package=$(find "$here/moved" -name _abi.py)
if [ -n "$package" ]; then
	status=0
	sh conformance/checks/python.sh "$(dirname "$(dirname "$package")")" "$here/moved" || status=$?
	[ $status = 0 ] || [ $status = 77 ] || exit 1
fi
