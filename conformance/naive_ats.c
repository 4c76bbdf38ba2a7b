/* The slow twin, ATS: translation requests, 04 section 4, whose steps are numbered
 * here, and at the end translated requests, section 5. */
#include "conformance/naive_way.h"

#include <string.h>

/* A request on its way; each of its translations has a way of its own. */
struct ats {
	struct naive *n;
	const struct gvi_ats_request *q;
	struct naive_ats_answer *answer;
	struct gvi_request shown; /* the translation as events tell of it */
	struct way device;        /* what the first steps know */
};

static void disabled(struct ats *x);
static bool find_device(struct ats *x);
static void translations(struct ats *x);
static bool translate(struct ats *x, unsigned i, unsigned several);
static bool ranges(struct way *w);
static bool exclusion(struct way *w);
static void walk(struct way *w);
static void complete(struct ats *x, const struct way *w, unsigned i, unsigned several);
static void refused(struct ats *x, const struct naive_answer *answer);

static unsigned choose(const struct way *w, enum gvi_choice choice)
{
	if (!w->n->choose)
		return w->n->habit[choice];
	return w->n->choose(w->n->memory.user, choice);
}

static bool silent_write(const struct ats *x)
{
	return x->q->no_write && x->n->habit[GVI_CHOICE_ATS_NO_WRITE] == 0;
}

/* ---- The order of section 4 ------------------------------------------------------ */

void naive_ats_translate(struct naive *n, const struct gvi_ats_request *request,
			 struct naive_ats_answer *answer)
{
	struct ats x = {.n = n, .q = request, .answer = answer};
	struct way *w = &x.device;

	memset(answer, 0, sizeof *answer);
	x.shown = (struct gvi_request){.address = request->address,
				       .length = 1,
				       .pasid = request->pasid,
				       .device = request->device,
				       .access = GVI_READ,
				       .has_pasid = request->has_pasid,
				       .execute = request->execute,
				       .privileged = request->privileged};
	w->n = n;
	w->r = &x.shown;
	w->a = &answer->last;
	w->a->mask[0] = w->a->mask[1] = UINT64_MAX;
	w->ats = w->want_read = true;
	w->want_write = !silent_write(&x);
	if (!bit(n->control, 0) || !bit(n->capability, 24)) { /* step 1 */
		disabled(&x);
		return;
	}
	if (find_device(&x)) /* steps 2 to 5 */
		translations(&x);
}

/* AMB-4.3: from as many as were asked for downwards. */
static unsigned choose_count(const struct ats *x)
{
	unsigned count = x->q->count;

	while (count > 1 && choose(&x->device, GVI_CHOICE_ATS_COUNT) == 1)
		count--;
	return count;
}

/* The same for all translations: the addresses themselves, or nothing. */
static void alike(struct ats *x, bool identity)
{
	struct way *w = &x->device;
	unsigned count = choose_count(x);

	for (unsigned i = 0; i < count; i++) {
		if (identity)
			naive_forward(w);
		else
			naive_no_rights(w);
		w->a->address += (uint64_t)i << x->q->unit_log2;
		w->a->write = identity && w->want_write;
		complete(x, w, i, x->q->count);
	}
}

static void disabled(struct ats *x)
{
	if (bit(x->n->capability, 24) && x->n->habit[GVI_CHOICE_ATS_DISABLED] == 1) {
		alike(x, true);
		return;
	}
	x->answer->result = GVI_ABORT;
	x->answer->completion = GVI_UNSUPPORTED_REQUEST;
}

/* AMB-1.6. */
static void out_of_range(struct ats *x)
{
	struct way *w = &x->device;

	if (x->n->habit[GVI_CHOICE_ATS_OUT_OF_RANGE] == 1) {
		alike(x, false);
		return;
	}
	if (x->n->habit[GVI_CHOICE_DEVICE_OUT_OF_RANGE_ADDRESS] == 1)
		x->shown.address = 0;
	w->plain = x->n->habit[GVI_CHOICE_DEVICE_OUT_OF_RANGE_PASID] == 1;
	naive_invalid_request(w, 0);
}

/* Step 4 with AMB-4.15: a field of an entry with I=0 or TV=0 may come first. */
static bool illegal(struct way *w)
{
	bool off = !bit(w->dte[1], 32) || !bit(w->dte[0], 1);

	if (off && habit(w, GVI_CHOICE_REQUEST_ENTRY_ORDER) == 1)
		return false;
	return naive_illegal_entry(w);
}

static void not_valid(struct way *w, unsigned type)
{
	if (!naive_snp_invalid(w))
		naive_invalid_request(w, type);
}

