#!/bin/sh
# What is wrong with a vector file is said in a sentence, with file, line and
# column.  Each line here spoils one thing of a good file; the argument is the
# goldvi command.
set -u

goldvi=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
failures=0
tried=0

cat >"$here/good.yaml" <<'END'
schema: 1
about: A case.
profile: epyc-rome
cases:
  - id: test.case.one
    why: Nothing.
    clauses: [host.walk]
    do:
      - dma: {device: "00:04.0", address: "0x1000", read: 4}
        answer: {grant: {}}
END

# refused SED_COMMANDS LINE:COLUMN SENTENCE
refused() {
	sed "$1" "$here/good.yaml" >"$here/bad.yaml"
	said=$("$goldvi" lint "$here/bad.yaml" 2>&1)
	status=$?
	tried=$((tried + 1))
	[ "$status" = 1 ] && [ "$(printf '%s\n' "$said" | head -n 1)" = "$here/bad.yaml:$2: $3" ] && return
	printf 'after %s\n  expected %s: %s\n  said     %s\n' "$1" "$2" "$3" "$said"
	failures=$((failures + 1))
}

"$goldvi" lint "$here/good.yaml" || { echo 'the good file is refused'; exit 1; }

# Keys and types
refused 's/about:/abuot:/' 1:1 'The key `about` is missing here.'
refused 's/about: A case./about: A\nabout: B/' 3:1 'The key `about` appears twice; first in line 2.'
refused 's/    why: Nothing./    why: Nothing.\n    because: Nothing./' 7:5 'The key `because` is unknown here.'
refused 's/schema: 1/schema: 2/' 1:9 'Only schema 1 is known here.'
refused 's/read: 4/read: four/' 9:59 '`four` is not a number of 64 bits, decimal or 0x hexadecimal.'
refused 's/grant: {}/grant: {read: yes}/' 10:32 '`yes` is a boolean: write 0 or 1, or quote it.'
refused '/why:/d' 5:5 'The key `why` is missing here.'

# YAML that is more than data
refused 's/{device/\&a {device/' 9:14 'Anchors are not allowed.'
refused 's/answer: {grant: {}}/answer: *a/' 10:17 'Aliases are not allowed.'
refused 's/read: 4/read: !!int 4/' 9:59 'Tags are not allowed.'
refused 's/read: 4/read: 010/' 9:59 '`010` looks octal: write it without leading zeros, or quote it.'
refused 's/"0x1000"/9007199254740993/' 9:43 '`9007199254740993` passes 2^53: quote it.'
refused 's/grant: {}}/grant: {}}\n---\nschema: 1/' 11:1 'A file holds one document only.'
refused 's/{grant: {}}/{grant: {}/' 11:1 "This is not YAML: did not find expected ',' or '}'."
refused 's/    why:/\twhy:/' 6:1 'This is not YAML: found a tab character that violates indentation.'
refused 'd' 1:1 'The file is empty.'

# Names
refused 's/host.walk/host.wlak/' 7:15 'There is no clause `host.wlak`.'
refused 's/test.case.one/Test/' 5:9 'An id looks like `area.topic.the-point`: small letters, digits, - and dots.'
refused 's/epyc-rome/epyc-roam/' 3:10 'There is no profile and no preset `epyc-roam`.'
refused 's/    do:/    given: {registers: {CONTORL: 1}}\n    do:/' 8:25 'There is no register `CONTORL`.'
refused 's/{grant: {}}/{choice: NONE_SUCH, permitted: {}}/' 10:26 'There is no choice `NONE_SUCH`.'
refused 's/{grant: {}}/{choice: SKIPPED_BITS, permitted: {fault: {abort: {}}}}/' 10:51 'The alternative `ignored` of SKIPPED_BITS is missing.'

