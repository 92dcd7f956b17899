/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: nothing. Out: name, type, unit, labels and meaning of every metric, and the bounds of every histogram.
 * The rule that surprises: bounds stand in the unit in which the values come (ns, millionths), so that counting is
 * exact, and every threshold of the shipped rules is a bound, so that a bucket answers it exactly.
 */
#include "flow/metrics_table.h"

#include <string.h>

#include "model/view.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define S(seconds, le)                                                                                               \
	{                                                                                                            \
		(uint64_t)((seconds)*1e9 + 0.5), le                                                                  \
	}
#define R(ratio, le)                                                                                                 \
	{                                                                                                            \
		(uint64_t)((ratio)*1e6 + 0.5), le                                                                    \
	}

static const struct metric_bound durations[] = {
	S(0.01, "0.01"), S(0.05, "0.05"), S(0.1, "0.1"), S(0.25, "0.25"), S(0.5, "0.5"),
	S(1, "1"),	 S(2, "2"),	  S(3, "3"),	 S(5, "5"),	  S(7.5, "7.5"),
	S(10, "10"),	 S(15, "15"),	  S(30, "30"),	 S(60, "60"),	  S(300, "300"),
};
static const struct metric_bound first_audios[] = {
	S(0.005, "0.005"), S(0.01, "0.01"), S(0.025, "0.025"), S(0.05, "0.05"), S(0.1, "0.1"),
	S(0.25, "0.25"),   S(0.5, "0.5"),   S(1, "1"),	       S(2, "2"),	S(2.5, "2.5"),
	S(5, "5"),	   S(10, "10"),	    S(15, "15"),       S(30, "30"),
};
static const struct metric_bound queue_waits[] = {
	S(0.001, "0.001"), S(0.01, "0.01"), S(0.05, "0.05"), S(0.1, "0.1"), S(0.5, "0.5"), S(1, "1"),
	S(2, "2"),	   S(5, "5"),	    S(10, "10"),     S(15, "15"),   S(30, "30"),   S(60, "60"),
};
static const struct metric_bound stages[] = {
	S(0.0001, "0.0001"), S(0.001, "0.001"), S(0.005, "0.005"), S(0.01, "0.01"), S(0.05, "0.05"),
	S(0.1, "0.1"),	     S(0.5, "0.5"),	S(1, "1"),	   S(2, "2"),	    S(5, "5"),
	S(10, "10"),	     S(15, "15"),	S(30, "30"),
};
static const struct metric_bound factors[] = {
	R(0.01, "0.01"), R(0.02, "0.02"), R(0.05, "0.05"), R(0.1, "0.1"), R(0.2, "0.2"), R(0.5, "0.5"), R(0.8, "0.8"),
	R(0.9, "0.9"),	 R(1, "1"),	  R(1.2, "1.2"),   R(1.5, "1.5"), R(2, "2"),	 R(5, "5"),
};
static const struct metric_bound texts[] = {
	{16, "16"},	{64, "64"},	{128, "128"},	  {256, "256"},	    {512, "512"},
	{1024, "1024"}, {4096, "4096"}, {16384, "16384"}, {65536, "65536"},
};
_Static_assert(COUNT_OF(durations) < METRIC_BOUNDS_MAX && COUNT_OF(first_audios) < METRIC_BOUNDS_MAX,
	       "room for +Inf");

#define ENGINE "engine service pid"
#define STAGE  "engine service pid stage"

#define COUNTER(metric, name_, unit_, labels_, blind, help_)                                                         \
	[metric] = {.name = name_,                                                                                   \
		    .type = METRIC_COUNTER,                                                                          \
		    .unit = unit_,                                                                                   \
		    .labels = labels_,                                                                               \
		    .is_loss_blind = blind,                                                                          \
		    .help = help_}
#define GAUGE(metric, name_, unit_, labels_, blind, help_)                                                           \
	[metric] = {.name = name_,                                                                                   \
		    .type = METRIC_GAUGE,                                                                            \
		    .unit = unit_,                                                                                   \
		    .labels = labels_,                                                                               \
		    .is_loss_blind = blind,                                                                          \
		    .help = help_}
#define HISTOGRAM(metric, name_, unit_, labels_, bounds_, help_)                                                     \
	[metric] = {.name = name_,                                                                                   \
		    .type = METRIC_HISTOGRAM,                                                                        \
		    .unit = unit_,                                                                                   \
		    .labels = labels_,                                                                               \
		    .bounds = bounds_,                                                                               \
		    .bounds_count = COUNT_OF(bounds_),                                                               \
		    .help = help_}
#define QUANTILE(metric, name_, unit_, labels_, q, help_)                                                            \
	[metric] = {                                                                                                 \
		.name = name_, .type = METRIC_GAUGE, .unit = unit_, .labels = labels_, .quantile = q, .help = help_}
