/* The slow twin.  Numbers of sections and steps are those of docs/spec; files
 * are named by their numbers: 01 device table, 02 host page tables, 04 flow,
 * 07 registers, 10 events. */
#include "conformance/naive_way.h"

#include <string.h>

static bool entry_first(const struct way *w);
static bool interrupt_ranges(struct way *w);
static bool other_ranges(struct way *w);
static void not_valid(struct way *w);

static bool posted(const struct way *w)
{
	return w->r->access == GVI_WRITE;
}

/* Are these rights enough for the access?  02 section 4, AMB-2.12. */
bool naive_enough(const struct way *w, bool ir, bool iw)
{
	if (w->ats)
		return (ir && w->want_read) || (iw && w->want_write);
	switch (w->r->access) {
	case GVI_READ:
		if (w->r->length > 0 || habit(w, GVI_CHOICE_ZERO_READ) == 0)
			return ir;
		return habit(w, GVI_CHOICE_ZERO_READ) == 1 ? ir || iw : true;
	case GVI_ATOMIC:
		return ir && iw;
	default:
		return iw;
	}
}

/* Guest translation is there and enabled. */
static bool guest_enabled(const struct way *w)
{
	return bit(w->n->efr, 4) && bit(w->n->control, 16);
}

bool naive_gv(const struct way *w)
{
	return bit(w->dte[0], 55) && guest_enabled(w);
}

bool naive_giov(const struct way *w)
{
	return bit(w->dte[0], 54) && bit(w->n->efr, 48);
}

/* ---- The order of 04 section 3 -------------------------------------------- */

void naive_translate(struct naive *n, const struct gvi_request *request,
		     struct naive_answer *answer)
{
	struct way w = {.n = n, .r = request, .a = answer};
	bool tv;

	memset(answer, 0, sizeof *answer);
	answer->mask[0] = answer->mask[1] = UINT64_MAX;
	if (!bit(n->control, 0)) { /* step 1 */
		naive_forward(&w);
		return;
	}
	if (request->translated) {
		naive_translated(&w);
		return;
	}
	if (!request->has_pasid && !entry_first(&w) && interrupt_ranges(&w)) /* step 2 */
		return;
	if (!naive_fetch_device(&w)) /* step 3 */
		return;
	if (entry_first(&w) && !naive_ranges_are_guest(&w) && interrupt_ranges(&w))
		return;
	if (!bit(w.dte[0], 0)) { /* step 4 */
		not_valid(&w);
		return;
	}
	if (naive_illegal_entry(&w)) /* step 5 */
		return;
	if (!request->has_pasid && !naive_ranges_are_guest(&w) && other_ranges(&w)) /* step 6 */
		return;
	tv = bit(w.dte[0], 1);
	if (!tv && (habit(&w, GVI_CHOICE_EXCLUSION_TV) == 0 || !naive_excluded(&w))) { /* step 7 */
		naive_page_fault(&w, habit(&w, GVI_CHOICE_TV_FAULT_PR) == 1, false, false);
		return;
	}
	if (!tv || naive_excluded(&w)) { /* step 8 */
		if (habit(&w, GVI_CHOICE_EXCLUSION_RIGHTS) == 1) {
			bool ir = bit(w.dte[0], 61), iw = bit(w.dte[0], 62);

			if (!naive_enough(&w, ir, iw)) {
				naive_page_fault(&w, true, false, true);
				return;
			}
			naive_forward(&w);
			answer->read = ir;
			answer->write = iw;
			return;
		}
		naive_forward(&w);
		return;
	}
	if (!naive_stage(&w)) /* step 9 */
		return;
	if (!naive_before_walk(&w)) /* step 10 */
		return;
	if (w.guest) /* step 11 */
		naive_guest_walk(&w);
	else if (bits(w.dte[0], 11, 9) == 0)
		naive_identity(&w);
	else
		naive_host_walk(&w);
}

/* ---- Ends ------------------------------------------------------------------ */

void naive_forward(struct way *w)
{
	w->a->result = GVI_GRANT;
	w->a->address = w->r->address;
	w->a->read = w->a->write = true;
}

/* A translation request that finds nothing: 04 section 4 step 9. */
void naive_no_rights(struct way *w)
{
	w->a->result = GVI_GRANT;
	w->a->address = w->a->size = 0;
	w->a->read = w->a->write = false;
	w->a->free_a = true;
}

/* 04 section 8. */
void naive_refuse(struct way *w)
{
	w->a->result = GVI_ABORT;
	w->a->address = w->a->size = 0;
	w->a->translated = w->a->read = w->a->write = false;
	if (w->ats || w->page) /* have a completion of their own, or none */
		return;
	if (posted(w))
		w->a->completion = GVI_DROPPED;
	else if (habit(w, GVI_CHOICE_ABORT_STATUS) == 0)
		w->a->completion = GVI_COMPLETER_ABORT;
	else
		w->a->completion = GVI_UNSUPPORTED_REQUEST;
}

