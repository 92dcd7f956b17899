// SPDX-License-Identifier: Apache-2.0
/*
 * What our evaluator says, for agree-numbers. On stdin, one a line:
 *   series LABELS TAB INSTANT_MS VALUE INSTANT_MS VALUE ...   a new sample of a series; a VALUE may
 * be `stale` eval INSTANT_MS TAB EXPRESSION forget a new, empty store On stdout, for each eval:
 * `scalar VALUE`, or `sample LABELS TAB VALUE` lines, or `error TEXT`, then `done`. Values are
 * hexadecimal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rules/eval.h"

static const struct store_limits numbers_limits = {
	.series_count = 10000, .bytes = 64u << 20, .age_ms = 365ll * 86400 * 1000};

static int numbers_series(struct store *store, char *line)
{
	struct expr_mistakes mistakes = {0};
	char *tab = strchr(line, '\t'), *next, *word;
	const struct labels *labels;
	struct series *series;

	if (!tab)
		return -1;
	labels = expr_parse_labels(store_labels(store), line, (size_t)(tab - line), &mistakes);
	expr_mistakes_fini(&mistakes);
	series = labels ? store_series(store, labels, false) : NULL;
	if (!series)
		return -1;
	for (word = strtok_r(tab + 1, " ", &next); word; word = strtok_r(NULL, " ", &next)) {
		int64_t at_ms = strtoll(word, NULL, 10);

		word = strtok_r(NULL, " ", &next);
		if (!word)
			return -1;
		if (!strcmp(word, "stale"))
			store_end(store, series, at_ms);
		else if (!store_append(store, series, at_ms, strtod(word, NULL)))
			return -1;
	}
	return 0;
}

static void numbers_print(const struct eval_result *result)
{
	struct buf text = {0};
	size_t i;

	if (result->type == VALUE_SCALAR)
		printf("scalar %a\n", result->samples[0].value);
	for (i = 0; result->type == VALUE_VECTOR && i < result->samples_count; i++) {
		buf_reset(&text);
		labels_print(&text, result->samples[i].labels);
		printf("sample %s\t%a\n", text.bytes, result->samples[i].value);
	}
	buf_fini(&text);
}

static void numbers_eval(struct eval *eval, const char *line)
{
	struct expr_mistakes mistakes = {0};
	const char *tab = strchr(line, '\t');
	struct arena arena = {0};
	struct expr *expr = tab ? expr_parse(&arena, tab + 1, strlen(tab + 1), &mistakes) : NULL;
	struct eval_result result;

	if (!expr) {
		printf("error parse: %s\n", mistakes.count ? mistakes.items[0].message : "?");
	} else {
		eval_begin(eval, strtoll(line, NULL, 10));
		if (eval_expr(eval, expr, &result))
			printf("error %s\n", result.error);
		else
			numbers_print(&result);
		expr_fini(expr);
	}
	puts("done");
	expr_mistakes_fini(&mistakes);
	arena_fini(&arena);
}

int main(void)
{
	struct store *store = store_new(&numbers_limits);
	struct eval *eval = eval_new(store);
	size_t capacity = 0;
	char *line = NULL;
	ssize_t length;
	int status = 0;

	while ((length = getline(&line, &capacity, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (!strncmp(line, "series ", 7) && numbers_series(store, line + 7)) {
			fprintf(stderr, "numbers: bad series: %.200s\n", line);
			status = 1;
		} else if (!strncmp(line, "eval ", 5)) {
			numbers_eval(eval, line + 5);
		} else if (!strcmp(line, "forget")) {
			eval_free(eval);
			store_free(store);
			store = store_new(&numbers_limits);
			eval = eval_new(store);
		}
	}
	free(line);
	eval_free(eval);
	store_free(store);
	return status;
}