#define SPAN(which, x, unit, span, suffix, time, what)                                                               \
	QUANTILE(METRIC_WINDOW(which, span, STAT_P50), x ":p50_" suffix, unit, ENGINE, 0.5,                          \
		 "Median of the last " time " (2 values and more): " what),                                          \
		QUANTILE(METRIC_WINDOW(which, span, STAT_P90), x ":p90_" suffix, unit, ENGINE, 0.9,                  \
			 "90th percentile of the last " time " (10 values and more): " what),                        \
		QUANTILE(METRIC_WINDOW(which, span, STAT_P95), x ":p95_" suffix, unit, ENGINE, 0.95,                 \
			 "95th percentile of the last " time " (20 values and more): " what),                        \
		QUANTILE(METRIC_WINDOW(which, span, STAT_P99), x ":p99_" suffix, unit, ENGINE, 0.99,                 \
			 "99th percentile of the last " time " (100 values and more): " what),                       \
		GAUGE(METRIC_WINDOW(which, span, STAT_MAX), x ":max_" suffix, unit, ENGINE, false,                   \
		      "Greatest of the last " time " (absent without any): " what),                                  \
		GAUGE(METRIC_WINDOW(which, span, STAT_AVG), x ":avg_" suffix, unit, ENGINE, false,                   \
		      "Mean of the last " time " (absent without any): " what),                                      \
		GAUGE(METRIC_WINDOW(which, span, STAT_COUNT), x ":count_" suffix, "", ENGINE, false,                 \
		      "How many values the last " time " has: " what)
#define WINDOW(which, x, unit, what)                                                                                 \
	SPAN(which, x, unit, SPAN_1M, "1m", "minute", what), SPAN(which, x, unit, SPAN_5M, "5m", "5 minutes", what)

