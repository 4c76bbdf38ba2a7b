#!/usr/bin/env python3
"""tests.py [--seconds N] [--limit N] [--only GLOB] BUILD EQUIVALENT RESULTS OUT

Runs the unit tests and the worlds of the twin against the mutants that the vectors of
RESULTS did not kill, and that are not equivalent; appends verdicts to OUT as `mutants`
does.  A program runs only if it passes the place of the mutant.  What OUT says is killed
is not run again; --seconds ends the run after the mutant at hand, --only 'model/s*.c' tries
those of such files.  What takes much longer than without a mutant is killed; but of the
worlds, which take minutes, as many are looked at as fit into --limit seconds of processor
time a program; with 0 none."""

import argparse
import fnmatch
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time

import report

WORLDS = ("test_hypervisor", "test_cache", "test_naive")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--only", default="*")
    for name in ("build", "equivalent", "results", "out"):
        parser.add_argument(name, type=pathlib.Path)
    args = parser.parse_args()
    end = time.monotonic() + args.seconds
    equivalent = report.Equivalent(args.equivalent)
    verdicts = report.read_results(args.results)
    done = report.read_results(args.out) if args.out.exists() else {}
    mutants = {m[5]: m for m in (line.split("\t") for line in
                                 (args.build / "mutated/mutants.tsv").read_text().splitlines())}
    todo = [mutants[key] for key, verdict in verdicts.items() if key in mutants and
            verdict in ("survived", "unreached") and key not in done and
            not equivalent.has(key) and fnmatch.fnmatchcase(mutants[key][1], args.only)]
    programs = [Program(c, args.build, args.limit) for c in commands(args.build)
                if args.limit or pathlib.Path(c[0]).name not in WORLDS]
    latest = {}
    with open(args.out, "a", buffering=1) as out:
        for m in todo:
            if time.monotonic() > end:
                break
            first = latest.get(m[1], [])
            killer = next((p for p in first + [p for p in programs if p not in first]
                           if p.kills(m)), None)
            verdict = f"killed\t{killer.name}" if killer else "survived\t-"
            out.write(f"{verdict}\t{m[5]}\n")
            if killer:
                latest[m[1]] = [killer] + [p for p in first if p is not killer]


def commands(build):
    """Unit tests, the snapshot that has to be understood for ever, corpora, and last the
    worlds."""
    source = pathlib.Path(__file__).resolve().parents[2]
    yield [str(build / "bin/snapshots"), str(source / "conformance/checks/snapshot-1.bin")]
    for path in sorted((build / "bin").glob("test_*")):
        if path.name not in WORLDS:
            yield [str(path)]
    for path in sorted((build / "bin").glob("fuzz_*")):
        corpus = source / "fuzz/corpus" / path.name[5:]
        if path.name != "fuzz_yaml" and corpus.is_dir():
            yield [str(path), str(corpus)]
    for name in WORLDS:
        yield [str(build / "bin" / name)]


class Program:
    def __init__(self, command, build, limit):
        self.command, self.name, self.limit = command, pathlib.Path(command[0]).name, limit
        self.reached = None
        if self.name in WORLDS:
            return
        reached = build / "reached" / self.name
        reached.parent.mkdir(exist_ok=True)
        reached.write_text("")
        before = os.times().children_user
        self.limit = None
        if self.fails({"GOLDVI_REACHED": str(reached)}):
            sys.exit(f"tests.py: {self.name} fails without a mutant")
        self.reached = {int(n) for n in reached.read_text().split()}
        self.limit = 2 + int(4 * (os.times().children_user - before))

    def kills(self, mutant):
        """Tables are reached by all, and all is by the worlds."""
        table = mutant[1].startswith("def/")
        return (table or self.reached is None or int(mutant[0]) in self.reached) and \
            self.fails({"GOLDVI_MUTANT": mutant[0]})

    def fails(self, variables):
        def hold():
            if self.limit:
                resource.setrlimit(resource.RLIMIT_CPU, (self.limit, self.limit + 1))

        status = subprocess.run(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
            preexec_fn=hold,
            env={**os.environ, "CK_FORK": "no", "CK_DEFAULT_TIMEOUT": "600", **variables}).returncode
        return status != 0 and not (self.name in WORLDS and status == -signal.SIGXCPU)


if __name__ == "__main__":
    sys.exit(main())
