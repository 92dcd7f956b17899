// SPDX-License-Identifier: Apache-2.0
/* In: a name that an object does not have. Out: the names it has that look most like it. */
#include <stdlib.h>
#include <string.h>

#include "source/plan_parts.h"

#define NEAR_NAMES	3
#define NEAR_NAME_BYTES 96
#define NEAR_SYMBOLS	100000 /* looked at, at most */

struct near {
	const char *wanted;
	size_t wanted_length;
	size_t looked_count;
	struct {
		char name[NEAR_NAME_BYTES];
		size_t distance;
	} best[NEAR_NAMES];
	size_t count;
};

static size_t least(size_t a, size_t b, size_t c)
{
	size_t d = a < b ? a : b;

	return d < c ? d : c;
}

/* Levenshtein; both shorter than NEAR_NAME_BYTES. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t row[NEAR_NAME_BYTES + 1];

	for (size_t k = 0; k <= b_length; k++)
		row[k] = k;
	for (size_t i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= b_length; k++) {
			size_t above = row[k];

			row[k] = least(row[k] + 1, row[k - 1] + 1,
				       diagonal + (a[i - 1] != b[k - 1]));
			diagonal = above;
		}
	}
	return row[b_length];
}

static bool near_each(void *arg, const char *name, const Elf64_Sym *symbol)
{
	struct near *near = arg;
	size_t length = strnlen(name, NEAR_NAME_BYTES), distance, at;

	if (near->looked_count++ == NEAR_SYMBOLS)
		return false;
	if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_shndx == SHN_UNDEF ||
	    length < 3 || length >= NEAR_NAME_BYTES)
		return true;
	distance = edit_distance(near->wanted, near->wanted_length, name, length);
	/* An addition at one end (a version, a _ex) is nearer than its length says. */
	if (!strncmp(name, near->wanted, near->wanted_length) ||
	    !strncmp(name, near->wanted, length))
		distance = distance < 2 ? distance : 2 + distance / 8;
	if (distance > 2 + near->wanted_length / 6)
		return true;
	for (size_t i = 0; i < near->count; i++)
		if (!strcmp(near->best[i].name, name))
			return true;
	at = near->count < NEAR_NAMES ? near->count++ : NEAR_NAMES;
	while (at > 0 && near->best[at - 1].distance > distance) {
		if (at < NEAR_NAMES)
			near->best[at] = near->best[at - 1];
		at--;
	}
	if (at < NEAR_NAMES) {
		memcpy(near->best[at].name, name, length + 1);
		near->best[at].distance = distance;
	}
	return true;
}

const char *plan_near(struct plan *plan, struct image *image, const char *name)
{
	struct near near = {.wanted = name, .wanted_length = strlen(name)};
	const char *text = NULL;

	if (near.wanted_length < 3 || near.wanted_length >= NEAR_NAME_BYTES)
		return NULL;
	image_each_symbol(image, near_each, &near);
	for (size_t i = 0; i < near.count; i++)
		text = text ? plan_text(plan, "%s, %s", text, near.best[i].name)
			    : plan_text(plan, "%s", near.best[i].name);
	return text;
}
