// SPDX-License-Identifier: Apache-2.0
/*
 * In: what screen.c puts under the lock; bytes and signals. Out: bytes to the terminal, events under the lock.
 * The rule that surprises: Ctrl-Z is done by hand, since ncurses does not see the terminal: leave it, take the default
 * action, and enter it again. After `bg` the process goes on working and only does not paint; the shell that continues
 * a job that never stopped sends no signal, so meanwhile it is asked now and then whose the terminal is.
 */
#include "sink/tui/screen_thread.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/io.h"

bool screen_measure(struct screen *screen)
{
	struct winsize size = { 0 };
	unsigned rows, columns;
	bool is_new;

	if (ioctl(screen->out_fd, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col) {
		size.ws_row = 24;
		size.ws_col = 80;
	}
	rows = size.ws_row < CANVAS_MAX_ROWS ? size.ws_row : CANVAS_MAX_ROWS;
	columns = size.ws_col < CANVAS_MAX_COLUMNS ? size.ws_col : CANVAS_MAX_COLUMNS;
	pthread_mutex_lock(&screen->lock);
	is_new = rows != screen->rows || columns != screen->columns;
	screen->rows = rows;
	screen->columns = columns;
	pthread_mutex_unlock(&screen->lock);
	return is_new;
}

static void screen_on_event(void *arg, const struct screen_event *event)
{
	struct screen *screen = arg;

	if (event->kind == SCREEN_KEY && event->key == ('L' & 0x1f) && !screen->is_away && !screen->is_ended)
		painter_repaint(screen->painter, &screen->out);
	pthread_mutex_lock(&screen->lock);
	if (screen->events_count < SCREEN_EVENTS_MAX) {
		unsigned at = (screen->events_first + screen->events_count++) % SCREEN_EVENTS_MAX;

		screen->events[at] = *event;
	}
	pthread_mutex_unlock(&screen->lock);
	screen_wake(screen->ready_fd);
}

static void screen_end(struct screen *screen)
{
	screen->is_ended = true;
	buf_reset(&screen->out);
	screen->out_at = 0;
	pthread_mutex_lock(&screen->lock);
	screen->is_gone = true;
	screen->has_next = screen->is_writing = false;
	pthread_mutex_unlock(&screen->lock);
	screen_wake(screen->ready_fd);
}

/* As much as the terminal takes now. */
static void screen_write(struct screen *screen)
{
	ssize_t count;

	while (screen->out_at < screen->out.length && !screen->is_ended) {
		if (!rescue_take()) {
			screen_end(screen);
			return;
		}
		count = write(screen->out_fd, screen->out.bytes + screen->out_at, screen->out.length - screen->out_at);
		rescue_give();
		if (count > 0) {
			screen->out_at += (size_t)count;
		} else if (count == 0 || errno == EAGAIN) {
			screen->retry_at_ns = io_now_ns() + SCREEN_RETRY_MS * UINT64_C(1000000);
			return;
		} else if (errno != EINTR) {
			screen_end(screen);
			return;
		}
	}
	buf_reset(&screen->out);
	screen->out_at = 0;
	pthread_mutex_lock(&screen->lock);
	screen->is_writing = false;
	pthread_mutex_unlock(&screen->lock);
}

static bool screen_is_drained(const struct screen *screen)
{
	return screen->out_at == screen->out.length;
}

/* Until it is written, the time is over, or the terminal is gone. */
static void screen_write_within(struct screen *screen, unsigned limit_ms)
{
	uint64_t end_ns = io_now_ns() + limit_ms * UINT64_C(1000000);
	struct pollfd writable = { .fd = screen->out_fd, .events = POLLOUT };

	screen_write(screen);
	while (!screen_is_drained(screen) && !screen->is_ended && io_now_ns() < end_ns) {
		if (io_now_ns() < screen->retry_at_ns)
			poll(NULL, 0, SCREEN_RETRY_MS);
		poll(&writable, 1, SCREEN_RETRY_MS);
		screen_write(screen);
	}
}

static void screen_leave(struct screen *screen)
{
	if (screen->is_ended)
		return;
	painter_leave(screen->painter, &screen->out);
	screen_write(screen);
	if (!screen_is_drained(screen) && !screen->is_ended) { /* Ctrl-S? then it shall be over */
		tcflow(screen->out_fd, TCOOFF);
		tcflow(screen->out_fd, TCOON);
		screen_write_within(screen, SCREEN_LEAVE_MS);
	}
	if (!screen_is_drained(screen) && !screen->is_ended) {
		tcflush(screen->out_fd, TCOFLUSH);
		buf_reset(&screen->out);
		screen->out_at = 0;
		buf_text(&screen->out, "\033\\"); /* an end for whatever is cut */
		painter_leave(screen->painter, &screen->out);
		screen_write(screen);
		buf_reset(&screen->out);
		screen->out_at = 0;
	}
	if (screen->has_saved)
		tcsetattr(screen->in_fd, TCSANOW, &screen->saved);
}

static void screen_resized(struct screen *screen)
{
	if (!screen_measure(screen))
		return;
	painter_resize(screen->painter, screen->rows, screen->columns, &screen->out);
	pthread_mutex_lock(&screen->lock);
	screen->is_resized = true;
	pthread_mutex_unlock(&screen->lock);
	screen_wake(screen->ready_fd);
}

static void screen_enter(struct screen *screen)
{
	screen->is_away = false;
	if (screen->has_saved)
		tcsetattr(screen->in_fd, TCSANOW, &screen->raw);
	painter_enter(screen->painter, &screen->out);
	screen_resized(screen);
	painter_repaint(screen->painter, &screen->out);
}

static void screen_suspend(struct screen *screen)
{
	sigset_t stop;

	if (!screen->is_away)
		screen_leave(screen);
	screen->is_away = true;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	raise(SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &stop, NULL); /* here all of us stop, unless nobody could continue us */
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
}

static void screen_on_signals(struct screen *screen)
{
	struct signalfd_siginfo info;
	bool is_continued = false, is_stopped = false, is_resized = false;

	while (read(screen->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		is_stopped |= info.ssi_signo == SIGTSTP;
		is_continued |= info.ssi_signo == SIGCONT;
		is_resized |= info.ssi_signo == SIGWINCH;
	}
	if (screen->is_ended)
		return;
	if (is_stopped) {
		screen_suspend(screen);
		while (read(screen->signal_fd, &info, sizeof(info)) == sizeof(info))
			; /* of the way back */
	}
	if (screen->is_ended)
		return;
	if ((is_stopped || is_continued) && !terminal_is_elsewhere(screen->in_fd))
		screen_enter(screen);
	else if (is_resized && !screen->is_away)
		screen_resized(screen);
}

static void screen_read(struct screen *screen)
{
	uint8_t bytes[1024];
	ssize_t count = read(screen->in_fd, bytes, sizeof(bytes));

	if (count > 0) {
		input_feed(&screen->input, bytes, (size_t)count, io_now_ns());
	} else if (count == 0 && !screen->has_saved) {
		screen->is_deaf = true; /* /dev/null and the like */
	} else if (count == 0) {
		screen_end(screen);
	} else if (errno != EAGAIN && errno != EINTR) {
		if (terminal_is_elsewhere(screen->in_fd))
			screen->is_away = true;
		else
			screen_end(screen);
	}
}

static int screen_timeout_ms(const struct screen *screen, bool has_output)
{
	uint64_t until_ns = input_deadline_ns(&screen->input), now_ns = io_now_ns();

	if (has_output && (!until_ns || screen->retry_at_ns < until_ns) && screen->retry_at_ns > now_ns)
		until_ns = screen->retry_at_ns;
	if (screen->is_away && !screen->is_ended)
		return SCREEN_AWAY_MS;
	if (!until_ns)
		return -1;
	return until_ns <= now_ns ? 0 : (int)((until_ns - now_ns + 999999) / 1000000);
}

static void screen_wait(struct screen *screen)
{
	bool has_output = !screen_is_drained(screen) && !screen->is_ended && !screen->is_away;
	bool may_write = has_output && io_now_ns() >= screen->retry_at_ns;
	struct pollfd fds[] = {
		{ .fd = screen->wake_fd, .events = POLLIN },
		{ .fd = screen->signal_fd, .events = POLLIN },
		{ .fd = screen->is_ended || screen->is_deaf ? -1 : screen->in_fd,
		  .events = screen->is_away ? 0 : POLLIN },
		{ .fd = screen->is_ended ? -1 : screen->out_fd, .events = may_write ? POLLOUT : 0 },
	};
	uint64_t count;

	if (poll(fds, 4, screen_timeout_ms(screen, has_output)) < 0)
		return;
	if (fds[0].revents && read(screen->wake_fd, &count, sizeof(count)) < 0)
		return;
	if (fds[1].revents)
		screen_on_signals(screen);
	if ((fds[2].revents & POLLIN) && !screen->is_away && !screen->is_ended)
		screen_read(screen);
	else
		input_expire(&screen->input, io_now_ns());
	if (((fds[2].revents | fds[3].revents) & (POLLHUP | POLLERR | POLLNVAL)) && !screen->is_ended &&
	    !(fds[2].revents & POLLIN))
		screen_end(screen);
	if (screen->is_away && !screen->is_ended && !terminal_is_elsewhere(screen->in_fd))
		screen_enter(screen);
	if (fds[3].revents & POLLOUT)
		screen_write(screen);
}

/* What the loop gave since, when the last is written. False: it wants the end. */
static bool screen_take(struct screen *screen)
{
	bool has_frame = false, is_closing;

	pthread_mutex_lock(&screen->lock);
	is_closing = screen->is_closing;
	if (screen_is_drained(screen) && !screen->is_away && !screen->is_ended && !is_closing) {
		buf_add(&screen->out, screen->copy.bytes ? screen->copy.bytes : "", screen->copy.length);
		buf_reset(&screen->copy);
		if (screen->has_next) {
			struct canvas given = screen->next;

			screen->next = screen->mine;
			screen->mine = given;
			screen->has_next = false;
			screen->is_writing = has_frame = true;
		}
	}
	pthread_mutex_unlock(&screen->lock);
	if (has_frame)
		painter_paint(screen->painter, &screen->mine, &screen->out);
	return !is_closing;
}

/* Something came while the last frame was written, and its wake-up was taken then. */
static bool screen_has_more(struct screen *screen)
{
	bool has_more;

	if (!screen_is_drained(screen) || screen->is_away || screen->is_ended)
		return false;
	pthread_mutex_lock(&screen->lock);
	has_more = screen->has_next || screen->copy.length;
	pthread_mutex_unlock(&screen->lock);
	return has_more;
}

static bool screen_begin(struct screen *screen)
{
	struct buf leave = { 0 };

	screen->painter = painter_open(&screen->options, screen->rows, screen->columns);
	if (screen->painter) {
		screen->colours = painter_colours(screen->painter);
		screen->can_copy = painter_is_rich(screen->painter);
		screen->input.tell = screen_on_event;
		screen->input.arg = screen;
		painter_leave(screen->painter, &leave);
		rescue_arm(screen->out_fd, screen->has_saved ? &screen->saved : NULL, &leave);
		painter_enter(screen->painter, &screen->out);
		buf_fini(&leave);
	}
	pthread_mutex_lock(&screen->lock);
	screen->is_started = true;
	screen->has_failed = !screen->painter;
	pthread_cond_signal(&screen->changed);
	pthread_mutex_unlock(&screen->lock);
	return screen->painter;
}

static void screen_work(struct screen *screen)
{
	while (screen_take(screen)) {
		if (!screen->is_away && io_now_ns() >= screen->retry_at_ns)
			screen_write(screen);
		if (!screen_has_more(screen))
			screen_wait(screen);
	}
	if (!screen->is_away)
		screen_leave(screen);
	painter_close(screen->painter);
}

void *screen_run(void *arg)
{
	struct screen *screen = arg;

	if (screen_begin(screen))
		screen_work(screen);
	pthread_mutex_lock(&screen->lock);
	screen->is_over = true;
	pthread_cond_signal(&screen->changed);
	pthread_mutex_unlock(&screen->lock);
	return NULL;
}
