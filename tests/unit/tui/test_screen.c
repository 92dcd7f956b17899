// SPDX-License-Identifier: Apache-2.0
/* A screen on a real terminal pair: what comes out, what goes in, and that nobody waits for a terminal that sticks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "sink/tui/screen.h"

#define PATIENCE_MS 10000 /* for what has to come; a machine may be busy */
#define ENTER	    "\033[?1049h"
#define LEAVE	    "\033[?1049l"

struct pair {
	int master, slave;
	struct screen *screen;
	struct canvas canvas;
	struct buf seen; /* all that came out */
	struct termios before;
	unsigned shown_count;
};

static void open_pair(struct pair *pair, unsigned rows, unsigned columns)
{
	const struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };

	memset(pair, 0, sizeof(*pair));
	assert_int_equal(openpty(&pair->master, &pair->slave, NULL, NULL, &size), 0);
	fcntl(pair->master, F_SETFL, O_NONBLOCK);
	fcntl(pair->master, F_SETFD, FD_CLOEXEC);
	assert_int_equal(tcgetattr(pair->slave, &pair->before), 0);
	buf_add(&pair->seen, "", 0);
}

static void begin(struct pair *pair, unsigned rows, unsigned columns)
{
	struct screen_options options = { .terminal = "xterm-256color" };
	unsigned now_rows, now_columns;

	open_pair(pair, rows, columns);
	options.in_fd = options.out_fd = pair->slave;
	assert_int_equal(screen_open(&pair->screen, &options), 0);
	screen_size(pair->screen, &now_rows, &now_columns);
	canvas_init(&pair->canvas, now_rows, now_columns, false);
}

/* What there is to read, as it comes within the time; true: more came. */
static bool pull(struct pair *pair, int timeout_ms)
{
	struct pollfd readable = { .fd = pair->master, .events = POLLIN };
	char bytes[4096];
	ssize_t count;

	if (poll(&readable, 1, timeout_ms) <= 0)
		return false;
	count = read(pair->master, bytes, sizeof(bytes));
	if (count <= 0)
		return false;
	buf_add(&pair->seen, bytes, (size_t)count);
	return true;
}

static const char *find(const struct pair *pair, const char *text)
{
	return memmem(pair->seen.bytes, pair->seen.length, text, strlen(text));
}

static void await(struct pair *pair, const char *text)
{
	uint64_t end_ns = io_now_ns() + PATIENCE_MS * UINT64_C(1000000);

	while (!find(pair, text) && io_now_ns() < end_ns)
		pull(pair, 100);
	if (!find(pair, text))
		fail_msg("it does not come out: %s", text);
}

static void await_painted(struct pair *pair)
{
	uint64_t end_ns = io_now_ns() + PATIENCE_MS * UINT64_C(1000000);

	while (screen_pending(pair->screen) && io_now_ns() < end_ns)
		pull(pair, 1);
	assert_int_equal(screen_pending(pair->screen), 0);
}

static struct screen_event next(struct pair *pair)
{
	struct pollfd fds[] = { { .fd = screen_fd(pair->screen), .events = POLLIN },
				{ .fd = pair->master, .events = POLLIN } };
	uint64_t end_ns = io_now_ns() + PATIENCE_MS * UINT64_C(1000000);
	struct screen_event event;

	do {
		event = screen_next(pair->screen);
		if (event.kind != SCREEN_NOTHING)
			return event;
		poll(fds, 2, 100);
		if (fds[1].revents & POLLIN)
			pull(pair, 0);
	} while (io_now_ns() < end_ns);
	fail_msg("no event comes");
	return event;
}

static void type(const struct pair *pair, const char *bytes, size_t length)
{
	struct pollfd room = { .fd = pair->master, .events = POLLOUT };
	ssize_t count;

	for (; length; bytes += count > 0 ? count : 0, length -= count > 0 ? (size_t)count : 0) {
		count = write(pair->master, bytes, length);
		if (count < 0)
			assert_int_equal(poll(&room, 1, PATIENCE_MS), 1);
	}
}
#define TYPE(pair, bytes) type(pair, bytes, sizeof(bytes) - 1)

