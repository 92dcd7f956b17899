/* SPDX-License-Identifier: Apache-2.0 */
/* Every function there is: one row. */
#ifndef RULES_FUNCTIONS_H
#define RULES_FUNCTIONS_H

#include "rules/expr.h"

struct eval;
struct eval_call; /* private to the evaluator: the arguments' values and where the result goes */

struct function {
	const char *name;
	enum value_type result;
	unsigned min_args, max_args;
	enum value_type args[EXPR_MAX_ARGS];
	int (*compute)(struct eval_call *call); /* 0 or -EINVAL, said in the result */
};

const struct function *function_find(const char *name, size_t length); /* NULL: we have none of that name */
/* PromQL 2.42 has it and we do not: then the mistake names it ("function 'label_replace' is not supported"). */
bool function_is_foreign(const char *name, size_t length);

#endif
