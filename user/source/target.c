// SPDX-License-Identifier: Apache-2.0
/*
 * In: /proc/PID. Out: struct target.
 * The rule that surprises: a thread's name can hold anything, so stat is read from its last ')' on;
 * in status the kernel escapes newlines, so a line there starts where it seems to.
 */
#include "source/target.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/refuse.h"

#define PF_KTHREAD_FLAG 0x00200000u

static int proc_read(uint32_t pid, const char *file, char *text, size_t text_bytes)
{
	char path[64];
	auto_file FILE *stream = NULL;
	size_t length;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/%s", pid, file);
	errno = 0;
	stream = fopen(path, "re");
	if (!stream)
		return -errno;
	length = fread(text, 1, text_bytes - 1, stream);
	text[length] = '\0';
	return ferror(stream) && errno ? -errno : 0;
}

static const char *status_value(const char *status, const char *key)
{
	size_t key_length = strlen(key);

	for (const char *line = status; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (!strncmp(line, key, key_length))
			return line + key_length + strspn(line + key_length, " \t");
	}
	return NULL;
}

bool target_parse_status(struct target *target, const char *status, uint32_t *tgid)
{
	const char *state = status_value(status, "State:");
	const char *group = status_value(status, "Tgid:");
	const char *tracer = status_value(status, "TracerPid:");
	const char *seccomp = status_value(status, "Seccomp:");
	const char *features = status_value(status, "x86_Thread_features:");

	if (!state || !group)
		return false;
	if (tgid)
		*tgid = (uint32_t)strtoul(group, NULL, 10);
	target->is_zombie = *state == 'Z' || *state == 'X';
	target->tracer_pid = tracer ? (uint32_t)strtoul(tracer, NULL, 10) : 0;
	target->has_seccomp = seccomp && strtoul(seccomp, NULL, 10) != 0;
	target->has_shadow_stack =
		features && memmem(features, strcspn(features, "\n"), "shstk", 5);
	return true;
}

bool target_parse_is_kernel(const char *stat)
{
	const char *at = strrchr(stat, ')');
	char state;
	unsigned flags;

	/* pid (comm) state ppid pgrp session tty tpgid flags */
	return at && sscanf(at + 1, " %c %*d %*d %*d %*d %*d %u", &state, &flags) == 2 &&
	       (flags & PF_KTHREAD_FLAG);
}

int target_read(struct target *target, uint32_t pid)
{
	char text[8192];
	char path[64];
	uint32_t tgid;
	ssize_t length;
	int error;

	*target = (struct target){.pid = pid};
	error = proc_read(pid, "status", text, sizeof(text));
	if (error == -ENOENT || error == -ESRCH)
		return refuse(-ESRCH, "no process %" PRIu32, pid);
	if (error)
		return refuse(error == -EPERM ? -EACCES : error,
			      "process %" PRIu32 ": /proc/%" PRIu32 "/status: %s", pid, pid,
			      strerror(-error));
	if (!target_parse_status(target, text, &tgid))
		return refuse(-ESRCH, "process %" PRIu32 ": /proc/%" PRIu32 "/status says nothing",
			      pid, pid);
	if (tgid != pid)
		return refuse(-EINVAL,
			      "%" PRIu32 " is a thread of process %" PRIu32 "; use -p %" PRIu32,
			      pid, tgid, tgid);
	if (!proc_read(pid, "stat", text, sizeof(text)) && target_parse_is_kernel(text))
		return refuse(-EINVAL,
			      "%" PRIu32 " is a kernel thread; it speaks through no library", pid);
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/exe", pid);
	length = readlink(path, target->exe, sizeof(target->exe) - 1);
	target->exe[length > 0 ? length : 0] = '\0';
	return 0;
}
