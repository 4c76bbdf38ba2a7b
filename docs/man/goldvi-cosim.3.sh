#!/bin/sh
# goldvi-cosim.3.sh CONFORMANCE: what a test bench has, of its headers.
set -eu
conformance=$1

cat <<'MDOC'
.\" Made by docs/man/goldvi-cosim.3.sh of the headers of benches.
.Dd November 26, 2026
.Dt GOLDVI-COSIM 3
.Os
.Sh NAME
.Nm goldvi-cosim
.Nd scoreboard, coverage and recorder for test benches of an IOMMU
.Sh SYNOPSIS
.In goldvi/cosim/scoreboard.h
.In goldvi/cosim/coverage.h
.In goldvi/cosim/coverage_json.h
.In goldvi/cosim/recorder.h
.Pp
.Dl cc bench.c $(pkg-config --cflags --libs goldvi-cosim)
.Sh DESCRIPTION
The scoreboard holds an IOMMU in a test bench against the oracle of
.Xr goldvi 3 .
The bench tells it everything that reaches the IOMMU and everything that leaves it, in the order in which it sees them; what is not permitted is
printed at once.
.Pp
Coverage counts which rules, choices and values were reached; the scoreboard counts by itself if it is given the name of a file.
The recorder writes what a bench sees as a trace for
.Ql goldvi replay
and
.Ql goldvi reduce .
.Pp
The functions of
.In goldvi/cosim/goldvi_dpi.h
are the scoreboard by plain numbers, for SystemVerilog and VPI.
What simulators compile is in the folder that
.Ql pkg-config --variable=cosimdir goldvi-cosim
prints:
.Pa goldvi_pkg.sv
(all formats and registers),
.Pa goldvi_cosim.sv
(the scoreboard as a class),
.Pa goldvi_vpi.c
(as system functions), and examples.
.In goldvi/cosim/goldvi_tlm.h
is for SystemC.
.Pp
The headers are the reference.
What follows lists the functions as they declare them.
.Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev GOLDVI_COVERAGE
The file for coverage of benches in SystemVerilog and Verilog.
.It Ev GOLDVI_TRACE
The file for a trace of them.
.El
MDOC
for header in cosim/scoreboard coverage coverage_json recorder cosim/goldvi_dpi; do
	awk -v header="goldvi/cosim/${header#*/}.h" '
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
	/^[a-z].*\(/ && !/^(extern|static|typedef)/ || inside {
		line = $0
		if (!inside && pending != "") {
			print pending
			pending = ""
		}
		open_()
		gsub(/\t/, "        ", line)
		print line
		inside = line !~ /;$/
	}
	END { close_() }' "$conformance/$header.h"
done
cat <<'MDOC'
.Sh EXAMPLES
.Bd -literal
struct scoreboard_options options = {.host = host};
struct gvi_input in = {.kind = GVI_INPUT_TRANSLATE};
struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS};
struct scoreboard *s;
char why[200];

gvi_preset(GVI_PRESET_EPYC_ROME, &options.config);
s = scoreboard_open(&options, why, sizeof why);
scoreboard_issue(s, tag, &in);
scoreboard_answer(s, tag, &seen);
return scoreboard_finish(s) != 0;
.Ed
.Sh SEE ALSO
.Xr goldvi 1 ,
.Xr goldvi 3
MDOC
