/* The special address ranges: docs/spec/04-translation-flow.md section 2 and
 * docs/spec/01-device-table.md section 5.  They exist for untranslated
 * addresses without PASID only. */
#include "model/ranges.h"

#include "model/device.h"
#include "model/fault.h"

enum range {
	RANGE_NONE,             /* ordinary memory: 0, as range_ordinary() says */
	RANGE_RESERVED_INT,     /* reserved interrupt space */
	RANGE_INTERRUPT,        /* interrupts and EOI, and the MSI window */
	RANGE_ABORT,            /* IACK, configuration, extended configuration */
	RANGE_SYSTEM,           /* system management */
	RANGE_ATS,              /* ATS responses */
	RANGE_PORT_IO,
	RANGE_HIGH_RESERVED     /* FE_2000_0000 on */
};

static enum range classify(struct access *x);
static enum verdict interrupt_read(struct access *x);
static bool giov_translates(struct access *x);
static enum verdict system_range(struct access *x);
static enum verdict port_range(struct access *x);
static enum verdict ats_range(struct access *x);
static enum verdict abort_range(struct access *x);
static enum verdict pass(struct access *x, enum gvi_clause clause);

enum verdict range_before_entry(struct access *x)
{
	x->range = (uint8_t)classify(x);
	if (x->range != RANGE_RESERVED_INT && x->range != RANGE_INTERRUPT)
		return GO_ON;
	if (!is_posted(x))
		return interrupt_read(x);
	if (x->range == RANGE_RESERVED_INT)
		return invalid_request(x, GVI_CLAUSE_FLOW_INTERRUPT_RANGE_RESERVED, 6);
	apply(x, GVI_CLAUSE_FLOW_INTERRUPT_RANGE_WRITE);
	x->answer->result = GVI_INTERRUPT;
	x->answer->address = x->request->address;
	return ENDED;
}

/* [flow.interrupt-range-read] The rule names no bit of the entry. */
static enum verdict interrupt_read(struct access *x)
{
	bool if_valid = choose(x->m, GVI_CHOICE_INTERRUPT_READ_INVALID) == 1;
	bool if_range = giov_translates(x);

	if (if_valid || if_range) {
		if (device_fetch(x) == ENDED)
			return ENDED;
		x->fetched = true;
		if (if_valid && !get_DTE_V(x->dte))
			return pass(x, GVI_CLAUSE_DEVICE_INVALID_FORWARD);
		if (if_range && get_DTE_V(x->dte) && device_giov(x))
			return GO_ON;
	}
	return invalid_request(x, GVI_CLAUSE_FLOW_INTERRUPT_RANGE_READ, 0);
}

/* [guest.giov-ranges] */
static bool giov_translates(struct access *x)
{
	return has(x->m, GVI_FEATURE_GIOSUP) && has(x->m, GVI_FEATURE_GTEN) &&
	       choose(x->m, GVI_CHOICE_GIOV_RANGE) == 1;
}

enum verdict range_with_entry(struct access *x)
{
	if (device_giov(x) && giov_translates(x))
		return GO_ON;
	switch (x->range) {
	case RANGE_SYSTEM:
		return system_range(x);
	case RANGE_PORT_IO:
		return port_range(x);
	case RANGE_ATS:
		return ats_range(x);
	case RANGE_ABORT:
		return abort_range(x);
	case RANGE_HIGH_RESERVED:
		if (choose(x->m, GVI_CHOICE_HIGH_RESERVED_RANGE) == 1)
			return refuse(x, GVI_CLAUSE_FLOW_RESERVED_RANGES);
		return GO_ON;
	default:
		return GO_ON;
	}
}

/* [device.sysmgt-abort] and the three beside it. */
static enum verdict system_range(struct access *x)
{
	uint64_t sysmgt = get_DTE_SYSMGT(x->dte);

