/* SPDX-License-Identifier: Apache-2.0 */
/* The dashboard on a real (pseudo) terminal, in a loop as app's: when it draws, and when it does not. */
#include "fake_tabs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/io.h"

struct terminal {
	struct tui_world *w;
	int master, slave;
	char out[1 << 16]; /* what came out last */
	size_t out_bytes;
};

static struct terminal *terminal_new(void)
{
	struct terminal *t = calloc(1, sizeof(*t));
	struct winsize size = { .ws_row = 24, .ws_col = 80 };

	assert_int_equal(openpty(&t->master, &t->slave, NULL, NULL, &size), 0);
	assert_int_equal(fcntl(t->master, F_SETFL, O_NONBLOCK), 0);
	t->w = tui_world_with((struct tui_options){ .refresh_ns = 100 * NS_PER_MS }, fake_tabs);
	tui_world_pass(t->w, 1);
	assert_int_equal(tui_open(t->w->tui, &(struct screen_options){ .in_fd = t->slave,
									.out_fd = t->slave,
									.terminal = "xterm-256color" }),
			 0);
	return t;
}

static void terminal_free(struct terminal *t)
{
	tui_world_free(t->w);
	close(t->master);
	close(t->slave);
	free(t);
}

static void read_all(struct terminal *t)
{
	ssize_t got;

	while ((got = read(t->master, t->out + t->out_bytes, sizeof(t->out) - 1 - t->out_bytes)) > 0) {
		t->out_bytes += (size_t)got;
		t->out[t->out_bytes] = '\0';
		if (t->out_bytes > sizeof(t->out) / 2)
			t->out_bytes = 0;
	}
}

/* One turn of the loop: waits for a key, for the terminal, or until the dashboard wants to draw; at most 20 ms. */
static void turn(struct terminal *t)
{
	struct pollfd fds[] = { { .fd = tui_fd(t->w->tui), .events = POLLIN }, { .fd = t->master, .events = POLLIN } };
	int timeout_ms = tui_timeout_ms(t->w->tui);

	assert_true(fds[0].fd >= 0);
	poll(fds, 2, timeout_ms < 0 || timeout_ms > 20 ? 20 : timeout_ms);
	read_all(t);
	tui_turn(t->w->tui);
}

/* Turns until the tab was drawn that often, and what was drawn is painted. */
static void turn_until_drawn(struct terminal *t, const struct fake *fake, unsigned draws_count)
{
	uint64_t until_ns = io_now_ns() + 5 * NS_PER_S;

	while (fake->draws_count < draws_count || screen_pending(t->w->tui->screen)) {
		assert_true(io_now_ns() < until_ns);
		turn(t);
	}
}

static void the_first_frame_comes_at_once_and_nothing_new_is_not_drawn_again(void **state)
{
	struct terminal *t = terminal_new();

	(void)state;
	assert_int_equal(tui_timeout_ms(t->w->tui), 0);
	tui_turn(t->w->tui);
	assert_int_equal(fakes[0]->draws_count, 1);
	turn_until_drawn(t, fakes[0], 1);
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(tui_timeout_ms(t->w->tui), -1);
		tui_turn(t->w->tui);
	}
	assert_int_equal(fakes[0]->draws_count, 1);
	terminal_free(t);
}

static void a_key_is_answered_within_a_frame_and_many_keys_by_one(void **state)
{
	struct terminal *t = terminal_new();
	uint64_t start_ns;
	unsigned before;

	(void)state;
	turn_until_drawn(t, fakes[0], 1);
	start_ns = io_now_ns();
	assert_int_equal(write(t->master, "5", 1), 1);
	turn_until_drawn(t, fakes[4], 1);
	assert_true(io_now_ns() - start_ns < NS_PER_S); /* a frame is 33 ms; a loaded machine may take its time */
	assert_int_equal(t->w->tui->open, TUI_LOGS);
	before = fakes[4]->acts_count;
	start_ns = io_now_ns();
	assert_int_equal(write(t->master, "jjjjjjjjjjjjjjjjjjjj", 20), 20);
	while (fakes[4]->acts_count < before + 20)
		turn(t);
	turn_until_drawn(t, fakes[4], 2);
	/* at most one per 33 ms that went by */
	assert_true(fakes[4]->draws_count - 1 <= (io_now_ns() - start_ns) / FRAME_LEAST_NS + 1);
	terminal_free(t);
}

