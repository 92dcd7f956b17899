// SPDX-License-Identifier: Apache-2.0
/*
 * In: an engine's regular expressions and the paths of a process. Out: which of them match.
 * The rule that surprises: a path is matched without the kernel's mark of a deleted file, so that a
 * pattern may end in `$`.
 */
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "source/plan_parts.h"

#define DELETED " (deleted)"

static bool pattern_matches(const regex_t *regex, const char *path)
{
	size_t length = strlen(path), mark = strlen(DELETED);
	auto_free char *bare = mem_string(path);

	if (length > mark && !strcmp(path + length - mark, DELETED))
		bare[length - mark] = '\0';
	return !regexec(regex, bare, 0, NULL, 0);
}

const char *patterns_init(struct patterns *patterns, const char *const *texts, unsigned count)
{
	const char *bad = NULL;

	patterns->count = 0;
	for (unsigned i = 0; i < count && patterns->count < PATTERNS_MAX; i++) {
		if (!regcomp(&patterns->regexes[patterns->count], texts[i],
			     REG_EXTENDED | REG_NOSUB))
			patterns->count++;
		else
			bad = texts[i];
	}
	return bad;
}

bool patterns_match(const struct patterns *patterns, const char *path)
{
	for (unsigned i = 0; i < patterns->count; i++)
		if (pattern_matches(&patterns->regexes[i], path))
			return true;
	return false;
}

void patterns_fini(struct patterns *patterns)
{
	for (unsigned i = 0; i < patterns->count; i++)
		regfree(&patterns->regexes[i]);
	patterns->count = 0;
}

/* Some mapped path, or the executable's. */
static bool some_path_matches(const struct planner *planner, const char *text)
{
	struct patterns pattern;
	const char *before = NULL;
	bool matches;

	patterns_init(&pattern, &text, 1);
	matches = *planner->target.exe && patterns_match(&pattern, planner->target.exe);
	for (size_t i = 0; i < planner->maps.count && !matches; i++) {
		const char *path = planner->maps.mappings[i].path;

		if (*path && path != before)
			matches = patterns_match(&pattern, path);
		before = path;
	}
	patterns_fini(&pattern);
	return matches;
}

const char *plan_label(const struct planner *planner, const struct engine *engine)
{
	for (unsigned i = 0; i < engine->labels_count; i++) {
		const struct engine_label *label = &engine->labels[i];
		unsigned matched = 0;

		while (matched < label->maps_count &&
		       some_path_matches(planner, label->maps[matched]))
			matched++;
		if (label->maps_count && matched == label->maps_count)
			return label->label;
	}
	return engine->label ? engine->label : engine->name;
}