	if (sysmgt == 3) {
		if (!get_DTE_TV(x->dte))
			return invalid_request(x, GVI_CLAUSE_DEVICE_SYSMGT_TRANSLATE, 7);
		apply(x, GVI_CLAUSE_DEVICE_SYSMGT_TRANSLATE);
		return GO_ON;
	}
	if (!is_posted(x))
		return invalid_request(x, GVI_CLAUSE_DEVICE_SYSMGT_READ, 4);
	if (sysmgt == 1 || (sysmgt == 2 && x->request->intx))
		return pass(x, GVI_CLAUSE_DEVICE_SYSMGT_FORWARD);
	return invalid_request(x, GVI_CLAUSE_DEVICE_SYSMGT_ABORT, 3);
}

/* [device.ioctl-abort] and the rules after it. */
static enum verdict port_range(struct access *x)
{
	switch (get_DTE_IOCTL(x->dte)) {
	case 0:
		return invalid_request(x, GVI_CLAUSE_DEVICE_IOCTL_ABORT, 2);
	case 1:
		return pass(x, GVI_CLAUSE_DEVICE_IOCTL_FORWARD);
	case 2:
		if (!get_DTE_TV(x->dte))
			return invalid_request(x, GVI_CLAUSE_DEVICE_IOCTL_TRANSLATE, 7);
		apply(x, GVI_CLAUSE_DEVICE_IOCTL_TRANSLATE);
		return GO_ON;
	default:
		return illegal_entry(x, GVI_CLAUSE_DEVICE_ILLEGAL_IOCTL, false);
	}
}

/* [flow.ats-range] Reserved for ATS responses only if firmware says so. */
static enum verdict ats_range(struct access *x)
{
	const uint64_t misc0 = x->m->pci.misc0;

	if (!get_CAP_MISC0_HT_ATS_RESV(&misc0))
		return GO_ON;
	return invalid_request(x, GVI_CLAUSE_FLOW_ATS_RANGE, is_posted(x) ? 3 : 4);
}

/* [flow.abort-ranges] */
static enum verdict abort_range(struct access *x)
{
	switch (choose(x->m, GVI_CHOICE_ABORT_RANGES)) {
	case 0:
		return refuse(x, GVI_CLAUSE_FLOW_ABORT_RANGES);
	case 1:
		return invalid_request(x, GVI_CLAUSE_FLOW_ABORT_RANGES, 0);
	default:
		return GO_ON;
	}
}

/* ---- Translation requests: section 4 step 6 ------------------------------ */

static bool is_aborting(struct access *x);
static enum verdict ats_refuse(struct access *x);

/* [ats.special-ranges] */
enum verdict range_for_ats(struct access *x)
{
	bool as_memory = false;

	x->range = (uint8_t)classify(x);
	if (x->range == RANGE_NONE || (device_giov(x) && giov_translates(x)))
		return GO_ON;
	if (is_aborting(x)) {
		if (choose(x->m, GVI_CHOICE_ATS_ABORT_RANGES) == 0)
			return no_rights(x, GVI_CLAUSE_ATS_SPECIAL_RANGES);
		return invalid_request(x, GVI_CLAUSE_ATS_SPECIAL_RANGES, 1);
	}
	switch (x->range) {
	case RANGE_SYSTEM:
		as_memory = get_DTE_SYSMGT(x->dte) == 3;
		break;
	case RANGE_PORT_IO:
		if (get_DTE_IOCTL(x->dte) == 3)
			return illegal_entry(x, GVI_CLAUSE_DEVICE_ILLEGAL_IOCTL, false);
		as_memory = get_DTE_IOCTL(x->dte) == 2;
		break;
	case RANGE_RESERVED_INT:
	case RANGE_INTERRUPT:
		break;
	default:
		return GO_ON;
	}
	if (!as_memory)
		return ats_refuse(x);
	if (get_DTE_TV(x->dte) && choose(x->m, GVI_CHOICE_ATS_IO_RANGES) == 0)
		return GO_ON;
	return invalid_request(x, GVI_CLAUSE_ATS_SPECIAL_RANGES, 1);
}

static enum verdict ats_refuse(struct access *x)
{
	bool off = !get_DTE_TV(x->dte) && choose(x->m, GVI_CHOICE_ATS_RANGE_TV) == 1;

	return invalid_request(x, GVI_CLAUSE_ATS_SPECIAL_RANGES, off ? 0 : 1);
}