static void news_wait_for_the_next_refresh(void **state)
{
	struct terminal *t = terminal_new();
	uint64_t drawn_ns;

	(void)state;
	turn_until_drawn(t, fakes[0], 1);
	drawn_ns = t->w->tui->drawn_at_ns;
	tui_world_pass(t->w, 1);
	assert_in_range(tui_timeout_ms(t->w->tui) + 1, 1, 101);
	turn_until_drawn(t, fakes[0], 2);
	assert_true(t->w->tui->drawn_at_ns - drawn_ns >= 100 * NS_PER_MS);
	terminal_free(t);
}

static void while_paused_a_frame_is_drawn_when_its_age_grows(void **state)
{
	struct terminal *t = terminal_new();
	unsigned before;

	(void)state;
	turn_until_drawn(t, fakes[0], 1);
	press(t->w, ' ');
	turn_until_drawn(t, fakes[0], 2);
	before = fakes[0]->draws_count;
	t->w->world->at += 300000000; /* 0.3 s */
	tick(t->w->world);
	assert_int_equal(tui_timeout_ms(t->w->tui), -1);
	t->w->world->at += 800000000;
	tick(t->w->world);
	assert_true(tui_timeout_ms(t->w->tui) >= 0);
	turn_until_drawn(t, fakes[0], before + 1);
	terminal_free(t);
}

static void a_tab_that_has_more_to_do_gets_its_frames(void **state)
{
	struct terminal *t = terminal_new();

	(void)state;
	turn_until_drawn(t, fakes[0], 1);
	fakes[0]->parts = 4;
	press(t->w, 'j');
	turn_until_drawn(t, fakes[0], 6);
	assert_int_equal(fakes[0]->parts, 0);
	assert_int_equal(tui_timeout_ms(t->w->tui), -1);
	terminal_free(t);
}

static void a_message_goes_by_itself(void **state)
{
	struct terminal *t = terminal_new();

	(void)state;
	turn_until_drawn(t, fakes[0], 1);
	tui_answer(t->w->tui, true, "done");
	turn_until_drawn(t, fakes[0], 2);
	assert_in_range(tui_timeout_ms(t->w->tui), 4000, 5001);
	t->w->tui->message.until_ns = io_now_ns();
	turn_until_drawn(t, fakes[0], 3);
	assert_null(t->w->tui->message.text);
	assert_int_equal(tui_timeout_ms(t->w->tui), -1);
	terminal_free(t);
}

static void await_painted(struct terminal *t)
{
	uint64_t until_ns = io_now_ns() + 5 * NS_PER_S;

	while (screen_pending(t->w->tui->screen)) {
		assert_true(io_now_ns() < until_ns);
		poll(&(struct pollfd){ .fd = t->master, .events = POLLIN }, 1, 20);
		read_all(t);
	}
	read_all(t);
}