/* 10 section 6. */
enum log_result { TAKEN, STOPPED, FAILED };

static enum log_result log_entry(struct naive *n, const uint64_t *event)
{
	uint32_t size = UINT32_C(16) << bits(n->log_base, 59, 56);
	uint32_t next = (n->log_tail + 16) % size;
	uint8_t bytes[16];

	if (!n->log_run)
		return STOPPED;
	if (next == n->log_head) {
		n->overflow = true;
		n->log_run = false;
		return STOPPED;
	}
	for (unsigned i = 0; i < 16; i++)
		bytes[i] = (uint8_t)(event[i / 8] >> 8 * (i % 8));
	if (n->memory.write(n->memory.user, (n->log_base & ones(51, 12)) + n->log_tail, bytes, 16))
		return FAILED;
	n->log_tail = next;
	n->log_int = true;
	return TAKEN;
}

static uint64_t tr(const struct way *w)
{
	return (uint64_t)w->ats << 56;
}

/* Refused with an event that nothing suppresses. */
static enum log_result report(struct way *w)
{
	enum log_result result;

	if (w->mute) {
		naive_refuse(w);
		return STOPPED;
	}
	w->a->event[0] |= tr(w);
	result = log_entry(w->n, w->a->event);

	naive_refuse(w);
	w->a->logging = result == TAKEN ? GVI_LOGGED : GVI_LOST;
	return result;
}

void naive_report(struct way *w)
{
	report(w);
}

/* 07 section 8. */
static void report_hardware(struct way *w)
{
	struct naive *n = w->n;

	report(w);
	if (!bit(n->efr, 8))
		return;
	if (habit(w, GVI_CHOICE_HW_EVENT_WHEN) == 1 && w->a->logging == GVI_LOGGED)
		return;
	if (!n->hev || habit(w, GVI_CHOICE_HW_EVENT_KEEP) == 1) {
		n->hardware_event[0] = w->a->event[0];
		n->hardware_event[1] = w->a->event[1];
		w->a->captured = true;
	}
	if (n->hev)
		n->heo = true;
	n->hev = true;
}

/* The PASID, as 10 section 2 places it, with GN. */
static uint64_t pasid_bits(const struct way *w)
{
	uint64_t pasid = w->r->has_pasid ? w->r->pasid : 0;

	return bits(pasid, 19, 16) << 16 | bits(pasid, 15, 0) << 32 | UINT64_C(1) << 48;
}

static uint64_t code(unsigned value)
{
	return (uint64_t)value << 60;
}

static bool with_pasid(const struct way *w)
{
	return w->r->has_pasid && !w->plain;
}

/* ---- Events ---------------------------------------------------------------- */

/* 10 section 5, 01 section 7. */
static bool suppressed(struct way *w, bool *first)
{
	bool se = bit(w->dte[1], 33), sa = bit(w->dte[1], 34);

	*first = false;
	if (w->interrupt)
		return w->silent;
	if (!w->has_dte || (!se && !sa))
		return false;
	if (sa)
		return true;
	for (unsigned i = 0; i < w->n->nreported; i++)
		if (w->n->reported[i] == w->r->device)
			return habit(w, GVI_CHOICE_SE_REARM) == 0;
	*first = true;
	return false;
}

static void report_page_fault(struct way *w)
{
	struct naive *n = w->n;
	enum log_result result;
	bool first;

	w->a->event[0] |= tr(w);
	if (suppressed(w, &first)) {
		naive_refuse(w);
		w->a->logging = GVI_SUPPRESSED;
		return;
	}
	result = report(w);
	if (first && n->nreported < NAIVE_DEVICES &&
	    (result != STOPPED || habit(w, GVI_CHOICE_SE_LOST) == 0))
		n->reported[n->nreported++] = w->r->device;
}

/* The address is told as the device gave it, not as a GPA on its way to the
 * host tables: AMB-3.5. */
static bool tells_gpa(const struct way *w)
{
	return w->nested && habit(w, GVI_CHOICE_NESTED_FAULT_EVENT) == 1;
}

/* GN=1 with the PASID, or GN=0 with the DomainID. */
static uint64_t who(const struct way *w)
{
	bool guest = with_pasid(w);

	if (w->guest && !w->r->has_pasid)
		guest = habit(w, GVI_CHOICE_GIOV_EVENT) == 0;
	if (tells_gpa(w))
		guest = false;
	if (w->interrupt && !bit(w->dte[0], 0) && habit(w, GVI_CHOICE_INTERRUPT_DOMAIN) == 1)
		return guest ? pasid_bits(w) : 0;
	return guest ? pasid_bits(w) : bits(w->dte[1], 15, 0) << 32;
}

