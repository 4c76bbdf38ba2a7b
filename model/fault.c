/* Refusals: docs/spec/10-events.md sections 2 to 5, for requests of devices. */
#include "model/fault.h"

#include "model/log.h"
#include "model/message.h"
#include "model/suppress.h"

static inline enum verdict finish(struct access *x, enum gvi_clause clause,
				  enum gvi_logging logging, uint64_t low, uint64_t high);
static enum gvi_completion ats_status(struct access *x, enum gvi_clause clause);
static enum verdict finish_with(struct access *x, enum gvi_clause clause, const uint64_t e[2]);
static enum verdict finish_ats(struct access *x, enum gvi_clause clause, enum gvi_logging logging,
			       const uint64_t e[2]);
static void log_beside(struct access *x, enum gvi_logging logging, const uint64_t e[2]);
static void show_pasid(struct access *x, uint64_t e[2]);
static enum gvi_logging suppressed(struct access *x);
static enum gvi_logging first_only(struct access *x);
static enum gvi_logging interrupt_suppressed(struct access *x);
static uint64_t direction(struct access *x);
static uint64_t domain(struct access *x);
static inline uint64_t fault_address(struct access *x);
static uint64_t event_address(struct access *x);
static bool names_pasid(struct access *x);
static void set_privilege(struct access *x, uint64_t *e);
static bool shows_write(const struct access *x);
static uint64_t error_type(struct gvi *m, enum gvi_bus bus);

/* A request as its event shows it. */
struct told {
	struct access x;
	struct gvi_request request;
};

static struct access *tell(struct access *x, struct told *told);
static enum verdict fault_aside(struct access *x, enum gvi_clause clause, uint64_t flags);
static inline enum verdict log_fault(struct access *x, enum gvi_clause clause, uint64_t flags);
static inline enum gvi_logging describe_fault(struct access *x, uint64_t flags, uint64_t e[2]);

enum verdict page_fault(struct access *x, enum gvi_clause clause, uint64_t flags)
{
	return x->aside ? fault_aside(x, clause, flags) : log_fault(x, clause, flags);
}

static inline enum verdict log_fault(struct access *x, enum gvi_clause clause, uint64_t flags)
{
	uint64_t e[2] = {0};
	enum gvi_logging logging = describe_fault(x, flags, e);

	return finish(x, clause, logging, e[0], e[1]);
}

/* The record, and whether it is to be logged. */
static inline enum gvi_logging describe_fault(struct access *x, uint64_t flags, uint64_t e[2])
{
	e[1] = fault_address(x);
	set_IO_PAGE_FAULT_CODE(e, 2);
	set_IO_PAGE_FAULT_DEVICE_ID(e, x->request->device);
	set_IO_PAGE_FAULT_DOMAIN_ID(e, get_DTE_DOMAIN_ID(x->dte));
	set_IO_PAGE_FAULT_RW(e, shows_write(x));
	if (names_pasid(x))
		show_pasid(x, e);
	e[0] |= flags;
	return suppressed(x);
}

static enum verdict translation_fault(struct access *x, struct access *asker,
				      enum gvi_clause clause, uint64_t flags);

/* Of an access to host tables, or of a translation request. */
static enum verdict fault_aside(struct access *x, enum gvi_clause clause, uint64_t flags)
{
	struct access *asker = x->asker ? x->asker : x;
	struct told told;

	if (asker->ats)
		return translation_fault(x, asker, clause, flags);
	return log_fault(tell(x, &told), clause, flags);
}

static bool is_malformed(enum gvi_clause clause, uint64_t flags);
static void hand_on(struct access *x, struct access *asker);

/* [ats.silent] What refuses an access is an answer without rights. */
static enum verdict translation_fault(struct access *x, struct access *asker,
				      enum gvi_clause clause, uint64_t flags)
{
	uint64_t e[2] = {mask_IO_PAGE_FAULT_TR(0), 0};
	struct told told;

