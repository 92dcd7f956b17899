/* SPDX-License-Identifier: Apache-2.0 */
/* Rule and threshold files as `rules check` looks at them: one file at a time, whichever of the kinds it is. */
#ifndef CONFIG_RULES_CHECK_H
#define CONFIG_RULES_CHECK_H

#include "config/rules.h"

enum rules_kind { RULES_KIND_RULES, RULES_KIND_THRESHOLDS, RULES_KIND_TEST };

struct rules_found {
	enum rules_kind kind;
	size_t groups_count;
	size_t alerts_count;
	size_t records_count;
	size_t thresholds_count;
};

/* By its top-level keys; what is neither is a rule file, which then has mistakes. */
enum rules_kind rules_kind_of(const char *text, size_t length);
/* -errno after mistakes or when it cannot be read (said). What a good file has that can hardly be meant is said as a
 * note. */
int rules_check_file(const char *path, struct rules_found *found);

#endif
