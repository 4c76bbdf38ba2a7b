/* Refusals: docs/spec/10-events.md sections 2 to 5, for requests of devices. */
#include "model/fault.h"

#include "model/log.h"
#include "model/message.h"

static inline enum verdict finish(struct access *x, enum gvi_clause clause,
				  enum gvi_logging logging, uint64_t low, uint64_t high);
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

enum verdict page_fault(struct access *x, enum gvi_clause clause, uint64_t flags)
{
	struct told told;
	uint64_t e[2] = {0};
	enum gvi_logging logging;

	if (x->asker)
		x = tell(x, &told);
	e[1] = fault_address(x);
	set_IO_PAGE_FAULT_CODE(e, 2);
	set_IO_PAGE_FAULT_DEVICE_ID(e, x->request->device);
	set_IO_PAGE_FAULT_DOMAIN_ID(e, get_DTE_DOMAIN_ID(x->dte));
	set_IO_PAGE_FAULT_RW(e, shows_write(x));
	if (names_pasid(x))
		show_pasid(x, e);
	e[0] |= flags;
	logging = suppressed(x);
	return finish(x, clause, logging, e[0], e[1]);
}

enum verdict interrupt_fault(struct access *x, enum gvi_clause clause, uint64_t flags)
{
	uint64_t e[2] = {direction(x) | flags, event_address(x)};

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
	return finish(x, GVI_CLAUSE_EVENT_ILLEGAL_DEV_TABLE_ENTRY, GVI_LOGGED, e[0], e[1]);
}

enum verdict device_out_of_range(struct access *x)
{
	struct gvi *m = x->m;
	struct gvi_request shown = *x->request;
	struct access told = *x;

	apply(x, GVI_CLAUSE_DEVICE_OUT_OF_RANGE);
	if (choose(m, GVI_CHOICE_DEVICE_OUT_OF_RANGE_ADDRESS) == 1) {
		shown.address = 0;
		told.unaddressed = true;
	}
	if (shown.has_pasid && choose(m, GVI_CHOICE_DEVICE_OUT_OF_RANGE_PASID) == 1)
		shown.has_pasid = told.guest_pasid = false;
	told.request = &shown;
	if (choose(m, GVI_CHOICE_DEVICE_OUT_OF_RANGE) == 0)
		return x->interrupt ? interrupt_fault(&told, GVI_CLAUSE_EVENT_IO_PAGE_FAULT, 0) :
				      page_fault(&told, GVI_CLAUSE_EVENT_IO_PAGE_FAULT, 0);
	return illegal_entry(&told, GVI_CLAUSE_DEVICE_OUT_OF_RANGE, false);
}

enum verdict device_table_error(struct access *x, uint64_t spa, enum gvi_bus bus)
{
	uint64_t e[2] = {direction(x)};

	set_DEV_TAB_HARDWARE_ERROR_CODE(e, 3);
	set_DEV_TAB_HARDWARE_ERROR_DEVICE_ID(e, x->request->device);
	set_DEV_TAB_HARDWARE_ERROR_TYPE(e, error_type(x->m, bus));
	set_DEV_TAB_HARDWARE_ERROR_ADDRESS(e, spa);
	return finish(x, GVI_CLAUSE_EVENT_DEV_TAB_HARDWARE_ERROR, GVI_LOGGED, e[0], e[1]);
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
	return finish(x, GVI_CLAUSE_EVENT_PAGE_TAB_HARDWARE_ERROR, GVI_LOGGED, e[0], e[1]);
}

enum verdict invalid_request(struct access *x, enum gvi_clause clause, unsigned type)
{
	const struct gvi_request *r = x->request;
	uint64_t e[2] = {0};

