// SPDX-License-Identifier: Apache-2.0
/*
 * What a tick of the rules costs. In: nothing, or the number of ticks. Out: for each shape of rules
 * the shortest, median and longest tick in ms of CPU time, for RULES rules over SERIES series of
 * 300 samples; the last line is the verdict, exit 1 above 50 ms. The rule that surprises: `mixed`
 * is the promise; the other shapes are the worst that a rule file can ask of each kind, and all but
 * `distinct ranges`, where nothing can be shared, are held to it as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "rules/eval.h"

#define RULES	  2000
#define SERIES	  1000
#define SAMPLES	  300
#define BUCKETS	  10 /* of them SERIES / BUCKETS histograms */
#define LIMIT_MS  50.0
#define TICKS_MAX 1000

struct bench {
	struct store *store;
	struct eval *eval;
	struct arena arena;
	struct series *counters[SERIES], *buckets[SERIES], *gauges[SERIES], *thresholds[SERIES];
	const struct expr *exprs[RULES];
	int64_t now_ms;
	uint64_t random;
	size_t fired_count;
};

static uint32_t bench_random(struct bench *bench, uint32_t below)
{
	bench->random = bench->random * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(bench->random >> 33) % below;
}

static struct series *bench_series(struct bench *bench, const char *name, size_t pid,
				   const char *key, const char *value)
{
	char pid_text[16], engine[16];
	struct label labels[] = {{"__name__", name},
				 {"pid", pid_text},
				 {"engine", engine},
				 {"service", "speech.service"},
				 {key, value}};

	snprintf(pid_text, sizeof(pid_text), "%zu", pid);
	snprintf(engine, sizeof(engine), "engine%zu", pid % 8);
	return store_series(bench->store, labels_intern(store_labels(bench->store), labels, 5),
			    false);
}

/* One second: a sample each; counters grow, and start anew now and then. */
static void bench_second(struct bench *bench, size_t second)
{
	static double counters[SERIES], buckets[SERIES];
	size_t i;

	bench->now_ms += 1000;
	for (i = 0; i < SERIES; i++) {
		counters[i] = bench_random(bench, 500) ? counters[i] + bench_random(bench, 9) : 0;
		buckets[i] += (double)bench_random(bench, 3);
		if (i % BUCKETS && buckets[i] < buckets[i - 1])
			buckets[i] = buckets[i - 1];
		store_append(bench->store, bench->counters[i], bench->now_ms, counters[i]);
		store_append(bench->store, bench->buckets[i], bench->now_ms, buckets[i]);
		store_append(bench->store, bench->gauges[i], bench->now_ms,
			     bench_random(bench, 1000000) / 1e3);
		store_append(bench->store, bench->thresholds[i], bench->now_ms, 900);
	}
	if (second % 60 == 0)
		store_expire(bench->store, bench->now_ms);
}

static void bench_new(struct bench *bench)
{
	static const char *const bounds[BUCKETS] = {"0.1", "0.25", "0.5", "1",	"2",
						    "5",   "10",   "15",  "30", "+Inf"};
	const struct store_limits limits = {
		.series_count = 20000, .bytes = 64u << 20, .age_ms = 6 * 3600 * 1000};
	size_t i;

	*bench = (struct bench){.now_ms = 1700000000000, .random = 1};
	bench->store = store_new(&limits);
	bench->eval = eval_new(bench->store);
	for (i = 0; i < SERIES; i++) {
		bench->counters[i] = bench_series(bench, "x_total", i, "stage", "request");
		bench->buckets[i] =
			bench_series(bench, "d_bucket", i / BUCKETS, "le", bounds[i % BUCKETS]);
		bench->gauges[i] = bench_series(bench, "x", i, "stage", "request");
		bench->thresholds[i] = bench_series(bench, "threshold", i, "severity", "critical");
	}
	for (i = 0; i < SAMPLES; i++)
		bench_second(bench, i);
}

static void bench_free(struct bench *bench)
{
	size_t i;

	for (i = 0; i < RULES; i++)
		expr_fini((struct expr *)(uintptr_t)bench->exprs[i]);
	eval_free(bench->eval);
	store_free(bench->store);
	arena_fini(&bench->arena);
}

static void text_one_series(char *text, size_t size, size_t i)
{
	static const char *const functions[] = {"rate(x_total", "max_over_time(x", "deriv(x",
						"quantile_over_time(0.95, x"};

	snprintf(text, size, "%s{pid=\"%zu\"}[%zus]) > %zu", functions[i % 4], i % SERIES,
		 240 + i % 60, 900 + i);
}

static void text_rate(char *text, size_t size, size_t i)
{
	snprintf(text, size, "rate(x_total[5m]) > %zu.5", i % 7 + i);
}

static void text_quantile(char *text, size_t size, size_t i)
{
	snprintf(text, size, "histogram_quantile(0.95, rate(d_bucket[5m])) > %zu", i);
}

