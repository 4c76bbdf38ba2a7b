/* What of an answer, of effects and of a state can be told apart. */
#include "model/seen.h"

#include <string.h>

/* The event of a reply, as far as it means something. */
struct shown {
	const uint64_t *event;
	unsigned logging;
	uint64_t mask; /* of its first word */
};

static struct shown show(enum gvi_input_kind kind, const union gvi_reply *reply);
static uint32_t answer_differs(const struct gvi_answer *a, const struct gvi_answer *b);
static uint32_t ats_differs(const struct gvi_ats_answer *a, const struct gvi_ats_answer *b);
static uint32_t page_differs(const struct gvi_page_answer *a, const struct gvi_page_answer *b);
static bool same_event(const struct shown *a, const struct shown *b);
static bool same_effects(const struct gvi_seen *seen, const struct gvi_effect *effects, size_t n,
			 const struct shown *shown);

uint32_t seen_differs(enum gvi_input_kind kind, const struct gvi_seen *seen,
		      const union gvi_reply *reply, const struct gvi_effect *effects,
		      size_t neffects)
{
	const struct shown theirs = show(kind, &seen->reply), ours = show(kind, reply);
	uint32_t differs = 0;

	switch (kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		differs = answer_differs(&seen->reply.answer, &reply->answer);
		break;
	case GVI_INPUT_ATS:
		differs = ats_differs(&seen->reply.ats, &reply->ats);
		break;
	case GVI_INPUT_PAGE:
		differs = page_differs(&seen->reply.page, &reply->page);
		break;
	default:
		differs = seen->reply.value == reply->value ? 0 : GVI_SEEN_VALUE;
	}
	if (!same_event(&theirs, &ours))
		differs |= GVI_SEEN_EVENT;
	if (seen->what & GVI_SEEN_EFFECTS && !same_effects(seen, effects, neffects, &ours))
		differs |= GVI_SEEN_EFFECTS;
	return differs & seen->what;
}

static bool same_words(const uint64_t *a, const uint64_t *b)
{
	return a[0] == b[0] && a[1] == b[1];
}

static bool same_message(const struct gvi_message *a, const struct gvi_message *b)
{
	return a->address == b->address && a->data == b->data && a->kind == b->kind &&
	       a->source == b->source && a->destination == b->destination &&
	       a->device == b->device && a->has_pasid == b->has_pasid && a->pasid == b->pasid &&
	       a->rq_eoi == b->rq_eoi && a->x2apic == b->x2apic;
}

static uint64_t meaning(const uint64_t *event, const uint16_t *clause, unsigned n);

static struct shown show(enum gvi_input_kind kind, const union gvi_reply *reply)
{
	static const uint64_t none[2];

	switch (kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		return (struct shown){
			reply->answer.event, reply->answer.logging,
			meaning(reply->answer.event, reply->answer.clause, reply->answer.nclauses)};
	case GVI_INPUT_ATS:
		return (struct shown){
			reply->ats.event, reply->ats.logging,
			meaning(reply->ats.event, reply->ats.clause, reply->ats.nclauses)};
	case GVI_INPUT_PAGE:
		return (struct shown){
			reply->page.event, reply->page.logging,
			meaning(reply->page.event, reply->page.clause, reply->page.nclauses)};
	default:
		return (struct shown){none, GVI_NO_EVENT, UINT64_MAX};
	}
}

/* AMB-3.1, AMB-4.17: a Type that means nothing.  AMB-10.12, AMB-10.13: flags whose
 * place nobody knows. */
static uint64_t meaning(const uint64_t *event, const uint16_t *clause, unsigned n)
{
	uint64_t mask = ~(mask_INVALID_DEVICE_REQUEST_US(0) | mask_INVALID_DEVICE_REQUEST_US_50(0));

	if (get_INVALID_PPR_REQUEST_CODE(event) == 9)
		return ~(mask_INVALID_PPR_REQUEST_UNKNOWN_47(0) |
			 mask_INVALID_PPR_REQUEST_UNKNOWN_56(0) |
			 mask_INVALID_PPR_REQUEST_UNKNOWN_59(0));
	if (get_INVALID_DEVICE_REQUEST_CODE(event) != 8)
		return UINT64_MAX;
	for (unsigned i = 0; i < n; i++)
		if (clause[i] == GVI_CLAUSE_FLOW_PASID_WITHOUT_GUEST ||
		    clause[i] == GVI_CLAUSE_FLOW_ABORT_RANGES)
			mask &= ~mask_INVALID_DEVICE_REQUEST_TYPE(0);
	return mask;
}

