/* Configurations: presets, and what contradicts itself. */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include "goldvi/goldvi.h"

enum gvi_status config_check(const struct gvi_config *config);

#endif
