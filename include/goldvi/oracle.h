/* goldvi's oracle: not what an IOMMU would answer, but all that it may answer.
 *
 * An oracle is told everything that reaches the IOMMU under test, and what that
 * did.  It keeps the states in which an IOMMU can be that has behaved so ("worlds"),
 * and what each liberty of choice.def can still be.  A question is answered by
 * playing the model for every choice that it meets.  What was seen and is
 * permitted narrows worlds and habits; what is not permitted changes nothing, and
 * the nearest permitted outcome tells why.
 *
 * The IOMMU under test is the one that writes memory, sends messages and
 * interrupts; the oracle only compares.  It reads tables through the host that it is
 * given, of which `read`, `windows` and `user` count.  Changes of memory by others
 * are told by gvi_oracle_wrote() as they happen.
 *
 * Bounds: all storage is the caller's.  Where the bounds do not suffice the
 * verdict is GVI_UNSURE, never a guess.  Devices that share a DomainID must share
 * their tables, as docs/spec/14-caching-and-invalidation.md section 1 demands. */
#ifndef GOLDVI_ORACLE_H
#define GOLDVI_ORACLE_H

#include "goldvi/goldvi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What happens ------------------------------------------------------- */

enum gvi_input_kind {
	GVI_INPUT_TRANSLATE,    /* request: gvi_translate() */
	GVI_INPUT_INTERRUPT,    /* interrupt: gvi_interrupt() */
	GVI_INPUT_ATS,          /* ats: gvi_ats_translate() */
	GVI_INPUT_PAGE,         /* page: gvi_page_request() */
	/* nothing: gvi_step().  One for each command that takes effect, in the order in
	 * which they do; those whose effect is not seen at any time after the tail was
	 * written.  Who looks at effects (GVI_SEEN_EFFECTS) looks at those of all steps:
	 * without, commands are taken in the order of the ring. */
	GVI_INPUT_STEP,
	/* invalidation: gvi_invalidation_done(); the tag is that of the message seen. */
	GVI_INPUT_DONE,
	GVI_INPUT_TIMED_OUT,    /* invalidation: gvi_invalidation_timed_out() */
	GVI_INPUT_MMIO_READ,    /* mmio: gvi_mmio_read() */
	GVI_INPUT_MMIO_WRITE,   /* mmio: gvi_mmio_write() */
	GVI_INPUT_CONFIG_READ,  /* mmio: gvi_config_read() */
	GVI_INPUT_CONFIG_WRITE, /* mmio: gvi_config_write() */
	GVI_NINPUTS
};

struct gvi_input {
	uint8_t kind;           /* enum gvi_input_kind */
	union {
		struct gvi_request request;
		struct gvi_interrupt interrupt;
		struct gvi_ats_request ats;
		struct gvi_page_request page;
		struct {
			uint64_t value; /* of a write */
			uint32_t offset;
			uint8_t  length;
		} mmio;
		struct {
			uint16_t device;
			uint8_t  tag;
		} invalidation;
	} of;
};

/* What comes back at once. */
union gvi_reply {
	struct gvi_answer answer;       /* TRANSLATE, INTERRUPT */
	struct gvi_ats_answer ats;
	struct gvi_page_answer page;
	uint64_t value;                 /* MMIO_READ, CONFIG_READ; STEP: whether something was done */
};

/* The call of goldvi.h that the input names, on a model; GVI_ARG_INPUT if it is none.
 * Of the reply only the member that belongs to it is written. */
GVI_API enum gvi_status gvi_play(struct gvi *m, const struct gvi_input *in, union gvi_reply *reply);

/* What of it was seen. */
enum {
	GVI_SEEN_RESULT     = 1,        /* result; of ATS and page requests too */
	GVI_SEEN_ADDRESS    = 2,        /* address, if granted */
	GVI_SEEN_SIZE       = 4,
	GVI_SEEN_RIGHTS     = 8,        /* read, write */
	GVI_SEEN_ATTRIBUTES = 16,       /* coherent, untranslated_only */
	GVI_SEEN_COMPLETION = 32,
	GVI_SEEN_EVENT      = 64,       /* logging; and event, unless none was due */
	GVI_SEEN_MESSAGE    = 128,      /* message; of a page request: response and entry */
	GVI_SEEN_VALUE      = 256,      /* of register reads and steps; translations of ATS */
	GVI_SEEN_EFFECTS    = 512,      /* effects: writes, exchanges and messages, all and in order */
	GVI_SEEN_ALL        = 1023
};

