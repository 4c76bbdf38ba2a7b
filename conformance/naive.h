/* The slow twin: device table, page tables and interrupt remapping a second time.
 *
 * Written from docs/spec alone, for obviousness and not for speed, so that two
 * readings of the same text can be compared (world.h).  It shares with the model
 * the words of its public API and nothing else: every bit position stands here
 * once more, as a number. */
#ifndef GOLDVI_NAIVE_H
#define GOLDVI_NAIVE_H

#include "goldvi/goldvi.h"

enum { NAIVE_SEGMENTS = 8, NAIVE_DEVICES = 16, NAIVE_FILTERS = 16, NAIVE_RAISED = 8 };

/* Memory as the twin sees it; answers are enum gvi_bus. */
struct naive_memory {
	void *user;
	enum gvi_bus (*read)(void *user, uint64_t spa, void *to, size_t len);
	enum gvi_bus (*write)(void *user, uint64_t spa, const void *from, size_t len);
	enum gvi_bus (*exchange)(void *user, uint64_t spa, uint64_t *seen, uint64_t next);
};

/* What of a table is being read. */
enum naive_table { NAIVE_DTE, NAIVE_HOST, NAIVE_GCR3, NAIVE_GUEST, NAIVE_IRTE };

struct naive_read {
	uint64_t spa, address; /* where it stands; the GPA, GVA or index that leads to it */
	uint32_t pasid;
	uint16_t device, domain;
	uint8_t table;        /* enum naive_table */
	uint8_t level;        /* of a page table from 1; of a GCR3 table from 0 */
	uint8_t first, words; /* of an entry */
};

/* A cache between the twin and its tables (naive_cache.h). */
struct naive_hook {
	void *user;
	/* A walk begins that would start with this read: at which level it starts
	 * instead, or 0. */
	unsigned (*begin)(void *user, const struct naive_read *read);
	/* The cache has it: true, and its words; else they are read and told. */
	bool (*held)(void *user, const struct naive_read *read, uint64_t *words);
	void (*fetched)(void *user, const struct naive_read *read, uint64_t *words);
};

struct naive {
	struct naive_memory memory;
	const struct naive_hook *hook; /* NULL without a cache */
	/* Picks what may come out differently each time; may be NULL: as habit[] says. */
	unsigned (*choose)(void *user, enum gvi_choice choice);
	/* what the implementation is */
	uint64_t efr, efr2;
	uint32_t misc0, capability;
	uint16_t revision;
	bool no_host, snp;
	uint8_t habit[GVI_NCHOICES]; /* the alternative of every choice */
	/* registers, as they read */
	uint64_t control;
	uint64_t device_table[NAIVE_SEGMENTS]; /* 0000h, then 0100h to 0130h */
	uint64_t exclusion_base, exclusion_limit;
	uint64_t smi_filter[NAIVE_FILTERS]; /* 0060h to 00D8h */
	uint64_t log_base;
	uint32_t log_head, log_tail;
	bool log_run, overflow, log_int;
	uint64_t hardware_event[2];
	bool hev, heo;
	uint64_t ga_base, ga_tail_address;
	uint32_t ga_head, ga_tail;
	bool ga_run, ga_overflow, ga_int;
	/* two PPR logs, and which is active */
	uint64_t ppr_base[2], ppr_auto, ppr_early_at[2];
	uint32_t ppr_head[2], ppr_tail[2];
	unsigned ppr_active, ppr_last; /* the latter took the last entry */
	bool ppr_run, ppr_int, ppr_overflow[2], ppr_early[2];
	bool ppr_waits;                       /* for its overflow bit to be cleared: AMB-7.17 */
	enum gvi_source raised[NAIVE_RAISED]; /* by the last call */
	unsigned nraised;
	/* devices with SE=1 whose one event was logged */
	uint16_t reported[NAIVE_DEVICES];
	unsigned nreported;
};

struct naive_answer {
	uint64_t address, size;
	uint64_t event[2];
	uint64_t mask[2];   /* bits of the event that docs/spec determines */
	uint8_t result;     /* enum gvi_result */
	uint8_t completion; /* enum gvi_completion */
	uint8_t logging;    /* enum gvi_logging */
	bool translated, read, write, coherent, untranslated_only;
	bool guest;    /* went to guest tables */
	bool captured; /* the hardware event registers hold the event */
	/* refused where A or D may be set as well: half way through their updates, or in
	 * tables that were used before the refusal */
	bool free_a, free_d;
	struct gvi_message message; /* of an interrupt: what leaves */
	/* of a translation request */
	uint64_t gpa;                     /* what guest tables made of it */
	uint8_t memory_type;              /* PAT, PCD, PWT of the guest's page */
	bool execute, privileged, global; /* as a completion has them */
};

struct naive_ats_answer {
	uint64_t translation[GVI_MAX_TRANSLATIONS];
	struct naive_answer last; /* of the last translation; its event is the request's */
	uint8_t count;
	uint8_t result, completion, logging;
	bool guest, captured, free_a, free_d;
	/* the events that were appended, in order */
	uint64_t event[GVI_MAX_TRANSLATIONS][2], mask[GVI_MAX_TRANSLATIONS][2];
	unsigned nevents;
};

struct naive_page_answer {
	uint64_t entry[2], event[2], mask[2];
	struct gvi_message response;
	uint8_t result;  /* enum gvi_page_result */
	uint8_t logging; /* enum gvi_logging */
	bool has_response, log_b, captured;
};

void naive_translate(struct naive *n, const struct gvi_request *request,
		     struct naive_answer *answer);
void naive_interrupt(struct naive *n, const struct gvi_interrupt *interrupt,
		     struct naive_answer *answer);

void naive_ats_translate(struct naive *n, const struct gvi_ats_request *request,
			 struct naive_ats_answer *answer);
void naive_page_request(struct naive *n, const struct gvi_page_request *request,
			struct naive_page_answer *answer);
/* COMPLETE_PPR_REQUEST. */
void naive_complete_request(struct naive *n, const uint64_t *command, struct gvi_message *response);
/* A write of Control, as far as the PPR logs are concerned. */
void naive_page_control(struct naive *n, uint64_t control);
/* Software has cleared bits of Status. */
void naive_page_cleared(struct naive *n);

#endif
