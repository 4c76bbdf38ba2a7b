/* What there is to be covered, and how it is called. */
#include "conformance/coverage.h"

/* How words are met is told by the file of def/ that describes them. */
static const uint8_t ways[GVI_NFORMATS] = {
#define F(format, field, name, kind, scale, needs, text, segs)
#define G(format, field, name, kind, scale, needs, access, reset, text, segs)
#define E(format, field, value, name, text)
#define END(format, bits)
#define FORMAT(id, bits, title, clause) [GVI_FORMAT_##id] = COVERAGE_FETCHED,
#include "goldvi/def/command.def"
#include "goldvi/def/dte.def"
#include "goldvi/def/gcr3.def"
#include "goldvi/def/irte.def"
#include "goldvi/def/pte_guest.def"
#include "goldvi/def/pte_host.def"
#include "goldvi/def/vapic.def"
#undef FORMAT
#define FORMAT(id, bits, title, clause) [GVI_FORMAT_##id] = COVERAGE_PRODUCED,
#include "goldvi/def/ats_message.def"
#include "goldvi/def/event.def"
#include "goldvi/def/galog.def"
#include "goldvi/def/ppr.def"
#undef FORMAT
#define FORMAT(id, bits, title, clause) [GVI_FORMAT_##id] = COVERAGE_REGISTER,
#include "goldvi/def/capability.def"
#undef FORMAT
/* What is no register of mmio.def, the counters, is not modelled. */
#define FORMAT(id, bits, title, clause)
#define REGISTER(id, bits, offset, count, stride, needs, title, clause)                            \
	[GVI_FORMAT_##id] = COVERAGE_REGISTER,
#include "goldvi/def/mmio.def"
#undef FORMAT
#undef REGISTER
#undef F
#undef G
#undef E
#undef END
};

enum coverage_way coverage_way(enum gvi_format_id format)
{
	return (enum coverage_way)ways[format];
}

static bool can_be_reserved(enum gvi_field_id field);

bool coverage_has(enum gvi_field_id field, enum coverage_class class)
{
	const struct gvi_field *f = &gvi_fields[field];
	enum coverage_way way = coverage_way((enum gvi_format_id)f->format);
	bool of_software =
		way == COVERAGE_FETCHED || (way == COVERAGE_REGISTER && f->access != GVI_RO);
	bool number = f->kind == GVI_FLAG || f->kind == GVI_UINT || f->kind == GVI_ADDR;

	if (way == COVERAGE_NO_WAY || f->kind == GVI_CODE)
		return false;
	switch (class) {
	case COVERAGE_ZERO:
		return number || (of_software && f->kind != GVI_ENUM);
	case COVERAGE_ONE:
		return number;
	case COVERAGE_MAX:
		return number && gvi_width(field) > 1;
	case COVERAGE_OTHER:
		return f->kind == GVI_IGN ? of_software : number && gvi_width(field) > 1;
	case COVERAGE_RESERVED:
		return of_software && can_be_reserved(field);
	case COVERAGE_UNSUPPORTED:
		return of_software && f->needs != GVI_FEATURE_ALWAYS && f->kind != GVI_MBZ &&
		       f->kind != GVI_IGN;
	case COVERAGE_NCLASSES:
		break;
	}
	return false;
}

/* Whether the field must be zero, or has values that no row names. */
static bool can_be_reserved(enum gvi_field_id field)
{
	uint64_t named = 0;

	if (gvi_fields[field].kind != GVI_ENUM)
		return gvi_fields[field].kind == GVI_MBZ;
	for (size_t i = 0; i < gvi_nvalue_names; i++)
		named += gvi_value_names[i].field == field;
	return named < UINT64_C(1) << gvi_width(field);
}

const char *coverage_outcome_name(enum coverage_outcome outcome)
{
	static const char *const names[] = {
#define X(id, name, text) name,
		COVERAGE_OUTCOMES(X)
#undef X
	};

	return names[outcome];
}

const char *coverage_outcome_text(enum coverage_outcome outcome)
{
	static const char *const texts[] = {
#define X(id, name, text) text,
		COVERAGE_OUTCOMES(X)
#undef X
	};

	return texts[outcome];
}

const char *coverage_class_name(enum coverage_class class)
{
	static const char *const names[COVERAGE_NCLASSES] = {
		[COVERAGE_ZERO] = "zero",         [COVERAGE_ONE] = "one",
		[COVERAGE_MAX] = "max",           [COVERAGE_OTHER] = "other",
		[COVERAGE_RESERVED] = "reserved", [COVERAGE_UNSUPPORTED] = "unsupported",
	};

	return names[class];
}
