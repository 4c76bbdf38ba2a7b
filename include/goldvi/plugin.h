/* A device under test as a plug-in: what an implementation of the IOMMU offers, in a
 * shared object, to `goldvi run --dut plugin:FILE`.
 *
 * This header needs no other and no library.  The object exports one table,
 * gvi_plugin_table.  Memory is the bench's: the device reads and writes it through
 * calls, and so memory that fails, races and the order of effects cost an author
 * nothing.  A device that has memory of its own offers that instead.
 *
 * The bench runs the plug-in in a process of its own, by one thread, and kills it
 * when it does not return in time.  Whatever it prints on standard output goes to
 * standard error.
 *
 * - Functions return enum gvi_plugin_status; those that are NULL are unsupported.
 * - Structures that the plug-in fills in are zero before.  Values of the enumerations
 *   are pinned.  Memory is little-endian bytes, values are host integers.
 * - Words in capitals such as EFR are those of docs/formats.md and docs/registers.md;
 *   vectors/README.md tells what each step of a vector means. */
#ifndef GOLDVI_PLUGIN_H
#define GOLDVI_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Members are only appended, and then this number grows: a runner takes plug-ins with
 * its own number and with lower ones, and refuses those that are newer. */
#define GVI_PLUGIN_ABI 1

enum gvi_plugin_status {
	GVI_PLUGIN_OK,
	GVI_PLUGIN_UNSUPPORTED, /* this device cannot do or show this: not its failure */
	GVI_PLUGIN_DIED,        /* the device is gone */
	GVI_PLUGIN_TIMEOUT      /* it does not answer */
};

/* What the device can show or be told, beyond what its functions say. */
enum gvi_plugin_ability {
	GVI_PLUGIN_CONFIGURE  = 1 << 0, /* it is what the configuration says, habits included */
	GVI_PLUGIN_EVENTS     = 1 << 1, /* it writes its logs */
	GVI_PLUGIN_INJECT     = 1 << 2, /* it heeds what the bench's memory answers */
	GVI_PLUGIN_RACE       = 1 << 3, /* it sets bits in tables by bench->exchange */
	GVI_PLUGIN_EFFECTS    = 1 << 4, /* all it does, RAISE among it, goes through the bench */
	GVI_PLUGIN_ATTRIBUTES = 1 << 6, /* answers have size, rights, attributes and completion */
	GVI_PLUGIN_RQ_EOI     = 1 << 9  /* messages of interrupts have rq_eoi */
};

/* How memory answers: Type of hardware error events, except that OK is 0. */
enum gvi_plugin_bus {
	GVI_PLUGIN_BUS_OK,
	GVI_PLUGIN_MASTER_ABORT,
	GVI_PLUGIN_TARGET_ABORT,
	GVI_PLUGIN_POISON
};

/* ---- What leaves the IOMMU --------------------------------------------------- */

enum gvi_plugin_message_kind {
	GVI_PLUGIN_MESSAGE_NONE,
	GVI_PLUGIN_MESSAGE_INTERRUPT,   /* the IOMMU's own interrupt */
	GVI_PLUGIN_MESSAGE_REMAPPED,    /* a device's interrupt, as its table entry says */
	GVI_PLUGIN_MESSAGE_PASSED,      /* a device's interrupt, as the device sent it */
	GVI_PLUGIN_MESSAGE_DOORBELL,    /* to the core `destination`, which runs the guest */
	GVI_PLUGIN_MESSAGE_GAPPI,       /* to the core `destination`, vector `data`: wake the guest */
	GVI_PLUGIN_MESSAGE_INVALIDATE,  /* ATS invalidate request to `device` */
	GVI_PLUGIN_MESSAGE_RESPONSE,    /* page request group response to `device` */
	GVI_PLUGIN_MESSAGE_RAISE        /* none: the status bit of `source` and its enable are both
	                                 * set now, so that the IOMMU means to interrupt */
};

enum gvi_plugin_source {
	GVI_PLUGIN_EVENT_LOG_INT,
	GVI_PLUGIN_EVENT_OVERFLOW,
	GVI_PLUGIN_COM_WAIT_INT,
	GVI_PLUGIN_EVENT_OVERFLOW_B,
	GVI_PLUGIN_PPR_INT,
	GVI_PLUGIN_PPR_OVERFLOW,
	GVI_PLUGIN_PPR_OVERFLOW_B,
	GVI_PLUGIN_PPR_EARLY,
	GVI_PLUGIN_PPR_EARLY_B,
	GVI_PLUGIN_GA_INT,
	GVI_PLUGIN_GA_OVERFLOW
};

