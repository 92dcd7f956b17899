// SPDX-License-Identifier: Apache-2.0
/* In: bytes, text, formats. Out: one growing run of bytes. The rule that surprises: what is added
 * may not lie in the buffer itself. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Room for `length` more bytes and the NUL. */
static char *buf_room(struct buf *buf, size_t length)
{
	size_t want;

	if (__builtin_add_overflow(buf->length, length, &want) ||
	    __builtin_add_overflow(want, 1, &want))
		want = SIZE_MAX; /* mem_grow ends the process */
	mem_grow(&buf->bytes, &buf->capacity, want, 1);
	return buf->bytes + buf->length;
}

void buf_add(struct buf *buf, const void *bytes, size_t length)
{
	char *room = buf_room(buf, length);

	if (length)
		memcpy(room, bytes, length);
	room[length] = '\0';
	buf->length += length;
}

void buf_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_fill(struct buf *buf, const char *text, size_t count)
{
	size_t length = strlen(text);
	size_t i;

	buf_add(buf, "", 0);
	for (i = 0; i < count; i++)
		buf_add(buf, text, length);
}

void buf_format(struct buf *buf, const char *format, ...)
{
	va_list arguments;
	size_t room;
	int length;

	buf_room(buf, 0);
	room = buf->capacity - buf->length;
	va_start(arguments, format);
	length = vsnprintf(buf->bytes + buf->length, room, format, arguments);
	va_end(arguments);
	if (length >= 0 && (size_t)length >= room) {
		buf_room(buf, (size_t)length);
		va_start(arguments, format);
		length = vsnprintf(buf->bytes + buf->length, (size_t)length + 1, format, arguments);
		va_end(arguments);
	}
	if (length > 0)
		buf->length += (size_t)length;
	buf->bytes[buf->length] = '\0';
}

void buf_reset(struct buf *buf)
{
	buf->length = 0;
	if (buf->bytes)
		buf->bytes[0] = '\0';
}

void buf_fini(struct buf *buf)
{
	free(buf->bytes);
	*buf = (struct buf){0};
}
