#!/bin/sh
# qemu.sh GOLDVI [BINARY]: a selection of the vectors on QEMU's amd-iommu.  With
# QEMU 7.2 exactly those of checks/qemu-7.2.txt must fail; another version has
# its failures printed.  `qemu.sh --write GOLDVI` prints the list for that file.
# Passes without a run only if QEMU is not there and cannot be installed.
set -eu
. conformance/setup.sh
write=
[ "$1" != --write ] || { write=1; shift; }
goldvi=$1
binary=${2:-qemu-system-x86_64}
selection='vectors/host/mode.yaml vectors/host/level.yaml vectors/host/permission.yaml vectors/host/cached.yaml vectors/host/absent.yaml
	vectors/device/table.yaml vectors/device/valid.yaml vectors/command/wait.yaml vectors/command/ring.yaml
	vectors/event/log.yaml vectors/register/pci.yaml vectors/register/access.yaml
	vectors/interrupt/control.yaml vectors/interrupt/control_2.yaml vectors/interrupt/control_3.yaml
	vectors/interrupt/device_2.yaml vectors/interrupt/entry_32.yaml vectors/interrupt/entry_128.yaml
	vectors/interrupt/table.yaml'
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

if [ $# -lt 2 ]; then
	need_command "$binary" qemu-system-x86
	(install_missing) >"$here/install" 2>&1 || true
fi
have_command "$binary" || {
	[ $# -lt 2 ] || { echo "$binary is not there"; exit 1; }
	cat "$here/install"
	echo "skipped: $binary is not there and cannot be installed"
	exit 0
}

version=$("$binary" --version | sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p')
status=0
# shellcheck disable=SC2086 # the selection is a list
"$goldvi" run --dut "qemu:$binary" --tap $selection >"$here/tap" || status=$?
[ "$status" -lt 2 ] || { echo "QEMU $version cannot be tested"; exit 1; }
sed -n 's/^not ok [0-9]* - \([^ ]*\).*/\1/p' "$here/tap" | LC_ALL=C sort >"$here/failed"
[ -z "$write" ] || { cat "$here/failed"; exit 0; }
tail -n 1 "$here/tap"

case $version in
7.2.*) ;;
*)
	echo "QEMU $version; there is no list of what it is known to fail.  It fails:"
	cat "$here/failed"
	exit 0
	;;
esac
if ! diff conformance/checks/qemu-7.2.txt "$here/failed" >"$here/diff"; then
	echo "QEMU $version does not fail what it is known to fail; < known, > now:"
	grep '^[<>]' "$here/diff"
	sed -n 's/^> //p' "$here/diff" | while read -r id; do
		grep -F -A 1 -e "- $id" "$here/tap"
	done
	exit 1
fi
echo "QEMU $version fails the $(wc -l <"$here/failed" | tr -d ' ') cases that it is known to fail, and no other."
