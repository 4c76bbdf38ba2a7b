/* goldvi systemverilog: the tables of the library as a package for test benches. */
#include "conformance/commands.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "goldvi/goldvi.h"

static void put_format(const struct gvi_format *f);
static void put_registers(void);
static void put_choices_of_all(void);
static void put_clauses(void);

int command_systemverilog(int argc, char **argv)
{
	if (!take_options(NULL, 0, &argc, argv))
		return BAD_INPUT;
	if (argc != 1)
		return wrong_use("systemverilog", "the package goes to standard output.");
	puts("// The tables of goldvi for test benches: IEEE 1800-2017, without classes and DPI.\n"
	     "// Made by `goldvi systemverilog`: change include/goldvi/def/, not this.\n"
	     "//\n"
	     "// For each format or register X of docs/formats.md and docs/registers.md:\n"
	     "//   goldvi_x_t         its bits as they stand in memory; a split field has a "
	     "member\n"
	     "//                      for each piece, _0 the lowest\n"
	     "//   goldvi_x_fields_t  its fields, with all pieces and the low zeros of addresses\n"
	     "//   goldvi_pack_x, goldvi_unpack_x   from one to the other\n"
	     "//   goldvi_blank_x     all zeros but for constant codes\n"
	     "// Values of fields, registers, choices and clauses are enums and localparams.\n"
	     "/* verilator lint_off DECLFILENAME */\n"
	     "/* verilator lint_off UNUSEDSIGNAL */\n"
	     "/* verilator lint_off UNUSEDPARAM */\n"
	     "package goldvi_pkg;");
	for (unsigned i = 0; i < GVI_NFORMATS; i++)
		put_format(&gvi_formats[i]);
	put_registers();
	put_choices_of_all();
	put_clauses();
	puts("\nendpackage\n"
	     "/* verilator lint_on UNUSEDPARAM */\n"
	     "/* verilator lint_on UNUSEDSIGNAL */\n"
	     "/* verilator lint_on DECLFILENAME */");
	return ALL_PASSED;
}

/* ---- Names ------------------------------------------------------------------------ */

static void put_cased(const char *text, int (*to)(int))
{
	for (; *text; text++)
		putchar(isalnum((unsigned char)*text) ? to((unsigned char)*text) : '_');
}

static void put_upper(const char *text)
{
	put_cased(text, toupper);
}

static void put_lower(const char *text)
{
	put_cased(text, tolower);
}

/* "goldvi_dte_fields_t" */
static void put_name(const char *before, const struct gvi_format *f, const char *after)
{
	fputs(before, stdout);
	put_lower(f->id);
	fputs(after, stdout);
}

/* ---- Formats ------------------------------------------------------------------------ */

static void put_bits(const struct gvi_format *f);
static void put_fields(const struct gvi_format *f);
static void put_pack(const struct gvi_format *f);
static void put_unpack(const struct gvi_format *f);
static void put_blank(const struct gvi_format *f);
static void put_codes(const struct gvi_format *f);
static void put_values(const struct gvi_format *f);

static void put_format(const struct gvi_format *f)
{
	printf("\n  // ---- %s: %s\n\n", f->id, f->title);
	fputs("  localparam int GOLDVI_", stdout);
	put_upper(f->id);
	printf("_BITS = %u;\n", (unsigned)f->bits);
	put_codes(f);
	put_values(f);
	put_bits(f);
	put_fields(f);
	put_pack(f);
	put_unpack(f);
	put_blank(f);
}

static unsigned width_of(const struct gvi_field *f)
{
	return gvi_width((enum gvi_field_id)(f - gvi_fields));
}

/* One piece of a field on its way from the top of the format to the bottom. */
struct piece {
	const struct gvi_field *field;
	unsigned index; /* of its segment */
	unsigned low;   /* where it stands in the field's value */
};

/* The piece that ends at this bit. */
static struct piece piece_at(const struct gvi_format *format, unsigned high)
{
	struct piece p = {.field = NULL};

	for (unsigned i = format->first; i < format->first + format->nfields; i++) {
		const struct gvi_field *f = &gvi_fields[i];
		unsigned low = f->scale;

		for (unsigned k = 0; k < f->nsegments; k++) {
			if (f->segment[k].hi == high)
				p = (struct piece){f, k, low};
			low += f->segment[k].hi - f->segment[k].lo + 1u;
		}
	}
	return p;
}