/* RW, with AMB-3.5; of an interrupt I=1, and RW as AMB-5.4 has it. */
static uint64_t rw(const struct way *w)
{
	bool write = writes(w);

	if (w->interrupt)
		return ones(51, 51) | (uint64_t)(habit(w, GVI_CHOICE_INTERRUPT_RW) == 1) << 53;
	if (w->page)
		return (uint64_t)(habit(w, GVI_CHOICE_PPR_EVENT_RW) == 1) << 53;
	if (w->ats)
		return 0;
	if (w->nested && w->purpose != ACCESS && habit(w, GVI_CHOICE_NESTED_FAULT_RW) == 1) {
		write = w->purpose == WRITE_TABLE;
		if (w->again) /* the host's half alone may be repeated, to write */
			w->a->mask[0] &= ~ones(53, 53);
	}
	return (uint64_t)write << 53;
}

static uint64_t nx_and_us(bool nx, bool us)
{
	return (uint64_t)nx << 49 | (uint64_t)us << 50;
}

/* NX and US: 03 section 7, AMB-3.11, AMB-3.12. */
static uint64_t privilege(struct way *w)
{
	if (tells_gpa(w))
		w->a->mask[0] &= ~ones(50, 49); /* nothing is said about them */
	if (w->guest && !w->r->has_pasid && habit(w, GVI_CHOICE_GIOV_EVENT) == 0)
		return nx_and_us(habit(w, GVI_CHOICE_GIOV_EVENT_NX) == 1,
				 habit(w, GVI_CHOICE_GIOV_EVENT_US) == 0);
	if (!with_pasid(w))
		return 0;
	return nx_and_us(!w->r->execute || habit(w, GVI_CHOICE_EVENT_NX_EXECUTE) == 1,
			 !w->r->privileged);
}

/* 10 section 3, 2h; flags in section 4. */
void naive_page_fault(struct way *w, bool pr, bool rz, bool pe)
{
	uint64_t *event = w->a->event;
	bool page = !w->interrupt && habit(w, GVI_CHOICE_EVENT_ADDRESS) == 1;
	uint64_t address = tells_gpa(w) ? w->gpa : w->r->address;

	if (w->ats && !(w->malformed && habit(w, GVI_CHOICE_ATS_MALFORMED) == 1)) {
		naive_no_rights(w);
		return;
	}
	if (tells_gpa(w) && w->again)
		w->a->mask[1] = 0; /* any GPA whose way leads through the entry that changed */
	event[0] = w->r->device | code(2) | who(w) | rw(w) | privilege(w);
	event[0] |= (uint64_t)pr << 52 | (uint64_t)pe << 54 | (uint64_t)rz << 55;
	event[1] = address & ~(page ? UINT64_C(0xfff) : UINT64_C(3));
	report_page_fault(w);
	if (w->ats)
		naive_no_rights(w);
}

void naive_malformed(struct way *w, bool rz)
{
	w->malformed = true;
	naive_page_fault(w, true, rz, false);
}

/* 10 section 3, 1h. */
void naive_illegal(struct way *w, bool rz)
{
	uint64_t *event = w->a->event;

	event[0] = w->r->device | code(1) | (uint64_t)rz << 55;
	event[0] |= w->interrupt || w->page ? rw(w) : (uint64_t)writes(w) << 53;
	if (with_pasid(w))
		event[0] |= pasid_bits(w);
	event[1] = w->r->address & ~UINT64_C(3);
	report(w);
}

/* 10 section 3, 8h; Types in 01 section 5. */
void naive_invalid_request(struct way *w, unsigned type)
{
	uint64_t *event = w->a->event;
	unsigned us = habit(w, GVI_CHOICE_REQUEST_US_BIT) == 0 ? 49 : 50;

	event[0] = w->r->device | code(8) | (uint64_t)type << 57;
	if (with_pasid(w))
		event[0] |= pasid_bits(w) | (uint64_t)!w->r->privileged << us;
	event[1] = w->r->address;
	report(w);
}

/* The same where docs/spec leaves the Type open. */
void naive_invalid_request_some_type(struct way *w)
{
	w->a->mask[0] &= ~ones(59, 57);
	naive_invalid_request(w, 0);
}

/* AMB-10.7. */
static uint64_t error_type(const struct way *w, enum gvi_bus bus)
{
	unsigned type = habit(w, GVI_CHOICE_HARDWARE_ERROR_TYPE) == 0 ? (unsigned)bus : 2;

	return (uint64_t)type << 57;
}

/* 10 section 3, 3h. */
void naive_device_error(struct way *w, uint64_t spa, enum gvi_bus bus)
{
	w->a->event[0] = w->r->device | code(3) | error_type(w, bus);
	w->a->event[0] |= w->interrupt || w->page ? rw(w) : (uint64_t)writes(w) << 53;
	w->a->event[1] = spa & ~UINT64_C(15);
	report_hardware(w);
}

