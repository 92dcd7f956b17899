// SPDX-License-Identifier: Apache-2.0
/* Skeleton: being written. */
#include "config/notify.h"

#include <errno.h>
#include <stdlib.h>

#include "base/refuse.h"

const char *const notify_kind_words[] = {"syslog", "journal", "syslog-remote", "log", "exec", NULL};

struct notify_config *notify_compile(const char *file, const char *text, size_t length)
{
	(void)text;
	(void)length;
	refuse(-EINVAL, "%s:1:1: notify files are not read yet", file);
	return NULL;
}

struct notify_config *notify_load(const char *path)
{
	return notify_compile(path, "", 0);
}

void notify_config_free(struct notify_config *config)
{
	if (config)
		arena_fini(&config->arena);
	free(config);
}
