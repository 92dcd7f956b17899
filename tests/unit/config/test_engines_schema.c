// SPDX-License-Identifier: Apache-2.0
/* The tables, the enums they index, and the man page say the same. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "config/engines_schema.h"
#include "said.h"

#define MAN_PAGE "doc/ttsobs-engine.5.scd"

static void every_table_is_complete(void **state)
{
	(void)state;
	for (unsigned s = 0; engines_schemas[s]; s++) {
		const struct schema *schema = engines_schemas[s];

		assert_true(schema->keys_count > 0 && schema->keys_count <= SCHEMA_MAX_KEYS);
		for (unsigned i = 0; i < schema->keys_count; i++) {
			const struct schema_key *key = &schema->keys[i];

			assert_non_null(key->key);
			assert_int_not_equal(key->value.type, SCHEMA_NOTHING);
			/* The doc is what a user reads when the key is missing. */
			assert_int_equal(key->required, key->doc != NULL);
			if (key->value.type != SCHEMA_BOOL && key->value.type != SCHEMA_REGEX)
				assert_non_null(key->value.rule);
		}
	}
}

static unsigned count(const char *const *words)
{
	unsigned i = 0;

	while (words[i])
		i++;
	return i;
}

static void every_value_of_an_enum_has_its_word(void **state)
{
	(void)state;
	assert_int_equal(count(engine_role_words), ROLE_ERROR + 1);
	assert_int_equal(count(engine_leave_words), LEAVE_NONE + 1);
	assert_int_equal(count(engine_type_words), ARG_NAME + 1);
	assert_int_equal(count(engine_unit_words), UNIT_CHANNELS + 1);
	assert_int_equal(count(engine_link_words), LINK_KEY);
	assert_string_equal(engine_role_words[ROLE_DEQUEUE], "dequeue");
	assert_string_equal(engine_leave_words[LEAVE_URET], "uret");
	assert_string_equal(engine_type_words[ARG_S16], "s16");
	assert_string_equal(engine_unit_words[UNIT_SAMPLES], "samples");
	assert_string_equal(engine_link_words[LINK_FIFO], "fifo");
}

static void a_type_holds_what_its_width_says(void **state)
{
	(void)state;
	assert_true(engines_type_range(ARG_S8).min == -128 &&
		    engines_type_range(ARG_S8).max == 127);
	assert_true(engines_type_range(ARG_U32).max == 4294967295u);
	assert_true(engines_type_range(ARG_S64).min == INT64_MIN);
	assert_true(engines_type_range(ARG_U64).max == UINT64_MAX);
	assert_true(engines_type_range(ARG_POINTER).max == UINT64_MAX &&
		    engines_type_range(ARG_POINTER).min == 0);
}

/* noinline: gcc 12 else takes the page for a dangling pointer to `text` */
static __attribute__((noinline)) char *read_man_page(void)
{
	char *text = NULL;
	size_t length;

	assert_int_equal(yaml_read_file(MAN_PAGE, &text, &length), 0);
	text[length] = '\0'; /* the file's buffer is one longer than the limit */
	return text;
}

/* "*key*: required?" for every definition of the section, in its order. */
static void man_keys(const char *page, const char *section, struct buf *out)
{
	char *title = mem_format("\n# KEYS OF %s\n", section);
	const char *line = strstr(page, title), *end;

	assert_non_null(line);
	line += strlen(title);
	free(title);
	end = strstr(line, "\n# ");
	while (line && line < end) {
		const char *next = strchr(line, '\n') + 1;

		if (*line == '*') {
			buf_add(out, line + 1, strcspn(line + 1, "*"));
			buf_text(out, !strncmp(next, "\tRequired.", 10) ? " required\n" : "\n");
		}
		line = next;
	}
}

static void the_man_page_lists_exactly_the_keys_of_the_tables(void **state)
{
	char *page = read_man_page();
	unsigned sections = 0, tables = 0;

	(void)state;
	for (; engines_schemas[tables]; tables++) {
		const struct schema *schema = engines_schemas[tables];
		struct buf wanted = {0}, found = {0};

		for (unsigned i = 0; i < schema->keys_count; i++)
			buf_format(&wanted, "%s%s\n", schema->keys[i].key,
				   schema->keys[i].required ? " required" : "");
		man_keys(page, schema->section, &found);
		assert_string_equal(found.bytes, wanted.bytes);
		buf_fini(&wanted);
		buf_fini(&found);
	}
	for (const char *at = page; (at = strstr(at, "\n# KEYS OF ")); at++)
		sections++;
	assert_int_equal(sections, tables);
	free(page);
}

static void the_man_page_names_every_word(void **state)
{
	const char *const *lists[] = {engine_role_words, engine_leave_words, engine_type_words,
				      engine_unit_words, engine_link_words,  engine_read_words,
				      engine_other_words};
	char *page = read_man_page();

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (unsigned j = 0; lists[i][j]; j++) {
			char *word = mem_format("_%s_", lists[i][j]);

			if (!strstr(page, word))
				fail_msg("%s is not in %s", word, MAN_PAGE);
			free(word);
		}
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_is_complete),
		cmocka_unit_test(every_value_of_an_enum_has_its_word),
		cmocka_unit_test(a_type_holds_what_its_width_says),
		cmocka_unit_test(the_man_page_lists_exactly_the_keys_of_the_tables),
		cmocka_unit_test(the_man_page_names_every_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
