/* Inside worlds: what one is made of, and where its decisions come from.
 * world.c makes and plays them, world_guest.c adds what guest tables need,
 * world_interrupt.c what interrupts need, world_ats.c what ATS and world_page.c
 * what page requests need. */
#ifndef GOLDVI_WORLD_PARTS_H
#define GOLDVI_WORLD_PARTS_H

#include "conformance/memory.h"
#include "conformance/naive.h"
#include "conformance/world.h"

enum {
	MAX_DEVICES = 2,
	MAX_WORDS = 192,   /* table words that a world places */
	MAX_TOUCHED = 512, /* words that one request updates, on both sides */
	MAX_REQUESTS = 6,
	MAX_PAGE_STEPS = 14,
	MAX_MAPS = 48, /* host tables and pages under guest tables */
	MAX_REPORT = 32768,
	MAX_INDICES = 3,
	MAX_STORES = 24,
	MAX_SETTINGS = 48,
	MAX_SHOWN = 512, /* changes of what a window shows */
	WORLD_FREE = 3   /* choices that both sides make freely */
};

/* Where things are, unless SNP pins table and log to 0. */
#define TABLE    UINT64_C(0x00100000)
#define EVENTS   UINT64_C(0x08000000)
#define TABLES   UINT64_C(0x01000000)
#define GUESTS   UINT64_C(0x09000000) /* the guests' log */
#define TAIL     UINT64_C(0x0a000008) /* a copy of its tail */
#define PAGES    UINT64_C(0x0b000000) /* the PPR logs */
#define COMMANDS UINT64_C(0x0c000000)

/* What windows can show: the tables of devices and most page tables. */
#define SHOWN_FROM TABLE
#define SHOWN_TO   (TABLES + 0x40000)

#define BIT(n) (UINT64_C(1) << (n))

struct side {
	struct world *world;
	struct memory *memory;
	bool raced;
};

/* Guest physical addresses that host tables translate: a table of that level, or
 * a page. */
struct map {
	uint64_t gpa, size; /* what it spans */
	uint64_t table;     /* it, or the one that the page's entry stands in */
	uint64_t leaf, spa; /* of a page; leaf 0 for a table */
	unsigned level;
};

struct device {
	uint64_t dte[4], spa;
	uint16_t id;
	uint64_t iova; /* of a path through its tables */
	uint64_t page; /* size of the leaf there */
	/* with guest tables iova is a GVA */
	bool guest, giov;
	uint32_t pasid;
	unsigned mode, levels, glx;
	uint64_t root;      /* of the host tables */
	uint64_t gcr3, gpa; /* the GCR3 table; the next guest table */
	struct map map[MAX_MAPS];
	unsigned nmaps;
	/* in worlds of interrupts: entries that are there, in a table of 2^length */
	uint64_t irt, vapic;
	unsigned index[MAX_INDICES], length;
};

struct error {
	uint64_t at;
	enum gvi_bus bus;
	bool on_read, on_write;
};

struct world {
	/* where decisions come from */
	const uint8_t *bytes;
	size_t left;
	uint64_t seed, state, pool;
	unsigned pooled;
	bool seeded, guests, interrupts, ats, pages;
	/* answers to choices that may come out differently each time: of both sides */
	uint64_t freely[WORLD_FREE];
	unsigned asked[2][WORLD_FREE];
	bool free;
	/* the world */
	struct gvi_config config;
	struct gvi *model;
	bool made;
	uint64_t set[MAX_SETTINGS][2]; /* writes of registers that make it: offset, value */
	unsigned nset;
	struct machines *machines;
	struct naive twin;
	struct side side[2]; /* of the model, of the twin */
	struct device device[MAX_DEVICES];
	uint64_t tables; /* the next table page */
	uint64_t word[MAX_WORDS];
	unsigned nwords;
	struct error error;
	bool has_error;
	uint64_t race_at, race_flip;
	bool has_race;
	/* the model's window, if its length is not 0; all that it can show is zero
	 * but for what is listed, unless that is too much to list */
	struct gvi_window window;
	unsigned char *shown;
	uint64_t shown_at[MAX_SHOWN];
	unsigned nshown;
	bool over; /* both sides may have gone different ways: nothing more to compare */
	/* one request */
	bool is_message; /* it is an interrupt message */
	bool is_ats;     /* it is a translation request */
	struct gvi_request request;
	struct gvi_interrupt message;
	struct gvi_ats_request ats_request;
	struct gvi_ats_answer ats_said;
	struct naive_ats_answer ats_expected;
	struct gvi_page_request page_request;
	struct gvi_page_answer page_said;
	struct naive_page_answer page_expected;
	const char *did;         /* in worlds of page requests: the last step */
	unsigned commands;       /* the tail of the ring of commands */
	struct gvi_message sent; /* by the model, the last of nsent */
	unsigned nsent;
	struct gvi_answer said;
	struct naive_answer expected;
	enum gvi_status status;
	uint64_t touched[MAX_TOUCHED];
	unsigned ntouched, nwrites;
	uint64_t written_at;
	size_t written;
	uint64_t stored[MAX_STORES]; /* by the twin */
	unsigned nstored;
	bool ga_int, ga_overflow;   /* before the request */
	uint64_t hardware_event[2]; /* the model's record that its registers must hold */
	struct world_totals totals;
	char report[MAX_REPORT];
	size_t reported;
};

