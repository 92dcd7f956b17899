/* SPDX-License-Identifier: Apache-2.0 */
/* Where engine files come from: --engine-dir, else the source tree around the program or the installed data, then /etc. */
#ifndef APP_ENGINES_PATH_H
#define APP_ENGINES_PATH_H

#include "app/options.h"
#include "config/engines.h"

/* 0 or -errno (said). */
int engines_path_load(struct engine_set *set, const struct options *options);

#endif