struct gvi_plugin_message {
	uint64_t address;       /* where an MSI is written; INVALIDATE: an ATS_INVALIDATE_REQUEST */
	uint32_t data;          /* what is written; RESPONSE: a PRG_RESPONSE; GAPPI: the vector */
	uint32_t destination;   /* of an interrupt: all 32 bits */
	uint32_t pasid;         /* INVALIDATE, RESPONSE: of the prefix, if has_pasid */
	uint16_t device;        /* INVALIDATE, RESPONSE: DeviceID of the receiver */
	uint8_t  kind;          /* enum gvi_plugin_message_kind */
	uint8_t  source;        /* INTERRUPT, RAISE: enum gvi_plugin_source */
	uint8_t  tag;           /* INVALIDATE: ITag, 0 to 31 */
	bool     has_pasid;
	bool     rq_eoi;        /* REMAPPED: RqEoi of the entry */
	bool     x2apic;        /* INTERRUPT: by IntCapXTEn, not MSI */
};

/* ---- The bench ----------------------------------------------------------------- */

/* Valid from start to stop; the first argument of each call is the bench itself. */
struct gvi_plugin_bench {
	uint32_t abi;           /* the runner's GVI_PLUGIN_ABI */
	/* These return enum gvi_plugin_bus.  What nothing has written reads as 0. */
	int (*read)(const struct gvi_plugin_bench *bench, uint64_t spa, void *to, size_t len);
	int (*write)(const struct gvi_plugin_bench *bench, uint64_t spa, const void *from,
	             size_t len);
	/* If the 8 bytes at `spa` are *seen, stores `next`; else loads what they are
	 * into *seen. */
	int (*exchange)(const struct gvi_plugin_bench *bench, uint64_t spa, uint64_t *seen,
	                uint64_t next);
	/* Whatever leaves, but a device's own interrupts, which are answers. */
	void (*send)(const struct gvi_plugin_bench *bench, const struct gvi_plugin_message *message);
};

/* ---- The device ------------------------------------------------------------------ */

/* A choice that is settled: names of docs/choices.md. */
struct gvi_plugin_habit {
	const char *choice, *alternative;
};

/* What the IOMMU is after reset. */
struct gvi_plugin_config {
	uint64_t efr, efr2;     /* extended feature registers */
	uint64_t control;       /* Control after reset */
	uint64_t base;          /* of the MMIO window, if enabled */
	uint32_t pci_id;        /* vendor in 15:0, device in 31:16 */
	uint32_t capability;    /* CAP_HEADER */
	uint32_t misc0, misc1;  /* CAP_MISC0, CAP_MISC1 */
	uint16_t revision;      /* of the publication: major << 8 | minor */
	uint16_t device;        /* DeviceID of the IOMMU itself */
	bool     enabled;       /* Enable of the capability is set */
	bool     no_host;       /* host translation is not provided */
	bool     snp;           /* SEV-SNP is on */
	bool     irt_cache_dis; /* Control.IRTCacheDis exists */
	bool     gst_buffer;    /* Control.GstBufferTRPMode exists */
	uint8_t  msi_messages_log2;     /* MultMessCap */
	uint32_t nhabits;
	const struct gvi_plugin_habit *habits;  /* valid while start runs */
};

enum gvi_plugin_access {
	GVI_PLUGIN_READ,        /* length 0 is a zero-length read */
	GVI_PLUGIN_WRITE,       /* posted */
	GVI_PLUGIN_WRITE_NONPOSTED,
	GVI_PLUGIN_ATOMIC
};

struct gvi_plugin_dma {
	uint64_t address;       /* of the first byte */
	uint32_t length;        /* within a page of 4 KiB */
	uint32_t pasid;         /* if has_pasid */
	uint16_t device;        /* DeviceID of the requester */
	uint8_t  access;        /* enum gvi_plugin_access */
	bool     has_pasid, execute, privileged;        /* the PASID prefix */
	bool     intx;          /* the write is an INTx message */
	bool     translated;    /* the address is one that ATS has answered */
};

struct gvi_plugin_interrupt {
	uint64_t address;       /* in FEEx_xxxx, or HyperTransport's form in FD_F8xx_xxxx */
	uint32_t data;
	uint32_t pasid;         /* if has_pasid */
	uint16_t device;
	bool     has_pasid;
};

enum gvi_plugin_result {
	GVI_PLUGIN_GRANT,
	GVI_PLUGIN_ABORT,
	GVI_PLUGIN_IS_INTERRUPT /* dma: the write goes the interrupt's way */
};

