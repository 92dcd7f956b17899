/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from outside is hostile. These are the only ways in which it reaches a terminal or a JSON record.
 * In: any bytes. Out: valid UTF-8 without control (C0, C1, DEL), bidi-control or line-separator characters.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Next code point of bytes[0..length); *used >= 1. Bad UTF-8 (overlong, surrogate, cut) gives 0xfffd and uses 1 byte. */
unsigned text_next(const char *bytes, size_t length, size_t *used);
/* For a terminal or a message: dangerous characters become \xNN or \u{NNNN}, bad bytes U+FFFD (or ? with ascii). */
void text_clean(struct buf *out, const char *bytes, size_t length, bool ascii);
/* The same, cut to at most `columns` terminal columns (… or ~ marks the cut), padded with spaces to it when `pad`. */
void text_fit(struct buf *out, const char *bytes, size_t length, size_t columns, bool pad, bool ascii);
/* Terminal columns of already clean UTF-8. */
size_t text_columns(const char *bytes, size_t length);
/* A JSON string with its quotes: escapes per RFC 8259, controls and bidi as \u00XX / \uXXXX, bad bytes as U+FFFD. */
void text_json(struct buf *out, const char *bytes, size_t length);

#endif
