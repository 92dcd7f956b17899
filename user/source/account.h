/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Losses and usage, told to the feed: LOST deltas, GAUGE samples.
 */
#ifndef SOURCE_ACCOUNT_H
#define SOURCE_ACCOUNT_H

#include <stddef.h>
#include <stdint.h>

#include "source/attach.h"
#include "source/host.h"

struct account {
	unsigned cpus_count; /* possible CPUs: what the kernel's per-CPU maps have */
	struct tt_probe_counts *per_cpu;
	uint64_t losses_seen;
	__u64 ring_full_other_told;
	__u64 missed_told;
};

int account_init(struct account *account); /* -errno, said */
void account_fini(struct account *account);
/* LOST records for what was lost since last time. Cheap when nothing was. */
void account_losses(struct account *account, struct attach *attach);
/* GAUGE HITS of every probe whose counts moved, and hits that the kernel dropped by itself. */
void account_hits(struct account *account, struct attach *attach);
void account_process(const struct host *host, struct outbox *outbox, uint32_t pid);
void account_self(const struct host *host, struct outbox *outbox);

#endif
