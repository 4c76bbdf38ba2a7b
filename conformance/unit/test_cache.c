/* A second opinion on the oracle: whatever a cache that keeps docs/spec/14 answers is
 * permitted, whatever is permitted is answered by some cache, and a cache that breaks a
 * rule is found out. */
#include "conformance/cache_world.h"
#include "conformance/unit/rig.h"

/* CACHE_WORLDS=n in the environment makes a long run of it. */
static unsigned worlds(unsigned usual)
{
	const char *text = getenv("CACHE_WORLDS");

	return text ? (unsigned)strtoul(text, NULL, 10) : usual;
}

/* ---- What is answered is permitted ------------------------------------------ */

START_TEST(legal_caches_are_permitted)
{
	struct cache_world *w = cache_world_new();
	uint64_t requests = 0, stale = 0;

	REQUIRE(w);
	for (unsigned scene = 0; scene < CACHE_NSCENES; scene++)
		for (uint64_t seed = 0; seed < worlds(scene == CACHE_ALL ? 2000 : 200); seed++) {
			ck_assert_msg(cache_world_open(w, seed, (enum cache_scene)scene, 0), "%s",
				      cache_world_report(w));
			ck_assert_msg(cache_world_run(w, 200), "scene %u seed %u\n%s", scene,
				      (unsigned)seed, cache_world_report(w));
			requests += cache_world_totals(w)->requests;
			stale += cache_world_totals(w)->stale;
		}
	ck_assert_uint_ge(stale, requests / 50);
	cache_world_free(w);
}
END_TEST

/* ---- What breaks a rule is refused: within this many events ------------------ */

enum { BOUND = 10000 };

struct crime {
	enum cache_crime crime;
	enum cache_scene scene;
	/* what the nearest outcome tells of; nothing where nothing may be held any more */
	enum gvi_choice choice;
	const char *name;
};

static const struct crime crimes[] = {
	{CACHE_KEEPS_ALL, CACHE_ALL, GVI_NCHOICES, "keeps all"},
	{CACHE_MIXES_DOMAINS, CACHE_ALL, GVI_NCHOICES, "mixes domains"},
	{CACHE_MIXES_PASIDS, CACHE_ALL, GVI_NCHOICES, "mixes PASIDs"},
	{CACHE_IGNORES_PDE, CACHE_ALL, GVI_NCHOICES, "ignores PDE"},
	{CACHE_SIZE_OFF, CACHE_LEAF, GVI_NCHOICES, "size off by one"},
	{CACHE_HOLDS_ABSENT, CACHE_LEAF, GVI_CHOICE_HELD_HOST, "holds what is absent"},
	{CACHE_LEAF_RIGHTS, CACHE_ALL, GVI_NCHOICES, "rights of the leaf"},
	{CACHE_KEEPS_DTE, CACHE_DTE, GVI_CHOICE_HELD_DTE, "keeps device table entries"},
	{CACHE_KEEPS_IRTE, CACHE_IRTE, GVI_CHOICE_HELD_IRTE, "keeps interrupt table entries"},
	{CACHE_TEARS_DTE, CACHE_DTE, GVI_CHOICE_HELD_DTE, "tears device table entries"},
};

static bool names(const struct gvi_outcome *o, enum gvi_choice choice)
{
	for (uint32_t i = 0; i < o->npicks; i++)
		if (o->pick[i].choice == choice && o->pick[i].spa)
			return true;
	return choice == GVI_NCHOICES;
}

START_TEST(crimes_are_refused)
{
	struct cache_world *w = cache_world_new();

	REQUIRE(w);
	for (size_t i = 0; i < sizeof crimes / sizeof crimes[0]; i++) {
		bool found = false;
		unsigned n = 0;

		for (uint64_t seed = 0; !found && n < BOUND; seed++, n += 200) {
			(void)cache_world_open(w, seed, crimes[i].scene, crimes[i].crime);
			found = !cache_world_run(w, 200);
		}
		ck_assert_msg(found, "%s: not found", crimes[i].name);
		ck_assert_msg(cache_world_judgement(w)->verdict == GVI_REFUSED, "%s: %s",
			      crimes[i].name, cache_world_report(w));
		ck_assert(cache_world_judgement(w)->near);
		ck_assert_msg(names(cache_world_nearest(w), crimes[i].choice), "%s: %s",
			      crimes[i].name, cache_world_report(w));
	}
	cache_world_free(w);
}
END_TEST

/* ---- What is permitted is answered by some cache ------------------------------- */

enum { ROOM = 64 };

static bool same(const struct gvi_answer *a, const struct naive_answer *b)
{
	return a->result == b->result && a->address == b->address && a->read == b->read &&
	       a->write == b->write && a->message.data == b->message.data &&
	       a->message.address == b->message.address &&
	       !((a->event[0] ^ b->event[0]) & b->mask[0]);
}

static size_t reach(struct cache_world *w, enum cache_scene scene, struct gvi_outcome *list,
		    bool *reached)
{
	size_t count = 0;

	for (uint64_t seed = 0; seed < 400; seed++) {
		struct naive_answer a;

		REQUIRE(cache_world_open(w, 1, scene, 0));
		cache_world_reseed(w, seed);
		for (unsigned i = 0; i < 4; i++)
			cache_world_ask(w, &a);
		cache_world_change(w);
		ck_assert(cache_world_permitted(w, list, ROOM, &count));
		ck_assert_uint_le(count, ROOM);
		for (unsigned n = 0; n < 8; n++) {
			cache_world_ask(w, &a);
			for (size_t i = 0; i < count; i++)
				reached[i] = reached[i] || same(&list[i].reply.answer, &a);
		}
	}
	return count;
}

START_TEST(permitted_is_reached)
{
	struct cache_world *w = cache_world_new();
	struct gvi_outcome *list = calloc(ROOM, sizeof *list);

	REQUIRE(w && list);
	for (unsigned scene = 0; scene < CACHE_ALL; scene++) {
		bool reached[ROOM] = {false};
		size_t count = reach(w, (enum cache_scene)scene, list, reached);

		ck_assert_uint_gt(count, 1);
		for (size_t i = 0; i < count; i++)
			ck_assert_msg(reached[i], "scene %u: result %u at %llx is never answered",
				      scene, list[i].reply.answer.result,
				      (unsigned long long)list[i].reply.answer.address);
	}
	free(list);
	cache_world_free(w);
}
END_TEST

RIG_RUN("cache", legal_caches_are_permitted, permitted_is_reached, crimes_are_refused)