static void put_range(unsigned high, unsigned low)
{
	printf("[%u:%u]", high, low);
}

static void put_member(const struct gvi_field *f, unsigned width, int piece)
{
	fputs("    logic ", stdout);
	if (width > 1) {
		put_range(width - 1, 0);
		putchar(' ');
	}
	fputs(f->id, stdout);
	if (piece >= 0)
		printf("_%d", piece);
	puts(";");
}

static void put_bits(const struct gvi_format *f)
{
	puts("\n  typedef struct packed {");
	for (int high = f->bits - 1; high >= 0;) {
		struct piece p = piece_at(f, (unsigned)high);
		struct gvi_segment s = p.field->segment[p.index];

		put_member(p.field, s.hi - s.lo + 1u, p.field->nsegments > 1 ? (int)p.index : -1);
		high = s.lo - 1;
	}
	put_name("  } goldvi_", f, "_t;\n");
}

static void put_fields(const struct gvi_format *f)
{
	puts("\n  typedef struct packed {");
	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		put_member(&gvi_fields[i], width_of(&gvi_fields[i]) + gvi_fields[i].scale, -1);
	put_name("  } goldvi_", f, "_fields_t;\n");
}

static void put_pack(const struct gvi_format *f)
{
	put_name("\n  function automatic goldvi_", f, "_t goldvi_pack_");
	put_name("", f, "(input goldvi_");
	put_name("", f, "_fields_t f);\n    goldvi_pack_");
	put_name("", f, " = {");
	for (int high = f->bits - 1; high >= 0;) {
		struct piece p = piece_at(f, (unsigned)high);
		struct gvi_segment s = p.field->segment[p.index];
		unsigned width = s.hi - s.lo + 1u;

		printf("\n      f.%s", p.field->id);
		if (p.field->nsegments > 1 || p.field->scale)
			put_range(p.low + width - 1, p.low);
		high = s.lo - 1;
		putchar(high >= 0 ? ',' : '}');
	}
	puts(";\n  endfunction");
}

static void put_value_of(const struct gvi_field *f)
{
	fputs("\n      ", stdout);
	for (unsigned k = f->nsegments; k-- > 0;) {
		fputs("b", stdout);
		put_range(f->segment[k].hi, f->segment[k].lo);
		fputs(k ? ", " : "", stdout);
	}
	if (f->scale)
		printf(", %u'b0", (unsigned)f->scale);
}

static void put_unpack(const struct gvi_format *f)
{
	put_name("\n  function automatic goldvi_", f, "_fields_t goldvi_unpack_");
	put_name("", f, "(input logic ");
	put_range(f->bits - 1u, 0);
	put_name(" b);\n    goldvi_unpack_", f, " = {");
	for (unsigned i = f->first; i < f->first + f->nfields; i++) {
		put_value_of(&gvi_fields[i]);
		putchar(i + 1 < (unsigned)f->first + f->nfields ? ',' : '}');
	}
	puts(";\n  endfunction");
}

/* A format as one number, highest word first. */
static void put_words(const struct gvi_format *f, const uint64_t *raw)
{
	printf("%u'h", (unsigned)f->bits);
	for (unsigned w = (f->bits + 63u) / 64; w-- > 0;) {
		unsigned digits = w + 1u == (f->bits + 63u) / 64 ? (f->bits - 64 * w + 3) / 4 : 16;

		printf("%s%0*" PRIx64, w + 1u == (f->bits + 63u) / 64 ? "" : "_", (int)digits,
		       raw[w]);
	}
}

static void put_blank(const struct gvi_format *f)
{
	uint64_t raw[GVI_MAX_WORDS];

	gvi_blank((enum gvi_format_id)(f - gvi_formats), raw);
	put_name("\n  function automatic goldvi_", f, "_fields_t goldvi_blank_");
	put_name("", f, "();\n    goldvi_blank_");
	put_name("", f, " = goldvi_unpack_");
	put_name("", f, "(");
	put_words(f, raw);
	puts(");\n  endfunction");
}

static void put_constant(const struct gvi_format *f, const struct gvi_field *field)
{
	fputs("GOLDVI_", stdout);
	put_upper(f->id);
	putchar('_');
	put_upper(field->id);
}

