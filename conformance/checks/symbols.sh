#!/bin/sh
# symbols.sh STATIC_LIBRARY SHARED_LIBRARY: exported names start with gvi_, and
# there is no writable variable.
set -eu
status=0

exported=$(nm -D --defined-only "$2" | awk '{ print $NF }')
[ -n "$exported" ] || { echo "$2 exports nothing"; exit 1; }
foreign=$(printf '%s\n' "$exported" | grep -v '^gvi_' || true)
[ -z "$foreign" ] || { echo "exported names that do not start with gvi_:" $foreign; status=1; }

# Tables of pointers lie in .data.rel.ro, which is read-only once relocated.
writable=$(nm --format=sysv "$1" |
	awk -F'|' '$7 ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/ { print $1, $7 }')
[ -z "$writable" ] || { printf 'writable variables:\n%s\n' "$writable"; status=1; }
exit $status