/* 10 section 3, 4h. */
void naive_table_error(struct way *w, uint64_t spa, enum gvi_bus bus)
{
	unsigned low = habit(w, GVI_CHOICE_TABLE_ERROR_ADDRESS) == 0 ? 3 : 4;

	w->a->event[0] = w->r->device | code(4) | who(w) | rw(w) | error_type(w, bus);
	w->a->event[1] = spa & ones(63, low);
	report_hardware(w);
}

/* 10 section 3, Dh: flags as in page faults; tag and RMP flags 0. */
void naive_rmp_fault(struct way *w)
{
	if (w->ats && habit(w, GVI_CHOICE_ATS_RMP_FAULT) == 1) {
		naive_no_rights(w);
		return;
	}
	w->a->event[0] = w->r->device | code(13) | rw(w);
	w->a->event[1] = w->guest ? w->gpa : w->r->address;
	w->a->mask[0] = ones(63, 60) | ones(56, 56) | ones(53, 53) | ones(15, 0);
	report(w);
	if (w->ats)
		naive_no_rights(w);
}

/* ---- Special ranges: 04 section 2 ------------------------------------------- */

/* Whether an address lies in a range of the HyperTransport map. */
bool naive_in(const struct way *w, uint64_t first, uint64_t last)
{
	uint64_t low = bits(w->r->address, 39, 0), high = bits(w->r->address, 63, 40);
	bool zero = high == 0, one = high == 0xffffff;
	bool counts;

	if (bit(w->n->efr2, 11)) /* HTRangeIgnore */
		return false;
	switch (habit(w, GVI_CHOICE_SPECIAL_HIGH_BITS)) {
	case 0:
		counts = zero;
		break;
	case 1:
		counts = one;
		break;
	case 2:
		counts = zero || one;
		break;
	default:
		counts = true;
	}
	return counts && first <= low && low <= last;
}

bool naive_in_interrupt_window(const struct way *w)
{
	return naive_in(w, 0xfdf8000000, 0xfdf8ffffff) || w->r->address >> 20 == 0xfee;
}

/* AMB-3.13: what is no interrupt waits until the entry has told whether its address
 * is the guest's. */
static bool entry_first(const struct way *w)
{
	return !w->r->has_pasid && !posted(w) && habit(w, GVI_CHOICE_GIOV_RANGE) == 1 &&
	       guest_enabled(w) && bit(w->n->efr, 48);
}

/* Step 2 for what is not a posted write, with AMB-4.18. */
static void interrupt_range_read(struct way *w)
{
	if (habit(w, GVI_CHOICE_INTERRUPT_READ_INVALID) == 1) {
		if (!naive_fetch_device(w))
			return;
		if (!bit(w->dte[0], 0)) {
			naive_forward(w);
			return;
		}
	}
	naive_invalid_request(w, 0);
}

static bool interrupt_ranges(struct way *w)
{
	bool reserved = naive_in(w, 0xfd00000000, 0xfdf7ffffff);

	if (!reserved && !naive_in_interrupt_window(w))
		return false;
	if (!posted(w)) {
		interrupt_range_read(w);
	} else if (reserved) {
		naive_invalid_request(w, 6); /* 05 section 4 step 1 */
	} else {
		w->a->result = GVI_INTERRUPT;
	}
	return true;
}

/* 01 section 5: true when the request ends here. */
static bool system_management(struct way *w)
{
	unsigned sys_mgt = (unsigned)bits(w->dte[1], 41, 40);
	bool tv = bit(w->dte[0], 1);

	if (sys_mgt == 3 && tv)
		return false;
	if (sys_mgt == 3)
		naive_invalid_request(w, 7);
	else if (!posted(w))
		naive_invalid_request(w, 4);
	else if (sys_mgt == 1 || (sys_mgt == 2 && w->r->intx))
		naive_forward(w);
	else
		naive_invalid_request(w, 3);
	return true;
}

static bool port_io(struct way *w)
{
	unsigned io_ctl = (unsigned)bits(w->dte[1], 36, 35);
	bool tv = bit(w->dte[0], 1);

	if (io_ctl == 2 && tv)
		return false;
	if (io_ctl == 0)
		naive_invalid_request(w, 2);
	else if (io_ctl == 1)
		naive_forward(w);
	else if (io_ctl == 2)
		naive_invalid_request(w, 7);
	else
		naive_illegal(w, habit(w, GVI_CHOICE_ILLEGAL_DTE_RZ) == 1);
	return true;
}

/* AMB-4.17. */
static bool abort_range(struct way *w)
{
	switch (habit(w, GVI_CHOICE_ABORT_RANGES)) {
	case 0:
		naive_refuse(w);
		return true;
	case 1:
		naive_invalid_request_some_type(w);
		return true;
	default:
		return false;
	}
}

