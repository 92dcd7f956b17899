/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port on which facts arrive. A source is live (capture) or a recording (replay); nothing downstream can tell.
 */
#ifndef MODEL_SOURCE_H
#define MODEL_SOURCE_H

#include <stdint.h>

#include "bpf/ttsobs_event.h"

/* Takes one record; the bytes are valid during the call only. `size` is what the transport says; head->size may lie. */
struct feed {
	void (*record)(struct feed *feed, const struct tt_head *record, uint32_t size_bytes);
};

enum pump_result { PUMP_MORE = 0, PUMP_ENDED = 1 }; /* ENDED: an END record has been fed */

struct source {
	const struct source_ops *ops;
};

struct source_ops {
	/* An fd that is readable when pump has work (an epoll or timer fd); -1: pump may be called at once, always. */
	int (*fd)(struct source *source);
	/* Feeds what is there, at most one TICK. PUMP_MORE, PUMP_ENDED or -errno (said). */
	int (*pump)(struct source *source, struct feed *feed);
	/* Shuts the gate, detaches, drains, and feeds the last LOST, TICK and END{reason}. Idempotent. */
	void (*stop)(struct source *source, struct feed *feed, uint32_t end_reason);
	void (*free)(struct source *source);
};

#endif
