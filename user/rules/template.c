// SPDX-License-Identifier: Apache-2.0
/*
 * In: the text of a label or an annotation. Out: its mistakes, or the text with its actions
 * replaced. The rule that surprises: an action that fails only while expanding (a label that is no
 * number) replaces the whole text by an error in angle brackets, as in Prometheus.
 */
#include "rules/template_value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Literal text between two actions, less what {{- and -}} trim of it. */
static void put_text(struct buf *out, const char *text, size_t length, bool trims_left,
		     bool trims_right)
{
	while (trims_left && length && is_space(*text))
		text++, length--;
	while (trims_right && length && is_space(text[length - 1]))
		length--;
	buf_add(out, text, length);
}

/* Behind a mistake: on to the end of the action, or of the text. */
static void pass_action(struct template_reader *r)
{
	while (r->at < r->length && !(template_peek(r, 0) == '}' && template_peek(r, 1) == '}'))
		r->at++;
	template_take(r, "}}");
}

/* At "{{", behind its trim mark. True: the text behind it is to be trimmed. */
static bool read_action(struct template_reader *r, size_t start, struct buf *out)
{
	struct template_value value = {0};

	r->has_failed = false;
	template_skip_space(r);
	if (r->at < r->length && !template_pipeline(r, &value)) {
		pass_action(r);
		return false;
	}
	if (r->at >= r->length)
		return template_tell(r, start, "unclosed action");
	if (!template_at_end(r)) {
		template_tell(r, r->at, "unexpected text in an action");
		pass_action(r);
		return false;
	}
	template_print(out, &value);
	if (template_take(r, "-}}"))
		return true;
	template_take(r, "}}");
	return false;
}

static void read_template(struct template_reader *r, struct buf *out)
{
	bool trims_left = false;

	while (r->at < r->length) {
		const char *text = r->text + r->at;
		const char *action = memmem(text, r->length - r->at, "{{", 2);
		size_t start = action ? (size_t)(action - r->text) : r->length;
		bool trims_right =
			action && start + 3 < r->length && action[2] == '-' && is_space(action[3]);

		put_text(out, text, start - r->at, trims_left, trims_right);
		r->at = start;
		if (!action)
			break;
		r->at += trims_right ? 3 : 2;
		trims_left = read_action(r, start, out);
	}
}

static void reader_fini(struct template_reader *r)
{
	arena_fini(&r->arena);
	buf_fini(&r->error);
}

int template_check(const char *text, size_t length, struct expr_mistakes *mistakes)
{
	struct template_reader r = {.text = text, .length = length, .mistakes = mistakes};
	size_t before = mistakes->count;
	struct buf ignored = {0};

	read_template(&r, &ignored);
	reader_fini(&r);
	buf_fini(&ignored);
	return mistakes->count > before ? -EINVAL : 0;
}

void template_expand(struct buf *out, const char *text, const struct template_values *values)
{
	struct template_reader r = {.text = text, .length = strlen(text), .values = values};
	size_t before = out->length;

	buf_text(out, "");
	read_template(&r, out);
	if (r.error.length) {
		out->length = before;
		out->bytes[before] = '\0';
		buf_format(out, "<error expanding template: %s>", r.error.bytes);
	}
	reader_fini(&r);
}