# Values
refused 's/dma:.*/interrupt: {device: "00:04.0", address: "0xfee00000", data: 33}/' 10:17 "This is no answer to the step's \`interrupt\`."
refused 's/{grant: {}}/{message: {}}/' 10:17 "This is no answer to the step's \`dma\`."
refused 's/dma:.*/interrupt: {device: "00:04.0", address: "0xfed00000", data: 33}/' 9:49 'An interrupt goes to FEEx_xxxx or FD_F8xx_xxxx, at a multiple of 4.'
refused 's/dma:.*/interrupt: {device: "00:04.0", address: "0xfee00000"}/' 9:20 'The key `data` is missing here.'
refused 's/dma:.*/interrupt: {device: "00:04.0", address: "0xfdf8000000", data: 33}/; s/grant/abort/' 9:65 'The key `data` is unknown here.'
refused 's/00:04.0/00:44.0/' 9:23 'A device is "00:04.0" or a number below 65536.'
refused 's/read: 4/read: 5000/' 9:59 '5000 is too large: it must be below 0x1001.'
refused 's/"0x1000"/"${1 +}"/' 9:43 'In `1 +`, at character 4: a number, a name or `(` is expected here.'
refused 's/"0x1000"/"${page}"/' 9:43 'In `page`, at character 1: this name is not known here.'
refused 's/"0x1000"/"${1 \/ 0}"/' 9:43 'In `1 / 0`, at character 2: this is a division by 0.'

# Devices that translate for themselves
ats='s/dma:.*/ats: {device: "00:04.0", address: "0x1000"/'
refused "$ats; s/\"0x1000\"/&}/" 10:17 "This is no answer to the step's \`ats\`."
refused 's/{grant: {}}/{completion: {}}/' 10:17 "This is no answer to the step's \`dma\`."
refused 's/{grant: {}}/{posted: {}}/' 10:17 "This is no answer to the step's \`dma\`."
refused 's/{grant: {}}/{}/' 10:17 "This is no answer to the step's \`dma\`."
refused "$ats; s/\"0x1000\"/&}/; /answer/d" 9:9 'The key `answer` is missing here.'
refused "$ats; s/0x1000\"/0x1008\"}/; s/grant: {}/completion: {}/" 9:43 'Bits 11:0 of this address are 0.'
refused "$ats; s/\"0x1000\"/&, count: 0}/; s/grant: {}/completion: {}/" 9:60 'At least one translation is asked for.'
refused "$ats; s/\"0x1000\"/&, count: 17}/; s/grant: {}/completion: {}/" 9:60 '17 is too large: it must be below 0x11.'
refused "$ats; s/\"0x1000\"/&, unit: 512}/; s/grant: {}/completion: {}/" 9:59 'A unit is a power of two, from 0x1000 on.'
refused "$ats; s/0x1000\"/0xfffffffffffff000\", count: 2}/; s/grant: {}/completion: {}/" 9:14 'The addresses pass the end of the address space.'
refused "$ats; s/\"0x1000\"/&, execute: 1}/; s/grant: {}/completion: {}/" 9:14 'execute and privileged come with a pasid only.'
refused "$ats; s/\"0x1000\"/&}/; s/grant: {}/completion: {size: 12288}/" 10:37 'A size is a power of two from 0x1000 on, or 0.'
refused "$ats; s/\"0x1000\"/&}/; s/grant: {}/completion: {size: 4096, size_at_most: 4096}/" 10:43 'The key `size_at_most` is unknown here.'
refused "$ats; s/\"0x1000\"/&}/; s/grant: {}/completion: {X: 1}/" 10:31 'The key `X` is unknown here.'
refused "$ats; s/\"0x1000\"/&}/; s/grant: {}/completion: {R: 2}/" 10:34 '0 or 1 is expected here.'
refused "$ats; s/\"0x1000\"/&}/; s/grant: {}/completions: {}/" 10:31 'A list is expected here.'
refused "$ats; s/\"0x1000\"/&}/; s/grant: {}/completions: []/" 10:31 'The list is empty.'
refused 's/read: 4/write: 4, intx: 1, translated: 1/' 9:14 'An INTx message is a posted write, and not translated.'
page='s/dma:.*/page_request: {device: "00:04.0", address: "0x1000", group: 5}/; /answer/d'
refused "$page; s/, group: 5//" 9:23 'The key `group` is missing here.'
refused "$page; s/group: 5/group: 512/" 9:69 '512 is too large: it must be below 0x200.'
refused "$page; s/0x1000/0x1001/" 9:52 'Bits 11:0 of this address are 0.'
refused "$page; s/5}/5}\n        answer: {abort: {}}/" 10:17 "This is no answer to the step's \`page_request\`."
refused 's/dma:.*/invalidation_done: {address: "0x1000"}/; /answer/d' 9:28 'The key `device` is missing here.'
refused 's/dma:.*/invalidation_timeout: {device: "00:04.0", tag: 1}/; /answer/d' 9:51 'The key `tag` is unknown here.'
interrupt='s/dma:.*/interrupt: {device: "00:04.0", address: "0xfee00000", data: 33}/'
refused "$interrupt; s/grant: {}/posted: {gappi: {vector: 256}}/" 10:26 'A destination has 32 bits, and a vector 8.'
refused "$interrupt; s/grant: {}/posted: {doorbell: {vector: 5}}/" 10:38 'The key `vector` is unknown here.'
refused "$interrupt; s/grant: {}/posted: {doorbell: {}, gappi: {}}/" 10:41 'The key `gappi` is unknown here.'

