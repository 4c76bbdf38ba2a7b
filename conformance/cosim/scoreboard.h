/* The scoreboard: holds an IOMMU in a test bench against the oracle.
 *
 * The bench tells everything that reaches the IOMMU and everything that leaves it, as
 * single items in the order in which it sees them.  The scoreboard says of each whether
 * it was permitted; what was not is reported in words, and all else goes on.
 *
 *   towards the IOMMU: scoreboard_wrote(), _mmio_write(), _issue(), _device_done() ...
 *   from the IOMMU:    scoreboard_answer(), _written(), _message(), _mmio_read()
 *
 * It needs the library and malloc(); no simulator.  goldvi_dpi.c is the same for
 * SystemVerilog, goldvi_vpi.c for Verilog, goldvi_tlm.h for SystemC.
 *
 * Transactions.  A request is issued with a tag of the bench's choice and answered at
 * any time later, in any order.  Its answer is right if it is permitted at some moment
 * between the two.  What changes in between:
 * - Memory.  Old and new values are both permitted anyhow, until an invalidation of the
 *   old one is complete.
 * - The completion of an invalidation.  docs/spec/14 section 4 has the IOMMU discard, or
 *   push out, what is under way before it completes; but bench and IOMMU need not
 *   agree on what came first when an answer and a completion leave through different
 *   ports.  So an invalidation ends nothing for requests that were issued before its
 *   COMPLETION_WAIT was seen to complete.  Who issues a request when the IOMMU really takes it
 *   loses nothing by that: a request that is issued after the completion was seen gets no
 *   old value.
 * - Control, bases and the like.  An answer that does not fit after such a write, to a
 *   request from before, is counted as unsure, not refused.
 *
 * Events.  An abort whose record is due is judged when the record is written, because
 * that tells the order in the log; until then its tag stays open.  The record may come before
 * the answer, too.
 *
 * Page requests.  Nothing comes back for one.  Its answer says that the IOMMU has taken it, and
 * an entry, a record or a response, before or after that, what became of it.
 *
 * Commands.  Nobody sees an invalidation being performed.  Commands count as performed
 * when something shows it that only they can have done: a completion store, a
 * message, a record of an error, a bit of Status.
 *
 * Messages and memory writes of the IOMMU that nothing explains yet are kept while
 * requests are open that might, and refused at the end. */
#ifndef GOLDVI_SCOREBOARD_H
#define GOLDVI_SCOREBOARD_H

#include "goldvi/oracle.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SCOREBOARD_TAGS = 1024 }; /* requests that may be open at once */

/* Which kinds of items the bench tells.  What it does not tell is not missed. */
enum scoreboard_told {
	SCOREBOARD_RECORDS = 1, /* scoreboard_written(): event records and other log entries */
	SCOREBOARD_STORES = 2,  /* scoreboard_written(): completion stores */
	SCOREBOARD_MESSAGES = 4 /* scoreboard_message() */
};

struct scoreboard_options {
	struct gvi_config config; /* of the IOMMU under test: gvi_preset() and what differs */
	struct gvi_host host;     /* read() or windows over the bench's memory, and user */
	struct gvi_bounds bounds; /* all 0: 64 worlds, 4096 runs, 2^16 old values, delay 16 */
	unsigned told;            /* enum scoreboard_told; 0: all of them */
	unsigned most_reports;    /* more are counted only; 0: 20 */
	/* Gets each line of reports and summary.  NULL: standard output. */
	void (*print)(void *user, const char *line);
	void *print_user;
	/* Where scoreboard_finish() writes what was reached, for `goldvi coverage`; or NULL.
	 * Counted is what the model does with each input that is told or issued and each
	 * command that counts as performed; that costs a run of the model for each. */
	const char *coverage;
	/* The file of a trace (docs/traces.md) of all that the oracle is told, for `goldvi replay`
	 * and `goldvi reduce`, which makes a vector of the first refusal; or NULL.  Memory has to be
	 * zero at the start, each change told, and no read may fail: a trace has no place for that. */
	const char *trace;
};

struct scoreboard_totals {
	uint64_t items;   /* that were fed */
	uint64_t answers; /* that were judged: translations, interrupts, ATS, page requests */
	uint64_t grants, aborts; /* of these */
	uint64_t held;           /* answers that were right only for words that may still be held */
	uint64_t in_flight;      /* answers to requests during which something changed */
	uint64_t records, stores, messages, commands, reads; /* explained */
	uint64_t unsure, refused;
	uint64_t runs, worlds; /* the most that one item took, and that there were */
};

struct scoreboard;

/* NULL, and a sentence in why, if there is none: the configuration contradicts itself,
 * or there is no memory. */
struct scoreboard *scoreboard_open(const struct scoreboard_options *options, char *why,
				   size_t size);
void scoreboard_close(struct scoreboard *s);

/* ---- Towards the IOMMU -------------------------------------------------------------- */

/* All calls return whether that was permitted; what is unsure counts as such.  False is
 * reported. */

/* Software (or a device) has changed memory: `words` words at `spa`, a multiple of 8, that
 * were old[] before; the host reads the new ones by now. */