/* AMB-3.13: GIoV takes the other ranges to the guest's tables as well. */
bool naive_ranges_are_guest(const struct way *w)
{
	return bits(w->dte[0], 1, 0) == 3 && naive_gv(w) && naive_giov(w) &&
	       habit(w, GVI_CHOICE_GIOV_RANGE) == 1;
}

static bool other_ranges(struct way *w)
{
	if (naive_in(w, 0xfdf9000000, 0xfdf90fffff)) /* IACK */
		return abort_range(w);
	if (naive_in(w, 0xfdf9100000, 0xfdf91fffff))
		return system_management(w);
	if (naive_in(w, 0xfdfb000000, 0xfdfbffffff) && bit(w->n->misc0, 22)) { /* ATS */
		naive_invalid_request(w, posted(w) ? 3 : 4);
		return true;
	}
	if (naive_in(w, 0xfdfc000000, 0xfdfdffffff))
		return port_io(w);
	if (naive_in(w, 0xfdfe000000, 0xfe1fffffff)) /* configuration, and extended */
		return abort_range(w);
	if (naive_in(w, 0xfe20000000, 0xffffffffff) &&
	    habit(w, GVI_CHOICE_HIGH_RESERVED_RANGE) == 1) {
		naive_refuse(w);
		return true;
	}
	return false;
}

/* ---- Device table: 01 sections 2 and 8 --------------------------------------- */

/* AMB-1.6. */
static void out_of_range(struct way *w)
{
	struct gvi_request request = *w->r;
	struct way other = *w;

	if (w->interrupt && habit(w, GVI_CHOICE_INTERRUPT_OUT_OF_RANGE) == 1) {
		naive_refuse(w);
		return;
	}
	if (habit(w, GVI_CHOICE_DEVICE_OUT_OF_RANGE_ADDRESS) == 1)
		request.address = 0;
	other.r = &request;
	other.plain = habit(w, GVI_CHOICE_DEVICE_OUT_OF_RANGE_PASID) == 1;
	if (habit(w, GVI_CHOICE_DEVICE_OUT_OF_RANGE) == 0) {
		naive_page_fault(&other, false, false, false);
	} else {
		w->a->mask[0] &= ~ones(55, 55); /* RZ: AMB-1.16 */
		naive_illegal(&other, false);
	}
}

/* Reads half or all of an entry. */
static bool read_entry(struct way *w, uint64_t spa, unsigned first, unsigned words)
{
	struct naive_read read = naive_reading(w, NAIVE_DTE, 0, 0, spa);
	uint8_t bytes[32];
	enum gvi_bus bus;

	read.first = (uint8_t)first;
	read.words = (uint8_t)words;
	if (naive_held(w, &read, &w->dte[first]))
		return true;
	bus = w->n->memory.read(w->n->memory.user, spa + 8 * first, bytes, 8 * (size_t)words);
	if (bus && w->peeks)
		return false;
	if (bus) {
		naive_device_error(w, spa + 8 * first, bus);
		return false;
	}
	for (unsigned i = 0; i < words; i++)
		for (unsigned j = 0; j < 8; j++)
			w->dte[first + i] |= (uint64_t)bytes[8 * i + j] << 8 * j;
	naive_fetched(w, &read, &w->dte[first]);
	return true;
}

/* Where an entry stands, if it lies in its table. */
static bool locate(const struct way *w, uint64_t *spa)
{
	const struct naive *n = w->n;
	unsigned enable = (unsigned)bits(n->control, 36, 34);
	unsigned supported = (unsigned)bits(n->efr, 39, 38);
	unsigned segment, index, size;

	if (enable > supported) /* AMB-7.11: a reserved value works like 0 */
		enable = 0;
	segment = w->r->device >> (16 - enable);
	index = w->r->device & ((1u << (16 - enable)) - 1);
	size = (unsigned)bits(n->device_table[segment], segment ? 7 : 8, 0);
	*spa = (n->device_table[segment] & ones(51, 12)) + index * 32;
	return index * 32 + 32 <= (size + 1) * 4096;
}

bool naive_in_table(const struct way *w)
{
	uint64_t spa;

	return locate(w, &spa);
}

bool naive_fetch_device(struct way *w)
{
	uint64_t spa;

	if (!locate(w, &spa)) {
		if (!w->peeks)
			out_of_range(w);
		return false;
	}
	memset(w->dte, 0, sizeof w->dte);
	if (habit(w, GVI_CHOICE_DTE_FETCH) == 0
		    ? !read_entry(w, spa, 0, 4)
		    : !read_entry(w, spa, 0, 2) || !read_entry(w, spa, 2, 2))
		return false;
	w->has_dte = true;
	return true;
}