/* Nobody turns: the task that tells keeps the loop. */
static void progress_is_painted_though_the_loop_is_kept(void **state)
{
	struct terminal *t = terminal_new();
	uint64_t start_ns;
	unsigned before;

	(void)state;
	turn_until_drawn(t, fakes[0], 1);
	assert_int_equal(write(t->master, "5", 1), 1);
	t->w->tui->drawn_at_ns = 0; /* long ago */
	t->out_bytes = 0;
	tui_progress(t->w->tui, "closing links", 0.25);
	await_painted(t);
	assert_non_null(strstr(t->out, "closing links"));
	assert_int_equal(t->w->tui->open, TUI_OVERVIEW); /* it takes no keys */
	before = fakes[0]->draws_count;
	start_ns = io_now_ns();
	while (io_now_ns() < start_ns + 300 * NS_PER_MS) {
		tui_progress(t->w->tui, "closing links", (double)(io_now_ns() - start_ns) / 1e9);
		await_painted(t);
	}
	assert_in_range(fakes[0]->draws_count - before, 1, 3);
	tui_progress(t->w->tui, "nobody knows how long", -1); /* too soon: shown when it is told again */
	t->w->tui->drawn_at_ns = 0;
	tui_progress(t->w->tui, "nobody knows how long", -1);
	await_painted(t);
	assert_non_null(strstr(t->out, "nobody knows"));
	before = fakes[0]->draws_count;
	tui_progress(t->w->tui, NULL, -1); /* it is over, and the loop is back */
	assert_int_equal(fakes[0]->draws_count, before);
	turn_until_drawn(t, fakes[4], 1);
	terminal_free(t);
}

/* Until the terminal takes no byte more: nobody reads the master. */
static void fill(struct terminal *t)
{
	static const char junk[1024];
	char path[32];
	struct pollfd fd = { .events = POLLOUT };

	snprintf(path, sizeof(path), "/proc/self/fd/%d", t->slave);
	fd.fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
	assert_true(fd.fd >= 0);
	while (poll(&fd, 1, 200) > 0)
		while (write(fd.fd, junk, sizeof(junk)) > 0 || write(fd.fd, junk, 1) > 0)
			;
	close(fd.fd);
}

static unsigned draws_of_all(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < TUI_TABS; i++)
		count += fakes[i]->draws_count;
	return count;
}

static void a_terminal_that_takes_nothing_costs_nothing(void **state)
{
	struct terminal *t = terminal_new();
	unsigned before;

	(void)state;
	turn_until_drawn(t, fakes[0], 1);
	fill(t);
	before = draws_of_all();
	for (unsigned i = 0; i < 1000; i++) {
		press(t->w, KEYCODE_TAB);
		t->w->tui->drawn_at_ns = 0; /* long ago: a frame is due */
		assert_false(tui_timeout_ms(t->w->tui) > 33);
		tui_turn(t->w->tui);
	}
	for (unsigned i = 0; i < 1000; i++) {
		t->w->tui->drawn_at_ns = 0;
		tui_progress(t->w->tui, "closing links", i / 1000.0);
	}
	assert_true(draws_of_all() - before <= 3); /* what its thread takes before it finds out */
	press(t->w, '5');
	before = fakes[4]->draws_count;
	turn_until_drawn(t, fakes[4], before + 1); /* it is read again: the newest frame comes */
	terminal_free(t);
}

static void a_new_size_is_drawn(void **state)
{
	struct terminal *t = terminal_new();
	unsigned before;

	(void)state;
	turn_until_drawn(t, fakes[0], 1);
	before = fakes[0]->draws_count;
	tui_event(t->w->tui, &(struct screen_event){ .kind = SCREEN_RESIZE, .rows = 40, .columns = 100 });
	turn_until_drawn(t, fakes[0], before + 1);
	assert_int_equal(fakes[0]->area.rows, 37);
	assert_int_equal(fakes[0]->area.columns, 100);
	terminal_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_frame_comes_at_once_and_nothing_new_is_not_drawn_again),
		cmocka_unit_test(a_key_is_answered_within_a_frame_and_many_keys_by_one),
		cmocka_unit_test(news_wait_for_the_next_refresh),
		cmocka_unit_test(while_paused_a_frame_is_drawn_when_its_age_grows),
		cmocka_unit_test(a_tab_that_has_more_to_do_gets_its_frames),
		cmocka_unit_test(a_message_goes_by_itself),
		cmocka_unit_test(progress_is_painted_though_the_loop_is_kept),
		cmocka_unit_test(a_terminal_that_takes_nothing_costs_nothing),
		cmocka_unit_test(a_new_size_is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
