// SPDX-License-Identifier: Apache-2.0
#include "config/rules.h"

#include <errno.h>

#include "base/refuse.h"

struct rule_set *rules_compile(const struct rule_text *texts, size_t texts_count)
{
	(void)texts;
	(void)texts_count;
	refuse(-EINVAL, "rules are not built in yet");
	return NULL;
}

void rules_free(struct rule_set *set)
{
	(void)set;
}

int rules_texts_add_file(struct rule_texts *texts, enum rule_text_kind kind, const char *path)
{
	(void)texts;
	(void)kind;
	return refuse(-EINVAL, "%s: rules are not built in yet", path);
}

int rules_texts_add_directory(struct rule_texts *texts, const char *path)
{
	(void)texts;
	return refuse(-EINVAL, "%s: rules are not built in yet", path);
}

void rules_texts_fini(struct rule_texts *texts)
{
	(void)texts;
}
