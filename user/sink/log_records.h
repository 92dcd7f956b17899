/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of the log as JSON objects; the caller prints and frees them (member_print). A record's level is
 * asked first, so that what is below the log's level costs nothing.
 */
#ifndef SINK_LOG_RECORDS_H
#define SINK_LOG_RECORDS_H

#include <stdint.h>

#include "model/view.h"
#include "sink/sinks.h"

struct json_object;

const char *log_level_word(enum log_level level);
/* The keys of every record. */
struct json_object *log_record_begin(uint64_t at_real_ns, enum log_level level, const char *event,
				     const char *message);

enum log_level log_span_level(const struct span *span);
enum log_level log_trace_level(const struct trace *trace);
enum log_level log_proc_level(const struct tt_proc *proc);
enum log_level log_status_level(const struct view *view);
struct json_object *log_span_record(const struct view *view, const struct span *span);
struct json_object *log_trace_record(const struct view *view, const struct trace *trace);
struct json_object *log_proc_record(const struct view *view, const struct tt_proc *proc);
struct json_object *log_probe_record(const struct view *view, const struct tt_probe *probe); /* debug */
struct json_object *log_lost_record(const struct view *view, const struct tt_lost *lost); /* warning, as the next */
struct json_object *log_hole_record(const struct view *view, uint64_t at_ns, uint64_t count);
/* skipped_count: records below the log's level. */
struct json_object *log_status_record(const struct view *view, uint64_t skipped_count);

/* log_alerts.c */
enum log_level log_alert_level(const struct alert *alert);
struct json_object *log_alert_record(const struct alert *alert);
/* The rules in force are others; refused_count: parts or sets that were dropped since the last such record. */
enum log_level log_rules_level(uint64_t refused_count);
struct json_object *log_rules_record(const struct view *view, uint64_t refused_count);
/* `alert`: that the control speaks of; NULL = none, or unknown. */
enum log_level log_control_level(const struct tt_control *control, bool is_refused);
struct json_object *log_control_record(const struct view *view, const struct tt_control *control,
				       const char *alert_name, const char *trace_id, bool is_refused);

#endif
