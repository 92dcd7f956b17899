/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "config/files.h"

static int compare_names(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

static bool matches(const char *name, const char *const *patterns)
{
	for (size_t i = 0; patterns[i]; i++)
		if (!fnmatch(patterns[i], name, FNM_PERIOD))
			return true;
	return false;
}

int files_each(const char *path, const char *const *patterns, int (*visit)(void *arg, const char *file), void *arg)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, NULL, compare_names);
	int length = (int)strlen(path), error = 0;

	while (length > 1 && path[length - 1] == '/')
		length--;
	if (count < 0 && errno == ENOENT)
		return -ENOENT;
	if (count < 0)
		return refuse(-errno, "%s: %s", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (matches(entries[i]->d_name, patterns)) {
			auto_free char *file = mem_format("%.*s/%s", length, path, entries[i]->d_name);
			int one = visit(arg, file);

			error = error ? error : one;
		}
		free(entries[i]);
	}
	free(entries);
	return error;
}
