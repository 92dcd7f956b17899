/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links and gates.
 *
 * In:  places.  Out: links on them, kept until their process or the run ends.
 * The rule that surprises: a link for many places fails as a whole, so then each place is tried alone.
 */
#include "source/attach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/refuse.h"
#include "source/attach_parts.h"

void attach_init(struct attach *attach, struct bpf_half *half, const struct kernel *kernel,
		 struct outbox *outbox)
{
	*attach = (struct attach){.half = half, .kernel = kernel, .outbox = outbox};
}

static void link_keep(struct attach *attach, int fd, int event_fd, const struct link_wish *wish)
{
	struct live_link *link;

	mem_grow(&attach->links, &attach->links_capacity, attach->links_count + 1,
		 sizeof(*attach->links));
	link = &attach->links[attach->links_count++];
	*link = (struct live_link){
		.fd = fd, .event_fd = event_fd, .pid = wish->pid, .offsets_count = wish->count};
	link->path = mem_string(wish->path);
	link->offsets = mem_array(wish->count, sizeof(*link->offsets));
	memcpy(link->offsets, wish->offsets, wish->count * sizeof(*link->offsets));
}

/* Its fds go to the list of those to be closed together. */
static void link_let_go(struct live_link *link, int *fds, size_t *count)
{
	fds[(*count)++] = link->fd;
	if (link->event_fd >= 0)
		fds[(*count)++] = link->event_fd;
	free(link->path);
	free(link->offsets);
}

/* One place, in either mode. */
static int place_attach(struct attach *attach, const struct link_wish *wish)
{
	int fd, event_fd = -1, error = 0;

	if (attach->half->is_multi) {
		fd = link_multi(wish);
		error = fd < 0 ? fd : 0;
	} else if (attach->perf_sites_count >= ATTACH_PERF_SITES_MAX) {
		return -ENOSPC; /* a learned place */
	} else {
		error = link_perf(attach->kernel, wish, &fd, &event_fd);
		attach->perf_sites_count += !error;
	}
	if (!error)
		link_keep(attach, fd, event_fd, wish);
	return error;
}

void places_tell(struct attach *attach, size_t count)
{
	attach->tried_count += count;
	if (attach->wished_count) /* else: learned places, one or two */
		progress_show("attaching to places", attach->tried_count, attach->wished_count);
}

void places_attach(struct attach *attach, const struct link_wish *wish, int *errors)
{
	memset(errors, 0, wish->count * sizeof(*errors));
	if (attach->half->is_multi) {
		int fd = link_multi(wish);

		if (fd >= 0) {
			link_keep(attach, fd, -1, wish);
			places_tell(attach, wish->count);
			return;
		}
		debug("uprobe_multi on %zu places of %s: %s; trying each alone", wish->count,
		      wish->path, strerror(-fd));
	}
	for (size_t i = 0; i < wish->count; i++) {
		struct link_wish one = *wish;

		one.offsets = wish->offsets + i;
		one.cookies = wish->cookies + i;
		one.count = 1;
		errors[i] = place_attach(attach, &one);
		places_tell(attach, 1);
	}
}

void attach_gate_open(struct attach *attach, uint16_t generation)
{
	attach->half->gates[generation] = 1;
}

int attach_leave_place(struct attach *attach, const char *map_path, const uint16_t *probe_ids,
		       const uint64_t *offsets, size_t count)
{
	auto_free uint64_t *cookies = mem_array(count, sizeof(*cookies));
	auto_free int *errors = mem_array(count, sizeof(*errors));

	for (size_t i = 0; i < count; i++)
		cookies[i] = TT_COOKIE(probe_ids[i], attach->probes[probe_ids[i]].generation, -8);
	places_attach(attach,
		      &(struct link_wish){
			      .program_fd = attach->half->leave_fd,
			      .path = map_path,
			      .pid = attach->probes[probe_ids[0]].pid,
			      .offsets = offsets,
			      .cookies = cookies,
			      .count = count,
		      },
		      errors);
	for (size_t i = 0; i < count; i++)
		if (errors[i])
			return errors[i];
	return 0;
}

size_t attach_sweep(struct attach *attach)
{
	auto_free int *fds = mem_array(attach->links_count + 1, sizeof(*fds));
	size_t count = 0, swept = 0;

	for (size_t i = 0; attach->half->is_multi && i < attach->links_count; i++) {
		const struct live_link *link = &attach->links[i];
		const struct link_wish wish = {
			.program_fd = attach->half->enter_fd,
			.path = link->path,
			.pid = (uint32_t)getpid(), /* we map no engine: it never fires */
			.offsets = link->offsets,
			.count = link->offsets_count,
		};
		int fd = link_multi(&wish);

		if (fd < 0)
			continue;
		fds[count++] = fd;
		swept += link->offsets_count;
	}
	links_close(fds, count);
	return swept;
}

void attach_end_process(struct attach *attach, uint32_t pid)
{
	auto_free int *fds = mem_array(2 * attach->links_count + 1, sizeof(*fds));
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < attach->probes_count; i++)
		if (attach->probes[i].pid == pid && attach->probes[i].is_live)
			attach->half->gates[attach->probes[i].generation] = 0;
	for (size_t i = 0; i < attach->links_count; i++) {
		if (attach->links[i].pid != pid) {
			attach->links[kept++] = attach->links[i];
			continue;
		}
		attach->perf_sites_count -= attach->links[i].event_fd >= 0;
		link_let_go(&attach->links[i], fds, &count);
	}
	attach->links_count = kept;
	links_close(fds, count);
	for (size_t i = 0; i < attach->probes_count; i++)
		if (attach->probes[i].pid == pid && attach->probes[i].is_live) {
			attach->probes[i].is_live = false;
			attach->generation_is_used[attach->probes[i].generation] = false;
		}
}

void attach_end(struct attach *attach, const int *more_fds, size_t more_count)
{
	auto_free int *fds = mem_array(2 * attach->links_count + more_count + 1, sizeof(*fds));
	size_t count = 0;

	for (int i = 0; i < TT_MAX_GENERATIONS; i++)
		attach->half->gates[i] = 0;
	for (size_t i = 0; i < attach->links_count; i++)
		link_let_go(&attach->links[i], fds, &count);
	for (size_t i = 0; i < more_count; i++)
		fds[count++] = more_fds[i];
	links_close(fds, count);
	attach->links_count = 0;
}

void attach_fini(struct attach *attach)
{
	free(attach->probes);
	free(attach->links);
}
