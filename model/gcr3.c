/* The GCR3 table: docs/spec/03-guest-page-table.md section 2. */
#include "model/gcr3.h"

#include "model/device.h"
#include "model/fault.h"

static enum verdict take(struct nest *n, uint64_t entry, unsigned level);
static uint64_t low_bits(unsigned level);
static bool inner_is_guest(struct nest *n);

/* [guest.gcr3-walk] [guest.cr3] One level for each slice of the PASID. */
enum verdict gcr3_lookup(struct nest *n, unsigned pasid, uint64_t *cr3)
{
	struct access *x = n->asker;
	uint64_t table = get_DTE_GCR3_ROOT(x->dte), entry, spa;
	enum gvi_format_id format = GVI_FORMAT_GCR3_NEXT;
	bool guest = device_gcr3_guest(x);

	apply(x, GVI_CLAUSE_GUEST_GCR3_WALK);
	for (unsigned level = (unsigned)get_DTE_GLX(x->dte);; level--) {
		uint64_t at = table + 8 * gcr3_slice(pasid, level);

		if (guest ? nest_table(n, at, false, &spa) == ENDED :
			    gcr3_within_pa(x, table, spa = at) == ENDED)
			return ENDED;
		if (level == 0)
			format = GVI_FORMAT_GCR3;
		stand(x->m, x, level);
		if (nest_fetch(n, format, spa, &entry) == ENDED ||
		    take(n, entry, level) == ENDED)
			return ENDED;
		table = get_GCR3_ADDRESS(&entry);
		if (level == 0)
			break;
		guest = guest || inner_is_guest(n);
	}
	*cr3 = table;
	return GO_ON;
}

static enum verdict take(struct nest *n, uint64_t entry, unsigned level)
{
	struct access *x = n->asker;

	if (!get_GCR3_V(&entry))
		return page_fault(x, GVI_CLAUSE_GUEST_GCR3_NOT_PRESENT, 0);
	if (entry & mask_GCR3_RSVD_63(0) ||
	    (entry & low_bits(level) && choose(x->m, GVI_CHOICE_GCR3_LOW_BITS) == 0))
		return page_fault(x, GVI_CLAUSE_GUEST_GCR3_RESERVED, FAULT_PR | FAULT_RZ);
	return GO_ON;
}

/* [guest.gcr3-entry] Bits 11:1, but for the two cache bits of a CR3. */
static uint64_t low_bits(unsigned level)
{
	return level ? mask_GCR3_NEXT_RSVD_11(0) : mask_GCR3_RSVD_11(0) | mask_GCR3_RSVD_2(0);
}

/* [guest.gcr3-inner] */
static bool inner_is_guest(struct nest *n)
{
	return n->hosted && choose(n->asker->m, GVI_CHOICE_GCR3_INNER_SPACE) == 1;
}

enum verdict gcr3_within_pa(struct access *x, uint64_t pointer, uint64_t spa)
{
	if (!(pointer & x->m->derived.beyond_pa))
		return GO_ON;
	switch (choose(x->m, GVI_CHOICE_ROOT_BEYOND_PA)) {
	case 0:
		apply(x, GVI_CLAUSE_DEVICE_ROOT_BEYOND_PA);
		return page_table_error(x, spa, GVI_BUS_MASTER_ABORT);
	case 1:
		return page_fault(x, GVI_CLAUSE_DEVICE_ROOT_BEYOND_PA, FAULT_PR | FAULT_RZ);
	case 2:
		return illegal_entry(x, GVI_CLAUSE_DEVICE_ROOT_BEYOND_PA, false);
	default:
		return GO_ON;
	}
}
