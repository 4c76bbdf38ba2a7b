#!/bin/sh
# wrong.sh GOLDVI: every case of the files wrong*.yaml fails, and for the reason that
# its `why` names: the tests of the tests.  Run from the project's root.
set -u

check() {
	cases=$("$1" list "$2" | wc -l)
	output=$("$1" run "$2")
	[ $? -eq 1 ] || { echo "$2: the run did not end with status 1"; return 1; }

	printf '%s\n' "$output" | awk -v cases="$cases" '
	/^failed / {
		id = $2
		getline why
		getline reason
		sub(/^ +/, "", why)
		if (!index(reason, why)) {
			print id ": the reason does not say \"" why "\":" reason
			wrong++
		}
		seen++
	}
	END {
		if (!cases || seen != cases) {
			print seen " of " cases " cases failed"
			wrong++
		}
		exit wrong ? 1 : 0
	}'
}

status=0
for vectors in conformance/checks/wrong*.yaml; do
	check "$1" "$vectors" || status=1
done
exit $status