/* A range in which direct accesses are aborted, whatever the entry says. */
static bool is_aborting(struct access *x)
{
	const uint64_t misc0 = x->m->pci.misc0;

	switch (x->range) {
	case RANGE_ABORT:
		return choose(x->m, GVI_CHOICE_ABORT_RANGES) != 2;
	case RANGE_ATS:
		return get_CAP_MISC0_HT_ATS_RESV(&misc0);
	case RANGE_HIGH_RESERVED:
		return choose(x->m, GVI_CHOICE_HIGH_RESERVED_RANGE) == 1;
	default:
		return false;
	}
}

/* ---- Translated requests: section 5 step 4 ------------------------------- */

/* [ats.translated-ranges] */
enum verdict range_translated(struct access *x)
{
	bool interrupt;

	x->range = (uint8_t)classify(x);
	interrupt = x->range == RANGE_INTERRUPT || x->range == RANGE_RESERVED_INT;
	if (!interrupt && x->range != RANGE_SYSTEM && x->range != RANGE_PORT_IO && !is_aborting(x))
		return GO_ON;
	if (choose(x->m, GVI_CHOICE_TRANSLATED_RANGES) == 1)
		return refuse(x, GVI_CLAUSE_ATS_TRANSLATED_RANGES);
	apply(x, GVI_CLAUSE_ATS_TRANSLATED_RANGES);
	if (x->range != RANGE_INTERRUPT || !is_posted(x)) {
		if (device_secure(x) && choose(x->m, GVI_CHOICE_SATS_RANGES) == 1)
			return pass(x, GVI_CLAUSE_ATS_TRANSLATED_FORWARD);
		return GO_ON;
	}
	x->answer->result = GVI_INTERRUPT;
	x->answer->address = x->request->address;
	return ENDED;
}

/* ---- The way out --------------------------------------------------------- */

/* Forwarded untranslated. */
static enum verdict pass(struct access *x, enum gvi_clause clause)
{
	apply(x, clause);
	x->answer->address = x->request->address;
	x->answer->read = x->answer->write = true;
	return ENDED;
}

/* ---- The map ------------------------------------------------------------ */

static const struct {
	uint64_t first, last;   /* address bits 39:0, inclusive */
	enum range range;
} map[] = {
	{0xfd00000000, 0xfdf7ffffff, RANGE_RESERVED_INT},
	{0xfdf8000000, 0xfdf8ffffff, RANGE_INTERRUPT},
	{0xfdf9000000, 0xfdf90fffff, RANGE_ABORT},
	{0xfdf9100000, 0xfdf91fffff, RANGE_SYSTEM},
	{0xfdfb000000, 0xfdfbffffff, RANGE_ATS},
	{0xfdfc000000, 0xfdfdffffff, RANGE_PORT_IO},
	{0xfdfe000000, 0xfe1fffffff, RANGE_ABORT},
	{0xfe20000000, 0xffffffffff, RANGE_HIGH_RESERVED},
};

static bool is_special(struct access *x, uint64_t high);

/* [flow.special-ranges] [flow.ht-range-ignore] */
static enum range classify(struct access *x)
{
	uint64_t address = x->request->address, low = address & low_ones(40);

	if (address >= 0xfee00000 && address <= 0xfeefffff)
		return RANGE_INTERRUPT;
	if (range_ordinary(address))
		return RANGE_NONE;
	if (get_EFR2_HTRANGEIGNORE(&x->m->config.efr2)) {
		cite(x->m, GVI_CLAUSE_FLOW_HT_RANGE_IGNORE);
		return RANGE_NONE;
	}
	if (!is_special(x, address >> 40))
		return RANGE_NONE;
	for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
		if (low >= map[i].first && low <= map[i].last)
			return map[i].range;
	return RANGE_NONE;
}

/* AMB-4.1: which values of the bits above 39 make a range special. */
static bool is_special(struct access *x, uint64_t high)
{
	switch (choose(x->m, GVI_CHOICE_SPECIAL_HIGH_BITS)) {
	case 0:
		return high == 0;
	case 1:
		return high == 0xffffff;
	case 2:
		return high == 0 || high == 0xffffff;
	default:
		return true;
	}
}
