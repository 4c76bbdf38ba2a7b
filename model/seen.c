/* What of an answer, of effects and of a state can be told apart. */
#include "model/seen.h"

#include <string.h>

static uint32_t answer_differs(const struct gvi_answer *a, const struct gvi_answer *b);
static uint32_t ats_differs(const struct gvi_ats_answer *a, const struct gvi_ats_answer *b);
static uint32_t page_differs(const struct gvi_page_answer *a, const struct gvi_page_answer *b);
static bool same_effects(const struct gvi_seen *seen, const struct gvi_effect *effects, size_t n);

uint32_t seen_differs(enum gvi_input_kind kind, const struct gvi_seen *seen,
		      const union gvi_reply *reply, const struct gvi_effect *effects,
		      size_t neffects)
{
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
	if (seen->what & GVI_SEEN_EFFECTS && !same_effects(seen, effects, neffects))
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

/* The record, and what became of it. */
static bool same_event(const uint64_t *a, unsigned logging_a, const uint64_t *b, unsigned logging_b)
{
	return logging_a == logging_b && (logging_a != GVI_LOGGED || same_words(a, b));
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
	if (!same_event(a->event, a->logging, b->event, b->logging))
		differs |= GVI_SEEN_EVENT;
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
	if (!same_event(a->event, a->logging, b->event, b->logging))
		differs |= GVI_SEEN_EVENT;
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
	if (!same_event(a->event, a->logging, b->event, b->logging))
		differs |= GVI_SEEN_EVENT;
	if (a->has_response != b->has_response || !same_message(&a->response, &b->response) ||
	    (a->result == GVI_PAGE_LOGGED &&
	     (a->log_b != b->log_b || !same_words(a->entry, b->entry))))
		differs |= GVI_SEEN_MESSAGE;
	return differs;
}

/* ---- Effects ------------------------------------------------------------ */

static bool same_effect(const struct gvi_effect *a, const struct gvi_effect *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == GVI_EFFECT_SEND)
		return same_message(&a->message, &b->message);
	return a->spa == b->spa && a->length == b->length && same_words(a->data, b->data);
}

/* Nobody sees that the IOMMU means to interrupt, only that it does. */
static const struct gvi_effect *next_visible(const struct gvi_effect **at,
					     const struct gvi_effect *end)
{
	while (*at < end && (*at)->kind == GVI_EFFECT_RAISE)
		++*at;
	return *at < end ? (*at)++ : NULL;
}

static bool same_effects(const struct gvi_seen *seen, const struct gvi_effect *effects, size_t n)
{
	const struct gvi_effect *a = seen->effects, *b = effects;
	const struct gvi_effect *x, *y;

	do {
		x = next_visible(&a, seen->effects + seen->neffects);
		y = next_visible(&b, effects + n);
		if (!x != !y || (x && !same_effect(x, y)))
			return false;
	} while (x);
	return true;
}

/* ---- States ------------------------------------------------------------- */

#define SAME(member) (!memcmp(&a->member, &b->member, sizeof a->member))

static bool same_past(const struct past_state *a, const struct past_state *b)
{
	return a->forgotten == b->forgotten && a->nended == b->nended &&
	       a->nvisible == b->nvisible &&
	       !memcmp(a->ended, b->ended, a->nended * sizeof a->ended[0]) &&
	       !memcmp(a->visible, b->visible, a->nvisible * sizeof a->visible[0]);
}

static bool same_waiting(const struct gvi *a, const struct gvi *b)
{
	const struct waiting *x = &a->waiting, *y = &b->waiting;

	if (x->there != y->there || a->ninvalidations != b->ninvalidations ||
	    memcmp(a->invalidations, b->invalidations,
		   a->ninvalidations * sizeof a->invalidations[0]))
		return false;
	return !x->there || (same_words(x->raw, y->raw) && x->offset == y->offset &&
			     x->pending == y->pending && x->invalidations == y->invalidations &&
			     x->lost == y->lost && x->over == y->over);
}

bool state_equal(const struct gvi *a, const struct gvi *b)
{
	return SAME(features) && SAME(reg) && SAME(shadow) && SAME(pci) && a->armed == b->armed &&
	       a->npending == b->npending && a->lost_pending == b->lost_pending &&
	       !memcmp(a->pending, b->pending, a->npending * sizeof a->pending[0]) &&
	       same_waiting(a, b) && same_past(&a->past, &b->past) && SAME(first_logged);
}
