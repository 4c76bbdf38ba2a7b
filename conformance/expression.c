/* Expressions: a recursive descent that computes while it reads. */
#include "conformance/expression.h"

#include <stdio.h>
#include <string.h>

/* Parentheses, unary operators and ?: inside one another. */
enum { MAX_DEPTH = 64 };

struct reader {
	const char *text, *p, *end;
	const struct scope *scope;
	struct expression_error *error;
	unsigned depth;
	bool failed;
};

static uint64_t conditional(struct reader *r, bool live);
static void skip_space(struct reader *r);
static uint64_t fail(struct reader *r, const char *at, const char *why);

bool expression_value(const char *text, size_t length, const struct scope *scope, uint64_t *value,
		      struct expression_error *error)
{
	struct reader r = {
		.text = text, .p = text, .end = text + length, .scope = scope, .error = error};
	uint64_t result = conditional(&r, true);

	skip_space(&r);
	if (!r.failed && r.p != r.end)
		fail(&r, r.p, "an operator is expected here");
	if (r.failed)
		return false;
	*value = result;
	return true;
}

/* ---- ?: and the operators between two ------------------------------------ */

struct op {
	char text[3];
	uint8_t level; /* higher binds tighter */
};

static uint64_t binary(struct reader *r, unsigned level, bool live);
static const struct op *next_operator(struct reader *r);
static uint64_t apply(struct reader *r, const char *at, const char *op, uint64_t a, uint64_t b);
static uint64_t unary(struct reader *r, bool live);
static bool accept(struct reader *r, char c);
static bool enter(struct reader *r);

/* `live` is false where the value is not needed. */
static uint64_t conditional(struct reader *r, bool live)
{
	uint64_t condition, yes, no;

	if (!enter(r))
		return 0;
	condition = binary(r, 1, live);
	if (!r->failed && accept(r, '?')) {
		yes = conditional(r, live && condition);
		if (!r->failed && !accept(r, ':'))
			return fail(r, r->p, "`:` is expected here");
		no = conditional(r, live && !condition);
		condition = condition ? yes : no;
	}
	r->depth--;
	return condition;
}

/* Operators of this level and above, from the left. */
static uint64_t binary(struct reader *r, unsigned level, bool live)
{
	uint64_t a = unary(r, live);

	while (!r->failed) {
		const char *at = r->p;
		const struct op *op = next_operator(r);
		bool needed = live;
		uint64_t b;

		if (!op || op->level < level) {
			r->p = at;
			break;
		}
		if (op->level <= 2)
			needed = live && (op->level == 2) == (a != 0);
		b = binary(r, op->level + 1u, needed);
		if (r->failed)
			return 0;
		a = live ? apply(r, at, op->text, a, b) : 0;
	}
	return a;
}

/* Two letters before the one that they begin with. */
static const struct op *next_operator(struct reader *r)
{
	static const struct op operators[] = {
		{"||", 1}, {"&&", 2}, {"==", 6}, {"!=", 6}, {"<<", 8}, {">>", 8},
		{"<=", 7}, {">=", 7}, {"|", 3},  {"^", 4},  {"&", 5},  {"<", 7},
		{">", 7},  {"+", 9},  {"-", 9},  {"*", 10}, {"/", 10}, {"%", 10},
	};

	char first, second;

	skip_space(r);
	if (r->p == r->end)
		return NULL;
	first = *r->p;
	second = r->end - r->p > 1 ? r->p[1] : '\0';
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
		const char *text = operators[i].text;

		if (text[0] == first && (!text[1] || text[1] == second)) {
			r->p += text[1] ? 2 : 1;
			return &operators[i];
		}
	}
	return NULL;
}

/* The operator's letters as one number. */
#define OP(a, b) ((unsigned)(a) << 8 | (unsigned)(b))

static uint64_t divide(struct reader *r, const char *at, char op, uint64_t a, uint64_t b)
{
	if (!b)
		return fail(r, at, "this is a division by 0");
	return op == '/' ? a / b : a % b;
}

static uint64_t apply(struct reader *r, const char *at, const char *op, uint64_t a, uint64_t b)
{
	switch (OP(op[0], op[1])) {
	case OP('|', '|'):
		return a || b;
	case OP('&', '&'):
		return a && b;
	case OP('|', 0):
		return a | b;
	case OP('^', 0):
		return a ^ b;
	case OP('&', 0):
		return a & b;
	case OP('=', '='):
		return a == b;
	case OP('!', '='):
		return a != b;
	case OP('<', '='):
		return a <= b;
	case OP('>', '='):
		return a >= b;
	case OP('<', 0):
		return a < b;
	case OP('>', 0):
		return a > b;
	case OP('<', '<'):
		return b < 64 ? a << b : 0;
	case OP('>', '>'):
		return b < 64 ? a >> b : 0;
	case OP('+', 0):
		return a + b;
	case OP('-', 0):
		return a - b;
	case OP('*', 0):
		return a * b;
	default:
		return divide(r, at, op[0], a, b);
	}
}

