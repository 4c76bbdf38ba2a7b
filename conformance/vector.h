/* Vectors (vectors/README.md) as structures: files, cases, and the instances of
 * their sweeps.
 *
 * Loading checks all that can be checked without a device.  What a sweep does
 * not touch is read once; the rest is read again for each instance, into the
 * instance's own arena. */
#ifndef GOLDVI_VECTOR_H
#define GOLDVI_VECTOR_H

#include "conformance/dut/dut.h"
#include "conformance/expression.h"
#include "conformance/record.h"
#include "conformance/yaml.h"

/* The version of the format. */
#define VECTOR_SCHEMA 1

/* ---- Words and registers -------------------------------------------------- */

/* Words in memory, or expected there. */
struct store {
	uint64_t at;
	const uint64_t *word;
	const uint64_t *mask;           /* of the bits that count; NULL = all */
	uint32_t count, repeat;         /* words; how often they follow one another */
	uint16_t format;                /* of `as`, if it was one entry; else GVI_NFORMATS */
};

/* An access to the MMIO window or the configuration space.  Reads must return
 * value where mask is set; a write with modify keeps what lies outside mask. */
struct access {
	uint64_t value, mask;
	uint32_t offset;
	uint16_t format;                /* of the register, or GVI_NFORMATS */
	uint8_t  size;
	bool     pci, modify;
};

struct error_list {
	const struct dut_error *error;
	size_t count;
};

/* ---- Set-up ---------------------------------------------------------------- */

enum config_member {
	CONFIG_FIELD,                   /* of EFR, EFR2, CAP_HEADER, CAP_MISC0, CAP_MISC1, CONTROL */
	CONFIG_WORD,                    /* one of those as a whole */
	CONFIG_REVISION,
	CONFIG_DEVICE,
	CONFIG_PCI_ID,
	CONFIG_BASE,
	CONFIG_ENABLED,
	CONFIG_NO_HOST,
	CONFIG_SNP,
	CONFIG_IRT_CACHE_DIS,
	CONFIG_GST_BUFFER,
	CONFIG_MSI_MESSAGES_LOG2
};

struct config_change {
	uint64_t value;
	uint16_t field;                 /* CONFIG_FIELD */
	uint16_t format;                /* CONFIG_FIELD and CONFIG_WORD */
	uint8_t  member;                /* enum config_member */
};

struct habit {
	uint16_t choice;
	uint8_t  alternative;
};

struct given {
	const struct config_change *config;
	const struct habit *habit;
	const struct store *store;
	const struct access *access;    /* writes of registers */
	struct error_list errors;
	size_t nconfig, nhabits, nstores, naccesses;
	bool   has_errors;
};

enum need_subject { NEED_FIELD, NEED_REVISION, NEED_NO_HOST, NEED_SNP, NEED_ABILITY };
enum comparison { IS_EQUAL, IS_UNEQUAL, IS_LESS, IS_AT_MOST, IS_MORE, IS_AT_LEAST };

struct need {
	const char *text;               /* as written */
	uint64_t value;
	uint16_t id;                    /* of the field, or the ability's bit */
	uint8_t  subject, comparison;
};

struct needs {
	const struct need *need;
	size_t count;
};

/* ---- Expectations ---------------------------------------------------------- */

/* The logs of an IOMMU, in the order in which a step may name them. */
enum log_name { LOG_EVENTS, LOG_EVENTS_B, LOG_PPR, LOG_PPR_B, LOG_GA, NLOGS };

extern const char *const log_names[NLOGS];      /* "ppr_b": the keys of a step */
unsigned log_words(enum log_name log);          /* of an entry */

/* An entry of a log; those of the GA log have one word. */
struct entry {
	uint64_t raw[2], mask[2];
};

struct entries {
	const struct entry *entry;
	size_t count;
	bool   said;
};

/* Messages to devices: INVALIDATE and RESPONSE, whose tags do not count. */
struct messages {
	const struct gvi_message *message;
	size_t count;
	bool   said;
};