bool naive_peek_device(struct way *w)
{
	bool read;

	w->peeks = true;
	read = naive_fetch_device(w);
	w->peeks = false;
	return read;
}

bool naive_snp_invalid(struct way *w)
{
	w->has_dte = false; /* SA, SE and DomainID are ignored */
	if (!w->n->snp || habit(w, GVI_CHOICE_SNP_INVALID_ENTRY) == 0)
		return false;
	w->a->mask[0] &= ~ones(55, 55);
	naive_illegal(w, false);
	return true;
}

/* V=0: AMB-1.7. */
static void not_valid(struct way *w)
{
	if (naive_snp_invalid(w))
		return;
	if (w->r->has_pasid && habit(w, GVI_CHOICE_DTE_INVALID_PASID) == 1)
		naive_invalid_request_some_type(w);
	else
		naive_forward(w);
}

/* ---- Step 5: reserved bits, then encodings ------------------------------------ */

/* HAD, without the bits whose feature is missing. */
unsigned naive_had(const struct way *w)
{
	unsigned value = (unsigned)bits(w->dte[0], 8, 7);

	if (!bit(w->n->efr, 49))
		value &= 2;
	if (!bit(w->n->efr, 52))
		value &= 1;
	return value;
}

/* Bits of qword 0 that belong to a missing feature; GV itself is AMB-3.9. */
static uint64_t missing_0(const struct naive *n)
{
	uint64_t mask = 0;

	if (!bit(n->efr, 49))
		mask |= ones(7, 7); /* HAD */
	if (!bit(n->efr, 52))
		mask |= ones(8, 8);
	if (!bit(n->efr, 50) || !bit(n->control, 45))
		mask |= ones(53, 53); /* GPRP */
	if (!bit(n->efr, 48))
		mask |= ones(54, 54); /* GIoV */
	if (!bit(n->efr, 4))
		mask |= ones(60, 56); /* GLX, GCR3 */
	return mask;
}

static bool reserved_memory_half(const struct way *w)
{
	const struct naive *n = w->n;
	uint64_t mask0 = ones(63, 63) | ones(3, 2), mask1 = 0;

	if (n->revision < GVI_REVISION(3, 11))
		mask0 |= ones(6, 4);
	if (!bit(n->efr, 50) || !bit(n->control, 45))
		mask0 |= ones(52, 52); /* PPR: row 11, which hardware was seen to check */
	if (n->revision < GVI_REVISION(3, 6))
		mask1 |= ones(42, 42); /* SATS */
	if (!bit(n->efr, 4) && habit(w, GVI_CHOICE_GV_WITHOUT_GTEN) == 0)
		mask0 |= ones(55, 55); /* GV: row 1 without GTSup, whatever TV; AMB-3.9 */
	if (habit(w, GVI_CHOICE_DTE_UNSUPPORTED_BITS) == 0) {
		mask0 |= missing_0(n);
		if (!bit(n->efr, 31))
			mask1 |= ones(42, 42);
		if (!bit(n->efr, 4))
			mask1 |= ones(63, 43) | ones(31, 16); /* GCR3 */
	}
	return (w->dte[0] & mask0) || (w->dte[1] & mask1);
}

/* Bits 255:192 that must be 0. */
static uint64_t reserved_3(const struct way *w)
{
	const struct naive *n = w->n;
	bool checked = habit(w, GVI_CHOICE_DTE_UNSUPPORTED_BITS) == 0;
	uint64_t mask = ones(14, 0) | ones(52, 48);

	if (habit(w, GVI_CHOICE_DTE_BIT_245) == 0)
		mask |= ones(53, 53);
	if (n->revision < GVI_REVISION(3, 6) || (checked && !bit(n->efr, 55)))
		mask |= ones(47, 15); /* vImuEn, GDeviceID, GuestID */
	if (checked && !bit(n->efr, 51) && !bit(n->efr, 47))
		mask |= ones(63, 54); /* attributes */
	return mask;
}

/* When bits 255:192 are checked: AMB-1.5. */
static bool high_gate(const struct way *w)
{
	bool v = bit(w->dte[0], 0), iv = bit(w->dte[2], 0);

	switch (habit(w, GVI_CHOICE_DTE_HIGH_GATE)) {
	case 0:
		return iv;
	case 1:
		return v;
	default:
		return v || iv;
	}
}

/* For memory only where an implementation looks at them: AMB-1.12. */
static bool reserved_interrupt_half(const struct way *w)
{
	bool iv = bit(w->dte[2], 0);
	uint64_t mask2 = ones(53, 52);

	if (!w->interrupt && habit(w, GVI_CHOICE_DTE_OTHER_HALF) == 0)
		return false;
	if (w->n->revision < GVI_REVISION(3, 6))
		mask2 |= ones(55, 54) | ones(59, 59);
	if (iv && (w->dte[2] & mask2))
		return true;
	return high_gate(w) && (w->dte[3] & reserved_3(w));
}

