/* ATS: docs/spec/04-translation-flow.md.  Translation requests, with the steps of
 * its section 4; translated requests with those of section 5. */
#include "model/ats.h"

#include "model/device.h"
#include "model/fault.h"
#include "model/ranges.h"
#include "model/translate.h"

/* How the translations of a request are found. */
enum way {
	BY_TABLES,
	BY_IDENTITY,            /* IommuEn is 0 */
	WITHOUT_RIGHTS          /* R=W=0, all of them */
};

struct call {
	const struct gvi_ats_request *asked;
	struct access x;                /* for the translation in hand, as are the next three */
	struct gvi_request request;
	struct gvi_answer said;         /* but for the rules: they are those of the call */
	struct ats ats;
	enum way way;
	bool no_write;                  /* W is 0 */
	struct gvi_ats_answer answer;
};

static void begin(struct call *c, struct gvi *m, const struct gvi_ats_request *asked);
static void take(struct call *c, unsigned number);
static enum verdict enter(struct call *c);
static enum gvi_status several(struct call *c);
static void finish(struct call *c);

enum gvi_status ats_translate(struct gvi *m, const struct gvi_ats_request *asked,
			      struct gvi_ats_answer *answer)
{
	enum gvi_status status = GVI_OK;
	struct call c;

	begin(&c, m, asked);
	/* Steps 1 to 5 */
	if (enter(&c) == GO_ON)
		/* Steps 6 to 12 */
		status = several(&c);
	if (status != GVI_OK)
		return status;
	finish(&c);
	memcpy(answer, &c.answer, sizeof *answer);
	return GVI_OK;
}

static void begin(struct call *c, struct gvi *m, const struct gvi_ats_request *asked)
{
	memset(c, 0, sizeof *c);
	c->asked = asked;
	/* A read, as far as it has to be anything, and not of length 0, which is special. */
	c->request = (struct gvi_request){.length = 1,
					  .pasid = asked->pasid,
					  .device = asked->device,
					  .access = GVI_READ,
					  .has_pasid = asked->has_pasid,
					  .execute = asked->execute,
					  .privileged = asked->privileged};
	c->x.m = m;
	c->x.request = &c->request;
	c->x.answer = &c->said;
	c->x.ats = &c->ats;
	c->x.aside = true;
	take(c, 0);
}

/* The next translation: nothing is known of it. */
static void take(struct call *c, unsigned number)
{
	memset(&c->said, 0, offsetof(struct gvi_answer, nclauses));
	c->request.address = c->asked->address + ((uint64_t)number << c->asked->unit_log2);
	c->ats = (struct ats){.gpa = c->request.address, .later = number > 0};
	c->x.guest_pasid = c->asked->has_pasid;
}

static void keep_event(struct call *c);

static void finish(struct call *c)
{
	struct gvi_ats_answer *a = &c->answer;

	keep_event(c);
	if (!a->count) {
		a->result = c->said.result;
		a->completion = c->said.completion;
	}
	a->nclauses = c->said.nclauses;
	memcpy(a->clause, c->said.clause, sizeof a->clause);
}

static void keep_event(struct call *c)
{
	if (c->said.logging == GVI_NO_EVENT)
		return;
	memcpy(c->answer.event, c->said.event, sizeof c->answer.event);
	c->answer.logging = c->said.logging;
}

/* ---- Steps 1 to 5: what holds for all translations of a request ---------- */

static enum verdict find_entry(struct access *x);
static enum verdict disabled(struct call *c);
static enum verdict invalid_entry(struct access *x, enum gvi_clause clause, unsigned type);
static enum verdict legal_entry(struct access *x, bool on);

/* ENDED: refused. */
static enum verdict enter(struct call *c)
{
	struct access *x = &c->x;

	/* Step 1 */
	if (disabled(c) == ENDED)
		return ENDED;
	/* Steps 2 to 5 */
	if (c->way == BY_IDENTITY || find_entry(x) == GO_ON)
		return GO_ON;
	c->way = WITHOUT_RIGHTS;
	return c->said.result == GVI_ABORT ? ENDED : GO_ON;
}

/* [ats.disabled] */
static enum verdict disabled(struct call *c)
{
	struct access *x = &c->x;
	bool enabled = get_CONTROL_IOMMU_EN(&x->m->reg[SLOT_CONTROL]);

