/* Plays an instance of a case on a device under test: set-up, then step by step,
 * until something comes out otherwise than said.  Nothing is allocated. */
#ifndef GOLDVI_PLAYER_H
#define GOLDVI_PLAYER_H

#include "conformance/describe.h"
#include "conformance/report.h"

enum { MAX_REASON = 1024, MAX_TOLD = 2, MAX_CASE_NAME = 96 };

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
	/* `seen` stays where it is: of the step, and which memory is a log's. */
	void (*begin)(void *user, const struct seen *seen, size_t number);
	/* The device has done its part, and answered; what follows is the player
	 * looking at it. */
	void (*done)(void *user, const struct seen *seen);
	void (*end)(void *user, enum outcome outcome, const char *reason);
};

struct play {
	const struct watcher *watcher;  /* or NULL */
	unsigned ntold;                 /* alternatives that the model has to take */
	struct habit told[MAX_TOLD];

	enum verdict verdict;
	bool partial;                   /* passed, but something could not be seen */
	bool lost;                      /* failed, as the device died, hung or talked nonsense */
	char reason[MAX_REASON];        /* a line; "" if passed */
};

struct player {
	struct dut *dut;
	unsigned abilities;
	struct gvi_config fixed;        /* what a device is that cannot be configured */
	uint8_t possible[GVI_NCHOICES]; /* alternatives that its habits may be, by what it showed */
	/* By choice, the case that narrowed them last; "" if none has. */
	char shown_by[GVI_NCHOICES][MAX_CASE_NAME];
	bool freedom;                   /* play_all: also choices that the case does not name */
	uint8_t asked[GVI_NCHOICES];    /* choices met since the start; whoever listens says so */
};

/* False, and a sentence, if the device cannot even be started. */
bool player_begin(struct player *p, struct dut *dut, char *error, size_t size);

/* Plays once, and once more on a fresh device if that one is lost; fills in the lower
 * half of *play. */
void player_play(struct player *p, const struct instance *instance, struct play *play);

/* Plays as predicted and, on the built-in model, once more for every other
 * alternative of each choice that the case names, until something fails: then
 * *play says with what.  With `freedom` these are all choices that the case names or
 * meets and does not settle, singly and in pairs. */
void player_play_all(struct player *p, const struct instance *instance, struct play *play);

#endif
