"""abi.py CC INCLUDE OUTPUT: the public headers as a Python module.

What ctypes must know of the library (constants, enumerations, structures,
functions) is read from the headers after the preprocessor, so that nothing is
written down twice; comments of members become texts, and tell which members
are of an enumeration.  Identifiers of formats, fields, clauses and the like
are left out but for their number: the library's own tables name them.
"""

import re
import subprocess
import sys

HEADER = "goldvi/oracle.h"  # includes the others

# Enumerations that are rows of include/goldvi/def.
TABLES = {
    "gvi_format_id", "gvi_field_id", "gvi_feature_id", "gvi_register_id", "gvi_clause", "gvi_choice",
}

SCALARS = {
    "uint8_t": "c_uint8", "uint16_t": "c_uint16", "uint32_t": "c_uint32", "uint64_t": "c_uint64",
    "int": "c_int", "unsigned": "c_uint", "bool": "c_bool", "_Bool": "c_bool", "size_t": "c_size_t",
    "void": "None",
}


def main(compiler, include, output):
    text = preprocess(compiler, include)
    module = Module(members_texts(include))
    for line in re.findall(r"^#define (GVI_\w+) +(.+)$", text, re.M):
        module.macro(*line)
    text = re.sub(r"^#.*$", "", text, flags=re.M)
    text = re.sub(r"__attribute__ *\(\(.*?\)\)\)?", "", text)
    for declaration in top_level(text):
        module.declaration(declaration)
    with open(output, "w", encoding="utf-8") as file:
        file.write(module.source())


def preprocess(compiler, include):
    command = [compiler, "-std=c11", "-E", "-dD", "-P", "-I", include, "-x", "c", "-"]
    done = subprocess.run(command, input=f'#include "{HEADER}"\n', text=True, check=True, stdout=subprocess.PIPE)
    return done.stdout


def members_texts(include):
    """(structure, member) -> its comment, from the headers as they are written."""
    texts = {}
    for name in ("format.h", "goldvi.h", "oracle.h"):
        structure = None
        with open(f"{include}/goldvi/{name}", encoding="utf-8") as file:
            for line in file:
                opened = re.match(r"struct (\w+) \{", line)
                structure = opened.group(1) if opened else None if line.startswith("}") else structure
                member = re.match(r"\t[\w ]+?\W(\w+)(?:\[\w+\])?;\s*/\* (.*?)(?: \*/)?$", line)
                if structure and member:
                    texts[structure, member.group(1)] = member.group(2)
    return texts


def top_level(text):
    """The declarations, split at semicolons outside of braces."""
    depth, start = 0, 0
    for at, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == ";" and depth == 0:
            yield " ".join(text[start:at].split())
            start = at + 1


def split(text, separator):
    """At the separators outside of brackets of any kind."""
    depth, start = 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "({[") - (letter in ")}]")
        if letter == separator and depth == 0:
            yield text[start:at].strip()
            start = at + 1
    if text[start:].strip():
        yield text[start:].strip()


