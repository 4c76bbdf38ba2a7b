#!/bin/sh
# findings.sh GOLDVI [BINARY]: each row of docs/findings.md names vectors of its rule that pass
# on the model and of which at least one fails on QEMU 7.2.  Passes without a look if
# QEMU is not there, or another version.
set -eu
goldvi=$1
binary=${2:-qemu-system-x86_64}
least=15 # rows that there must be
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

command -v "$binary" >/dev/null || { echo "skipped: $binary is not there"; exit 0; }
case $("$binary" --version | sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p') in
7.2.*) ;;
*) echo "skipped: the findings are of QEMU 7.2"; exit 0 ;;
esac

# | what QEMU does | seen in | `rule` | `vectors` | -> rule vectors
sed -n '/^## QEMU/,$s/^|.*| `\([a-z0-9.-]*\)` | `\([^`]*\)`.* |$/\1 \2/p' docs/findings.md >"$here/rows"
[ "$(grep -c '^| .*`' docs/findings.md)" = "$(wc -l <"$here/rows")" ] ||
	{ echo "docs/findings.md: a row is not | what | seen in | \`rule\` | \`vectors\` |"; exit 1; }
[ "$(wc -l <"$here/rows")" -ge $least ] || { echo "docs/findings.md has less than $least rows"; exit 1; }

failures=0
wrong() {
	echo "docs/findings.md: $*"
	failures=$((failures + 1))
}
while read -r rule vectors; do
	"$goldvi" run --filter "$vectors" --json "$here/json" vectors >"$here/out" 2>&1 </dev/null ||
		wrong "$vectors does not pass on the model: $(tail -n 1 "$here/out")"
	grep -q "^    \"$rule\": [1-9]" "$here/json" || wrong "$vectors is not about $rule"
	status=0
	"$goldvi" run --dut "qemu:$binary" --filter "$vectors" vectors >"$here/out" 2>&1 </dev/null ||
		status=$?
	[ $status = 1 ] || wrong "$vectors does not fail on QEMU: $(tail -n 1 "$here/out")"
done <"$here/rows"
[ $failures = 0 ] || exit 1
echo "docs/findings.md: $(wc -l <"$here/rows") disagreements, each with a vector that QEMU fails and the model passes."
