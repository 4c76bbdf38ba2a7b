#!/bin/sh
# traces.sh GOLDVI: vectors are recorded and judged again; a device that does something
# else is refused at the line where it does, and what is left of that session is a vector
# of a few steps that the model passes and the device does not.
set -eu
goldvi=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

fail() {
	echo "traces.sh: $*"
	exit 1
}

# recorded FILTER DEVICE: into trace.jsonl, and nothing in it is refused.
recorded() {
	"$goldvi" run --dut "$2" --record "$here/trace.jsonl" --filter "$1" vectors >"$here/run"
	"$goldvi" replay "$here/trace.jsonl" >"$here/replay" || fail "$1 on $2: $(cat "$here/replay")"
	grep -q ' 0 refused, [0-9] unsure$' "$here/replay" || fail "$1 on $2: $(cat "$here/replay")"
}
for filter in 'host.[a-r]*' 'ats.*' 'event.[a-r]*' 'command.ring.*' 'interrupt.*'; do
	recorded "$filter" model
	[ "$(wc -l <"$here/trace.jsonl")" -gt 100 ] || fail "$filter: nothing is recorded"
done
recorded 'scenario.m*' cache:7
recorded 'host.l*' model:host-only

# planted ID PATTERN SED STEPS SED: the last line like the pattern is changed, and the vector in
# the same way.
planted() {
	"$goldvi" run --record "$here/good.jsonl" --filter "$1" vectors >/dev/null
	line=$(grep -n -- "$2" "$here/good.jsonl" | tail -n 1 | cut -d: -f1)
	sed "${line}$3" "$here/good.jsonl" >"$here/bad.jsonl"
	! cmp -s "$here/good.jsonl" "$here/bad.jsonl" || fail "$1: nothing is planted"
	status=0
	"$goldvi" replay "$here/bad.jsonl" >"$here/replay" || status=$?
	[ $status -eq 1 ] || fail "$1: exit status $status"
	head -n 1 "$here/replay" | grep -q "bad\.jsonl:$line: $1: .*nearest of what is permitted: " ||
		fail "$1: $(head -n 1 "$here/replay")"
	"$goldvi" reduce "$here/bad.jsonl" >"$here/reduced.yaml" 2>"$here/err" || fail "$1: $(cat "$here/err")"
	"$goldvi" lint "$here/reduced.yaml" || fail "$1: lint"
	"$goldvi" run "$here/reduced.yaml" >"$here/run" || fail "$1: $(cat "$here/run")"
	steps=$(sed '1,/^    do:/d' "$here/reduced.yaml" | grep -c '^      - ')
	[ "$steps" -eq "$4" ] || fail "$1: $steps steps are left, not $4"
	# An IOMMU that does what was planted fails it: here the expectation is planted.
	sed "$5" "$here/reduced.yaml" >"$here/other.yaml"
	! cmp -s "$here/reduced.yaml" "$here/other.yaml" || fail "$1: the vector does not say what was planted"
	! "$goldvi" run "$here/other.yaml" >"$here/run" || fail "$1: the vector notices nothing"
}
planted scenario.map.elsewhere '^{"translate"' 's/"address":"0x6000008"/"address":"0x7000008"/' 5 \
	's/0x6000008/0x7000008/'
planted host.permission.leaf-read-only '"result":"abort"' 's/"result":"abort"/"result":"grant"/' 4 \
	'$s/abort: {}/grant: {}/'

# What is no trace.
complains() {
	status=0
	"$goldvi" "$1" "$here/wrong.jsonl" >"$here/out" 2>&1 || status=$?
	[ $status -eq 2 ] && grep -qF -- "$2" "$here/out" || fail "'$2' expected, not: $(cat "$here/out")"
}
head -n 1 "$here/good.jsonl" >"$here/head"
wrong() {
	{ cat "$here/head"; printf '%s\n' "$1"; } >"$here/wrong.jsonl"
	complains replay "wrong.jsonl:2: $2"
}
wrong '{"translate":{"device":32}}' 'what was seen is missing: `seen`, which may be empty.'
wrong '{"translate":{"device":65536},"seen":{}}' '`device` is no such number.'
wrong '{"translate":{"colour":1},"seen":{}}' '`colour` has no meaning here.'
wrong '{"translate":{"access":"look"},"seen":{}}' '`access` has no such value.'
wrong '{"translate":{"length":1,"length":1},"seen":{}}' 'this is no JSON object of whole numbers and texts, from byte'
wrong '{"wrote":{"at":0,"bytes":"0"}}' '`bytes` are no 4096 bytes of two digits.'
wrong '{"dream":{}}' 'this is none of the records that there are.'
wrong '{"translate":{"length":5000},"seen":{}}' 'an access touches 1 to 4096 bytes (a read may touch 0).'
sed 's/"goldvi_trace":1/"goldvi_trace":2/' "$here/good.jsonl" >"$here/wrong.jsonl"
complains replay 'goldvi_trace is not 1, the version that this program reads.'
cp "$here/good.jsonl" "$here/wrong.jsonl"
complains reduce 'nothing is refused: there is nothing to reduce.'
