/* SPDX-License-Identifier: Apache-2.0 */
/* A recording as a source. Needs no privilege. Path "-" = standard input. */
#ifndef SOURCE_REPLAY_H
#define SOURCE_REPLAY_H

#include <stdbool.h>

#include "model/engine.h"
#include "model/source.h"

/* What the preamble says. Strings live as long as the source; they are a file's, so escape them before printing. */
struct replay_preamble {
	uint32_t format_version;
	const char *tool_version;
	const char *host;	/* "Linux 6.18.44 x86_64, 2 cpus" */
	uint64_t run_id;
	uint64_t interval_ns;	/* 0 = none */
	uint64_t metrics_age_ns, metrics_bytes; /* 0 = the defaults */
	uint64_t started_real_ns;
	const struct engine_text *engine_texts;
	size_t engine_texts_count;
};

/*
 * -EINVAL: not a recording, or a version of the future (exit 2); -EBADMSG: a recording, but damaged before its first records
 * (exit 5); else why it cannot be read. All said. A file opens as long as its magic and one of its two preambles hold.
 * Damage found later is said in one line on stderr, fed as LOST{RECORDING}, and told by replay_is_damaged at the end.
 * A file without END gets END{TRUNCATED}, after a LOST if bytes were skipped. LOST and END so made bear the last TICK's time.
 * LOST{RECORDING}.count is the bytes skipped at that place; 1 where whole blocks are missing without a trace.
 */
int replay_open(struct source **source, const char *path, const struct replay_preamble **preamble);
/* False: a pipe, which is read only once. */
bool replay_can_rewind(const struct source *source);
/*
 * The same open file from its beginning once more, whatever has become of its name. The preamble is read anew. -errno, said: then
 * the source can only be freed.
 */
int replay_rewind(struct source *source, const struct replay_preamble **preamble);
/* True too when the file ends without END. Complete once END has been fed. */
bool replay_is_damaged(const struct source *source);
/* How much of the file has been read: 0 to 1; below 0 for a pipe, whose length nobody knows. */
double replay_done_ratio(const struct source *source);
/* From now on pumping shows how far it is (base/progress.h), when the length is known; for whoever pumps without a pause. */
void replay_show_progress(struct source *source);

#endif
