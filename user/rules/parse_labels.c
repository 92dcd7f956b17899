// SPDX-License-Identifier: Apache-2.0
/*
 * In: a metric with its labels, as a test file's input_series has it: name{a="b"}. Out: an interned
 * label set. The rule that surprises: as in Prometheus a label that comes twice keeps its last
 * value, and a name outside of the braces wins over one inside.
 */
#include "rules/parser.h"

#include <stdlib.h>
#include <string.h>

#include "rules/labels.h"

struct label_list {
	struct label *items;
	size_t count, capacity;
};

static void add_label(struct label_list *list, const char *name, const char *value)
{
	mem_grow(&list->items, &list->capacity, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = (struct label){name, value};
}

static void take_matchers(struct parser *p, size_t brace, struct label_list *list)
{
	struct expr braces = {0};

	parse_matchers(p, brace, true, &braces);
	for (size_t i = 0; i < braces.matchers_count; i++) {
		const struct matcher *matcher = &braces.matchers[i];

		if (matcher->kind != MATCH_EQUAL)
			parser_tell(p, brace, "label '%s' of a series needs '=', it is no selector",
				    matcher->name);
		add_label(list, matcher->name, matcher->value);
	}
}

const struct labels *expr_parse_labels(struct labels_pool *pool, const char *text, size_t length,
				       struct expr_mistakes *mistakes)
{
	const struct labels *labels = NULL;
	struct label_list list = {0};
	const struct token *name;
	struct arena arena = {0};
	size_t before = mistakes->count, brace;
	struct parser p;

	if (parser_start(&p, &arena, text, length, LEXER_EXPRESSION, mistakes)) {
		name = parser_token(&p);
		if (parser_is_name(name))
			p.at++;
		brace = parser_token(&p)->start;
		if (parser_take(&p, TOKEN_LEFT_BRACE))
			take_matchers(&p, brace, &list);
		if (parser_is_name(name))
			add_label(
				&list, "__name__",
				arena_string(&arena, text + name->start, name->end - name->start));
		if (parser_token(&p)->kind != TOKEN_END)
			parser_unexpected(&p, " behind the series");
		matchers_discard(&p);
		if (parser_finish(&p, before))
			labels = labels_intern(pool, list.items, list.count);
	}
	free(list.items);
	arena_fini(&arena);
	return labels;
}
