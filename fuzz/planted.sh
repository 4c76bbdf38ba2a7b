#!/bin/sh
# planted.sh [NUMBER...]: bugs planted in the model, and which target notices each on its
# corpus.  planted.txt has them, by their keys in the preset `mutate`, with those that must
# notice; a row that begins with "only" must be noticed by no other.  With numbers of
# build/mutate/mutated/mutants.tsv: any of these, without demands.
set -eu
cd "$(dirname "$0")/.."
targets='host guest interrupt ats page cache register save permitted same stream used call format'
list=build/mutate/mutated/mutants.tsv
ulimit -c 0

{ cmake --preset mutate && cmake --build build/mutate --parallel "${JOBS:-2}" \
	$(for target in $targets; do echo --target "fuzz_$target"; done); } >build/planted.log 2>&1 ||
	{ tail -n 40 build/planted.log; exit 1; }

# notices NUMBER TARGET: also what does not end is noticed
notices() {
	case $2 in
	permitted | same | stream | used) corpus=stream ;;
	*) corpus=$2 ;;
	esac
	! GOLDVI_MUTANT=$1 timeout 20 "build/mutate/bin/fuzz_$2" "fuzz/corpus/$corpus" >/dev/null 2>&1
}

all_that_notice() {
	for target in $targets; do
		if notices "$1" "$target"; then printf ' %s' "$target"; fi
	done
}

if [ $# -gt 0 ]; then
	for number; do
		awk -F'\t' -v n="$number" '$1 == n { print $6 }' "$list"
		echo "    noticed by:$(all_that_notice "$number")"
	done
	exit
fi

for target in $targets; do
	if notices 32767 "$target"; then echo "$target fails without a bug"; exit 1; fi
done
failed=0 count=0
while IFS='	' read -r who key; do
	case $who in '' | '#'*) continue ;; esac
	number=$(awk -F'\t' -v key="$key" '$6 == key { print $1; exit }' "$list")
	[ -n "$number" ] || { echo "there is no mutant $key"; failed=1; continue; }
	noticed=$(all_that_notice "$number")
	good=yes
	case $who in
	only*) [ "$noticed" = " ${who#only }" ] || good=no ;;
	*) for target in $who; do case "$noticed " in *" $target "*) ;; *) good=no ;; esac; done ;;
	esac
	echo "$key"
	echo "    noticed by:$noticed"
	[ $good = yes ] || { echo "    expected: $who"; failed=1; }
	count=$((count + 1))
done <fuzz/planted.txt
echo "$count bugs"
exit $failed
