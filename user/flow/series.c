/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/state.h"
void series_new(struct flow *flow) { (void)flow; }
void series_free(struct flow *flow) { (void)flow; }
bool series_is_due(const struct flow *flow, int64_t *at_ms) { (void)flow; *at_ms = 0; return false; }
void series_tick(struct flow *flow) { (void)flow; }
void series_process(struct flow *flow, struct process_state *process) { (void)flow; (void)process; }
void series_process_left(struct flow *flow, struct process_state *process) { (void)flow; (void)process; }
void series_probe(struct flow *flow, struct process_state *process, const struct probe *probe) { (void)flow; (void)process; (void)probe; }
void series_open(struct flow *flow, struct trace_state *trace, const char *engine) { (void)flow; (void)trace; (void)engine; }
void series_close(struct flow *flow, struct trace_state *trace) { (void)flow; (void)trace; }
void series_span(struct flow *flow, const struct span *span) { (void)flow; (void)span; }
void series_trace(struct flow *flow, struct trace_state *trace) { (void)flow; (void)trace; }
void series_gauge(struct flow *flow, const struct tt_gauge *record) { (void)flow; (void)record; }
void series_lost(struct flow *flow, const struct process_state *process, uint32_t cause, uint64_t count) { (void)flow; (void)process; (void)cause; (void)count; }
bool exemplar_find(const struct flow *flow, const struct rule *rule, const struct labels *labels, uint8_t trace_id[16]) { (void)flow; (void)rule; (void)labels; (void)trace_id; return false; }
void held_add(struct flow *flow, struct trace_state *trace) { (void)flow; (void)trace; }
void held_tick(struct flow *flow) { (void)flow; }
void held_free(struct flow *flow) { (void)flow; }
