#!/bin/sh
# install.sh BUILD_DIRECTORY C_COMPILER: installs into an empty folder and uses
# the copy there, through the CMake package and through pkg-config, after the
# tree has been moved.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cmake --install "$1" --prefix "$here/first" >"$here/log"
mv "$here/first" "$here/moved"

cmake -S conformance/consumer -B "$here/build" -DCMAKE_PREFIX_PATH="$here/moved" \
	-DCMAKE_C_COMPILER="$2" >>"$here/log" || { cat "$here/log"; exit 1; }
cmake --build "$here/build" >>"$here/log" || { cat "$here/log"; exit 1; }
"$here/build/consumer"
"$here/build/consumer_static"

library=$(dirname "$(find "$here/moved" -name goldvi.pc)")
PKG_CONFIG_PATH=$library
export PKG_CONFIG_PATH
"$2" -std=c11 conformance/consumer/consumer.c -o "$here/by_pkg_config" \
	$(pkg-config --cflags --libs goldvi) -Wl,-rpath,"$(pkg-config --variable=libdir goldvi)"
"$here/by_pkg_config"
readelf -d "$here/moved"/lib*/libgoldvi.so "$here/moved"/lib*/*/libgoldvi.so 2>/dev/null |
	grep -q 'SONAME.*libgoldvi\.so\.[0-9]' || { echo "no SONAME"; exit 1; }
[ -z "$(find "$here/moved" -name 'goldvi' -type f -path '*/bin/*')" ] ||
	"$here/moved/bin/goldvi" --version
