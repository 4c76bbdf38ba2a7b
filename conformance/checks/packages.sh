#!/bin/sh
# packages.sh BUILD_DIRECTORY C_COMPILER: Debian packages and archives are made, each
# file is in one of them, and a program is built and run with what they hold.
# Status 77 without dpkg.
set -eu
command -v dpkg-deb >/dev/null && command -v dpkg-shlibdeps >/dev/null ||
	{ echo "no dpkg-deb or dpkg-shlibdeps here (dpkg-dev): not tested"; exit 77; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
(cd "$1" && cpack -B "$here/made") >"$here/log" 2>&1 || { cat "$here/log"; exit 1; }

abi=$(sed -n 's/^#define GVI_ABI \([0-9]*\)$/\1/p' include/goldvi/goldvi.h)
mkdir "$here/root"
for package in libgoldvi$abi libgoldvi-dev goldvi-tools goldvi-vectors python3-goldvi; do
	file=$(ls "$here/made/$package"_*.deb) || { echo "no $package"; exit 1; }
	ls "$here/made/$package"-*.tar.gz >/dev/null || { echo "no archive of $package"; exit 1; }
	dpkg-deb --fsys-tarfile "$file" | tar -t | grep -v '/$' >"$here/$package.files"
	grep -q "/usr/share/doc/$package/copyright\$" "$here/$package.files" || { echo "$package: no copyright"; exit 1; }
	dpkg-deb -x "$file" "$here/root"
	echo "$package: $(wc -l <"$here/$package.files") files; depends on $(dpkg-deb -f "$file" Depends)"
done
cat "$here"/*.files | sort | uniq -d >"$here/twice"
[ ! -s "$here/twice" ] || { echo "in two packages:"; cat "$here/twice"; exit 1; }

# What the packages are together is what is installed.
DESTDIR=$here/whole cmake --install "$1" --prefix /usr >>"$here/log"
(cd "$here/whole" && find . ! -type d | sort) >"$here/installed"
sort "$here"/*.files | diff - "$here/installed" || { echo "packages and installation differ"; exit 1; }

library=$(dirname "$(find "$here/root" -name 'libgoldvi.so')")
"$2" -std=c11 -I"$here/root/usr/include" conformance/consumer/consumer.c -L"$library" -lgoldvi -o "$here/consumer"
LD_LIBRARY_PATH=$library "$here/consumer"

# A bench needs the packages and its simulator, nothing of the checkout.
PKG_CONFIG_PATH=$library/pkgconfig
export PKG_CONFIG_PATH
"$2" -std=c11 $(pkg-config --cflags goldvi-cosim) conformance/consumer/bench.c -o "$here/bench" \
	$(pkg-config --libs goldvi-cosim)
"$here/bench"
cosim=$(pkg-config --variable=cosimdir goldvi-cosim)
ls "$cosim/goldvi_pkg.sv" "$cosim/goldvi_cosim.sv" "$cosim/goldvi_vpi.c" "$cosim/example" >"$here/log"
if command -v verilator >/dev/null; then
	verilator --lint-only "$cosim/goldvi_pkg.sv" "$cosim/goldvi_cosim.sv" conformance/consumer/consumer.sv
else
	echo "no Verilator here: the packaged SystemVerilog is not compiled"
fi
"$here/root/usr/bin/goldvi" version
for page in 1/goldvi.1 3/goldvi.3 7/goldvi-vectors.7; do
	[ -s "$here/root/usr/share/man/man$page" ] || { echo "no manual $page"; exit 1; }
done
PYTHONPATH=$(dirname "$(dirname "$(find "$here/root" -name _abi.py)")") PYTHONDONTWRITEBYTECODE=1 \
	python3 -c 'import goldvi; print("Python:", goldvi.__version__)'