	if (!is_malformed(clause, flags) || choose(x->m, GVI_CHOICE_ATS_MALFORMED) == 0) {
		hand_on(x, asker);
		return no_rights(asker, clause);
	}
	if (x->asker)
		x = tell(x, &told);
	log_beside(x, describe_fault(x, flags, e), e);
	return no_rights(x, clause);
}

/* Wrong by itself, whatever address and access meet it. */
static bool is_malformed(enum gvi_clause clause, uint64_t flags)
{
	if ((flags & (FAULT_PR | FAULT_PE)) != FAULT_PR)
		return false;
	return flags & FAULT_RZ || clause == GVI_CLAUSE_HOST_FAULT_LEVEL ||
	       clause == GVI_CLAUSE_HOST_FAULT_SIZE;
}

enum verdict no_rights(struct access *x, enum gvi_clause clause)
{
	apply(x, clause);
	apply(x, GVI_CLAUSE_ATS_SILENT);
	return ENDED;
}

/* The event of a translation request, whatever becomes of that. */
static void log_beside(struct access *x, enum gvi_logging logging, const uint64_t e[2])
{
	struct gvi_answer *a = x->answer;

	a->event[0] = e[0];
	a->event[1] = e[1];
	a->logging = (uint8_t)(logging == GVI_LOGGED ? log_event(x->m, a->event) : logging);
}

enum verdict interrupt_fault(struct access *x, enum gvi_clause clause, uint64_t flags)
{
	uint64_t e[2] = {direction(x) | flags};

	e[1] = event_address(x);
	set_IO_PAGE_FAULT_CODE(e, 2);
	set_IO_PAGE_FAULT_DEVICE_ID(e, x->request->device);
	set_IO_PAGE_FAULT_DOMAIN_ID(e, domain(x));
	if (x->guest_pasid)
		show_pasid(x, e);
	return finish(x, clause, interrupt_suppressed(x), e[0], e[1]);
}

static void show_pasid(struct access *x, uint64_t e[2])
{
	set_IO_PAGE_FAULT_GN(e, 1);
	set_IO_PAGE_FAULT_DOMAIN_ID(e, x->request->pasid & 0xffff);
	set_IO_PAGE_FAULT_PASID_HIGH(e, x->request->pasid >> 16);
	set_privilege(x, e);
}

enum verdict illegal_entry(struct access *x, enum gvi_clause clause, bool reserved_bit)
{
	const struct gvi_request *r = x->request;
	uint64_t e[2] = {direction(x)};

	set_ILLEGAL_DEV_TABLE_ENTRY_CODE(e, 1);
	set_ILLEGAL_DEV_TABLE_ENTRY_DEVICE_ID(e, r->device);
	set_ILLEGAL_DEV_TABLE_ENTRY_ADDRESS(e, event_address(x));
	apply(x, GVI_CLAUSE_EVENT_ILLEGAL_ENTRY_RZ);
	if (reserved_bit || choose(x->m, GVI_CHOICE_ILLEGAL_DTE_RZ) == 1)
		set_ILLEGAL_DEV_TABLE_ENTRY_RZ(e, 1);
	if (r->has_pasid) {
		set_ILLEGAL_DEV_TABLE_ENTRY_GN(e, 1);
		set_ILLEGAL_DEV_TABLE_ENTRY_PASID(e, r->pasid);
	}
	apply(x, clause);
	return finish_with(x, GVI_CLAUSE_EVENT_ILLEGAL_DEV_TABLE_ENTRY, e);
}

enum verdict device_out_of_range(struct access *x)
{
	struct gvi *m = x->m;
	struct gvi_request shown = *x->request;
	struct access told = *x;