static void check_restored(int fd, const struct termios *before)
{
	struct termios now;

	assert_int_equal(tcgetattr(fd, &now), 0);
	assert_int_equal(now.c_lflag, before->c_lflag);
	assert_int_equal(now.c_iflag, before->c_iflag);
	assert_int_equal(now.c_oflag, before->c_oflag);
}

/* The milliseconds that it took. */
static unsigned close_screen(struct pair *pair)
{
	uint64_t from_ns = io_now_ns();

	screen_close(pair->screen);
	pair->screen = NULL;
	return (unsigned)((io_now_ns() - from_ns) / 1000000);
}

static void end(struct pair *pair)
{
	if (pair->screen)
		close_screen(pair);
	canvas_fini(&pair->canvas);
	buf_fini(&pair->seen);
	if (pair->master >= 0)
		close(pair->master);
	close(pair->slave);
}

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void what_is_shown_comes_out_and_the_terminal_is_left_as_it_was(void **state)
{
	struct pair pair;
	struct termios during;
	int flags;

	(void)state;
	begin(&pair, 24, 80);
	flags = fcntl(pair.slave, F_GETFL);
	assert_int_equal(flags & O_NONBLOCK, 0); /* ours does not wait, the one of others does */
	assert_int_equal(screen_colours(pair.screen), COLOURS_256);
	assert_true(screen_can_copy(pair.screen));
	area_text(area_of(&pair.canvas), 5, 10, STYLE_TEXT, "hello \xff\033[H 漢字 ⣿");
	screen_show(pair.screen, &pair.canvas);
	await(&pair, "hello �\\x1b[H 漢字 ⣿");
	assert_true(find(&pair, ENTER) < find(&pair, "hello"));
	assert_int_equal(tcgetattr(pair.slave, &during), 0);
	assert_int_equal(during.c_lflag & (ICANON | ECHO), 0);
	assert_true(during.c_lflag & ISIG);
	assert_null(find(&pair, LEAVE));
	assert_true(close_screen(&pair) < 400);
	await(&pair, LEAVE);
	assert_non_null(find(&pair, "\033[?1000l"));
	check_restored(pair.slave, &pair.before);
	assert_int_equal(fcntl(pair.slave, F_GETFL), flags);
	end(&pair);
}

static void one_screen_after_the_other_can_be_opened(void **state)
{
	struct pair pair;
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		begin(&pair, 10, 40);
		area_format(area_of(&pair.canvas), 0, 0, STYLE_GOOD, "round %d", i);
		screen_show(pair.screen, &pair.canvas);
		await(&pair, "round");
		end(&pair);
	}
}

static bool is_blocked(int number)
{
	sigset_t now;

	pthread_sigmask(SIG_BLOCK, NULL, &now);
	return sigismember(&now, number);
}

static void only_the_signals_that_it_blocked_are_unblocked_at_its_end(void **state)
{
	struct pair pair;
	sigset_t set, before;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCONT);
	pthread_sigmask(SIG_BLOCK, &set, &before);
	begin(&pair, 10, 40);
	assert_true(is_blocked(SIGWINCH) && is_blocked(SIGTSTP) && is_blocked(SIGCONT));
	sigdelset(&set, SIGCONT);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL); /* meanwhile its user wants another end of Ctrl-C */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	end(&pair);
	assert_false(is_blocked(SIGINT));
	assert_true(is_blocked(SIGUSR1));
	assert_true(is_blocked(SIGCONT));
	assert_false(is_blocked(SIGWINCH));
	assert_false(is_blocked(SIGTSTP));
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void keys_and_clicks_come_in_order(void **state)
{
	struct pair pair;
	struct screen_event event;

	(void)state;
	begin(&pair, 24, 80);
	TYPE(&pair, "a\033[A\033[M \x30\x21\033[<0;16;2Mé\033[24~");
	assert_int_equal(next(&pair).key, 'a');
	assert_int_equal(next(&pair).key, KEYCODE_UP);
	event = next(&pair);
	assert_int_equal(event.kind, SCREEN_CLICK);
	assert_int_equal(event.column, 15);
	assert_int_equal(event.row, 0);
	event = next(&pair);
	assert_int_equal(event.kind, SCREEN_CLICK);
	assert_int_equal(event.row, 1);
	assert_int_equal(next(&pair).key, 0xe9);
	assert_int_equal(next(&pair).key, KEYCODE_F12);
	TYPE(&pair, "\033"); /* alone: only time tells */
	assert_int_equal(next(&pair).key, KEYCODE_ESCAPE);
	TYPE(&pair, "\r\n");
	assert_int_equal(next(&pair).key, KEYCODE_ENTER);
	assert_int_equal(next(&pair).key, KEYCODE_ENTER);
	assert_int_equal(screen_next(pair.screen).kind, SCREEN_NOTHING);
	end(&pair);
}