	set_INVALID_DEVICE_REQUEST_CODE(e, 8);
	set_INVALID_DEVICE_REQUEST_DEVICE_ID(e, r->device);
	set_INVALID_DEVICE_REQUEST_TYPE(e, type);
	set_INVALID_DEVICE_REQUEST_ADDRESS(e, event_address(x));
	if (r->has_pasid) {
		set_INVALID_DEVICE_REQUEST_GN(e, 1);
		set_INVALID_DEVICE_REQUEST_PASID(e, r->pasid);
		if (!r->privileged)
			e[0] |= UINT64_C(1) << (49 + choose(x->m, GVI_CHOICE_REQUEST_US_BIT));
	}
	apply(x, clause);
	return finish(x, GVI_CLAUSE_EVENT_INVALID_DEVICE_REQUEST, GVI_LOGGED, e[0], e[1]);
}

enum verdict rmp_page_fault(struct access *x, uint64_t gpa)
{
	struct told told;
	uint64_t e[2] = {0};

	if (x->asker)
		x = tell(x, &told);
	set_RMP_PAGE_FAULT_CODE(e, 13);
	set_RMP_PAGE_FAULT_DEVICE_ID(e, x->request->device);
	set_RMP_PAGE_FAULT_RW(e, shows_write(x));
	set_RMP_PAGE_FAULT_ADDRESS(e, gpa);
	return finish(x, GVI_CLAUSE_EVENT_RMP_PAGE_FAULT, GVI_LOGGED, e[0], e[1]);
}

enum verdict refuse(struct access *x, enum gvi_clause clause)
{
	return finish(x, clause, GVI_NO_EVENT, 0, 0);
}

/* [nested.fault] A host fault on the way of a guest walk is the request's. */
static struct access *tell(struct access *x, struct told *told)
{
	const struct gvi_answer *inner = x->answer;

	told->x = *x->asker;
	for (unsigned i = 0; inner != told->x.answer && i < inner->nclauses; i++)
		record(told->x.answer, (enum gvi_clause)inner->clause[i]);
	apply(&told->x, GVI_CLAUSE_NESTED_FAULT);
	if (choose(x->m, GVI_CHOICE_NESTED_FAULT_EVENT) == 1) {
		told->request = *told->x.request;
		told->request.address = x->request->address;
		told->x.request = &told->request;
		told->x.guest_pasid = false;
	}
	if (is_write(x) != is_write(x->asker) && choose(x->m, GVI_CHOICE_NESTED_FAULT_RW) == 1)
		told->x.shown = is_write(x) ? SHOWN_WRITE : SHOWN_READ;
	return &told->x;
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
		a->completion = choose(x->m, GVI_CHOICE_ABORT_STATUS) == 0 ?
					GVI_COMPLETER_ABORT :
					GVI_UNSUPPORTED_REQUEST;
	if (logging == GVI_LOGGED)
		logging = log_event(x->m, a->event);
	a->logging = (uint8_t)logging;
	return ENDED;
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
	uint8_t *logged = &m->first_logged[x->request->device / 8];
	uint8_t bit = (uint8_t)(1u << x->request->device % 8);

	apply(x, GVI_CLAUSE_DEVICE_SUPPRESS_FIRST);
	if (*logged & bit && choose(m, GVI_CHOICE_SE_REARM) == 0)
		return GVI_SUPPRESSED;
	if (log_has_room(m) || choose(m, GVI_CHOICE_SE_LOST) == 0)
		*logged |= bit;
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

/* RW and I, which stand at the same place in all events of devices. */
static uint64_t direction(struct access *x)
{
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
		set_IO_PAGE_FAULT_NX(e, !r->execute ||
						choose(x->m, GVI_CHOICE_EVENT_NX_EXECUTE) == 1);
		set_IO_PAGE_FAULT_US(e, !r->privileged);
	} else {
		set_IO_PAGE_FAULT_NX(e, choose(x->m, GVI_CHOICE_GIOV_EVENT_NX) == 1);
		set_IO_PAGE_FAULT_US(e, choose(x->m, GVI_CHOICE_GIOV_EVENT_US) == 0);
	}
}

static bool shows_write(const struct access *x)
{
	return x->shown == SHOWN_AS_REQUESTED ? is_write(x) : x->shown == SHOWN_WRITE;
}
