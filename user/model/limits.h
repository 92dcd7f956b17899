/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that grows has a limit. Tests shrink these by -D so that the growth paths run. */
#ifndef MODEL_LIMITS_H
#define MODEL_LIMITS_H

#ifndef LIMIT_OPEN_TRACES
#define LIMIT_OPEN_TRACES 20000
#endif
#ifndef LIMIT_SPANS_PER_TRACE
#define LIMIT_SPANS_PER_TRACE 4096
#endif
#ifndef LIMIT_THREADS
#define LIMIT_THREADS 20000
#endif
#ifndef LIMIT_FRAMES_PER_THREAD
#define LIMIT_FRAMES_PER_THREAD 16384
#endif
#ifndef LIMIT_METER_ROWS
#define LIMIT_METER_ROWS 512
#endif
#ifndef LIMIT_QUEUED_ITEMS
#define LIMIT_QUEUED_ITEMS 65536
#endif
#ifndef LIMIT_SEEN_TEXTS
#define LIMIT_SEEN_TEXTS 65536
#endif
#ifndef LIMIT_SERIES
#define LIMIT_SERIES 20000
#endif
#ifndef LIMIT_ALERTS
#define LIMIT_ALERTS 10000
#endif
#ifndef LIMIT_SILENCES
#define LIMIT_SILENCES 1000
#endif
#ifndef LIMIT_SERIES_ROWS
#define LIMIT_SERIES_ROWS 2048 /* engines, stages, probes and processes that have series of their own */
#endif
#ifndef LIMIT_STAGES_PER_PROCESS
#define LIMIT_STAGES_PER_PROCESS 128 /* of those, by one process: stage names may come from the target */
#endif
#ifndef LIMIT_RULES_BYTES
#define LIMIT_RULES_BYTES (4u << 20) /* of all rule and threshold files in force: texts, names and the cost of a file */
#endif
#define RULES_FILE_COST 64 /* of a file without a text */
#ifndef LIMIT_LABELS_BYTES
#define LIMIT_LABELS_BYTES (256u << 20) /* label sets are never taken back: past it no new process gets rows */
#endif
#ifndef LIMIT_WINDOW_VALUES
#define LIMIT_WINDOW_VALUES 262144 /* single values that all windows hold together */
#endif
#define SAMPLE_EVERY_NS 1000000000ull	/* the windows' "scrape" */
#define EVALUATE_EVERY_NS 1000000000ull /* rule groups without an interval of their own */
#define RETENTION_NS (6ull * 3600 * 1000000000ull)
/* With the rest of us below the 50 MB that were promised. */
#define RETENTION_METRICS_BYTES (8u << 20)
#define RETENTION_TRACES_BYTES (6u << 20)
#define RETENTION_LOGS_BYTES (2u << 20)
#define FIFO_LOOK_AHEAD 16
#define IDLE_AFTER_NS 1000000000ull
#define ABANDON_AFTER_NS (30ull * 1000000000ull)

#endif
