/* A device under test: what the player of vectors needs from an implementation
 * of the IOMMU.  The built-in model, QEMU, plug-ins (include/goldvi/plugin.h) and
 * programs behind a pipe (docs/pipe.md) stand behind it.
 *
 * All calls but open and close answer how it went.  DUT_UNSUPPORTED says that
 * this device cannot do or show this; it never means failure of the device.
 * After DUT_DIED, DUT_TIMEOUT or DUT_NONSENSE only stop and close may follow; the
 * next start makes a fresh one. */
#ifndef GOLDVI_DUT_H
#define GOLDVI_DUT_H

#include "goldvi/goldvi.h"

enum dut_status {
	DUT_OK,
	DUT_UNSUPPORTED,        /* cannot be driven or seen with this device */
	DUT_DIED,               /* the device is gone: crash, abort, exit */
	DUT_TIMEOUT,            /* no answer in time */
	DUT_NONSENSE            /* what it answers is none */
};

/* What a device can show or be told, beyond registers and memory. */
enum dut_ability {
	DUT_CONFIGURE = 1 << 0, /* takes the configuration and habits it is started with */
	DUT_EVENTS    = 1 << 1, /* writes its event log */
	DUT_INJECT    = 1 << 2, /* memory can be made to fail */
	DUT_RACE      = 1 << 3, /* memory can change before an atomic update */
	DUT_EFFECTS   = 1 << 4, /* its writes, exchanges and interrupts can be seen in order */
	DUT_PCI       = 1 << 5, /* configuration space is reachable */
	DUT_ATTRIBUTES = 1 << 6, /* size, rights and attributes of a grant, status of an abort */
	DUT_ATS       = 1 << 7, /* devices ask for translations, use them, and drop them when told */
	DUT_PRI       = 1 << 8, /* devices send page requests, and see what is answered */
	DUT_RQ_EOI    = 1 << 9  /* RqEoi of an interrupt that leaves: an MSI has no place for it */
};

/* An access of a device, and the addresses at which the expectations look for
 * it: a device that does not tell addresses marks those and sees what moved. */
struct dut_dma {
	struct gvi_request request;
	const uint64_t *candidate;
	size_t          ncandidates;
};

/* Memory that fails: see vectors/README.md, `errors`. */
struct dut_error {
	uint64_t spa, length;
	uint8_t  bus;           /* enum gvi_bus */
	bool     on_read, on_write;
};

struct dut;

struct dut_class {
	const char *name;       /* "model" */

	/* An object that can start devices.  NULL, and a sentence in why, when
	 * the device cannot be had here. */
	struct dut *(*open)(const char *argument, char *why, size_t size);
	void (*close)(struct dut *dut);
	unsigned (*abilities)(const struct dut *dut);

	/* A fresh device after reset, all memory zero.  A device that cannot be
	 * configured overwrites *config with what it is (pci_id, efr, efr2,
	 * capability, misc0, base, enabled, no_host). */
	enum dut_status (*start)(struct dut *dut, struct gvi_config *config);
	void (*stop)(struct dut *dut);

	/* The situation is set up: what is there has been there all the time.  May
	 * be NULL. */
	void (*begin)(struct dut *dut);

	/* The bench's memory, any address and length. */
	enum dut_status (*memory_read)(struct dut *dut, uint64_t spa, void *to, size_t len);
	enum dut_status (*memory_write)(struct dut *dut, uint64_t spa, const void *from, size_t len);

	enum dut_status (*mmio_read)(struct dut *dut, uint32_t offset, unsigned len, uint64_t *value);
	enum dut_status (*mmio_write)(struct dut *dut, uint32_t offset, unsigned len, uint64_t value);
	enum dut_status (*pci_read)(struct dut *dut, uint32_t offset, unsigned len, uint32_t *value);
	enum dut_status (*pci_write)(struct dut *dut, uint32_t offset, unsigned len, uint32_t value);

	/* Performs the access.  Fills in answer->result and, as far as it can be
	 * seen, the rest; answer->address is UINT64_MAX if a granted access
	 * landed at none of the candidates. */
	enum dut_status (*dma)(struct dut *dut, const struct dut_dma *dma, struct gvi_answer *answer);

	/* Sends the interrupt message and sees what it leaves the IOMMU as:
	 * answer->result, message, translated. */
	enum dut_status (*interrupt)(struct dut *dut, const struct gvi_interrupt *interrupt,
				     struct gvi_answer *answer);

	/* With DUT_ATS: a translation request of a device, and what the IOMMU
	 * returns for it. */
	enum dut_status (*ats)(struct dut *dut, const struct gvi_ats_request *request,
			       struct gvi_ats_answer *answer);
	/* With DUT_ATS: `device` completes the invalidate request that came with this
	 * tag, or lets InvTimeOut pass.  False in *known if the IOMMU knows of none. */
	enum dut_status (*invalidation)(struct dut *dut, uint16_t device, uint8_t tag,
					bool completes, bool *known);
	/* With DUT_PRI: a page request of a device.  What comes of it is in the logs
	 * and messages; *answer is for those who want to know why. */
	enum dut_status (*page_request)(struct dut *dut, const struct gvi_page_request *request,
					struct gvi_page_answer *answer);
	/* With DUT_ATS or DUT_PRI: what was sent to devices (INVALIDATE, RESPONSE)
	 * since the last call of this; *count of them.  Valid until the next call. */
	enum dut_status (*messages)(struct dut *dut, const struct gvi_message **messages,
				    size_t *count);

	/* Lets the device perform the commands it has, until it is idle. */
	enum dut_status (*settle)(struct dut *dut);

	enum dut_status (*inject)(struct dut *dut, const struct dut_error *errors, size_t count);
	enum dut_status (*race)(struct dut *dut, uint64_t spa, uint64_t value);
	/* Effects since the last call of this; *count of them.  Valid until the
	 * next call. */
	enum dut_status (*effects)(struct dut *dut, const struct gvi_effect **effects, size_t *count);

	/* How the device was lost, a part of a sentence, or "".  May be NULL. */
	const char *(*complaint)(const struct dut *dut);
};

/* The first member of every device's own structure. */
struct dut {
	const struct dut_class *class;
	unsigned patience;      /* ms that an answer of qemu, plugin or pipe may take; 0 = DUT_PATIENCE */
};

#define DUT_PATIENCE 5000

extern const struct dut_class dut_model;
extern const struct dut_class dut_cache; /* the model, with caches that hold what they may */
extern const struct dut_class dut_window; /* the model, on memory that is a window */
extern const struct dut_class dut_qemu;
extern const struct dut_class dut_plugin; /* a shared object, in a process of its own */
extern const struct dut_class dut_pipe;   /* a command that speaks docs/pipe.md */

#endif
