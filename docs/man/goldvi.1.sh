#!/bin/sh
# goldvi.1.sh GOLDVI: the manual of the command, of what the command says of itself.
set -eu
goldvi=$1

cat <<'MDOC'
.\" Made by docs/man/goldvi.1.sh of what goldvi help prints.
.Dd November 25, 2026
.Dt GOLDVI 1
.Os
.Sh NAME
.Nm goldvi
.Nd golden model of the AMD IOMMU, and vectors that test any implementation
.Sh SYNOPSIS
.Nm
.Ar command
.Op Ar options
.Op Ar arguments
.Nm
.Cm help
.Op Ar command
.Nm
.Fl -version
.Sh DESCRIPTION
.Nm
plays test vectors on an IOMMU under test, and says of a model of AMD's IOMMU
what it does and what else an IOMMU may do.
Options may stand anywhere after the command, as
.Fl -name Ar value
or
.Fl -name Ns = Ns Ar value ;
after
.Fl -
nothing is an option.
Each command has
.Fl -help .
MDOC
echo '.Sh COMMANDS'
for command in $("$goldvi" help | sed -n 's/^  goldvi \([a-z][a-z-]*\) .*/\1/p' | grep -v '^help$'); do
	echo ".Ss $command"
	"$goldvi" help "$command" | awk '
	# A line of text, one sentence a line.
	function say(line) {
		gsub(/\\/, "\\e", line)
		gsub(/[.] +/, ".\n", line)
		sub(/^ +/, "", line)
		if (line ~ /^[.\x27]/)
			line = "\\&" line
		print line
	}
	function leave_list() {
		if (list)
			print ".El"
		list = 0
	}
	NR == 1 {
		sub(/^goldvi /, "")
		at = index($0, ": ")
		usage = substr($0, 1, at - 1)
		gsub(/-/, "\\-", usage)
		print ".Nm goldvi"
		print ".Li " (usage ~ /[|]/ ? "\"" usage "\"" : usage)
		print ".Pp"
		about = substr($0, at + 2)
		say(toupper(substr(about, 1, 1)) substr(about, 2))
		next
	}
	/^ *$/ { paragraph = 1; next }
	/^  --?[a-z]/ {
		if (!list)
			print ".Bl -tag -width Ds"
		list = 1
		paragraph = 0
		text = $0
		sub(/^  -/, "", text)
		at = match(text, /  +/)
		item = at ? substr(text, 1, at - 1) : text
		split(item, part, " ")
		argument = substr(item, length(part[1]) + 2)
		print ".It Fl " part[1] (argument != "" ? " Ar " argument : "")
		if (at)
			say(substr(text, at))
		next
	}
	list && /^      / { say($0); next }
	{
		leave_list()
		if (paragraph)
			print ".Pp"
		paragraph = 0
		if (/^  /) {
			line = $0
			gsub(/\\/, "\\e", line)
			sub(/^ +/, "", line)
			print ".Dl " line
		} else
			say($0)
	}
	END { leave_list() }'
done
cat <<'MDOC'
.Sh EXIT STATUS
0 if all is well, 1 if something failed or differs, 2 after wrong usage or bad input.
.Sh EXAMPLES
Play all vectors on the model, and leave a report:
.Pp
.Dl goldvi run --html report /usr/share/goldvi/vectors
.Pp
Show what the model does in a case:
.Pp
.Dl goldvi explain host.skip.3-to-1 /usr/share/goldvi/vectors
.Pp
Read a line that Linux has printed:
.Pp
.Dl goldvi decode 'AMD-Vi: Event logged [IO_PAGE_FAULT device=00:04.0 domain=0x0042 address=0xc0005000 flags=0x0020]'
.Sh SEE ALSO
.Xr goldvi 3 ,
.Xr goldvi-vectors 7
MDOC
