/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of templates share: one reader for checking and for expanding, so that what passed
 * the one means the same in the other. When checking, the values are made up and every mistake is
 * told; when expanding, there are no mistakes left.
 */
#ifndef RULES_TEMPLATE_VALUE_H
#define RULES_TEMPLATE_VALUE_H

#include "rules/lexer.h"
#include "rules/template.h"

enum template_kind { TEMPLATE_NUMBER, TEMPLATE_WHOLE, TEMPLATE_TEXT };

struct template_value {
	enum template_kind kind;
	double number;
	long long whole;
	const char *text; /* in the reader's arena */
};

struct template_reader {
	struct arena arena;
	const char *text;
	size_t length, at;
	const struct template_values *values; /* NULL: only checking */
	struct expr_mistakes *mistakes;	      /* NULL: expanding */
	bool has_failed;  /* the action being read has a mistake; more of it is not told */
	struct buf error; /* expanding: what could not be known before, as of a label that is no
			     number */
};

/* template_value.c; false after a mistake. */
bool template_tell(struct template_reader *r, size_t place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
char template_peek(const struct template_reader *r, size_t ahead);
bool template_take(struct template_reader *r, const char *text);
void template_skip_space(struct template_reader *r);
bool template_at_end(
	const struct template_reader *r); /* of the action: }} or -}} behind white space */
bool template_operand(struct template_reader *r, struct template_value *value);
void template_print(struct buf *out, const struct template_value *value);

/* template_call.c: one function or one value, then whatever it is piped through. */
bool template_pipeline(struct template_reader *r, struct template_value *value);

#endif
