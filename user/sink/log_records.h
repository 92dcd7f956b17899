/* SPDX-License-Identifier: Apache-2.0 */
/* The records of the log as JSON objects; the caller prints and frees them (member_print). */
#ifndef SINK_LOG_RECORDS_H
#define SINK_LOG_RECORDS_H

#include <stdint.h>

#include "model/view.h"

struct json_object;

struct json_object *log_span_record(const struct view *view, const struct span *span);
struct json_object *log_trace_record(const struct view *view, const struct trace *trace);
struct json_object *log_proc_record(const struct view *view, const struct tt_proc *proc);
struct json_object *log_probe_record(const struct view *view, const struct tt_probe *probe);
struct json_object *log_lost_record(const struct view *view, const struct tt_lost *lost);
struct json_object *log_hole_record(const struct view *view, uint64_t at_ns, uint64_t count);
struct json_object *log_status_record(const struct view *view);

#endif