static void put_codes(const struct gvi_format *f)
{
	for (unsigned i = f->first; i < f->first + f->nfields; i++) {
		const struct gvi_field *field = &gvi_fields[i];

		if (field->kind != GVI_CODE)
			continue;
		fputs("  localparam logic ", stdout);
		put_range(width_of(field) - 1, 0);
		putchar(' ');
		put_constant(f, field);
		printf(" = %u'h%" PRIx64 ";\n", width_of(field), field->reset);
	}
}

static void put_enum(const struct gvi_format *f, const struct gvi_field *field);

static void put_values(const struct gvi_format *f)
{
	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		if (gvi_fields[i].kind == GVI_ENUM)
			put_enum(f, &gvi_fields[i]);
}

static void put_enum(const struct gvi_format *f, const struct gvi_field *field)
{
	const char *before = "";

	for (size_t i = 0; i < gvi_nvalue_names; i++) {
		const struct gvi_value_name *v = &gvi_value_names[i];

		if (&gvi_fields[v->field] != field)
			continue;
		if (!*before) {
			fputs("\n  typedef enum logic ", stdout);
			put_range(width_of(field) - 1, 0);
			fputs(" {", stdout);
		}
		printf("%s\n    ", before);
		before = ",";
		put_constant(f, field);
		putchar('_');
		put_upper(v->name);
		printf(" = %u'h%" PRIx64, width_of(field), v->value);
	}
	if (!*before)
		return;
	put_name("\n  } goldvi_", f, "_");
	put_lower(field->id);
	puts("_e;");
}

/* ---- Registers ------------------------------------------------------------------------ */

static void put_register(const struct gvi_register *r);

static void put_registers(void)
{
	puts("\n  // ---- Registers of the MMIO window\n");
	for (unsigned i = 0; i < GVI_NREGISTERS; i++)
		put_register(&gvi_registers[i]);
}

static void put_of_register(const char *id, const char *what)
{
	fputs("  localparam int GOLDVI_", stdout);
	put_upper(id);
	fputs(what, stdout);
}

static void put_register(const struct gvi_register *r)
{
	const struct gvi_format *f = &gvi_formats[r->format];
	uint64_t reset[GVI_MAX_WORDS] = {0};

	put_of_register(f->id, "_OFFSET");
	printf(" = 32'h%" PRIx32 ";\n", r->offset);
	if (r->count > 1) {
		put_of_register(f->id, "_COUNT");
		printf(" = %u;\n", (unsigned)r->count);
		put_of_register(f->id, "_STRIDE");
		printf(" = 32'h%" PRIx32 ";\n", r->stride);
	}
	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		(void)gvi_set((enum gvi_field_id)i, reset, gvi_fields[i].reset);
	fputs("  localparam logic ", stdout);
	put_range(f->bits - 1u, 0);
	fputs(" GOLDVI_", stdout);
	put_upper(f->id);
	fputs("_RESET = ", stdout);
	put_words(f, reset);
	puts(";");
}

/* ---- Choices and clauses ----------------------------------------------------------------- */

static void put_alternatives(const struct gvi_choice_info *c);

static void put_choices_of_all(void)
{
	puts("\n  // ---- Choices of docs/choices.md, and their alternatives\n\n"
	     "  typedef enum int {");
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		printf("    GOLDVI_CHOICE_%s = %u%s\n", gvi_choices[i].id, i,
		       i + 1 < GVI_NCHOICES ? "," : "");
	puts("  } goldvi_choice_e;");
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		put_alternatives(&gvi_choices[i]);
}

static void put_alternatives(const struct gvi_choice_info *c)
{
	puts("\n  typedef enum int {");
	for (unsigned i = 0; i < c->count; i++) {
		printf("    GOLDVI_%s_IS_", c->id);
		put_upper(c->alternative[i].name);
		printf(" = %u%s\n", i, i + 1u < c->count ? "," : "");
	}
	fputs("  } goldvi_choice_", stdout);
	put_lower(c->id);
	puts("_e;");
}

static void put_clauses(void)
{
	puts("\n  // ---- Clauses of docs/clauses.md\n\n  typedef enum int {\n"
	     "    GOLDVI_CLAUSE_NONE = 0,");
	for (unsigned i = 1; i < GVI_NCLAUSES; i++) {
		fputs("    GOLDVI_CLAUSE_", stdout);
		put_upper(gvi_clauses[i].slug);
		printf(" = %u%s\n", i, i + 1 < GVI_NCLAUSES ? "," : "");
	}
	puts("  } goldvi_clause_e;");
}