	apply(x, GVI_CLAUSE_DEVICE_OUT_OF_RANGE);
	if (x->ats && choose(m, GVI_CHOICE_ATS_OUT_OF_RANGE) == 1)
		return no_rights(x, GVI_CLAUSE_ATS_ENTRY);
	if (x->interrupt && choose(m, GVI_CHOICE_INTERRUPT_OUT_OF_RANGE) == 1)
		return refuse(x, GVI_CLAUSE_DEVICE_OUT_OF_RANGE);
	if (choose(m, GVI_CHOICE_DEVICE_OUT_OF_RANGE_ADDRESS) == 1) {
		shown.address = 0;
		told.unaddressed = true;
	}
	if (shown.has_pasid && choose(m, GVI_CHOICE_DEVICE_OUT_OF_RANGE_PASID) == 1)
		shown.has_pasid = told.guest_pasid = false;
	told.request = &shown;
	if (x->ats)
		return invalid_request(&told, GVI_CLAUSE_ATS_ENTRY, 0);
	if (choose(m, GVI_CHOICE_DEVICE_OUT_OF_RANGE) == 0)
		return x->interrupt ? interrupt_fault(&told, GVI_CLAUSE_EVENT_IO_PAGE_FAULT, 0)
				    : page_fault(&told, GVI_CLAUSE_EVENT_IO_PAGE_FAULT, 0);
	return illegal_entry(&told, GVI_CLAUSE_DEVICE_OUT_OF_RANGE, false);
}

enum verdict device_table_error(struct access *x, uint64_t spa, enum gvi_bus bus)
{
	uint64_t e[2] = {direction(x)};

	set_DEV_TAB_HARDWARE_ERROR_CODE(e, 3);
	set_DEV_TAB_HARDWARE_ERROR_DEVICE_ID(e, x->request->device);
	set_DEV_TAB_HARDWARE_ERROR_TYPE(e, error_type(x->m, bus));
	set_DEV_TAB_HARDWARE_ERROR_ADDRESS(e, spa);
	return finish_with(x, GVI_CLAUSE_EVENT_DEV_TAB_HARDWARE_ERROR, e);
}

enum verdict page_table_error(struct access *x, uint64_t spa, enum gvi_bus bus)
{
	struct told told;
	uint64_t e[2] = {0};

	if (x->asker)
		x = tell(x, &told);
	apply(x, GVI_CLAUSE_EVENT_TABLE_ERROR_ADDRESS);
	if (choose(x->m, GVI_CHOICE_TABLE_ERROR_ADDRESS) == 1)
		spa &= ~UINT64_C(15);
	set_PAGE_TAB_HARDWARE_ERROR_CODE(e, 4);
	set_PAGE_TAB_HARDWARE_ERROR_DEVICE_ID(e, x->request->device);
	set_PAGE_TAB_HARDWARE_ERROR_DOMAIN_ID(e, domain(x));
	if (names_pasid(x)) {
		set_PAGE_TAB_HARDWARE_ERROR_GN(e, 1);
		set_PAGE_TAB_HARDWARE_ERROR_DOMAIN_ID(e, x->request->pasid & 0xffff);
		set_PAGE_TAB_HARDWARE_ERROR_PASID_HIGH(e, x->request->pasid >> 16);
	}
	e[0] |= direction(x);
	set_PAGE_TAB_HARDWARE_ERROR_TYPE(e, error_type(x->m, bus));
	set_PAGE_TAB_HARDWARE_ERROR_ADDRESS(e, spa);
	return finish_with(x, GVI_CLAUSE_EVENT_PAGE_TAB_HARDWARE_ERROR, e);
}

enum verdict invalid_request(struct access *x, enum gvi_clause clause, unsigned type)
{
	const struct gvi_request *r = x->request;
	uint64_t e[2] = {0};