static void the_descriptor_is_readable_while_there_is_an_event_and_only_then(void **state)
{
	struct pair pair;
	struct pollfd ready;

	(void)state;
	begin(&pair, 24, 80);
	ready = (struct pollfd){ .fd = screen_fd(pair.screen), .events = POLLIN };
	assert_int_equal(poll(&ready, 1, 0), 0);
	TYPE(&pair, "ab");
	assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
	assert_int_equal(next(&pair).key, 'a');
	assert_int_equal(next(&pair).key, 'b');
	assert_int_equal(screen_next(pair.screen).kind, SCREEN_NOTHING);
	assert_int_equal(poll(&ready, 1, 0), 0);
	end(&pair);
}

static void keys_that_nobody_takes_are_dropped_at_a_limit(void **state)
{
	struct pair pair;
	char keys[1000];
	unsigned i, count;

	(void)state;
	begin(&pair, 24, 80);
	area_text(area_of(&pair.canvas), 0, 0, STYLE_TEXT, "still here");
	screen_show(pair.screen, &pair.canvas);
	await(&pair, "still here");
	await_painted(&pair);
	memset(keys, 'k', sizeof(keys));
	for (i = 0; i < 20; i++)
		type(&pair, keys, sizeof(keys));
	buf_reset(&pair.seen);
	TYPE(&pair, "\014"); /* dropped as well, but it paints: then all before it is read */
	await(&pair, "still here");
	for (count = 0; screen_next(pair.screen).kind == SCREEN_KEY; count++)
		;
	assert_int_equal(count, 256);
	TYPE(&pair, "x");
	assert_int_equal(next(&pair).key, 'x');
	end(&pair);
}

static void check_resize(struct pair *pair, unsigned rows, unsigned columns, unsigned told_rows, unsigned told_columns)
{
	const struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };
	struct screen_event event;
	unsigned now_rows, now_columns;

	assert_int_equal(ioctl(pair->slave, TIOCSWINSZ, &size), 0);
	kill(getpid(), SIGWINCH);
	event = next(pair);
	assert_int_equal(event.kind, SCREEN_RESIZE);
	assert_int_equal(event.rows, told_rows);
	assert_int_equal(event.columns, told_columns);
	screen_size(pair->screen, &now_rows, &now_columns);
	assert_int_equal(now_rows, told_rows);
	assert_int_equal(now_columns, told_columns);
	canvas_resize(&pair->canvas, told_rows, told_columns);
	area_fill(area_of(&pair->canvas), 0, 0, (int)told_columns, STYLE_TEXT, 'w', 'w');
	buf_reset(&pair->seen);
	screen_show(pair->screen, &pair->canvas);
	await_painted(pair);
	await(pair, "w");
}

static void a_resize_is_told_with_its_size_whatever_it_is(void **state)
{
	struct pair pair;

	(void)state;
	begin(&pair, 24, 80);
	check_resize(&pair, 60, 200, 60, 200);
	check_resize(&pair, 1, 1, 1, 1);
	check_resize(&pair, 10, 30, 10, 30);
	check_resize(&pair, 0, 0, 24, 80); /* it does not know */
	check_resize(&pair, 60000, 60000, CANVAS_MAX_ROWS, CANVAS_MAX_COLUMNS);
	check_resize(&pair, 24, 80, 24, 80);
	end(&pair);
}

