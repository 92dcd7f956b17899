// SPDX-License-Identifier: Apache-2.0
/*
 * What a frame on the terminal costs. In: nothing, or the number of frames. Out: for each size and each share of cells
 * that change: the shortest, median and longest CPU time of one frame in us, of the call that gives it (the loop's) and
 * of the whole process but the reader of the terminal; then the same for the drawing of a canvas. The last line is the
 * verdict, exit 1 above 1 ms for 80 x 24. The rule that surprises: the terminal is a pair that another thread drains,
 * whose own time is taken off; a real terminal takes far longer to show what it is sent, in its own process.
 */
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sink/tui/screen.h"

#define FRAMES_MAX 10000
#define LIMIT_US   1000.0

static uint64_t bench_clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct bench {
	int master, slave;
	pthread_t reader;
	clockid_t reader_clock;
	struct screen *screen;
	struct canvas canvas;
	uint64_t call_ns[FRAMES_MAX], frame_ns[FRAMES_MAX];
};

static void *bench_drain(void *arg)
{
	const struct bench *bench = arg;
	char bytes[65536];

	while (read(bench->master, bytes, sizeof(bytes)) > 0)
		;
	return NULL;
}

static int bench_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double bench_say(const char *what, uint64_t *took_ns, size_t count)
{
	qsort(took_ns, count, sizeof(*took_ns), bench_order);
	printf("  %-22s min %8.1f  median %8.1f  max %8.1f us\n", what, (double)took_ns[0] / 1e3,
	       (double)took_ns[count / 2] / 1e3, (double)took_ns[count - 1] / 1e3);
	return (double)took_ns[count / 2] / 1e3;
}

/* Changes so many of the cells, in runs of 8. */
static void bench_change(struct canvas *canvas, unsigned frame, unsigned percent)
{
	struct area area = area_of(canvas);
	int row, column;

	for (row = 0; row < area.rows; row++)
		for (column = 0; column < area.columns; column += 8) {
			unsigned place = (unsigned)(row * 131 + column * 17 + (int)frame * 7);

			if (place % 100 < percent)
				area_format(area, row, column, (enum style)(STYLE_GOOD + (place + frame) % 24), "%08x",
					    place * 2654435761u + frame);
		}
}

static double bench_frames(struct bench *bench, size_t count, unsigned percent)
{
	static uint64_t draw_ns[FRAMES_MAX];
	struct timespec pause = { .tv_nsec = 100000 };
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t from_ns, all_ns, reader_ns;

		from_ns = bench_clock_ns(CLOCK_THREAD_CPUTIME_ID);
		bench_change(&bench->canvas, (unsigned)i, percent);
		draw_ns[i] = bench_clock_ns(CLOCK_THREAD_CPUTIME_ID) - from_ns;
		reader_ns = bench_clock_ns(bench->reader_clock);
		all_ns = bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
		from_ns = bench_clock_ns(CLOCK_THREAD_CPUTIME_ID);
		screen_show(bench->screen, &bench->canvas);
		bench->call_ns[i] = bench_clock_ns(CLOCK_THREAD_CPUTIME_ID) - from_ns;
		from_ns = bench_clock_ns(CLOCK_THREAD_CPUTIME_ID);
		while (screen_pending(bench->screen))
			nanosleep(&pause, NULL);
		from_ns = bench_clock_ns(CLOCK_THREAD_CPUTIME_ID) - from_ns; /* of waiting here */
		reader_ns = bench_clock_ns(bench->reader_clock) - reader_ns;
		all_ns = bench_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - all_ns;
		bench->frame_ns[i] = all_ns > reader_ns + from_ns ? all_ns - reader_ns - from_ns : 0;
	}
	printf("%u x %u, %u %% of the cells change:\n", bench->canvas.columns, bench->canvas.rows, percent);
	bench_say("drawing them", draw_ns, count);
	bench_say("the call", bench->call_ns, count);
	return bench_say("call and painting", bench->frame_ns, count);
}

static double bench_size(struct bench *bench, unsigned rows, unsigned columns, size_t count)
{
	static const unsigned percents[] = { 0, 5, 100 };
	const struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };
	struct screen_options options = { .terminal = "xterm-256color" };
	double worst_us = 0, us;
	size_t i;

	if (openpty(&bench->master, &bench->slave, NULL, NULL, &size) ||
	    pthread_create(&bench->reader, NULL, bench_drain, bench) ||
	    pthread_getcpuclockid(bench->reader, &bench->reader_clock)) {
		perror("a terminal");
		exit(1);
	}
	options.in_fd = options.out_fd = bench->slave;
	if (screen_open(&bench->screen, &options))
		exit(1);
	canvas_init(&bench->canvas, rows, columns, false);
	for (i = 0; i < 3; i++) {
		us = bench_frames(bench, count, percents[i]);
		worst_us = us > worst_us ? us : worst_us;
	}
	screen_close(bench->screen);
	canvas_fini(&bench->canvas);
	close(bench->slave);
	pthread_join(bench->reader, NULL);
	close(bench->master);
	return worst_us;
}

int main(int count, char **arguments)
{
	static struct bench bench;
	size_t frames = count > 1 ? strtoul(arguments[1], NULL, 10) : 300;
	double small_us, large_us;

	frames = frames < 1 ? 1 : frames > FRAMES_MAX ? FRAMES_MAX : frames;
	small_us = bench_size(&bench, 24, 80, frames);
	large_us = bench_size(&bench, 60, 200, frames);
	printf("%s: 10 frames/s cost at most %.2f %% of a core at 80 x 24, %.2f %% at 200 x 60\n",
	       small_us < LIMIT_US ? "ok" : "too slow", small_us / 1e3, large_us / 1e3);
	return small_us < LIMIT_US ? 0 : 1;
}
