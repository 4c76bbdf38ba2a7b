#!/bin/sh
# coverage.sh GOLDVI: every rule and every choice is reached by the vectors, or says why
# not; files merge; what goldvi coverage prints is well-formed and the same twice.  Run
# from the root of the project.
set -u
goldvi=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
failures=0

fail() {
	echo "coverage.sh: $1"
	failures=$((failures + 1))
}

"$goldvi" run --coverage "$here/all" vectors >/dev/null || fail "the vectors do not pass"
"$goldvi" run -j 2 --shuffle 3 --coverage "$here/again" vectors >/dev/null
cmp "$here/all" "$here/again" || fail "a run that is divided, in another order, counts otherwise"

# Rules, choices, fetches and outcomes: nothing is missing that has no excuse.  Of fields
# the report is for people.
"$goldvi" coverage --missing "$here/all" >"$here/missing" 2>"$here/err"
grep -E '^(outcomes|clauses|choices|fetches|effects)/' "$here/missing" | grep -v "$(printf '\t')" && fail "not reached, and no row of unreachable.def says why"
[ ! -s "$here/err" ] || { cat "$here/err"; fail "an excuse that is none"; }

# Two halves are the whole, whichever comes first.
"$goldvi" run --coverage "$here/a" --filter 'host.*' vectors/host >/dev/null
"$goldvi" run --coverage "$here/b" --filter '[!h]*' vectors/device >/dev/null
"$goldvi" run --coverage "$here/ab" vectors/host vectors/device >/dev/null
"$goldvi" coverage --format json "$here/a" "$here/b" >"$here/sum"
"$goldvi" coverage --format json "$here/b" "$here/a" >"$here/mus"
cmp "$here/sum" "$here/mus" || fail "the order of files matters"
sed 's/"runs": 2/"runs": 1/' "$here/sum" | cmp - "$here/ab" || fail "two halves are not the whole"
"$goldvi" coverage --format json "$here/sum" | cmp - "$here/sum" || fail "a sum is no file"

# LCOV: records with what genhtml wants; and genhtml's own opinion, if it is there.
"$goldvi" coverage --format lcov "$here/all" >"$here/info" || fail "no LCOV"
for line in 'SF:include/goldvi/def/clause.def' 'SF:include/goldvi/def/dte.def' 'SF:docs/spec/02-host-page-table.md'; do
	grep -qx "$line" "$here/info" || fail "no line $line"
done
[ "$(grep -c '^SF:' "$here/info")" = "$(grep -c '^end_of_record$' "$here/info")" ] || fail "records do not end"
row=$(grep -n '"host.walk"' include/goldvi/def/clause.def | cut -d: -f1)
grep -qE "^DA:$row,[1-9]" "$here/info" || fail "host.walk is not at its line"
if command -v genhtml >/dev/null; then
	genhtml --quiet --branch-coverage --output-directory "$here/html" "$here/info" >/dev/null || fail "genhtml refuses it"
else
	echo "genhtml is not there (package lcov): the tracefile was looked at only"
fi

# A page that ends, and JSON.
"$goldvi" coverage --format html "$here/all" | tail -n 1 | grep -qx '</html>' || fail "the page does not end"
"$goldvi" coverage --format html --missing "$here/all" | grep -q 'class="bad"' || fail "the page shows nothing missing"
"$goldvi" coverage --format json --missing "$here/all" | grep -q '"clauses/guest.without-pasid/applied": "' || fail "no excuses as JSON"

# complains SENTENCE ARGUMENT...
complains() {
	said="goldvi coverage: $1"
	shift
	"$goldvi" coverage "$@" >"$here/out" 2>"$here/err"
	[ $? -eq 2 ] && [ ! -s "$here/out" ] && [ "$(cat "$here/err")" = "$said" ] || fail "'$*' does not say: $said"
}
complains 'a file is needed; goldvi run --coverage writes it.'
complains "there is no format 'xml'; there are text, json, lcov and html." --format xml "$here/all"
complains '--missing is for text, json and html.' --missing --format lcov "$here/all"
complains "$here/none: it cannot be read: No such file or directory." "$here/none"
printf '{"goldvi-coverage": 1,\n "runs": 1e9}' >"$here/bad"
complains "$here/bad:2: '}' is expected." "$here/all" "$here/bad"
complains "/nowhere/include/goldvi/def/clause.def: it cannot be read (No such file or directory): --source says where the sources of goldvi are." \
	--format lcov --source /nowhere "$here/all"

[ "$failures" -eq 0 ]
