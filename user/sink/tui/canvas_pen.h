/* SPDX-License-Identifier: Apache-2.0 */
/* Text as the characters that may be put into cells. Private to canvas.c and prompt.c. */
#ifndef SINK_TUI_CANVAS_PEN_H
#define SINK_TUI_CANVAS_PEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct pen {
	const char *bytes;
	size_t length, at;
	bool ascii;
	struct buf clean; /* of the last character that was no plain one; the caller frees it */
	size_t clean_at;  /* from where on an escape is still to come */
};
struct pen pen_on(const char *bytes, size_t length, bool ascii);
/* The next character and its columns, 1 or 2. False: there is none. */
bool pen_next(struct pen *pen, uint32_t *glyph, int *columns);
/* Blocks, lines, braille: what charts are made of. */
bool pen_is_drawing(uint32_t glyph);
void pen_utf8(struct buf *out, uint32_t glyph);

#endif
