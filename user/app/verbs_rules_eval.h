/* SPDX-License-Identifier: Apache-2.0 */
/* rules eval EXPR RECORDING [AT] */
#ifndef APP_VERBS_RULES_EVAL_H
#define APP_VERBS_RULES_EVAL_H

#include "app/options.h"

int verbs_rules_eval(const struct options *options); /* the exit code */

#endif