	set_INVALID_DEVICE_REQUEST_CODE(e, 8);
	set_INVALID_DEVICE_REQUEST_DEVICE_ID(e, r->device);
	set_INVALID_DEVICE_REQUEST_TYPE(e, type);
	set_INVALID_DEVICE_REQUEST_ADDRESS(e, event_address(x));
	if (x->ats)
		set_INVALID_DEVICE_REQUEST_TR(e, 1);
	if (r->has_pasid) {
		set_INVALID_DEVICE_REQUEST_GN(e, 1);
		set_INVALID_DEVICE_REQUEST_PASID(e, r->pasid);
		if (!r->privileged)
			e[0] |= UINT64_C(1) << (49 + choose(x->m, GVI_CHOICE_REQUEST_US_BIT));
	}
	apply(x, clause);
	return finish_with(x, GVI_CLAUSE_EVENT_INVALID_DEVICE_REQUEST, e);
}

enum verdict rmp_page_fault(struct access *x, uint64_t gpa)
{
	struct told told;
	uint64_t e[2] = {0};

	if (x->asker)
		x = tell(x, &told);
	set_RMP_PAGE_FAULT_CODE(e, 13);
	set_RMP_PAGE_FAULT_DEVICE_ID(e, x->request->device);
	set_RMP_PAGE_FAULT_ADDRESS(e, gpa);
	e[0] |= direction(x);
	if (!x->ats)
		return finish(x, GVI_CLAUSE_EVENT_RMP_PAGE_FAULT, GVI_LOGGED, e[0], e[1]);
	/* AMB-6.12 */
	x->ats->rmp_fault = true;
	if (choose(x->m, GVI_CHOICE_ATS_RMP_FAULT) == 0)
		log_beside(x, GVI_LOGGED, e);
	return no_rights(x, GVI_CLAUSE_EVENT_RMP_PAGE_FAULT);
}

enum verdict refuse(struct access *x, enum gvi_clause clause)
{
	if (x->ats)
		return finish_ats(x, clause, GVI_NO_EVENT, (const uint64_t[2]){0, 0});
	return finish(x, clause, GVI_NO_EVENT, 0, 0);
}

/* [nested.fault] A host fault on the way of a guest walk is the request's. */
static struct access *tell(struct access *x, struct told *told)
{
	told->x = *x->asker;
	hand_on(x, &told->x);
	if (choose(x->m, GVI_CHOICE_NESTED_FAULT_EVENT) == 1) {
		told->request = *told->x.request;
		told->request.address = x->request->address;
		told->x.request = &told->request;
		told->x.guest_pasid = false;
	}
	if (!told->x.ats && is_write(x) != is_write(x->asker) &&
	    choose(x->m, GVI_CHOICE_NESTED_FAULT_RW) == 1)
		told->x.shown = is_write(x) ? SHOWN_WRITE : SHOWN_READ;
	return &told->x;
}

/* What the access met is what the request met. */
static void hand_on(struct access *x, struct access *asker)
{
	const struct gvi_answer *inner = x->answer;

	for (unsigned i = 0; inner != asker->answer && i < inner->nclauses; i++)
		record(asker->answer, (enum gvi_clause)inner->clause[i]);
	if (x != asker)
		apply(asker, GVI_CLAUSE_NESTED_FAULT);
}

/* Step 14 of the flow: abort, and the event unless it is suppressed. */
static inline enum verdict finish(struct access *x, enum gvi_clause clause,
				  enum gvi_logging logging, uint64_t low, uint64_t high)
{
	struct gvi_answer *a = x->answer;

	apply(x, clause);
	a->result = GVI_ABORT;
	a->event[0] = low;
	a->event[1] = high;
	cite(x->m, GVI_CLAUSE_FLOW_COMPLETION_STATUS);
	if (is_posted(x))
		a->completion = GVI_DROPPED;
	else
		a->completion = choose(x->m, GVI_CHOICE_ABORT_STATUS) == 0
					? GVI_COMPLETER_ABORT
					: GVI_UNSUPPORTED_REQUEST;
	if (logging == GVI_LOGGED)
		logging = log_event(x->m, a->event);
	a->logging = (uint8_t)logging;
	return ENDED;
}

