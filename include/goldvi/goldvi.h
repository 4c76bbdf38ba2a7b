/* goldvi: a reference model of the AMD I/O memory management unit.
 *
 * One `struct gvi` is one IOMMU.  The model owns no memory, no thread, no clock
 * and no global: everything it touches it reaches through `struct gvi_host`, and
 * the same calls in the same order always give the same answers.
 *
 * Conventions, once for all calls:
 * - A fault is an answer, not an error.  A call that returns anything but
 *   GVI_OK was the caller's mistake, has changed nothing, and
 *   gvi_status_text() says in a sentence what was wrong.
 * - Pointers must not be NULL unless the call says so.  Nothing is kept but
 *   what gvi_init() copies: the configuration and the host structure (not what
 *   the host's own pointers point to, which must outlive the model).
 * - Every byte of a structure that the model fills in is defined, so that memcmp()
 *   compares two of them.
 * - Callbacks must not call back into the same model.
 * - Several models may live in one process and in different threads; one model
 *   is used by one thread at a time.
 * - Addresses and values are host integers; memory seen through the host is
 *   little-endian bytes.  Ids in brackets are clauses of docs/spec. */
#ifndef GOLDVI_GOLDVI_H
#define GOLDVI_GOLDVI_H

#include "goldvi/format.h"

