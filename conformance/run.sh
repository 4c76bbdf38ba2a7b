#!/bin/sh
# The main job: builds the model and the command, runs all vectors on the model
# and leaves a report in build/report/index.html.  Arguments are handed to
# `goldvi run`.  Installs what is missing.
set -eu
cd "$(dirname "$0")/.."
. conformance/setup.sh

need_command cc gcc
need_command make make
need_command cmake cmake
need_command pkg-config pkg-config
install_missing
need_library yaml-0.1 libyaml-dev
need_library zlib zlib1g-dev
install_missing

# What the tests need besides is not asked for here, but kept if it is there.
if [ ! -f build/release/CMakeCache.txt ]; then
	cmake -S . -B build/release -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE=-O2 \
		-DGOLDVI_TESTS=OFF -DGOLDVI_REPLAY=OFF
fi
cmake --build build/release --parallel

mkdir -p build/report
status=0
build/release/bin/goldvi run --html build/report --junit build/report/junit.xml \
	--json build/report/report.json "$@" vectors || status=$?
echo "The report is in build/report/index.html."
exit $status
