#!/bin/sh
# clauses.sh: clause.def, docs/spec, the model, the choices and the vectors name
# the same rules.  Run from the root of the project.
set -eu
table=include/goldvi/def/clause.def
[ -f "$table" ] || { echo "clauses.sh: no $table: run it from the root of the project"; exit 1; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
status=0

# complain FORMAT: one line for each line of standard input; any is a failure.
complain() {
	while read -r line; do
		printf "$1\n" "$line"
		: >"$here/failed"
	done
}

# A file as one line.
joined() { tr '\n' ' ' <"$1"; echo; }

# Slugs as identifiers.
as_id() { tr 'a-z.-' 'A-Z__'; }

# Rows: id, slug, file and section, one row a line.
joined "$table" | sed 's/CLAUSE(/\
&/g' | sed -n 's/^CLAUSE(\([A-Z0-9_]*\), *"\([^"]*\)", *"\([^"]*\)", *"\([^"]*\)", *"[^"]*\.").*/\1 \2 \3 \4/p' >"$here/rows"
written=$(grep -c '^CLAUSE(' "$table")
read_=$(wc -l <"$here/rows")
[ "$written" -eq "$read_" ] && [ "$read_" -gt 0 ] ||
	echo "$table: $written rows, but $read_ of the form CLAUSE(ID, \"slug\", \"file\", \"section\", \"Text.\")" |
	complain '%s'
cut -d' ' -f2 "$here/rows" | sort >"$here/slugs"
uniq -d "$here/slugs" | complain "$table: %s has two rows"
cut -d' ' -f2 "$here/rows" | as_id | paste -d' ' - "$here/rows" | awk '$1 != $2 { print $3 ", not " $2 }' |
	complain "$table: the id does not follow from the slug %s"
cut -d' ' -f3 "$here/rows" | uniq >"$here/files"
sort "$here/files" | uniq -d | complain "$table: the rows of %s do not stand together"

# docs/spec: markers as "file slug".
(cd docs/spec && grep -oE '\[[a-z]+\.[a-z0-9-]+\]' ./*.md) | sed 's|^\./||; s/:\[/ /; s/\]$//' | sort -u >"$here/markers"
awk '{ print $3, $2 }' "$here/rows" | sort >"$here/placed"
comm -23 "$here/placed" "$here/markers" | complain 'docs/spec/%s: the rule of this name is not marked there'
cut -d' ' -f2 "$here/markers" | sort -u | comm -23 - "$here/slugs" >"$here/unknown"
grep -wFf "$here/unknown" "$here/markers" | complain "docs/spec/%s: this mark has no row in $table"

# The sections of the rows exist: a heading that starts with the number.
awk '$4 ~ /^[0-9]/ { print $3, $4 }' "$here/rows" | sort -u | while read -r file section; do
	grep -qE "^##+ $section( |\.)" "docs/spec/$file" || echo "$file section $section"
done | complain "$table: there is no docs/spec/%s"

# Who names rules: vectors, choices, and code: by id, or in its comments.
find vectors -name '*.yaml' -exec awk '
	/clauses:/ { open = 1; sub(/.*clauses:/, "") }
	open { line = $0; sub(/\].*/, "", line); sub(/#.*/, "", line); gsub(/[][,"]/, " ", line)
	       n = split(line, word, " "); for (i = 1; i <= n; i++) print word[i], FILENAME }
	/\]/ { open = 0 }' {} + | sort -u >"$here/vectors"
joined include/goldvi/def/choice.def | sed 's/CHOICE(/\
&/g' | sed -n 's/^CHOICE([A-Z0-9_]*, *[A-Z]*, *"[^"]*", *"\([^"]*\)".*/\1 include\/goldvi\/def\/choice.def/p' |
	sort -u >"$here/choices"
find include model conformance fuzz -name '*.[ch]' -o -name '*.def' >"$here/sources"
families=$(cut -d. -f1 "$here/slugs" | sort -u | paste -sd'|' -)
xargs grep -oE "\[($families)\.[a-z0-9-]+\]" <"$here/sources" | sed 's/\(.*\):\[\(.*\)\]/\2 \1/' |
	sort -u >"$here/comments"
for who in vectors choices comments; do
	awk -v slugs="$here/slugs" 'BEGIN { while ((getline s < slugs) > 0) known[s] = 1 }
		!($1 in known) { print $2 ": " $1 }' "$here/$who" | complain "%s has no row in $table"
done

# A row that nobody names is not a rule of this project.
xargs grep -ohE 'GVI_CLAUSE_[A-Z0-9_]+' <"$here/sources" | sed 's/GVI_CLAUSE_//' | sort -u >"$here/cited"
cut -d' ' -f1 "$here/vectors" "$here/choices" "$here/comments" | sort -u | as_id | sort -u - "$here/cited" >"$here/named"
cut -d' ' -f1 "$here/rows" | sort | comm -23 - "$here/named" |
	complain "$table: %s is named by neither model, choices nor vectors"
cut -d' ' -f1 "$here/rows" | sort | comm -13 - "$here/cited" | grep -vx NONE |
	complain "GVI_CLAUSE_%s has no row in $table"

[ -f "$here/failed" ] && status=1
exit $status
