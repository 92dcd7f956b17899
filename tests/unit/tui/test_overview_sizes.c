// SPDX-License-Identifier: Apache-2.0
/* The Overview at every size, in ASCII, with hostile names; and its lines. */
#include "overview_world.h"

/* --- places ---------------------------------------------------------------------------------------------------- */

static void hostile_names_stay_in_their_cells(void **state)
{
	struct tui_world *w = tui_world_new();
	const struct label labels[] = {{"__name__", "tts_requests_total"},
				       {"engine", "e\x1b[2Jvil"},
				       {"service", "a\nb\x1b]0;x\x07\xe2\x80\xae\xff"},
				       {"pid", "666"}};
	struct store *store = tui_world_view(w)->store;
	struct series *series = store_series(store, labels_intern(store_labels(store), labels, 4), false);

	(void)state;
	feed_rules(w->judge, "alert Slow 0 0 critical lat_seconds > 5\n");
	serve(w, 2, 1, 20);
	store_append(store, series, (int64_t)w->judge->second * 1000, 3);
	serve(w, 1, 1, 20);
	for (unsigned columns = 20; columns <= 200; columns += 60) {
		size_to(w, 40, columns);
		for (const char *at = draw(w); *at; at++)
			assert_true(*at == '\n' || (unsigned char)*at >= ' ');
		assert_null(strstr(w->text.bytes, "\xe2\x80\xae"));
	}
	assert_shown(w, "(666)");
	tui_world_free(w);
}

static void every_size_is_drawn_within_itself(void **state)
{
	struct tui_world *w = thirty();

	(void)state;
	lose_of(w->judge, 100, TT_LOST_RING_ENTER, 1);
	serve(w, 2, 1, 20);
	for (unsigned is_drilled = 0; is_drilled < 2; is_drilled++) {
		for (unsigned rows = 1; rows < 66; rows += rows < 24 ? 1 : 9)
			for (unsigned columns = 1; columns < 210; columns += columns < 60 ? 3 : 11) {
				size_to(w, rows, columns);
				draw(w);
			}
		overview_of_world(w)->is_drilled = true;
		w->canvas.ascii = true;
	}
	tui_world_free(w);
}

static void ascii_says_the_same_in_ascii(void **state)
{
	struct tui_world *w = tui_world_with((struct tui_options){.ascii = true}, NULL);
	size_t series = judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");

	(void)state;
	set(w->judge, series, 6);
	serve(w, 30, 3, 20);
	for (unsigned columns = 40; columns <= 200; columns += 40) {
		size_to(w, columns == 200 ? 60 : 24, columns);
		draw(w);
		assert_ascii(w);
		assert_shown(w, "CRITICAL");
		assert_shown(w, "p50 20.0 ms");
	}
	assert_shown(w, "factor -");
	tui_world_free(w);
}

static void forty_by_twelve_has_what_matters_most(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t series = judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");

	(void)state;
	set(w->judge, series, 6);
	serve(w, 30, 3, 20);
	size_to(w, 12, 40);
	assert_row(w, "acme in acme", " CRITICAL ");
	assert_shown(w, "Slow 6 s > 5 s");
	assert_shown(w, "p50 20.0 ms");
	assert_shown(w, "3/s");
	assert_shown(w, "0 lost");
	instance_with(w, "acme", "svc", 1001);
	serve(w, 2, 1, 20);
	assert_row(w, "CRITICAL  ", "(100)");
	assert_row(w, "svc (1001)", "OK");
	assert_shown(w, "Slow 6 s > 5 s");
	tui_world_free(w);
}