/* The same for the events that a translation request has too. */
static enum verdict finish_with(struct access *x, enum gvi_clause clause, const uint64_t e[2])
{
	if (x->ats)
		return finish_ats(x, clause, GVI_LOGGED, e);
	return finish(x, clause, GVI_LOGGED, e[0], e[1]);
}

static enum verdict finish_ats(struct access *x, enum gvi_clause clause, enum gvi_logging logging,
			       const uint64_t e[2])
{
	apply(x, clause);
	x->answer->result = GVI_ABORT;
	x->answer->completion = (uint8_t)ats_status(x, clause);
	/* [ats.several] The completion ends; an error of memory is logged in any case. */
	if (x->ats->later &&
	    (clause == GVI_CLAUSE_EVENT_INVALID_DEVICE_REQUEST ||
	     clause == GVI_CLAUSE_EVENT_ILLEGAL_DEV_TABLE_ENTRY) &&
	    choose(x->m, GVI_CHOICE_ATS_LATER_REFUSED) == 0)
		logging = GVI_NO_EVENT;
	log_beside(x, logging, e);
	return ENDED;
}

/* Of a refused translation request, whose last rule is `clause`. */
static enum gvi_completion ats_status(struct access *x, enum gvi_clause clause)
{
	unsigned way;

	if (clause == GVI_CLAUSE_ATS_DISABLED)
		return GVI_UNSUPPORTED_REQUEST;
	apply(x, GVI_CLAUSE_ATS_COMPLETION_STATUS);
	way = choose(x->m, GVI_CHOICE_ATS_STATUS);
	if (way == 2 || (way == 0 && clause == GVI_CLAUSE_EVENT_INVALID_DEVICE_REQUEST))
		return GVI_UNSUPPORTED_REQUEST;
	return GVI_COMPLETER_ABORT;
}

/* [device.suppress-all] [device.suppress-first] SA wins over SE, and both are
 * looked at before the state of the log. */
static enum gvi_logging suppressed(struct access *x)
{
	if (!get_DTE_V(x->dte) || !(get_DTE_SA(x->dte) | get_DTE_SE(x->dte)))
		return GVI_LOGGED;
	if (!get_DTE_SA(x->dte))
		return first_only(x);
	apply(x, GVI_CLAUSE_DEVICE_SUPPRESS_ALL);
	return GVI_SUPPRESSED;
}

static enum gvi_logging first_only(struct access *x)
{
	struct gvi *m = x->m;
	uint16_t device = x->request->device;

	apply(x, GVI_CLAUSE_DEVICE_SUPPRESS_FIRST);
	if (suppress_logged(m, device) && choose(m, GVI_CHOICE_SE_REARM) == 0)
		return GVI_SUPPRESSED;
	if (log_has_room(m) || choose(m, GVI_CHOICE_SE_LOST) == 0)
		suppress_log(m, device);
	return GVI_LOGGED;
}

/* [remap.suppress-group] [remap.suppress-entry] Neither SA nor SE counts. */
static enum gvi_logging interrupt_suppressed(struct access *x)
{
	if (get_DTE_IV(x->dte) && get_DTE_IG(x->dte)) {
		apply(x, GVI_CLAUSE_REMAP_SUPPRESS_GROUP);
		return GVI_SUPPRESSED;
	}
	if (!x->silent)
		return GVI_LOGGED;
	apply(x, GVI_CLAUSE_REMAP_SUPPRESS_ENTRY);
	return GVI_SUPPRESSED;
}

/* ---- What the records say of the request -------------------------------- */

static uint64_t interrupt_address(struct access *x);

