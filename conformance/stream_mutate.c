/* Changing streams as one who knows them. */
#include "conformance/stream_mutate.h"

#include <string.h>

#include "conformance/stage.h"

/* A stream taken apart. */
struct draft {
	struct stream_head head;
	struct operation operation[STREAM_MAX_OPERATIONS];
	size_t count;
	uint8_t decision[256];
	uint64_t chance;
};

static uint64_t draw(struct draft *d)
{
	uint64_t z = d->chance += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static size_t pick(struct draft *d, size_t n)
{
	return n ? (size_t)(draw(d) % n) : 0;
}

static void take_apart(struct draft *d, const uint8_t *bytes, size_t size, uint64_t seed)
{
	struct stream s = stream_of(bytes, size);

	d->chance = seed;
	d->head = s.head;
	d->head.decisions = (uint8_t)s.ndecisions;
	d->count = s.noperations;
	for (size_t i = 0; i < s.noperations; i++)
		d->operation[i] = stream_operation(&s, i);
	memset(d->decision, 0, sizeof d->decision);
	if (s.ndecisions)
		memcpy(d->decision, s.decision, s.ndecisions);
}

static size_t put_together(const struct draft *d, uint8_t *to, size_t room)
{
	return stream_bytes(&d->head, d->operation, d->count, d->decision, to, room);
}

static void change_head(struct draft *d);
static void change_decisions(struct draft *d);
static void insert(struct draft *d, size_t at, const struct operation *o);
static void erase(struct draft *d, size_t at);
static void move(struct draft *d);
static void change(struct draft *d, struct operation *o);
static struct operation invent(struct draft *d);

size_t stream_mutate(uint8_t *bytes, size_t size, size_t room, uint64_t seed)
{
	struct draft d;
	struct operation o;
	size_t made;

	take_apart(&d, bytes, size, seed);
	switch (pick(&d, 12)) {
	case 0:
		change_head(&d);
		break;
	case 1:
		change_decisions(&d);
		break;
	case 2:
		erase(&d, pick(&d, d.count));
		break;
	case 3:
		move(&d);
		break;
	case 4:
		if (d.count) {
			o = d.operation[pick(&d, d.count)];
			insert(&d, pick(&d, d.count + 1), &o);
		}
		break;
	case 5:
	case 6:
	case 7:
		o = invent(&d);
		insert(&d, pick(&d, d.count + 1), &o);
		break;
	default:
		if (d.count)
			change(&d, &d.operation[pick(&d, d.count)]);
	}
	made = put_together(&d, bytes, room);
	return made ? made : size;
}

size_t stream_cross(const uint8_t *one, size_t one_size, const uint8_t *other, size_t other_size,
		    uint8_t *to, size_t room, uint64_t seed)
{
	struct draft d;
	struct stream s = stream_of(other, other_size);
	size_t from;

	take_apart(&d, one, one_size, seed);
	d.count = pick(&d, d.count + 1);
	from = pick(&d, s.noperations + 1);
	while (from < s.noperations && d.count < STREAM_MAX_OPERATIONS)
		d.operation[d.count++] = stream_operation(&s, from++);
	if (s.ndecisions && pick(&d, 2)) {
		d.head.decisions = (uint8_t)s.ndecisions;
		memcpy(d.decision, s.decision, s.ndecisions);
	}
	return put_together(&d, to, room);
}

/* ---- Head and decisions ----------------------------------------------------------- */

static void change_head(struct draft *d)
{
	switch (pick(d, 4)) {
	case 0:
		d->head.preset = (uint8_t)pick(d, GVI_NPRESETS);
		break;
	case 1:
		d->head.flags ^= (uint8_t)(1u << pick(d, 6));
		break;
	case 2:
		d->head.control ^= (uint8_t)(1u << pick(d, 8));
		break;
	default:
		d->head.length = (uint8_t)pick(d, 3);
	}
}

/* Mostly 0, the preferred reading: a swerve now and then. */
static void change_decisions(struct draft *d)
{
	if (d->head.decisions < 64 && (!d->head.decisions || pick(d, 3) == 0))
		d->head.decisions = (uint8_t)(d->head.decisions + 1 + pick(d, 8));
	d->decision[pick(d, d->head.decisions)] = (uint8_t)(pick(d, 2) ? pick(d, 6) : 0);
}

/* ---- The order of operations -------------------------------------------------------- */

static void insert(struct draft *d, size_t at, const struct operation *o)
{
	if (d->count == STREAM_MAX_OPERATIONS)
		erase(d, pick(d, d->count));
	if (at > d->count)
		at = d->count;
	memmove(&d->operation[at + 1], &d->operation[at], (d->count - at) * sizeof *o);
	d->operation[at] = *o;
	d->count++;
}

static void erase(struct draft *d, size_t at)
{
	if (at >= d->count)
		return;
	d->count--;
	memmove(&d->operation[at], &d->operation[at + 1], (d->count - at) * sizeof *d->operation);
}

static void move(struct draft *d)
{
	size_t from = pick(d, d->count);
	struct operation o;

	if (!d->count)
		return;
	o = d->operation[from];
	erase(d, from);
	insert(d, pick(d, d->count + 1), &o);
}

/* ---- One operation -------------------------------------------------------------------- */

static uint64_t edge_value(struct draft *d);

static void change(struct draft *d, struct operation *o)
{
	size_t which = pick(d, 12);

	if (which == 0)
		o->kind = (uint8_t)pick(d, STREAM_NKINDS);
	else if (which < 7)
		o->a[pick(d, sizeof o->a)] = (uint8_t)draw(d);
	else if (which < 9)
		o->a[pick(d, sizeof o->a)] ^= (uint8_t)(1u << pick(d, 8));
	else if (which == 9)
		o->value ^= UINT64_C(1) << pick(d, 64);
	else
		o->value = edge_value(d);
}

/* An edge of any field of any format, where it stands in its word. */
static uint64_t edge_value(struct draft *d)
{
	enum gvi_field_id field = (enum gvi_field_id)pick(d, GVI_NFIELDS);
	uint64_t raw[GVI_MAX_WORDS] = {0};
	unsigned format = gvi_fields[field].format;

	if (pick(d, 3) == 0)
		return draw(d) >> pick(d, 64);
	gvi_blank((enum gvi_format_id)format, raw);
	(void)gvi_set(field, raw, stage_edge(field, (unsigned)draw(d), draw(d)));
	return raw[pick(d, gvi_words((enum gvi_format_id)format))];
}

static void aim(struct draft *d, struct operation *o);

/* Something that is likely to matter: entries, paths and accesses are made oftener, and
 * of one device. */
static struct operation invent(struct draft *d)
{
	static const uint8_t likely[] = {
		STREAM_ENTRY, STREAM_ENTRY,     STREAM_MAP,     STREAM_MAP, STREAM_MAP,
		STREAM_DMA,   STREAM_DMA,       STREAM_DMA,     STREAM_ATS, STREAM_PAGE,
		STREAM_IRTE,  STREAM_INTERRUPT, STREAM_COMMAND, STREAM_SET, STREAM_FIELD,
	};
	struct operation o = {.kind = (uint8_t)pick(d, STREAM_NKINDS)};

	if (pick(d, 4))
		o.kind = likely[pick(d, sizeof likely)];
	for (size_t i = 0; i < sizeof o.a; i++)
		o.a[i] = (uint8_t)(pick(d, 3) ? 0 : draw(d));
	o.value = pick(d, 2) ? edge_value(d) : (draw(d) & 0xffffffff) >> pick(d, 20);
	aim(d, &o);
	return o;
}

static void aim(struct draft *d, struct operation *o)
{
	o->a[0] = (uint8_t)(pick(d, 8) ? 0 : draw(d));
	switch (o->kind) {
	case STREAM_ENTRY:
		o->a[1] = (uint8_t)(pick(d, 8) ? 1 + pick(d, 6) : pick(d, 8));
		o->a[3] &= (uint8_t)(pick(d, 4) ? 0xf3 : 0xff);
		break;
	case STREAM_DMA:
	case STREAM_ATS:
	case STREAM_PAGE:
		o->a[2] = (uint8_t)(pick(d, 4) ? 2 + pick(d, 2) + 4 * pick(d, 4) : draw(d));
		break;
	case STREAM_IRTE:
		o->a[1] = (uint8_t)pick(d, 4);
		break;
	case STREAM_INTERRUPT:
		o->value &= pick(d, 4) ? 3 : UINT64_MAX;
		break;
	case STREAM_COMMAND:
		o->a[0] = (uint8_t)(1 + pick(d, 8));
		o->a[1] &= 0x7f;
		break;
	case STREAM_SET:
		o->a[0] = (uint8_t)(pick(d, 3) ? GVI_REGISTER_CONTROL : pick(d, GVI_NREGISTERS));
		o->a[1] = (uint8_t)draw(d);
		break;
	case STREAM_FIELD:
		o->a[0] = (uint8_t)pick(d, 5);
		o->a[1] = (uint8_t)(4 * pick(d, 6));
		o->a[2] = (uint8_t)draw(d);
		o->a[3] = (uint8_t)draw(d);
		break;
	default:
		o->a[0] = (uint8_t)draw(d);
		break;
	}
}
