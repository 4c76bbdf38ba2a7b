#!/usr/bin/env python3
"""generate.py SOURCE OUT: the model with all its mutants in it, below OUT/model and
OUT/goldvi, which stand before SOURCE in the search for headers; OUT/patches.c; and the
list of mutants, OUT/mutants.tsv: number, file, function or row, line, kind, key, clauses."""

import pathlib
import re
import sys

import c_code
import tables

WRITABLE = ("gvi_fields", "gvi_registers", "gvi_value_names")


def main(source, out):
    mutants = c_code.Mutants()
    for path in sorted((source / "model").glob("*.[ch]")):
        if path.name != "bits_proof.c":
            write(out / "model" / path.name, model_file(path, mutants))
    features = source / "include/goldvi/def/feature.def"
    write(out / "goldvi/def/feature.def", feature_table(features.read_text(), mutants))
    write(out / "goldvi/format.h", writable((source / "include/goldvi/format.h").read_text()))
    write(out / "model/format_tile.inc", (source / "model/format_tile.inc").read_text())
    rows = tables.Tables(mutants)
    for path in sorted((source / "include/goldvi/def").glob("*.def")):
        rows.read(f"def/{path.name}", path.read_text())
    write(out / "patches.c", rows.source())
    write(out / "mutants.tsv", "".join("\t".join(map(str, r)) + "\n" for r in mutants.rows))


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def model_file(path, mutants):
    text = path.read_text()
    if path.name == "bits.h":
        return accessors(text, mutants)
    text = c_code.rewrite(f"model/{path.name}", text, mutants)
    return writable(text) if path.name == "format.c" else text.replace("extern const struct log", "extern struct log")


def accessors(text, mutants):
    """What the tables expand to is called plain_..., and fields.h comes behind it."""
    at = text.index("#define S(hi, lo)")
    text = c_code.rewrite("model/bits.h", text[:at], mutants) + text[at:]
    text = re.sub(r"\b(get|set|mask)_##format", r"plain_\1_##format", text)
    return text.replace("\n#endif\n", '\n#include "conformance/mutate/fields.h"\n\n#endif\n')


def writable(text):
    for name in WRITABLE:
        text, n = re.subn(rf"const (struct \w+ +{name}\b)", r"\1", text)
        if n != 1:
            sys.exit(f"generate.py: {name} is declared otherwise than expected")
    return text


def feature_table(text, mutants):
    """Conditions are C, in a function."""
    out, end = [], 0
    for match in re.finditer(r"^FEATURE\(", text, re.M):
        a, stop = tables.arguments(text, match.end() - 1)
        line = text.count("\n", 0, match.start()) + 1
        condition = c_code.Rewriter("def/feature.def", a[3], mutants)
        condition.function = a[0]
        for token in condition.tokens:
            token.line = line
        out.append(text[end:match.start()])
        out.append(f"FEATURE({', '.join(a[:3])}, ({condition.decide(condition.expression())}))")
        end = stop
    return "".join(out) + text[end:]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
