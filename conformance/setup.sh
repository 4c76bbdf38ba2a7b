# Installs what is missing.  Sourced by run.sh and test.sh, which say what they
# need: need COMMAND_OR_CHECK DEBIAN_PACKAGE ...

have_command() { command -v "$1" >/dev/null 2>&1; }
have_library() { have_command pkg-config && pkg-config --exists "$1"; }
# As the tests look for it: a python3 that comes first may not see the manager's modules.
have_python_module() {
	for python in python3 /usr/bin/python3; do
		"$python" -c "import $1" 2>/dev/null && return 0
	done
	return 1
}

missing=
# need_command COMMAND PACKAGE, need_library PKG_CONFIG_NAME PACKAGE
need_command() { have_command "$1" || missing="$missing $2"; }
need_library() { have_library "$1" || missing="$missing $2"; }

# The names are Debian's and, where another manager calls it something else, its.
package_name() {
	case "$manager:$1" in
	dnf:libyaml-dev) echo libyaml-devel ;;
	dnf:zlib1g-dev) echo zlib-devel ;;
	dnf:check) echo check-devel ;;
	dnf:pkg-config) echo pkgconf-pkg-config ;;
	dnf:g++) echo gcc-c++ ;;
	dnf:libclang-rt-dev) echo compiler-rt ;;
	apk:libyaml-dev) echo yaml-dev ;;
	apk:zlib1g-dev) echo zlib-dev ;;
	apk:check) echo check-dev ;;
	apk:pkg-config) echo pkgconf ;;
	apk:libclang-rt-dev) echo compiler-rt ;;
	apk:qemu-system-x86) echo qemu-system-x86_64 ;;
	apk:python3-pytest) echo py3-pytest ;;
	pacman:python3-pytest) echo python-pytest ;;
	pacman:libyaml-dev) echo libyaml ;;
	pacman:zlib1g-dev) echo zlib ;;
	pacman:pkg-config) echo pkgconf ;;
	pacman:g++) echo gcc ;;
	pacman:libclang-rt-dev) echo compiler-rt ;;
	*) echo "$1" ;;
	esac
}

install_missing() {
	[ -n "$missing" ] || return 0
	manager=
	for m in apt-get dnf apk pacman; do
		have_command "$m" && { manager=${m%-get}; break; }
	done
	[ -n "$manager" ] || {
		echo "goldvi: please install:$missing (no package manager that this script knows)" >&2
		exit 2
	}
	names=
	for package in $missing; do
		names="$names $(package_name "$package")"
	done
	as_root=
	if [ "$(id -u)" != 0 ]; then
		have_command sudo || { echo "goldvi: please install as root:$names" >&2; exit 2; }
		as_root=sudo
	fi
	echo "goldvi: installing what is missing through $manager:$names"
	case "$manager" in
	apt)
		$as_root apt-get update -qq
		DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq $names >/dev/null
		;;
	dnf) $as_root dnf install -y -q $names ;;
	apk) $as_root apk add -q $names ;;
	pacman) $as_root pacman -Sy --noconfirm --needed $names ;;
	esac
	missing=
}
