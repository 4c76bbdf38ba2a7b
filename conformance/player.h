/* Plays an instance of a case on a device under test: set-up, then step by step,
 * until something comes out otherwise than said.  Nothing is allocated. */
#ifndef GOLDVI_PLAYER_H
#define GOLDVI_PLAYER_H

#include "conformance/report.h"
#include "conformance/vector.h"

enum { MAX_REASON = 1024 };

/* How a step came out. */
enum outcome {
	FITS,
	DIFFERS,
	UNSEEN,                 /* the device cannot be driven or seen so */
	GONE                    /* the device has died, or does not answer */
};

/* Somebody who wants to be told of the steps. */
struct watcher {
	void *user;
	void (*begin)(void *user, const struct step *step, size_t number);
	/* The device has done its part; what follows is the player looking at it.
	 * `answer` is NULL if the step is no access. */
	void (*done)(void *user, const struct gvi_answer *answer);
	void (*end)(void *user, enum outcome outcome, const char *reason);
};

struct play {
	const struct watcher *watcher;  /* or NULL */
	bool is_told;                   /* the model has to take the alternative in `told` */
	struct habit told;

	enum verdict verdict;
	bool partial;                   /* passed, but something could not be seen */
	char reason[MAX_REASON];        /* a line; "" if passed */
};

struct player {
	struct dut *dut;
	unsigned abilities;
	struct gvi_config fixed;        /* what a device is that cannot be configured */
	uint8_t possible[GVI_NCHOICES]; /* alternatives that its habits may be, by what it showed */
};

/* False, and a sentence, if the device cannot even be started. */
bool player_begin(struct player *p, struct dut *dut, char *error, size_t size);

/* Plays once; fills in the lower half of *play. */
void player_play(struct player *p, const struct instance *instance, struct play *play);

/* Plays as predicted and, on the built-in model, once more for every other
 * alternative of each choice that the case names, until something fails: then
 * *play says with what. */
void player_play_all(struct player *p, const struct instance *instance, struct play *play);

#endif
