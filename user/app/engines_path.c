/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "app/engines_path.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/refuse.h"

#ifndef TTSOBS_SYSCONFDIR
#define TTSOBS_SYSCONFDIR "/etc/ttsobs"
#endif

/* The directory of this program, with something after it: a source tree and an installation are both found from there. */
static char *beside_program(const char *rest)
{
	char exe[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	if (length <= 0)
		return NULL;
	exe[length] = '\0';
	slash = strrchr(exe, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	return mem_format("%s/%s", exe, rest);
}

static int load_default(struct engine_set *set)
{
	auto_free char *tree = beside_program("../rules/engines");
	auto_free char *installed = beside_program("../share/ttsobs/engines");
	int error = tree ? engines_load_directory(set, tree) : -ENOENT;

	if (error == -ENOENT && installed)
		error = engines_load_directory(set, installed);
	if (error == -ENOENT)
		warn("no engine files in %s (give --engine-dir)", installed ? installed : "../share/ttsobs/engines");
	else if (error)
		return error;
	error = engines_load_directory(set, TTSOBS_SYSCONFDIR "/engines");
	return error == -ENOENT ? 0 : error;
}

int engines_path_load(struct engine_set *set, const struct options *options)
{
	int error = 0;

	if (!options->engine_dirs.count)
		error = load_default(set);
	for (size_t i = 0; i < options->engine_dirs.count && !error; i++) {
		error = engines_load_directory(set, options->engine_dirs.values[i]);
		if (error == -ENOENT)
			error = refuse(-EINVAL, "%s: no such directory of engine files", options->engine_dirs.values[i]);
	}
	for (size_t i = 0; i < options->engine_files.count && !error; i++)
		error = engines_load_file(set, options->engine_files.values[i]) ? -EINVAL : 0; /* said; a file named wrongly is usage */
	if (!error && options->engine && !engines_find(set, options->engine))
		error = refuse(-EINVAL, "no engine is named '%s' (see: ttsobs-bpf engines list)", options->engine);
	return error;
}
