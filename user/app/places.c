/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/places.h"
#include "base/mem.h"

/* The directory of this program, with something after it. */
static char *beside_program(const char *way, const char *name)
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
	return mem_format("%s/%s/%s", exe, way, name);
}

char *places_installed(const char *name)
{
	return beside_program("../share/ttsobs", name);
}

char *places_find(const char *name)
{
	char *found[2] = { beside_program("../rules", name), places_installed(name) };
	char *place = NULL;

	for (int i = 0; i < 2; i++) {
		if (!place && found[i])
			place = realpath(found[i], NULL);
		free(found[i]);
	}
	return place;
}