	if (enabled && has(x->m, GVI_FEATURE_IOTLBSUP))
		return GO_ON;
	if (!has(x->m, GVI_FEATURE_IOTLBSUP) || choose(x->m, GVI_CHOICE_ATS_DISABLED) == 0)
		return refuse(x, GVI_CLAUSE_ATS_DISABLED);
	c->way = BY_IDENTITY;
	return GO_ON;
}

/* ENDED: refused, or answered without rights. */
static enum verdict find_entry(struct access *x)
{
	bool on;

	/* Step 2 */
	if (device_fetch(x) == ENDED)
		return ENDED;
	apply(x, GVI_CLAUSE_ATS_ENTRY);
	/* Step 3 */
	if (!get_DTE_V(x->dte))
		return invalid_entry(x, GVI_CLAUSE_ATS_INVALID, 0);
	/* Step 4 */
	on = get_DTE_I(x->dte) && get_DTE_TV(x->dte);
	if (legal_entry(x, on) == ENDED)
		return ENDED;
	/* Step 5 */
	if (!get_DTE_I(x->dte))
		return invalid_request(x, GVI_CLAUSE_ATS_DEVICE_OFF, 0);
	return GO_ON;
}

/* AMB-6.1: V=0 while SNP is on. */
static enum verdict invalid_entry(struct access *x, enum gvi_clause clause, unsigned type)
{
	if (x->m->config.snp && choose(x->m, GVI_CHOICE_SNP_INVALID_ENTRY) == 1)
		return illegal_entry(x, clause, false);
	return invalid_request(x, clause, type);
}

/* [ats.illegal-entry] An entry that is not `on` may be refused for that instead. */
static enum verdict legal_entry(struct access *x, bool on)
{
	if (device_plain(x->m, x->dte))
		return GO_ON;
	if (!on && choose(x->m, GVI_CHOICE_REQUEST_ENTRY_ORDER) == 1)
		return GO_ON;
	if (device_check(x) == GO_ON)
		return GO_ON;
	apply(x, x->ats ? GVI_CLAUSE_ATS_ILLEGAL_ENTRY : GVI_CLAUSE_ATS_TRANSLATED_OFF);
	return ENDED;
}

/* ---- Step 11: several translations --------------------------------------- */

static unsigned how_many(struct call *c);
static enum gvi_status translate_one(struct call *c);
static uint64_t completion(struct call *c);

/* [ats.several] */
static enum gvi_status several(struct call *c)
{
	struct gvi_ats_answer *a = &c->answer;
	unsigned count = how_many(c);

	c->no_write = c->asked->no_write && choose(c->x.m, GVI_CHOICE_ATS_NO_WRITE) == 0;
	if (c->asked->count > 1)
		apply(&c->x, GVI_CLAUSE_ATS_SEVERAL);
	for (unsigned i = 0; i < count; i++) {
		enum gvi_status status;

		take(c, i);
		status = translate_one(c);
		if (status != GVI_OK)
			return status;
		if (c->said.result == GVI_ABORT)
			break;
		a->translation[a->count++] = completion(c);
		keep_event(c);
	}
	return GVI_OK;
}

/* There are none beyond the last address. */
static unsigned how_many(struct call *c)
{
	uint64_t beyond = (UINT64_MAX - c->asked->address) >> c->asked->unit_log2;
	unsigned count = c->asked->count;

	if (count - 1 > beyond)
		count = (unsigned)beyond + 1;
	while (count > 1 && choose(c->x.m, GVI_CHOICE_ATS_COUNT) == 1)
		count--;
	return count;
}

/* ---- Steps 6 to 9: one of them ------------------------------------------- */

static enum verdict exclusion(struct access *x);
static enum gvi_status walk(struct access *x, bool no_write);

static enum gvi_status translate_one(struct call *c)
{
	struct access *x = &c->x;

	if (c->way == BY_IDENTITY)
		(void)translate_forward(x, GVI_CLAUSE_ATS_DISABLED);
	if (c->way != BY_TABLES)
		return GVI_OK;
	/* Step 6 */
	if (!c->asked->has_pasid && range_for_ats(x) == ENDED)
		return GVI_OK;
	/* Steps 7 and 8 */
	if (exclusion(x) == ENDED)
		return GVI_OK;
	return walk(x, c->no_write);
}

static enum verdict exclusion(struct access *x)
{
	bool hit = translate_excluded(x);

