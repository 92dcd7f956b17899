/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each second of the axis every row is sampled into view.store.
 * In: TICK. Out: samples at the whole second that the axis has passed; when it passed several, at the newest only.
 * The rule that surprises: what was fed before the first TICK at or after a whole second counts as of that second,
 * though it may have happened some ms later: the same records then give the same samples, live and replayed.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/series.h"
#include "model/rule.h"

#define EXPIRE_EVERY_S 10

static uint64_t axis_second(const struct flow *flow, uint64_t mono_ns)
{
	return view_axis_ns(&flow->view, mono_ns) / 1000000000u;
}

/* The next sample's second, or its own after a gap: the next sample may be hours away then, and would not see it. */
uint64_t series_second(const struct flow *flow, uint64_t at_ns)
{
	uint64_t next = flow->book->second + 1, own = axis_second(flow, at_ns);

	return own > next ? own : next;
}

bool series_is_due(const struct flow *flow, int64_t *at_ms)
{
	uint64_t second = axis_second(flow, flow->view.now_ns);

	if (!flow->book->has_second) {
		flow->book->second = axis_second(flow, flow->view.started_at_ns);
		flow->book->has_second = true;
	}
	*at_ms = (int64_t)(second * 1000);
	return second > flow->book->second;
}

static void put_windows(struct putter *putter, enum metric_window which, struct distribution *distribution,
			uint64_t second)
{
	double scale = which == WINDOW_REALTIME_FACTOR ? 1e6 : 1e9;

	for (int span = 0; span < METRIC_WINDOW_SPANS; span++) {
		struct window *window = &distribution->windows[span];

		window_advance(window, second);
		for (int stat = STAT_P50; stat <= STAT_P99; stat++) {
			enum metric metric = METRIC_WINDOW(which, span, stat);
			double q = metrics_family(metric)->quantile;
			bool is_there = window_supports(window->count, q);

			put_if(putter, metric, is_there, is_there ? (double)window_quantile(window, q) / scale : 0);
		}
		put_if(putter, METRIC_WINDOW(which, span, STAT_MAX), window->count,
		       (double)window_max(window) / scale);
		put_if(putter, METRIC_WINDOW(which, span, STAT_AVG), window->count, window_mean(window) / scale);
		put(putter, METRIC_WINDOW(which, span, STAT_COUNT), (double)window->count);
	}
}

