#!/bin/sh
# devices.sh GOLDVI BAD_DEVICE: a device that dies, hangs or talks nonsense has failed, and
# is named so; the case is sent again to a fresh one; and the run goes on, and ends.
set -u
goldvi=$1
bad=$2
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
failures=0

cat >"$here/cases.yaml" <<'YAML'
schema: 1
about: Two accesses that no IOMMU refuses, and a case between them that has none.
profile: host-only
cases:
  - {id: try.device.first, why: One., clauses: [flow.disabled], do: [{dma: {device: "00:04.0", address: "0x1000", read: 4}, answer: {grant: {address: "0x1000"}}}]}
  - {id: try.device.quiet, why: Two., clauses: [flow.disabled], do: [{read: {register: CMD_BUF_HEAD}, value: "0x0"}]}
  - {id: try.device.last, why: Three., clauses: [flow.disabled], do: [{dma: {device: "00:04.0", address: "0x2000", read: 4}, answer: {grant: {address: "0x2000"}}}]}
YAML

fail() {
	echo "$what: $1"
	sed 's/^/    /' "$here/out" "$here/err" | head -n 20
	failures=$((failures + 1))
}

# try STATUS DEVICE: plays the cases, within a time.
try() {
	what=$2
	status=0
	timeout 60 "$goldvi" run --timeout 0.5 --dut "$2" "$here/cases.yaml" >"$here/out" 2>"$here/err" ||
		status=$?
	[ $status -eq "$1" ] || fail "exit status $status, not $1"
}
has() { grep -qE -e "$1" "$here/out" || fail "nothing like: $1"; }
says() { grep -qE -e "$1" "$here/err" || fail "standard error has nothing like: $1"; }

# goes WAY REASON: both accesses fail for this, whoever they are sent to.
goes() {
	try 1 "pipe:exec $bad $1"
	has '^1 passed, 2 failed, 0 skipped$'
	[ "$(grep -cE "^  step 1 \(dma, line [0-9]+\): the device $2.*; sent again to a fresh device, " \
		"$here/out")" = 2 ] || fail "not twice: $2"
}
goes exits 'has died: exit status 3'
goes crashes 'has died: signal 6: '
goes closes 'has died: it has closed its pipe'
goes hangs 'does not answer'
goes trickles 'does not answer'
goes babbles 'talks nonsense: a line does not end'
goes nonsense 'talks nonsense: the answer does not begin with the number of the line'
goes binary 'talks nonsense: the answer does not begin with the number'
goes number 'talks nonsense: the answer does not begin with the number'
goes value 'talks nonsense: `result=0x9` has no such value'
goes refuses 'talks nonsense'

# More than an answer is nonsense of whatever comes next.
try 1 "pipe:exec $bad twice"
has '^0 passed, 3 failed, 0 skipped$'
has 'the device talks nonsense: (it goes on after its answer|the answer does not begin with the number)'

# What goes wrong only once has failed as well, and what comes after it passes.
try 1 "pipe:exec $bad exits $here/mark"
has '^2 passed, 1 failed, 0 skipped$'
has '^  step 1 .*: the device has died: exit status 3; sent again to a fresh device, it passed$'

# One that never comes up, or never says what it is.
try 2 "pipe:exec $bad absent"
says '^goldvi run: pipe:.*: exit status 4\.$'
try 2 'pipe:echo hello'
says '^goldvi run: pipe:echo hello: .*\.$'
try 2 'pipe:no-such-command'
says '^goldvi run: pipe:no-such-command: exit status 127\.$'
try 2 pipe
says '^goldvi run: pipe: an argument is needed'
try 2 "plugin:$here/none.so"
says "^goldvi run: plugin:$here/none\.so: .*none\.so.*\.\$"
try 2 "plugin:$here/cases.yaml"
says '^goldvi run: plugin:.*\.$'

[ $failures -eq 0 ] || { echo "$failures calls are wrong"; exit 1; }
