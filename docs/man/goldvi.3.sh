#!/bin/sh
# goldvi.3.sh INCLUDE: an overview of the library, of its headers.
set -eu
include=$1

cat <<'MDOC'
.\" Made by docs/man/goldvi.3.sh of include/goldvi.
.Dd November 25, 2026
.Dt GOLDVI 3
.Os
.Sh NAME
.Nm goldvi
.Nd golden model of the AMD IOMMU as a library
.Sh SYNOPSIS
.In goldvi/goldvi.h
.In goldvi/oracle.h
.In goldvi/format.h
.Pp
.Dl cc program.c $(pkg-config --cflags --libs goldvi)
.Sh DESCRIPTION
One
.Vt struct gvi
is one IOMMU: storage of
.Fn gvi_size
bytes that the caller provides, without a pointer into itself.
It owns no memory, no thread and no clock; what it touches it reaches through the callbacks of
.Vt struct gvi_host .
The same calls in the same order give the same answers.
.Pp
A fault is an answer, not an error.
A call that returns anything but
.Dv GVI_OK
was the caller's mistake, has changed nothing, and
.Fn gvi_status_text
says in a sentence what was wrong.
.Pp
The headers are the reference.
What follows lists the functions as they declare them.
MDOC
for header in goldvi oracle format; do
	awk -v header="goldvi/$header.h" '
	# The headings of the header, and under each the prototypes that follow it.
	function open_() {
		if (!opened)
			print ".Bd -literal"
		opened = 1
	}
	function close_() {
		if (opened)
			print ".Ed"
		opened = 0
	}
	BEGIN { print ".Sh FUNCTIONS OF " header }
	match($0, /^\/\* ---- .* -+ \*\/$/) {
		close_()
		title = $0
		gsub(/^\/\* -+ | -+ \*\/$/, "", title)
		pending = ".Ss " title
		next
	}
	/^(extern )?GVI_API .*/ && !/^extern/ || inside {
		line = $0
		sub(/^GVI_API /, "", line)
		if (!inside && pending != "") {
			print pending
			pending = ""
		}
		open_()
		sub(/[ \t]*\/\*.*/, "", line)
		gsub(/\t/, "        ", line)
		if (inside)     # as far to the left as the first line
			sub(/^        /, "", line)
		print line
		inside = line !~ /;$/
	}
	END { close_() }' "$include/goldvi/$header.h"
done
cat <<'MDOC'
.Sh EXAMPLES
.Bd -literal
struct gvi_config config;
struct gvi_host host = {.read = read_memory, .user = &bench};
struct gvi_request request = {.device = 0x20, .address = 0xc0005ab8, .length = 4};
struct gvi_answer answer;
struct gvi *m = malloc(gvi_size());

gvi_preset(GVI_PRESET_EPYC_ROME, &config);
gvi_init(m, &config, &host);
gvi_translate(m, &request, &answer);
.Ed
.Sh SEE ALSO
.Xr goldvi 1 ,
.Xr goldvi-cosim 3 ,
.Xr goldvi-vectors 7
MDOC
