/* SPDX-License-Identifier: Apache-2.0 */
/* One record of the log, whole: a key per row, wrapped, scrolled. A copy: the tail may let the record go meanwhile. */
#ifndef SINK_TUI_LOGS_DETAIL_H
#define SINK_TUI_LOGS_DETAIL_H

#include "base/buf.h"
#include "sink/tail.h"
#include "sink/tui/canvas.h"
#include "sink/tui/keys.h"

struct logs_detail_row {
	size_t key_at, key_length;     /* in texts; length 0 = goes on */
	size_t value_at, value_length;
	unsigned indent;
};

struct logs_detail {
	bool is_open;
	uint64_t ordinal;
	uint8_t trace_id[16]; /* all zero: the line names none */
	char *line;
	size_t length;
	struct buf texts; /* clean */
	struct logs_detail_row *rows;
	size_t rows_count, rows_capacity;
	int columns; /* for which the rows were made; 0 = they must be made anew */
	bool ascii;
	int key_columns;
	size_t top;
	int page_rows;
};

void logs_detail_open(struct logs_detail *detail, const struct tail_record *record);
void logs_detail_close(struct logs_detail *detail);
/* `about` stands in the title; what is searched is marked. */
void logs_detail_draw(struct logs_detail *detail, struct area area, const char *about, const char *search);
/* True: it scrolls. */
bool logs_detail_act(struct logs_detail *detail, enum action action);
void logs_detail_scroll(struct logs_detail *detail, long rows);
/* The trace that a line tells of, the first of several; all zero: none. */
void logs_trace_of(const struct tail_record *record, uint8_t trace_id[16]);

#endif
