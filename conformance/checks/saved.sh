#!/bin/sh
# Every member of the state is saved, or model/save.c says in its first comment that it is
# not.  A member counts as saved when save.c or history.c names it where snapshots pass
# through.  Run from the project's root.
set -eu

# struct FILE NAME: the names of its members.
members() {
	awk -v name="$2" '
		$0 ~ "^struct " name " [{]$" { inside = 1; next }
		inside && /^}/ { exit }
		inside { print }' "$1" |
	sed -e 's,/\*.*\*/,,; s,/\*.*,,; s,^ *\*.*,,; /^[[:space:]]*\*/d' |
	grep ';' | sed -e 's/.*{//; s/^[[:space:]]*\(struct\|enum\) [a-z_0-9]*//; s/}//' |
	tr ';' '\n' |
	sed -e 's/\[[^]]*\]//g; s/^[[:space:]]*//; s/^\(const \)\?[a-z_0-9]* \+\**\([a-z]\)/\2/' |
	tr -d ' *\t' | tr ',' '\n' | grep -E '^[a-z_0-9]+$'
}

# What the functions that pass something name.
passed=$({ sed -n '/-- What is saved -/,/-- What an IOMMU can be -/p' model/save.c
	sed -n '/^static void pass_out/,/^}/p' model/save.c
	sed -n '/^void history_pass/,/^}/p' model/history.c; } |
	sed 's,/\*.*\*/,,' | grep -oE '(->|\.)[a-z_0-9]+' | sed 's/^->//; s/^\.//' | sort -u)
told=$(sed -n '1,/\*\//p' model/save.c | grep -oE '[a-z_0-9]+' | sort -u)
count=0
missing=
check() {
	for member in $(members "$1" "$2"); do
		count=$((count + 1))
		printf '%s\n' $passed $told | grep -qx "$member" || missing="$missing $2.$member"
	done
}

check model/state.h gvi
check model/state.h pci_state
check model/state.h waiting
check model/state.h past_state
check model/history.c history
check model/history.c past
for public in config effect message invalidation pending; do
	check include/goldvi/goldvi.h gvi_$public
done
# A reading of the headers that finds little is none.
[ $count -ge 100 ] || { echo "saved.sh: only $count members were found"; exit 1; }
[ -z "$missing" ] || { echo "not saved:$missing"; exit 1; }
echo "$count members"
