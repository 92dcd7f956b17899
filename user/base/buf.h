/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer. Always NUL-terminated after the first add; `bytes` may be NULL before it. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

struct buf {
	char *bytes;
	size_t length;
	size_t capacity;
};

void buf_add(struct buf *buf, const void *bytes, size_t length);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);
void buf_fill(struct buf *buf, const char *text, size_t count); /* text, count times */
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_reset(struct buf *buf); /* length 0, memory kept */
void buf_fini(struct buf *buf);

#endif
