/* SPDX-License-Identifier: Apache-2.0 */
/* promtool's unit-test files for rules. */
#ifndef CONFIG_RULES_TEST_H
#define CONFIG_RULES_TEST_H

#include "base/buf.h"
#include "config/rules.h"
#include "rules/unit_test.h"

/* NULL after mistakes (said), or when it cannot be read. The expressions in it end with rules_test_free. */
struct unit_file *rules_test_read(const char *path);
void rules_test_free(struct unit_file *file);
/* The rule files that it names: patterns beside the test file. One that nothing matches is a note, as for promtool.
 * -errno, said. */
int rules_test_texts(const struct unit_file *file, struct rule_texts *texts);

#endif