enum gvi_plugin_completion {
	GVI_PLUGIN_SUCCESS,
	GVI_PLUGIN_COMPLETER_ABORT,
	GVI_PLUGIN_UNSUPPORTED_REQUEST,
	GVI_PLUGIN_DROPPED      /* posted: nothing is answered */
};

struct gvi_plugin_answer {
	uint64_t address;       /* granted: where the first byte goes */
	uint64_t size;          /* granted: of the page; 0 = all addresses.  This and what
	                         * follows, but result and message: with ATTRIBUTES */
	uint8_t  result;        /* enum gvi_plugin_result */
	uint8_t  completion;    /* enum gvi_plugin_completion */
	bool     read, write;   /* rights of the page for this device */
	bool     coherent;      /* FC */
	bool     untranslated_only;     /* U of the page */
	bool     translated;    /* interrupt: the interrupt table was used */
	struct gvi_plugin_message message;      /* interrupt: what left, or NONE */
};

#define GVI_PLUGIN_MAX_TRANSLATIONS 16

struct gvi_plugin_ats {
	uint64_t address;       /* untranslated; bits 11:0 are 0 */
	uint32_t pasid;         /* if has_pasid */
	uint16_t device;
	uint8_t  count;         /* translations, for addresses that are one unit apart */
	uint8_t  unit_log2;     /* smallest translation unit of the device */
	bool     has_pasid, execute, privileged;
	bool     no_write;      /* NW */
};

struct gvi_plugin_ats_answer {
	uint64_t translation[GVI_PLUGIN_MAX_TRANSLATIONS];      /* each an ATS_COMPLETION */
	uint8_t  count;
	uint8_t  result;        /* GRANT: completed, be it with R=W=0; or ABORT */
	uint8_t  completion;    /* enum gvi_plugin_completion */
};

struct gvi_plugin_page_request {
	uint64_t address;       /* bits 11:0 are 0 */
	uint32_t pasid;         /* if has_pasid */
	uint16_t device;
	uint16_t group;         /* page request group index */
	bool     read, write, last;
	bool     has_pasid, execute, privileged;
	bool     malformed;     /* a reserved field of the message is not zero */
};

struct gvi_plugin {
	uint32_t abi;           /* GVI_PLUGIN_ABI */
	uint32_t abilities;     /* enum gvi_plugin_ability */

	/* A fresh IOMMU after reset; NULL if it cannot be had.  Without CONFIGURE *config is
	 * an IOMMU that has no options, and what this one is otherwise is overwritten. */
	void *(*start)(const struct gvi_plugin_bench *bench, struct gvi_plugin_config *config);
	void (*stop)(void *device);

	/* len is 1, 2, 4 or 8, offset naturally aligned. */
	int (*mmio_read)(void *device, uint32_t offset, uint32_t len, uint64_t *value);
	int (*mmio_write)(void *device, uint32_t offset, uint32_t len, uint64_t value);

	/* An access of a device; the device does not move data, it tells where they go. */
	int (*dma)(void *device, const struct gvi_plugin_dma *dma, struct gvi_plugin_answer *answer);

	/* ---- From here on all may be NULL. */

	/* Performs the commands in the ring until nothing more can be done; NULL if that
	 * happens inside of mmio_write. */
	int (*settle)(void *device);

	int (*interrupt)(void *device, const struct gvi_plugin_interrupt *interrupt,
	                 struct gvi_plugin_answer *answer);

	/* PCI configuration space of the function; len is 1, 2 or 4. */
	int (*pci_read)(void *device, uint32_t offset, uint32_t len, uint32_t *value);
	int (*pci_write)(void *device, uint32_t offset, uint32_t len, uint32_t value);

	/* A translation request of a device; and the device `id` completes the invalidate
	 * request that came with `tag`, or lets InvTimeOut pass.  False in *known if none
	 * such is outstanding. */
	int (*ats)(void *device, const struct gvi_plugin_ats *ats, struct gvi_plugin_ats_answer *answer);
	int (*invalidation)(void *device, uint16_t id, uint8_t tag, bool completes, bool *known);

	/* What comes of it is seen in the log and in messages. */
	int (*page_request)(void *device, const struct gvi_plugin_page_request *request);

	/* Memory of its own, all zeros after start: the bench's is not used then, and
	 * INJECT, RACE and EFFECTS are out of the question. */
	int (*memory_read)(void *device, uint64_t spa, void *to, size_t len);
	int (*memory_write)(void *device, uint64_t spa, const void *from, size_t len);
};

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
extern const struct gvi_plugin gvi_plugin_table;

#ifdef __cplusplus
}
#endif
#endif
