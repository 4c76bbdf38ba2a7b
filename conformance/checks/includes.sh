#!/bin/sh
# The direction of dependency: every file includes what stands below it, never
# beside or above.  Run from the project's root.
set -eu

# The house from the ground up.  A file may include files of earlier lines, and
# a .c file its own header.
order='
include/goldvi/export.h include/goldvi/def
include/goldvi/format.h
include/goldvi/goldvi.h model/bits.h model/text.h model/format_tile.inc
model/pass.h
model/format model/bits_proof model/tables model/config
model/state
model/ring.h model/access.h
model/history
model/effects model/host
model/signal model/pci model/message
model/log
model/suppress
model/fault model/run
model/device model/walk_host
model/ranges model/regs model/nest model/iotlb model/response
model/gcr3 model/guest_apic
model/walk_guest
model/translate model/plain model/remap model/command
model/ats model/page_request
model/goldvi
model/save
include/goldvi/oracle.h
model/seen
model/oracle
'

find include model conformance fuzz -name '*.[ch]' -o -name '*.def' -o -name '*.inc' | sort |
xargs grep -nE '^[[:space:]]*#[[:space:]]*include' |
awk -F: -v order="$order" '
function rank(path,  name) {
	if (path in at)
		return at[path]
	name = path
	sub(/\.[ch]$/, "", name)
	if (name in at)
		return at[name]
	if (path ~ /^include\/goldvi\/def\//)
		return at["include/goldvi/def"]
	return 0
}
function bad(why) {
	print $1 ":" $2 ": " why
	failures++
}
BEGIN {
	lines = split(order, line, "\n")
	for (i = 1; i <= lines; i++) {
		n = split(line[i], word, " ")
		for (k = 1; k <= n; k++)
			at[word[k]] = i
	}
}
{
	seen++
	what = $3
	sub(/^[^"<]*/, "", what)
	quoted = what ~ /^"/
	gsub(/["<>]/, "", what)
	sub(/[[:space:]].*/, "", what)
	library = $1 ~ /^(include|model)\//
	if (!quoted) {
		if (library && what !~ /^(stdbool|stddef|stdint|string)\.h$/)
			bad("the library may not include <" what ">")
		if (what == "yaml.h" && $1 !~ /^conformance\//)
			bad("only conformance/ may use libyaml")
		if (what ~ /^(vpi_user|svdpi|systemc)/ && $1 !~ /^conformance\/cosim\/goldvi_/)
			bad("only shims know simulators, not " $1)
		if (what == "check.h" && $1 !~ /^conformance\/unit\//)
			bad("only unit tests may use Check")
		next
	}
	target = what
	if (what ~ /^goldvi\//)
		target = "include/" what
	else if (what !~ /\//) {       # beside the file, as where it is installed
		target = $1
		sub(/[^\/]*$/, what, target)
	}
	# What benches take into themselves stands on the public headers.
	if ($1 ~ /^conformance\/(record|coverage(_names|_points|_json|_read)?)\.[ch]$/ &&
	    target !~ /^include\/goldvi\// &&
	    target !~ /^conformance\/(record|coverage(_names|_points|_json|_read)?)\.h$/ &&
	    target != "conformance/implied.def")
		bad("coverage counters stand on public headers, not on " what)
	if (!library) {
		if (target ~ /^model\//)
			bad("outside model/, only public headers are included, not " what)
		if ($1 ~ /^conformance\/cosim\// && target ~ /^conformance\// &&
		    target !~ /^conformance\/(cosim\/|words\.h|memory\.h|recorder\.h|coverage(_json)?\.h)/)
			bad("the scoreboard goes into benches without the rest of conformance/, so not " what)
		next
	}
	if (target !~ /^(include|model)\//) {
		bad("the library may not include " what)
		next
	}
	mine = rank($1)
	theirs = rank(target)
	own = $1
	sub(/\.c$/, ".h", own)
	if (!mine || !theirs)
		bad((mine ? target : $1) " has no place in the order of this script")
	else if (theirs >= mine && own != target && !($1 ~ /\/def\// && target ~ /\/def\//))
		bad($1 " may not include " what ": it does not stand below")
}
END {
	if (!seen) {
		print "includes.sh: no #include found: run it from the root of the project"
		exit 1
	}
	exit failures ? 1 : 0
}'