bool naive_bad_mode(const struct way *w)
{
	unsigned mode = (unsigned)bits(w->dte[0], 11, 9);

	return mode == 7 || mode > 4 + bits(w->n->efr, 11, 10);
}

/* GuestPagingMode: AMB-1.4. */
static bool bad_guest_mode(const struct way *w)
{
	unsigned mode = (unsigned)bits(w->dte[2], 55, 54);
	bool counts =
		habit(w, GVI_CHOICE_DTE_GUEST_MODE_GATE) == 0 ? naive_gv(w) : bit(w->dte[2], 0);

	if (!counts || w->n->revision < GVI_REVISION(3, 6))
		return false;
	return mode >= 2 || (mode == 1 && bits(w->n->efr, 13, 12) == 0);
}

bool naive_beyond_pa(const struct way *w, uint64_t spa)
{
	return spa >> bits(w->n->misc0, 14, 8) != 0;
}

/* AMB-1.10. */
static bool root_beyond_pa(const struct way *w)
{
	if (naive_gv(w) && !naive_gcr3_is_gpa(w) && naive_beyond_pa(w, naive_gcr3_root(w)))
		return true;
	return bits(w->dte[0], 11, 9) != 0 && !naive_bad_mode(w) &&
	       naive_beyond_pa(w, w->dte[0] & ones(51, 12));
}

/* 01 section 8, rows 8 and 10 with RZ=1; TV=1. */
static bool must_be_zero(const struct way *w)
{
	if (w->n->no_host && (w->dte[0] & (ones(51, 12) | ones(11, 9))))
		return true;
	return bit(w->dte[0], 55) && !guest_enabled(w) && habit(w, GVI_CHOICE_GV_WITHOUT_GTEN) == 0;
}

/* 01 section 8, rows 6, 7, 9 and 10 with RZ=0; TV=1. */
static bool bad_encoding(const struct way *w)
{
	const struct naive *n = w->n;
	unsigned glx = (unsigned)bits(w->dte[0], 57, 56);
	bool snp = n->snp || (habit(w, GVI_CHOICE_SNP_MODE_0) == 1 && bit(n->efr, 63));

	if (!n->no_host && naive_bad_mode(w) && habit(w, GVI_CHOICE_DTE_MODE) == 0)
		return true;
	if (naive_had(w) == 2)
		return true;
	if (naive_gv(w) && (glx == 3 || glx > bits(n->efr, 15, 14)))
		return true;
	if (bad_guest_mode(w))
		return true;
	if (snp && bits(w->dte[0], 11, 9) == 0)
		return true;
	if (habit(w, GVI_CHOICE_ROOT_BEYOND_PA) == 2 && root_beyond_pa(w))
		return true;
	if (n->snp && bits(w->dte[1], 15, 0) == 0 && habit(w, GVI_CHOICE_SNP_DOMAIN_0) == 1)
		return true;
	return naive_giov(w) && !bit(w->dte[0], 55) && habit(w, GVI_CHOICE_GIOV_WITHOUT_GV) == 0;
}

bool naive_illegal_entry(struct way *w)
{
	bool memory = bit(w->dte[0], 0) || habit(w, GVI_CHOICE_IV_WITHOUT_V) == 1; /* AMB-5.16 */
	bool tv = memory && bit(w->dte[0], 1);
	bool low = memory && reserved_memory_half(w), high = reserved_interrupt_half(w);
	bool reserved = low || high, encoding = tv && bad_encoding(w);

	if (memory && habit(w, GVI_CHOICE_IOCTL_RESERVED) == 1 && bits(w->dte[1], 36, 35) == 3)
		encoding = true;
	if (tv && must_be_zero(w)) {
		if (encoding && !reserved)
			w->a->mask[0] &= ~ones(55, 55); /* AMB-1.16: RZ of either */
		reserved = true;
	}
	if (!reserved && !encoding)
		return false;
	/* 05 section 4 step 3 has the memory half first, AMB-1.12 RZ=1 for any bit */
	if (w->interrupt && encoding && high && !low)
		w->a->mask[0] &= ~ones(55, 55);
	naive_illegal(w, reserved || habit(w, GVI_CHOICE_ILLEGAL_DTE_RZ) == 1);
	return true;
}

/* ---- Steps 8 to 10 ------------------------------------------------------------ */

/* 01 section 6. */
bool naive_excluded(struct way *w)
{
	const struct naive *n = w->n;
	uint64_t first = n->exclusion_base & ones(51, 12);
	uint64_t last = (n->exclusion_limit & ones(51, 12)) | 0xfff;
	bool enabled = bit(n->exclusion_base, 0), allow = bit(n->exclusion_base, 1);

	if (bit(n->efr, 63) || !enabled)
		return false;
	if (w->r->has_pasid && habit(w, GVI_CHOICE_EXCLUSION_PASID) == 0)
		return false;
	if (!allow && !bit(w->dte[1], 39))
		return false;
	return first <= w->r->address && w->r->address <= last;
}

