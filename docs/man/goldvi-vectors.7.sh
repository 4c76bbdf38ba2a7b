#!/bin/sh
# goldvi-vectors.7.sh README: the format of vectors as a manual, of vectors/README.md.
set -eu

cat <<'MDOC'
.\" Made by docs/man/goldvi-vectors.7.sh of vectors/README.md.
.Dd November 25, 2026
.Dt GOLDVI-VECTORS 7
.Os
.Sh NAME
.Nm goldvi-vectors
.Nd test vectors for AMD IOMMUs
.Sh DESCRIPTION
MDOC
sed 's/…/.../g; s/–/-/g' "$1" | awk '
# What Markdown marks inside of a line is set bold or left as it is.
function inline(text) {
	gsub(/\\/, "\\e", text)
	while (match(text, /\[[^]]*\]\([^)]*\)/)) {
		link = substr(text, RSTART + 1, RLENGTH - 1)
		sub(/\].*/, "", link)
		text = substr(text, 1, RSTART - 1) link substr(text, RSTART + RLENGTH)
	}
	while (match(text, /`[^`]*`/))
		text = substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART + 1, RLENGTH - 2) "\\fR" substr(text, RSTART + RLENGTH)
	while (match(text, /\*\*[^*]*\*\*/))
		text = substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART + 2, RLENGTH - 4) "\\fR" substr(text, RSTART + RLENGTH)
	return text
}
function say(text) {
	text = inline(text)
	gsub(/[.] +/, ".\n", text)
	gsub(/\n\x27/, "\n\\\\\\&\x27", text)
	gsub(/\n[.]/, "\n\\\\\\&.", text)
	if (text ~ /^[.\x27]/)
		text = "\\&" text
	print text
}
function leave() {
	if (list != "")
		print ".El"
	list = ""
}
function enter(kind, how) {
	if (list == kind)
		return
	leave()
	print how
	list = kind
}
code && /^```/ { code = 0; started = 1; print ".Ed"; next }
code {
	gsub(/\\/, "\\e")
	print ($0 ~ /^[.\x27]/ ? "\\&" : "") $0
	next
}
/^```/ { leave(); code = 1; print ".Bd -literal -offset indent"; paragraph = 0; next }
/^# / { next }
/^## / { leave(); print ".Sh " toupper(substr($0, 4)); paragraph = started = 0; next }
/^ *$/ { paragraph = 1; next }
/^[|][-: |]+$/ { next }
/^[|]/ {
	if (!(list == "table")) {
		enter("table", ".Bl -tag -width Ds")
		next        # the head of the table
	}
	row = $0
	gsub(/\\[|]/, "\001", row)
	split(row, cell, "|")
	for (i = 2; i <= 3; i++) {
		gsub(/^ +| +$/, "", cell[i])
		gsub(/\001/, "|", cell[i])
	}
	print ".It " inline(cell[2])
	say(cell[3])
	paragraph = 0
	next
}
/^- / { enter("bullet", ".Bl -bullet"); print ".It"; say(substr($0, 3)); paragraph = 0; started = 1; next }
/^[0-9]+[.] / { enter("enum", ".Bl -enum"); print ".It"; sub(/^[0-9]+[.] /, ""); say($0); paragraph = 0; started = 1; next }
{
	if (list == "table" || paragraph && $0 !~ /^  /)
		leave()
	if (paragraph && started)
		print ".Pp"
	paragraph = 0
	started = 1
	sub(/^ +/, "")
	say($0)
}
END { leave() }'
cat <<'MDOC'
.Sh FILES
.Pa /usr/share/goldvi/vectors
.Sh SEE ALSO
.Xr goldvi 1 ,
.Xr goldvi 3
MDOC
