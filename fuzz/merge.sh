#!/bin/sh
# merge.sh DIR: of what a campaign has gathered in DIR and the project's own corpora, the
# smallest set that still covers every edge, in DIR/small, and what was found.
set -eu
campaign=$1
cd "$(dirname "$0")/.."
for gathered in "$campaign"/corpus/*; do
	name=${gathered##*/}
	mkdir -p "$campaign/small/$name" "$campaign/log"
	build/fuzz/bin/fuzz_"$name" -set_cover_merge=1 -use_counters=0 -max_len=4096 \
		"$campaign/small/$name" "fuzz/corpus/$name" "$gathered" >"$campaign/log/merge.$name" 2>&1
	# What the other targets of streams see besides.
	[ "$name" != stream ] || for other in permitted same used; do
		build/fuzz/bin/fuzz_$other -merge=1 -use_counters=0 -max_len=4096 \
			"$campaign/small/$name" "fuzz/corpus/$name" "$gathered" >>"$campaign/log/merge.$name" 2>&1
	done
	echo "$name: $(find "$gathered" -type f | wc -l) inputs, $(find "$campaign/small/$name" -type f | wc -l) are enough"
done
find "$campaign/found" -type f 2>/dev/null | sed 's/^/found: /'
