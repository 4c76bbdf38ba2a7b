#!/bin/sh
# document.sh GOLDVI NAME: docs/NAME.md is what the tables say.
set -eu
"$1" markdown "$2" | diff -u "docs/$2.md" - || {
	echo "docs/$2.md is out of date: goldvi markdown $2 >docs/$2.md"
	exit 1
}
