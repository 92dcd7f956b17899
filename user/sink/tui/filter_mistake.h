/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a tab says that a filter is wrong: what was typed, where, why, and that it is off. In: texts. Out: a sentence,
 * cells. For every filter of the dashboard, so that they all say it alike.
 */
#ifndef SINK_TUI_FILTER_MISTAKE_H
#define SINK_TUI_FILTER_MISTAKE_H

#include "sink/tui/canvas.h"

/* "column 6: ..."; `place` lies in `text`. To be freed. */
char *filter_mistake_at(const char *text, const char *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* filter "took>>5": column 6: ...; not applied. To the end of the row; the end of the sentence is never cut. */
void filter_mistake_draw(struct area area, int row, int column, const char *text, const char *mistake);

#endif
