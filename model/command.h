/* The command ring. */
#ifndef MODEL_COMMAND_H
#define MODEL_COMMAND_H

#include "model/state.h"

/* Performs the command at the head; false: there was none to perform. */
bool command_step(struct gvi *m);

#endif
