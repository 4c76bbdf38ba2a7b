#!/bin/sh
# The model's mutants (docs/mutation.md), in the build preset `mutate`.
#
#   sh conformance/mutate/run.sh sample           a fixed sample, by vectors; a part of test.sh
#   sh conformance/mutate/run.sh all [SECONDS [N]]  all, or N drawn once for ever, by vectors, then
#                                                 by tests; goes on where it ended, and ends
#                                                 after so many seconds
#   sh conformance/mutate/run.sh failing [SECONDS]  cases that no mutant makes fail
#
# Results are in build/mutate/results, and belong to the model that they were made of.
set -eu
cd "$(dirname "$0")/../.."

here=conformance/mutate
list=build/mutate/mutated/mutants.tsv
equivalent=$here/equivalent.txt
results=build/mutate/results
jobs=${JOBS:-2}
# What the sample's score may not fall below.  Which mutants it has changes with the model, and the
# score with these by some points; this is for a suite that has lost something.
floor=88

build() {
	if ! { cmake --preset mutate && cmake --build --preset mutate --parallel "$jobs" "$@"; } \
		>build/mutate.log 2>&1; then
		tail -n 60 build/mutate.log
		exit 1
	fi
	cmp -s $list $results/mutants.tsv || rm -rf $results
	mkdir -p $results
	cp $list $results/mutants.tsv
}

mutants() {
	build/mutate/bin/mutants --list $list --jobs $jobs "$@" vectors
}

# sample: 300 mutants, of each sweep eight instances and all of what killed their neighbours
sample() {
	build --target goldvi_mutants
	rm -f $results/sample.tsv
	mutants --results $results/sample.tsv --sample 300 --seed 1 --each 8
	python3 $here/report.py --floor $floor $list $equivalent $results/sample.tsv
}

# all: quickly; what is left on windows of memory, then with every instance, then with every
# alternative of choices; what is left of that by tests
all() {
	seconds=${1:-1000000000}
	end=$(($(date +%s) + seconds))
	sample=${2:-1000000}
	build
	for how in '--each 8' '--again --each 8 --window 0x8000000' '--again --each 8 --window 0x1800000' \
		'--again --each 8 --window 0' '--again' '--again --freedom --each 8'; do
		mutants --results $results/vectors.tsv --seconds $((end - $(date +%s))) \
			--sample "$sample" $how
	done
	touch $results/tests.tsv
	python3 $here/tests.py --seconds $((end - $(date +%s))) build/mutate $equivalent \
		$results/vectors.tsv $results/tests.tsv
	python3 $here/report.py --survivors $list $equivalent $results/vectors.tsv $results/tests.tsv
}

failing() {
	build --target goldvi_mutants goldvi_command
	mutants --failing $results/failing.tsv --seconds "${1:-1000000000}"
	build/mutate/bin/goldvi lint --mutants $results/failing.tsv vectors
}

part=${1:-sample}
[ $# = 0 ] || shift
case "$part" in
sample | all | failing) "$part" "$@" ;;
*) echo "goldvi: there is no part '$part'" >&2; exit 2 ;;
esac