static bool find_device(struct ats *x)
{
	struct way *w = &x->device;

	if (!naive_in_table(w))
		out_of_range(x);
	else if (!naive_fetch_device(w))
		;
	else if (!bit(w->dte[0], 0)) /* step 3 */
		not_valid(w, 0);
	else if (illegal(w)) /* step 4 */
		;
	else if (!bit(w->dte[1], 32)) /* step 5 */
		naive_invalid_request(w, 0);
	else
		return true;
	if (!x->answer->count)
		refused(x, w->a);
	return false;
}

/* ---- Steps 6 to 12, for each translation: step 11 --------------------------------- */

static void translations(struct ats *x)
{
	unsigned count = choose_count(x);

	for (unsigned i = 0; i < count; i++)
		if (!translate(x, i, x->q->count))
			return;
}

/* What a translation adds to the answer beside its completion. */
static void merge(struct ats *x, const struct naive_answer *a)
{
	struct naive_ats_answer *to = x->answer;

	to->guest = to->guest || a->guest;
	to->captured = to->captured || a->captured;
	to->free_a = to->free_a || a->free_a;
	to->free_d = to->free_d || a->free_d;
	if (!a->event[0])
		return;
	memcpy(to->last.event, a->event, sizeof a->event);
	memcpy(to->last.mask, a->mask, sizeof a->mask);
	to->logging = a->logging;
	if (a->logging == GVI_LOGGED) {
		memcpy(to->event[to->nevents], a->event, sizeof a->event);
		memcpy(to->mask[to->nevents++], a->mask, sizeof a->mask);
	}
}

/* False when the completion ends here. */
static bool translate(struct ats *x, unsigned i, unsigned several)
{
	struct naive_answer a = {.mask = {UINT64_MAX, UINT64_MAX}};
	struct gvi_request shown = x->shown;
	struct way w = x->device;

	w.a = &a;
	w.r = &shown;
	shown.address += (uint64_t)i << x->q->unit_log2;
	/* AMB-4.3: what is refused before its walk need not be told */
	w.mute = i > 0 && x->n->habit[GVI_CHOICE_ATS_LATER_REFUSED] == 0;
	if (!ranges(&w) && !exclusion(&w) && naive_stage(&w))
		walk(&w);
	if (a.result == GVI_ABORT && i == 0) {
		refused(x, &a);
		return false;
	}
	if (a.result == GVI_GRANT || !w.mute)
		merge(x, &a);
	if (a.result == GVI_GRANT)
		complete(x, &w, i, several);
	return a.result == GVI_GRANT;
}

/* ---- Step 6 ------------------------------------------------------------------------- */

static bool refuse_type(struct way *w, unsigned type)
{
	naive_invalid_request(w, type);
	return true;
}

/* A range that is no memory, with AMB-4.16. */
static bool no_memory(struct way *w)
{
	bool tv = bit(w->dte[0], 1);

	return refuse_type(w, tv || habit(w, GVI_CHOICE_ATS_RANGE_TV) == 0);
}

/* SysMgt=11 or IoCtl=10: AMB-4.16. */
static bool as_memory(struct way *w)
{
	if (bit(w->dte[0], 1) && habit(w, GVI_CHOICE_ATS_IO_RANGES) == 0)
		return false;
	return refuse_type(w, 1);
}

/* AMB-4.17. */
static bool aborting(struct way *w)
{
	if (habit(w, GVI_CHOICE_ATS_ABORT_RANGES) == 1)
		return refuse_type(w, 1);
	naive_no_rights(w);
	return true;
}

static bool port_io(struct way *w)
{
	uint64_t io_ctl = bits(w->dte[1], 36, 35);

	if (io_ctl == 3) {
		naive_illegal(w, habit(w, GVI_CHOICE_ILLEGAL_DTE_RZ) == 1);
		return true;
	}
	return io_ctl == 2 ? as_memory(w) : no_memory(w);
}

/* True when the translation ends here. */
static bool ranges(struct way *w)
{
	bool refuses = habit(w, GVI_CHOICE_ABORT_RANGES) != 2;

	if (w->r->has_pasid || naive_ranges_are_guest(w))
		return false;
	if (naive_in(w, 0xfd00000000, 0xfdf7ffffff) || naive_in_interrupt_window(w))
		return no_memory(w);
	if (naive_in(w, 0xfdf9100000, 0xfdf91fffff))
		return bits(w->dte[1], 41, 40) == 3 ? as_memory(w) : no_memory(w);
	if (naive_in(w, 0xfdfc000000, 0xfdfdffffff))
		return port_io(w);
	if (naive_in(w, 0xfdf9000000, 0xfdf90fffff) || naive_in(w, 0xfdfe000000, 0xfe1fffffff))
		return refuses && aborting(w);
	if (naive_in(w, 0xfdfb000000, 0xfdfbffffff))
		return bit(w->n->misc0, 22) && aborting(w);
	if (naive_in(w, 0xfe20000000, 0xffffffffff))
		return habit(w, GVI_CHOICE_HIGH_RESERVED_RANGE) == 1 && aborting(w);
	return false;
}

