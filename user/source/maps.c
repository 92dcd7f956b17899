// SPDX-License-Identifier: Apache-2.0
/*
 * In: /proc/TID/maps. Out: struct maps.
 * The rule that surprises: paths are hostile. The kernel escapes newlines in them and nothing else,
 * so fields are taken by position and the path is all that follows the inode.
 */
#include "source/maps.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/auto.h"
#include "base/table.h"

/* Digits only: strtoull would take blanks, signs and 0x. */
static bool number_parse(const char **cursor, unsigned base, char after, uint64_t *number)
{
	const char *at = *cursor;
	uint64_t value = 0;
	size_t digits_count = 0;

	for (;; at++, digits_count++) {
		unsigned digit = *at >= '0' && *at <= '9'   ? (unsigned)(*at - '0')
				 : *at >= 'a' && *at <= 'f' ? (unsigned)(*at - 'a') + 10
							    : base;

		if (digit >= base)
			break;
		if (value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
	}
	if (!digits_count || *at != after)
		return false;
	*number = value;
	*cursor = at + 1;
	return true;
}

int maps_parse(const char *line, struct mapping *mapping)
{
	const char *at = line;
	uint64_t major_number, minor_number;
	char *end;

	*mapping = (struct mapping){0};
	if (!number_parse(&at, 16, '-', &mapping->start) ||
	    !number_parse(&at, 16, ' ', &mapping->end))
		return -EINVAL;
	if (strnlen(at, 5) < 5 || at[4] != ' ' || mapping->start >= mapping->end)
		return -EINVAL;
	mapping->is_executable = at[2] == 'x';
	mapping->is_probeable = at[2] == 'x' && at[1] == '-' && at[3] == 'p';
	at += 5;
	if (!number_parse(&at, 16, ' ', &mapping->offset) ||
	    !number_parse(&at, 16, ':', &major_number) ||
	    !number_parse(&at, 16, ' ', &minor_number))
		return -EINVAL;
	mapping->device = makedev((unsigned)major_number, (unsigned)minor_number);
	if (*at < '0' || *at > '9')
		return -EINVAL;
	errno = 0;
	mapping->inode = strtoull(at, &end, 10);
	if (errno || (*end && *end != ' '))
		return -EINVAL;
	mapping->path = end + strspn(end, " ");
	return 0;
}

static void maps_add(struct maps *maps, const struct mapping *mapping)
{
	const struct mapping *before;
	struct mapping *added;

	if (maps->count >= LIMIT_MAPPINGS || maps->arena.used_bytes > LIMIT_MAPPED_PATH_BYTES) {
		maps->let_go_count++;
		return;
	}
	mem_grow(&maps->mappings, &maps->capacity, maps->count + 1, sizeof(*maps->mappings));
	before = maps->count ? &maps->mappings[maps->count - 1] : NULL;
	added = &maps->mappings[maps->count++];
	*added = *mapping;
	if (!*mapping->path)
		added->path = "";
	else if (before && !strcmp(before->path, mapping->path))
		added->path = before->path;
	else
		added->path = arena_string(&maps->arena, mapping->path, strlen(mapping->path));
}

/* Calls `each` until it returns false. */
static int maps_each(uint32_t tid, bool (*each)(void *arg, const struct mapping *mapping),
		     void *arg)
{
	char path[64];
	auto_file FILE *file = NULL;
	auto_free char *line = NULL;
	size_t line_capacity = 0;
	ssize_t length;
	struct mapping mapping;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/maps", tid);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	errno = 0;
	while ((length = getline(&line, &line_capacity, file)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (!maps_parse(line, &mapping) && !each(arg, &mapping))
			return 0;
		errno = 0;
	}
	return ferror(file) && errno ? -errno : 0;
}

static bool each_add(void *arg, const struct mapping *mapping)
{
	maps_add(arg, mapping);
	return true;
}

static void maps_mark_objects(struct maps *maps)
{
	struct table seen = {0};

	for (size_t i = 0; i < maps->count; i++) {
		struct mapping *mapping = &maps->mappings[i];
		uint64_t key = table_mix(mapping->inode ^ table_mix(mapping->device));

		mapping->is_object =
			mapping->is_executable && mapping->inode && !table_find(&seen, key);
		if (mapping->is_object)
			table_put(&seen, key, mapping);
	}
	table_fini(&seen);
}

int maps_read(struct maps *maps, uint32_t tid)
{
	int error;

	*maps = (struct maps){.tid = tid};
	error = maps_each(tid, each_add, maps);
	maps_mark_objects(maps);
	return error;
}

int maps_read_process(struct maps *maps, uint32_t pid)
{
	int error = maps_read(maps, pid);
	char path[64];
	struct dirent *entry;
	DIR *tasks;

	if (maps->count || (error && error != -ESRCH))
		return error;
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/task", pid);
	tasks = opendir(path);
	if (!tasks)
		return error;
	while ((entry = readdir(tasks))) {
		unsigned long tid = strtoul(entry->d_name, NULL, 10);

		if (!tid || tid == pid)
			continue;
		maps_fini(maps);
		if (!maps_read(maps, (uint32_t)tid) && maps->count)
			break;
	}
	closedir(tasks);
	if (!maps->count)
		maps->tid = pid;
	return 0;
}

const struct mapping *maps_find(const struct maps *maps, uint64_t address)
{
	size_t low = 0, high = maps->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (maps->mappings[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == maps->count || maps->mappings[low].start > address)
		return NULL;
	return &maps->mappings[low];
}

struct sought {
	const struct mapping *mapping;
	bool is_there;
};

static bool each_compare(void *arg, const struct mapping *mapping)
{
	struct sought *sought = arg;
	const struct mapping *wanted = sought->mapping;

	if (mapping->start < wanted->start)
		return true;
	sought->is_there = mapping->start == wanted->start && mapping->end == wanted->end &&
			   mapping->device == wanted->device && mapping->inode == wanted->inode &&
			   mapping->offset == wanted->offset;
	return false;
}

bool maps_still_there(uint32_t tid, const struct mapping *mapping)
{
	struct sought sought = {.mapping = mapping};

	maps_each(tid, each_compare, &sought);
	return sought.is_there;
}

void maps_file_path(char *path, size_t path_bytes, uint32_t tid, const struct mapping *mapping)
{
	snprintf(path, path_bytes, "/proc/%" PRIu32 "/map_files/%" PRIx64 "-%" PRIx64, tid,
		 mapping->start, mapping->end);
}

void maps_fini(struct maps *maps)
{
	free(maps->mappings);
	arena_fini(&maps->arena);
	*maps = (struct maps){0};
}