static bool same_record(const uint64_t *a, const uint64_t *b, uint64_t mask)
{
	return !((a[0] ^ b[0]) & mask) && a[1] == b[1];
}

/* The record, and what became of it. */
static bool same_event(const struct shown *a, const struct shown *b)
{
	return a->logging == b->logging &&
	       (a->logging != GVI_LOGGED || same_record(a->event, b->event, b->mask));
}

/* What is granted; a message is not, when memory was meant. */
static uint32_t grant_differs(const struct gvi_answer *a, const struct gvi_answer *b)
{
	uint32_t differs = 0;

	if (a->address != b->address)
		differs |= GVI_SEEN_ADDRESS;
	if (a->size != b->size)
		differs |= GVI_SEEN_SIZE;
	if (a->read != b->read || a->write != b->write)
		differs |= GVI_SEEN_RIGHTS;
	if (a->coherent != b->coherent || a->untranslated_only != b->untranslated_only)
		differs |= GVI_SEEN_ATTRIBUTES;
	return differs;
}

static uint32_t answer_differs(const struct gvi_answer *a, const struct gvi_answer *b)
{
	uint32_t differs = 0;

	if (a->result != b->result)
		differs |= GVI_SEEN_RESULT;
	else if (a->result == GVI_GRANT)
		differs |= grant_differs(a, b);
	if (a->completion != b->completion)
		differs |= GVI_SEEN_COMPLETION;
	if (!same_message(&a->message, &b->message))
		differs |= GVI_SEEN_MESSAGE;
	return differs;
}

/* Without rights nothing else of a translation counts. */
static bool same_translation(uint64_t a, uint64_t b)
{
	uint64_t rights = 3;

	return a == b || !((a | b) & rights);
}

static uint32_t ats_differs(const struct gvi_ats_answer *a, const struct gvi_ats_answer *b)
{
	uint32_t differs = 0;

	if (a->result != b->result)
		differs |= GVI_SEEN_RESULT;
	if (a->completion != b->completion)
		differs |= GVI_SEEN_COMPLETION;
	if (a->count != b->count)
		return differs | GVI_SEEN_VALUE;
	for (unsigned i = 0; i < a->count && i < GVI_MAX_TRANSLATIONS; i++)
		if (!same_translation(a->translation[i], b->translation[i]))
			differs |= GVI_SEEN_VALUE;
	return differs;
}

static uint32_t page_differs(const struct gvi_page_answer *a, const struct gvi_page_answer *b)
{
	uint32_t differs = 0;

	if (a->result != b->result)
		differs |= GVI_SEEN_RESULT;
	if (a->has_response != b->has_response || !same_message(&a->response, &b->response) ||
	    (a->result == GVI_PAGE_LOGGED &&
	     (a->log_b != b->log_b || !same_words(a->entry, b->entry))))
		differs |= GVI_SEEN_MESSAGE;
	return differs;
}

/* ---- Effects ------------------------------------------------------------ */

/* Ours is `b`; where it logs the event, only what that means counts. */
static bool same_effect(const struct gvi_effect *a, const struct gvi_effect *b,
			const struct shown *shown)
{
	bool logs =
		b->kind == GVI_EFFECT_WRITE && b->length == 16 && same_words(b->data, shown->event);

	if (a->kind != b->kind)
		return false;
	if (a->kind == GVI_EFFECT_SEND)
		return same_message(&a->message, &b->message);
	return a->spa == b->spa && a->length == b->length &&
	       same_record(a->data, b->data, logs ? shown->mask : UINT64_MAX);
}

/* Nobody sees that the IOMMU means to interrupt, only that it does. */
static const struct gvi_effect *next_visible(const struct gvi_effect **at,
					     const struct gvi_effect *end)
{
	while (*at < end && (*at)->kind == GVI_EFFECT_RAISE)
		++*at;
	return *at < end ? (*at)++ : NULL;
}

static bool same_effects(const struct gvi_seen *seen, const struct gvi_effect *effects, size_t n,
			 const struct shown *shown)
{
	const struct gvi_effect *a = seen->effects, *b = effects;
	const struct gvi_effect *end = seen->neffects ? a + seen->neffects : a; /* a may be NULL */
	const struct gvi_effect *x, *y;

	do {
		x = next_visible(&a, end);
		y = next_visible(&b, effects + n);
		if (!x != !y || (x && !same_effect(x, y, shown)))
			return false;
	} while (x);
	return true;
}

