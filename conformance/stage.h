/* The stage on which a stream (stream.h) is played: a model, its memory, four
 * devices, and listeners who are told of each act: those who check, compare, count or
 * write down.
 *
 * Operations become acts: words that are stored, calls of the library.  What an
 * operation means may hang on what has happened before, an act says all of itself. */
#ifndef GOLDVI_STAGE_H
#define GOLDVI_STAGE_H

#include "conformance/memory.h"
#include "conformance/stream.h"
#include "goldvi/oracle.h"

/* Where things are: as in vectors/README.md. */
#define STAGE_TABLE      UINT64_C(0x00100000)
#define STAGE_COMMANDS   UINT64_C(0x00400000)
#define STAGE_EVENTS     UINT64_C(0x00500000)
#define STAGE_EVENTS_B   UINT64_C(0x00520000)
#define STAGE_PAGES      UINT64_C(0x00540000)
#define STAGE_PAGES_B    UINT64_C(0x00560000)
#define STAGE_GUEST_LOG  UINT64_C(0x00580000)
#define STAGE_GUEST_TAIL UINT64_C(0x005a0008)
#define STAGE_STORES     UINT64_C(0x00600000)
#define STAGE_INTERRUPTS UINT64_C(0x00800000)
#define STAGE_HOST       UINT64_C(0x01000000)
#define STAGE_GCR3       UINT64_C(0x01800000)
#define STAGE_GUEST      UINT64_C(0x02000000)
#define STAGE_DATA       UINT64_C(0x04000000)
#define STAGE_VAPIC      UINT64_C(0x04100000)

enum {
	STAGE_DEVICES = 4,
	STAGE_PATHS = 4, /* mapped addresses that are remembered */
	STAGE_WORDS = 4,
	STAGE_FETCHES = 512,
	STAGE_STORED = 512,
	STAGE_SENT = 256,
	STAGE_LISTENERS = 3,
	STAGE_WINDOWS = 8,
	STAGE_SETTLING = 64 /* commands that one operation lets the IOMMU perform */
};

enum stage_kind {
	STAGE_STORE, /* software writes memory: words at spa, which were old */
	STAGE_CALL,  /* input, answered by status and reply */
	STAGE_ERROR, /* memory at spa fails from now on, or (bus 0) nowhere */
	STAGE_RACE,  /* word[0] will be at spa before its next atomic update */
	STAGE_COPY,  /* the IOMMU is a copy of itself from now on */
	STAGE_LOOK   /* nothing happens: look at everything */
};

struct act {
	uint8_t kind;   /* enum stage_kind */
	bool given;     /* it is a part of the set-up */
	bool settling;  /* a step that the operation before it has made due */
	bool on_read, on_write;
	uint8_t bus;
	uint8_t words;
	uint64_t spa, word[STAGE_WORDS], old[STAGE_WORDS];
	struct gvi_input input;
	enum gvi_status status;
	union gvi_reply reply;
};

struct stage;

struct stage_listener {
	void *user;
	/* Either may be NULL. */
	void (*before)(void *user, struct stage *s, const struct act *act);
	void (*after)(void *user, struct stage *s, const struct act *act);
};

/* A way to play a stream that must make no difference. */
struct stage_way {
	bool quiet;       /* nobody listens to the model, whatever the head says */
	bool listens;     /* or somebody does */
	bool no_windows;
	/* These do make one: */
	bool calm;        /* memory neither fails nor changes by itself */
	bool plain;       /* every choice comes out as preferred */
	const uint8_t *told; /* habits that are settled, or GVI_UNSETTLED; NULL: none */
	const struct gvi_config *fixed; /* what the IOMMU is, whatever the stream says; or NULL */
};

struct stage_fetch {
	uint64_t spa;
	uint16_t format;
};

struct stage_write {
	uint64_t spa, data[2];
	uint8_t length, bus;
	bool exchange, lost; /* lost: something else was there */
};

