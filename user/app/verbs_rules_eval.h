/* SPDX-License-Identifier: Apache-2.0 */
/* rules eval EXPR RECORDING [AT] */
#ifndef APP_VERBS_RULES_EVAL_H
#define APP_VERBS_RULES_EVAL_H

#include "app/options.h"
#include "base/buf.h"

int verbs_rules_eval(const struct options *options); /* the exit code */
/* Standard output; empties the buffer. -errno (said). A reader that left is none. */
int verbs_rules_print(struct buf *text);

#endif
