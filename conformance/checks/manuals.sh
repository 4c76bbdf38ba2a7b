#!/bin/sh
# manuals.sh DIRECTORY GOLDVI SHARED_LIBRARY SCOREBOARD: the manuals are well formed, and name every command
# and option, every function, and every step of vectors.  Run from the root of the
# project.
set -eu
man=$1
goldvi=$2
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
status=0

# names WHAT PAGE: each line of standard input is a word of the page.
names() {
	asked=0
	while read -r word; do
		asked=$((asked + 1))
		grep -qF -e "$word" "$man/$2" || { echo "$2 does not name the $1 $word"; status=1; }
	done
	[ $asked -gt 5 ] || { echo "only $asked times $1: the test is wrong"; status=1; }
}

"$goldvi" help | sed -n 's/^  goldvi \([a-z][a-z-]*\) .*/\1/p' | grep -v '^help$' >"$here/commands"
sed 's/^/.Ss /' "$here/commands" >"$here/words"
names command goldvi.1 <"$here/words"
while read -r command; do
	"$goldvi" help "$command" | sed -n 's/^  -\(-[a-z-]*\).*/.It Fl \1/p'
done <"$here/commands" >"$here/words"
names option goldvi.1 <"$here/words"
nm -D --defined-only "$3" | awk '$2 == "T" { print $3 "(" }' >"$here/words"
names function goldvi.3 <"$here/words"
nm -g --defined-only "$4" | awk '$2 == "T" { print $3 "(" }' >"$here/words"
names function goldvi-cosim.3 <"$here/words"
sed -n 's/^| `\([a-z_]*\): .*/\1/p' vectors/README.md >"$here/words"
names step goldvi-vectors.7 <"$here/words"

for page in "$man"/*.[137]; do
	if command -v mandoc >/dev/null; then
		mandoc -Tlint -Wwarning "$page" || status=1
	else
		echo "no mandoc here: $page is not checked by it"
	fi
	if command -v groff >/dev/null; then
		[ -z "$(groff -mdoc -Tascii -ww -z "$page" 2>&1 | tee /dev/stderr)" ] || status=1
	else
		echo "no groff here: $page is not checked by it"
	fi
done
exit $status
