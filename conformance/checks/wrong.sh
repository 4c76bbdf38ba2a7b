#!/bin/sh
# wrong.sh GOLDVI: every case of wrong.yaml fails, and for the reason that its
# `why` names: the tests of the tests.  Run from the project's root.
set -u
vectors=conformance/checks/wrong.yaml

cases=$("$1" list "$vectors" | wc -l)
output=$("$1" run "$vectors")
[ $? -eq 1 ] || { echo "the run did not end with status 1"; exit 1; }

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
