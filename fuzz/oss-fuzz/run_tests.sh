#!/bin/sh -eu
# What has to pass after a change, without any fuzzer: the unit tests and vectors.
cd "${SRC:-$(dirname "$0")/../../..}/goldvi" 2>/dev/null || cd "$(dirname "$0")/../.."
sh conformance/test.sh release