static void resizes_amid_painting_are_survived(void **state)
{
	struct pair pair;
	unsigned i, seed = 7, row;

	(void)state;
	begin(&pair, 24, 80);
	for (i = 0; i < 300; i++) {
		struct winsize size;

		seed = seed * 1103515245u + 12345u;
		size = (struct winsize){ .ws_row = (unsigned short)(1 + (seed >> 10) % 70),
					 .ws_col = (unsigned short)(1 + (seed >> 17) % 230) };
		ioctl(pair.slave, TIOCSWINSZ, &size);
		kill(getpid(), SIGWINCH);
		canvas_resize(&pair.canvas, 1 + (seed >> 8) % 60, 1 + (seed >> 20) % 200);
		for (row = 0; row < pair.canvas.rows; row++)
			area_format(area_of(&pair.canvas), (int)row, 0, (enum style)(i % STYLES), "漢 row %u of %u 字", row, i);
		screen_show(pair.screen, &pair.canvas);
		pull(&pair, 0);
		while (screen_next(pair.screen).kind != SCREEN_NOTHING)
			;
	}
	await_painted(&pair);
	ioctl(pair.slave, TIOCSWINSZ, &(struct winsize){ .ws_row = 24, .ws_col = 80 });
	kill(getpid(), SIGWINCH);
	while (next(&pair).rows != 24)
		;
	canvas_resize(&pair.canvas, 24, 80);
	area_text(area_of(&pair.canvas), 23, 60, STYLE_TEXT, "the end");
	screen_show(pair.screen, &pair.canvas);
	await(&pair, "the end");
	end(&pair);
}

/* Frames of which each cell is another one; the longest call, in us. */
static uint64_t show_many(struct pair *pair, unsigned count)
{
	uint64_t longest_ns = 0;
	unsigned i, k, row;

	for (k = 0; k < count; k++) {
		uint64_t from_ns, took_ns;

		i = pair->shown_count++;
		for (row = 0; row < pair->canvas.rows; row++)
			area_fill(area_of(&pair->canvas), (int)row, 0, (int)pair->canvas.columns,
				  (enum style)(STYLE_GOOD + (i + row) % 20), 'a' + (i + row) % 26, '?');
		from_ns = io_now_ns();
		screen_show(pair->screen, &pair->canvas);
		took_ns = io_now_ns() - from_ns;
		longest_ns = took_ns > longest_ns ? took_ns : longest_ns;
	}
	return longest_ns / 1000;
}

/* Until the terminal takes no more. */
static void fill(struct pair *pair)
{
	uint64_t end_ns = io_now_ns() + PATIENCE_MS * UINT64_C(1000000), quiet_ns = io_now_ns();

	while (io_now_ns() < end_ns && io_now_ns() - quiet_ns < 300000000) {
		if (!screen_pending(pair->screen)) {
			show_many(pair, 1);
			quiet_ns = io_now_ns();
		}
		poll(NULL, 0, 1);
	}
	assert_int_equal(screen_pending(pair->screen), 1);
}

static void a_terminal_that_nobody_reads_delays_nobody(void **state)
{
	struct pair pair;
	uint64_t skipped;

	(void)state;
	begin(&pair, 60, 200);
	fill(&pair);
	skipped = screen_skipped_count(pair.screen);
	assert_true(show_many(&pair, 200) < 100000); /* us; some of the machine's own pauses included */
	assert_int_equal(screen_pending(pair.screen), 1);
	assert_true(screen_skipped_count(pair.screen) >= skipped + 198);
	TYPE(&pair, "q"); /* what is typed there comes all the same */
	while (screen_next(pair.screen).key != 'q')
		assert_int_equal(poll(&(struct pollfd){ .fd = screen_fd(pair.screen), .events = POLLIN }, 1, PATIENCE_MS), 1);
	assert_true(close_screen(&pair) <= 500);
	check_restored(pair.slave, &pair.before);
	buf_reset(&pair.seen);
	await(&pair, LEAVE); /* whoever reads on sees the end */
	while (pull(&pair, 0))
		;
	assert_non_null(find(&pair, "\033[?25h"));
	end(&pair);
}

