// SPDX-License-Identifier: Apache-2.0
/* Skeleton: being written. */
#include "sink/notify.h"

#include <errno.h>
#include <stdlib.h>

#include "base/refuse.h"

int notify_new(struct sink **sink, const struct notify_config *config, const struct notify_options *options)
{
	(void)sink;
	(void)config;
	(void)options;
	return refuse(-ENOSYS, "notification is not there yet");
}

int notify_reload(struct sink *sink, const struct notify_config *config)
{
	(void)sink;
	(void)config;
	return -ENOSYS;
}

size_t notify_counts(const struct sink *sink, struct notify_counts *counts, size_t max)
{
	(void)sink;
	(void)counts;
	(void)max;
	return 0;
}

void notify_counts_print(const struct sink *sink, struct buf *out)
{
	(void)sink;
	buf_text(out, "[]");
}

uint64_t notify_state_generation(const struct sink *sink)
{
	(void)sink;
	return 0;
}

void notify_state_print(const struct sink *sink, struct buf *out)
{
	(void)sink;
	buf_text(out, "{}");
}

int notify_state_load(struct sink *sink, const char *text, size_t length)
{
	(void)sink;
	(void)text;
	(void)length;
	return 0;
}

void notify_free(struct sink *sink)
{
	free(sink);
}