/* ---- Steps 7 and 8 -------------------------------------------------------------------- */

static void excluded_identity(struct way *w)
{
	if (habit(w, GVI_CHOICE_ATS_EXCLUSION) == 1) {
		naive_no_rights(w);
		return;
	}
	naive_forward(w);
	w->a->untranslated_only = true;
	if (habit(w, GVI_CHOICE_EXCLUSION_RIGHTS) == 1) {
		w->a->read = bit(w->dte[0], 61);
		w->a->write = bit(w->dte[0], 62);
	}
	w->a->write = w->a->write && w->want_write;
	w->excluded = true;
}

/* True when the translation ends here. */
static bool exclusion(struct way *w)
{
	bool tv = bit(w->dte[0], 1), hit = naive_excluded(w);

	if (!tv && !(hit && habit(w, GVI_CHOICE_EXCLUSION_TV) == 1))
		naive_invalid_request(w, 0);
	else if (hit)
		excluded_identity(w);
	else
		return false;
	return true;
}

/* ---- Step 9 ----------------------------------------------------------------------------- */

static void walk(struct way *w)
{
	w->mute = false;
	if (!naive_before_walk(w))
		return;
	if (w->guest) {
		naive_guest_walk(w);
	} else if (bits(w->dte[0], 11, 9) != 0) {
		naive_host_walk(w);
	} else {
		naive_identity(w);
		w->a->write = w->a->write && w->want_write;
	}
}

/* ---- Step 10 ------------------------------------------------------------------------------ */

/* SATS=1 where completions have guest physical addresses: section 5 step 6. */
static bool secure(const struct way *w)
{
	return w->n->revision >= GVI_REVISION(3, 6) && bit(w->n->efr, 31) && bit(w->dte[1], 42) &&
	       habit(w, GVI_CHOICE_SATS_MODEL) == 0;
}

/* N: what the guest's memory type says, if the entry has attributes. */
static bool no_snoop(const struct way *w)
{
	bool there = bit(w->n->efr, 51) || bit(w->n->efr, 47);
	bool mode_0 = bits(w->dte[0], 11, 9) == 0, fc = w->a->coherent;
	bool attribute = bit(w->dte[3], 56 + w->a->memory_type);

	if (!w->guest || !there || !bit(w->dte[3], 54))
		return !fc;
	switch (habit(w, GVI_CHOICE_ATS_SNOOP_ATTRIBUTE)) {
	case 0:
		return attribute;
	case 1:
		return attribute && !fc;
	default:
		return mode_0 ? attribute : !fc;
	}
}

/* A block of 2^log2 bytes around the address has nothing but what is excluded. */
static bool fits_exclusion(const struct way *w, unsigned log2)
{
	uint64_t first = w->r->address & ~ones(log2 - 1, 0), last = first | ones(log2 - 1, 0);
	uint64_t limit = (w->n->exclusion_limit & ones(51, 12)) | 0xfff;

	return !w->excluded || (first >= (w->n->exclusion_base & ones(51, 12)) && last <= limit);
}

/* AMB-4.9, from 4 KiB upwards, and AMB-4.3, from the page downwards. */
static unsigned size_log2(const struct way *w, unsigned most)
{
	unsigned log2 = 12;

	if (w->a->size == 0) {
		if (most > 52)
			most = 52;
		while (log2 < most && fits_exclusion(w, log2 + 1) &&
		       choose(w, GVI_CHOICE_ATS_IDENTITY_SIZE) == 1)
			log2++;
		return log2;
	}
	while (log2 < most && w->a->size >> (log2 + 1))
		log2++;
	while (log2 > 12 && choose(w, GVI_CHOICE_ATS_SIZE) == 1)
		log2--;
	return log2;
}

