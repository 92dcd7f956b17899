/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what an engine file says of a probe to what the kernel half reads at a hit, and to the PROBE record.
 */
#ifndef SOURCE_PROBE_CONFIG_H
#define SOURCE_PROBE_CONFIG_H

#include "bpf/ttsobs_probe.h"
#include "model/engine.h"
#include "source/plan.h"

void probe_config_fill(struct tt_probe_config *config, const struct engine_probe *spec);
/* All but the head and the counts of sites. */
void probe_record_fill(struct tt_probe *record, const struct object_plan *object,
		       const struct probe_plan *probe);

#endif
