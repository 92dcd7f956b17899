/* SPDX-License-Identifier: Apache-2.0 */
/* rules check FILE... | rules test FILE... | rules eval EXPR RECORDING */
#ifndef APP_VERBS_RULES_H
#define APP_VERBS_RULES_H

#include "app/options.h"

int verbs_rules(const struct options *options); /* the exit code */

#endif
