/* SPDX-License-Identifier: Apache-2.0 */
/* How output looks. In: what the command line asks for, the terminal, the environment. Out: struct look, resolved once. */
#ifndef APP_LOOK_H
#define APP_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "sink/sinks.h"

/* columns, rows: 0 = the terminal's, or 100 and 40 where standard output is none. */
struct look look_find(uint64_t columns, uint64_t rows, bool no_colour, bool is_ascii);

#endif
