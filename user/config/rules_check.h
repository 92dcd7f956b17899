/* SPDX-License-Identifier: Apache-2.0 */
/* Rule and threshold files as `rules check` looks at them: one file at a time. */
#ifndef CONFIG_RULES_CHECK_H
#define CONFIG_RULES_CHECK_H

#include "config/rules.h"

struct rules_found {
	enum rule_text_kind kind;
	size_t groups_count;
	size_t alerts_count;
	size_t records_count;
	size_t thresholds_count;
};

/* -EINVAL after mistakes (said). What a good text has that can hardly be meant is said as a note. */
int rules_check(const struct rule_text *text, struct rules_found *found);
/* A file of whichever kind its top-level keys tell. -errno after mistakes or when it cannot be read (said). */
int rules_check_file(const char *path, struct rules_found *found);

#endif
