// SPDX-License-Identifier: Apache-2.0
/*
 * In: any bytes. Out: printable characters of one or two columns.
 * The rule that surprises: base/text.h decides what is dangerous and how it is escaped; an escape comes out letter by
 * letter, as if it had stood in the text.
 */
#include "sink/tui/canvas_pen.h"

#include <string.h>

#include "base/text.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define REPLACEMENT	0xfffdu

/* What our own texts are made of has a likeness in ASCII; all else is '?'. */
static uint32_t pen_likeness(uint32_t glyph)
{
	static const struct {
		uint16_t glyph;
		char likeness;
	} table[] = {
		{ 0xb5, 'u' },	 { 0xb7, '.' },	  { 0xd7, 'x' },   { 0x3bc, 'u' },  { 0x2010, '-' }, { 0x2013, '-' },
		{ 0x2014, '-' }, { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x2026, '~' }, { 0x2190, '<' }, { 0x2191, '^' },
		{ 0x2192, '>' }, { 0x2193, 'v' }, { 0x2212, '-' }, { 0x2500, '-' }, { 0x2502, '|' }, { 0x25b2, '^' },
		{ 0x25b6, '>' }, { 0x25bc, 'v' }, { 0x25c0, '<' }, { 0x25cf, '*' },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(table); i++)
		if (table[i].glyph == glyph)
			return (uint32_t)table[i].likeness;
	return '?';
}

bool pen_is_drawing(uint32_t glyph)
{
	return (glyph >= 0x2500 && glyph <= 0x259f) || (glyph >= 0x2800 && glyph <= 0x28ff);
}

bool pen_next(struct pen *pen, uint32_t *glyph, int *columns)
{
	while (true) {
		const char *here = pen->bytes + pen->at;
		size_t used;

		*columns = 1;
		if (pen->clean_at < pen->clean.length) {
			*glyph = (unsigned char)pen->clean.bytes[pen->clean_at++];
			return true;
		}
		if (pen->at >= pen->length)
			return false;
		*glyph = text_next(here, pen->length - pen->at, &used);
		pen->at += used;
		if ((*glyph >= ' ' && *glyph < 0x7f) || (*glyph == REPLACEMENT && !pen->ascii) ||
		    (pen_is_drawing(*glyph) && !pen->ascii))
			return true;
		buf_reset(&pen->clean);
		pen->clean_at = 0;
		text_clean(&pen->clean, here, used, false);
		if (*glyph != REPLACEMENT) {
			if (pen->clean.length != used || memcmp(pen->clean.bytes, here, used) != 0)
				continue; /* dangerous: its escape, letter by letter */
			*columns = (int)text_columns(here, used);
		}
		pen->clean_at = pen->clean.length;
		if (!*columns) /* accents and the like: a cell holds one character */
			continue;
		if (pen->ascii) {
			*glyph = pen_likeness(*glyph);
			*columns = 1;
		}
		return true;
	}
}

struct pen pen_on(const char *bytes, size_t length, bool ascii)
{
	return (struct pen){ .bytes = bytes, .length = length, .ascii = ascii };
}

void pen_utf8(struct buf *out, uint32_t glyph)
{
	char bytes[4];

	if (glyph < 0x80) {
		buf_char(out, (char)glyph);
	} else if (glyph < 0x800) {
		bytes[0] = (char)(0xc0 | glyph >> 6);
		bytes[1] = (char)(0x80 | (glyph & 0x3f));
		buf_add(out, bytes, 2);
	} else if (glyph < 0x10000) {
		bytes[0] = (char)(0xe0 | glyph >> 12);
		bytes[1] = (char)(0x80 | (glyph >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (glyph & 0x3f));
		buf_add(out, bytes, 3);
	} else {
		bytes[0] = (char)(0xf0 | glyph >> 18);
		bytes[1] = (char)(0x80 | (glyph >> 12 & 0x3f));
		bytes[2] = (char)(0x80 | (glyph >> 6 & 0x3f));
		bytes[3] = (char)(0x80 | (glyph & 0x3f));
		buf_add(out, bytes, 4);
	}
}
