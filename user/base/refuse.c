// SPDX-License-Identifier: Apache-2.0
/*
 * In: a format and what it names. Out: "ttsobs-bpf: ..." on stderr, one write(2) per message.
 * The rules that surprise: only a format that itself has a '\n' may give several lines (each gets
 * the prefix); a newline that comes from an argument alone is escaped like every other control
 * byte. The two switches below are the only state in the program that belongs to nobody. errno is
 * left as it was.
 */
#include "base/refuse.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/progress.h"
#include "base/text.h"

static bool refuse_debug;
static struct {
	void (*to)(void *arg, const char *line);
	void *arg;
} refuse_sent;

static void refuse_line(struct buf *out, const char *bytes, size_t length)
{
	if (refuse_sent.to) {
		buf_reset(out);
		text_clean(out, bytes, length, false);
		refuse_sent.to(refuse_sent.arg, out->bytes);
		return;
	}
	buf_text(out, "ttsobs-bpf: ");
	text_clean(out, bytes, length, false);
	buf_char(out, '\n');
}

static void refuse_write(const struct buf *out)
{
	size_t done = 0;

	while (done < out->length) {
		ssize_t written = write(STDERR_FILENO, out->bytes + done, out->length - done);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return; /* nowhere left to say it */
		done += (size_t)written;
	}
}

static void refuse_say(const char *prefix, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void refuse_say(const char *prefix, const char *format, va_list arguments)
{
	bool many = strchr(format, '\n') != NULL;
	int saved = errno;
	struct buf out = {0};
	char *text, *rest, *end;

	if (vasprintf(&text, format, arguments) < 0)
		return;
	if (*prefix) {
		buf_text(&out, prefix);
		buf_text(&out, text);
		free(text);
		text = out.bytes;
		out = (struct buf){0};
	}
	rest = text;
	while (many && (end = strchr(rest, '\n'))) {
		refuse_line(&out, rest, (size_t)(end - rest));
		rest = end + 1;
	}
	if (*rest || rest == text)
		refuse_line(&out, rest, strlen(rest));
	if (!refuse_sent.to) {
		progress_clear(); /* both write the terminal's last line */
		refuse_write(&out);
	}
	free(text);
	buf_fini(&out);
	errno = saved;
}

int refuse(int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	refuse_say("", format, arguments);
	va_end(arguments);
	return error;
}

void warn(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	refuse_say("", format, arguments);
	va_end(arguments);
}

void debug(const char *format, ...)
{
	va_list arguments;

	if (!refuse_debug)
		return;
	va_start(arguments, format);
	refuse_say("debug: ", format, arguments);
	va_end(arguments);
}

void refuse_debug_on(void)
{
	refuse_debug = true;
}

void refuse_redirect(void (*to)(void *arg, const char *line), void *arg)
{
	refuse_sent.to = to;
	refuse_sent.arg = arg;
}
