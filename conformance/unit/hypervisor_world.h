/* Random guests under one hypervisor, and what must be equal in both of the models
 * that stand for each: the guest's virtual IOMMU and the real one.
 *
 * hypervisor_guests.c makes the guests, changes their tables and has them tell it by
 * their command rings; hypervisor_compare.c makes requests of devices and compares;
 * test_hypervisor.c plays worlds, and breaks the layer to see that it is noticed. */
#ifndef GOLDVI_UNIT_HYPERVISOR_WORLD_H
#define GOLDVI_UNIT_HYPERVISOR_WORLD_H

#include "conformance/hypervisor/hypervisor.h"
#include "conformance/unit/rig.h"

enum {
	WORLD_GUESTS = 2,
	WORLD_DEVICES = 2, /* of each guest */
	WORLD_PASIDS = 3,  /* of each device */
	WORLD_PAGES = 3,   /* of each process */
	HISTORY_LOG2 = 12,
	MAX_MESSAGES = 64
};

/* Where a guest has its things, in its physical memory. */
#define GUEST_TABLE    UINT64_C(0x1000) /* device table, 128 entries */
#define GUEST_COMMANDS UINT64_C(0x3000)
#define GUEST_EVENTS   UINT64_C(0x4000)
#define GUEST_PAGES    UINT64_C(0x5000)
#define GUEST_FENCE    UINT64_C(0x6000)
#define GUEST_TABLES   UINT64_C(0x10000) /* from here on: page tables, holes, data */
#define GUEST_LARGE    UINT64_C(0x200000)

/* The leaf of a mapped page. */
struct leaf {
	uint64_t gva, slot; /* where its entry is */
	unsigned level;
};

struct process {
	uint32_t pasid;
	uint64_t gcr3; /* where its GCR3 entry is */
	struct leaf page[WORLD_PAGES];
	unsigned npages;
};

struct driver {
	struct hv_guest *guest;
	uint16_t real, virtual;
	uint64_t dte[4];
	struct process process[WORLD_PASIDS];
};

struct world {
	struct hypervisor hv;
	struct memory *memory;
	void *history;
	struct gvi *reference; /* a copy of a virtual IOMMU: what must come out */
	uint64_t state;        /* of the random numbers */
	struct driver driver[WORLD_GUESTS * WORLD_DEVICES];
	uint64_t next_table[WORLD_GUESTS]; /* free guest memory */
	unsigned commands;                 /* different ones since everything was invalidated */
	uint64_t fence;
	struct gvi_message sent[MAX_MESSAGES]; /* by the real IOMMU */
	unsigned nsent;
	const char *wrong; /* the first difference */
	char about[256];   /* the request that it was about */
	/* what was seen, for the test of the test */
	unsigned grants, refusals, host_faults, completions, pages, changes;
};

uint64_t draw(struct world *w);
unsigned pick(struct world *w, unsigned n);
bool chance(struct world *w, unsigned n);
/* Remembers what is compared, and what is wrong, unless something was before. */
void require(struct world *w, bool condition, const char *text);
void about(struct world *w, const struct driver *d, const char *what, const struct gvi_request *r,
	   const uint64_t events[2]);
#define EXPECT(w, condition) require(w, condition, #condition)

/* hypervisor_guests.c */
void guests_make(struct world *w);
/* Some table of some guest changes, and the guest invalidates what it must. */
void guests_change(struct world *w);
/* A command through the guest's ring, without a wait. */
void guest_command(struct world *w, struct hv_guest *guest, const uint64_t raw[2]);
/* A COMPLETION_WAIT; devices answer what they are asked. */
void guest_wait(struct world *w, struct hv_guest *guest);
unsigned guest_number(const struct world *w, const struct hv_guest *guest);

/* hypervisor_compare.c */
void compare_access(struct world *w);
void compare_translations(struct world *w);
/* A request with an address that ATS has answered, or the device made up. */
void compare_translated(struct world *w);
void compare_page_request(struct world *w);
/* No guest has a DomainID of another one. */
void compare_domains(struct world *w);

#endif
