#!/bin/sh
# amalgamate.sh SOURCE OUTPUT: the library as two files, OUTPUT/goldvi.h and
# OUTPUT/goldvi.c, that need a C11 compiler and nothing else.
#
# - A table of include/goldvi/def stands once, as a macro GVI_DEF_NAME whose
#   expansion is its rows; who includes the table calls the macro.
# - Every other file stands where it is included first.
# - A source file's private names that another file has, too, get the file's name
#   in front, and macros of a source file end with it.
set -eu
source=$1
output=$2
headers='include/goldvi/export.h include/goldvi/format.h include/goldvi/goldvi.h include/goldvi/oracle.h'

cd "$source"
mkdir -p "$output"
units=$(ls model/*.c | grep -v '^model/bits_proof\.c$')

banner() {
	echo "/* goldvi $(version): the library in one $1, made from its sources by"
	echo " * model/package/amalgamate.sh. Compile goldvi.c with goldvi.h beside it."
	echo ' *'
	sed 's/^/ * /; s/ *$//' LICENSE
	echo ' */'
}

version() {
	sed -n 's/^#define GVI_VERSION_[MP][A-Z]* \([0-9]*\)$/\1/p' include/goldvi/goldvi.h | paste -sd. -
}

# The rows of a table as the body of a macro.
tables() {
	echo '#ifndef GVI_DEF'
	echo '#define GVI_DEF'
	for table in include/goldvi/def/*.def; do
		awk -v name="$(basename "$table" .def | tr a-z A-Z)" '
			FNR == 1 { printf "#define GVI_DEF_%s", name }
			{ printf " \\\n%s", $0 }
			END { print "" }' "$table"
	done
	echo '#endif'
}

# Lines "FILE NAME" of what a file defines for itself and, if a header, for its
# readers: static functions and variables, tags, and constants of enumerations.
private_names() {
	awk '
	function found(name) { print FILENAME, name }
	/^static / {
		line = $0
		sub(/[(=;[].*/, "", line)
		sub(/ +$/, "", line)
		sub(/.*[ *]/, "", line)
		found(line)
	}
	/^(struct|union|enum) [a-z_]+ \{/ { found($2) }
	/^enum( [a-z_]+)? \{/ { inside = 1; sub(/^[^{]*\{/, "") }
	inside && !/^#/ {
		line = $0
		gsub(/\/\*.*/, "", line)
		n = split(line, part, ",")
		for (i = 1; i <= n; i++) {
			sub(/^[ \t]+/, "", part[i])
			if (match(part[i], /^[A-Z][A-Z0-9_]*/))
				found(substr(part[i], 1, RLENGTH))
		}
	}
	/\};/ { inside = 0 }' $units model/*.h | sort -u
}

# Those that several files have: source files then take the file's name in front.
clashes() {
	private_names >"$output/private"
	cut -d' ' -f2 "$output/private" | sort | uniq -d >"$output/twice"
	awk -v twice="$output/twice" 'BEGIN { while ((getline name < twice) > 0) clash[name] = 1 }
		$2 in clash' "$output/private"
	rm "$output/private" "$output/twice"
}

# body FILE...: the files with what they include in its place; once is enough.
body() {
	awk -v clashes="$output/clashes" '
	function word(text,  after) {
		# A member is nobody else'"'"'s.
		if (!(text in mine) || before ~ /(\.|->)$/ || (members && text ~ /^[a-z]/ && before !~ /(struct|union|enum) $/))
			return text
		return prefix "__" text
	}
	# Names of the line that clash get their prefix; texts and comments stay.
	function renamed(line,  out, text) {
		out = ""
		while (line != "") {
			if (comment) {
				n = index(line, "*/")
				text = n ? substr(line, 1, n + 1) : line
				comment = !n
			} else if (match(line, /^\/\*/)) {
				comment = 1
				text = "/*"
			} else if (match(line, /^("([^"\\]|\\.)*"|'"'"'([^'"'"'\\]|\\.)+'"'"')/))
				text = substr(line, 1, RLENGTH)
			else if (match(line, /^[A-Za-z_][A-Za-z0-9_]*/)) {
				text = substr(line, 1, RLENGTH)
				before = out
				line = substr(line, RLENGTH + 1)
				out = out word(text)
				continue
			} else
				text = substr(line, 1, 1)
			out = out text
			line = substr(line, length(text) + 1)
		}
		return out
	}
	function include(path,  line, name) {
		while ((getline line < path) > 0) {
			if (line ~ /^#include </) {
				if (!(line in seen))
					print line
				seen[line] = 1
			} else if (line ~ /^#include "/) {
				name = line
				sub(/^#include "/, "", name)
				sub(/".*/, "", name)
				if (name ~ /\.def$/) {
					sub(/.*\//, "", name)
					sub(/\.def$/, "", name)
					print "GVI_DEF_" toupper(name)
				} else if (name ~ /\.inc$/)
					place(name)
				else if (!(name in seen)) {
					seen[name] = 1
					place(name)
				}
			} else {
				if (match(line, /^#define [A-Za-z_0-9]+/))
					macro[path, ++macros[path]] = substr(line, 9, RLENGTH - 8)
				print path ~ /\.c$/ ? renamed_in(path, line) : inward(path, line)
			}
		}
		close(path)
	}
	# What a header of the model declares is now known to this file only.
	function inward(path, line) {
		if (path ~ /^model\// && line ~ /^(const )?(struct|enum|unsigned|uint|bool|void|size_t)[a-z0-9_ *]*\(/)
			return "static " line
		if (path ~ /^model\// && sub(/^extern /, "static ", line)) {
			match(line, /[a-z_]+\[/)
			inward_table[substr(line, RSTART, RLENGTH - 1)] = 1
		}
		return line
	}
	function defined(line) {
		if (line ~ /^const / && match(line, /[a-z_]+\[/) &&
		    substr(line, RSTART, RLENGTH - 1) in inward_table)
			return "static " line
		return line
	}
	function renamed_in(path, line,  result) {
		if (line ~ /^(struct|union) [a-z_]+ \{/)
			members = 1
		result = defined(renamed(line))
		if (line ~ /^\};?/)
			members = 0
		return result
	}
	function place(name) {
		include(name ~ /^goldvi\// ? "include/" name : name)
	}
	function use(path,  i) {
		prefix = path
		sub(/.*\//, "", prefix)
		sub(/\.c$/, "", prefix)
		split("", mine)
		for (i = 1; i <= nclashes; i++)
			if (owner[i] == path)
				mine[clash[i]] = 1
	}
	BEGIN {
		while ((getline line < clashes) > 0) {
			split(line, part, " ")
			owner[++nclashes] = part[1]
			clash[nclashes] = part[2]
		}
		if (ARGV[1] ~ /^model/) {
			seen["goldvi/export.h"] = seen["goldvi/format.h"] = 1
			seen["goldvi/goldvi.h"] = seen["goldvi/oracle.h"] = 1
		}
		for (i = 1; i < ARGC; i++) {
			path = ARGV[i]
			seen[path ~ /^include\// ? substr(path, 9) : path] = 1
			use(path)
			print "\n/* ==== " path " */"
			include(path)
			for (k = 1; path ~ /\.c$/ && k <= macros[path]; k++)
				print "#undef " macro[path, k]
		}
	}' "$@"
}

clashes >"$output/clashes"
{
	banner header
	tables
	body $headers
} >"$output/goldvi.h.new"
{
	banner source
	echo '#include "goldvi.h"'
	echo
	echo '/* Accessors come for every field; what a header holds may be unused, what a source'
	echo ' * file holds clang complains about. */'
	echo '#ifdef __clang__'
	echo '#pragma clang diagnostic ignored "-Wunused-function"'
	echo '#endif'
	body $units
} >"$output/goldvi.c.new"
rm "$output/clashes"
mv "$output/goldvi.h.new" "$output/goldvi.h"
mv "$output/goldvi.c.new" "$output/goldvi.c"
