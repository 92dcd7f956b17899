// SPDX-License-Identifier: Apache-2.0
/*
 * In: the end of the process, of whatever kind can be caught. Out: a terminal that its user can go on with.
 * The rule that surprises: this is the one place with a state of the whole process, since handlers of exit, of signals
 * and of base/mem.h (out of memory is an end without exit) are given nothing. It only holds what is written then, made
 * before; it calls nothing that a handler may not.
 */
#include "sink/tui/screen_parts.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum rescue_state { RESCUE_OFF, RESCUE_ARMED, RESCUE_WRITING, RESCUE_DONE };

static struct {
	atomic_int state;
	int fd;
	pid_t pid; /* a child that ends is no reason */
	bool has_saved;
	struct termios saved;
	char leave[512];
	size_t length;
} rescue;

/* Ctrl-\, what a broken program dies of, and what app has no use for; those that it reads itself are blocked. */
static const int rescue_signals[] = { SIGSEGV, SIGBUS,	SIGFPE,	 SIGILL, SIGABRT,
				      SIGSYS,  SIGQUIT, SIGTERM, SIGINT, SIGHUP };

bool terminal_is_elsewhere(int fd)
{
	pid_t group = tcgetpgrp(fd);

	return group > 0 && group != getpgrp();
}

bool rescue_take(void)
{
	int state = RESCUE_ARMED;

	return atomic_compare_exchange_strong(&rescue.state, &state, RESCUE_WRITING);
}

void rescue_give(void)
{
	int state = RESCUE_WRITING;

	atomic_compare_exchange_strong(&rescue.state, &state, RESCUE_ARMED);
}

/* The painter's write does not wait, so it is over soon; unless it is the one that dies. */
static bool rescue_enter(void)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int tries, state;

	for (tries = 0; tries < 50; tries++) {
		state = RESCUE_ARMED;
		if (atomic_compare_exchange_strong(&rescue.state, &state, RESCUE_DONE))
			return true;
		if (state != RESCUE_WRITING)
			return false;
		nanosleep(&pause, NULL);
	}
	state = RESCUE_WRITING;
	return atomic_compare_exchange_strong(&rescue.state, &state, RESCUE_DONE);
}

static void rescue_now(void)
{
	struct pollfd writable = { .fd = rescue.fd, .events = POLLOUT };
	sigset_t output, before;
	size_t at = 0;
	ssize_t count;

	if (rescue.pid != getpid() || !rescue_enter() || terminal_is_elsewhere(rescue.fd))
		return;
	while (at < rescue.length && poll(&writable, 1, 200) > 0) {
		count = write(rescue.fd, rescue.leave + at, rescue.length - at);
		if (count <= 0)
			break;
		at += (size_t)count;
	}
	if (!rescue.has_saved)
		return;
	sigemptyset(&output);
	sigaddset(&output, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &output, &before);
	tcsetattr(rescue.fd, TCSANOW, &rescue.saved);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void rescue_on_signal(int number)
{
	int error = errno;

	rescue_now();
	errno = error;
	raise(number); /* whose action is the default again */
}

static void rescue_handle(bool is_on)
{
	struct sigaction mine = { .sa_handler = rescue_on_signal, .sa_flags = (int)SA_RESETHAND | SA_NODEFER };
	struct sigaction plain = { .sa_handler = SIG_DFL }, old;
	size_t i;

	for (i = 0; i < COUNT_OF(rescue_signals); i++) {
		if (sigaction(rescue_signals[i], NULL, &old) || (old.sa_flags & SA_SIGINFO))
			continue;
		if (is_on && old.sa_handler == SIG_DFL)
			sigaction(rescue_signals[i], &mine, NULL);
		else if (!is_on && old.sa_handler == rescue_on_signal)
			sigaction(rescue_signals[i], &plain, NULL);
	}
}

void rescue_arm(int fd, const struct termios *saved, const struct buf *leave)
{
	atomic_store(&rescue.state, RESCUE_OFF);
	rescue.fd = fd;
	rescue.has_saved = saved != NULL;
	if (saved)
		rescue.saved = *saved;
	rescue.length = leave->length < sizeof(rescue.leave) ? leave->length : sizeof(rescue.leave);
	memcpy(rescue.leave, leave->bytes, rescue.length);
	if (rescue.pid != getpid())
		atexit(rescue_now);
	rescue.pid = getpid();
	rescue_handle(true);
	mem_on_give_up(rescue_now);
	atomic_store(&rescue.state, RESCUE_ARMED);
}

void rescue_disarm(void)
{
	atomic_store(&rescue.state, RESCUE_OFF);
	mem_on_give_up(NULL);
	rescue_handle(false);
}
