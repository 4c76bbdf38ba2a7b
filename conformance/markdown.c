/* goldvi markdown: the tables of the library as the documents in docs/. */
#include "conformance/markdown.h"

#include "conformance/commands.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "goldvi/goldvi.h"

static void put_formats(void);
static void put_registers(void);
static void put_clauses(void);

static const struct {
	const char *name;
	void (*put)(void);
} documents[] = {
	{"formats", put_formats},
	{"registers", put_registers},
	{"clauses", put_clauses},
};

int command_markdown(int argc, char **argv)
{
	if (!take_options(NULL, 0, &argc, argv))
		return BAD_INPUT;
	if (argc == 3 && strcmp(argv[1], "choices") == 0)
		return put_choices(argv[2]);
	if (argc != 2)
		return wrong_use("markdown",
				 "one document is needed: formats, registers, choices or clauses.");
	if (strcmp(argv[1], "choices") == 0)
		return put_choices(NULL);
	for (unsigned i = 0; i < sizeof documents / sizeof documents[0]; i++)
		if (strcmp(documents[i].name, argv[1]) == 0) {
			documents[i].put();
			return ALL_PASSED;
		}
	return wrong_use(
		"markdown",
		"there is no document '%s'; there are formats, registers, choices and clauses.",
		argv[1]);
}

/* ---- What all documents are made of ------------------------------------------------ */

void put_title(const char *title, const char *document)
{
	printf("# %s\n\n<!-- Made by `goldvi markdown %s`: change include/goldvi/def/, not this. "
	       "-->\n\n",
	       title, document);
}

void put_text(const char *text)
{
	for (; *text; text++) {
		if (strchr("|<*\\", *text))
			putchar('\\');
		putchar(*text);
	}
}

static const char *const chapters[] = {
	"01-device-table",
	"02-host-page-table",
	"03-guest-page-table",
	"04-translation-flow",
	"05-interrupt-remapping",
	"06-snp-viommu-marc",
	"07-mmio-registers",
	"08-pci-capability",
	"09-commands",
	"10-events",
	"11-ppr",
	"12-ivrs",
	"13-performance-counters",
	"14-caching-and-invalidation",
	"15-viommu-registers",
};

/* A link to what "07 3.1" stands for: a chapter of docs/spec and a section. */
static void put_source(const char *clause)
{
	for (unsigned i = 0; i < sizeof chapters / sizeof chapters[0]; i++)
		if (strncmp(chapters[i], clause, 2) == 0 && clause[2] == ' ')
			printf("[%s](spec/%s.md) section %s", chapters[i], chapters[i], clause + 3);
}

static void put_segments(const struct gvi_field *f)
{
	for (unsigned i = f->nsegments; i-- > 0;) {
		struct gvi_segment s = f->segment[i];

		printf(s.hi == s.lo ? "%u" : "%u:%u", (unsigned)s.hi, (unsigned)s.lo);
		fputs(i ? ", " : "", stdout);
	}
}

static const char *kind_name(const struct gvi_field *f)
{
	static const char *const names[] = {
		[GVI_FLAG] = "flag",    [GVI_UINT] = "number",   [GVI_ENUM] = "enum",
		[GVI_ADDR] = "address", [GVI_CODE] = "constant", [GVI_MBZ] = "reserved",
		[GVI_IGN] = "ignored",
	};

	return names[f->kind];
}

static void put_needs(unsigned feature)
{
	putchar(' ');
	if (feature != GVI_FEATURE_ALWAYS)
		put_text(gvi_features[feature].name);
	fputs(" |", stdout);
}

static void put_meaning(const struct gvi_field *f)
{
	putchar(' ');
	if (f->kind == GVI_MBZ && strcmp(f->text, "Reserved.") == 0)
		fputs("Must be 0.", stdout);
	else
		put_text(f->text);
	if (f->kind == GVI_CODE)
		printf(" Always %" PRIu64 ".", f->reset);
	if (f->kind == GVI_ADDR && f->scale)
		printf(" A multiple of %" PRIu64 ".", UINT64_C(1) << f->scale);
	puts(" |");
}

static void put_values(enum gvi_field_id field)
{
	bool first = true;

	for (size_t i = 0; i < gvi_nvalue_names; i++) {
		const struct gvi_value_name *v = &gvi_value_names[i];

		if (v->field != field)
			continue;
		if (first) {
			printf("\n`%s`:\n\n| value | name | meaning |\n|---|---|---|\n",
			       gvi_fields[field].name);
			first = false;
		}
		printf("| %" PRIu64 " | `%s` | ", v->value, v->name);
		put_text(v->text);
		puts(" |");
	}
}

static const char *access_name(const struct gvi_field *f)
{
	static const char *const names[] = {[GVI_NONE] = "",
					    [GVI_RO] = "RO",
					    [GVI_RW] = "RW",
					    [GVI_RW1C] = "RW1C",
					    [GVI_RW1S] = "RW1S"};

	return names[f->access];
}

/* Registers of the window, of counter banks and of configuration space. */
static bool has_access(const struct gvi_format *f)
{
	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		if (gvi_fields[i].access != GVI_NONE)
			return true;
	return false;
}

/* The register of the window that a format is, or NULL. */
static const struct gvi_register *register_of(const struct gvi_format *f)
{
	for (unsigned i = 0; i < GVI_NREGISTERS; i++)
		if (&gvi_formats[gvi_registers[i].format] == f)
			return &gvi_registers[i];
	return NULL;
}

static void put_offset(const struct gvi_register *r)
{
	printf("%04" PRIx32 "h", r->offset);
	if (r->count > 1)
		printf(" + %" PRIx32 "h n, n < %u", r->stride, (unsigned)r->count);
}

