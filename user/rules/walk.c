// SPDX-License-Identifier: Apache-2.0
/*
 * In: a checked tree. Out: what it asks the store for, and its end.
 * The rule that surprises: a range over a window series (tts:x:p99_5m) reaches back by the range
 * and the window.
 */
#include "rules/lexer.h"

#include <string.h>

void expr_fini(struct expr *expr)
{
	if (!expr)
		return;
	for (size_t i = 0; i < expr->args_count; i++)
		expr_fini(expr->args[i]);
	expr_fini(expr->param);
	matchers_fini(expr->matchers, expr->matchers_count);
}

void expr_selectors(const struct expr *expr, void (*visit)(void *arg, const struct expr *selector),
		    void *arg)
{
	if (expr->kind == EXPR_SELECTOR)
		visit(arg, expr);
	if (expr->param)
		expr_selectors(expr->param, visit, arg);
	for (size_t i = 0; i < expr->args_count; i++)
		expr_selectors(expr->args[i], visit, arg);
}

static int64_t window_of_name(const char *name)
{
	static const struct {
		const char *suffix;
		int64_t ms;
	} windows[] = {{"_1m", 60000}, {"_5m", 300000}, {"_1h", 3600000}};
	const char *colon = name ? strrchr(name, ':') : NULL;

	for (size_t i = 0; colon && i < sizeof(windows) / sizeof(windows[0]); i++) {
		size_t length = strlen(colon), suffix = strlen(windows[i].suffix);

		if (length > suffix && !strcmp(colon + length - suffix, windows[i].suffix))
			return windows[i].ms;
	}
	return 0;
}

static void widen(void *arg, const struct expr *selector)
{
	int64_t *widest = arg, ms = selector->range_ms + window_of_name(selector->metric);

	if (ms > *widest)
		*widest = ms;
}

int64_t expr_window_ms(const struct expr *expr)
{
	int64_t widest = 0;

	expr_selectors(expr, widen, &widest);
	return widest;
}

bool expr_is_metric_name(const char *text)
{
	if (!is_letter(*text) && *text != ':')
		return false;
	while (is_word(*text) || *text == ':')
		text++;
	return !*text;
}

bool expr_is_label_name(const char *text)
{
	if (!is_letter(*text))
		return false;
	while (is_word(*text))
		text++;
	return !*text;
}