/* What a step leaves behind where others find it: all of it, in this order. */
struct traces {
	struct entries log[NLOGS];
	struct messages messages;
};

enum answer_kind {
	ANSWER_NONE,                    /* nothing but traces: steps that are no access */
	ANSWER_GRANT,
	ANSWER_ABORT,
	ANSWER_INTERRUPT,
	ANSWER_MESSAGE,                 /* a device's interrupt was sent */
	ANSWER_POSTED,                  /* it is in a guest's virtual APIC */
	ANSWER_COMPLETION,              /* of a translation request */
	ANSWER_CHOICE
};

/* What an answer names, and hence what is compared. */
enum named {
	NAMED_ADDRESS           = 1 << 0,
	NAMED_SIZE              = 1 << 1,
	NAMED_READ              = 1 << 2,
	NAMED_WRITE             = 1 << 3,
	NAMED_COHERENT          = 1 << 4,
	NAMED_UNTRANSLATED_ONLY = 1 << 5,
	NAMED_COMPLETION        = 1 << 6,
	NAMED_MESSAGE_ADDRESS   = 1 << 7,       /* of a message, like all below */
	NAMED_DATA              = 1 << 8,
	NAMED_DESTINATION       = 1 << 9,
	NAMED_RQ_EOI            = 1 << 10,
	NAMED_TRANSLATED        = 1 << 11
};

/* One translation that is returned. */
struct completion {
	uint64_t address;               /* where the address of the request goes */
	uint64_t word, mask;            /* flags of an ATS_COMPLETION, and which are named */
	uint8_t  size_log2;             /* 64 = all addresses */
	uint8_t  comparison;            /* of the size: IS_EQUAL, IS_AT_MOST or IS_AT_LEAST */
	uint8_t  named;                 /* NAMED_ADDRESS, NAMED_SIZE */
};

struct answer {
	struct gvi_answer expected;     /* what is named of it */
	const struct completion *completion;    /* ANSWER_COMPLETION: ncompletions */
	size_t ncompletions;
	struct traces traces;
	const struct answer *alternative[GVI_MAX_ALTERNATIVES]; /* ANSWER_CHOICE */
	uint16_t choice;
	uint16_t named;                 /* enum named */
	uint8_t  kind;                  /* enum answer_kind */
};

enum pattern_kind { PATTERN_WRITE, PATTERN_EXCHANGE, PATTERN_INTERRUPT };

struct pattern {
	const uint64_t *word;           /* of a write; NULL = whatever */
	uint64_t at, from, to;
	uint32_t count;
	uint8_t  kind, source;          /* enum pattern_kind, enum gvi_source */
	bool     any;                   /* an exchange at `at` of whatever values */
	uint16_t named;                 /* of an interrupt: NAMED_MESSAGE_ADDRESS, ... */
	uint32_t data, destination;     /* of an interrupt; its address is `at` */
};

struct patterns {
	const struct pattern *pattern;
	size_t count;
};

struct effects {
	struct patterns ordered, unordered, never;
	bool said;
};

/* ---- Steps ------------------------------------------------------------------ */

enum action {
	ACTION_DMA,
	ACTION_INTERRUPT,
	ACTION_ATS,
	ACTION_PAGE_REQUEST,
	ACTION_INVALIDATION_DONE,
	ACTION_INVALIDATION_TIMEOUT,
	ACTION_STORE,
	ACTION_WRITE,
	ACTION_READ,
	ACTION_COMMANDS,
	ACTION_UNTIL,
	ACTION_EXPECT,
	ACTION_ERRORS,
	ACTION_RACE,
	ACTION_DECODE,
	ACTION_RESERVED,
	ACTION_CHOICE
};

struct step;

struct steps {
	const struct step *const *step;
	size_t count;
};

struct field_value {
	uint64_t value;
	uint16_t field;
};

/* decode and reserved. */
struct format_check {
	const uint64_t *raw;
	const struct field_value *field;
	size_t   nfields;
	uint16_t format;
	uint16_t first;                 /* first reserved field, or GVI_NFIELDS */
};

/* The condition of until: memory if it has words, else a register. */
struct condition {
	struct store store;
	struct access access;
};

