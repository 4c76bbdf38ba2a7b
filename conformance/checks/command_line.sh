#!/bin/sh
# command_line.sh GOLDVI: what every command prints, its exit status and its
# complaints.  The words are written by hand from docs/spec.
set -u
goldvi=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
tab=$(printf '\t')
checks=0
failures=0

fail() {
	echo "$what: $1"
	sed 's/^/    /' "$here/out" "$here/err" | head -n 20
	failures=$((failures + 1))
}

# try STATUS ARGUMENT...: runs goldvi.
try() {
	expected=$1
	shift
	what="goldvi $*"
	status=0
	checks=$((checks + 1))
	"$goldvi" "$@" >"$here/out" 2>"$here/err" <"$here/in" || status=$?
	[ $status -eq $expected ] || fail "exit status $status, not $expected"
}
: >"$here/in"

# All of standard output; a line of it; a pattern in it; a pattern in a file.
prints() { [ "$(cat "$here/out")" = "$1" ] || fail "prints something else than: $1"; }
line() { grep -qxF -e "$1" "$here/out" || fail "no line: $1"; }
has() { grep -qE -e "$1" "$here/out" || fail "nothing like: $1"; }
lacks() { ! grep -qE -e "$1" "$here/out" || fail "something like: $1"; }
holds() { grep -qE -e "$2" "$here/$1" || fail "$1 has nothing like: $2"; }
# Nothing on standard output, and this one line on standard error.
complains() {
	[ ! -s "$here/out" ] || fail "prints something"
	[ "$(cat "$here/err")" = "goldvi$1" ] || fail "does not say: goldvi$1"
}
quiet() { [ ! -s "$here/err" ] || fail "says something on standard error"; }

# ---- help ---------------------------------------------------------------------

try 0 --version; has '^goldvi [0-9]+\.[0-9]+\.[0-9]+$'; quiet
try 0 help; quiet
commands='run merge list lint explain decode encode markdown systemverilog replay reduce coverage
	serve fuzz-print fuzz-seeds campaign bench version'
for command in $commands; do
	has "^  goldvi $command "
done
for command in $commands; do
	try 0 "$command" --help; has "^goldvi $command\b.*: "; quiet
	try 0 help "$command"; has "^goldvi $command\b.*: "
done
try 2; complains ': a command is needed; see goldvi help.'
try 2 walk; complains ": there is no command 'walk'; see goldvi help."
try 2 help walk; complains " help: there is no command 'walk'."
for command in run merge list lint explain decode encode markdown replay reduce serve; do
	try 2 $command --colour x
	complains " $command: there is no option '--colour'; see goldvi $command --help."
done
try 2 run --filter; complains ' run: --filter needs a value.'
try 2 run --filter a --filter=b vectors; complains ' run: --filter is given twice.'
try 2 run --tap=1 vectors; complains ' run: --tap takes no value.'

try 0 version; quiet
line 'library ABI   0'; line 'vectors       schema 1'; line 'traces        1'; line 'snapshots     1'
line 'publication   48882, revisions 2.00 to 3.11'
try 2 version all; complains ' version: it takes no argument.'

# ---- encode and decode ----------------------------------------------------------