static const struct metric_family families[METRICS] = {
	COUNTER(METRIC_REQUESTS, "tts_requests_total", "", ENGINE, false,
		"Requests that ended, whatever became of them."),
	COUNTER(METRIC_REQUEST_ERRORS, "tts_request_errors_total", "", ENGINE, false,
		"Requests that failed: by an error, abandoned, or without an end that loss does not explain."),
	COUNTER(METRIC_REQUESTS_CANCELLED, "tts_requests_cancelled_total", "", ENGINE, false,
		"Requests that were cancelled."),
	COUNTER(METRIC_REQUESTS_INCOMPLETE, "tts_requests_incomplete_total", "", ENGINE, false,
		"Requests that loss touched, or that began before we came: in no distribution."),
	COUNTER(METRIC_REQUESTS_EMPTY, "tts_requests_empty_total", "", ENGINE, false,
		"Requests that succeeded without a sample of audio although there was a text."),
	COUNTER(METRIC_AUDIO_SECONDS, "tts_audio_seconds_total", "seconds", ENGINE, false, "Audio that was made."),
	COUNTER(METRIC_ONCPU_SECONDS, "tts_oncpu_seconds_total", "seconds", STAGE, false,
		"Time on a CPU, of the thread of the stage's spans; stage \"request\": of the thread that did the "
		"work."),
	COUNTER(METRIC_RUNQUEUE_SECONDS, "tts_runqueue_wait_seconds_total", "seconds", STAGE, false,
		"Time in which that thread was awake and waited for a CPU."),
	COUNTER(METRIC_BLOCKED_SECONDS, "tts_blocked_seconds_total", "seconds", STAGE, false,
		"Time in which that thread slept."),
	COUNTER(METRIC_PREEMPTED_SECONDS, "tts_preempted_seconds_total", "seconds", STAGE, false,
		"Time in which that thread could run and had been put off its CPU."),
	COUNTER(METRIC_SPLIT_WALL_SECONDS, "tts_split_wall_seconds_total", "seconds", STAGE, false,
		"Wall time of the spans that the four times above were measured on: they add up to it."),
	HISTOGRAM(METRIC_REQUEST_DURATION, "tts_request_duration_seconds", "seconds", ENGINE, durations,
		  "Request to its end, of those that succeeded."),
	HISTOGRAM(METRIC_FIRST_AUDIO, "tts_first_audio_seconds", "seconds", ENGINE, first_audios,
		  "Request to the first sample of audio."),
	HISTOGRAM(METRIC_REALTIME_FACTOR, "tts_realtime_factor", "ratio", ENGINE, factors,
		  "Time of synthesis by length of audio: below 1 is faster than speech."),
	HISTOGRAM(METRIC_QUEUE_WAIT, "tts_queue_wait_seconds", "seconds", ENGINE, queue_waits,
		  "Submit to the moment when a worker takes it."),
	HISTOGRAM(METRIC_TEXT_BYTES, "tts_text_bytes", "bytes", ENGINE, texts,
		  "Length of the text, where all of it was seen."),
	HISTOGRAM(METRIC_STAGE_DURATION, "tts_stage_duration_seconds", "seconds", STAGE, stages,
		  "Wall time of the stage's spans."),
	GAUGE(METRIC_IN_FLIGHT, "tts_requests_in_flight", "", ENGINE, false,
	      "Requests that began and have not ended, those in a queue included."),
	GAUGE(METRIC_OLDEST_SECONDS, "tts_request_oldest_seconds", "seconds", ENGINE, false,
	      "Age of the oldest request in flight; 0 = there is none."),
	GAUGE(METRIC_QUEUE_DEPTH, "tts_queue_depth", "", ENGINE, false,
	      "Requests that were submitted and that no worker has taken."),
	GAUGE(METRIC_SUCCESS_RATIO_1M, "tts:request_success:ratio_1m", "ratio", ENGINE, false,
	      "Part of the last minute's requests that did not fail, cancelled ones left out (absent without any)."),
	GAUGE(METRIC_SUCCESS_RATIO_5M, "tts:request_success:ratio_5m", "ratio", ENGINE, false,
	      "Part of the last 5 minutes' requests that did not fail, cancelled ones left out (absent without "
	      "any)."),
	GAUGE(METRIC_ERRORS_COUNT_1M, "tts:request_errors:count_1m", "", ENGINE, false,
	      "Requests of the last minute that failed."),
	GAUGE(METRIC_ERRORS_COUNT_5M, "tts:request_errors:count_5m", "", ENGINE, false,
	      "Requests of the last 5 minutes that failed."),
	GAUGE(METRIC_RUNQUEUE_SHARE_1M, "tts:runqueue_share:ratio_1m", "ratio", ENGINE, false,
	      "Part of the workers' wall time of the last minute in which they could run and had no CPU (absent "
	      "without any)."),
	GAUGE(METRIC_FIRST_AUDIO_SHARE_AVG_5M, "tts:first_audio_share:avg_5m", "ratio", ENGINE, false,
	      "Mean of first audio by duration, of the last 5 minutes' requests with 3 s of audio and more: near 1 "
	      "is no streaming."),
	GAUGE(METRIC_FIRST_AUDIO_SHARE_COUNT_5M, "tts:first_audio_share:count_5m", "", ENGINE, false,
	      "How many requests that mean is of."),
	QUANTILE(METRIC_STAGE_P50_1M, "tts:stage_duration_seconds:p50_1m", "seconds", STAGE, 0.5,
		 "Median of the last minute (2 values and more): wall time of the stage's spans."),
	QUANTILE(METRIC_STAGE_P95_1M, "tts:stage_duration_seconds:p95_1m", "seconds", STAGE, 0.95,
		 "95th percentile of the last minute (20 values and more): wall time of the stage's spans."),
	QUANTILE(METRIC_STAGE_P99_1M, "tts:stage_duration_seconds:p99_1m", "seconds", STAGE, 0.99,
		 "99th percentile of the last minute (100 values and more): wall time of the stage's spans."),
	GAUGE(METRIC_STAGE_MAX_1M, "tts:stage_duration_seconds:max_1m", "seconds", STAGE, false,
	      "Greatest of the last minute (absent without any): wall time of the stage's spans."),
	GAUGE(METRIC_STAGE_COUNT_1M, "tts:stage_duration_seconds:count_1m", "", STAGE, false,
	      "How many spans of the stage the last minute has."),
	GAUGE(METRIC_THRESHOLD, "tts_threshold", "", "engine service pid metric severity", true,
	      "What the threshold files say for this engine: label metric tells of what, severity of which tier."),
	GAUGE(METRIC_UP, "tts_up", "", "service pid", true, "1 while the process lives."),
	GAUGE(METRIC_CPU_RATIO, "tts_process_cpu_ratio", "ratio", "service pid", true,
	      "CPUs that the process uses: 1 is one of them."),
	GAUGE(METRIC_RESIDENT_BYTES, "tts_process_resident_memory_bytes", "bytes", "service pid", true,
	      "Resident memory."),
	GAUGE(METRIC_THREADS, "tts_process_threads", "", "service pid", true, "Threads."),
	COUNTER(METRIC_PROBE_HITS, "tts_probe_hits_total", "", "engine probe role service pid", true,
		"Calls of the probed function, by the kernel's own count where it is known."),
	COUNTER(METRIC_EVENTS_LOST, "ttsobs_events_lost_total", "", "cause service pid", true,
		"Events that were lost, by cause; without service and pid: of no process that we could tell."),
	COUNTER(METRIC_LET_GO, "ttsobs_let_go_total", "", "kind", true, "What a limit of ours dropped."),
	GAUGE(METRIC_SELF_CPU_RATIO, "ttsobs_process_cpu_ratio", "ratio", "", true, "CPUs that we use."),
	GAUGE(METRIC_SELF_RESIDENT_BYTES, "ttsobs_process_resident_memory_bytes", "bytes", "", true,
	      "Our resident memory."),
	GAUGE(METRIC_SELF_SERIES, "ttsobs_series", "", "", true, "Series that are kept."),
	GAUGE(METRIC_SELF_SAMPLES, "ttsobs_samples", "", "", true, "Samples that are kept."),
	GAUGE(METRIC_SELF_STORE_BYTES, "ttsobs_store_bytes", "bytes", "", true, "Memory of series and samples."),
	GAUGE(METRIC_SELF_OPEN_TRACES, "ttsobs_open_traces", "", "", true,
	      "Traces that have not ended, of all processes."),
	WINDOW(WINDOW_DURATION, "tts:request_duration_seconds", "seconds", "duration of requests that succeeded."),
	WINDOW(WINDOW_FIRST_AUDIO, "tts:first_audio_seconds", "seconds", "request to the first sample of audio."),
	WINDOW(WINDOW_REALTIME_FACTOR, "tts:realtime_factor", "ratio", "time of synthesis by length of audio."),
	WINDOW(WINDOW_QUEUE_WAIT, "tts:queue_wait_seconds", "seconds", "time in the queue."),
};