/* ---- Decisions ------------------------------------------------------------------ */

uint64_t world_draw(struct world *w);
/* 0 to n-1, n at most 256. */
unsigned world_pick(struct world *w, unsigned n);
/* Once in n times. */
bool world_chance(struct world *w, unsigned n);
/* Any of the words of a short list. */
uint64_t world_one_of(struct world *w, const uint64_t *list, size_t n);
#define ONE_OF(w, ...)                                                                             \
	world_one_of(w, (const uint64_t[]){__VA_ARGS__},                                           \
		     sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

/* ---- Tables ---------------------------------------------------------------------- */

/* A word of a table, remembered for errors, races and the report. */
void world_place(struct world *w, uint64_t spa, uint64_t value);
/* A register that must keep the value as it is. */
void world_register(struct world *w, uint32_t offset, uint64_t value);
uint64_t world_new_table(struct world *w);
unsigned world_pa_size(const struct world *w);
/* The entry of a host or guest table of that level, from 1. */
uint64_t world_slot(uint64_t table, unsigned level, uint64_t address);
uint64_t world_iova(struct world *w);

/* ---- Guests: world_guest.c -------------------------------------------------------- */

enum { WORLD_GUEST_MET = 25 };
/* The choices that guest tables add. */
extern const enum gvi_choice world_guest_met[WORLD_GUEST_MET];

void world_guest_config(struct world *w, struct gvi_config *c);
void world_guest_control(struct world *w);
/* Fields of a device table entry, before it is bent. */
void world_guest_entry(struct world *w, struct device *d);
/* The tables that an entry leads to. */
void world_guest_tables(struct world *w, struct device *d);
void world_guest_request(struct world *w, const struct device *d, struct gvi_request *r);

/* ---- Interrupts: world_interrupt.c -------------------------------------------------- */

enum { WORLD_INTERRUPT_MET = 31 };
/* The choices that interrupts add, and some that they meet oftener. */
extern const enum gvi_choice world_interrupt_met[WORLD_INTERRUPT_MET];

void world_interrupt_config(struct world *w, struct gvi_config *c);
void world_interrupt_log(struct world *w);
void world_interrupt_control(struct world *w);
/* Once the devices are known. */
void world_interrupt_filters(struct world *w);
/* The interrupt half of a device table entry, before it is bent. */
void world_interrupt_entry(struct world *w, struct device *d);
void world_interrupt_table(struct world *w, struct device *d);
void world_interrupt_message(struct world *w, const struct device *d);
bool world_same_message(const struct gvi_message *a, const struct gvi_message *b);
/* What a message did to the world; NULL if that is right. */
const char *world_interrupt_effects(struct world *w);

/* ---- ATS: world_ats.c ------------------------------------------------------------------ */

enum { WORLD_ATS_MET = 22 };
/* The choices that translation and translated requests add. */
extern const enum gvi_choice world_ats_met[WORLD_ATS_MET];

void world_ats_config(struct world *w, struct gvi_config *c);
/* A device table entry, before it is bent. */
void world_ats_entry(struct world *w, struct device *d);
void world_ats_request(struct world *w);
/* Which of the choices that both sides make freely this is; WORLD_FREE: none. */
unsigned world_ats_free(enum gvi_choice choice);
void world_ats_play(struct world *w);
/* NULL if the answers agree. */
const char *world_ats_compare(struct world *w);
void world_ats_describe(struct world *w);
void world_ats_describe_answers(struct world *w);

/* ---- Page requests: world_page.c ----------------------------------------------------------- */

enum { WORLD_PAGE_MET = 27 };
/* The choices that page requests and their logs add. */
extern const enum gvi_choice world_page_met[WORLD_PAGE_MET];

void world_page_config(struct world *w, struct gvi_config *c);
void world_page_logs(struct world *w);
/* Control with what page requests need, as the twin has it from now on. */
uint64_t world_page_control(struct world *w, uint64_t control);
void world_page_entry(struct world *w, struct device *d);
/* One step, once w->request has device, address and PASID; NULL if both sides agree. */
const char *world_page_step(struct world *w);
void world_page_describe(struct world *w);
void world_page_describe_answers(struct world *w);

/* ---- Machines: world_machine.c --------------------------------------------------------------- */

/* Models that were made before, by what they were made of: configuration and settled habits,
 * and once their registers are written also these writes, and the answers to choices. */
struct machines *machines_new(void);
void machines_free(struct machines *machines);
/* Whether w->model is one of them now. */
bool machines_find(struct machines *machines, struct world *w, bool written);
void machines_keep(struct machines *machines, const struct world *w, bool written);

/* ---- Reports --------------------------------------------------------------------------- */

void world_say(struct world *w, const char *format, ...);

#endif
