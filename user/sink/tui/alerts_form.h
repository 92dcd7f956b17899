/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking before something is told: how long, why, and is that what you mean. In: a row, answers.
 * Out: one request, or nothing. Private to alerts*.c. The rule that surprises: from the first
 * question on the alert is known by its id, so nothing that moves or ends meanwhile can take its
 * place.
 */
#ifndef SINK_TUI_ALERTS_FORM_H
#define SINK_TUI_ALERTS_FORM_H

#include "sink/tui/alerts_rows.h"
#include "sink/tui/desk.h"

enum alerts_step {
	ALERTS_STEP_NONE,
	ALERTS_STEP_DURATION,
	ALERTS_STEP_COMMENT,
	ALERTS_STEP_CONFIRM
};

struct alerts_form {
	enum alerts_step step;
	enum tui_request_kind kind;
	uint64_t alert_id, silence_id;
	char *name;	/* of the alert, with what tells it from its like */
	char *matchers; /* of the silence, canonical */
	char *duration, *comment;
	uint64_t duration_ns;
	uint64_t end_at_ns; /* of the silence, on the axis: as the last question has it */
};

/* Asks the first question, or says why there is nothing to ask. */
void alerts_form_begin(struct alerts_form *form, struct desk *desk, enum tui_request_kind kind,
		       const struct alerts_row *row);
void alerts_form_answer(struct alerts_form *form, struct desk *desk, const char *text);
/* What will be told, in a box above the last row; nothing when no question is open. */
void alerts_form_draw(const struct alerts_form *form, const struct desk *desk, struct area area);
void alerts_form_drop(struct alerts_form *form);

/* The matchers that silence this label set. */
void alerts_print_matchers(struct buf *out, const struct labels *labels);

#endif
