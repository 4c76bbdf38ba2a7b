/* The state of one IOMMU, and the two things that every step does with it:
 * citing the rule that it applies and asking where the rule leaves a choice. */
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

#include "goldvi/goldvi.h"
#include "model/bits.h"

/* Where each register is kept: one word an instance. */
enum slot {
#define REGISTER(id, bits, offset, count, stride, needs, title, clause)                            \
	SLOT_##id, LAST_##id = SLOT_##id + (count)-1,
#include "goldvi/def/formats.inc"
	NSLOTS
};

/* The MMIO window has registers below MAP_LOW and from MAP_HIGH on; the map has
 * a row for each 4 bytes of both, one behind the other. */
enum {
	MAP_LOW = 0x2100,
	MAP_HIGH = 0x4000,
	MAP_END = 0x4020,
	MAP_ROWS = (MAP_LOW + MAP_END - MAP_HIGH) / 4
};

/* PCI registers that keep something; the rest follows from the configuration. */
struct pci_state {
	uint32_t command;               /* 04h: the Command half */
	uint32_t base_low, base_high;   /* capability block */
	uint32_t range, misc0, misc1;
};

/* What the configuration and Control say about device table entries and host
 * tables, worked out once when they change. */
struct derived {
	uint64_t dte_reserved[4];       /* bits that are reserved in any case */
	uint64_t dte_unsupported[4];    /* bits whose feature is missing */
	uint64_t dte_unusual[4];        /* without any of these an entry is legal if its Mode is */
	uint64_t pde_reserved, pte_reserved;
	uint64_t pde_unsound, pte_unsound;      /* and address bits above PAsize */
	uint64_t beyond_pa;             /* address bits above PAsize */
	uint64_t beyond_va;             /* and above VAsize */
	uint8_t  levels;                /* of host tables at most; 0: no host translation */
	uint8_t  segments_log2;         /* of the device table */
};

/* What registers and what follows from them are after reset: worked out once,
 * as it depends on the configuration only. */
struct reset_state {
	struct derived derived;
	uint64_t features;
	uint64_t reg[NSLOTS];
	uint8_t  map[MAP_ROWS]; /* which register stands here, counted from 1; 0: none */
};

/* Where most fetches go, while nobody listens: the first window, or the host if
 * there is none.  `room` is the number of places in the window at which a word
 * can begin; 0 without it. */
struct near_memory {
	uint64_t spa, room;
	const uint8_t *bytes;
	enum gvi_bus (*read)(void *user, uint64_t spa, void *to, size_t len);
};

/* A command that was fetched and is not performed yet. */
struct command {
	uint64_t raw[2];
	uint64_t spa, offset;           /* of it, and of it in the ring */
	uint64_t visible;               /* when it had become so: history.h */
	uint64_t order;                 /* how many were fetched before it */
	size_t   lost;                  /* how many of gvi.lost_pending are younger */
	uint8_t  bus;                   /* how memory answered: enum gvi_bus */
	uint8_t  iotlb;                 /* what is to be done with it now: enum iotlb */
	bool     illegal;
	bool     over;                  /* the ring has been stopped by software since */
};

enum { MAX_RELOGGED = 16 };

/* So many are fetched before the oldest is performed. */
enum { MAX_HELD = 32 };

/* When a command had become visible, and its order. */
struct since {
	uint64_t visible, order;
};

/* Where a fetch stands: in which access, at which level. */
struct access;
struct stand {
	const struct access *x;
	unsigned level;
};

enum { GVI_MAX_ENDED = 256, GVI_MAX_ALL = 8, GVI_MAX_VISIBLE = 8 };