bool scoreboard_wrote(struct scoreboard *s, uint64_t spa, const uint64_t *old, size_t words);

bool scoreboard_mmio_write(struct scoreboard *s, uint32_t offset, unsigned length, uint64_t value);
bool scoreboard_config_write(struct scoreboard *s, uint32_t offset, unsigned length,
			     uint32_t value);

/* A request enters: a TRANSLATE, INTERRUPT, ATS or PAGE.  False, too, if the tag is open. */
bool scoreboard_issue(struct scoreboard *s, uint32_t tag, const struct gvi_input *request);

/* A device has completed an invalidate request of this ITag, or has let InvTimeOut pass. */
bool scoreboard_device_done(struct scoreboard *s, uint16_t device, uint8_t itag, bool in_time);

/* ---- From the IOMMU ------------------------------------------------------------------ */

/* What became of a request.  seen->what says what the bench sees of an answer; without
 * GVI_SEEN_EVENT the record is expected through scoreboard_written(), before or after the
 * answer.  GVI_SEEN_EFFECTS without effects says that none will come after it. */
bool scoreboard_answer(struct scoreboard *s, uint32_t tag, const struct gvi_seen *seen);

/* An interrupt has left as this message; of what an MSI has no place for nothing is said. */
bool scoreboard_answer_interrupt(struct scoreboard *s, uint32_t tag, uint64_t address,
				 uint32_t data);

/* Issued and answered at once, for benches in lockstep. */
bool scoreboard_check(struct scoreboard *s, const struct gvi_input *request,
		      const struct gvi_seen *seen);

/* The IOMMU has written memory: a record in a log, or a completion store; 8 or 16 bytes.
 * Accessed and dirty bits need not be told. */
bool scoreboard_written(struct scoreboard *s, uint64_t spa, const uint64_t *data, unsigned bytes);

/* A message has left: the IOMMU's own interrupt, or one to a device.  Interrupts that are
 * remapped are answers. */
bool scoreboard_message(struct scoreboard *s, const struct gvi_message *message);

/* What a read has returned. */
bool scoreboard_mmio_read(struct scoreboard *s, uint32_t offset, unsigned length, uint64_t value);
bool scoreboard_config_read(struct scoreboard *s, uint32_t offset, unsigned length, uint32_t value);

/* ---- Questions ------------------------------------------------------------------------- */

/* What an IOMMU without caches that takes every preferred reading does here and now. */
bool scoreboard_predict(struct scoreboard *s, const struct gvi_input *request,
			union gvi_reply *reply);

/* The request that was issued with this tag and has no answer yet, or NULL. */
const struct gvi_input *scoreboard_issued(const struct scoreboard *s, uint32_t tag);
/* Requests without answer, or aborted and without their record. */
size_t scoreboard_open_tags(const struct scoreboard *s);
const struct scoreboard_totals *scoreboard_totals(const struct scoreboard *s);
/* The lines of the last refusal, "" before the first. */
const char *scoreboard_report(const struct scoreboard *s);
/* The oracle behind it, for looking. */
struct gvi_oracle *scoreboard_oracle(struct scoreboard *s);

/* The end: what is still owed is refused now, and so is a file that cannot be written.
 * Prints the summary; the last line begins
 * with "scoreboard: passed" or "scoreboard: FAILED".  Returns the number of refusals. */
uint64_t scoreboard_finish(struct scoreboard *s);

/* ---- Listeners: where coverage and recorders are attached -------------------------------- */

enum scoreboard_kind {
	SCOREBOARD_INPUT,   /* `input` was told (with the answer: `seen`) */
	SCOREBOARD_ISSUE,   /* `input` with `tag` */
	SCOREBOARD_ANSWER,  /* `input`, `seen` of `tag` */
	SCOREBOARD_WROTE,   /* `spa`, `data` (what was there before), `words` */
	SCOREBOARD_WRITTEN, /* by the IOMMU: `spa`, `data`, `words` */
	SCOREBOARD_MESSAGE  /* `message` */
};

/* An item as it was fed, before it is judged.  Reads, writes of registers and what devices
 * complete are INPUTs. */
struct scoreboard_item {
	enum scoreboard_kind kind;
	uint32_t tag;
	const struct gvi_input *input;
	const struct gvi_seen *seen;
	uint64_t spa;
	const uint64_t *data;
	size_t words;
	const struct gvi_message *message;
};

struct scoreboard_listener {
	void *user;
	/* Any may be NULL. */
	void (*fed)(void *user, const struct scoreboard_item *item);
	/* Rules, choices, fetches and effects of the model, as it predicts each input that was
	 * told or issued.  Listening to it costs a run of the model for each. */
	void (*note)(void *user, const struct gvi_note *note);
	/* A verdict on the item that was fed last (or, of an abort, earlier). */
	void (*judged)(void *user, const struct gvi_input *input,
		       const struct gvi_judgement *judgement);
	struct scoreboard_listener *next; /* the scoreboard's */
};

/* Attached until the scoreboard is closed; the listener stays the caller's. */
void scoreboard_listen(struct scoreboard *s, struct scoreboard_listener *listener);

#ifdef __cplusplus
}
#endif
#endif