struct gvi_seen {
	uint32_t what;          /* GVI_SEEN_… */
	union gvi_reply reply;
	const struct gvi_effect *effects;       /* with GVI_SEEN_EFFECTS; RAISE does not count */
	size_t neffects;
	/* Of a request that was under way for a while: gvi_moment() when it came.  An
	 * invalidation that was complete only after that ends nothing for it, and it may
	 * have met whatever memory has been since.  0: it came now. */
	uint64_t since;
};

/* ---- What is permitted -------------------------------------------------- */

#define GVI_MAX_PICKS 64

/* A choice on the way to an outcome, where there was one. */
struct gvi_pick {
	uint64_t spa;           /* HELD_…: the word of a table that may be held; else 0 */
	uint16_t choice;        /* enum gvi_choice */
	uint8_t  value;         /* the alternative taken */
	uint8_t  options;       /* of how many that were left */
};

struct gvi_outcome {
	union gvi_reply reply;
	uint32_t npicks;
	struct gvi_pick pick[GVI_MAX_PICKS];
	uint32_t neffects;
	struct gvi_effect effect[GVI_MAX_EFFECTS];
};

enum gvi_verdict {
	GVI_PERMITTED,
	GVI_REFUSED,            /* nothing permits it; the oracle is where it was */
	GVI_UNSURE              /* the bounds did not suffice to tell */
};

struct gvi_judgement {
	uint8_t  verdict;       /* enum gvi_verdict */
	uint32_t runs;          /* of the model */
	uint32_t worlds;        /* that explain all that was seen, afterwards */
	bool     near;          /* REFUSED: nearest[] is the outcome that differs least */
	uint32_t differs;       /* and in what: GVI_SEEN_… */
	/* REFUSED, but it would have been permitted before a completed invalidation, which
	 * is the command ended_by[].  Then nearest is what was seen, and its picks name
	 * the words that are held too long. */
	bool     stale;
	uint64_t ended_by[2];
};

/* ---- Calls -------------------------------------------------------------- */

struct gvi_bounds {
	uint32_t worlds;        /* states kept at once: 1 to 4096 */
	uint32_t runs;          /* of the model for one question: 1 or more */
	unsigned values_log2;   /* of the history: see gvi_history_size() */
	/* For so many inputs a read may still return what Status, the command head or the
	 * tail of a log was before the IOMMU changed it; of Status bit by bit. */
	uint32_t delay;
};

/* An oracle: gvi_oracle_size() bytes of the caller's, aligned as malloc() aligns. */
struct gvi_oracle;
/* 0 for bounds that are none. */
GVI_API size_t gvi_oracle_size(const struct gvi_bounds *bounds);

/* Knows nothing but that the IOMMU comes out of reset.  Habits that the
 * configuration settles are held against it from the start. */
GVI_API enum gvi_status gvi_oracle_init(struct gvi_oracle *o, const struct gvi_bounds *bounds,
                                        const struct gvi_config *config, const struct gvi_host *host);

/* The same for an IOMMU that is where `m` is, with the history that m has, which is
 * shared and must outlive the oracle (bounds.values_log2 does not count). */
GVI_API enum gvi_status gvi_oracle_adopt(struct gvi_oracle *o, const struct gvi_bounds *bounds,
                                         const struct gvi *m, const struct gvi_host *host);

/* Memory was changed by somebody else than the IOMMU: see gvi_wrote(). */
GVI_API enum gvi_status gvi_oracle_wrote(struct gvi_oracle *o, uint64_t spa, const uint64_t *old,
                                         size_t words);

/* The distinct outcomes permitted here and now: *count of them, of which the first
 * `room` are in list[].  Nothing is changed.  *verdict is PERMITTED or UNSURE: then
 * the list is not complete. */
GVI_API enum gvi_status gvi_permitted(struct gvi_oracle *o, const struct gvi_input *input,
                                      struct gvi_outcome *list, size_t room, size_t *count,
                                      enum gvi_verdict *verdict);

/* The IOMMU has done this.  `nearest` may be NULL. */
GVI_API enum gvi_status gvi_observe(struct gvi_oracle *o, const struct gvi_input *input,
                                    const struct gvi_seen *seen, struct gvi_judgement *judgement,
                                    struct gvi_outcome *nearest);

/* This moment, for gvi_seen.since: later ones are greater. */
GVI_API uint64_t gvi_moment(struct gvi_oracle *o);

/* The alternatives of a choice that what was seen has left, one bit each; of an
 * EVENT always all. */
GVI_API unsigned gvi_left(const struct gvi_oracle *o, enum gvi_choice choice);

/* The model in world `n`, or NULL: for looking at registers. */
GVI_API const struct gvi *gvi_world(const struct gvi_oracle *o, uint32_t n);

#ifdef __cplusplus
}
#endif
#endif
