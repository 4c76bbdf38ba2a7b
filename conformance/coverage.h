/* Coverage of a verification plan, counted while a model runs: which rules were
 * applied and with what outcome, which alternatives of open points were taken, and
 * which values the fields of all words had that were fetched, produced or written
 * to registers.
 *
 * A bench, a fuzzer and the player of vectors count in the same way:
 *
 *     coverage_init(c);
 *     host.note: coverage_note(c, note);          if a model listens
 *     after each call of the model:  coverage_call(c, &input, &reply, effects, n);
 *
 * Who cannot listen (the answers are those of another implementation, or of the
 * oracle) leaves coverage_note() out; then rules, outcomes and what was produced
 * are counted from answers and effects, and nothing is known of what was fetched.
 *
 * The public headers are all that this needs.  Nothing is allocated, and a counter
 * that is full stays full: counts are sums, in whatever order they are merged. */
#ifndef GOLDVI_COVERAGE_H
#define GOLDVI_COVERAGE_H

#include "goldvi/oracle.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a call came to: X(id, name, text). */
#define COVERAGE_OUTCOMES(X)                                                                    \
	X(TRANSLATED, "translated", "an access was granted through a table or identity mapping") \
	X(UNTRANSLATED, "untranslated", "an access was granted as it came")                     \
	X(INTERRUPT, "interrupt", "a write went the way of interrupts")                         \
	X(REMAPPED, "remapped", "an interrupt was sent as its table says")                      \
	X(FORWARDED, "forwarded", "an interrupt was sent as it came")                           \
	X(POSTED, "posted", "an interrupt was posted to a guest")                               \
	X(COMPLETED, "completed", "a translation request was completed with some right")        \
	X(NO_RIGHTS, "no-rights", "a translation request was completed with R=W=0")             \
	X(PAGE_LOGGED, "page-logged", "a page request stands in the log")                       \
	X(PAGE_LOST, "page-lost", "a page request found no log to stand in")                    \
	X(PAGE_ANSWERED, "page-answered", "a page request was answered automatically")          \
	X(PAGE_DISCARDED, "page-discarded", "nothing was due for a page request")               \
	X(LOGGED, "logged", "refused, and the event was logged")                                \
	X(SUPPRESSED, "suppressed", "refused, and the event was suppressed")                    \
	X(LOST, "lost", "refused, and the event was lost")                                      \
	X(SILENT, "silent", "refused without an event")                                         \
	X(PERFORMED, "performed", "a command was performed, or waits for devices")              \
	X(STOPPED, "stopped", "a command stopped its ring with an event")                       \
	X(IDLE, "idle", "there was no command to perform")                                      \
	X(COMPLETION, "completion", "a device completed an invalidation, or did not in time")   \
	X(REGISTER_READ, "register-read", "a register or configuration space was read")         \
	X(REGISTER_WRITE, "register-write", "a register or configuration space was written")

enum coverage_outcome {
#define X(id, name, text) COVERAGE_##id,
	COVERAGE_OUTCOMES(X)
#undef X
	COVERAGE_NOUTCOMES
};

/* Classes of values.  Those of an ENUM field that have names are counted one by one. */
enum coverage_class {
	COVERAGE_ZERO,
	COVERAGE_ONE,           /* the smallest that is not 0: of an address, one unit */
	COVERAGE_MAX,           /* all bits are 1 */
	COVERAGE_OTHER,         /* neither; of an ignored field: not 0 */
	COVERAGE_RESERVED,      /* a reserved field that is not 0, a value without a name */
	COVERAGE_UNSUPPORTED,   /* not 0, while the feature is missing that defines the field */
	COVERAGE_NCLASSES
};

/* How the words of a format come to be known. */
enum coverage_way {
	COVERAGE_NO_WAY,        /* only described: the IOMMU never meets them */
	COVERAGE_FETCHED,       /* tables and commands, as the IOMMU reads them */
	COVERAGE_PRODUCED,      /* events, log entries and messages, as it makes them */
	COVERAGE_REGISTER       /* what software writes; of read-only fields what it reads */
};

/* The values of ENUM fields that have names: the rows of gvi_value_names[]. */
enum {
#define E(format, field, value, name, text) COVERAGE_VALUE_##format##_##field##_##value,
#include "goldvi/def/formats.inc"
	COVERAGE_NVALUES
};

enum { COVERAGE_NBUSES = GVI_BUS_POISON + 1, COVERAGE_NMESSAGES = GVI_MESSAGE_RESPONSE + 1 };

