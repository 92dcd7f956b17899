// SPDX-License-Identifier: Apache-2.0
/*
 * In: canvases and texts to copy of the loop; bytes and signals of the terminal. Out: events for the loop.
 * The rule that surprises: the thread waits in one poll and nowhere else. The terminal is opened anew so that not
 * waiting for it is ours alone, not of everybody who shares the file; a frame is made only when the last one is written.
 */
#include "sink/tui/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "sink/tui/screen_thread.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void screen_lock(const struct screen *screen)
{
	pthread_mutex_lock((pthread_mutex_t *)&screen->lock);
}

static void screen_unlock(const struct screen *screen)
{
	pthread_mutex_unlock((pthread_mutex_t *)&screen->lock);
}

void screen_wake(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* it is awake */
}

bool screen_is_possible(int in_fd, int out_fd, const char **why)
{
	*why = NULL;
	if (!isatty(in_fd))
		*why = "standard input is not a terminal; --once TAB prints a tab as text";
	else if (!isatty(out_fd))
		*why = "standard output is not a terminal; --once TAB prints a tab as text";
	else
		*why = terminfo_why(NULL, out_fd);
	return !*why;
}

/* The same terminal as a file of our own, which never waits. */
static int screen_reopen(int fd, int how)
{
	char path[32];
	int own;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, how | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (own >= 0)
		return own;
	own = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* it belongs to another user: then all share our not waiting, until we close */
	if (own >= 0)
		fcntl(own, F_SETFL, fcntl(own, F_GETFL) | O_NONBLOCK);
	return own;
}

/* Those that the screen's thread takes, in `taken`; the ones of them that were not blocked before, in `blocked`. */
static void screen_block_signals(sigset_t *taken, sigset_t *blocked)
{
	static const int numbers[] = { SIGWINCH, SIGTSTP, SIGCONT };
	sigset_t before;
	size_t i;

	sigemptyset(taken);
	for (i = 0; i < COUNT_OF(numbers); i++)
		sigaddset(taken, numbers[i]);
	pthread_sigmask(SIG_BLOCK, taken, &before);
	for (i = 0; i < COUNT_OF(numbers); i++)
		if (!sigismember(&before, numbers[i]))
			sigaddset(blocked, numbers[i]);
}

static int screen_open_files(struct screen *screen, const struct screen_options *options)
{
	sigset_t mine;

	screen->lent_flags = fcntl(options->out_fd, F_GETFL);
	screen->lent_fd = options->out_fd;
	screen->in_fd = screen_reopen(options->in_fd, O_RDONLY);
	screen->out_fd = screen_reopen(options->out_fd, O_WRONLY);
	screen->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	screen->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	screen_block_signals(&mine, &screen->blocked);
	screen->signal_fd = signalfd(-1, &mine, SFD_CLOEXEC | SFD_NONBLOCK);
	if (screen->in_fd < 0 || screen->out_fd < 0 || screen->wake_fd < 0 || screen->ready_fd < 0 ||
	    screen->signal_fd < 0)
		return refuse(-errno, "the terminal: %s", strerror(errno));
	return 0;
}

/* Keys one by one and as they are; Ctrl-C, Ctrl-Z and Ctrl-S stay what they are. */
static void screen_set_modes(struct screen *screen)
{
	screen->has_saved = isatty(screen->in_fd) && !tcgetattr(screen->in_fd, &screen->saved);
	if (!screen->has_saved)
		return;
	screen->raw = screen->saved;
	screen->raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | ISTRIP);
	screen->raw.c_oflag &= ~(tcflag_t)OPOST;
	screen->raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
	screen->raw.c_cc[VMIN] = 1;
	screen->raw.c_cc[VTIME] = 0;
	tcsetattr(screen->in_fd, TCSANOW, &screen->raw);
}

static int screen_start_thread(struct screen *screen)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	sigdelset(&all, SIGSEGV); /* of its own making: blocked they end the process past every handler */
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGABRT);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&screen->thread, NULL, screen_run, screen);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return refuse(-error, "a thread for the terminal: %s", strerror(error));
	screen->has_thread = true;
	pthread_mutex_lock(&screen->lock);
	while (!screen->is_started)
		pthread_cond_wait(&screen->changed, &screen->lock);
	pthread_mutex_unlock(&screen->lock);
	return screen->has_failed ? refuse(-ENOTTY, "the terminal cannot be used; --once TAB prints a tab as text") : 0;
}