static void put_field(const struct gvi_field *f, bool access)
{
	fputs("| ", stdout);
	put_segments(f);
	fputs(" | ", stdout);
	put_text(f->name);
	printf(" | %s |", kind_name(f));
	if (access) {
		printf(" %s | ", access_name(f));
		if (f->access != GVI_NONE)
			printf(f->reset < 10 ? "%" PRIu64 : "0x%" PRIx64, f->reset);
		fputs(" |", stdout);
	}
	put_needs(f->needs);
	put_meaning(f);
}

static void put_format(const struct gvi_format *f)
{
	const struct gvi_register *r = register_of(f);
	bool access = has_access(f);

	printf("\n## %s\n\n%s, %u bits", f->id, f->title, (unsigned)f->bits);
	if (r) {
		fputs(", at ", stdout);
		put_offset(r);
	}
	fputs(". See ", stdout);
	put_source(f->clause);
	puts(access ? ".\n\n| bits | field | kind | access | reset | needs | meaning |\n"
		      "|---|---|---|---|---|---|---|"
		    : ".\n\n| bits | field | kind | needs | meaning |\n|---|---|---|---|---|");
	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		put_field(&gvi_fields[i], access);
	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		if (gvi_fields[i].kind == GVI_ENUM)
			put_values((enum gvi_field_id)i);
}

/* GitHub's name for the heading of an id: in small letters. */
static void put_link(const char *id)
{
	printf("[%s](#", id);
	for (const char *p = id; *p; p++)
		putchar(tolower((unsigned char)*p));
	putchar(')');
}

/* ---- docs/formats.md ----------------------------------------------------------------- */

static void put_features(void);

static void put_formats(void)
{
	put_title("Formats", "formats");
	puts("Every structure in memory and every message, bit by bit. Bit n of a format is bit n "
	     "% 64 of its\n"
	     "little-endian 64-bit word n / 64. A field of several pieces is one value, its lowest "
	     "piece\n"
	     "listed last. Where a field *needs* a feature, its bits are reserved without it.\n"
	     "[registers.md](registers.md) has the registers, [the end](#features) has the "
	     "features.\n");
	puts("| format | what | bits |\n|---|---|---|");
	for (unsigned i = 0; i < GVI_NFORMATS; i++) {
		if (has_access(&gvi_formats[i]))
			continue;
		fputs("| ", stdout);
		put_link(gvi_formats[i].id);
		printf(" | %s | %u |\n", gvi_formats[i].title, (unsigned)gvi_formats[i].bits);
	}
	for (unsigned i = 0; i < GVI_NFORMATS; i++)
		if (!has_access(&gvi_formats[i]))
			put_format(&gvi_formats[i]);
	put_features();
}

static void put_features(void)
{
	puts("\n## Features\n\n| feature | what |\n|---|---|");
	for (unsigned i = 1; i < GVI_NFEATURES; i++) {
		fputs("| ", stdout);
		put_text(gvi_features[i].name);
		fputs(" | ", stdout);
		put_text(gvi_features[i].text);
		puts(" |");
	}
}

/* ---- docs/registers.md --------------------------------------------------------------- */

static void put_rest(void);

static void put_registers(void)
{
	put_title("Registers", "registers");
	puts("The MMIO window, in the order of offsets. Vectors name registers by these ids, with "
	     "`[n]` for\n"
	     "one of several. A register or field whose feature is missing reads 0 and ignores "
	     "writes.\n"
	     "[formats.md](formats.md#features) has the features. Access: RO writes are ignored; "
	     "RW; RW1C\n"
	     "writing 1 clears; RW1S writing 1 sets until reset.\n");
	puts("| offset | register | what | needs |\n|---|---|---|---|");
	for (unsigned i = 0; i < GVI_NREGISTERS; i++) {
		const struct gvi_register *r = &gvi_registers[i];

		fputs("| ", stdout);
		put_offset(r);
		fputs(" | ", stdout);
		put_link(gvi_formats[r->format].id);
		printf(" | %s |", gvi_formats[r->format].title);
		put_needs(r->needs);
		putchar('\n');
	}
	put_rest();
	for (unsigned i = 0; i < GVI_NFORMATS; i++)
		if (has_access(&gvi_formats[i]))
			put_format(&gvi_formats[i]);
}

static void put_rest(void)
{
	puts("\nElsewhere: the counters of a bank, and the capability block of configuration "
	     "space.\n\n"
	     "| register | what |\n|---|---|");
	for (unsigned i = 0; i < GVI_NFORMATS; i++) {
		const struct gvi_format *f = &gvi_formats[i];

		if (!has_access(f) || register_of(f))
			continue;
		fputs("| ", stdout);
		put_link(f->id);
		printf(" | %s |\n", f->title);
	}
}

/* ---- docs/clauses.md ------------------------------------------------------------------- */

static void put_clauses(void)
{
	const char *file = "";

	put_title("Clauses", "clauses");
	puts("The rules that the model implements, in the order of docs/spec. The code cites them "
	     "where it\n"
	     "applies them, vectors say which they test, and reports count them.");
	for (unsigned i = 1; i < GVI_NCLAUSES; i++) {
		const struct gvi_clause_info *c = &gvi_clauses[i];

		if (strcmp(file, c->file) != 0) {
			file = c->file;
			printf("\n## [%s](spec/%s)\n\n| clause | section | rule |\n|---|---|---|\n",
			       file, file);
		}
		printf("| `%s` | ", c->slug);
		put_text(c->section);
		fputs(" | ", stdout);
		put_text(c->text);
		puts(" |");
	}
}