	if (!get_DTE_TV(x->dte) && !(hit && choose(x->m, GVI_CHOICE_EXCLUSION_TV) == 1))
		return invalid_request(x, GVI_CLAUSE_ATS_NOT_TRANSLATING, 0);
	if (!hit)
		return GO_ON;
	apply(x, GVI_CLAUSE_DEVICE_EXCLUSION_APPLIES);
	if (choose(x->m, GVI_CHOICE_ATS_EXCLUSION) == 1)
		return no_rights(x, GVI_CLAUSE_ATS_EXCLUSION);
	(void)translate_forward(x, GVI_CLAUSE_ATS_EXCLUSION);
	x->answer->untranslated_only = true;
	if (choose(x->m, GVI_CHOICE_EXCLUSION_RIGHTS) == 1)
		report_rights(x->answer, x->dte[0]);
	return ENDED;
}

static enum gvi_status walk(struct access *x, bool no_write)
{
	bool guest;

	/* Step 8 */
	if (translate_stage(x, &guest) == ENDED)
		return GVI_OK;
	/* Step 9: for all rights, and one of them is enough to go on. */
	apply(x, GVI_CLAUSE_ATS_ALL_RIGHTS);
	x->want = no_write ? RIGHT_READ : RIGHT_READ | RIGHT_WRITE;
	x->either = true;
	if (translate_rights(x, guest) == ENDED)
		return GVI_OK;
	if (no_write)
		x->may &= ~RIGHT_WRITE;
	return translate_walk(x, guest);
}

/* ---- Step 10: the completion --------------------------------------------- */

static bool no_snoop(struct call *c);
static bool answers_guest_address(struct access *x);
static uint64_t size_of(struct call *c);
static uint64_t identity_size(struct call *c, uint64_t most);
static void set_address(uint64_t *word, uint64_t address, uint64_t size);

/* [ats.completion] Of R=W=0 nothing else counts. */
static uint64_t completion(struct call *c)
{
	const struct gvi_answer *a = &c->said;
	bool write = a->write && !c->no_write, pasid = c->asked->has_pasid;
	uint64_t word = 0, address;

	if (!a->read && !write)
		return 0;
	apply(&c->x, GVI_CLAUSE_ATS_COMPLETION);
	set_ATS_COMPLETION_R(&word, a->read);
	set_ATS_COMPLETION_W(&word, write);
	/* Nothing of it without a prefix. */
	if (pasid) {
		cite(c->x.m, GVI_CLAUSE_ATS_EXECUTE);
		cite(c->x.m, GVI_CLAUSE_ATS_PRIVILEGED);
		cite(c->x.m, GVI_CLAUSE_ATS_GLOBAL);
	}
	set_ATS_COMPLETION_EXE(&word, c->ats.executable && a->read);
	set_ATS_COMPLETION_PRIV(&word, c->ats.privileged && pasid);
	set_ATS_COMPLETION_GLOBAL(&word, c->ats.global && pasid);
	cite(c->x.m, GVI_CLAUSE_ATS_UNTRANSLATED_ONLY);
	set_ATS_COMPLETION_U(&word, a->untranslated_only);
	set_ATS_COMPLETION_N(&word, no_snoop(c));
	address = answers_guest_address(&c->x) ? c->ats.gpa : a->address;
	set_address(&word, address, size_of(c));
	return word;
}

/* [ats.no-snoop] */
static bool no_snoop(struct call *c)
{
	const uint64_t *dte = c->x.dte;
	bool free = !c->said.coherent, attribute;

	apply(&c->x, GVI_CLAUSE_ATS_NO_SNOOP);
	if (!c->ats.guest || !get_DTE_ATTR_V(dte) || !has(c->x.m, GVI_FEATURE_ATTR))
		return free;
	attribute = get_DTE_SNOOP_ATTR(dte) >> c->ats.memory_type & 1;
	switch (choose(c->x.m, GVI_CHOICE_ATS_SNOOP_ATTRIBUTE)) {
	case 0:
		return attribute;
	case 1:
		return attribute && free;
	default:
		return get_DTE_MODE(dte) ? free : attribute;
	}
}

/* [ats.secure] */
static bool answers_guest_address(struct access *x)
{
	return device_secure(x) && choose(x->m, GVI_CHOICE_SATS_MODEL) == 0;
}

/* [ats.size] [ats.several] One of several has no more than the unit, so that the
 * next begins where it ends. */
