/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the evaluator share: values on their way up the tree, the memory of an instant, the caches.
 * The rule that surprises: a vector's items are in labels_compare order of the series they came from wherever Prometheus
 * promises no order, so that sums come out with the same bits in every run.
 */
#ifndef RULES_EVAL_PRIVATE_H
#define RULES_EVAL_PRIVATE_H

#include "rules/eval.h"
#include "rules/functions.h"

int function_abs(struct eval_call *call);
int function_absent(struct eval_call *call);
int function_avg_over_time(struct eval_call *call);
int function_clamp(struct eval_call *call);
int function_clamp_max(struct eval_call *call);
int function_clamp_min(struct eval_call *call);
int function_count_over_time(struct eval_call *call);
int function_delta(struct eval_call *call);
int function_deriv(struct eval_call *call);
int function_histogram_quantile(struct eval_call *call);
int function_increase(struct eval_call *call);
int function_last_over_time(struct eval_call *call);
int function_max_over_time(struct eval_call *call);
int function_min_over_time(struct eval_call *call);
int function_predict_linear(struct eval_call *call);
int function_quantile_over_time(struct eval_call *call);
int function_rate(struct eval_call *call);
int function_round(struct eval_call *call);
int function_scalar(struct eval_call *call);
int function_stddev_over_time(struct eval_call *call);
int function_sum_over_time(struct eval_call *call);
int function_time(struct eval_call *call);
int function_vector(struct eval_call *call);

#endif
