/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that is longer than its place: lines are put one after another, wrapped at words, and
 * those from `top` on are seen. In: any bytes. Out: cells. Private to alerts*.c.
 */
#ifndef SINK_TUI_ALERTS_PAPER_H
#define SINK_TUI_ALERTS_PAPER_H

#include "sink/tui/canvas.h"

struct paper {
	struct area area;
	int top; /* lines above the area */
	int row; /* the next line, from the first of all */
};

struct paper paper_begin(struct area area, int top);
void paper_gap(struct paper *paper); /* an empty line */
void paper_title(struct paper *paper, const char *title);
/* Wrapped, every line from column `indent` on; a newline in it begins a line. */
void paper_text(struct paper *paper, int indent, enum style style, const char *text);
/* "label    text": the text wrapped beside the label. */
void paper_pair(struct paper *paper, const char *label, enum style style, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* A place of that many rows: what of it is seen (rows 0 = nothing). */
struct area paper_place(struct paper *paper, int rows);

#endif
