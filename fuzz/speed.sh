#!/bin/sh
# speed.sh [SECONDS [BUILD [FLAGS...]]]: runs a second of processor time of each fuzz target,
# from its corpus, the engine's own work included.  TARGETS names some of them.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-10}
build=${2:-build/fuzz}
[ $# -lt 2 ] || shift 2
[ $# -ne 1 ] || shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: "${TARGETS:=host guest interrupt ats page cache format ivrs permitted register same save stream trace used yaml}"
printf '%-10s %9s %10s %10s\n' target runs 'cpu s' runs/s
for target in $TARGETS; do
	case $target in
	permitted | same | stream | used) corpus=stream ;;
	*) corpus=$target ;;
	esac
	[ -x "$build/bin/fuzz_$target" ] || continue
	mkdir "$work/$target"
	# the shell's times: user and system time of all that it waited for
	sh -c '"$@" >/dev/null 2>"$0"; status=$?; times; exit $status' "$work/log" "$build/bin/fuzz_$target" -seed=1 \
		-max_total_time="$seconds" -print_final_stats=1 -max_len=4096 -artifact_prefix="$work/" "$@" \
		"$work/$target" "fuzz/corpus/$corpus" >"$work/times" || { tail -n 30 "$work/log"; exit 1; }
	awk -v target="$target" '
		FNR == NR { if (FNR == 2) for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); cpu += 60 * t[1] + t[2] } }
		/number_of_executed_units/ { runs = $2 }
		END { printf "%-10s %9d %10.2f %10.0f\n", target, runs, cpu, runs / cpu }' "$work/times" "$work/log"
done
