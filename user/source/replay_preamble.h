/* SPDX-License-Identifier: Apache-2.0 */
/* The preamble's JSON object to struct replay_preamble. */
#ifndef SOURCE_REPLAY_PREAMBLE_H
#define SOURCE_REPLAY_PREAMBLE_H

#include <stddef.h>

#include "base/mem.h"
#include "source/replay.h"

/* Strings go into the arena. `path` is for messages. -EINVAL, said. */
int replay_preamble_parse(struct replay_preamble *preamble, struct arena *arena, const char *path,
			  const char *text, size_t length);

#endif