# What a step leaves behind
ppr='as: {PAGE_SERVICE_REQUEST: {}}'
refused "$page; s/5}/5}\n        ppr: [{$ppr}, {as: {IO_PAGE_FAULT: {}}}]/" 10:49 'This log has entries of PAGE_SERVICE_REQUEST only.'
refused "$page; s/5}/5}\n        ppr_b: [{raw: [\"0x0000000000000000\"]}]/" 10:17 'An entry of the PPR log has two words.'
refused "$page; s/5}/5}\n        ga: [{$ppr}]/" 10:14 'An entry of the GA log has one word.'
refused "$page; s/5}/5}\n        events_b: [{raw: [\"0x0000000000000000\"]}]/" 10:20 'An event has two words.'
refused "s/grant: {}}/abort: {}, ppr: []}\n        ppr: []/" 10:29 'The entries stand beside the answer already.'
refused "s/grant: {}}/abort: {}, messages: []}\n        messages: []/" 10:29 'The messages stand beside the answer already.'
message() {
	refused "$page; s/5}/5}\n        messages: [$1]/" "$2" "$3"
}
message '{}' 10:20 'One of response and invalidate is missing here.'
message '{response: {device: 4, group: 5}}' 10:31 'The key `code` is missing here.'
message '{response: {device: 4, group: 5, code: 16}}' 10:59 '16 is too large: it must be below 0x10.'
message '{response: {device: 4, group: 512, code: 0}}' 10:50 '512 is too large: it must be below 0x200.'
message '{response: {device: 4, group: 5, code: 0, raw: 0}}' 10:62 'The key `raw` is unknown here.'
message '{invalidate: {device: 4}}' 10:33 '`raw` or `as` is missing here.'
message '{invalidate: {device: 4, raw: 4096}}' 10:50 'A word is quoted, with 0x and 16 hexadecimal digits.'
message '{invalidate: {device: 4, as: {PTE: {}}}}' 10:49 'An ATS_INVALIDATE_REQUEST is expected here.'
message '{invalidate: {device: 4, raw: "0x0000000000001000", as: {ATS_INVALIDATE_REQUEST: {}}}}' 10:50 'Word 0 is 0x0000000000001000, but `as` encodes to 0x0000000000000000.'
effect() {
	refused "s/grant: {}}/&\n        effects: {ordered: [{interrupt: $1}]}/" "$2" "$3"
}
effect PprInterrupt 11:41 '`PprInterrupt` is none of the words known here.'
effect '{address: 4}' 11:41 'The key `source` is missing here.'
effect '{source: PprInt, data: "0x100000000"}' 11:41 'Data and destination have 32 bits.'
effect '{source: PprInt, vector: 4}' 11:58 'The key `vector` is unknown here.'

# Records
event='raw: ["0x2000004200000020", "0x0000000000000000"], as: {IO_PAGE_FAULT'
refused "s/{grant: {}}/{abort: {}, events: [{$event: {DeviceID: \"0x21\", DomainID: \"0x42\"}}}]}/" 10:45 'Word 0 is 0x2000004200000020, but `as` encodes to 0x2000004200000021.'
refused "s/{grant: {}}/{abort: {}, events: [{$event: {DeviceID: \"0x12345\"}}}]}/" 10:121 '0x12345 does not fit into DeviceID (16 bits from bit 0).'
refused "s/{grant: {}}/{abort: {}, events: [{$event: {Domain: 1}}}]}/" 10:111 'IO_PAGE_FAULT has no field `Domain`.'

echo "$tried files refused, $failures of them wrongly"
[ "$failures" = 0 ]
