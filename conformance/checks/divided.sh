#!/bin/sh
# divided.sh GOLDVI BAD_DEVICE: shards, processes, another order and an interrupted run give,
# put together, the report and the coverage of one run; and what is not the whole of a run is refused.
set -u
goldvi=$1
bad=$2
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
failures=0
vectors='vectors/host vectors/event vectors/command vectors/ats'
reports="--json $here/json --coverage $here/coverage"

fail() {
	echo "$what: $1"
	head -n 20 "$here/err"
	failures=$((failures + 1))
}
# try STATUS ARGUMENT...: runs goldvi.
try() {
	expected=$1
	shift
	what="goldvi $*"
	status=0
	"$goldvi" "$@" >"$here/out" 2>"$here/err" || status=$?
	[ $status -eq "$expected" ] || fail "exit status $status, not $expected"
}
complains() { grep -qE -e "^goldvi $1" "$here/err" || fail "does not say: goldvi $1"; }
# All but times.
plain() { sed 's/"seconds": [0-9.]*//' "$1"; }
# The reports of the last call, at out, json and coverage, are those of the whole run.
whole() {
	cmp -s "$here/whole" "$here/out" || fail 'another TAP than that of the whole'
	plain "$here/json" | cmp -s "$here/whole.json" - || fail 'another JSON than that of the whole'
	cmp -s "$here/whole.coverage" "$here/coverage" || fail 'another coverage than that of the whole'
}

# shellcheck disable=SC2086 # lists of vectors
{
	# Three cases fail, in sweeps, so that reasons and explanations travel, too.
	failing='conformance/checks/wrong.yaml'
	try 1 run --tap $reports $vectors $failing
	mv "$here/out" "$here/whole"
	plain "$here/json" >"$here/whole.json"
	mv "$here/coverage" "$here/whole.coverage"

	for i in 1 2 3; do
		"$goldvi" run --shard $i/3 $reports --results "$here/$i" $vectors $failing >"$here/out" 2>&1
	done
	try 1 merge --tap $reports "$here/3" "$here/1" "$here/2"; whole
	try 1 run -j 3 --tap $reports $vectors $failing; whole
	for seed in 1 99; do
		try 1 run --shuffle $seed --tap --coverage "$here/coverage" $vectors $failing
		cmp -s "$here/whole" "$here/out" || fail 'another TAP than that of the whole'
		cmp -s "$here/whole.coverage" "$here/coverage" || fail 'another coverage than that of the whole'
	done

	# Interrupted: in a line, behind a block, before the end; and gone on with.
	"$goldvi" run -j 2 $reports --results "$here/all" $vectors $failing >/dev/null 2>&1
	try 1 merge --tap $reports "$here/all"; whole
	size=$(wc -c <"$here/all")
	for part in 300 $((size / 3)) $((size / 2)) $((size - 20)) $size; do
		head -c "$part" "$here/all" >"$here/part"
		[ "$part" = "$size" ] || {
			try 2 merge "$here/part"; complains 'merge: .*/part: it has not been played to its end; --resume goes on\.$'
		}
		try 1 run --resume "$here/part" --tap $reports $vectors $failing; whole
		try 1 merge --tap $reports "$here/part"; whole
	done
	try 1 run --resume "$here/fresh" --tap $reports $vectors $failing; whole

	# Killed in the midst of it.
	"$goldvi" run --results "$here/killed" --dut "pipe:exec '$goldvi' serve" --tap $vectors $failing >/dev/null 2>&1 &
	sleep 1
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	try 1 run --resume "$here/killed" --dut "pipe:exec '$goldvi' serve" --tap $vectors $failing
	mv "$here/out" "$here/resumed"
	try 1 run --dut "pipe:exec '$goldvi' serve" --tap $vectors $failing
	cmp -s "$here/resumed" "$here/out" || fail 'a killed run does not come to the same'
}

try 2 merge "$here/1" "$here/2"; complains 'merge: shard 3/3 is missing\.$'
try 2 merge "$here/1" "$here/2" "$here/2"; complains 'merge: .*/2: its shard is there already\.$'
try 2 merge "$here/1" "$here/2" "$here/all"; complains 'merge: .*/all: it is of another run than the first file\.$'
try 2 run --resume "$here/1" vectors/host; complains 'run: .*/1: it is of another run, or of another shard\.$'
try 2 merge; complains 'merge: files of results are needed\.$'
try 2 merge "$here/none"; complains 'merge: .*/none: '
try 2 run --results "$here/none/x" vectors/event; complains 'run: .*/none/x: '
for wrong in 0/3 4/3 1 1/0 a/b 1/2x; do
	try 2 run --shard $wrong vectors; complains "run: --shard $wrong: a part of how many, such as 1/8\.\$"
done
try 2 run -j 0 vectors; complains 'run: -j 0: a number of processes is needed\.$'
try 2 run --shuffle x vectors; complains 'run: --shuffle x: a number is needed\.$'
try 2 run --timeout 0 vectors; complains 'run: --timeout 0: seconds are needed'
try 2 run --resume a --results b vectors; complains 'run: --resume writes results itself'
try 2 run -j 2 --dut "pipe:exit 3" vectors/event; complains 'run: pipe:exit 3: exit status 3\.$'

# Files that are damaged are refused, whatever they say, and nothing else happens.
try 2 merge /dev/null; complains 'merge: /dev/null: it does not begin as a file of results does\.$'
damaged() {
	sed "$1" "$here/1" >"$here/damaged"
	cmp -s "$here/1" "$here/damaged" && fail "$1 changes nothing"
	try 2 merge "$here/damaged" "$here/2" "$here/3"
	complains 'merge: '
}
damaged '1d'
damaged '2d'
damaged '2s/"verdict": "[a-z ]*"/"verdict": "perfect"/'
damaged '2s/"id": "/"id": 5, "x": "/'
damaged '2s/"number": [0-9]*/"number": 1e9999/'
damaged '2s/$/}/'
damaged '2s/^/[/'
damaged '2s/"why": "/"why": "\\q/'
damaged '3s/"number": [0-9]*/"number": 0/'
damaged 's/"block": [0-9]*/"block": 18446744073709551616/'
damaged 's/"shards": 3/"shards": 0/'
damaged 's/"goldvi-coverage": 1/"goldvi-coverage": 2/'
damaged 's/"coverage": {/"coverage": 1, "x": {/'
damaged 's/"outcomes"/"outcome"/'
damaged 's/"tests": [0-9]*/"tests": {/'
damaged 's/"tests": [0-9]*/"tests": -1/'
damaged '/"block"/s/.$//'
head -c 20000 /dev/urandom >"$here/noise"
try 2 merge "$here/noise"; complains 'merge: .*/noise: '

# Two halves that show another habit each agree with themselves, and not with each other.
"$goldvi" run --shard 1/2 --results "$here/calm" --dut "pipe:exec $bad moody" vectors/host >"$here/out"
MOOD=1 "$goldvi" run --shard 2/2 --results "$here/cross" --dut "pipe:exec $bad moody" vectors/host >"$here/out2"
what='two moods'
grep -q '^[1-9][0-9]* passed, 0 failed' "$here/out" || fail 'the first half does not pass'
grep -q '^[1-9][0-9]* passed, 0 failed' "$here/out2" || fail 'the second half does not pass'
try 1 merge "$here/cross" "$here/calm"
grep -q 'LEVEL_1_POINTER: this is not the device.s habit, which was shown by host\.' "$here/out" ||
	fail 'that its habit changed is not told'

[ $failures -eq 0 ] || { echo "$failures calls are wrong"; exit 1; }