/* ---- Operands ------------------------------------------------------------ */

static uint64_t primary(struct reader *r, bool live);
static uint64_t number(struct reader *r);
static uint64_t named(struct reader *r, bool live);
static uint64_t count_zeros(struct reader *r, bool live);
static bool is_digit(char c);
static bool is_letter(char c);

static uint64_t unary(struct reader *r, bool live)
{
	uint64_t value;

	if (!enter(r))
		return 0;
	if (accept(r, '~'))
		value = ~unary(r, live);
	else if (accept(r, '!'))
		value = !unary(r, live);
	else if (accept(r, '-'))
		value = 0 - unary(r, live);
	else
		value = primary(r, live);
	r->depth--;
	return value;
}

static uint64_t primary(struct reader *r, bool live)
{
	uint64_t value;

	if (accept(r, '(')) {
		value = conditional(r, live);
		if (!r->failed && !accept(r, ')'))
			return fail(r, r->p, "`)` is expected here");
		return value;
	}
	if (r->p < r->end && is_digit(*r->p))
		return number(r);
	if (r->p < r->end && is_letter(*r->p))
		return named(r, live);
	return fail(r, r->p, "a number, a name or `(` is expected here");
}

static unsigned digit_value(char c)
{
	return is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a') + 10;
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static uint64_t number(struct reader *r)
{
	bool hex = r->end - r->p > 2 && r->p[0] == '0' && r->p[1] == 'x' && is_hex(r->p[2]);
	const char *at = r->p, *digits = hex ? r->p + 2 : r->p;
	uint64_t value = 0, base = hex ? 16 : 10;

	for (r->p = digits; r->p < r->end && (hex ? is_hex(*r->p) : is_digit(*r->p)); r->p++) {
		unsigned d = digit_value(*r->p);

		if (value > (UINT64_MAX - d) / base)
			return fail(r, at, "the number does not fit in 64 bits");
		value = value * base + d;
	}
	if (r->p < r->end && is_letter(*r->p))
		return fail(r, r->p, "a number does not end in a letter");
	if (!hex && *digits == '0' && r->p - digits > 1)
		return fail(r, at, "a decimal number has no leading zeros");
	return value;
}

static uint64_t named(struct reader *r, bool live)
{
	const char *at = r->p;
	size_t length;

	while (r->p < r->end && (is_letter(*r->p) || is_digit(*r->p)))
		r->p++;
	length = (size_t)(r->p - at);
	if (length == 3 && memcmp(at, "ctz", 3) == 0)
		return count_zeros(r, live);
	for (size_t i = 0; i < r->scope->count; i++) {
		const struct binding *b = &r->scope->bindings[i];

		if (b->name[0] == *at && strncmp(b->name, at, length) == 0 && !b->name[length])
			return b->value;
	}
	return fail(r, at, "this name is not known here");
}

static uint64_t count_zeros(struct reader *r, bool live)
{
	uint64_t value, n = 0;

	if (!accept(r, '('))
		return fail(r, r->p, "`(` is expected here");
	value = conditional(r, live);
	if (!r->failed && !accept(r, ')'))
		return fail(r, r->p, "`)` is expected here");
	while (n < 64 && !(value >> n & 1))
		n++;
	return n;
}

/* ---- Primitives ----------------------------------------------------------- */

bool expression_name(const char *name)
{
	const char *p = name;

	if (!is_letter(*p))
		return false;
	while (is_letter(*p) || is_digit(*p))
		p++;
	return !*p && strcmp(name, "ctz") != 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void skip_space(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\t'))
		r->p++;
}

static bool accept(struct reader *r, char c)
{
	skip_space(r);
	if (r->failed || r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static bool enter(struct reader *r)
{
	if (r->failed)
		return false;
	if (r->depth == MAX_DEPTH) {
		fail(r, r->p, "the expression is nested too deeply");
		return false;
	}
	r->depth++;
	return true;
}

/* The first error counts. */
static uint64_t fail(struct reader *r, const char *at, const char *why)
{
	if (!r->failed) {
		r->failed = true;
		r->error->at = (size_t)(at - r->text);
		snprintf(r->error->text, sizeof r->error->text, "%s", why);
	}
	return 0;
}
