/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: one JSON object. Out: rows "key  value", objects indented, numbers with a unit told in it as well.
 * The rule that surprises: rows are made once per width, since a value may be 64 KiB long.
 */
#include "sink/tui/logs_detail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sink/tui/logs_message.h"
#include "sink/words.h"

#define KEY_COLUMNS_MAX 28
#define INDENT_COLUMNS	2
#define DEPTH_MAX	8
#define ROWS_MAX	20000u /* at one column a long text has more; the end is cut */

/* --- what is shown ------------------------------------------------------------------------------------------- */

void logs_trace_of(const struct tail_record *record, uint8_t trace_id[16])
{
	static const char list[] = "\"trace_ids\":[\"";
	const char *ids;

	memcpy(trace_id, record->trace_id, 16);
	if (!words_is_orphan(trace_id))
		return;
	ids = strstr(record->line, list);
	if (ids)
		words_read_trace_id(trace_id, ids + strlen(list));
}

static void forget_rows(struct logs_detail *detail)
{
	buf_reset(&detail->texts);
	detail->rows_count = 0;
	detail->columns = 0;
}

void logs_detail_open(struct logs_detail *detail, const struct tail_record *record)
{
	forget_rows(detail);
	free(detail->line);
	detail->line = mem_new(record->length + 1);
	memcpy(detail->line, record->line, record->length);
	detail->length = record->length;
	detail->ordinal = record->ordinal;
	logs_trace_of(record, detail->trace_id);
	detail->top = 0;
	detail->is_open = true;
}

void logs_detail_close(struct logs_detail *detail)
{
	free(detail->line);
	free(detail->rows);
	buf_fini(&detail->texts);
	*detail = (struct logs_detail){ 0 };
}

/* --- rows ---------------------------------------------------------------------------------------------------- */

static size_t keep(struct logs_detail *detail, const char *bytes, size_t length)
{
	size_t at = detail->texts.length;

	text_clean(&detail->texts, bytes, length, detail->ascii);
	return at;
}

static void add_row(struct logs_detail *detail, struct logs_detail_row row)
{
	if (detail->rows_count == ROWS_MAX)
		return;
	mem_grow(&detail->rows, &detail->rows_capacity, detail->rows_count + 1, sizeof(*detail->rows));
	detail->rows[detail->rows_count++] = row;
}

/* Bytes of clean text that fit into so many columns; at least one character. */
static size_t fitting(const char *text, size_t length, size_t columns)
{
	size_t at = 0, taken = 0, used;

	while (at < length) {
		text_next(text + at, length - at, &used);
		taken += text_columns(text + at, used);
		if (taken > columns && at)
			break;
		at += used;
	}
	return at;
}

/* Long values go on below themselves. */
static void add_value(struct logs_detail *detail, struct logs_detail_row row, const char *value, size_t length)
{
	int left = detail->columns - detail->key_columns - 2 - (int)row.indent;
	size_t columns = left > 8 ? (size_t)left : 8, end;

	row.value_at = keep(detail, value, length);
	end = detail->texts.length;
	do {
		row.value_length = fitting(detail->texts.bytes + row.value_at, end - row.value_at, columns);
		add_row(detail, row);
		row.value_at += row.value_length;
		row.key_length = 0;
	} while (row.value_at < end && detail->rows_count < ROWS_MAX);
}

static void add_member(struct logs_detail *detail, const char *key, struct json_object *value, unsigned depth);

static void add_children(struct logs_detail *detail, struct json_object *value, unsigned depth)
{
	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member) add_member(detail, key, member, depth);
		return;
	}
	for (size_t i = 0; i < json_object_array_length(value); i++)
		add_member(detail, "-", json_object_array_get_idx(value, i), depth);
}

