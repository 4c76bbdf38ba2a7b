"""Mutants of C code, all of them in one program.

rewrite() takes a source file of model/ and returns the same code in which every
mutant is an alternative that M(number) switches on: `a < b` becomes
`(M(7) ? a <= b : a < b)`, with a and b evaluated once.  The parser knows as much
of C as the model uses: expressions by precedence, statements by keyword, casts by
the names of types.  What it does not know it leaves alone, and what it takes for
something else the compiler refuses.

What is changed:

    condition   a condition, or a part of one, is true, or false
    junction    && is ||, and the other way round
    compare     < is <=, > is >=, ...; == is != where it is no condition
    operator    + is -, a - b is b - a, * is +, / is *, % is /, & is |, ^ is |, << is >>, ...
    constant    one more, one less; true is false
    not         ! and ~ are left out
    step        ++ is --, += is -=, |= is &=, ...
    drop        a call, an assignment, a break or a continue is left out
    return      0, or the other verdict, is returned
    select      the value that a switch looks at is one more

What only tells why (cite, apply, record and note_...) is left alone: an answer's
reasons are no part of what a device shows."""

import re

TOKEN = re.compile(
    r"(?P<space>(?:\s|/\*.*?\*/|//[^\n]*)+)"
    r"|(?P<number>(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r'|(?P<string>"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')'
    r"|(?P<mark><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|##|.)",
    re.S)
DIRECTIVE = re.compile(r"#(?:[^\n\\]|\\.)*", re.S)

TYPE_WORDS = {"void", "bool", "char", "int", "unsigned", "signed", "long", "short", "const",
              "struct", "enum", "union", "size_t", "ptrdiff_t", "uintptr_t", "static", "inline",
              "volatile", "extern"} | {f"{u}int{n}_t" for u in ("", "u") for n in (8, 16, 32, 64)}
# Their arguments are no expressions, or must stay constants.
OPAQUE = {"UINT64_C", "UINT32_C", "offsetof", "sizeof", "GVI_REVISION", "BIT", "SAME", "ASKS",
          "_Static_assert"}
# Names of 0.
ZERO = {"GVI_OK", "GVI_BUS_OK", "GVI_CLAUSE_NONE", "RANGE_NONE"}
# Who says why, and nothing else.
REASONS = {"cite", "apply", "record", "record_pointers", "note_clause", "note_choice", "note_effect"}