/* ---- Tags ---------------------------------------------------------------- */

static bool adopt_tag(struct gvi *m, uint16_t device, uint8_t ours, uint8_t theirs);

/* [command.iotlb-request] A step sends one request at most. */
bool state_adopt_tags(struct gvi *m, const struct gvi_seen *seen)
{
	const struct gvi_message *ours = NULL, *theirs = NULL;

	for (size_t i = 0; i < m->neffects; i++)
		if (m->effects[i].message.kind == GVI_MESSAGE_INVALIDATE)
			ours = &m->effects[i].message;
	for (size_t i = 0; seen->what & GVI_SEEN_EFFECTS && i < seen->neffects; i++)
		if (seen->effects[i].kind == GVI_EFFECT_SEND &&
		    seen->effects[i].message.kind == GVI_MESSAGE_INVALIDATE)
			theirs = &seen->effects[i].message;
	return !ours || !theirs || adopt_tag(m, ours->device, ours->tag, theirs->tag);
}

/* False: the tag is none, or the device has another request of that tag. */
static bool adopt_tag(struct gvi *m, uint16_t device, uint8_t ours, uint8_t theirs)
{
	struct gvi_invalidation *mine = NULL;

	if (theirs >= 32)
		return false;
	for (unsigned i = 0; i < m->ninvalidations; i++) {
		struct gvi_invalidation *x = &m->invalidations[i];

		if (x->device == device && x->tag == ours)
			mine = x;
		else if (x->device == device && x->tag == theirs)
			return false;
	}
	if (mine)
		mine->tag = theirs;
	return true;
}

/* ---- States ------------------------------------------------------------- */

#define SAME(member) (!memcmp(&a->member, &b->member, sizeof a->member))

static bool same_past(const struct past_state *a, const struct past_state *b)
{
	return a->used == b->used && a->enabled == b->enabled && a->nended == b->nended &&
	       a->nall == b->nall && a->nvisible == b->nvisible &&
	       !memcmp(a->all, b->all, a->nall * sizeof a->all[0]) &&
	       !memcmp(a->ended, b->ended, a->nended * sizeof a->ended[0]) &&
	       !memcmp(a->visible, b->visible, a->nvisible * sizeof a->visible[0]);
}

static bool same_pending(const struct gvi *a, const struct gvi *b)
{
	return a->npending == b->npending && a->lost_pending == b->lost_pending &&
	       !memcmp(a->pending, b->pending, a->npending * sizeof a->pending[0]) &&
	       !memcmp(a->since, b->since, a->npending * sizeof a->since[0]);
}

static bool same_invalidations(const struct gvi *a, const struct gvi *b)
{
	const struct gvi_invalidation *x = a->invalidations, *y = b->invalidations;

	if (a->ninvalidations != b->ninvalidations)
		return false;
	for (unsigned i = 0; i < a->ninvalidations; i++)
		if (a->invalidation_order[i] != b->invalidation_order[i] || x[i].spa != y[i].spa ||
		    x[i].device != y[i].device || x[i].queue != y[i].queue || x[i].tag != y[i].tag)
			return false;
	return true;
}

static bool same_held(const struct gvi *a, const struct gvi *b)
{
	if (a->nheld != b->nheld)
		return false;
	for (unsigned i = 0; i < a->nheld; i++) {
		const struct command *x = &a->held[i], *y = &b->held[i];

		if (!same_words(x->raw, y->raw) || x->spa != y->spa || x->offset != y->offset ||
		    x->visible != y->visible || x->order != y->order || x->lost != y->lost ||
		    x->bus != y->bus || x->illegal != y->illegal || x->over != y->over)
			return false;
	}
	return true;
}

bool state_equal(const struct gvi *a, const struct gvi *b)
{
	return SAME(features) && SAME(reg) && SAME(shadow) && SAME(pci) && a->armed == b->armed &&
	       same_pending(a, b) && same_invalidations(a, b) && same_held(a, b) &&
	       same_past(&a->past, &b->past) && SAME(first_logged) &&
	       a->nrelogged == b->nrelogged &&
	       !memcmp(a->relogged, b->relogged, a->nrelogged * sizeof a->relogged[0]);
}
