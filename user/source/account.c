/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Losses and usage.
 *
 * In:  the kernel half's counters, /proc.  Out: LOST and GAUGE records in the outbox.
 * The rule that surprises: the kernel half changes one shared word with every loss; only when that word moved are
 * the counters of all probes worth a system call each.
 */
#include "source/account.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/refuse.h"

int account_init(struct account *account)
{
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return refuse(cpus, "the number of CPUs is unreadable: %s", strerror(-cpus));
	*account = (struct account){.cpus_count = (unsigned)cpus};
	account->per_cpu = mem_array((size_t)cpus, sizeof(*account->per_cpu));
	return 0;
}

void account_fini(struct account *account)
{
	free(account->per_cpu);
}

static void counts_read(struct account *account, const struct attach *attach, uint32_t id,
			struct tt_probe_counts *sum)
{
	memset(sum, 0, sizeof(*sum));
	if (bpf_map_lookup_elem(attach->half->counts_fd, &id, account->per_cpu))
		return;
	for (unsigned i = 0; i < account->cpus_count; i++) {
		const struct tt_probe_counts *part = &account->per_cpu[i];

		sum->enters += part->enters;
		sum->leaves += part->leaves;
		sum->ring_full_enters += part->ring_full_enters;
		sum->ring_full_leaves += part->ring_full_leaves;
		sum->no_storage += part->no_storage;
		sum->torn += part->torn;
		sum->unreadable += part->unreadable;
	}
}

static void lost_tell(struct outbox *outbox, uint32_t pid, uint16_t probe, uint32_t cause,
		      uint64_t now, __u64 *told)
{
	struct tt_lost record = {.cause = cause, .count = now - *told};

	if (now <= *told)
		return;
	*told = now;
	outbox_head(outbox, &record.head, TT_LOST, sizeof(record));
	record.head.pid = pid;
	record.head.probe = probe;
	outbox_add(outbox, &record.head);
}

void account_losses(struct account *account, struct attach *attach)
{
	uint64_t losses = *attach->half->losses_count;
	struct outbox *outbox = attach->outbox;

	if (losses == account->losses_seen)
		return;
	account->losses_seen = losses;
	for (size_t i = 0; i < attach->probes_count; i++) {
		struct live_probe *probe = &attach->probes[i];
		uint16_t id = (uint16_t)i;
		struct tt_probe_counts now;

		counts_read(account, attach, id, &now);
		lost_tell(outbox, probe->pid, id, TT_LOST_RING_ENTER, now.ring_full_enters,
			  &probe->told.ring_full_enters);
		lost_tell(outbox, probe->pid, id, TT_LOST_RING_LEAVE, now.ring_full_leaves,
			  &probe->told.ring_full_leaves);
		lost_tell(outbox, probe->pid, id, TT_LOST_NO_STORAGE, now.no_storage,
			  &probe->told.no_storage);
		lost_tell(outbox, probe->pid, id, TT_LOST_TORN, now.torn, &probe->told.torn);
		lost_tell(outbox, probe->pid, id, TT_LOST_UNREADABLE, now.unreadable,
			  &probe->told.unreadable);
	}
	lost_tell(outbox, 0, TT_NO_PROBE, TT_LOST_RING_OTHER, *attach->half->ring_full_other_count,
		  &account->ring_full_other_told);
}

static void gauge_tell(struct outbox *outbox, uint32_t pid, uint16_t probe, uint32_t what,
		       uint64_t value, uint64_t extra)
{
	struct tt_gauge record = {.what = what, .value = value, .extra = extra};

	outbox_head(outbox, &record.head, TT_GAUGE, sizeof(record));
	record.head.pid = pid;
	record.head.probe = probe;
	outbox_add(outbox, &record.head);
}

void account_hits(struct account *account, struct attach *attach)
{
	for (size_t i = 0; i < attach->probes_count; i++) {
		struct live_probe *probe = &attach->probes[i];
		struct tt_probe_counts now;

		counts_read(account, attach, (uint32_t)i, &now);
		if (now.enters == probe->told.enters && now.leaves == probe->told.leaves)
			continue;
		probe->told.enters = now.enters;
		probe->told.leaves = now.leaves;
		gauge_tell(attach->outbox, probe->pid, (uint16_t)i, TT_GAUGE_HITS, now.enters,
			   now.leaves);
	}
	lost_tell(attach->outbox, 0, TT_NO_PROBE, TT_LOST_MISSED, bpf_half_missed(attach->half),
		  &account->missed_told);
}

void account_process(const struct host *host, struct outbox *outbox, uint32_t pid)
{
	uint64_t cpu_ns = host_cpu_ns(pid);
	struct host_stat stat;

	if (host_stat(pid, &stat))
		return;
	gauge_tell(outbox, pid, TT_NO_PROBE, TT_GAUGE_RSS_BYTES,
		   stat.resident_pages * host->page_bytes, 0);
	gauge_tell(outbox, pid, TT_NO_PROBE, TT_GAUGE_CPU_NS,
		   cpu_ns ? cpu_ns : stat.cpu_ticks * host->tick_ns, 0);
	gauge_tell(outbox, pid, TT_NO_PROBE, TT_GAUGE_THREADS_COUNT, stat.threads_count, 0);
}

void account_self(const struct host *host, struct outbox *outbox)
{
	uint32_t pid = (uint32_t)getpid();
	struct host_stat stat;

	if (host_stat(pid, &stat))
		return;
	gauge_tell(outbox, 0, TT_NO_PROBE, TT_GAUGE_SELF_CPU_NS, host_cpu_ns(pid), 0);
	gauge_tell(outbox, 0, TT_NO_PROBE, TT_GAUGE_SELF_RSS_BYTES,
		   stat.resident_pages * host->page_bytes, 0);
}
