#!/bin/sh
# document.sh GOLDVI NAME [PATH]: docs/NAME.md is what the tables say.
set -eu
goldvi=$1
shift
"$goldvi" markdown "$@" | diff -u "docs/$1.md" - || {
	echo "docs/$1.md is out of date: goldvi markdown $* >docs/$1.md"
	exit 1
}
