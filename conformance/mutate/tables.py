"""Mutants of the tables in include/goldvi/def.

A row that is moved alone leaves a hole, and the build stops at it (format.c); so what
is made here keeps each format tiled: a bit goes from one row to its neighbour, two rows
change places, the pieces of a split field do, or a row's kind, gate, access, reset or
scale is another.  The tables of the mutated model can be written, and each mutant is a
line of C that does so; nothing is built for it."""

import re

ROW = re.compile(r"^(F|G|E|REGISTER|FORMAT)\(", re.M)
ACCESS = {"RO": "RW", "RW": "RO", "RW1C": "RW", "RW1S": "RW"}


def arguments(text, at):
    """Those of the macro whose bracket opens at `at`, and where it ends."""
    out, depth, part, quoted = [], 0, "", False
    while True:
        c = text[at]
        at += 1
        quoted ^= c == '"'
        if not quoted:
            depth += (c in "(") - (c in ")")
            if depth == 0:
                return out + [part.strip()], at
            if (c == "," and depth == 1) or (c == "(" and depth == 1):
                if c == ",":
                    out.append(part.strip())
                part = ""
                continue
        part += c


class Field:
    def __init__(self, kind, a, line):
        self.format, self.id, self.name, self.kind, self.scale, self.needs = a[:6]
        self.access, self.reset = (a[6], a[7]) if kind == "G" else ("NONE", "0")
        self.segments = [(int(h), int(l)) for h, l in re.findall(r"S\((\d+), (\d+)\)", a[-1])]
        self.line = line

    @property
    def c(self):
        return f"gvi_fields[GVI_{self.format}_{self.id}]"

    def width(self):
        return sum(h - l + 1 for h, l in self.segments)


class Tables:
    """`lines` are the cases of the switch that mutates."""

    def __init__(self, mutants):
        self.mutants, self.lines = mutants, []

    def add(self, file, line, kind, row, change, code):
        n = self.mutants.add(file, row, line, kind, row, change)
        self.lines.append(f"\tcase {n}: {{ {code} }} break;")

    def read(self, file, text):
        fields, registers, formats = [], [], {}
        for match in ROW.finditer(text):
            a, _ = arguments(text, match.end() - 1)
            line = text.count("\n", 0, match.start()) + 1
            if match.group(1) in "FG":
                fields.append(Field(match.group(1), a, line))
                formats.setdefault(a[0], []).append(fields[-1])
            elif match.group(1) == "REGISTER":
                registers.append((a, line))
            elif match.group(1) == "E":
                self.value(file, line, a)
        for members in formats.values():
            self.borders(file, members)
            self.swaps(file, members)
        for field in fields:
            self.row(file, field, field.format in {a[0] for a, _ in registers})
        for i, (a, line) in enumerate(registers):
            self.register(file, line, a, registers[i + 1][0] if i + 1 < len(registers) else None)

    def value(self, file, line, a):
        """A named value is the next one; it is found as the table says it is."""
        self.add(file, line, "value", f"{a[0]}.{a[1]} {a[3]}", "value + 1",
                 f"for (size_t i = 0; i < gvi_nvalue_names; i++) "
                 f"if (gvi_value_names[i].field == GVI_{a[0]}_{a[1]} && "
                 f"gvi_value_names[i].value == {a[2]}) {{ gvi_value_names[i].value++; break; }}")

    def borders(self, file, members):
        """A bit goes over to the neighbour."""
        pieces = sorted((l, h, f, i) for f in members for i, (h, l) in enumerate(f.segments))
        for (l, h, f, i), (l2, h2, f2, i2) in zip(pieces, pieces[1:]):
            if f is f2 or l2 // 64 != l // 64 or silent(f, f2):
                continue
            name = f"{f.format}.{f.id}|{f2.id}"
            for way, width, sign in (("down", h - l, "--"), ("up", h2 - l2, "++")):
                if width:
                    self.add(file, f.line, "border", name, f"border one bit {way}",
                             f"{f.c}.segment[{i}].hi{sign}; {f2.c}.segment[{i2}].lo{sign};")

    def swaps(self, file, members):
        """Neighbours of one width change places; so do the pieces of a field."""
        for f, f2 in zip(members, members[1:]):
            if len(f.segments) == len(f2.segments) == 1 and f.width() == f2.width() and \
                    not silent(f, f2):
                self.add(file, f.line, "swap", f"{f.format}.{f.id}", f"in the place of {f2.id}",
                         f"swap(&{f.c}.segment[0], &{f2.c}.segment[0]);")
        for f in members:
            for i in range(len(f.segments) - 1):
                self.add(file, f.line, "swap", f"{f.format}.{f.id}",
                         f"pieces {i} and {i + 1} the other way round",
                         f"swap(&{f.c}.segment[{i}], &{f.c}.segment[{i + 1}]);")

    def row(self, file, f, in_register):
        """What software may do to a field and what it is after a reset is told to readers only,
        where the format is not a register of the window."""
        def change(kind, what, code):
            self.add(file, f.line, kind, f"{f.format}.{f.id}", what, f"{f.c}.{code};")

        change("kind", "IGN" if f.kind == "MBZ" else "MBZ",
               "kind = " + ("GVI_IGN" if f.kind == "MBZ" else "GVI_MBZ"))
        if f.needs != "ALWAYS":
            change("gate", "always there", "needs = GVI_FEATURE_ALWAYS")
        if f.access in ACCESS and in_register:
            change("access", ACCESS[f.access], f"access = GVI_{ACCESS[f.access]}")
            change("reset", "the lowest bit the other one", "reset ^= 1")
        if f.kind == "CODE":
            change("code", "code + 1", "reset ^= 1")
        if f.kind == "ADDR":
            change("scale", "one more zero below", "scale++")
            if f.scale != "0":
                change("scale", "one zero less below", "scale--")

    def register(self, file, line, a, after):
        row, c = a[0], f"gvi_registers[GVI_REGISTER_{a[0]}]"
        self.add(file, line, "offset", row, "8 bytes behind", f"{c}.offset += 8;")
        if after and after[1] == a[1]:
            other = f"gvi_registers[GVI_REGISTER_{after[0]}]"
            self.add(file, line, "swap", row, f"at the offset of {after[0]}",
                     f"uint32_t at = {c}.offset; {c}.offset = {other}.offset; {other}.offset = at;")
        if a[5] != "ALWAYS":
            self.add(file, line, "gate", row, "always there", f"{c}.needs = GVI_FEATURE_ALWAYS;")
        if a[3] != "1":
            self.add(file, line, "count", row, "one less", f"{c}.count--;")
            self.add(file, line, "stride", row, "stride + 8", f"{c}.stride += 8;")

    def source(self):
        return PATCHES % "\n".join(self.lines)


def silent(f, f2):
    """Rows between which a border says nothing."""
    return (f.kind, f.needs) == (f2.kind, f2.needs) and f.kind in ("MBZ", "IGN")


PATCHES = """/* Generated by conformance/mutate/generate.py. */
#include "goldvi/format.h"

static void swap(struct gvi_segment *a, struct gvi_segment *b)
{
\tstruct gvi_segment c = *a;

\t*a = *b;
\t*b = c;
}

bool mutant_patch(unsigned n)
{
\tswitch (n) {
%s
\tdefault: return false;
\t}
\treturn true;
}
"""
