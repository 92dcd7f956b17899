/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: steps of a task. Out: "attaching probes 512/1,000  51 %  4 s" on stderr, at most 10 times a second. The rules
 * that surprise: nothing is shown in the first second, nor when stdout is a pipe (a pager may be at its end, on this
 * very terminal), nor from the background, nor while the terminal is stopped (Ctrl-S), since a task must not wait
 * for being told of; and the line is wiped with spaces, which every terminal can.
 */
#include "base/progress.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/text.h"
#include "base/units.h"

#define SILENT_NS     NS_PER_S
#define STEP_NS	      (NS_PER_S / 10)
#define COLUMNS	      80 /* of a terminal that does not tell */
#define COLUMNS_MAX   300
#define WHAT_BYTES    200

/* The program has one stderr, so there is one of these. */
static struct {
	char what[WHAT_BYTES]; /* "" = no task */
	uint64_t began_at_ns;
	uint64_t next_at_ns;
	bool is_told; /* the redirect knows of the task */
	size_t shown_columns; /* atomic: another thread may warn */
	void (*to)(void *arg, const struct progress *now);
	void *arg;
	uint64_t (*now_ns)(void);
	int fake_fd; /* + 1 */
} progress;

static uint64_t progress_now_ns(void)
{
	return progress.now_ns ? progress.now_ns() : io_now_ns();
}

static int progress_fd(void)
{
	return progress.fake_fd ? progress.fake_fd - 1 : STDERR_FILENO;
}

/* A terminal that is ours, and that nobody else is about to draw on. */
static bool progress_has_terminal(void)
{
	struct stat out;
	pid_t foreground;

	if (progress.fake_fd)
		return true;
	if (!isatty(STDERR_FILENO) || (!fstat(STDOUT_FILENO, &out) && S_ISFIFO(out.st_mode)))
		return false;
	foreground = tcgetpgrp(STDERR_FILENO);
	return foreground < 0 || foreground == getpgrp();
}

/* False: it would have to wait. What does not fit at once is lost. */
static bool progress_write(const char *bytes, size_t length)
{
	struct pollfd fd = { .fd = progress_fd(), .events = POLLOUT };

	return poll(&fd, 1, 0) == 1 && (fd.revents & POLLOUT) && write(fd.fd, bytes, length) == (ssize_t)length;
}

static size_t progress_columns(void)
{
	struct winsize size = { 0 };

	if (progress.fake_fd || ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return COLUMNS;
	return size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
}

static void progress_draw(uint64_t done, uint64_t total, bool is_bytes, uint64_t elapsed_ns)
{
	struct units_text (*units)(uint64_t) = is_bytes ? units_bytes : units_count;
	size_t columns, left, room = progress_columns() - 1;
	struct buf numbers = { 0 }, line = { 0 };

	buf_format(&numbers, " %s", units(done).text);
	if (total)
		buf_format(&numbers, "/%s  %u %%", units(total).text,
			   (unsigned)(done >= total ? 100 : 100.0 * (double)done / (double)total));
	buf_format(&numbers, "  %llu s", (unsigned long long)(elapsed_ns / NS_PER_S));
	buf_char(&line, '\r');
	left = numbers.length < room ? room - numbers.length : 0;
	text_fit(&line, progress.what, strlen(progress.what), left, false, false);
	text_fit(&line, numbers.bytes, numbers.length, room, false, false);
	columns = text_columns(line.bytes + 1, line.length - 1);
	if (columns < progress.shown_columns) {
		buf_fill(&line, " ", progress.shown_columns - columns);
		buf_fill(&line, "\b", progress.shown_columns - columns);
	}
	if (progress_write(line.bytes, line.length))
		__atomic_store_n(&progress.shown_columns, columns, __ATOMIC_RELAXED);
	buf_fini(&numbers);
	buf_fini(&line);
}

static void progress_step(const char *what, uint64_t done, uint64_t total, bool is_bytes)
{
	uint64_t now_ns = progress_now_ns(), elapsed_ns;

	if (strncmp(progress.what, what, WHAT_BYTES - 1) != 0) {
		progress_done();
		snprintf(progress.what, sizeof(progress.what), "%s", what);
		progress.began_at_ns = now_ns;
		progress.next_at_ns = now_ns + SILENT_NS;
		return;
	}
	if (now_ns < progress.next_at_ns)
		return;
	progress.next_at_ns = now_ns + STEP_NS;
	elapsed_ns = now_ns - progress.began_at_ns;
	if (progress.to) {
		progress.is_told = true;
		progress.to(progress.arg, &(struct progress){ progress.what, done, total, elapsed_ns });
	} else if (progress_has_terminal()) {
		progress_draw(done, total, is_bytes, elapsed_ns);
	}
}

void progress_show(const char *what, uint64_t done, uint64_t total)
{
	progress_step(what, done, total, false);
}

void progress_show_bytes(const char *what, uint64_t done_bytes, uint64_t total_bytes)
{
	progress_step(what, done_bytes, total_bytes, true);
}

void progress_clear(void)
{
	size_t columns = __atomic_exchange_n(&progress.shown_columns, 0, __ATOMIC_RELAXED);
	struct buf line = { 0 };

	if (!columns)
		return;
	buf_char(&line, '\r');
	buf_fill(&line, " ", columns);
	buf_char(&line, '\r');
	progress_write(line.bytes, line.length);
	buf_fini(&line);
}

void progress_done(void)
{
	progress_clear();
	progress.what[0] = '\0';
	if (progress.is_told && progress.to)
		progress.to(progress.arg, &(struct progress){ 0 });
	progress.is_told = false;
}

void progress_redirect(void (*to)(void *arg, const struct progress *now), void *arg)
{
	progress_clear();
	progress.to = to;
	progress.arg = arg;
}

void progress_fake(uint64_t (*now_ns)(void), int fd)
{
	progress.now_ns = now_ns;
	progress.fake_fd = fd + 1;
}