static void two_hundred_by_sixty_uses_its_room(void **state)
{
	struct tui_world *w = tui_world_new();
	size_t series = judged(w, "alert Slow 0 0 critical lat_seconds > 5\n");
	unsigned column;

	(void)state;
	set(w->judge, series, 6);
	serve(w, 60, 3, 20);
	size_to(w, 60, 200);
	assert_shown(w, "stages, last minute");
	assert_shown(w, "requests per second");
	assert_shown(w, "in flight and queue");
	assert_int_equal(count_of(w, "─ duration"), 1);
	assert_non_null(find_cell(w, row_with(w, "CRITICAL   Slow"), "CRITICAL   Slow", &column));
	assert_true(column > 100); /* beside the block */
	tui_world_free(w);
}

/* --- lines ----------------------------------------------------------------------------------------------------- */

static void a_line_that_grows_is_the_line_that_was_asked_for_at_once(void **state)
{
	static const uint64_t windows_s[] = {60, 300, 900, 3600};
	struct tui_world *w = tui_world_new();
	struct store *store = tui_world_view(w)->store;
	const struct label name = {"__name__", "x"};
	struct series *series = store_series(store, labels_intern(store_labels(store), &name, 1), false);
	int64_t zero_ms = 1700000000000;

	(void)state;
	for (int i = 0; i < 4000; i++)
		if (i % 97 > 5)
			store_append(store, series, zero_ms + i * 1000, (i * 7919) % 1000);
	for (size_t i = 0; i < 4; i++) {
		struct overview_line grown = {0};
		struct desk desk = {.view = tui_world_view(w), .window_ns = windows_s[i] * NS_PER_S};

		for (int second = 10; second < 3900; second += second % 5 + 1) {
			struct overview_line fresh = {0};

			desk.at_axis_ns = (uint64_t)(zero_ms + second * 1000 + 300) * 1000000;
			line_update(&grown, &desk, series, i % 2);
			if (second % 50)
				continue;
			line_update(&fresh, &desk, series, i % 2);
			assert_int_equal(fresh.count, grown.count);
			for (size_t at = 0; at <= fresh.count; at++)
				if (!(isnan(fresh.values[at]) && isnan(grown.values[at])))
					assert_true(fabs(fresh.values[at] - grown.values[at]) < 1e-9);
			line_fini(&fresh);
		}
		line_fini(&grown);
	}
	tui_world_free(w);
}

static void a_line_keeps_its_peaks_when_it_is_made_shorter(void **state)
{
	struct tui_world *w = tui_world_new();
	struct store *store = tui_world_view(w)->store;
	const struct label name = {"__name__", "x"};
	struct series *series = store_series(store, labels_intern(store_labels(store), &name, 1), false);
	struct desk desk = {.view = tui_world_view(w),
			    .window_ns = 300 * NS_PER_S,
			    .at_axis_ns = (1700000000ull + 300) * NS_PER_S};
	struct overview_line line = {0};
	double values[20], greatest = 0;

	(void)state;
	for (int i = 0; i <= 300; i++)
		store_append(store, series, 1700000000000 + i * 1000, i == 124 ? 99 : 1); /* steps are of 2 s */
	line_update(&line, &desk, series, false);
	line_condense(&line, true, values, 20);
	for (int i = 0; i < 20; i++)
		greatest = values[i] > greatest ? values[i] : greatest;
	assert_true(greatest == 99);
	greatest = 0;
	line_condense(&line, false, values, 20);
	for (int i = 0; i < 20; i++)
		greatest = values[i] > greatest ? values[i] : greatest;
	assert_true(greatest > 2 && greatest < 20); /* the mean of a group of 8 */
	line_fini(&line);
	tui_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_names_stay_in_their_cells),
		cmocka_unit_test(every_size_is_drawn_within_itself),
		cmocka_unit_test(ascii_says_the_same_in_ascii),
		cmocka_unit_test(forty_by_twelve_has_what_matters_most),
		cmocka_unit_test(two_hundred_by_sixty_uses_its_room),
		cmocka_unit_test(a_line_that_grows_is_the_line_that_was_asked_for_at_once),
		cmocka_unit_test(a_line_keeps_its_peaks_when_it_is_made_shorter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