static void a_terminal_that_is_slow_shows_the_newest_frame_at_last(void **state)
{
	struct pair pair;

	(void)state;
	begin(&pair, 60, 200);
	fill(&pair);
	show_many(&pair, 50);
	canvas_clear(&pair.canvas);
	area_text(area_of(&pair.canvas), 30, 30, STYLE_TEXT, "THE NEWEST");
	screen_show(pair.screen, &pair.canvas);
	await(&pair, "THE NEWEST");
	await_painted(&pair);
	end(&pair);
}

static void control_s_stops_the_picture_only_and_an_end_undoes_it(void **state)
{
	struct pair pair;

	(void)state;
	begin(&pair, 24, 80);
	area_text(area_of(&pair.canvas), 0, 0, STYLE_TEXT, "first");
	screen_show(pair.screen, &pair.canvas);
	await(&pair, "first");
	await_painted(&pair);
	TYPE(&pair, "\x13");
	area_text(area_of(&pair.canvas), 1, 0, STYLE_TEXT, "second");
	screen_show(pair.screen, &pair.canvas);
	while (pull(&pair, 200))
		;
	assert_null(find(&pair, "second"));
	assert_int_equal(screen_pending(pair.screen), 1);
	assert_true(show_many(&pair, 3) < 100000);
	assert_true(close_screen(&pair) <= 500);
	check_restored(pair.slave, &pair.before);
	await(&pair, LEAVE);
	end(&pair);
}

static void a_terminal_that_hangs_up_is_told_once_and_costs_nothing(void **state)
{
	struct pair pair;
	struct pollfd ready;
	uint64_t from_ns;

	(void)state;
	begin(&pair, 24, 80);
	screen_show(pair.screen, &pair.canvas);
	await_painted(&pair);
	close(pair.master);
	pair.master = -1;
	ready = (struct pollfd){ .fd = screen_fd(pair.screen), .events = POLLIN };
	assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
	assert_int_equal(screen_next(pair.screen).kind, SCREEN_GONE);
	assert_int_equal(screen_next(pair.screen).kind, SCREEN_NOTHING);
	from_ns = cpu_ns();
	assert_int_equal(poll(&ready, 1, 200), 0); /* nothing more comes */
	assert_true(cpu_ns() - from_ns < 50000000);
	show_many(&pair, 5);
	assert_int_equal(screen_pending(pair.screen), 0);
	screen_copy(pair.screen, "x", 1);
	kill(getpid(), SIGWINCH);
	assert_int_equal(screen_next(pair.screen).kind, SCREEN_NOTHING);
	assert_true(close_screen(&pair) < 400);
	end(&pair);
}

static void random_bytes_of_a_terminal_neither_break_nor_stick(void **state)
{
	struct pair pair;
	unsigned seed = 99, round, i;
	char bytes[512];

	(void)state;
	begin(&pair, 24, 80);
	for (round = 0; round < 400; round++) {
		for (i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = seed >> 30 ? (char)(seed >> 16) : "\033[<;M~1\033"[(seed >> 10) % 8];
			if (bytes[i] == 0x13) /* Ctrl-S */
				bytes[i] = 0x11;
		}
		type(&pair, bytes, sizeof(bytes));
		screen_show(pair.screen, &pair.canvas);
		while (screen_next(pair.screen).kind != SCREEN_NOTHING)
			pull(&pair, 0);
	}
	TYPE(&pair, "\030\033[201~\030\030\030\030Z"); /* whatever is open is over */
	while (next(&pair).key != 'Z')
		;
	area_text(area_of(&pair.canvas), 3, 3, STYLE_TEXT, "survived");
	screen_show(pair.screen, &pair.canvas);
	await(&pair, "survived");
	end(&pair);
}