/* Which of the invalidate requests that a device has not completed yet. */
struct invalidation {
	uint64_t address;               /* untranslated, if has_address */
	uint16_t device;
	bool     has_address;           /* else the oldest */
};

struct choice_step {
	struct steps alternative[GVI_MAX_ALTERNATIVES];
	uint16_t choice;
};

struct step {
	union {
		struct gvi_request request;     /* dma */
		struct gvi_interrupt interrupt;
		struct gvi_ats_request ats;
		struct gvi_page_request page;
		struct invalidation invalidation;       /* done, timeout */
		struct store store;             /* store, race */
		struct access access;           /* write, read */
		struct { const struct store *store; size_t count; } stores; /* commands, expect */
		struct condition condition;     /* until */
		struct error_list errors;
		struct format_check check;      /* decode, reserved */
		struct choice_step choice;
	} u;
	const struct answer *answer;            /* never NULL: at least which traces */
	const struct effects *effects;          /* NULL if it says nothing */
	const char *name;                       /* "pci_read" */
	uint32_t line;
	uint8_t  action;                        /* enum action */
	uint8_t  names[GVI_NCHOICES];           /* 1: the choice is named by it */
};

/* ---- Files, cases, instances ------------------------------------------------- */

enum { MAX_SWEEPS = 16, MAX_BINDINGS = 64, MAX_INSTANCE_NAME = 400 };

struct sweep {
	const char *name;
	const uint64_t *value;          /* NULL: from, from + 1, ... */
	uint64_t from, count;
};

struct vector_file;

struct vector_case {
	struct vector_file *file;
	struct yaml_node *node, *given, *needs, *let, *steps;
	const char *id, *why, *only;    /* only: NULL if all instances exist */
	const struct yaml_node *only_node;
	const char *clauses;            /* slugs, separated by spaces */
	uint32_t line;
	uint64_t combinations;          /* of all sweeps, 1 without */
	size_t   nsweeps;
	struct sweep sweep[MAX_SWEEPS];
};

struct vector_file {
	struct yaml_file *yaml;
	const char *about, *topic;
	struct gvi_config config;       /* of profile and file */
	const struct given *profile, *given;    /* NULL if there is none */
	struct needs needs;
	bool   habits;                  /* settled by profile or file */
	struct vector_case *cases;
	size_t ncases;
	uint64_t nrandom;               /* numbers that sweeps keep */
};

struct instance {
	const struct vector_case *vector;
	char name[MAX_INSTANCE_NAME];   /* "bit=5,op=1" */
	struct gvi_config config;
	const struct given *given[3];   /* of profile, file and case; NULL if there is none */
	struct needs needs[2];          /* of file and case */
	struct steps steps;
	bool habits;                    /* some are settled before the start */
	uint8_t names[GVI_NCHOICES];    /* choices that a step names */
	struct arena arena;
};

enum instance_state {
	INSTANCE_READY,
	INSTANCE_ABSENT,                /* `only` says so */
	INSTANCE_WRONG                  /* the file is wrong here: see the error */
};

/* Profiles by path, so that each is read once. */
struct profile;
struct profiles {
	struct profile *first;
};

/* Reads and checks a file with its cases; of each case one instance.  `profile`,
 * unless NULL, replaces the file's own.  NULL and the error if it is refused. */
struct vector_file *vector_load(const char *path, const char *profile, struct profiles *profiles,
				char *error, size_t size);
void vector_free(struct vector_file *file);

/* Reads and checks a profile. */
bool profile_check(const char *path, char *error, size_t size);
void profiles_free(struct profiles *profiles);

/* Makes combination `n`, below vector->combinations, of a case.  The instance
 * is zeroed before its first use, reused from then on, and freed at the end. */
enum instance_state instance_make(struct vector_case *vector, uint64_t n,
				  struct instance *instance, char *error, size_t size);
void instance_free(struct instance *instance);

/* How many instances of a case exist. */
bool instance_count(const struct vector_case *vector, uint64_t *count, char *error, size_t size);

#endif