static double ratio_of(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static void put_sums(struct putter *putter, struct instance *instance, uint64_t second)
{
	const uint64_t *of_minute = instance->outcomes[SPAN_1M].total, *of_five = instance->outcomes[SPAN_5M].total;
	const uint64_t *starved = instance->starved.total, *share = instance->share.total;

	window_sums_advance(&instance->outcomes[SPAN_1M], second);
	window_sums_advance(&instance->outcomes[SPAN_5M], second);
	window_sums_advance(&instance->starved, second);
	window_sums_advance(&instance->share, second);
	put_if(putter, METRIC_SUCCESS_RATIO_1M, of_minute[0], ratio_of(of_minute[0] - of_minute[1], of_minute[0]));
	put_if(putter, METRIC_SUCCESS_RATIO_5M, of_five[0], ratio_of(of_five[0] - of_five[1], of_five[0]));
	put(putter, METRIC_ERRORS_COUNT_1M, (double)of_minute[1]);
	put(putter, METRIC_ERRORS_COUNT_5M, (double)of_five[1]);
	put_if(putter, METRIC_RUNQUEUE_SHARE_1M, starved[1], ratio_of(starved[0], starved[1]));
	put_if(putter, METRIC_FIRST_AUDIO_SHARE_AVG_5M, share[1], ratio_of(share[0], share[1]) / 1e6);
	put(putter, METRIC_FIRST_AUDIO_SHARE_COUNT_5M, (double)share[1]);
}

static uint64_t queue_depth(const struct instance *instance)
{
	uint64_t depth = 0;

	for (const struct queue *queue = instance->process->process->queues; queue; queue = queue->next)
		if (queue->engine == instance->engine)
			depth += queue->count;
	return depth;
}

static void put_instance(struct putter *putter, struct instance *instance, uint64_t second)
{
	const struct trace_state *oldest = instance->oldest_open;
	uint64_t now_ns = putter->flow->view.now_ns, start_at_ns = oldest ? oldest->trace.start_at_ns : now_ns;

	put_begin(putter, &instance->row);
	put(putter, METRIC_REQUESTS, (double)instance->requests_count);
	put(putter, METRIC_REQUEST_ERRORS, (double)instance->errors_count);
	put(putter, METRIC_REQUESTS_CANCELLED, (double)instance->cancelled_count);
	put(putter, METRIC_REQUESTS_INCOMPLETE, (double)instance->incomplete_count);
	put(putter, METRIC_REQUESTS_EMPTY, (double)instance->empty_count);
	put(putter, METRIC_AUDIO_SECONDS, (double)instance->audio_ns / 1e9);
	put(putter, METRIC_IN_FLIGHT, (double)instance->in_flight_count);
	put(putter, METRIC_OLDEST_SECONDS, now_ns > start_at_ns ? (double)(now_ns - start_at_ns) / 1e9 : 0);
	put(putter, METRIC_QUEUE_DEPTH, (double)queue_depth(instance));
	put_sums(putter, instance, second);
	put_windows(putter, WINDOW_DURATION, &instance->duration_ns, second);
	put_windows(putter, WINDOW_FIRST_AUDIO, &instance->first_audio_ns, second);
	put_windows(putter, WINDOW_REALTIME_FACTOR, &instance->rtf_millionths, second);
	put_windows(putter, WINDOW_QUEUE_WAIT, &instance->queue_wait_ns, second);
	put_distribution(putter, METRIC_REQUEST_DURATION, &instance->duration_ns);
	put_distribution(putter, METRIC_FIRST_AUDIO, &instance->first_audio_ns);
	put_distribution(putter, METRIC_REALTIME_FACTOR, &instance->rtf_millionths);
	put_distribution(putter, METRIC_QUEUE_WAIT, &instance->queue_wait_ns);
	put_distribution(putter, METRIC_TEXT_BYTES, &instance->text_bytes);
}

/* The last row of the engine, else the last row for every engine. */
static const struct threshold *find_threshold(const struct rule_set *set, const char *engine, const char *metric)
{
	const struct threshold *own = NULL, *of_all = NULL;

	for (size_t i = 0; i < set->thresholds_count; i++) {
		const struct threshold *threshold = &set->thresholds[i];

		if (strcmp(threshold->metric, metric) != 0)
			continue;
		if (!strcmp(threshold->engine, engine))
			own = threshold;
		else if (!strcmp(threshold->engine, "*"))
			of_all = threshold;
	}
	return own ? own : of_all;
}

static void put_thresholds(struct putter *putter, struct instance *instance)
{
	const struct rule_set *set = putter->flow->view.rules;

	put_begin(putter, &instance->thresholds);
	for (size_t i = 0; set && i < set->thresholds_count; i++) {
		const struct threshold *threshold = &set->thresholds[i];

		if (find_threshold(set, instance->label_raw, threshold->metric) != threshold)
			continue;
		for (int tier = TIER_WARNING; tier < TIERS; tier++) {
			struct label extra[] = {{"metric", threshold->metric}, {"severity", metrics_severity((unsigned)tier)}};

			put_with(putter, METRIC_THRESHOLD, "", extra, 2, threshold->has[tier],
				 threshold->value[tier]);
		}
	}
}

/* Other rules, other places: what was there ends, unless it is put again at the same instant's end. */
static void renew_thresholds(struct putter *putter, struct instance *instance)
{
	struct series_row *row = &instance->thresholds;

	if (instance->thresholds_generation == putter->flow->view.rules_generation)
		return;
	instance->thresholds_generation = putter->flow->view.rules_generation;
	for (size_t i = 0; i < row->slots_count; i++)
		if (row->slots[i].series)
			store_end(putter->flow->view.store, row->slots[i].series, putter->at_ms - 1);
	row_fini(row);
	row->slots = NULL;
	row->slots_count = 0;
}

static void put_stage(struct putter *putter, struct stage_row *stage, uint64_t second)
{
	struct window *window = &stage->wall.windows[SPAN_1M];
	uint64_t count;

	if (!stage->is_used)
		return;
	window_advance(window, second);
	count = window->count;
	put_begin(putter, &stage->row);
	put(putter, METRIC_ONCPU_SECONDS, (double)stage->split.oncpu_ns / 1e9);
	put(putter, METRIC_RUNQUEUE_SECONDS, (double)stage->split.runq_ns / 1e9);
	put(putter, METRIC_BLOCKED_SECONDS, (double)stage->split.blocked_ns / 1e9);
	put(putter, METRIC_PREEMPTED_SECONDS, (double)stage->split.preempted_ns / 1e9);
	put(putter, METRIC_SPLIT_WALL_SECONDS, (double)stage->split.wall_ns / 1e9);
	for (int metric = METRIC_STAGE_P50_1M; metric <= METRIC_STAGE_P99_1M; metric++) {
		double q = metrics_family((enum metric)metric)->quantile;
		bool is_there = window_supports(count, q);

		put_if(putter, (enum metric)metric, is_there,
		       is_there ? (double)window_quantile(window, q) / 1e9 : 0);
	}
	put_if(putter, METRIC_STAGE_MAX_1M, count, (double)window_max(window) / 1e9);
	put_if(putter, METRIC_STAGE_COUNT_1M, stage->wall.count, (double)count);
	put_distribution(putter, METRIC_STAGE_DURATION, &stage->wall);
}

/* The kernel's count comes once a second, what it shipped comes at once: the greater of them never sinks. */
static void put_probe(struct putter *putter, struct probe_row *row)
{
	struct label name = {"probe", row->name};
	uint64_t count = 0;

	for (size_t i = 0; i < row->probes_count; i++) {
		const struct probe *probe = row->probes[i];

		count += probe->kernel_enters_count > probe->enters_count ? probe->kernel_enters_count
									  : probe->enters_count;
	}
	if (count > row->told_count)
		row->told_count = count;
	put_begin(putter, &row->row);
	put_with(putter, METRIC_PROBE_HITS, "", &name, 1, true, (double)row->told_count);
}

static bool is_fresh(const struct putter *putter, uint64_t at_ns)
{
	return at_ns && at_ns + GAUGE_STALE_NS > putter->flow->view.now_ns;
}

static void put_lost(struct putter *putter, const uint64_t *lost_count)
{
	for (uint32_t cause = 0; cause <= TT_LOST_RECORDING; cause++) {
		struct label label = {"cause", metrics_lost_cause(cause)};

		put_with(putter, METRIC_EVENTS_LOST, "", &label, 1, cause || lost_count[0],
			 (double)lost_count[cause]);
	}
}

static void put_process(struct putter *putter, struct process_series *series)
{
	put_begin(putter, &series->row);
	put_if(putter, METRIC_UP, series->process->process.start_at_ns, 1);
	put_if(putter, METRIC_CPU_RATIO, series->cpu.has_ratio && is_fresh(putter, series->cpu.at_ns),
	       series->cpu.ratio);
	put_if(putter, METRIC_RESIDENT_BYTES, is_fresh(putter, series->resident_at_ns),
	       (double)series->resident_bytes);
	put_if(putter, METRIC_THREADS, is_fresh(putter, series->threads_at_ns), (double)series->threads_count);
	put_lost(putter, series->lost_count);
}

/* An engine whose requests are looked for is in view before the first of them comes. */
static void find_engines(struct flow *flow, struct process_series *series)
{
	if (!series->has_new_probes)
		return;
	series->has_new_probes = false;
	for (struct probe_row *row = series->probes; row; row = row->next) {
		const struct probe *probe = row->probes[0];
		enum role role = probe->spec->role;

		if ((role == ROLE_REQUEST || role == ROLE_DEQUEUE) &&
		    probe->engine->priority >= series->process->top_priority)
			instance_get(flow, series, probe->engine, probe->label);
	}
}

static void sample_process(struct putter *putter, struct process_series *series, uint64_t second)
{
	if (!putter->is_last)
		find_engines(putter->flow, series);
	put_process(putter, series);
	for (struct instance *instance = series->instances; instance; instance = instance->next) {
		put_instance(putter, instance, second);
		renew_thresholds(putter, instance);
		put_thresholds(putter, instance);
	}
	for (struct stage_row *stage = series->stages; stage; stage = stage->next)
		put_stage(putter, stage, second);
	for (struct probe_row *probe = series->probes; probe; probe = probe->next)
		put_probe(putter, probe);
}

static void sample_self(struct putter *putter)
{
	struct series_book *book = putter->flow->book;
	struct tallies *tallies = &putter->flow->tallies;
	struct store_counts counts = store_counts(putter->flow->view.store);

	tallies->let_go[LET_GO_SERIES] = counts.refused_series_count + book->refused_count;
	tallies->let_go[LET_GO_SAMPLES] = counts.let_go_samples_count;
	tallies->let_go[LET_GO_WINDOW_VALUES] = book->budget.let_go_count;
	put_begin(putter, &book->self);
	put_if(putter, METRIC_SELF_CPU_RATIO, book->self_cpu.has_ratio && is_fresh(putter, book->self_cpu.at_ns),
	       book->self_cpu.ratio);
	put_if(putter, METRIC_SELF_RESIDENT_BYTES, is_fresh(putter, book->self_resident_at_ns),
	       (double)book->self_resident_bytes);
	put(putter, METRIC_SELF_SERIES, (double)counts.series_count);
	put(putter, METRIC_SELF_SAMPLES, (double)counts.samples_count);
	put(putter, METRIC_SELF_STORE_BYTES, (double)counts.bytes);
	put(putter, METRIC_SELF_OPEN_TRACES, (double)tallies->open_traces_count);
	put_lost(putter, book->lost_count);
	for (unsigned kind = 0; kind < LET_GO_KINDS; kind++) {
		struct label label = {"kind", metrics_let_go_kind(kind)};

		put_with(putter, METRIC_LET_GO, "", &label, 1, true, (double)tallies->let_go[kind]);
	}
}

/* What ended long ago goes for what is new: a service that restarts every minute must not be refused. */
static void make_room(struct flow *flow, int64_t at_ms)
{
	static const int64_t ages_ms[] = {3600 * 1000, 900 * 1000, STORE_LOOKBACK_MS};
	struct store *store = flow->view.store;

	for (size_t i = 0; i < 3 && store_counts(store).series_count >= SERIES_SAMPLED - SERIES_SAMPLED / 8; i++)
		store_let_go_ended(store, at_ms - ages_ms[i]);
}

static void tidy(struct flow *flow, int64_t at_ms)
{
	struct series_book *book = flow->book;

	if (book->second < book->expire_second + EXPIRE_EVERY_S)
		return;
	book->expire_second = book->second;
	store_expire(flow->view.store, at_ms);
	make_room(flow, at_ms);
}

void series_tick(struct flow *flow)
{
	struct series_book *book = flow->book;
	uint64_t second = axis_second(flow, flow->view.now_ns);
	struct putter putter = {.flow = flow, .at_ms = (int64_t)(second * 1000)};
	struct process_series *leaving;

	book->second = second;
	if (store_counts(flow->view.store).series_count < SERIES_SAMPLED)
		book->has_room = true;
	sample_self(&putter); /* first: when all else has no room, this says so */
	putter.is_last = true;
	while ((leaving = book->leaving)) {
		book->leaving = leaving->next;
		sample_process(&putter, leaving, second);
		rows_free_process(book, leaving);
	}
	putter.is_last = false;
	for (struct process_series *series = book->processes; series; series = series->next)
		sample_process(&putter, series, second);
	tidy(flow, putter.at_ms); /* after the samples: a series that a row holds has one of now, so it stays */
}

void series_new(struct flow *flow)
{
	const struct retention *retention = &flow->options.metrics;
	uint64_t age_ns = retention->age_ns ? retention->age_ns : RETENTION_NS;

	flow->book = mem_new(sizeof(*flow->book));
	flow->book->budget.values_max = LIMIT_WINDOW_VALUES;
	flow->book->has_room = true;
	flow->view.store = store_new(&(struct store_limits){
		.series_count = LIMIT_SERIES,
		.bytes = retention->bytes ? retention->bytes : RETENTION_METRICS_BYTES,
		.age_ms = age_ns / 1000000u > INT64_MAX / 2 ? INT64_MAX / 2 : (int64_t)(age_ns / 1000000u),
	});
}

void series_free(struct flow *flow)
{
	struct series_book *book = flow->book;
	struct process_series *next;

	for (struct process_series *series = book->processes; series; series = next) {
		next = series->next;
		rows_free_process(book, series);
	}
	for (struct process_series *series = book->leaving; series; series = next) {
		next = series->next;
		rows_free_process(book, series);
	}
	row_fini(&book->self);
	table_fini(&book->stage_by_key);
	free(book);
	flow->book = NULL;
	store_free(flow->view.store);
	flow->view.store = NULL;
}