static void a_copy_stands_between_frames_and_control_l_paints_anew(void **state)
{
	struct pair pair;

	(void)state;
	begin(&pair, 24, 80);
	area_text(area_of(&pair.canvas), 0, 0, STYLE_TEXT, "before");
	screen_show(pair.screen, &pair.canvas);
	await(&pair, "before");
	screen_copy(pair.screen, "4bf92f35", 8);
	await(&pair, "\033]52;c;NGJmOTJmMzU=\a");
	await_painted(&pair);
	buf_reset(&pair.seen);
	TYPE(&pair, "\014");
	assert_int_equal(next(&pair).key, 'L' & 0x1f);
	await(&pair, "before");
	end(&pair);
}

static void a_null_terminal_takes_frames_and_has_no_keys(void **state)
{
	struct screen_options options = { .terminal = "xterm-256color" };
	struct canvas canvas;
	struct screen *screen;
	uint64_t end_ns = io_now_ns() + PATIENCE_MS * UINT64_C(1000000), from_ns;
	unsigned rows, columns;

	(void)state;
	options.in_fd = options.out_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(screen_open(&screen, &options), 0);
	screen_size(screen, &rows, &columns);
	assert_int_equal(rows, 24);
	assert_int_equal(columns, 80);
	canvas_init(&canvas, rows, columns, false);
	screen_show(screen, &canvas);
	while (screen_pending(screen) && io_now_ns() < end_ns)
		poll(NULL, 0, 1);
	assert_int_equal(screen_pending(screen), 0);
	from_ns = cpu_ns();
	assert_int_equal(poll(&(struct pollfd){ .fd = screen_fd(screen), .events = POLLIN }, 1, 200), 0);
	assert_true(cpu_ns() - from_ns < 50000000);
	screen_close(screen);
	canvas_fini(&canvas);
	close(options.in_fd);
}

static char said[256];

static void on_said(void *arg, const char *line)
{
	(void)arg;
	snprintf(said, sizeof(said), "%s", line);
}

static void a_terminal_that_cannot_is_refused_with_a_hint(void **state)
{
	static const char *const names[] = { "dumb", "no-such-terminal", "" };
	struct screen_options options = { 0 };
	struct pair pair;
	const char *why;
	size_t i;

	(void)state;
	open_pair(&pair, 24, 80);
	options.in_fd = options.out_fd = pair.slave;
	refuse_redirect(on_said, NULL);
	for (i = 0; i < 3; i++) {
		said[0] = '\0';
		options.terminal = names[i];
		assert_true(screen_open(&pair.screen, &options) < 0);
		assert_null(pair.screen);
		assert_non_null(strstr(said, "--once"));
		setenv("TERM", names[i], 1);
		assert_false(screen_is_possible(pair.slave, pair.slave, &why));
		assert_non_null(strstr(why, "--once"));
	}
	refuse_redirect(NULL, NULL);
	unsetenv("TERM");
	assert_false(screen_is_possible(pair.slave, pair.slave, &why));
	setenv("TERM", "xterm-256color", 1);
	assert_true(screen_is_possible(pair.slave, pair.slave, &why));
	i = (size_t)open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_false(screen_is_possible((int)i, pair.slave, &why));
	assert_false(screen_is_possible(pair.slave, (int)i, &why));
	close((int)i);
	check_restored(pair.slave, &pair.before);
	end(&pair);
}

/* --- the end of processes --------------------------------------------------------------------------------------- */

#define OUT_OF_MEMORY 1000 /* no signal */

static void run_child(struct pair *pair, int how)
{
	struct screen_options options = { .terminal = "xterm-256color" };
	struct rlimit none = { 0, 0 };
	struct canvas canvas;
	struct screen *screen;
	uint64_t end_ns = io_now_ns() + PATIENCE_MS * UINT64_C(1000000);

	setrlimit(RLIMIT_CORE, &none);
	options.in_fd = options.out_fd = pair->slave;
	if (screen_open(&screen, &options))
		_exit(99);
	canvas_init(&canvas, 24, 80, false);
	area_text(area_of(&canvas), 0, 0, STYLE_TEXT, "child");
	screen_show(screen, &canvas);
	while (screen_pending(screen) && io_now_ns() < end_ns)
		poll(NULL, 0, 1);
	if (how < 0)
		exit(-how);
	if (how == OUT_OF_MEMORY) {
		dup2(pair->slave, STDERR_FILENO);
		mem_array(SIZE_MAX, 2);
	}
	raise(how);
	_exit(98);
}

