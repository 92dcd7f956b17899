/* SPDX-License-Identifier: Apache-2.0 */
/* What the code under test said on its way, as one text of lines. */
#ifndef TEST_SAID_H
#define TEST_SAID_H

#include <string.h>

#include "base/buf.h"
#include "base/refuse.h"

static inline void said_line(void *arg, const char *line)
{
	buf_text(arg, line);
	buf_char(arg, '\n');
}

static inline void said_begin(struct buf *said)
{
	*said = (struct buf){0};
	buf_text(said, "");
	refuse_redirect(said_line, said);
}

static inline void said_end(struct buf *said)
{
	refuse_redirect(NULL, NULL);
	buf_fini(said);
}

/* Only the messages, without "FILE:", the source lines and the carets. */
static inline void said_messages(const struct buf *said, const char *file, struct buf *messages)
{
	const char *line = said->bytes;
	size_t length = strlen(file);

	buf_text(messages, "");
	while (*line) {
		const char *end = strchr(line, '\n');

		if (!strncmp(line, file, length) && line[length] == ':')
			buf_add(messages, line + length + 1, (size_t)(end + 1 - line) - length - 1);
		line = end + 1;
	}
}

#endif
