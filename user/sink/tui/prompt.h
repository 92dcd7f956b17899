/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line that is being typed. In: keys. Out: text (valid UTF-8, printable), and what came of it.
 * Its own table of keys, as keys.h has one for everything else: it dispatches, and stands in the help.
 */
#ifndef SINK_TUI_PROMPT_H
#define SINK_TUI_PROMPT_H

#include "sink/tui/canvas.h"

#define PROMPT_MAX_BYTES 1024
#define PROMPT_HISTORY	 50

enum prompt_result {
	PROMPT_TYPING,	/* nothing new */
	PROMPT_CHANGED, /* the text is another one */
	PROMPT_DONE,	/* Enter */
	PROMPT_CANCELLED,
};

struct prompt_history { /* the oldest first */
	char *texts[PROMPT_HISTORY];
	size_t count;
};
void prompt_history_add(struct prompt_history *history, const char *text); /* "" is not kept, one twice only once */
void prompt_history_fini(struct prompt_history *history);

struct prompt {
	bool is_open;
	char *label; /* "Search" */
	char *hint;  /* stands above it; NULL = nothing */
	char text[PROMPT_MAX_BYTES + 1];
	size_t length, cursor; /* bytes */
	bool is_preset; /* a proposal: what is typed takes its place, unless it was moved in or edited first */
	struct prompt_history *history; /* NULL = none */
	size_t history_at;		/* history->count = what is being typed */
	char typed[PROMPT_MAX_BYTES + 1]; /* that, while an older one is shown */
};

void prompt_open(struct prompt *prompt, const char *label, const char *hint, const char *initial,
		 struct prompt_history *history);
void prompt_close(struct prompt *prompt);
enum prompt_result prompt_key(struct prompt *prompt, uint32_t key);
/* In row 0, with the cursor. */
void prompt_draw(const struct prompt *prompt, struct area area);

struct prompt_row {
	uint32_t keys[4];
	const char *label; /* in the key bar; NULL = not there */
	const char *help;
};
const struct prompt_row *prompt_table(size_t *count);

#endif