/* Else it would go with the alternate screen. */
static void check_sentence_behind_leave(struct pair *pair, int status)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_CODE_RUNTIME);
	await(pair, "out of memory");
	assert_true(find(pair, "out of memory") > find(pair, LEAVE));
}

static void whatever_ends_the_process_leaves_a_usable_terminal(void **state)
{
	static const int hows[] = { -7, OUT_OF_MEMORY, SIGABRT, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGSEGV, SIGBUS };
	struct sigaction action;
	struct pair pair;
	size_t i;
	pid_t pid;
	int status;

	(void)state;
	for (i = 0; i < sizeof(hows) / sizeof(hows[0]); i++) {
		if (hows[i] > 0 && hows[i] != OUT_OF_MEMORY && (sigaction(hows[i], NULL, &action) || action.sa_handler != SIG_DFL)) {
			print_message("signal %d is taken by a sanitizer here\n", hows[i]);
			continue;
		}
		open_pair(&pair, 24, 80);
		pid = fork();
		if (!pid)
			run_child(&pair, hows[i]);
		await(&pair, "child");
		await(&pair, LEAVE);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (hows[i] < 0)
			assert_int_equal(WEXITSTATUS(status), 7);
		else if (hows[i] == OUT_OF_MEMORY)
			check_sentence_behind_leave(&pair, status);
		else
			assert_int_equal(WTERMSIG(status), hows[i]);
		assert_non_null(find(&pair, "\033[?25h"));
		check_restored(pair.slave, &pair.before);
		end(&pair);
	}
}

/* --- jobs: the test is a shell's session, by one letter per command ---------------------------------------------- */

struct jobs {
	struct pair pair;
	int commands, answers; /* ends of the test */
	pid_t shell;
};

static void run_job(int slave)
{
	struct screen_options options = { .in_fd = slave, .out_fd = slave, .terminal = "xterm-256color" };
	struct canvas canvas;
	struct screen *screen;
	bool is_over = false;

	if (screen_open(&screen, &options))
		_exit(99);
	canvas_init(&canvas, 24, 80, false);
	area_text(area_of(&canvas), 0, 0, STYLE_TEXT, "a job");
	screen_show(screen, &canvas);
	while (!is_over) {
		struct screen_event event = screen_next(screen);

		is_over = event.kind == SCREEN_GONE || (event.kind == SCREEN_KEY && event.key == 'q');
		if (event.kind == SCREEN_NOTHING)
			poll(&(struct pollfd){ .fd = screen_fd(screen), .events = POLLIN }, 1, -1);
	}
	screen_close(screen);
	canvas_fini(&canvas);
	_exit(5);
}

static void run_shell(struct jobs *jobs, int commands, int answers)
{
	char command, answer;
	int status;
	pid_t job;

	setsid();
	ioctl(jobs->pair.slave, TIOCSCTTY, 0);
	signal(SIGTTOU, SIG_IGN);
	close(jobs->pair.master);
	job = fork();
	if (!job) {
		setpgid(0, 0);
		tcsetpgrp(jobs->pair.slave, getpid());
		signal(SIGTTOU, SIG_DFL);
		run_job(jobs->pair.slave);
	}
	setpgid(job, job);
	tcsetpgrp(jobs->pair.slave, job);
	while (read(commands, &command, 1) == 1) {
		switch (command) {
		case 'w': /* what has become of it? */
			waitpid(job, &status, WUNTRACED);
			answer = WIFSTOPPED(status) ? 's' : WIFEXITED(status) && WEXITSTATUS(status) == 5 ? 'e' : '?';
			if (answer == 's')
				tcsetpgrp(jobs->pair.slave, getpgrp());
			break;
		case 't': /* the terminal is the job's again, of which nobody tells it */
			answer = tcsetpgrp(jobs->pair.slave, job) ? '?' : 't';
			break;
		default: /* it goes on, where it is */
			answer = kill(-job, SIGCONT) ? '?' : 'c';
		}
		if (write(answers, &answer, 1) != 1)
			break;
	}
	_exit(0);
}

