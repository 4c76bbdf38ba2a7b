#!/usr/bin/env python3
"""report.py [--survivors] [--clauses] [--floor PERCENT] MUTANTS EQUIVALENT RESULTS...

Scores of a run against mutants.  MUTANTS is the list that the build wrote, EQUIVALENT the
file of those that nothing can tell from the model, with reasons; the first RESULTS are of
vectors, further ones of tests.  A mutant counts as killed if one line says so.  With
--floor the exit status is 1 if the vectors kill less of the machine."""

import argparse
import fnmatch
import math
import pathlib
import re
import sys

# What vectors play is the machine.  The rest is the library around it: checks of arguments
# and configurations, printing, the oracle; and short cuts that only windows of memory open.
LIBRARY = {f"model/{n}" for n in ("oracle.c", "seen.c", "goldvi.c", "config.c", "format.c", "text.h",
                                  "tables.c", "plain.c", "state.c", "save.c", "pass.h")}
# Of a file of the machine: snapshots, how sure the oracle is, what it says of a refusal, and what
# requests that are under way have met.
LIBRARY_FUNCTIONS = {("model/history.c", n) for n in
                     ("history_pass", "history_values_log2", "history_recorded", "history_moment",
                      "history_moved", "history_reset", "take_blame", "doubt", "counts", "met")}
# What else of the machine's code only the oracle looks at.
ORACLES = re.compile(r"past\.(about|suspect|blamed|lenient|unsure|moved|since)\b|crowded|lost_pending|"
                     r"(\.|->)lost\b|take_blame|device_table_moved|\bcounts\(|\bmet\(|"
                     r"ended\[m->past\.nended\]\.at\b|depth == MAX_DEPTH|\bends\(m, all\)")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--survivors", action="store_true")
    parser.add_argument("--clauses", action="store_true")
    parser.add_argument("--floor", type=float, default=0)
    parser.add_argument("mutants")
    parser.add_argument("equivalent")
    parser.add_argument("results", nargs="+")
    args = parser.parse_args()
    mutants = [line.split("\t") for line in pathlib.Path(args.mutants).read_text().splitlines()]
    equivalent = Equivalent(args.equivalent)
    vectors = read_results(args.results[0])
    tests = dict(vectors)
    for path in args.results[1:]:
        for key, verdict in read_results(path).items():
            if verdict == "killed" or key not in tests:
                tests[key] = verdict
    tried = [m for m in mutants if m[5] in vectors]
    report_files(tried, equivalent, vectors, tests, len(args.results) > 1)
    if args.clauses:
        report_clauses(tried, equivalent, vectors, tests)
    if args.survivors:
        for m in tried:
            if tests[m[5]] != "killed" and not equivalent.has(m[5]):
                print(f"{tests[m[5]]}\t{m[0]}\t{m[1]}:{m[3]}\t{m[5]}")
    wrong = [m[5] for m in tried if tests[m[5]] == "killed" and equivalent.has(m[5])]
    for key in wrong:
        print(f"report.py: called equivalent, but killed: {key}", file=sys.stderr)
    machine = [m for m in tried if not is_library(m)]
    low = score(machine, equivalent, vectors)[3] < args.floor
    return 1 if low or wrong else 0


def is_library(mutant):
    return mutant[1] in LIBRARY or (mutant[1], mutant[2]) in LIBRARY_FUNCTIONS or \
        mutant[1].startswith("model/") and ORACLES.search(mutant[5]) is not None


class Equivalent:
    """A paragraph of the file is a reason, indented, below keys, or `all` and a pattern."""

    def __init__(self, path):
        self.keys, self.patterns = set(), []
        for line in pathlib.Path(path).read_text().splitlines():
            if not line.strip() or line[0] in " \t#":
                continue
            if line.startswith("all "):
                self.patterns.append(line[4:].replace("[", "[[]"))
            else:
                self.keys.add(line)

    def has(self, key):
        return key in self.keys or any(fnmatch.fnmatchcase(key, p) for p in self.patterns)


def read_results(path):
    """By key; a mutant that was killed once stays so."""
    out = {}
    for line in pathlib.Path(path).read_text().splitlines():
        verdict, _, key = line.split("\t", 2)
        if out.get(key) != "killed":
            out[key] = verdict
    return out


def score(rows, equivalent, verdicts):
    """Tried, equivalent, killed, percent of those that are not equivalent."""
    same = sum(equivalent.has(m[5]) for m in rows)
    killed = sum(verdicts[m[5]] == "killed" for m in rows if not equivalent.has(m[5]))
    real = len(rows) - same
    return len(rows), same, killed, 100 * killed / real if real else 100.0


def report_files(tried, equivalent, vectors, tests, with_tests):
    print(f"{'':30}  mutants  equivalent   vectors" + ("    with tests" if with_tests else ""))

    def line(name, rows):
        if not rows:
            return
        n, same, killed, percent = score(rows, equivalent, vectors)
        text = f"{name:30} {n:8} {same:11}   {percent:6.1f}%"
        if with_tests:
            text += f"       {score(rows, equivalent, tests)[3]:6.1f}%"
        print(text)

    for file in sorted({m[1] for m in tried}):
        line(file, [m for m in tried if m[1] == file])
    machine = [m for m in tried if not is_library(m)]
    line("the machine", machine)
    line("the library around it", [m for m in tried if is_library(m)])
    line("all", tried)
    n, same, killed, _ = score(machine, equivalent, vectors)
    low, high = interval(killed, n - same)
    print(f"95 % interval of the machine's score by vectors, if this is a sample: "
          f"{100 * low:.1f} to {100 * high:.1f} %")


def interval(k, n):
    """Wilson's."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def report_clauses(tried, equivalent, vectors, tests):
    """Of the functions that apply each."""
    clauses = {}
    for m in tried:
        for clause in m[6].split():
            clauses.setdefault(clause, []).append(m)
    for clause, rows in sorted(clauses.items()):
        n, same, _, percent = score(rows, equivalent, vectors)
        print(f"{clause:40} {n:6} {same:6} {percent:6.1f}% {score(rows, equivalent, tests)[3]:6.1f}%")


if __name__ == "__main__":
    sys.exit(main())