/* What tables have been, for an IOMMU whose memory is told of: history.c. */
struct history;
struct past_state {
	struct history *history;        /* the caller's; NULL: nothing is told */
	struct stand stand;             /* during a fetch */
	uint64_t about;                 /* what is being chosen: the word fetched, or 0 */
	bool     fresh;                 /* what is fetched is what is there */
	bool     used;                  /* IommuEn has been 1 since the reset */
	bool     lenient;               /* invalidations end nothing, but those that would have are remembered */
	uint64_t suspect[2], blamed[2]; /* of what is looked at, and of what was taken */
	bool     unsure;                /* the history was too short to tell */
	uint64_t moved;                 /* when the device table became another one */
	uint64_t enabled;               /* what was there until this moment is not used */
	/* The request came at this moment; 0: now.  What was complete later ends nothing for
	 * it, and what was replaced later it may have met as it was. */
	uint64_t since;
	/* Completed invalidations, when they had become visible, and when they were
	 * complete. */
	unsigned nended, nall, nvisible;
	struct { uint64_t command[2], time, at; } ended[GVI_MAX_ENDED];
	/* The same of INVALIDATE_IOMMU_ALL, which leaves nothing of what there was before. */
	struct { uint64_t time, at; } all[GVI_MAX_ALL];
	/* Tails of the command ring, and when each was written. */
	struct { uint64_t tail, time; } visible[GVI_MAX_VISIBLE];
};

struct gvi {
	struct gvi_config  config;
	struct gvi_host    host;
	struct near_memory near;
	bool     alone;                 /* the host neither chooses nor listens */
	bool     watched;               /* somebody listens, or old values may be used: no short cuts */
	struct reset_state reset;
	struct derived     derived;
	uint64_t features;
	uint64_t reg[NSLOTS];
	uint64_t shadow[NSLOTS];        /* SNP_LOCKED: what reads of locked registers return */
	struct pci_state pci;
	uint8_t  armed;                 /* rings that an enable edge restarts once their overflow is cleared */
	size_t   npending, lost_pending, neffects;
	struct gvi_pending pending[GVI_MAX_PENDING];
	struct since since[GVI_MAX_PENDING];            /* of each of pending[] */
	struct past_state past;
	/* Requests that devices have not completed, and the order of their commands. */
	unsigned ninvalidations;
	struct gvi_invalidation invalidations[GVI_MAX_INVALIDATIONS];
	uint64_t invalidation_order[GVI_MAX_INVALIDATIONS];
	uint64_t fetched;               /* commands so far */
	unsigned nheld;
	struct command held[MAX_HELD];  /* in the order of the ring */
	bool     crowded;               /* there may be younger ones, beyond these */
	struct gvi_effect  effects[GVI_MAX_EFFECTS + 1];        /* and one that finds no room */
	uint8_t  first_logged[65536 / 8];       /* [device.suppress-first] by DeviceID */
	/* Devices that have logged since an invalidation of their entry, which is not
	 * complete, was visible: the last of them. */
	unsigned nrelogged;
	uint16_t relogged[MAX_RELOGGED];
};

static inline bool has(const struct gvi *m, enum gvi_feature_id feature)
{
	return m->features >> feature & 1;
}

/* The next fetch stands here; NULL: in no table, so that nothing is held of it. */
static inline void stand(struct gvi *m, const struct access *x, unsigned level)
{
	if (m->past.history && m->watched)
		m->past.stand = (struct stand){x, level};
}

/* Tells the listener, if there is one. */
void note_clause(struct gvi *m, enum gvi_clause clause);
void note_choice(struct gvi *m, enum gvi_choice choice, unsigned value);
void note_effect(struct gvi *m, const struct gvi_effect *effect);

/* Rule `clause` is being applied. */
static inline void cite(struct gvi *m, enum gvi_clause clause)
{
	if (m->host.note)
		note_clause(m, clause);
}

/* Which alternative it is here and now. */
unsigned ask(struct gvi *m, enum gvi_choice choice);

static inline unsigned choose(struct gvi *m, enum gvi_choice choice)
{
	uint8_t habit = m->config.habit[choice];

	if (habit == GVI_UNSETTLED && m->alone)
		return 0;
	return ask(m, choice);
}

#endif