int screen_open(struct screen **to, const struct screen_options *options)
{
	const char *why = terminfo_why(options->terminal, options->out_fd);
	pthread_condattr_t attributes;
	struct screen *screen;
	int error;

	*to = NULL;
	if (why)
		return refuse(-ENOTTY, "%s", why);
	screen = mem_new(sizeof(*screen));
	screen->in_fd = screen->out_fd = screen->wake_fd = screen->ready_fd = screen->signal_fd = -1;
	screen->options = *options;
	sigemptyset(&screen->blocked);
	pthread_mutex_init(&screen->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&screen->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	canvas_init(&screen->next, 1, 1, options->ascii);
	canvas_init(&screen->mine, 1, 1, options->ascii);
	error = screen_open_files(screen, options);
	if (!error) {
		screen_measure(screen);
		screen_set_modes(screen);
		error = screen_start_thread(screen);
	}
	if (error) {
		screen_close(screen);
		return error;
	}
	*to = screen;
	return 0;
}

static void screen_free(struct screen *screen)
{
	const int fds[] = { screen->in_fd, screen->out_fd, screen->wake_fd, screen->ready_fd, screen->signal_fd };
	size_t i;

	for (i = 0; i < COUNT_OF(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	canvas_fini(&screen->next);
	canvas_fini(&screen->mine);
	buf_fini(&screen->copy);
	buf_fini(&screen->out);
	pthread_mutex_destroy(&screen->lock);
	pthread_cond_destroy(&screen->changed);
	free(screen);
}

/* False: it could not be stopped in time. */
static bool screen_stop_thread(struct screen *screen)
{
	struct timespec limit = io_in_ms(SCREEN_CLOSE_MS);
	bool is_over;

	screen_lock(screen);
	screen->is_closing = true;
	screen_wake(screen->wake_fd);
	while (!screen->is_over)
		if (pthread_cond_timedwait(&screen->changed, &screen->lock, &limit))
			break;
	is_over = screen->is_over;
	screen_unlock(screen);
	if (is_over)
		pthread_join(screen->thread, NULL);
	return is_over;
}

void screen_close(struct screen *screen)
{
	sigset_t blocked;
	bool is_over = true;

	if (!screen)
		return;
	blocked = screen->blocked;
	if (screen->has_thread)
		is_over = screen_stop_thread(screen);
	if (screen->has_saved && !terminal_is_elsewhere(screen->in_fd))
		tcsetattr(screen->in_fd, TCSANOW, &screen->saved);
	if (screen->lent_flags >= 0)
		fcntl(screen->lent_fd, F_SETFL, screen->lent_flags);
	rescue_disarm();
	if (is_over)
		screen_free(screen);
	else /* nothing of it can be freed: it is in use, for as long as the process lasts */
		pthread_detach(screen->thread);
	pthread_sigmask(SIG_UNBLOCK, &blocked, NULL);
}

int screen_fd(const struct screen *screen)
{
	return screen->ready_fd;
}

struct screen_event screen_next(struct screen *screen)
{
	struct screen_event event = { .kind = SCREEN_NOTHING };
	uint64_t count;

	screen_lock(screen);
	if (screen->is_gone && !screen->is_gone_told) {
		screen->is_gone_told = true;
		event.kind = SCREEN_GONE;
	} else if (screen->is_resized) {
		screen->is_resized = false;
		event.kind = SCREEN_RESIZE;
		event.rows = screen->rows;
		event.columns = screen->columns;
	} else if (screen->events_count) {
		event = screen->events[screen->events_first];
		screen->events_first = (screen->events_first + 1) % SCREEN_EVENTS_MAX;
		screen->events_count--;
	} else if (read(screen->ready_fd, &count, sizeof(count)) < 0) {
		event.kind = SCREEN_NOTHING; /* it was not even ready */
	}
	screen_unlock(screen);
	return event;
}

void screen_size(const struct screen *screen, unsigned *rows, unsigned *columns)
{
	screen_lock(screen);
	*rows = screen->rows;
	*columns = screen->columns;
	screen_unlock(screen);
}

enum colours screen_colours(const struct screen *screen)
{
	return screen->colours;
}

bool screen_can_copy(const struct screen *screen)
{
	return screen->can_copy;
}

void screen_show(struct screen *screen, const struct canvas *canvas)
{
	screen_lock(screen);
	if (!screen->is_gone) {
		screen->skipped_count += screen->has_next;
		screen->has_next = true;
		canvas_copy(&screen->next, canvas);
	}
	screen_unlock(screen);
	screen_wake(screen->wake_fd);
}

unsigned screen_pending(const struct screen *screen)
{
	unsigned pending;

	screen_lock(screen);
	pending = screen->has_next || screen->is_writing;
	screen_unlock(screen);
	return pending;
}

uint64_t screen_skipped_count(const struct screen *screen)
{
	uint64_t count;

	screen_lock(screen);
	count = screen->skipped_count;
	screen_unlock(screen);
	return count;
}

void screen_copy(struct screen *screen, const char *text, size_t length)
{
	if (!screen->can_copy)
		return;
	screen_lock(screen);
	buf_reset(&screen->copy);
	painter_copy(&screen->copy, text, length < SCREEN_COPY_MAX_BYTES ? length : SCREEN_COPY_MAX_BYTES);
	screen_unlock(screen);
	screen_wake(screen->wake_fd);
}