static void add_member(struct logs_detail *detail, const char *key, struct json_object *value, unsigned depth)
{
	bool is_nested = json_object_is_type(value, json_type_object) || json_object_is_type(value, json_type_array);
	struct logs_detail_row row = { .indent = depth * INDENT_COLUMNS };
	struct buf number = { 0 };
	size_t key_length;
	const char *text;

	row.key_at = keep(detail, key, strlen(key));
	row.key_length = detail->texts.length - row.key_at;
	if (is_nested && depth < DEPTH_MAX) {
		add_row(detail, row);
		add_children(detail, value, depth + 1);
		return;
	}
	if (json_object_is_type(value, json_type_string)) {
		add_value(detail, row, json_object_get_string(value), (size_t)json_object_get_string_len(value));
		return;
	}
	text = json_object_to_json_string_ext(value, LOGS_JSON_PLAIN);
	buf_text(&number, text ? text : "");
	if (json_object_is_type(value, json_type_int)) {
		buf_text(&number, "  ");
		logs_number_print(&number, key, value, &key_length);
	}
	add_value(detail, row, number.bytes, number.length);
	buf_fini(&number);
}

static int longest_key(struct json_object *object)
{
	size_t longest = 0;

	json_object_object_foreach(object, key, value)
	{
		(void)value;
		if (strlen(key) > longest)
			longest = strlen(key);
	}
	return longest < KEY_COLUMNS_MAX ? (int)longest : KEY_COLUMNS_MAX;
}

static void make_rows(struct logs_detail *detail, int columns, bool ascii)
{
	struct json_object *object = logs_parse(detail->line, detail->length);

	forget_rows(detail);
	buf_text(&detail->texts, "");
	detail->columns = columns;
	detail->ascii = ascii;
	detail->key_columns = object ? longest_key(object) : 0;
	if (detail->key_columns > columns / 2)
		detail->key_columns = columns / 2;
	if (object)
		add_children(detail, object, 0);
	else
		add_value(detail, (struct logs_detail_row){ 0 }, detail->line, detail->length);
	json_object_put(object);
}

/* --- drawing ------------------------------------------------------------------------------------------------- */

static void clamp(struct logs_detail *detail)
{
	size_t page = detail->page_rows > 0 ? (size_t)detail->page_rows : 1;
	size_t last = detail->rows_count > page ? detail->rows_count - page : 0;

	if (detail->top > last)
		detail->top = last;
}

static void draw_row(struct logs_detail *detail, struct area area, int at, const struct logs_detail_row *row)
{
	int value_column = (int)row->indent + detail->key_columns + 2;
	struct area key = area_part(area, at, (int)row->indent, 1, value_column - 1 - (int)row->indent);

	area_bytes(key, 0, 0, STYLE_TITLE, detail->texts.bytes + row->key_at, row->key_length);
	area_bytes(area, at, value_column, STYLE_TEXT, detail->texts.bytes + row->value_at, row->value_length);
}

void logs_detail_draw(struct logs_detail *detail, struct area area, const char *about, const char *search)
{
	struct area body = area_section(area, about);

	if (body.columns <= 0 || body.rows <= 0)
		return;
	if (detail->columns != body.columns || detail->ascii != area.canvas->ascii)
		make_rows(detail, body.columns, area.canvas->ascii);
	detail->page_rows = body.rows;
	clamp(detail);
	for (int at = 0; at < body.rows && detail->top + (size_t)at < detail->rows_count; at++) {
		draw_row(detail, body, at, &detail->rows[detail->top + (size_t)at]);
		if (search)
			area_mark_matches(body, at, search);
	}
	if (detail->top + (size_t)body.rows < detail->rows_count) {
		char more[40];
		int length = snprintf(more, sizeof(more), " %zu more rows below ",
				      detail->rows_count - detail->top - (size_t)body.rows);

		area_text(area, 0, area.columns - length - 1, STYLE_BOLD, more);
	}
}

void logs_detail_scroll(struct logs_detail *detail, long rows)
{
	if (rows < 0 && detail->top < (size_t)-rows)
		detail->top = 0;
	else
		detail->top += (size_t)rows;
	clamp(detail);
}

bool logs_detail_act(struct logs_detail *detail, enum action action)
{
	int page = detail->page_rows > 1 ? detail->page_rows - 1 : 1;

	switch (action) {
	case ACTION_UP: logs_detail_scroll(detail, -1); return true;
	case ACTION_DOWN: logs_detail_scroll(detail, 1); return true;
	case ACTION_PAGE_UP: logs_detail_scroll(detail, -page); return true;
	case ACTION_PAGE_DOWN: logs_detail_scroll(detail, page); return true;
	case ACTION_FIRST: detail->top = 0; return true;
	case ACTION_LAST: detail->top = detail->rows_count; clamp(detail); return true;
	default: return false;
	}
}
