// SPDX-License-Identifier: Apache-2.0
/*
 * In: any bytes. Out: text that a terminal or a JSON reader takes for what it is.
 * The rule that surprises: invisible characters are dangerous too (zero-width spaces and joiners,
 * soft hyphen, tags): two names that look alike must not be two names.
 */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/text_width.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define REPLACEMENT	0xfffdu

static const struct text_range text_dangers[] = {
	{0x00, 0x1f},	  /* C0 */
	{0x7f, 0x9f},	  /* DEL, C1 */
	{0xad, 0xad},	  /* soft hyphen */
	{0x61c, 0x61c},	  /* bidi: Arabic letter mark */
	{0x180e, 0x180e}, /* Mongolian vowel separator */
	{0x200b, 0x200f}, /* zero-width space, joiners, directional marks */
	{0x2028, 0x202e}, /* line and paragraph separators, bidi embeddings */
	{0x2060, 0x206f}, /* word joiner, invisible operators, bidi isolates, deprecated formats */
	{0xfeff, 0xfeff}, /* byte order mark */
	{0xfff9, 0xfffb}, /* interlinear annotations */
	{0xe0000, 0xe007f}, /* tags */
};

static bool text_in(const struct text_range *ranges, size_t count, unsigned code)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (code > ranges[middle].last)
			low = middle + 1;
		else if (code < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

static unsigned text_width(unsigned code)
{
	if (code < 0x300)
		return 1;
	if (text_in(text_zero, COUNT_OF(text_zero), code))
		return 0;
	return text_in(text_wide, COUNT_OF(text_wide), code) ? 2 : 1;
}

unsigned text_next(const char *bytes, size_t length, size_t *used)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *u = (const unsigned char *)bytes;
	unsigned code, need, i;

	*used = 1;
	if (!length)
		return REPLACEMENT;
	if (u[0] < 0x80)
		return u[0];
	if (u[0] < 0xc2 || u[0] > 0xf4)
		return REPLACEMENT;
	need = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	if (length < need)
		return REPLACEMENT;
	code = u[0] & (0x7fu >> need);
	for (i = 1; i < need; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		code = code << 6 | (u[i] & 0x3fu);
	}
	if (code < least[need] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return REPLACEMENT;
	*used = need;
	return code;
}

struct text_piece {
	char bytes[16];
	size_t length;
	unsigned columns;
};

static struct text_piece text_piece(const char *bytes, size_t length, size_t *used, bool ascii)
{
	struct text_piece piece = {.columns = 1};
	unsigned code = text_next(bytes, length, used);

	if (text_in(text_dangers, COUNT_OF(text_dangers), code)) {
		piece.length = (size_t)snprintf(piece.bytes, sizeof(piece.bytes),
						code < 0x80 ? "\\x%02x" : "\\u{%04x}", code);
		piece.columns = (unsigned)piece.length;
	} else if (ascii && code >= 0x80) {
		piece.bytes[piece.length++] = '?';
	} else if (code == REPLACEMENT) {
		memcpy(piece.bytes, "\xef\xbf\xbd", 3);
		piece.length = 3;
	} else {
		memcpy(piece.bytes, bytes, *used);
		piece.length = *used;
		piece.columns = text_width(code);
	}
	return piece;
}

void text_clean(struct buf *out, const char *bytes, size_t length, bool ascii)
{
	size_t at, used;

	buf_add(out, "", 0);
	for (at = 0; at < length; at += used) {
		struct text_piece piece = text_piece(bytes + at, length - at, &used, ascii);

		buf_add(out, piece.bytes, piece.length);
	}
}

void text_fit(struct buf *out, const char *bytes, size_t length, size_t columns, bool pad,
	      bool ascii)
{
	size_t filled = 0, cut_length, cut_columns = 0;
	size_t at, used;

	buf_add(out, "", 0);
	cut_length = out->length; /* where the mark would still fit behind */
	for (at = 0; at < length; at += used) {
		struct text_piece piece = text_piece(bytes + at, length - at, &used, ascii);

		if (filled + piece.columns > columns) {
			out->length = cut_length;
			filled = cut_columns;
			if (columns) {
				buf_text(out, ascii ? "~" : "…");
				filled++;
			}
			break;
		}
		buf_add(out, piece.bytes, piece.length);
		filled += piece.columns;
		if (filled < columns) {
			cut_length = out->length;
			cut_columns = filled;
		}
	}
	out->bytes[out->length] = '\0';
	if (pad && filled < columns)
		buf_fill(out, " ", columns - filled);
}

size_t text_columns(const char *bytes, size_t length)
{
	size_t at, used, columns = 0;

	for (at = 0; at < length; at += used)
		columns += text_width(text_next(bytes + at, length - at, &used));
	return columns;
}

static void text_json_escape(struct buf *out, unsigned code)
{
	static const char shorts[] = "\b\t\n\f\r\"\\";
	static const char letters[] = "btnfr\"\\";
	const char *found = code && code < 0x80 ? strchr(shorts, (int)code) : NULL;

	if (found)
		buf_format(out, "\\%c", letters[found - shorts]);
	else if (code < 0x10000)
		buf_format(out, "\\u%04x", code);
	else
		buf_format(out, "\\u%04x\\u%04x", 0xd7c0 + (code >> 10), 0xdc00 + (code & 0x3ff));
}

void text_json(struct buf *out, const char *bytes, size_t length)
{
	size_t at, used;

	buf_char(out, '"');
	for (at = 0; at < length; at += used) {
		unsigned code = text_next(bytes + at, length - at, &used);

		if (code == '"' || code == '\\' ||
		    text_in(text_dangers, COUNT_OF(text_dangers), code))
			text_json_escape(out, code);
		else if (code == REPLACEMENT)
			buf_add(out, "\xef\xbf\xbd", 3);
		else
			buf_add(out, bytes + at, used);
	}
	buf_char(out, '"');
}