static void complete(struct ats *x, const struct way *w, unsigned i, unsigned several)
{
	const struct naive_answer *a = w->a;
	uint64_t address = a->address, word;
	unsigned log2;

	x->answer->result = GVI_GRANT;
	x->answer->count = (uint8_t)(i + 1);
	if (!a->read && !a->write) {
		x->answer->free_a = true;
		return;
	}
	log2 = size_log2(w, several > 1 ? x->q->unit_log2 : 63);
	if (w->has_dte && !w->excluded && secure(w))
		address = w->guest ? a->gpa : w->r->address;
	address &= ~ones(log2 - 1, 0);
	if (log2 > 12) /* ones below the lowest zero, which is bit log2 - 1 */
		address |= (ones(log2 - 1, 0) >> 1 & ~ones(11, 0)) | ones(11, 11);
	word = address | (uint64_t)a->read | (uint64_t)a->write << 1;
	word |= (uint64_t)a->untranslated_only << 2 | (uint64_t)(a->execute && a->read) << 3;
	word |= (uint64_t)a->privileged << 4 | (uint64_t)a->global << 5;
	word |= (uint64_t)no_snoop(w) << 10;
	x->answer->translation[i] = word;
}

/* ---- Refused: section 8, AMB-4.6 ------------------------------------------------------------ */

static void refused(struct ats *x, const struct naive_answer *answer)
{
	struct naive_answer copy = *answer, *a = &copy; /* it may be that of the request */
	struct naive_ats_answer *to = x->answer;
	unsigned status = x->n->habit[GVI_CHOICE_ATS_STATUS];

	merge(x, a);
	to->result = GVI_ABORT;
	to->count = 0;
	if (status == 0)
		status = a->event[0] >> 60 == 8 ? 2 : 1;
	to->completion = status == 2 ? GVI_UNSUPPORTED_REQUEST : GVI_COMPLETER_ABORT;
}

/* ---- Translated requests: section 5 -----------------------------------------------------------
 */

/* Step 3 with AMB-4.15. */
static bool off(struct way *w)
{
	bool i = bit(w->dte[1], 32);

	if ((i || habit(w, GVI_CHOICE_REQUEST_ENTRY_ORDER) == 0) && naive_illegal_entry(w))
		return true;
	if (!i)
		naive_invalid_request(w, 1);
	return !i;
}

/* Step 4, AMB-4.12. */
static bool translated_ranges(struct way *w)
{
	bool aborts =
		naive_in(w, 0xfdf9000000, 0xfdf90fffff) || naive_in(w, 0xfdfe000000, 0xfe1fffffff);
	bool ats = naive_in(w, 0xfdfb000000, 0xfdfbffffff);
	bool high = naive_in(w, 0xfe20000000, 0xffffffffff);
	bool special = naive_in(w, 0xfd00000000, 0xfdf7ffffff) || naive_in_interrupt_window(w) ||
		       naive_in(w, 0xfdf9100000, 0xfdf91fffff) ||
		       naive_in(w, 0xfdfc000000, 0xfdfdffffff);

	/* ranges that are memory are not special */
	special = special || (aborts && habit(w, GVI_CHOICE_ABORT_RANGES) != 2) ||
		  (ats && bit(w->n->misc0, 22)) ||
		  (high && habit(w, GVI_CHOICE_HIGH_RESERVED_RANGE) == 1);
	if (special && habit(w, GVI_CHOICE_TRANSLATED_RANGES) == 1) {
		naive_refuse(w);
		return true;
	}
	if (naive_in_interrupt_window(w) && w->r->access == GVI_WRITE) {
		w->a->result = GVI_INTERRUPT;
		return true;
	}
	if (!special || habit(w, GVI_CHOICE_SATS_RANGES) == 0)
		return false;
	naive_forward(w);
	return true;
}

/* Step 6: as an access without PASID. */
static void through_host_tables(struct way *w)
{
	if (!bit(w->dte[0], 1)) {
		naive_page_fault(w, habit(w, GVI_CHOICE_TV_FAULT_PR) == 1, false, false);
		return;
	}
	w->bars_u = habit(w, GVI_CHOICE_TRANSLATED_U_PAGE) == 1;
	if (!naive_before_walk(w))
		return;
	if (bits(w->dte[0], 11, 9) == 0)
		naive_identity(w);
	else
		naive_host_walk(w);
}

void naive_translated(struct way *w)
{
	struct gvi_request plain = *w->r;

	if (!naive_fetch_device(w)) /* step 2 */
		return;
	if (!bit(w->dte[0], 0)) {
		not_valid(w, 1);
		return;
	}
	if (off(w) || translated_ranges(w)) /* steps 3 and 4 */
		return;
	plain.has_pasid = plain.execute = plain.privileged = false;
	w->r = &plain;
	if (secure(w)) /* step 6 */
		through_host_tables(w);
	else /* step 5 */
		naive_forward(w);
}
