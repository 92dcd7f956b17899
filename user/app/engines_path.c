/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "app/engines_path.h"
#include "app/places.h"
#include "base/auto.h"
#include "base/refuse.h"

static int load_default(struct engine_set *set)
{
	auto_free char *place = places_find("engines");
	auto_free char *installed = places_installed("engines");
	int error = place ? engines_load_directory(set, place) : -ENOENT;

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