PRECEDENCE = {"||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7,
              ">=": 7, "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10}
ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="}
OTHER = {"+": "-", "*": "+", "/": "*", "%": "/", "&": "|", "|": "&", "^": "|", "<<": ">>",
         ">>": "<<", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
OTHER_STEP = {"+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=", "^=": "|=", "<<=": ">>=",
              ">>=": "<<=", "*=": "+=", "/=": "*=", "++": "--", "--": "++"}


class Token:
    def __init__(self, kind, text, line, space):
        self.kind, self.text, self.line, self.space = kind, text, line, space


def tokens_of(text):
    """Each with the space before it; directives are tokens."""
    out, at, line, space = [], 0, 1, ""
    while at < len(text):
        fresh = at == 0 or text[:at].rsplit("\n", 1)[-1].strip() == ""
        match = DIRECTIVE.match(text, at) if fresh and text[at] == "#" else None
        kind = "directive" if match else None
        if not match:
            match = TOKEN.match(text, at)
            kind = match.lastgroup
        if kind == "space":
            space += match.group()
        else:
            out.append(Token(kind, match.group(), line, space))
            space = ""
        line += match.group().count("\n")
        at = match.end()
    out.append(Token("end", "", line, space))
    return out


class Node:
    """A part of an expression; `text` is what the source says."""

    def __init__(self, kind, op, kids, text, line):
        self.kind, self.op, self.kids, self.text, self.line = kind, op, kids, text, line


class Mutants:
    """The list that grows: numbers, keys, and where each stands."""

    def __init__(self):
        self.rows = []
        self.seen = {}

    def add(self, file, function, line, kind, before, after, clauses=""):
        key = f"{file}:{function}: {before} => {after}"
        self.seen[key] = self.seen.get(key, 0) + 1
        if self.seen[key] > 1:
            key += f" #{self.seen[key]}"
        self.rows.append((len(self.rows) + 1, file, function, line, kind, key, clauses))
        return len(self.rows)


def short(text):
    return re.sub(r"\s+", " ", text.strip())


class Rewriter:
    def __init__(self, file, text, mutants):
        self.file, self.mutants = file, mutants
        self.tokens = tokens_of(text)
        self.at = 0
        self.function, self.returns, self.clauses = "", "", ""

    # ---- Reading tokens

    def peek(self, ahead=0):
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self, text=None):
        token = self.peek()
        if text is not None and token.text != text:
            raise SyntaxError(f"{self.file}:{token.line}: {text} expected, not {token.text!r}")
        self.at += 1
        return token

    def source(self, first, last=None):
        """The text of tokens[first:last], without the space before."""
        part = self.tokens[first:self.at if last is None else last]
        return "".join((t.space if i else "") + t.text for i, t in enumerate(part))

    def skip_to_close(self):
        """Behind the bracket that closes the one here."""
        depth = 0
        while True:
            text = self.take().text
            depth += (text in "([{") - (text in ")]}") if len(text) == 1 else 0
            if depth == 0:
                return

    # ---- The file

    def rewrite(self):
        out, start = [], 0
        while self.peek().kind != "end":
            token = self.peek()
            if token.text == "{" and self.tokens[self.at - 1].text == ")":
                out.append(self.raw(start))
                out.append(self.function_body(start))
                start = self.at
            elif token.text == "=" and self.peek(1).text == "{":
                out.append(self.table(start))
                start = self.at
            elif token.text in ("{", "(", "["):
                self.skip_to_close()
            else:
                self.at += 1
                if token.text == ";" or token.kind == "directive":
                    out.append(self.raw(start))
                    start = self.at
        out.append(self.raw(start) + self.peek().space)
        return "".join(out)

    def raw(self, start):
        return "".join(t.space + t.text for t in self.tokens[start:self.at])

    def function_body(self, start):
        head = [t.text for t in self.tokens[start:self.at]]
        at = next(i for i, t in enumerate(head) if t == "(")
        self.function = head[at - 1]
        self.returns = " ".join(t for t in head[:at - 1] if t not in ("static", "inline", "const"))
        self.find_clauses(start)
        first, before = self.at, len(self.mutants.rows)
        mutated = self.block()
        if len(self.mutants.rows) == before or \
                any(t.kind == "directive" for t in self.tokens[first:self.at]):
            return " " + mutated
        # As it was, while none of its mutants is on: that is faster.
        return (f" {{\nif (MUTANT_WITHIN({before + 1}, {len(self.mutants.rows)})) {mutated} "
                f"else {self.source(first)}\n}}")

    def find_clauses(self, start):
        """Of the comment before the function and of its body."""
        here = self.at
        self.skip_to_close()
        text = "".join(t.space + t.text for t in self.tokens[start:self.at])
        self.at = here
        names = [n.lower().replace("_", "-").replace("-", ".", 1)
                 for n in re.findall(r"GVI_CLAUSE_([A-Z0-9_]+)", text) if n != "NONE"]
        names += re.findall(r"\[([a-z]+\.[a-z0-9-]+)\]", text)
        self.clauses = " ".join(sorted(set(names)))

    def table(self, start):
        """A table of file scope: it is written anew when a mutant is on.  A row can be
        dropped, which makes it zeros."""
        lead = self.raw(start)
        self.function, self.clauses = self.name_before(self.at), ""
        name = self.function
        self.take("=")
        first = self.at
        self.skip_to_close()
        if any(t.kind == "directive" for t in self.tokens[first:self.at]):
            self.take(";")
            return lead + " = " + self.source(first)
        self.at = first
        node = self.initializer()
        self.take(";")
        drops = "".join(
            f"\tif (M({self.add('drop', k.line, k.text, 'nothing')})) "
            f"memset((void *)&{name}[{re.sub(r'[][ =]', '', n) or i}], 0, sizeof {name}[0]);\n"
            for i, (n, k) in enumerate(zip(node.op, node.kids)) if k.kind == "braces")
        return (re.sub(r"\bconst\s+(?=(struct|uint\w+|enum)\b)", "", lead, count=1) +
                f" = {node.text};\n"
                f"static void set_{name}(void)\n{{\n\t__typeof__({name}) fresh = {self.render(node)};\n"
                f"\tmemcpy((void *){name}, fresh, sizeof {name});\n{drops}}}\n"
                f"__attribute__((constructor(101))) static void hook_{name}(void)\n"
                f"{{ mutant_hook(set_{name}); }}\n")

    def name_before(self, at):
        """Of the array that is declared there."""
        while self.tokens[at - 1].text == "]":
            while self.tokens[at - 1].text != "[":
                at -= 1
            at -= 1
        return self.tokens[at - 1].text

    # ---- Statements: each returns its new text

    def block(self):
        out = [self.take("{").text]
        while self.peek().text != "}":
            out.append(self.statement())
        out.append("\n" + self.take("}").text)
        return "".join(out)

    def statement(self):
        token = self.peek()
        lead = token.space if "\n" in token.space else "\n"
        if token.kind == "directive":
            self.at += 1
            return "\n" + token.text + "\n"
        by_word = {"if": self.if_statement, "while": self.while_statement,
                   "for": self.for_statement, "do": self.do_statement,
                   "switch": self.switch_statement, "return": self.return_statement,
                   "{": self.block}
        if token.text in by_word:
            return lead + by_word[token.text]()
        if token.text in ("case", "default"):
            first = self.at
            while self.take().text != ":":
                pass
            return lead + self.source(first)
        if token.text in ("break", "continue"):
            return lead + self.jump(token)
        if self.is_declaration():
            return lead + self.declaration()
        return lead + self.expression_statement()

    def add(self, kind, line, before, after):
        return self.mutants.add(self.file, self.function, line, kind, short(before), short(after),
                                self.clauses)

    def condition(self):
        self.take("(")
        node = self.expression()
        self.take(")")
        return node

    def if_statement(self):
        self.take("if")
        node = self.condition()
        if self.peek().text in REASONS:
            return f"if ({node.text}) {{{self.statement()} }}"
        text = f"if ({self.decide(node)}) {{{self.statement()} }}"
        if self.peek().text == "else":
            self.take()
            text += f" else {{{self.statement()} }}"
        return text

    def while_statement(self):
        self.take("while")
        node = self.condition()
        return f"while ({self.decide(node, true=False)}) {{{self.statement()} }}"

    def do_statement(self):
        self.take("do")
        body = self.statement()
        self.take("while")
        text = f"do {{{body} }} while ({self.decide(self.condition(), true=False)});"
        self.take(";")
        return text

    def for_statement(self):
        self.take("for")
        self.take("(")
        start = self.declaration() if self.is_declaration() else self.expression_statement(False)
        condition = self.decide(self.expression(), true=False) if self.peek().text != ";" else ""
        self.take(";")
        step = self.render(self.expression()) if self.peek().text != ")" else ""
        self.take(")")
        return f"for ({start} {condition}; {step}) {{{self.statement()} }}"

    def switch_statement(self):
        self.take("switch")
        node = self.condition()
        n = self.add("select", node.line, f"switch ({node.text})", f"switch ({node.text} + 1)")
        return f"switch ((int)({self.render(node)}) + M({n})) {self.statement()}"

    def jump(self, token):
        self.take()
        self.take(";")
        last = self.peek().text == "}"
        if last and token.text == "break":
            return "break;"
        n = self.add("drop", token.line, token.text, "nothing")
        return f"if (!M({n})) {token.text};"

    def return_statement(self):
        token = self.take("return")
        if self.peek().text == ";":
            self.take()
            return f"if (!M({self.add('drop', token.line, 'return', 'nothing')})) return;"
        node = self.expression()
        self.take(";")
        if self.returns == "bool":
            return f"return {self.decide(node)};"
        value = self.render(node)
        if self.returns == "enum verdict":
            n = self.add("return", token.line, f"return {node.text}", "the other verdict")
            return f"return (enum verdict)(({value}) ^ M({n}));"
        if node.kind in ("number", "opaque") or "struct" in self.returns or "*" in self.returns or \
                node.text in ZERO:
            return f"return {value};"
        n = self.add("return", token.line, f"return {node.text}", "return 0")
        return f"return M({n}) ? 0 : ({value});"

    def is_declaration(self):
        return self.peek().text in TYPE_WORDS

    def declaration(self):
        """Initial values are mutated, but for those of static objects."""
        first = self.at
        fixed = self.peek().text == "static" or self.peek().text == "enum" and \
            self.peek(1).text == "{"
        out = []
        while self.peek().text != ";":
            token = self.peek()
            if token.text == "=" and not fixed:
                self.take()
                out.append(" = " + self.render(self.initializer()))
            elif token.text in ("[", "(", "{"):
                at = self.at
                self.skip_to_close()
                out.append(self.source(at))
            else:
                out.append(" " + self.take().text)
        self.take(";")
        return self.source(first) if fixed else "".join(out) + ";"

    def initializer(self):
        """Of an object: a value, or values in braces, whose `op` are the designators."""
        first = self.at
        if self.peek().text != "{":
            return self.assignment()
        kids, names = [], []
        self.take("{")
        while self.peek().text != "}":
            at = self.at
            while self.peek().text in (".", "["):
                if self.peek().text == "[":
                    self.skip_to_close()
                else:
                    self.at += 2
            if self.at != at:
                self.take("=")
            names.append(self.source(at))
            kids.append(self.initializer())
            if self.peek().text == ",":
                self.take()
        self.take("}")
        zeros = re.fullmatch(r"[{0}\s]*", self.source(first))
        return self.node("opaque" if zeros else "braces", names, kids, first)

    def expression_statement(self, droppable=True):
        token = self.peek()
        if token.text == ";":
            self.take()
            return ";"
        node = self.expression()
        self.take(";")
        if is_reason(node) or node.kind == "opaque":
            return node.text + ";"
        text = self.render(node)
        if not droppable:
            return text + ";"
        n = self.add("drop", token.line, node.text, "nothing")
        return f"if (!M({n})) {{ {text}; }}"

    # ---- Expressions: parsed to nodes

    def node(self, kind, op, kids, first):
        return Node(kind, op, kids, self.source(first), self.tokens[first].line)

    def expression(self):
        first = self.at
        node = self.assignment()
        while self.peek().text == ",":
            self.take()
            node = self.node("comma", ",", [node, self.assignment()], first)
        return node

    def assignment(self):
        first = self.at
        node = self.conditional()
        if self.peek().text in ASSIGNMENTS:
            op = self.take().text
            return self.node("assign", op, [node, self.assignment()], first)
        return node

    def conditional(self):
        first = self.at
        node = self.binary(1)
        if self.peek().text != "?":
            return node
        self.take()
        then = self.expression()
        self.take(":")
        return self.node("choice", "?", [node, then, self.conditional()], first)

    def binary(self, least):
        first = self.at
        node = self.unary()
        while PRECEDENCE.get(self.peek().text, 0) >= least:
            op = self.take().text
            right = self.binary(PRECEDENCE[op] + 1)
            node = self.node("binary", op, [node, right], first)
        return node

    def unary(self):
        first = self.at
        token = self.peek()
        if token.text == "sizeof":
            self.take()
            if self.peek().text == "(" and self.peek(1).text in TYPE_WORDS:
                self.skip_to_close()
            else:
                self.unary()
            return self.node("opaque", "", [], first)
        if token.text in ("!", "~", "-", "+", "*", "&", "++", "--"):
            self.take()
            return self.node("unary", token.text, [self.unary()], first)
        if token.text == "(" and self.peek(1).text in TYPE_WORDS:
            self.skip_to_close()
            kind = self.source(first)
            if self.peek().text == "{":
                value = self.initializer()
                return self.postfix(first, self.node("literal", kind, [value], first))
            return self.node("cast", kind, [self.unary()], first)
        return self.postfix(first, self.primary())

    def primary(self):
        first = self.at
        token = self.take()
        if token.text == "(":
            node = self.expression()
            self.take(")")
            return self.node("paren", "(", [node], first)
        if token.kind == "string":
            while self.peek().kind == "string":
                self.take()
            return self.node("opaque", "", [], first)
        if token.kind == "number" or token.text in ("true", "false"):
            return self.node("number", "", [], first)
        if token.kind != "name":
            raise SyntaxError(f"{self.file}:{token.line}: {token.text!r} in an expression")
        if token.text in OPAQUE and self.peek().text == "(":
            self.skip_to_close()
            kind = "number" if token.text in ("UINT64_C", "UINT32_C") else "opaque"
            return self.node(kind, "", [], first)
        return self.node("name", "", [], first)

    def postfix(self, first, node):
        while True:
            text = self.peek().text
            if text == "[":
                self.take()
                kids = [node, self.expression()]
                self.take("]")
                node = self.node("index", "[", kids, first)
            elif text == "(":
                node = self.call(first, node)
            elif text in (".", "->"):
                self.take()
                member = self.take().text
                node = self.node("member", text + member, [node], first)
            elif text in ("++", "--"):
                self.take()
                node = self.node("after", text, [node], first)
            else:
                return node

    def call(self, first, node):
        self.take("(")
        kids = [node]
        while self.peek().text != ")":
            kids.append(self.assignment())
            if self.peek().text == ",":
                self.take()
        self.take(")")
        return self.node("call", "(", kids, first)

    # ---- Expressions: rendered with their mutants

    def decide(self, node, true=True, false=True):
        """A condition: it, or a part of it, is true, or false, whatever it was."""
        while node.kind == "paren":
            node = node.kids[0]
        if node.kind == "unary" and node.op == "!":
            return f"!({self.decide(node.kids[0], false, true)})"
        if node.kind == "binary" and node.op in ("&&", "||"):
            return self.decide_both(node, true, false)
        if node.text in ("true", "false", "0", "1"):
            return self.render(node)
        text = self.render(node, decided=True)
        if true:
            text = f"M({self.add('condition', node.line, node.text, 'true')}) || ({text})"
        if false:
            text = f"!M({self.add('condition', node.line, node.text, 'false')}) && ({text})"
        return text

    def decide_both(self, node, true, false):
        """One part true makes `&&` the other part; one part false makes all of it false,
        which the first part does for both.  `||` is the same the other way round."""
        left, right = node.kids
        both = node.op == "&&"
        a = self.decide(left, true or both, false or not both)
        b = self.decide(right, both, not both)
        n = self.add("junction", node.line, node.text, f"{left.text} {'||' if both else '&&'} {right.text}")
        if both:
            return f"(M({n}) != ({a})) ? (({b}) != 0) : M({n})"
        return f"(M({n}) != !({a})) ? (({b}) != 0) : !M({n})"

    def render(self, node, decided=False):
        if is_reason(node):
            return node.text
        return getattr(self, "render_" + node.kind)(node, decided)

    def render_opaque(self, node, _):
        return node.text

    render_name = render_opaque

    def render_number(self, node, _):
        if node.text in ("true", "false"):
            other = "false" if node.text == "true" else "true"
            return f"(M({self.add('constant', node.line, node.text, other)}) ? {other} : {node.text})"
        digits = re.sub(r"^UINT\d+_C\(|[uUlL)]+$", "", node.text.strip())
        value = int(digits, 8 if re.fullmatch(r"0\d+", digits) else 0)
        text = f"(M({self.add('constant', node.line, node.text, f'{node.text} + 1')}) ? {node.text} + 1 : "
        if value:
            text += f"M({self.add('constant', node.line, node.text, f'{node.text} - 1')}) ? {node.text} - 1 : "
        return text + f"{node.text})"

    def render_paren(self, node, decided):
        return f"({self.render(node.kids[0], decided)})"

    def render_literal(self, node, _):
        return f"({node.op}{self.render(node.kids[0])})"

    def render_braces(self, node, _):
        return "{" + ", ".join(n + self.render(k) for n, k in zip(node.op, node.kids)) + "}"

    def render_cast(self, node, _):
        return f"{node.op}({self.render(node.kids[0])})"

    def render_index(self, node, _):
        return f"{self.render(node.kids[0])}[{self.render(node.kids[1])}]"

    def render_member(self, node, _):
        return f"{self.render(node.kids[0])}{node.op}"

    def render_call(self, node, _):
        arguments = ", ".join(self.render(k) for k in node.kids[1:])
        return f"{self.render(node.kids[0])}({arguments})"

    def render_comma(self, node, _):
        return ", ".join(self.render(k) for k in node.kids)

    def render_choice(self, node, _):
        condition, then, other = node.kids
        return f"(({self.decide(condition)}) ? {self.render(then)} : {self.render(other)})"

    def render_after(self, node, _):
        text = self.render(node.kids[0])
        n = self.add("step", node.line, node.text, node.kids[0].text + OTHER_STEP[node.op])
        return f"(M({n}) ? ({node.kids[0].text}){OTHER_STEP[node.op]} : ({text}){node.op})"

    def render_unary(self, node, _):
        kid = self.render(node.kids[0])
        op = node.op
        if op in ("++", "--"):
            n = self.add("step", node.line, node.text, OTHER_STEP[op] + node.kids[0].text)
            return f"(M({n}) ? {OTHER_STEP[op]}({node.kids[0].text}) : {op}({kid}))"
        if op == "!":
            return f"(M({self.add('not', node.line, node.text, node.kids[0].text)}) != !({kid}))"
        if op == "~":
            n = self.add("not", node.line, node.text, node.kids[0].text)
            return f"({{ __auto_type a_ = ({kid}); M({n}) ? a_ : ~a_; }})"
        return f"{op}{kid}" if op in "*&" else f"({op}({kid}))"

    def render_assign(self, node, _):
        left, right = node.kids
        value = self.render(right)
        place = self.render(left)
        if node.op not in OTHER_STEP:
            return f"{place} {node.op} {value}"
        n = self.add("step", node.line, node.text, f"{left.text} {OTHER_STEP[node.op]} {right.text}")
        return (f"({{ __auto_type v_ = ({value}); M({n}) ? ({left.text} {OTHER_STEP[node.op]} v_) : "
                f"({place} {node.op} v_); }})")

    def render_binary(self, node, decided):
        op = node.op
        if op in ("&&", "||"):
            return f"({self.decide(node)})"
        if all(k.kind == "opaque" for k in node.kids):
            return node.text
        left, right = (self.render(k) for k in node.kids)
        if decided and op in ("==", "!="):
            return f"({left} {op} {right})"
        a, b = (k.text for k in node.kids)
        n = self.add("compare" if PRECEDENCE[op] in (6, 7) else "operator", node.line, node.text,
                     f"{b} - {a}" if op == "-" else f"{a} {OTHER[op]} {b}")
        other = "b_ - a_" if op == "-" else f"a_ {OTHER[op]} b_"
        return (f"({{ __auto_type a_ = ({left}); __auto_type b_ = ({right}); "
                f"M({n}) ? {other} : a_ {op} b_; }})")


def is_reason(node):
    """Says why, and nothing else."""
    if node.kind == "assign":
        return node.kids[1].text.startswith("GVI_CLAUSE_")
    return node.kind == "call" and node.kids[0].text in REASONS


def rewrite(file, text, mutants):
    return Rewriter(file, text, mutants).rewrite()