static uint64_t size_of(struct call *c)
{
	uint64_t size = c->said.size, most = UINT64_MAX;

	apply(&c->x, GVI_CLAUSE_ATS_SIZE);
	if (c->asked->count > 1)
		most = UINT64_C(1) << c->asked->unit_log2;
	if (!size)
		return identity_size(c, most);
	if (size > most)
		size = most;
	while (size > 4096 && choose(c->x.m, GVI_CHOICE_ATS_SIZE) == 1)
		size /= 2;
	return size;
}

static bool inside_exclusion(const struct call *c, uint64_t size);

static uint64_t identity_size(struct call *c, uint64_t most)
{
	uint64_t size = 4096;

	if (most > UINT64_C(1) << 52)
		most = UINT64_C(1) << 52;
	while (size < most && inside_exclusion(c, 2 * size) &&
	       choose(c->x.m, GVI_CHOICE_ATS_IDENTITY_SIZE) == 1)
		size *= 2;
	return size;
}

/* What is the exclusion range's does not pass its ends. */
static bool inside_exclusion(const struct call *c, uint64_t size)
{
	const uint64_t *base = &c->x.m->reg[SLOT_EXCL_BASE], *limit = &c->x.m->reg[SLOT_EXCL_LIMIT];
	uint64_t first = c->request.address & ~(size - 1);

	if (!c->said.untranslated_only)
		return true;
	return first >= get_EXCL_BASE_BASE(base) &&
	       first + (size - 1) <= (get_EXCL_LIMIT_LIMIT(limit) | 0xfff);
}

/* Bits below the one that is 0 are ones. */
static void set_address(uint64_t *word, uint64_t address, uint64_t size)
{
	set_ATS_COMPLETION_S(word, size > 4096);
	*word |= (address & ~(size - 1)) | ((size / 2 - 1) & ~low_ones(12));
}

/* ---- Section 5: translated requests -------------------------------------- */

static enum verdict enter_translated(struct access *x);
static enum gvi_status by_host_tables(struct access *x);

enum gvi_status ats_translated(struct access *x)
{
	/* Steps 1 to 4 */
	if (enter_translated(x) == ENDED)
		return GVI_OK;
	/* Step 5 */
	if (!device_secure(x)) {
		(void)translate_forward(x, GVI_CLAUSE_ATS_TRANSLATED_FORWARD);
		return GVI_OK;
	}
	/* Step 6 */
	apply(x, GVI_CLAUSE_ATS_SECURE);
	if (choose(x->m, GVI_CHOICE_SATS_MODEL) == 0)
		return by_host_tables(x);
	(void)translate_forward(x, GVI_CLAUSE_ATS_TRANSLATED_FORWARD);
	return GVI_OK;
}

static enum verdict enter_translated(struct access *x)
{
	x->guest_pasid = x->request->has_pasid;
	/* Step 1 */
	if (!get_CONTROL_IOMMU_EN(&x->m->reg[SLOT_CONTROL]))
		return translate_forward(x, GVI_CLAUSE_FLOW_DISABLED);
	/* Step 2 */
	if (device_fetch(x) == ENDED)
		return ENDED;
	if (!get_DTE_V(x->dte))
		return invalid_entry(x, GVI_CLAUSE_ATS_TRANSLATED_INVALID, 1);
	/* Step 3 */
	if (legal_entry(x, get_DTE_I(x->dte)) == ENDED)
		return ENDED;
	if (!get_DTE_I(x->dte))
		return invalid_request(x, GVI_CLAUSE_ATS_TRANSLATED_OFF, 1);
	/* Step 4 */
	return range_translated(x);
}

/* A guest physical address, whatever PASID came with it.  A failure is that of an
 * untranslated access; A and D are set when U has been looked at. */
static enum gvi_status by_host_tables(struct access *x)
{
	struct gvi_answer before;
	enum gvi_status status;

	x->guest_pasid = false;
	x->want = translate_needs(x);
	if (translate_valid(x) == ENDED || translate_rights(x, false) == ENDED)
		return GVI_OK;
	before = *x->answer;
	x->looking = true;
	status = translate_walk(x, false);
	if (status != GVI_OK || x->answer->result == GVI_ABORT)
		return status;
	x->looking = false;
	if (x->answer->untranslated_only && choose(x->m, GVI_CHOICE_TRANSLATED_U_PAGE) == 1) {
		*x->answer = before;
		(void)refuse(x, GVI_CLAUSE_ATS_SECURE);
		return GVI_OK;
	}
	if (!get_DTE_HAD(x->dte))
		return GVI_OK;
	*x->answer = before;
	return translate_walk(x, false);
}