const struct metric_family *metrics_family(enum metric metric)
{
	return &families[metric];
}

static bool is_part_of(const struct metric_family *family, const char *name)
{
	static const char *const suffixes[] = {"_bucket", "_sum", "_count"};
	size_t length = strlen(family->name);

	if (family->type != METRIC_HISTOGRAM || strncmp(name, family->name, length) != 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(suffixes); i++)
		if (!strcmp(name + length, suffixes[i]))
			return true;
	return false;
}

const struct metric_family *metrics_find(const char *name)
{
	for (size_t i = 0; i < METRICS; i++)
		if (!strcmp(families[i].name, name) || is_part_of(&families[i], name))
			return &families[i];
	return NULL;
}

uint32_t metrics_span_s(enum metric_span span)
{
	return span == SPAN_1M ? 60 : 300;
}

const char *metrics_lost_cause(uint32_t cause)
{
	static const char *const names[] = {
		[TT_LOST_RING_ENTER] = "ring_full_enter",
		[TT_LOST_RING_LEAVE] = "ring_full_leave",
		[TT_LOST_RING_OTHER] = "ring_full_other",
		[TT_LOST_NO_STORAGE] = "no_storage",
		[TT_LOST_TORN] = "torn",
		[TT_LOST_UNREADABLE] = "unreadable",
		[TT_LOST_MISSED] = "missed",
		[TT_LOST_MALFORMED] = "malformed",
		[TT_LOST_RECORDING] = "recording",
	};

	return cause < COUNT_OF(names) && names[cause] ? names[cause] : "unknown";
}

const char *metrics_let_go_kind(unsigned kind)
{
	static const char *const names[] = {
		[LET_GO_OPEN_TRACES] = "open_traces",
		[LET_GO_SPANS] = "spans",
		[LET_GO_THREADS] = "threads",
		[LET_GO_METER_ROWS] = "rows",
		[LET_GO_SERIES] = "series",
		[LET_GO_SAMPLES] = "samples",
		[LET_GO_WINDOW_VALUES] = "window_values",
		[LET_GO_HELD_TRACES] = "held_traces",
		[LET_GO_ALERTS] = "alerts",
		[LET_GO_SILENCES] = "silences",
		[LET_GO_OTHER] = "other",
	};

	_Static_assert(COUNT_OF(names) == LET_GO_KINDS, "one name per kind");
	return kind < COUNT_OF(names) ? names[kind] : "other";
}

const char *metrics_role(unsigned role)
{
	static const char *const names[] = {
		[ROLE_REQUEST] = "request", [ROLE_STAGE] = "stage",	[ROLE_MARK] = "mark",
		[ROLE_ENQUEUE] = "enqueue", [ROLE_DEQUEUE] = "dequeue", [ROLE_CANCEL] = "cancel",
		[ROLE_AUDIO] = "audio",	    [ROLE_ERROR] = "error",
	};

	return role < COUNT_OF(names) ? names[role] : "other";
}

const char *metrics_severity(unsigned tier)
{
	static const char *const names[TIERS] = {"none", "warning", "critical", "emergency"};

	return names[tier < TIERS ? tier : TIER_NONE];
}

const char *metrics_threshold_name(size_t index)
{
	static const char *const names[] = {
		"request_duration_seconds", "success_ratio",   "queue_depth",	 "first_audio_seconds",
		"first_audio_share",	    "realtime_factor", "runqueue_share", "stuck_seconds",
		"memory_growth_bytes",	    "cpu_ratio",
	};

	return index < COUNT_OF(names) ? names[index] : NULL;
}
