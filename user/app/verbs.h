/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs: one row each. */
#ifndef APP_VERBS_H
#define APP_VERBS_H

#include "app/options.h"
#include "base/buf.h"

struct verb {
	const char *name;
	const char *args; /* as --help shows them */
	const char *summary;
	bool is_live; /* may take -p and what belongs to it */
	bool is_replay; /* may take a recording */
	bool has_json;	/* may print JSON instead of text */
	bool has_dashboard; /* may print its tabs */
	int (*run)(const struct options *options); /* the exit code */
};

const struct verb *verbs_find(const char *name);
const struct verb *verbs_default(void);
const struct verb *verbs_at(size_t index); /* NULL past the last */

/* Standard output; empties the buffer. 0 or -errno (said); a reader that has left is no error. */
int verbs_print(struct buf *text);

#endif
