/* A hypervisor that gives each of its guests a virtual IOMMU: what this model was
 * made for, as an example of its use.
 *
 * The host's model is the real IOMMU.  Each guest has a model of its own, whose
 * memory is the guest's physical memory; it holds the guest's registers, performs
 * the guest's commands and writes the guest's logs.  The layer between them keeps the
 * real device table in step: a device's entry there has the host's tables, and under
 * them what the guest has written of its own (docs/spec/06-snp-viommu-marc.md
 * section 3). */
#ifndef GOLDVI_HYPERVISOR_H
#define GOLDVI_HYPERVISOR_H

#include "conformance/hypervisor/map.h"
#include "conformance/memory.h"
#include "goldvi/goldvi.h"

enum {
	HV_MAX_GUESTS = 4,
	HV_MAX_DEVICES = 16,
	HV_MAX_DOMAINS = 256 /* of one guest */
};

/* Where the hypervisor has its own tables in system memory; guests are elsewhere. */
#define HV_TABLE       UINT64_C(0x00100000) /* device table, 65536 entries */
#define HV_COMMANDS    UINT64_C(0x00400000)
#define HV_EVENTS      UINT64_C(0x00410000)
#define HV_PAGES       UINT64_C(0x00420000) /* PPR log */
#define HV_FENCE       UINT64_C(0x00430000) /* what COMPLETION_WAIT stores */
#define HV_HOST_TABLES UINT64_C(0x01000000)
#define HV_RING        4096 /* bytes of the ring and of each log */

struct hypervisor;

/* What a guest's IOMMU makes of a device now. */
enum hv_state {
	HV_BYPASS, /* nothing: its addresses are guest physical */
	HV_NESTED, /* translates, or refuses, by a legal entry */
	HV_BLOCKED /* refuses everything: the entry is illegal, or not to be read */
};

struct hv_guest {
	struct hypervisor *hv;
	struct gvi *unit;                /* the virtual IOMMU */
	struct gvi *asked;               /* a copy, to try things out */
	struct gpa_map map;              /* its memory */
	uint16_t first;                  /* of its DomainIDs in the host */
	uint16_t domain[HV_MAX_DOMAINS]; /* the guest's DomainID of first + 1 + n */
	unsigned ndomains;
	uint64_t fence;      /* the guest's COMPLETION_WAIT waits for it; 0: none does */
	unsigned interrupts; /* of the virtual IOMMU */
	const struct gvi_page_request *answering; /* while this is given to the guest */
	struct gvi_message response;              /* the last one that the virtual IOMMU sent */
};

struct hv_device {
	struct hv_guest *guest;
	uint16_t real, virtual; /* DeviceID for the host and for the guest */
	uint8_t state;          /* enum hv_state */
};

struct hypervisor {
	struct gvi *unit; /* the real IOMMU */
	struct memory *memory;
	struct hv_guest *guest[HV_MAX_GUESTS];
	unsigned nguests;
	struct hv_device device[HV_MAX_DEVICES];
	unsigned ndevices;
	uint64_t fences;  /* COMPLETION_WAITs so far */
	uint64_t kept[2]; /* the last record that was no guest's matter */
	unsigned nkept;
	/* Sees what passes between guest and host (entries and commands for the host,
	 * records for the guest), and may change it, or stop it by false.  May be
	 * NULL; the tests make mistakes with it. */
	bool (*pass)(void *user, enum gvi_format_id format, uint64_t *raw);
	void *user;
};

/* ---- Setting up ------------------------------------------------------------- */

/* The real IOMMU, with rings and logs; `host` must reach `memory`.  False if memory
 * ran out or the model refused something, as with all that follow. */
bool hv_open(struct hypervisor *hv, struct memory *memory, const struct gvi_host *host);
void hv_close(struct hypervisor *hv);
/* What the real IOMMU and guests' are. */
void hv_real_config(struct gvi_config *config);
void hv_virtual_config(struct gvi_config *config);

/* A guest without memory and devices.  NULL if it cannot be. */
struct hv_guest *hv_add_guest(struct hypervisor *hv);
/* From now on the device is the guest's. */
bool hv_assign(struct hv_guest *guest, uint16_t real, uint16_t virtual_id);

/* ---- What guests do: guest.c -------------------------------------------------- */

/* 8-byte accesses to the registers of the virtual IOMMU. */
uint64_t hv_mmio_read(struct hv_guest *guest, enum gvi_register_id id);
bool hv_mmio_write(struct hv_guest *guest, enum gvi_register_id id, uint64_t value);

/* Words of guest memory as the guest's processors see it; writes are told to the real
 * IOMMU's history of tables.  False where there is no memory. */
bool hv_guest_load(struct hv_guest *guest, uint64_t gpa, uint64_t *words, size_t n);
bool hv_guest_store(struct hv_guest *guest, uint64_t gpa, const uint64_t *words, size_t n);
/* As the virtual IOMMU sees it, which is held to the rights of the map. */
bool hv_unit_load(struct hv_guest *guest, uint64_t gpa, uint64_t *words, size_t n);

/* The callbacks of a virtual IOMMU, and of one that only tries: it changes nothing. */
struct gvi_host hv_guest_host(struct hv_guest *guest);
struct gvi_host hv_trial_host(struct hv_guest *guest);

/* ---- What the layer does -------------------------------------------------------- */

/* The device's entry as the guest has it now, for the host: shadow.c. */
bool hv_shadow(struct hv_device *device);
/* All devices of a guest, whose registers have changed. */
bool hv_shadow_all(struct hv_guest *guest);
/* The host's DomainID for the guest's; 0 if it has none, and gets none. */
uint16_t hv_domain(struct hv_guest *guest, uint16_t domain, bool make);
/* NULL if there is none. */
struct hv_device *hv_find_real(struct hypervisor *hv, uint16_t real);
struct hv_device *hv_find_virtual(struct hv_guest *guest, uint16_t virtual_id);

/* Performs the guest's commands.  True if all are done; else a device has yet to
 * complete an invalidation, and the call is to be repeated then: commands.c. */
bool hv_run(struct hv_guest *guest);

/* Gives what is in the host's logs to the guests that it concerns: inject.c. */
void hv_poll(struct hypervisor *hv);

/* ---- The real IOMMU: hypervisor.c ------------------------------------------------ */

/* Words of system memory, told to the history. */
bool hv_store(struct hypervisor *hv, uint64_t spa, const uint64_t *words, size_t n);
uint64_t hv_register(struct gvi *unit, enum gvi_register_id id);
/* A command into the host's ring, performed if it can be.  False: no room. */
bool hv_command(struct hypervisor *hv, enum gvi_format_id format, const uint64_t raw[2]);
/* Room for that many commands. */
bool hv_has_room(struct hypervisor *hv, unsigned commands);
/* A COMPLETION_WAIT; hv_passed() tells when it is complete.  0: no room. */
uint64_t hv_fence(struct hypervisor *hv);
bool hv_passed(struct hypervisor *hv, uint64_t fence);
/* The test's say, see `pass`. */
bool hv_pass(struct hypervisor *hv, enum gvi_format_id format, uint64_t *raw);

#endif