/* What a stage is: to be read, not written, by listeners. */
struct stage {
	struct gvi *m, *spare;
	/* After reset, as it was configured last: most streams are configured alike. */
	struct gvi *fresh;
	struct gvi_config fresh_config;
	bool has_fresh;
	struct memory *memory;
	struct gvi_config config;
	struct stage_way way;
	struct stream stream;
	struct stage_listener listener[STAGE_LISTENERS];
	unsigned nlisteners;
	struct gvi_window window[STAGE_WINDOWS];
	unsigned nwindows;
	/* decisions */
	size_t decided;             /* of the stream's, how many are used */
	uint8_t habit[GVI_NCHOICES]; /* taken so far, or GVI_UNSETTLED */
	bool swerved;               /* an EVENT did not come out as preferred */
	bool aside;                 /* listeners look: nothing is decided by that */
	/* memory that fails or changes */
	struct act error;           /* bus 0: none */
	struct act race;            /* words 0: none */
	bool held;                  /* commands wait for STEP */
	bool was_held, unsettled;   /* once; so many commands that some were left */
	/* by the model in this act */
	struct stage_fetch fetch[STAGE_FETCHES];
	struct stage_write write[STAGE_STORED];
	struct gvi_message sent[STAGE_SENT];
	unsigned nfetches, nwrites, nsent; /* all; the first are kept */
	/* devices: addresses that have a path */
	struct {
		uint64_t address[STAGE_PATHS];
		uint32_t pasid[STAGE_PATHS];
		unsigned next;
	} device[STAGE_DEVICES];
};

/* NULL when the host's memory ran out.  One stage is used again and again. */
struct stage *stage_new(void);
void stage_free(struct stage *s);
/* Whoever listens hears of all acts from now on; at most STAGE_LISTENERS. */
void stage_listen(struct stage *s, const struct stage_listener *listener);

/* Plays all of it.  False if the configuration was refused: nothing has happened. */
bool stage_play(struct stage *s, const struct stream *stream, const struct stage_way *way);

/* ---- For those who play: stage_table.c, stage_call.c ---------------------------- */

uint16_t stage_device(unsigned n);
void stage_act(struct stage *s, struct act *act);
void stage_store(struct stage *s, uint64_t spa, const uint64_t *words, unsigned n);
enum gvi_status stage_call(struct stage *s, const struct gvi_input *input);
void stage_settle(struct stage *s);
/* A register as a whole; 0 if it cannot be read. */
uint64_t stage_register(struct stage *s, enum gvi_register_id id);
void stage_set_register(struct stage *s, enum gvi_register_id id, uint64_t value);
uint64_t stage_field(struct stage *s, enum gvi_register_id id, enum gvi_field_id field);
/* The alternative of a habit as things stand. */
unsigned stage_habit(const struct stage *s, enum gvi_choice choice);

/* Field by field: what lies between fields may be anything.  Of answers all but the rules. */
bool stage_same_message(const struct gvi_message *a, const struct gvi_message *b);
bool stage_same_answer(const struct gvi_answer *a, const struct gvi_answer *b);

/* An entry of a table, or a word of a buffer. */
struct place {
	uint64_t spa;
	uint8_t words;
	enum gvi_format_id format; /* GVI_NFORMATS: a word of a buffer */
};
/* The table of that level, from 1. */
uint64_t stage_host_table(unsigned device, unsigned level);
struct place stage_place(struct stage *s, uint8_t which, uint8_t where);
/* A value at an edge of what the field can be; `value` for what is none. */
uint64_t stage_edge(enum gvi_field_id field, unsigned how, uint64_t value);
/* The address that the mode means: value itself, or on a path of the device. */
uint64_t stage_address(const struct stage *s, unsigned device, unsigned mode, uint64_t value);

/* Operations that change tables; false if it is none of them. */
bool stage_change(struct stage *s, const struct operation *o);
/* Operations that call the library. */
void stage_ask(struct stage *s, const struct operation *o);

#endif
