// SPDX-License-Identifier: Apache-2.0
/* Being written: the functions of a vector. */
#include "rules/eval_private.h"

#include <errno.h>

int function_abs(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_absent(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_avg_over_time(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_clamp(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_clamp_max(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_clamp_min(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_count_over_time(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_delta(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_deriv(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_histogram_quantile(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_increase(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_last_over_time(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_max_over_time(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_min_over_time(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_predict_linear(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_quantile_over_time(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_rate(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_round(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_scalar(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_stddev_over_time(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_sum_over_time(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_time(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}

int function_vector(struct eval_call *call)
{
	(void)call;
	return -EINVAL;
}