class Module:
    def __init__(self, texts):
        self.texts = texts
        self.values = {}     # of constants of all kinds
        self.constants = {}  # those that are shown
        self.enumerations = {}
        self.structures = {}  # name -> (base, [(member, type)])
        self.functions = {}
        self.tables = {}     # name -> element type

    def macro(self, name, text):
        try:
            self.constants[name] = self.value(text)
        except (NameError, SyntaxError, TypeError):
            pass  # a macro that is no number

    def value(self, text):
        text = re.sub(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", text)
        text = re.sub(r"GVI_REVISION\((.*?)\)", lambda m: "({} << 8 | {})".format(*m.group(1).split(",")), text)
        text = re.sub(r"\(uint\d+_t\)", "", text)
        value = eval(text, {"__builtins__": {}}, {**self.constants, **self.values})
        if not isinstance(value, int):
            raise TypeError(text)
        return value

    def declaration(self, text):
        text = text.removeprefix('extern "C" {').removeprefix("extern ").strip()
        if match := re.fullmatch(r"enum ?(\w*) \{(.*)\}", text):
            self.enumeration(*match.groups())
        elif match := re.fullmatch(r"(struct|union) (gvi_\w+) \{(.*)\}", text):
            self.structure(match.group(2), match.group(1), match.group(3))
        elif match := re.fullmatch(r"(.*\W)(gvi_\w+) ?\((.*)\)", text):
            self.function(*match.groups())
        elif match := re.fullmatch(r"const (.*\W)(gvi_\w+)(\[.*\])?", text):
            self.tables[match.group(2)] = self.ctype(match.group(1))

    def enumeration(self, name, body):
        if not re.search(r"\bGVI_", body):
            return
        values, following = {}, 0
        for item in split(body, ","):
            label, _, text = (part.strip() for part in item.partition("="))
            following = self.value(text) if text else following
            values[label] = self.values[label] = following
            following += 1
        if re.fullmatch("GVI_N[A-Z]+S", label):  # how many there are
            self.constants[label] = values.pop(label)
        if not name:
            self.constants.update(values)
        elif name not in TABLES:
            self.enumerations[name] = values

    def structure(self, name, kind, body):
        members = []
        for number, member in enumerate(split(body, ";")):
            members += self.members(name, number, member)
        self.structures[name] = ("Structure" if kind == "struct" else "Union", members)

    def members(self, owner, number, text):
        """One declaration, which may have several names."""
        if match := re.fullmatch(r"(struct|union) \{(.*)\} (\w+)(\[.*\])?", text):
            kind, body, name, bounds = match.groups()
            self.structure(f"{owner}_{name}", kind, body)
            return [(name, self.bounded(f"{owner}_{name}", bounds))]
        if match := re.fullmatch(r"(.*?) ?\(\*(\w+)\)\((.*)\)", text):
            result, name, parameters = match.groups()
            return [(name, f"CFUNCTYPE({', '.join([self.ctype(result), *self.parameters(parameters)])})")]
        first, *others = split(text, ",")
        type_, name, bounds = re.fullmatch(r"(.*\W)(\w+)(\[.*\])?", first).groups()
        pairs = [(name, self.bounded(self.ctype(type_), bounds))]
        for other in others:
            pointer, name, bounds = re.fullmatch(r"(\*?)(\w+)(\[.*\])?", other).groups()
            base = type_.replace("*", "") + pointer
            pairs.append((name, self.bounded(self.ctype(base), bounds)))
        return pairs

    def bounded(self, ctype, bounds):
        return f"{ctype} * {self.value(bounds[1:-1])}" if bounds else ctype

    def function(self, result, name, parameters):
        self.functions[name] = (self.ctype(result), self.parameters(parameters))

    def parameters(self, text):
        if text == "void":
            return []
        return [self.ctype(re.fullmatch(r"(.*?)(\w+)?", p).group(1) if "*" in p or " " in p else p)
                for p in split(text, ",")]

    def ctype(self, text):
        words = text.replace("const", "").replace("*", " * ").split()
        pointers = words.count("*")
        words = [w for w in words if w != "*"]
        if words[0] == "enum":
            base = "c_int"
        elif words[0] in ("struct", "union"):
            base = words[1]
        elif words == ["char"]:
            base, pointers = "c_char_p", pointers - 1
        else:
            base = SCALARS[" ".join(words)]
        if pointers and (base == "None" or base not in self.structures and re.match("gvi(_|$)", base)):
            base, pointers = "c_void_p", pointers - 1  # opaque
        return "POINTER(" * pointers + base + ")" * pointers

    def source(self):
        parts = ['"""The public headers of goldvi, made by conformance/python/abi.py: do not edit."""',
                 "from ctypes import (CFUNCTYPE, POINTER, Structure, Union, c_bool, c_char_p, c_int, c_size_t,\n"
                 "                    c_uint, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p)\n"
                 "from enum import IntEnum"]
        parts.append("\n".join(f"{n.removeprefix('GVI_')} = {v}" for n, v in sorted(self.constants.items())))
        parts += [self.enumeration_source(*item) for item in self.enumerations.items()]
        parts += [self.structure_source(n, *s) for n, s in self.structures.items()]
        parts.append(self.listing("ENUMERATIONS", self.enumerated()))
        parts.append(self.listing("TEXTS", {key: repr(text) for key, text in self.texts.items()}))
        parts.append(self.listing("FUNCTIONS", {
            n: f"({result}, [{', '.join(parameters)}])" for n, (result, parameters) in self.functions.items()}))
        parts.append(self.listing("TABLES", self.tables))
        return "\n\n".join(parts) + "\n"

    def enumeration_source(self, name, values):
        prefix = common_prefix(list(values))
        lines = [f"class {class_name(name)}(IntEnum):"]
        lines += [f"    {label.removeprefix(prefix)} = {value}" for label, value in values.items()]
        return "\n".join(lines)

    def structure_source(self, name, base, members):
        lines = [f"class {name}({base}):", "    _fields_ = ["]
        lines += [f'        ("{member}", {ctype}),' for member, ctype in members]
        return "\n".join(lines + ["    ]"])

    def enumerated(self):
        """Members whose comment begins with the enumeration that they are of."""
        found = {}
        for key, text in self.texts.items():
            match = re.match(r"(?:\w+: )?enum (gvi_\w+)", text)
            if match and match.group(1) in self.enumerations and key[0] in self.structures:
                found[key] = class_name(match.group(1))
        return found

    @staticmethod
    def listing(name, items):
        return f"{name} = {{\n" + "".join(f"    {key!r}: {value},\n" for key, value in items.items()) + "}"


def class_name(name):
    return "".join(part.capitalize() for part in name.removeprefix("gvi_").split("_"))


def common_prefix(labels):
    """Whole words that all labels begin with; GVI_ at least."""
    words = labels[0].split("_")
    n = 1
    while n < len(words) and all(label.split("_")[:n + 1] == words[:n + 1] and len(label.split("_")) > n + 1
                                 for label in labels):
        n += 1
    prefix = "_".join(words[:n]) + "_"
    return prefix if not any(label.removeprefix(prefix)[0].isdigit() for label in labels) else "GVI_"


if __name__ == "__main__":
    main(*sys.argv[1:])