static void text_threshold(char *text, size_t size, size_t i)
{
	snprintf(text, size, "x > ignoring(severity, stage) (threshold + %zu)", i);
}

static void text_shared(char *text, size_t size, size_t i)
{
	switch (i % 3) {
	case 0:
		text_rate(text, size, i);
		return;
	case 1:
		text_quantile(text, size, i);
		return;
	default:
		snprintf(text, size, "(x > ignoring(severity, stage) threshold) > %zu", i);
	}
}

static void text_aggregate(char *text, size_t size, size_t i)
{
	static const char *const left[] = {
		"sum by (engine) (rate(x_total[5m]))", "topk(3, avg_over_time(x[1m]))",
		"sum by (engine) (rate(x_total[1m])) / on (engine) sum by (engine) "
		"(rate(x_total[5m]))",
		"1000 < count(x", "avg by (engine) (x) > 500 and max by (engine) (x)"};

	snprintf(text, size, "%s > %zu%s", left[i % 5], i, i % 5 == 3 ? ")" : "");
}

static void text_mixed(char *text, size_t size, size_t i)
{
	if (i % 3 == 0)
		text_one_series(text, size, i);
	else if (i % 3 == 1)
		text_shared(text, size, i / 3);
	else
		text_aggregate(text, size, i / 3);
}

static void text_all_fire(char *text, size_t size, size_t i)
{
	snprintf(text, size, "x >= 0 - %zu", i);
}

static void text_distinct(char *text, size_t size, size_t i)
{
	snprintf(text, size, "rate(x_total[%zums]) > 1", 100000 + i * 100);
}

static int bench_parse(struct bench *bench, void (*say)(char *text, size_t size, size_t i),
		       size_t count)
{
	struct expr_mistakes mistakes = {0};
	char text[200];
	size_t i;

	memset(bench->exprs, 0, sizeof(bench->exprs));
	for (i = 0; i < count; i++) {
		say(text, sizeof(text), i);
		bench->exprs[i] = expr_parse(&bench->arena, text, strlen(text), &mistakes);
		if (!bench->exprs[i]) {
			fprintf(stderr, "rules bench: %s: %s\n", text, mistakes.items[0].message);
			return -1;
		}
	}
	return 0;
}

static double bench_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare_ms(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return one < other ? -1 : one > other;
}

static double bench_tick(struct bench *bench)
{
	double began_ms = bench_ms();
	struct eval_result result;
	size_t i;

	eval_begin(bench->eval, bench->now_ms);
	for (i = 0; i < RULES && bench->exprs[i]; i++) {
		if (eval_expr(bench->eval, bench->exprs[i], &result))
			fprintf(stderr, "rules bench: %s: %s\n", bench->exprs[i]->text,
				result.error);
		bench->fired_count += result.samples_count;
	}
	return bench_ms() - began_ms;
}

/* The median tick. */
static double bench_shape(const char *name, void (*say)(char *text, size_t size, size_t i),
			  size_t count, size_t ticks)
{
	double ms[TICKS_MAX];
	struct bench bench;
	size_t i;

	bench_new(&bench);
	if (bench_parse(&bench, say, count))
		exit(1);
	for (i = 0; i < ticks; i++) {
		bench_second(&bench, i);
		ms[i] = bench_tick(&bench);
	}
	bench_free(&bench);
	qsort(ms, ticks, sizeof(*ms), compare_ms);
	printf("%-32s %5zu rules %6.2f min %6.2f median %6.2f max ms a tick (%zu fired)\n", name,
	       count, ms[0], ms[ticks / 2], ms[ticks - 1], bench.fired_count / ticks);
	return ms[ticks / 2];
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*say)(char *text, size_t size, size_t i);
	} shapes[] = {
		{"mixed", text_mixed},
		{"one series each, own ranges", text_one_series},
		{"rate over all > N", text_rate},
		{"histogram_quantile > N", text_quantile},
		{"x > ignoring() threshold + N", text_threshold},
		{"aggregates", text_aggregate},
		{"every series fires", text_all_fire},
	};
	size_t ticks = argc > 1 ? strtoul(argv[1], NULL, 10) : 40, i;
	double worst = 0;

	if (ticks < 1 || ticks > TICKS_MAX)
		ticks = TICKS_MAX;
	for (i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		double ms = bench_shape(shapes[i].name, shapes[i].say, RULES, ticks);

		worst = ms > worst ? ms : worst;
	}
	bench_shape("distinct ranges over all", text_distinct, 100, ticks);
	printf("%s %d rules over %d series: the slowest shape takes %.2f ms a tick (limit %.0f "
	       "ms)\n",
	       worst < LIMIT_MS ? "ok" : "not ok", RULES, SERIES, worst, LIMIT_MS);
	return worst < LIMIT_MS ? 0 : 1;
}