/* Step 9: false when the request ends. */
bool naive_stage(struct way *w)
{
	w->guest = naive_gv(w) && (w->r->has_pasid || naive_giov(w));
	w->a->guest = w->guest;
	if (w->guest)
		return true;
	if (!w->r->has_pasid)
		return true;
	switch (habit(w, GVI_CHOICE_PASID_WITHOUT_GV)) {
	case 0:
		naive_invalid_request_some_type(w);
		return false;
	case 1:
		naive_page_fault(w, false, false, false);
		return false;
	default:
		w->plain = true;
		return true;
	}
}

/* Step 10, and what comes before any table is read. */
bool naive_before_walk(struct way *w)
{
	bool rights = naive_enough(w, bit(w->dte[0], 61), bit(w->dte[0], 62));
	bool beyond = !w->guest && naive_surplus(w, w->r->address);
	/* AMB-2.1: all missing rights are noticed at the leaf */
	bool late = habit(w, GVI_CHOICE_FAULT_ORDER) == 1 && bits(w->dte[0], 11, 9) != 0 &&
		    !naive_bad_mode(w);

	if (w->guest)
		late = habit(w, GVI_CHOICE_GUEST_DEVICE_RIGHTS) == 1;
	if (habit(w, GVI_CHOICE_SURPLUS_ORDER) == 1 && beyond) {
		naive_page_fault(w, true, false, false);
		return false;
	}
	if (!rights && !late) {
		naive_page_fault(w, true, false, true);
		return false;
	}
	if (naive_bad_mode(w) || beyond) { /* F-MODE, F-SKIP */
		naive_page_fault(w, true, false, false);
		return false;
	}
	return true;
}

/* Mode=0: 01 section 3; FC from Mode0FC if AttrV. */
bool naive_mode_0_coherent(const struct way *w)
{
	bool attributes = bit(w->n->efr, 51) || bit(w->n->efr, 47);

	return attributes && bit(w->dte[3], 54) && bit(w->dte[3], 55);
}

void naive_identity(struct way *w)
{
	naive_forward(w);
	w->a->translated = true;
	w->a->read = bit(w->dte[0], 61);
	w->a->write = bit(w->dte[0], 62);
	w->a->coherent = naive_mode_0_coherent(w);
}

/* ---- Tables in memory ---------------------------------------------------------- */

enum outcome naive_root_beyond_pa(struct way *w, uint64_t spa)
{
	switch (habit(w, GVI_CHOICE_ROOT_BEYOND_PA)) {
	case 0:
		naive_table_error(w, spa, GVI_BUS_MASTER_ABORT);
		return ENDED;
	case 1:
		naive_malformed(w, true);
		return ENDED;
	case 2: /* pointers of the entry itself were found at step 5 */
		naive_illegal(w, habit(w, GVI_CHOICE_ILLEGAL_DTE_RZ) == 1);
		return ENDED;
	default:
		return GO_ON;
	}
}

enum outcome naive_read_entry(struct way *w, const struct naive_read *read, uint64_t *entry)
{
	uint8_t bytes[8];
	enum gvi_bus bus;

	if (naive_held(w, read, entry))
		return GO_ON;
	bus = w->n->memory.read(w->n->memory.user, read->spa, bytes, 8);
	if (bus) {
		naive_table_error(w, read->spa, bus);
		return ENDED;
	}
	*entry = 0;
	for (unsigned i = 0; i < 8; i++)
		*entry |= (uint64_t)bytes[i] << 8 * i;
	naive_fetched(w, read, entry);
	return GO_ON;
}

struct naive_read naive_reading(const struct way *w, enum naive_table table, unsigned level,
				uint64_t address, uint64_t spa)
{
	return (struct naive_read){.spa = spa,
				   .address = address,
				   .pasid = w->r->has_pasid ? w->r->pasid : 0,
				   .device = w->r->device,
				   .domain = (uint16_t)bits(w->dte[1], 15, 0),
				   .table = (uint8_t)table,
				   .level = (uint8_t)level,
				   .words = 1};
}

unsigned naive_begin(struct way *w, const struct naive_read *read)
{
	return w->n->hook ? w->n->hook->begin(w->n->hook->user, read) : 0;
}

bool naive_held(struct way *w, const struct naive_read *read, uint64_t *words)
{
	return w->n->hook && w->n->hook->held(w->n->hook->user, read, words);
}

void naive_fetched(struct way *w, const struct naive_read *read, uint64_t *words)
{
	if (w->n->hook)
		w->n->hook->fetched(w->n->hook->user, read, words);
}