# both FORMAT WORDS NAME=VALUE...: encodes to these words, which decode to these fields.
both() {
	format=$1
	words=$2
	shift 2
	try 0 encode "$format" "$@"; prints "$words"; quiet
	try 0 decode "$format" $words; has "^$format: "; quiet; lacks 'RESERVED|WRONG'
	for field; do
		value=${field#*=}
		has "^  ${field%%=*} +[0-9:,]+ +($value |[0-9]+ +$value: )"
	done
}
both DTE '0x6000000010000603 0x0000000000000042 0x0000000000000000 0x0000000000000000' \
	V=1 TV=1 Mode=3 HostPageTableRootPtr=0x10000000 IR=1 IW=1 DomainID=0x42
both DTE '0x0400000000000181 0x0000080000010000 0x2000000000000001 0x0000000000000000' \
	V=1 HAD=accessed-dirty GCR3TRP=0x80009000 IV=1 IntCtl=remap
both COMPLETION_WAIT '0x1000000000020001 0x00000000cafef00d' s=1 StoreAddress=0x20000 StoreData=0xcafef00d
both INVALIDATE_IOMMU_PAGES '0x3000004200000000 0x7ffffffffffff003' \
	DomainID=0x42 S=1 PDE=1 Address=0x7ffffffffffff000
both INVALIDATE_IOTLB_PAGES '0x4ade000000bc0000 0x0000000000000004' PASID=0xabcde GN=1
both IO_PAGE_FAULT '0x2030004200000020 0x00000000c0005000' DeviceID=0x20 DomainID=0x42 PR=1 RW=1 Address=0xc0005000
both PTE '0x6000000004000001' PR=1 Address=0x4000000 IR=1 IW=1
both IRTE_32 '0x00212201' RemapEn=1 Destination=0x22 Vector=0x21
try 0 encode PDE; prints 0x0000000000000000

# The same words, found by their code; a register; several entries.
try 0 decode command 0x1000000000020001 0xcafef00d; has '^COMPLETION_WAIT: '
try 0 decode event 0x2030004200000020 0xc0005000; has '^IO_PAGE_FAULT: '; has 'DeviceID .*00:04\.0'
try 0 decode CONTROL 0x1005; has 'IommuEn +0 +1 '; has 'EventLogEn +2 +1 '; has 'CmdBufEn +12 +1 '
try 0 decode PTE 1 0; [ "$(grep -c '^PTE: ' "$here/out")" = 2 ] || fail "two entries are not two"

# Reserved bits and values, and constants of another format.
try 0 decode DTE 0x8000000000000085 0 0 0
has 'Reserved +63 +1 +RESERVED'; has 'Reserved +3:2 +1 +RESERVED'
try 0 decode DTE 0x101 0 0 0; has 'HAD +8:7 +2 +RESERVED VALUE'
try 0 decode COMPLETION_WAIT 0x2000000000000000 0; has 'Opcode +63:60 +2 +WRONG: this format has 1'

try 2 encode; complains ' encode: a format is needed; docs/formats.md has them.'
try 2 encode FOO V=1; complains " encode: there is no format 'FOO'; docs/formats.md has them."
try 2 encode DTE W=1; complains " encode: DTE has no field 'W'."
try 2 encode DTE V; complains " encode: 'V' is not NAME=VALUE."
try 2 encode DTE Mode=8; complains ' encode: Mode=8: Mode is a number of 3 bits.'
try 2 encode DTE HAD=some; complains ' encode: HAD=some: HAD is a number of 2 bits or the name of a value.'
try 2 encode DTE HostPageTableRootPtr=0x10
complains ' encode: HostPageTableRootPtr=0x10: HostPageTableRootPtr is a number of 52 bits whose lower 12 are 0.'
try 2 encode COMPLETION_WAIT Opcode=2; complains ' encode: Opcode=2: Opcode of COMPLETION_WAIT is always 1.'

try 2 decode; complains ' decode: a format and its words are needed, or a line of a log.'
try 2 decode FOO 0; complains " decode: there is no format 'FOO'; docs/formats.md has them."
try 2 decode PTE; complains ' decode: PTE has 1 word, and 0 are given.'
try 2 decode DTE 0 0 0; complains ' decode: DTE has 4 words, and 3 are given.'
try 2 decode PTE 0x1g; complains " decode: '0x1g' is no word: 0x and at most 16 hexadecimal digits."
try 2 decode PTE 0x10000000000000000
complains " decode: '0x10000000000000000' is no word: 0x and at most 16 hexadecimal digits."
try 2 decode IRTE_32 0x100000000; complains ' decode: 0x100000000 has more than 32 bits.'
try 2 decode event 0 0; complains ' decode: there is no event with the code 0.'
try 2 decode command 0xf000000000000000 0; complains ' decode: there is no command with the code 15.'

# ---- Lines of a log ---------------------------------------------------------------

# logged WORD0 WORD1 LINE: the record that the line shows.
logged() {
	try 0 decode "$3"
	line "record, with 0 for what the line does not show: $1 $2"
	quiet
}
fault='0x2020004200000020 0x00000000c0005000'
logged $fault 'AMD-Vi: Event logged [IO_PAGE_FAULT device=00:04.0 domain=0x0042 address=0xc0005000 flags=0x0020]'
has '^  DomainID +47:32 +0x42 '; has '^  PR +52 +0 +Not present'; has '^  RW +53 +1 +A write\.'
has '^In short: a write of 00:04\.0 at 0xc0005000: nothing is mapped there'
logged $fault '[   12.345678] pci 0000:00:04.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0042 address=0xc0005000 flags=0x0020]'
logged $fault 'Oct 29 16:09:31 host kernel: AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:00:04.0 domain=0x0042 address=0x00000000c0005000 flags=0x0020]'
logged 0x8a00000000000001 0x000000fdf8000020 '[   13.137925] INVALID_DEVICE_REQUEST device=00:00.1 address=0x000000fdf8000020 flags=0x0a00]'
logged 0x92002bffbcde0020 0x0000000000001000 'Event logged [INVALID_PPR_REQUEST device=0000:00:04.0 pasid=0xabcde address=0x1000 flags=0x0200 tag=0x3ff]'
logged 0x4003bcde000a0020 0x0000000000002000 'Event logged [PAGE_TAB_HARDWARE_ERROR device=00:04.0 pasid=0xabcde address=0x2000 flags=0x0003]'
logged 0xe010000100000020 0x0000000000001008 'pci 0000:00:04.0: AMD-Vi: Event logged [RMP_HW_ERROR vmg_tag=0x0001, spa=0x1008, flags=0x0010]'
logged 0x5000000000000000 0x0000000000400010 'pci 0000:00:00.2: AMD-Vi: Event logged [ILLEGAL_COMMAND_ERROR address=0x400010]'
logged 0xb000000000000020 0x0000000000000001 'AMD-Vi: Event logged [UNKNOWN event[0]=0x00000020 event[1]=0xb0000000 event[2]=0x00000001 event[3]=0x00000000'
has '^GUEST_EVENT_FAULT: '
# Not quoted.
try 0 decode AMD-Vi: Event logged '[IO_PAGE_FAULT' device=00:04.0 domain=0x0042 address=0xc0005000 'flags=0x0020]'
line "record, with 0 for what the line does not show: $fault"
# Each line of a log.
printf '%s\n' 'nothing' 'AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0042 address=0x0 flags=0x0000]' '' \
	'AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0043 address=0x0 flags=0x0000]' >"$here/in"
try 0 decode -
[ "$(grep -c '^record' "$here/out")" = 2 ] || fail "two lines are not two records"
: >"$here/in"
try 2 decode -; complains ' decode: standard input shows no event.'
try 2 decode 'Event logged [IO_PAGE_FAULT device=00:04.9 domain=0x0042]'; complains " decode: 'device=00:04.9' is not understood."
try 2 decode 'Event logged [IO_PAGE_FAULT flags=0x1000]'; complains " decode: 'flags=0x1000' is not understood."
try 2 decode 'Event logged [IO_PAGE_FAULT colour=1]'; complains " decode: 'colour=1' is not understood."
try 2 decode 'Event logged [UNKNOWN event[0]=0x0 event[1]=0xf0000000'; complains ' decode: there is no event with the code 15.'

# ---- markdown ----------------------------------------------------------------------

for document in formats registers choices clauses; do
	try 0 markdown $document; has '^# '; has "goldvi markdown $document"; quiet
done
try 2 markdown; complains ' markdown: one document is needed: formats, registers, choices or clauses.'
try 2 markdown foo
complains " markdown: there is no document 'foo'; there are formats, registers, choices and clauses."
if [ -w /dev/full ]; then
	what='goldvi markdown formats >/dev/full'
	status=0
	"$goldvi" markdown formats >/dev/full 2>"$here/err" || status=$?
	[ $status -eq 2 ] || fail "a full disk is not noticed"
fi

# ---- run, list, lint, explain --------------------------------------------------------

mkdir -p "$here/vectors/try"
cat >"$here/vectors/try/good.yaml" <<'END'
schema: 1
about: Cases that pass or do not apply.
profile: host-only
cases:
  - id: try.good.reset
    why: "Signs such as <b>, & and \"quotes\" must not spoil a report."
    clauses: [register.reset-values]
    sweep: [{name: n, from: 0, to: 2}]
    do:
      - {read: {register: EVENT_LOG_HEAD}, value: "0x0"}
  - id: try.good.absent
    why: It does not apply.
    clauses: [register.reset-values]
    needs: [PPRSup]
    do:
      - {read: {register: EVENT_LOG_HEAD}, value: "0x0"}
END
sed -e 's/try\.good/try.bad/; s/"0x0"}/"0x10"}/; /PPRSup/d' "$here/vectors/try/good.yaml" >"$here/bad.yaml"
printf 'schema: 1\nabout: Octal.\ncases: [{id: 017}]\n' >"$here/wrong.yaml"

try 0 list "$here/vectors"; prints "try.good.reset
try.good.absent"; quiet
try 0 list --filter 'try.*.a*' "$here/vectors"; prints try.good.absent
try 0 list --long --filter '*.reset' "$here/vectors"
has "^try\.good\.reset${tab}3${tab}.*/good\.yaml:5${tab}Signs"
try 2 list "$here/nowhere"; holds err '^goldvi list: .*nowhere.*\.$'

try 0 lint "$here/vectors" "$here/bad.yaml"; prints ''
try 1 lint "$here/wrong.yaml"; has '/wrong\.yaml:3:[0-9]+: .*\.$'; quiet
printf 'try.good.reset\tsome mutant\n' >"$here/mutants"
try 1 lint --mutants "$here/mutants" "$here/vectors"
has '/good\.yaml:[0-9]+:[0-9]+: No mutant makes try\.good\.absent fail\.$'; lacks 'try\.good\.reset'
try 1 lint --mutants "$here/none" "$here/vectors"; has '/none: .*\.$'
try 2 lint; complains ' lint: a file or directory of vectors is needed.'

try 0 run "$here/vectors"; quiet
has '^1 skipped: not applicable'
[ "$(tail -n 1 "$here/out")" = '3 passed, 0 failed, 1 skipped' ] || fail 'the last line is wrong'
try 1 run "$here/vectors" "$here/bad.yaml"; quiet
[ "$(tail -n 1 "$here/out")" = '3 passed, 4 failed, 1 skipped' ] || fail 'the last line is wrong'
has '^failed try\.bad\.reset '; has '^  \[n=2\] '
lacks "$(printf '\033')"
try 1 run --filter='*.bad.absent' "$here/vectors" "$here/bad.yaml"; line '0 passed, 1 failed, 0 skipped'
try 0 run --profile everything --filter '*.absent' "$here/vectors"; line '1 passed, 0 failed, 0 skipped'
try 0 run -- "$here/vectors"

# A device may report the page, and the case does not know.
cat >"$here/narrow.yaml" <<'END'
schema: 1
about: A case that fails devices for what they may do.
profile: host-only
given: {registers: {DEV_TAB_BASE: "0x1001ff", EVENT_LOG_BASE: "0x0800000000500000", CONTROL.IommuEn: 1, CONTROL.EventLogEn: 1}}
cases:
  - id: try.narrow.one
    why: It takes one reading of EVENT_ADDRESS for the only one.
    clauses: [event.page-fault-address]
    given: {memory: [{at: "0x100400", raw: ["0x6000000001000603", "0x0000000000000042", "0x0000000000000000", "0x0000000000000000"]}]}
    do:
      - dma: {device: "00:04.0", address: "0x5040", read: 4}
        answer: {abort: {}, events: [{raw: ["0x2000004200000020", "0x0000000000005040"]}]}
  - id: try.narrow.two
    why: It knows LEVEL_1_POINTER, but not what comes with one of its alternatives.
    clauses: [host.fault-level]
    given:
      memory:
        - {at: "0x100400", raw: ["0x6000000001000203", "0x0000000000000042", "0x0000000000000000", "0x0000000000000000"]}
        - {at: "0x1000028", raw: ["0x6000000004000201"]}
    do:
      - dma: {device: "00:04.0", address: "0x5000", read: 4}
        answer: {choice: LEVEL_1_POINTER, permitted: {fault: {abort: {}, events: [{raw: ["0x2010004200000020", "0x0000000000005000"]}]}, leaf: {grant: {address: "0x4000000"}}}}
      - dma: {device: "00:04.0", address: "0x5040", read: 4}
        answer: {choice: LEVEL_1_POINTER, permitted: {fault: {abort: {}, events: [{raw: ["0x2010004200000020", "0x0000000000005040"], mask: ["0xffffffffffffffff", "0xfffffffffffff000"]}]}, leaf: {grant: {address: "0x4000040"}}}}
      - dma: {device: "00:04.0", address: "0x6040", write: 4}
        answer: {choice: LEVEL_1_POINTER, permitted: {fault: {abort: {}, events: [{raw: ["0x2020004200000020", "0x0000000000006000"], mask: ["0xffffffffffffffff", "0xfffffffffffff000"]}]}, leaf: {abort: {}, events: [{raw: ["0x2020004200000020", "0x0000000000006040"]}]}}}
END
try 0 run "$here/narrow.yaml"; line '2 passed, 0 failed, 0 skipped'
try 1 run --freedom "$here/narrow.yaml"; line '0 passed, 2 failed, 0 skipped'
has '^  with EVENT_ADDRESS=page, step 1 '; has '^  with LEVEL_1_POINTER=leaf and EVENT_ADDRESS=page, step 3 '
try 0 run --freedom "$here/vectors"
try 2 run --freedom --dut qemu "$here/vectors"; complains ' run: --freedom is for the built-in model, configured freely.'

try 2 run; complains ' run: a file or directory of vectors is needed.'
try 2 run --filter 'x*' "$here/vectors"; complains " run: no case matches 'x*'."
try 2 run --dut foo "$here/vectors"; complains " run: there is no device 'foo'; there are model, cache, window, qemu, plugin and pipe."
try 2 run --dut model:x "$here/vectors"; complains " run: model:x: there is no such preset."
try 2 run --freedom --dut model:client "$here/vectors"; holds err 'configured freely\.$'
try 0 run --dut model:everything --filter '*.absent' "$here/vectors"; line '1 passed, 0 failed, 0 skipped'
try 0 run --dut model:nothing --filter '*.absent' "$here/vectors"; line '0 passed, 0 failed, 1 skipped'
try 2 run --profile nowhere "$here/vectors"; holds err '^goldvi run: .*nowhere.*\.$'
try 2 run --dut "qemu:$here/nowhere" "$here/vectors"; holds err '^goldvi run: .*nowhere.*\.$'
try 2 run "$here/nowhere"; holds err '^goldvi run: .*nowhere.*\.$'
try 2 run "$here/wrong.yaml"; holds err '^goldvi run: .*/wrong\.yaml:3:[0-9]+: .*\.$'
try 2 run --json "$here/nowhere/x" "$here/vectors"; holds err '^goldvi run: .*/nowhere/x: .*\.$'
try 2 run --junit "$here/nowhere/x" "$here/vectors"; holds err '^goldvi run: .*/nowhere/x: .*\.$'
try 2 run --html "$here/bad.yaml/x" "$here/vectors"; holds err '^goldvi run: .*/bad\.yaml/x: .*\.$'

# TAP.
try 1 run --tap "$here/vectors" "$here/bad.yaml"; quiet
[ "$(sed -n 2p "$here/out")" = 1..8 ] || fail 'no plan'
line 'ok 1 - try.good.reset[n=0]'
has '^ok 4 - try\.good\.absent # SKIP not applicable: .*PPRSup'
line 'not ok 5 - try.bad.reset[n=0]'
cp "$here/out" "$here/first"
try 1 run --tap "$here/vectors" "$here/bad.yaml"
cmp -s "$here/first" "$here/out" || fail 'TAP differs from run to run'

# JUnit, JSON and HTML, all at once.
try 1 run --html "$here/report" --junit "$here/report/r.xml" --json "$here/report/r.json" \
	"$here/vectors" "$here/bad.yaml"; quiet
holds report/r.xml '<testsuites name="goldvi" tests="8" failures="4" errors="0" skipped="1"'
[ "$(grep -c '<testcase ' "$here/report/r.xml")" = 8 ] || fail 'not 8 cases in JUnit'
holds report/r.json '"passed": 3, "failed": 4, "not applicable": 1, "not observable": 0'
if command -v xmllint >/dev/null; then
	xmllint --noout "$here/report/r.xml" 2>"$here/err" || fail 'JUnit is not well-formed'
fi
if command -v python3 >/dev/null; then
	python3 -c 'import json, sys; cases = json.load(open(sys.argv[1]))["cases"]
assert [len(c["instances"]) for c in cases] == [3, 1, 3, 1], cases
assert "<b>, & and \"quotes\"" in cases[0]["why"], cases' "$here/report/r.json" 2>"$here/err" ||
		fail 'JSON is not as it should be'
fi
page=report/index.html
holds $page '^<!DOCTYPE html>'; holds $page '^</html>$'
holds $page '&lt;b&gt;, &amp; and &quot;quotes&quot;'
holds $page '<code>try\.bad\.reset</code>'; holds $page 'Step by step'; holds $page 'id="filter"'
! grep -qE '://|src=|@import|url\(|<link|href="[^#]|<b>,' "$here/$page" || fail 'the page refers to something outside'

try 0 explain try.good.reset "$here/vectors"; has 'try\.good\.reset'; quiet
try 0 explain 'try.good.reset[n=1]' "$here/vectors"; has 'n=1'
try 0 explain wrong.ats.size conformance/checks/wrong_ats.yaml
has 'asks where 0x1234567000 is'; has '=> completed: 0x1234567000 goes to 0x4000000 \(page of 0x1000 bytes, R 1, W 0'
try 0 explain wrong.device.timeout-unsaid conformance/checks/wrong_device.yaml
has 'does: invalidate\(Address=0x1000\), 0x1000 bytes to 00:04.0, tag 0'
has 'does not complete its oldest invalidate request'
try 0 explain wrong.device.code conformance/checks/wrong_device.yaml; has 'does: response 0x1 for group 5 to 00:04.0'
try 0 explain wrong.guest.log-unsaid conformance/checks/wrong_guest.yaml
has 'does: write at 0x4001000 of GA_LOG_ENTRY\(GATag=0x77 DeviceID=0x20\)'; has '=> posted to a guest, nobody is told'
try 2 explain try.none "$here/vectors"; complains " explain: there is no case 'try.none'."
try 2 explain; complains ' explain: the id of a case is needed; goldvi list prints them.'

# ---- serve: the transcript of docs/pipe.md ------------------------------------------

sed -n 's/^> //p' docs/pipe.md >"$here/in"
try 0 serve --dut model:nothing; quiet
sed -n 's/^< //p' docs/pipe.md >"$here/expected"
[ -s "$here/expected" ] && cmp -s "$here/expected" "$here/out" || fail 'not the transcript of docs/pipe.md'
printf '%s\n' 'what' '7' '8 hello 2' '9 mmio_read 0x30 8' '10 start efr=0xg' '11 start' '12 dma x=1' '13 dma device=1 device=1' \
	'14 mmio_read 0x31 8' '15 memory_write 0x0 123' '16 memory_read 0x0 4097' '17 effects 1' '18 dma device=0x10000' \
	'19 race 1' '20 interrupt pasid=0x1 address=0xfee00000' >"$here/in"
try 0 serve; quiet
line '0 error a line begins with a number'; line '7 unsupported `` is not known here'
line '8 error this is version 1 of the protocol'; line '9 unsupported nothing has been started'
line '10 error `efr=0xg` has no such value'; line '11 ok'; line '12 error `x=1` is not known here'
line '13 error `device=1` is there twice'; line '14 error mmio_read OFFSET LENGTH'
line '15 error memory_write ADDRESS BYTES, at most 4096'; line '16 error memory_read ADDRESS LENGTH, at most 4096'
line '18 error `device=0x10000` has no such value'; line '19 error race ADDRESS VALUE'
head -c 100000 /dev/urandom >"$here/in"; try 0 serve; quiet
: >"$here/in"
try 2 serve x; complains ' serve: there is nothing to say but --dut DEVICE.'
try 2 serve --dut foo; complains " serve: there is no device 'foo'; there are model, cache, window, qemu, plugin and pipe."
try 2 reduce --dut foo x.jsonl; complains " reduce: there is no device 'foo'; there are model, cache, window, qemu, plugin and pipe."

# ---- replay, bench -----------------------------------------------------------------

try 2 replay; holds err '^goldvi replay: '
try 2 replay "$here/nowhere"; holds err '^goldvi replay: .*nowhere'
try 2 bench x; holds err '^goldvi bench: '

# ---- On a terminal -------------------------------------------------------------------

if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1; then
	escape=$(printf '\033')
	what='goldvi run on a terminal'
	TERM=xterm NO_COLOR= script -qec "'$goldvi' run '$here/bad.yaml'" /dev/null >"$here/out" 2>"$here/err" </dev/null
	has "$escape\[31m"; has 'played'
	TERM=xterm NO_COLOR=1 script -qec "'$goldvi' run '$here/bad.yaml'" /dev/null >"$here/out" 2>"$here/err" </dev/null
	lacks "$escape"
fi

[ $failures -eq 0 ] || { echo "$failures of $checks calls and their output are wrong"; exit 1; }
