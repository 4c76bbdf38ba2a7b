#!/bin/sh
# speed.sh [SECONDS [BUILD [FLAG...]]]: runs a second of processor time of each fuzz target, on
# changes of its corpus, with what the engine takes; what it takes to start and to read the
# corpus is measured alone, and left out.  TARGETS names some of them.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-10}
build=${2:-build/fuzz-fast}
[ $# -lt 2 ] || shift
[ $# -lt 1 ] || shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Nothing is allocated by a run: no memory of what was freed is needed.
export ASAN_OPTIONS="quarantine_size_mb=4:malloc_context_size=0${ASAN_OPTIONS+:$ASAN_OPTIONS}"
: "${TARGETS:=host guest interrupt ats page cache call format ivrs permitted register same save stream trace used yaml}"

# play NAME TARGET FLAG...: its log, and the shell's times of all that it waited for
play() {
	name=$1 target=$2
	shift 2
	mkdir -p "$work/new"
	sh -c '"$@" >/dev/null 2>"$0" || exit; times' "$work/$name.log" "$build/bin/fuzz_$target" -seed=1 \
		-print_final_stats=1 -max_len=4096 -detect_leaks=0 -artifact_prefix="$work/" "$@" \
		"$work/new" "fuzz/corpus/$corpus" >"$work/$name.times" || { tail -n 30 "$work/$name.log" >&2; exit 1; }
	rm -rf "$work/new"
	awk 'FNR == NR && FNR == 2 { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); cpu += 60 * t[1] + t[2] } }
		/number_of_executed_units/ { runs = $2 }
		END { print runs, cpu }' "$work/$name.times" "$work/$name.log"
}

printf '%-10s %9s %10s %10s\n' target runs 'cpu s' runs/s
for target in $TARGETS; do
	case $target in
	permitted | same | stream | used) corpus=stream ;;
	*) corpus=$target ;;
	esac
	[ -x "$build/bin/fuzz_$target" ] || continue
	start=$(play start "$target" -runs=0 "$@")
	all=$(play all "$target" -max_total_time="$seconds" "$@")
	echo "$target $start $all" | awk '{ runs = $4 - $2; cpu = $5 - $3
		printf "%-10s %9d %10.2f %10.0f\n", $1, runs, cpu, runs / cpu }'
done
