/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks and /proc.
 *
 * In:  a pid.  Out: identity, names, usage.
 * The rule that surprises: inside a time namespace our clocks are not the kernel's; what the kernel half stamps is
 * the kernel's, so the namespace's offset is taken off everything read here.
 */
#include "source/host.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/table.h"
#include "base/units.h"

#define CLOCK_TRIES 5

static uint64_t clock_ns(clockid_t id)
{
	struct timespec time = {0};

	clock_gettime(id, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

void host_offsets_parse(const char *text, int64_t *mono_ns, int64_t *boot_ns)
{
	*mono_ns = *boot_ns = 0;
	while (*text) {
		char name[16];
		long long seconds, ns;

		if (sscanf(text, "%15s %lld %lld", name, &seconds, &ns) == 3) {
			if (!strcmp(name, "monotonic"))
				*mono_ns = seconds * (long long)NS_PER_S + ns;
			else if (!strcmp(name, "boottime"))
				*boot_ns = seconds * (long long)NS_PER_S + ns;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

void host_init(struct host *host)
{
	char text[256];
	long hz = sysconf(_SC_CLK_TCK);

	*host = (struct host){.tick_ns = NS_PER_S / (hz > 0 ? (uint64_t)hz : 100),
			      .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE)};
	/* The file speaks of the namespace that our children will get; it is ours unless someone unshared half way. */
	if (host_read("/proc/self/timens_offsets", text, sizeof(text)) > 0)
		host_offsets_parse(text, &host->mono_offset_ns, &host->boot_offset_ns);
}

uint64_t host_mono_ns(const struct host *host)
{
	return clock_ns(CLOCK_MONOTONIC) - (uint64_t)host->mono_offset_ns;
}

void host_clocks(const struct host *host, struct host_clocks *clocks)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < CLOCK_TRIES; i++) {
		uint64_t before = clock_ns(CLOCK_MONOTONIC);
		uint64_t real = clock_ns(CLOCK_REALTIME);
		uint64_t boot = clock_ns(CLOCK_BOOTTIME);
		uint64_t after = clock_ns(CLOCK_MONOTONIC);

		if (after - before >= best)
			continue;
		best = after - before;
		clocks->mono_ns = before + best / 2 - (uint64_t)host->mono_offset_ns;
		clocks->real_ns = real;
		clocks->boot_ns = boot - (uint64_t)host->boot_offset_ns;
	}
}

long host_read(const char *path, char *to, size_t size_bytes)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;

	to[0] = '\0';
	if (fd < 0)
		return -errno;
	while (length + 1 < size_bytes) {
		ssize_t got = read(fd, to + length, size_bytes - 1 - length);

		if (got < 0)
			return -errno;
		if (!got)
			break;
		length += (size_t)got;
	}
	to[length] = '\0';
	return (long)length;
}

/* The name in parentheses may hold anything, closing parentheses and newlines too: fields begin after the last one. */
int host_stat_parse(const char *text, size_t length, struct host_stat *stat)
{
	const char *end = memrchr(text, ')', length);
	uint64_t field[25] = {0};
	char *next;

	if (!end || end[1] != ' ' || !isalpha((unsigned char)end[2]))
		return -EINVAL;
	stat->state = end[2];
	next = (char *)(uintptr_t)end + 3;
	for (int i = 4; i <= 24; i++) {
		const char *from = next;

		field[i] = strtoull(from, &next, 10);
		if (next == from)
			return -EINVAL;
	}
	stat->cpu_ticks = field[14] + field[15];
	stat->threads_count = field[20];
	stat->start_ticks = field[22];
	stat->resident_pages = field[24];
	return 0;
}

int host_stat(uint32_t pid, struct host_stat *stat)
{
	char path[64], text[1024];
	long length;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	length = host_read(path, text, sizeof(text));
	if (length < 0)
		return (int)length;
	return host_stat_parse(text, (size_t)length, stat);
}

bool host_unit_parse(const char *text, char *unit, size_t size_bytes)
{
	static const char suffix[] = ".service";
	const char *found = NULL;

	for (const char *at = text; (at = strstr(at, suffix)); at += sizeof(suffix) - 1) {
		char after = at[sizeof(suffix) - 1];

		if (after == '\0' || after == '/' || after == '\n')
			found = at;
	}
	if (!found)
		return false;
	const char *start = found;

	while (start > text && start[-1] != '/' && start[-1] != ':' && start[-1] != '\n')
		start--;
	snprintf(unit, size_bytes, "%.*s", (int)(found - start) + (int)sizeof(suffix) - 1, start);
	return true;
}

/* Real user id: first number of the Uid line. */
static uint32_t host_uid(uint32_t pid)
{
	char path[64], text[4096];
	const char *line;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/status", pid);
	if (host_read(path, text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, "\nUid:");
	return line ? (uint32_t)strtoul(line + 5, NULL, 10) : 0;
}

int host_process(const struct host *host, uint32_t pid, struct tt_proc *process)
{
	char path[64], text[8192];
	struct host_stat stat;
	ssize_t length;

	if (host_stat(pid, &stat))
		return -ESRCH;
	process->head.pid = pid;
	process->start_at_ns = stat.start_ticks * host->tick_ns - (uint64_t)host->boot_offset_ns;
	process->uid = host_uid(pid);
	host_thread_comm(pid, pid, process->comm);
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/exe", pid);
	length = readlink(path, process->exe, sizeof(process->exe) - 1);
	process->exe[length > 0 ? length : 0] = '\0';
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/cgroup", pid);
	if (host_read(path, text, sizeof(text)) < 0 ||
	    !host_unit_parse(text, process->service, sizeof(process->service))) {
		const char *slash = strrchr(process->exe, '/');

		snprintf(process->service, sizeof(process->service), "%.63s",
			 slash ? slash + 1 : process->exe);
	}
	return 0;
}

void host_thread_comm(uint32_t pid, uint32_t tid, char comm[TT_COMM_BYTES])
{
	char path[80], text[TT_COMM_BYTES + 2];
	long length;

	memset(comm, 0, TT_COMM_BYTES);
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/task/%" PRIu32 "/comm", pid, tid);
	length = host_read(path, text, sizeof(text));
	if (length > 0 && text[length - 1] == '\n')
		length--;
	if (length > 0)
		memcpy(comm, text,
		       (size_t)length < TT_COMM_BYTES ? (size_t)length : TT_COMM_BYTES - 1);
}

uint64_t host_cpu_ns(uint32_t pid)
{
	struct timespec time;
	clockid_t clock;

	if (clock_getcpuclockid((pid_t)pid, &clock) || clock_gettime(clock, &time))
		return 0;
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

void host_threads(uint32_t pid, void (*visit)(void *arg, uint32_t tid), void *arg)
{
	struct dirent *entry;
	char path[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/task", pid);
	tasks = opendir(path);
	if (!tasks)
		return;
	while ((entry = readdir(tasks)))
		if (isdigit((unsigned char)entry->d_name[0]))
			visit(arg, (uint32_t)strtoul(entry->d_name, NULL, 10));
	closedir(tasks);
}

uint64_t host_code_mark(uint32_t pid)
{
	auto_free char *line = NULL;
	auto_file FILE *maps = NULL;
	uint64_t mark = 1469598103934665603ull;
	size_t capacity = 0;
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return 0;
	while ((length = getline(&line, &capacity, maps)) > 0) {
		const char *modes = memchr(line, ' ', (size_t)length);

		/* Only files: the inode field is not 0. JIT code comes and goes all the time. */
		if (!modes || length - (modes - line) < 5 || modes[3] != 'x' ||
		    !memchr(line, '/', (size_t)length))
			continue;
		mark = table_hash(mark, line, (size_t)length);
	}
	return mark;
}

bool host_is_online(uint32_t pid)
{
	struct host_stat stat;

	return !host_stat(pid, &stat) && stat.state != 'Z' && stat.state != 'X';
}