#ifdef __cplusplus
extern "C" {
#endif

#define GVI_VERSION_MAJOR 0
#define GVI_VERSION_MINOR 1
#define GVI_VERSION_PATCH 0
#define GVI_VERSION (GVI_VERSION_MAJOR * 10000 + GVI_VERSION_MINOR * 100 + GVI_VERSION_PATCH)

/* Of the binary interface: the number in the name of the shared library. */
#define GVI_ABI 0

/* The revisions of the publication that can be modelled, as major << 8 | minor:
 * gvi_config.revision.  They differ in reserved bits [device.reserved-bits]. */
#define GVI_REVISION(major, minor) ((uint16_t)((major) << 8 | (minor)))
#define GVI_OLDEST_REVISION GVI_REVISION(2, 0)
#define GVI_NEWEST_REVISION GVI_REVISION(3, 11)

/* The version of the library that is linked, as GVI_VERSION. */
GVI_API int gvi_version(void);

/* ---- Statuses: a caller's mistakes -------------------------------------- */

/* Values are pinned and never reused; GVI_OK is 0, all others are negative. */
enum gvi_status {
#define STATUS(id, value, text) GVI_##id = value,
#include "goldvi/def/status.def"
#undef STATUS
};

/* A sentence; never NULL, also for values that do not exist. */
GVI_API const char *gvi_status_text(enum gvi_status status);

/* ---- Clauses: the rules, and choices: the freedom ----------------------- */

enum gvi_clause {
	GVI_CLAUSE_NONE,
#define CLAUSE(id, slug, file, section, text) GVI_CLAUSE_##id,
#include "goldvi/def/clause.def"
#undef CLAUSE
	GVI_NCLAUSES
};

struct gvi_clause_info {
	const char *slug;       /* "host.permission-and" */
	const char *file;       /* of docs/spec */
	const char *section, *text;
};

enum gvi_choice {
#define CHOICE(id, scope, ambiguity, clause, text, alternatives) GVI_CHOICE_##id,
#include "goldvi/def/choice.def"
#undef CHOICE
	GVI_NCHOICES
};

#define GVI_MAX_ALTERNATIVES 6

/* Alternative 0 is the preferred reading, and what predictions take. */
struct gvi_choice_info {
	const char *id;         /* "DTE_MODE" */
	const char *ambiguity;  /* "AMB-1.3": its entry in docs/spec */
	const char *clause;     /* slug of the rule that leaves it open */
	const char *text;       /* what is open */
	bool        habit;      /* settled once per implementation; else it may differ each time */
	uint8_t     count;      /* alternatives, 2 to GVI_MAX_ALTERNATIVES */
	struct { const char *name, *text; } alternative[GVI_MAX_ALTERNATIVES];
};

extern GVI_API const struct gvi_clause_info gvi_clauses[GVI_NCLAUSES];
extern GVI_API const struct gvi_choice_info gvi_choices[GVI_NCHOICES];

/* By slug or id; GVI_CLAUSE_NONE or GVI_NCHOICES when there is none. */
GVI_API enum gvi_clause gvi_find_clause(const char *slug);
GVI_API enum gvi_choice gvi_find_choice(const char *id);

/* ---- The surroundings of the IOMMU -------------------------------------- */

/* How memory answered; the values are the Type of hardware error events
 * [event.hardware-error-type], except that OK is 0. */
enum gvi_bus {
	GVI_BUS_OK,
	GVI_BUS_MASTER_ABORT,   /* nothing is there */
	GVI_BUS_TARGET_ABORT,   /* it refuses */
	GVI_BUS_POISON          /* the data is bad */
};

/* A message that leaves the IOMMU: a write of `data` to `address`, or a message
 * to a device that uses ATS. */
enum gvi_message_kind {
	GVI_MESSAGE_NONE,       /* there is none: all members are 0 */
	GVI_MESSAGE_INTERRUPT,  /* the IOMMU's own interrupt */
	GVI_MESSAGE_REMAPPED,   /* a device's interrupt, as the interrupt table says */
	GVI_MESSAGE_PASSED,     /* a device's interrupt, as the device sent it */
	GVI_MESSAGE_DOORBELL,   /* to the core `destination`, which runs the guest of an interrupt */
	GVI_MESSAGE_GAPPI,      /* to the core `destination`, vector `data`: wake the guest */
	GVI_MESSAGE_INVALIDATE, /* ATS invalidate request to `device` */
	GVI_MESSAGE_RESPONSE    /* page request group response to `device` */
};

/* Why the IOMMU interrupts: one for each status bit that can [register.interrupt-edge]. */
enum gvi_source {
	GVI_SOURCE_EVENT_LOG_INT,
	GVI_SOURCE_EVENT_OVERFLOW,
	GVI_SOURCE_COM_WAIT_INT,
	GVI_SOURCE_EVENT_OVERFLOW_B,
	GVI_SOURCE_PPR_INT,
	GVI_SOURCE_PPR_OVERFLOW,
	GVI_SOURCE_PPR_OVERFLOW_B,
	GVI_SOURCE_PPR_EARLY,
	GVI_SOURCE_PPR_EARLY_B,
	GVI_SOURCE_GA_INT,
	GVI_SOURCE_GA_OVERFLOW,
	GVI_NSOURCES
};

struct gvi_message {
	uint64_t address;       /* where the MSI is written; INVALIDATE: an ATS_INVALIDATE_REQUEST */
	uint32_t data;          /* what is written; RESPONSE: a PRG_RESPONSE; GAPPI: the vector */
	uint32_t destination;   /* of an interrupt: all of it; the address of an MSI has room for bits 7:0 */
	uint32_t pasid;         /* INVALIDATE, RESPONSE: of the prefix, if has_pasid */
	uint16_t device;        /* INVALIDATE, RESPONSE: DeviceID of the receiver; else 0 */
	uint8_t  kind;          /* enum gvi_message_kind */
	uint8_t  source;        /* enum gvi_source, of an INTERRUPT */
	uint8_t  tag;           /* INVALIDATE: ITag, 0 to 31 */
	bool     has_pasid;     /* INVALIDATE, RESPONSE: a PASID prefix is present */
	bool     rq_eoi;        /* REMAPPED: RqEoi of the entry, for which an MSI has no place */
	bool     x2apic;        /* INTERRUPT: by IntCapXTEn, not MSI; address and data as an MSI has them */
	uint8_t  reserved[4];   /* 0 */
};

/* Something that happened inside, in order; for tracing, explaining, coverage. */
enum gvi_note_kind {
	GVI_NOTE_CLAUSE,        /* rule `id` (enum gvi_clause) was applied */
	GVI_NOTE_CHOICE,        /* liberty `id` (enum gvi_choice) was taken as `value` */
	GVI_NOTE_FETCH,         /* `words` words of format `id` were read at `spa`; bus tells how */
	GVI_NOTE_EFFECT         /* `effect` was performed; bus tells how it went */
};

struct gvi_effect;

struct gvi_note {
	uint8_t         kind;   /* enum gvi_note_kind */
	uint8_t         bus;    /* enum gvi_bus */
	uint16_t        id;
	uint32_t        words;
	uint64_t        spa, value;
	const uint64_t *raw;    /* FETCH: the words, as host integers; else NULL */
	const struct gvi_effect *effect;        /* EFFECT, else NULL */
};

/* Memory that may be read without asking: `length` bytes at `spa` stand at
 * `bytes`.  Windows must not overlap nor pass the end of the address space.  The
 * list stays the caller's and must stay as it is; a new one is told by
 * gvi_set_host(). */
struct gvi_window {
	uint64_t spa, length;
	const void *bytes;
};

struct gvi_host {
	void *user;             /* handed to every callback */
	/* Fills `to` with `len` bytes at `spa`, or says why not; what a failed
	 * read leaves in `to` does not matter.  May be NULL if windows hold all
	 * that there is: what is outside them is then a master abort. */
	enum gvi_bus (*read)(void *user, uint64_t spa, void *to, size_t len);
	/* May be NULL: writes are then lost, and count as done. */
	enum gvi_bus (*write)(void *user, uint64_t spa, const void *from, size_t len);
	/* Atomically: if the 8 bytes at `spa` are *seen (as a little-endian
	 * integer), store `next`; else load what they are into *seen.  May be NULL:
	 * every exchange then succeeds and changes nothing. */
	enum gvi_bus (*exchange)(void *user, uint64_t spa, uint64_t *seen, uint64_t next);
	/* A message leaves.  May be NULL. */
	void (*send)(void *user, const struct gvi_message *message);
	/* Picks one of `options` alternatives; a larger answer counts as 0.  NULL
	 * always picks 0, the preferred reading.  Not asked for a settled habit. */
	unsigned (*choose)(void *user, enum gvi_choice choice, unsigned options);
	/* Listens.  May be NULL, which is faster. */
	void (*note)(void *user, const struct gvi_note *note);
	const struct gvi_window *windows;       /* `nwindows` of them; may be NULL with 0 */
	size_t nwindows;
};

/* ---- Configuration ------------------------------------------------------ */

#define GVI_UNSETTLED 0xff

/* Start from a preset: a configuration that is all zeros is refused. */
struct gvi_config {
	uint32_t version;       /* GVI_VERSION that the caller was compiled against */
	uint16_t revision;      /* GVI_REVISION(3, 10): of the publication, 2.0 to 3.11 */
	uint16_t device;        /* DeviceID (bus, device, function) of the IOMMU itself */
	uint32_t pci_id;        /* vendor in 15:0, device in 31:16 */
	uint32_t capability;    /* capability header [pci.capability-header] */
	uint32_t misc0, misc1;  /* Misc Information 0 and 1 at reset */
	uint64_t efr, efr2;     /* extended feature registers */
	uint64_t control;       /* Control after reset: only bits that exist count */
	uint64_t base;          /* of the MMIO window, if enabled */
	bool     enabled;       /* firmware has set the capability's Enable */
	bool     no_host;       /* HATDis: host translation is not provided (or HATS is 3) */
	bool     snp;           /* SEV-SNP is on: needs SNPSup */
	bool     irt_cache_dis; /* Control.IRTCacheDis exists */
	bool     gst_buffer;    /* Control.GstBufferTRPMode exists */
	uint8_t  msi_messages_log2;     /* MultMessCap: 0 to 5 */
	uint8_t  habit[GVI_NCHOICES];   /* settled alternatives, or GVI_UNSETTLED */
};

/*  X(id, name, text) */
#define GVI_PRESETS(X)                                                                          \
	X(EPYC_ROME, "epyc-rome", "EPYC 7302P/7542, as Linux found it")                         \
	X(CLIENT, "client", "A client part: no x2APIC, no dirty bits, no vIOMMU")               \
	X(QEMU, "qemu", "The feature register of QEMU 7.2's amd-iommu")                         \
	X(EVERYTHING, "everything", "All that revision 3.10 defines, at its largest")           \
	X(HOST_ONLY, "host-only", "Six-level host translation with A and D bits, nothing else") \
	X(NOTHING, "nothing", "No extended feature register: four levels, no option")

enum gvi_preset {
#define X(id, name, text) GVI_PRESET_##id,
	GVI_PRESETS(X)
#undef X
	GVI_NPRESETS
};

/* Fills in a configuration that gvi_init() accepts.  GVI_ARG_PRESET. */
GVI_API enum gvi_status gvi_preset(enum gvi_preset preset, struct gvi_config *config);
/* By name; GVI_NPRESETS when there is none. */
GVI_API enum gvi_preset gvi_find_preset(const char *name);
GVI_API const char *gvi_preset_name(enum gvi_preset preset);    /* NULL if none */
GVI_API const char *gvi_preset_text(enum gvi_preset preset);    /* NULL if none */

/* GVI_OK, or the first contradiction: what gvi_init() would say. */
GVI_API enum gvi_status gvi_check(const struct gvi_config *config);

/* ---- Life --------------------------------------------------------------- */

/* One IOMMU: gvi_size() bytes of the caller's, aligned as malloc() aligns, with
 * no pointer into itself: copying them is a snapshot, copying them back restores. */
struct gvi;
GVI_API size_t gvi_size(void);

/* Makes `m` an IOMMU after reset.  A refused configuration leaves m as it was. */
GVI_API enum gvi_status gvi_init(struct gvi *m, const struct gvi_config *config,
                                 const struct gvi_host *host);
/* Back to the state after gvi_init(); configuration and host stay. */
GVI_API void gvi_reset(struct gvi *m);
/* Another environment (a restored snapshot in another process, a new window). */
GVI_API enum gvi_status gvi_set_host(struct gvi *m, const struct gvi_host *host);
GVI_API const struct gvi_config *gvi_config(const struct gvi *m);
/* The features in force, one bit per enum gvi_feature_id; changes with Control. */
GVI_API uint64_t gvi_features_now(const struct gvi *m);

/* ---- Registers ---------------------------------------------------------- */

/* An access to the MMIO window; len is 1, 2, 4 or 8, offset naturally aligned
 * [register.access-size].  What is not there reads 0 and ignores writes. */
GVI_API enum gvi_status gvi_mmio_read(struct gvi *m, uint32_t offset, unsigned len,
                                      uint64_t *value);
GVI_API enum gvi_status gvi_mmio_write(struct gvi *m, uint32_t offset, unsigned len,
                                       uint64_t value);

/* An access to the function's PCI configuration space, 0 to 4095; len is 1, 2
 * or 4, offset naturally aligned. */
GVI_API enum gvi_status gvi_config_read(struct gvi *m, uint32_t offset, unsigned len,
                                        uint32_t *value);
GVI_API enum gvi_status gvi_config_write(struct gvi *m, uint32_t offset, unsigned len,
                                         uint32_t value);

/* ---- Requests ----------------------------------------------------------- */

enum gvi_access_kind {
	GVI_READ,               /* memory read; length 0 is a zero-length read (flush) */
	GVI_WRITE,              /* posted write */
	GVI_WRITE_NONPOSTED,    /* non-posted write */
	GVI_ATOMIC              /* read-modify-write */
};

struct gvi_request {
	uint64_t address;       /* of the first byte */
	uint32_t length;        /* bytes; must not cross a 4 KiB boundary */
	uint32_t pasid;         /* below 2^20, if has_pasid */
	uint16_t device;        /* DeviceID of the requester */
	uint8_t  access;        /* enum gvi_access_kind */
	bool     has_pasid;     /* a PASID prefix is present */
	bool     execute;       /* prefix: execute requested */
	bool     privileged;    /* prefix: privileged mode requested */
	bool     intx;          /* the write is an INTx message */
	bool     translated;    /* AT=10b: the address is one that ATS has answered */
};

enum gvi_result {
	GVI_GRANT,              /* performed at answer.address; an interrupt: sent as answer.message */
	GVI_ABORT,              /* refused: no effect on memory, no data */
	GVI_INTERRUPT           /* a write to the interrupt range: it goes gvi_interrupt()'s way */
};

/* What became of the event of a refused request. */
enum gvi_logging {
	GVI_NO_EVENT,
	GVI_LOGGED,             /* written to the event log */
	GVI_SUPPRESSED,         /* DTE.SA or DTE.SE */
	GVI_LOST                /* the log does not run, is full, or cannot be written */
};

/* How an abort looks on the link [flow.completion-status]. */
enum gvi_completion {
	GVI_SUCCESS,
	GVI_COMPLETER_ABORT,
	GVI_UNSUPPORTED_REQUEST,
	GVI_DROPPED             /* posted: nothing is answered */
};

#define GVI_MAX_CLAUSES 27

struct gvi_answer {
	uint64_t address;       /* granted: system physical address of the first byte */
	uint64_t size;          /* granted: bytes of the page it lies in; 0 = all addresses */
	uint64_t event[2];      /* the record, whether it was logged or not; 0 without one */
	struct gvi_message message;     /* of a granted interrupt: what was sent, if anything; else 0 */
	uint8_t  result;        /* enum gvi_result */
	uint8_t  completion;    /* enum gvi_completion */
	uint8_t  logging;       /* enum gvi_logging */
	bool     translated;    /* granted through a table or identity mapping of a valid DTE; an
	                         * interrupt: remapped or posted, not passed on as it came */
	bool     read, write;   /* rights of the page for this device */
	bool     coherent;      /* FC: coherent whatever the request says */
	bool     untranslated_only;     /* U of the page */
	uint16_t nclauses;      /* in clause[] */
	/* The rules applied, in order; then 0.  What the host tables did for reading
	 * and writing guest tables is told to listeners only, unless it failed. */
	uint16_t clause[GVI_MAX_CLAUSES];
};

/* An access of a device, untranslated as docs/spec/04-translation-flow.md section
 * 3 orders it, or translated as section 5 does. */
GVI_API enum gvi_status gvi_translate(struct gvi *m, const struct gvi_request *request,
                                      struct gvi_answer *answer);

/* An interrupt message as the IOMMU meets it: a posted write of 4 bytes, to the
 * MSI window FEEx_xxxx or, in HyperTransport's form, to FD_F8xx_xxxx (bits 39:0
 * of the address), where the data says nothing. */
struct gvi_interrupt {
	uint64_t address;       /* a multiple of 4 */
	uint32_t data;
	uint32_t pasid;         /* below 2^20, if has_pasid */
	uint16_t device;        /* DeviceID of the requester */
	bool     has_pasid;     /* a PASID prefix is present */
};

/* What docs/spec/05-interrupt-remapping.md section 4 makes of it: GVI_ABORT, or
 * GVI_GRANT, and answer.message.kind tells how:
 * - REMAPPED, PASSED: the message has been sent, in the form in which the
 *   interrupt came (answer.address is its address);
 * - DOORBELL, GAPPI, NONE: the interrupt is posted in a guest's virtual APIC, and
 *   this has been sent to tell of it, or nothing (answer.address is 0).  Whether
 *   the GA log has an entry is told by the effects. */
GVI_API enum gvi_status gvi_interrupt(struct gvi *m, const struct gvi_interrupt *request,
                                      struct gvi_answer *answer);

/* ---- ATS and page requests ---------------------------------------------- */

/* The most translations that one request may ask for: a limit of this interface. */
#define GVI_MAX_TRANSLATIONS 16

/* A device asks for translations (AT=01b): `count` of them, for addresses that
 * are one unit apart.  One of several has the size of the unit, or of the page
 * if that is smaller; a single one has that of its page [ats.size]. */
struct gvi_ats_request {
	uint64_t address;       /* untranslated; bits 11:0 are 0 */
	uint32_t pasid;         /* below 2^20, if has_pasid */
	uint16_t device;        /* DeviceID of the requester */
	uint8_t  count;         /* 1 to GVI_MAX_TRANSLATIONS */
	uint8_t  unit_log2;     /* the device's smallest translation unit: 12 to 43 */
	bool     has_pasid;     /* a PASID prefix is present */
	bool     execute;       /* prefix: execute requested */
	bool     privileged;    /* prefix: privileged mode requested */
	bool     no_write;      /* NW: the device does not mean to write */
};

struct gvi_ats_answer {
	uint64_t translation[GVI_MAX_TRANSLATIONS];     /* each an ATS_COMPLETION; then 0 */
	uint64_t event[2];      /* the last record, whether it was logged or not; 0 without one */
	uint8_t  count;         /* of translation[]; 0 if refused */
	uint8_t  result;        /* enum gvi_result: GRANT is completed, be it with R=W=0; or ABORT */
	uint8_t  completion;    /* enum gvi_completion */
	uint8_t  logging;       /* enum gvi_logging */
	uint16_t nclauses;
	uint16_t clause[GVI_MAX_CLAUSES];       /* the rules applied, in order; then 0 */
	uint8_t  reserved[4];   /* 0 */
};

/* A translation request, as docs/spec/04-translation-flow.md section 4 orders it. */
GVI_API enum gvi_status gvi_ats_translate(struct gvi *m, const struct gvi_ats_request *request,
                                          struct gvi_ats_answer *answer);

/* A device asks that a page be made present.  A stop marker is a request with a
 * PASID that is the last one and neither reads nor writes. */
struct gvi_page_request {
	uint64_t address;       /* of the page; bits 11:0 are 0 */
	uint32_t pasid;         /* below 2^20, if has_pasid */
	uint16_t device;        /* DeviceID of the requester */
	uint16_t group;         /* page request group index, below 512 */
	bool     read, write;   /* what is asked for */
	bool     last;          /* the last request of its group */
	bool     has_pasid;     /* a PASID prefix is present */
	bool     execute;       /* prefix: execute requested */
	bool     privileged;    /* prefix: privileged mode requested */
	bool     malformed;     /* a reserved field of the message is not zero */
};

/* What became of a page request. */
enum gvi_page_result {
	GVI_PAGE_LOGGED,        /* entry[] stands in the log */
	GVI_PAGE_LOST,          /* the log does not run, is full, or cannot be written */
	GVI_PAGE_ANSWERED,      /* automatic response: sent, if this was the last of its group */
	GVI_PAGE_DISCARDED,     /* nothing is due: disabled, or a stop marker */
	GVI_PAGE_REFUSED        /* an event tells why, or nothing does */
};

struct gvi_page_answer {
	uint64_t entry[2];      /* LOGGED, LOST: the PAGE_SERVICE_REQUEST; else 0 */
	uint64_t event[2];      /* REFUSED: the record, whether it was logged or not; 0 without one */
	struct gvi_message response;    /* if has_response: what was sent to the device */
	uint8_t  result;        /* enum gvi_page_result */
	uint8_t  logging;       /* enum gvi_logging: of the event */
	bool     has_response;
	bool     log_b;         /* LOGGED: in PPR log B */
	uint16_t nclauses;
	uint16_t clause[GVI_MAX_CLAUSES];       /* the rules applied, in order; then 0 */
	uint8_t  reserved[4];   /* 0 */
};

/* A page request message, as docs/spec/11-ppr.md section 3 orders it. */
GVI_API enum gvi_status gvi_page_request(struct gvi *m, const struct gvi_page_request *request,
                                         struct gvi_page_answer *answer);

/* INVALIDATE_IOTLB_PAGES sends requests to devices; each is outstanding until the
 * device has completed it or the bench says that it does not
 * [command.iotlb-completion].  The model has room for GVI_MAX_INVALIDATIONS; a command
 * that finds none waits. */
#define GVI_MAX_INVALIDATIONS 64

struct gvi_invalidation {
	uint64_t spa;           /* of the command */
	uint16_t device;        /* whom the request was sent to */
	uint16_t queue;         /* QueueID of the command */
	uint8_t  tag;           /* ITag: no two of one device's are equal */
	uint8_t  reserved[3];   /* 0 */
};

/* Those outstanding, oldest first; valid until the next call on m. */
GVI_API const struct gvi_invalidation *gvi_invalidations(const struct gvi *m, size_t *count);

/* The device has completed the request: all its completion messages have come.
 * GVI_STATE_NO_INVALIDATION if none like it is outstanding.  What waited for it
 * goes on with the next gvi_step(). */
GVI_API enum gvi_status gvi_invalidation_done(struct gvi *m, uint16_t device, uint8_t tag);

/* InvTimeOut has passed without the completion: IOTLB_INV_TIMEOUT is logged, and
 * the command counts as finished.  GVI_STATE_NO_TIMEOUT while Control.InvTimeOut
 * is 0. */
GVI_API enum gvi_status gvi_invalidation_timed_out(struct gvi *m, uint16_t device, uint8_t tag);

/* ---- Commands ----------------------------------------------------------- */

/* Performs one command of the ring: the oldest that may be, or a younger one where
 * COMMAND_ORDER or WAIT_YOUNGER let it come first.  A command that has to wait for
 * devices to complete their invalidations (gvi_invalidation_done()) is fetched at
 * first, and performed by the step that finds that it may be.  *done is false when there was nothing to do: the ring is empty or
 * not running [register.command-run], or what was fetched still waits. */
GVI_API enum gvi_status gvi_step(struct gvi *m, bool *done);

/* ---- What tables have been ---------------------------------------------- */

/* An IOMMU may cache, and until an invalidation is complete it may use what it
 * holds [invalidate.held].  The model does not simulate a cache; whoever tells it
 * how memory changes gets at each fetch the choice (HELD_DTE and its like) between
 * what is there and what was.  Predictions take what is there. */

/* Bytes of storage for the last 2^values_log2 old values of words (4 to 30); what
 * is older makes way, and gvi_unsure() tells when it could have mattered.  0: out of
 * range, or more than a machine of 32 bits can address. */
GVI_API size_t gvi_history_size(unsigned values_log2);

/* From now on changes are told.  `storage`, aligned as malloc() aligns, is kept and
 * must outlive its use; copies of the model share it.  NULL ends it. */
GVI_API enum gvi_status gvi_track(struct gvi *m, void *storage, unsigned values_log2);

/* Memory at `spa`, a multiple of 8, was changed by somebody else than the IOMMU, in
 * one go: `words` words (1 to 8) that were old[] (as integers) before. */
GVI_API enum gvi_status gvi_wrote(struct gvi *m, uint64_t spa, const uint64_t *old, size_t words);

/* Whether the last call could have used a value that the history had no room for. */
GVI_API bool gvi_unsure(const struct gvi *m);

/* ---- Snapshots that outlive the process --------------------------------- */

/* A snapshot as bytes that mean the same on every machine and in every later version of
 * the library: all of the state, with what gvi_effects() and gvi_unsure() say of the last
 * call and with the history of gvi_track(), so that an IOMMU that is restored answers
 * every further call as the one that was saved.  Not the host, and not memory, which
 * must be what it was. */
#define GVI_SAVE_VERSION 1

/* The bytes that gvi_save() will write now. */
GVI_API size_t gvi_save_size(const struct gvi *m);

/* Writes them.  GVI_SAVE_ROOM if they are more than `size`. */
GVI_API enum gvi_status gvi_save(const struct gvi *m, void *to, size_t size);

/* Whether these bytes begin like a snapshot, and of what: *values_log2 is that of the
 * history that it has, or 0. */
GVI_API enum gvi_status gvi_saved(const void *from, size_t size, unsigned *values_log2);

/* Makes `m` the IOMMU that was saved.  `storage` is where its history goes:
 * gvi_history_size(values_log2) bytes as for gvi_track(), not used if it has none.  What is no snapshot is
 * refused and changes neither m nor storage.  Needs gvi_size() bytes of stack. */
GVI_API enum gvi_status gvi_restore(struct gvi *m, const struct gvi_host *host, void *storage,
                                    const void *from, size_t size);

/* ---- What a call did ---------------------------------------------------- */

enum gvi_effect_kind {
	GVI_EFFECT_WRITE,       /* `length` bytes of data[] at `spa` */
	GVI_EFFECT_EXCHANGE,    /* data[0] became data[1] at `spa`, atomically */
	GVI_EFFECT_SEND,        /* message */
	GVI_EFFECT_RAISE        /* source (enum gvi_source) in data[0]: a status bit and its enable
	                         * are both set now; the SEND follows, if a message leaves */
};

struct gvi_effect {
	uint64_t spa;
	uint64_t data[2];       /* as host integers, low word first */
	struct gvi_message message;
	uint8_t  kind;          /* enum gvi_effect_kind */
	uint8_t  length;
	uint8_t  bus;           /* enum gvi_bus: how memory answered */
	uint8_t  reserved[5];   /* 0 */
};

/* The longest call is a write through guest tables (3 of GCR3, 5 levels) under 6
 * host levels with no A or D set: 9 host walks that share their top entry, 5 guest
 * entries, D of the pages that these stand in, and an event that swaps two logs:
 * 46 + 5 + 5 + 5.  A write of Control raises and sends at most all sources, 22.
 * Only a request for several translations can do more than the list holds; then
 * the list has what was done first. */
#define GVI_MAX_EFFECTS 80

/* The effects of the last call that was not refused, in the order in which they
 * were performed.  *count of them; valid until the next call on m.  Many
 * translations whose tables lack A and D can do more: all are performed and told
 * to the listener, the last are not listed. */
GVI_API const struct gvi_effect *gvi_effects(const struct gvi *m, size_t *count);

/* Invalidation commands that were performed and not yet followed by a
 * COMPLETION_WAIT, oldest first: raw = the command.  At most GVI_MAX_PENDING are
 * kept; older ones make way, and *lost counts those since the last wait. */
#define GVI_MAX_PENDING 128
struct gvi_pending { uint64_t raw[2]; };
GVI_API const struct gvi_pending *gvi_pending(const struct gvi *m, size_t *count, size_t *lost);

#ifdef __cplusplus
}
#endif
#endif
