// SPDX-License-Identifier: Apache-2.0
/*
 * In: a format and what it names. Out: "ttsobs-bpf: ..." on stderr, one write(2) per message.
 * The rules that surprise: only a format that itself has a '\n' may give several lines (each gets
 * the prefix); a newline that comes from an argument alone is escaped like every other control
 * byte. What stands below is the only state in the program, beside that of progress and of the
 * screen's rescue, that belongs to nobody. errno is left as it was.
 */
#include "base/refuse.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/progress.h"
#include "base/text.h"

struct refuse_ear {
	void (*to)(void *arg, const char *line);
	void *arg;
};
static bool refuse_debug;
static struct refuse_ear refuse_everybodys;
static pthread_mutex_t refuse_lock = PTHREAD_MUTEX_INITIALIZER; /* of it, and of who is in it */
static _Thread_local struct refuse_ear refuse_mine;

static void refuse_line(struct buf *out, const struct refuse_ear *ear, const char *bytes, size_t length)
{
	if (ear->to) {
		buf_reset(out);
		text_clean(out, bytes, length, false);
		ear->to(ear->arg, out->bytes);
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

static void refuse_lines(const struct refuse_ear *ear, const char *text, bool many)
{
	struct buf out = {0};
	const char *rest = text, *end;

	while (many && (end = strchr(rest, '\n'))) {
		refuse_line(&out, ear, rest, (size_t)(end - rest));
		rest = end + 1;
	}
	if (*rest || rest == text)
		refuse_line(&out, ear, rest, strlen(rest));
	if (!ear->to) {
		progress_clear(); /* both write the terminal's last line */
		refuse_write(&out);
	}
	buf_fini(&out);
}

static void refuse_say(const char *prefix, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/* False: there is none, and it is written: without the lock, since that may last. */
static bool refuse_to_everybodys(const char *text, bool many)
{
	bool has_ear;

	pthread_mutex_lock(&refuse_lock);
	has_ear = refuse_everybodys.to;
	if (has_ear)
		refuse_lines(&refuse_everybodys, text, many);
	pthread_mutex_unlock(&refuse_lock);
	return has_ear;
}

static void refuse_say(const char *prefix, const char *format, va_list arguments)
{
	bool many = strchr(format, '\n') != NULL;
	int saved = errno;
	struct buf said = {0};
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		return;
	buf_text(&said, prefix);
	buf_text(&said, text);
	free(text);
	if (refuse_mine.to)
		refuse_lines(&refuse_mine, said.bytes, many);
	else if (!refuse_to_everybodys(said.bytes, many))
		refuse_lines(&(struct refuse_ear){0}, said.bytes, many);
	buf_fini(&said);
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
	pthread_mutex_lock(&refuse_lock);
	refuse_everybodys = (struct refuse_ear){ to, arg };
	pthread_mutex_unlock(&refuse_lock);
}

void refuse_overhear(void (*to)(void *arg, const char *line), void *arg)
{
	refuse_mine = (struct refuse_ear){ to, arg };
}