/* RW, I and TR, which stand at the same place in all events of devices. */
static uint64_t direction(struct access *x)
{
	if (x->ats)
		return mask_IO_PAGE_FAULT_TR(0);
	if (!x->interrupt)
		return shows_write(x) ? mask_IO_PAGE_FAULT_RW(0) : 0;
	/* [remap.fault-flags] */
	cite(x->m, GVI_CLAUSE_REMAP_FAULT_FLAGS);
	return mask_IO_PAGE_FAULT_I(0) |
	       (choose(x->m, GVI_CHOICE_INTERRUPT_RW) == 1 ? mask_IO_PAGE_FAULT_RW(0) : 0);
}

static uint64_t domain(struct access *x)
{
	uint64_t id = get_DTE_DOMAIN_ID(x->dte);

	if (x->interrupt && id && !get_DTE_V(x->dte) &&
	    choose(x->m, GVI_CHOICE_INTERRUPT_DOMAIN) == 1)
		return 0;
	return id;
}

static inline uint64_t fault_address(struct access *x)
{
	uint64_t low = choose(x->m, GVI_CHOICE_EVENT_ADDRESS) == 0 ? 3 : 0xfff;

	apply(x, GVI_CLAUSE_EVENT_PAGE_FAULT_ADDRESS);
	return x->request->address & ~low;
}

static uint64_t event_address(struct access *x)
{
	return x->interrupt ? interrupt_address(x) : x->request->address;
}

/* [remap.event-address] Also of what came as an MSI. */
static uint64_t interrupt_address(struct access *x)
{
	struct message message = message_of(x->interrupt);
	unsigned form;
	bool raw;

	if (x->unaddressed)
		return 0;
	form = choose(x->m, GVI_CHOICE_INTERRUPT_ADDRESS);
	apply(x, GVI_CLAUSE_REMAP_EVENT_ADDRESS);
	if (form == 2)
		return x->interrupt->address;
	/* The two codes of types differ from 011 on. */
	raw = message_is_msi(x->interrupt) && message.index >> 8 >= 3 &&
	      choose(x->m, GVI_CHOICE_INTERRUPT_ADDRESS_TYPE) == 1;
	return message_ht_address(&message, raw) | (form == 0 ? ~low_ones(40) : 0);
}

static uint64_t error_type(struct gvi *m, enum gvi_bus bus)
{
	cite(m, GVI_CLAUSE_EVENT_HARDWARE_ERROR_TYPE);
	return choose(m, GVI_CHOICE_HARDWARE_ERROR_TYPE) == 0 ? bus : GVI_BUS_TARGET_ABORT;
}

/* [guest.fault-pasid] [guest.giov-event] GN=1, and the PASID for the DomainID. */
static bool names_pasid(struct access *x)
{
	if (!x->guest_pasid)
		return false;
	apply(x, GVI_CLAUSE_GUEST_FAULT_PASID);
	return x->request->has_pasid || choose(x->m, GVI_CHOICE_GIOV_EVENT) == 0;
}

/* [guest.fault-flags] [event.flag-nx] NX says that execute was not requested. */
static void set_privilege(struct access *x, uint64_t *e)
{
	const struct gvi_request *r = x->request;

	apply(x, GVI_CLAUSE_EVENT_FLAG_NX);
	if (r->has_pasid) {
		set_IO_PAGE_FAULT_NX(e,
				     !r->execute || choose(x->m, GVI_CHOICE_EVENT_NX_EXECUTE) == 1);
		set_IO_PAGE_FAULT_US(e, !r->privileged);
	} else {
		set_IO_PAGE_FAULT_NX(e, choose(x->m, GVI_CHOICE_GIOV_EVENT_NX) == 1);
		set_IO_PAGE_FAULT_US(e, choose(x->m, GVI_CHOICE_GIOV_EVENT_US) == 0);
	}
}

static bool shows_write(const struct access *x)
{
	if (x->shown == SHOWN_AS_REQUESTED)
		return is_write(x);
	/* [ppr.illegal-entry] A page request is neither. */
	if (x->shown == SHOWN_EITHER)
		return choose(x->m, GVI_CHOICE_PPR_EVENT_RW) == 1;
	return x->shown == SHOWN_WRITE;
}