/* The largest count: the integers up to here are exact in every reader of JSON. */
#define COVERAGE_FULL ((UINT64_C(1) << 53) - 1)

/* Nothing but counters of type uint64_t. */
struct coverage_counts {
	uint64_t runs;          /* merged into this */
	uint64_t tests;         /* coverage_test_end() */
	struct {
		uint64_t applied;       /* told by a note, or, unless one listens, by an answer;
		                         * or part of what is told: implied.def, choices */
		uint64_t reported;      /* calls that said so: in their answer, or, if they have
		                         * none, by a note */
		uint64_t named;         /* tests that passed and name it */
		uint64_t exercised;     /* ... during which it was applied */
		uint64_t outcome[COVERAGE_NOUTCOMES];   /* calls that applied it, and came to this */
	} clause[GVI_NCLAUSES];
	uint64_t outcome[COVERAGE_NOUTCOMES];
	uint64_t choice[GVI_NCHOICES][GVI_MAX_ALTERNATIVES];
	uint64_t words[GVI_NFORMATS];                   /* of this format, fetched, produced, ... */
	uint64_t fetch[GVI_NFORMATS][COVERAGE_NBUSES];  /* by enum gvi_bus */
	uint64_t field[GVI_NFIELDS][COVERAGE_NCLASSES];
	uint64_t value[COVERAGE_NVALUES];
	uint64_t write[COVERAGE_NBUSES], exchange[COVERAGE_NBUSES];
	uint64_t message[COVERAGE_NMESSAGES];           /* by enum gvi_message_kind */
	uint64_t source[GVI_NSOURCES];                  /* the IOMMU's own interrupts */
};

/* Clauses, each once. */
struct coverage_set {
	uint16_t count, clause[GVI_NCLAUSES];
	uint8_t  has[GVI_NCLAUSES];
};

/* What a call wrote to memory, until it is known which call it was. */
enum { COVERAGE_MAX_WRITTEN = 16 };
struct coverage_written {
	uint64_t data[2];
	uint8_t  length;
};

struct coverage {
	struct coverage_counts counts;
	uint64_t features;              /* coverage_features() */
	uint32_t capability;            /* offset of the IOMMU's in configuration space: 40h */
	uint16_t rule[GVI_NCHOICES];    /* enum gvi_clause: that leaves a choice open */
	bool     heard;                 /* a note, since the last call */
	bool     writes;                /* the access to a register is one that writes */
	unsigned nwritten;
	struct coverage_written written[COVERAGE_MAX_WRITTEN];
	struct coverage_set call, test; /* applied since they began */
};

/* One run, in which nothing has happened. */
void coverage_init(struct coverage *c);

/* Something that happened inside: what host.note is told. */
void coverage_note(struct coverage *c, const struct gvi_note *note);

/* A call has come to its end: what it was, what came back, and what gvi_effects()
 * lists or was seen on the bus.  If notes were heard since the last call, rules and
 * effects are known from them, and those given here do not count again. */
void coverage_call(struct coverage *c, const struct gvi_input *input, const union gvi_reply *reply,
                   const struct gvi_effect *effects, size_t neffects);

/* The call was refused: it does not count, and what was heard of it belongs to no other. */
void coverage_refused(struct coverage *c);

/* The features that are in force from now on: gvi_features_now().  All, unless said. */
void coverage_features(struct coverage *c, uint64_t features);

/* A test (an instance of a vector, a directed or random test of a bench) begins, and
 * has ended: it passed, and names these clauses (enum gvi_clause).  A call that did not come
 * to its end before the test began has been refused: tests count alike in any order. */
void coverage_test_begin(struct coverage *c);
void coverage_test_end(struct coverage *c, bool passed, const uint16_t *clauses, size_t count);

/* Adds what another run has counted.  `from` may be of another thread that is done. */
void coverage_merge(struct coverage_counts *into, const struct coverage_counts *from);

/* ---- What there is to be reached ------------------------------------------- */

enum coverage_way coverage_way(enum gvi_format_id format);
/* Whether such a value can be in such a field: bins that are not there count nothing.
 * Fields of no way have none. */
bool coverage_has(enum gvi_field_id field, enum coverage_class class_);

const char *coverage_outcome_name(enum coverage_outcome outcome);
const char *coverage_outcome_text(enum coverage_outcome outcome);
const char *coverage_class_name(enum coverage_class class_);

#ifdef __cplusplus
}
#endif
#endif