static void ask(struct jobs *jobs, char command, char wanted)
{
	char answer = '-';

	assert_int_equal(write(jobs->commands, &command, 1), 1);
	while (poll(&(struct pollfd){ .fd = jobs->answers, .events = POLLIN }, 1, 20) == 0)
		pull(&jobs->pair, 0);
	assert_int_equal(read(jobs->answers, &answer, 1), 1);
	assert_int_equal(answer, wanted);
}

static void control_z_gives_the_terminal_back_and_fg_paints_anew(void **state)
{
	int commands[2], answers[2], status;
	struct jobs jobs = { 0 };

	(void)state;
	open_pair(&jobs.pair, 24, 80);
	assert_int_equal(pipe(commands) || pipe(answers), 0);
	jobs.shell = fork();
	if (!jobs.shell) {
		close(commands[1]);
		run_shell(&jobs, commands[0], answers[1]);
	}
	close(commands[0]);
	close(answers[1]);
	jobs.commands = commands[1];
	jobs.answers = answers[0];
	await(&jobs.pair, "a job");

	TYPE(&jobs.pair, "\x1a");
	ask(&jobs, 'w', 's');
	await(&jobs.pair, LEAVE);
	check_restored(jobs.pair.slave, &jobs.pair.before);

	buf_reset(&jobs.pair.seen); /* fg */
	ask(&jobs, 't', 't');
	ask(&jobs, 'c', 'c');
	await(&jobs.pair, ENTER);
	await(&jobs.pair, "a job");

	TYPE(&jobs.pair, "\x1a");
	ask(&jobs, 'w', 's');
	await(&jobs.pair, LEAVE);
	buf_reset(&jobs.pair.seen); /* bg: it goes on and leaves the terminal alone */
	ask(&jobs, 'c', 'c');
	while (pull(&jobs.pair, 500))
		;
	assert_int_equal(jobs.pair.seen.length, 0);
	check_restored(jobs.pair.slave, &jobs.pair.before);
	ask(&jobs, 't', 't'); /* fg, of a job that runs: no signal comes */
	await(&jobs.pair, ENTER);
	await(&jobs.pair, "a job");
	TYPE(&jobs.pair, "q");
	ask(&jobs, 'w', 'e');
	check_restored(jobs.pair.slave, &jobs.pair.before);
	close(jobs.commands);
	close(jobs.answers);
	assert_int_equal(waitpid(jobs.shell, &status, 0), jobs.shell);
	end(&jobs.pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown_comes_out_and_the_terminal_is_left_as_it_was),
		cmocka_unit_test(one_screen_after_the_other_can_be_opened),
		cmocka_unit_test(only_the_signals_that_it_blocked_are_unblocked_at_its_end),
		cmocka_unit_test(keys_and_clicks_come_in_order),
		cmocka_unit_test(the_descriptor_is_readable_while_there_is_an_event_and_only_then),
		cmocka_unit_test(keys_that_nobody_takes_are_dropped_at_a_limit),
		cmocka_unit_test(a_resize_is_told_with_its_size_whatever_it_is),
		cmocka_unit_test(resizes_amid_painting_are_survived),
		cmocka_unit_test(a_terminal_that_nobody_reads_delays_nobody),
		cmocka_unit_test(a_terminal_that_is_slow_shows_the_newest_frame_at_last),
		cmocka_unit_test(control_s_stops_the_picture_only_and_an_end_undoes_it),
		cmocka_unit_test(a_terminal_that_hangs_up_is_told_once_and_costs_nothing),
		cmocka_unit_test(random_bytes_of_a_terminal_neither_break_nor_stick),
		cmocka_unit_test(a_copy_stands_between_frames_and_control_l_paints_anew),
		cmocka_unit_test(a_null_terminal_takes_frames_and_has_no_keys),
		cmocka_unit_test(a_terminal_that_cannot_is_refused_with_a_hint),
		cmocka_unit_test(whatever_ends_the_process_leaves_a_usable_terminal),
		cmocka_unit_test(control_z_gives_the_terminal_back_and_fg_paints_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
