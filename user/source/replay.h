/* SPDX-License-Identifier: Apache-2.0 */
/* A recording as a source. Needs no privilege. */
#ifndef SOURCE_REPLAY_H
#define SOURCE_REPLAY_H

#include <stdbool.h>

#include "model/engine.h"
#include "model/source.h"

/* What the preamble says. Strings live as long as the source. */
struct replay_preamble {
	uint32_t format_version;
	const char *tool_version;
	const char *host;	/* "Linux 6.18.44 x86_64, 2 cpus" */
	uint64_t run_id;
	uint64_t interval_ns;	/* 0 = none */
	const struct engine_text *engine_texts;
	size_t engine_texts_count;
};

/*
 * -EINVAL: not a recording, or a version of the future (said). A damaged file opens as long as its magic and preamble hold.
 * Damage found later is said on stderr, fed as LOST{RECORDING}, and told by replay_is_damaged at the end.
 * A file without END gets END{TRUNCATED}, after a LOST if bytes were skipped.
 */
int replay_open(struct source **source, const char *path, const struct replay_preamble **preamble);
bool replay_is_damaged(const struct source *source);

#endif
