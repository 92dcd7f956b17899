// SPDX-License-Identifier: Apache-2.0
/*
 * rules check FILE|DIR... | rules test FILE... | rules eval EXPR RECORDING [WHEN]
 * In: the command line. Out: what was found on standard output, mistakes on standard error, the exit code: 2 when a
 * file or an expression is wrong, 1 when a test failed. The rule that surprises: every file is looked at, however many
 * before it were wrong.
 */
#include "app/verbs_rules.h"

#include <string.h>
#include <sys/stat.h>

#include "app/verbs.h"
#include "app/verbs_rules_eval.h"
#include "base/buf.h"
#include "base/refuse.h"
#include "base/text.h"
#include "config/rules_check.h"
#include "config/rules_test.h"

static void print_count(struct buf *out, size_t count, const char *of)
{
	buf_format(out, "%zu %s%s", count, of, count == 1 ? "" : "s");
}

/* ---- check ---- */

static void print_found(struct buf *out, const char *path, const struct rules_found *found)
{
	text_clean(out, path, strlen(path), false);
	buf_text(out, ": ");
	if (found->kind == RULE_TEXT_THRESHOLDS) {
		print_count(out, found->thresholds_count, "threshold");
	} else {
		print_count(out, found->alerts_count + found->records_count, "rule");
		buf_text(out, " found (");
		print_count(out, found->alerts_count, "alert");
		buf_text(out, ", ");
		print_count(out, found->records_count, "record");
		buf_text(out, " in ");
		print_count(out, found->groups_count, "group");
		buf_char(out, ')');
	}
	buf_char(out, '\n');
}

static int check_file(struct buf *out, const char *path)
{
	struct rules_found found;
	int error = rules_check_file(path, &found);

	if (!error)
		print_found(out, path, &found);
	return error;
}

/* The files that --rules takes from it, as rule files. */
static int check_directory(struct buf *out, const char *path)
{
	struct rule_texts texts = {0};
	int error = rules_texts_add_directory(&texts, path);

	for (size_t i = 0; i < texts.count; i++) {
		struct rules_found found;
		int one = rules_check(&texts.items[i], &found);

		if (!one)
			print_found(out, texts.items[i].file, &found);
		error = error ? error : one;
	}
	if (!error && !texts.count) {
		text_clean(out, path, strlen(path), false);
		buf_text(out, ": no file ends in .yaml or .yml\n");
	}
	rules_texts_fini(&texts);
	return error;
}

static int check_files(const struct strings *files)
{
	struct buf out = {0};
	int code = EXIT_CODE_OK;

	for (size_t i = 1; i < files->count; i++) {
		const char *path = files->values[i];
		struct stat status;
		bool is_directory = !stat(path, &status) && S_ISDIR(status.st_mode);

		if (is_directory ? check_directory(&out, path) : check_file(&out, path))
			code = EXIT_CODE_USAGE;
		if (verbs_print(&out))
			code = code ? code : EXIT_CODE_RUNTIME;
	}
	buf_fini(&out);
	return code;
}

/* ---- test ---- */

static void print_failure(struct buf *out, const struct unit_test *test, const struct buf *what)
{
	buf_format(out, "  test at line %u", test->line);
	if (test->name[0]) {
		buf_text(out, " '");
		text_clean(out, test->name, strlen(test->name), false);
		buf_char(out, '\'');
	}
	buf_text(out, ":\n");
	buf_add(out, what->bytes, what->length);
}

static int run_tests(struct buf *out, const struct unit_file *file, const struct rule_set *set)
{
	struct buf failures = {0};
	size_t failed_count = 0;

	for (size_t i = 0; i < file->tests_count; i++) {
		struct buf what = {0};

		if (!unit_test_run(file, &file->tests[i], set, &what)) {
			failed_count++;
			print_failure(&failures, &file->tests[i], &what);
		}
		buf_fini(&what);
	}
	text_clean(out, file->file, strlen(file->file), false);
	buf_text(out, failed_count ? ": FAILED, " : ": SUCCESS, ");
	if (failed_count)
		buf_format(out, "%zu of ", failed_count);
	print_count(out, file->tests_count, "test");
	buf_char(out, '\n');
	buf_add(out, failures.bytes, failures.length);
	buf_fini(&failures);
	return failed_count ? EXIT_CODE_RUNTIME : EXIT_CODE_OK;
}

static int test_file(struct buf *out, const char *path)
{
	struct unit_file *file = rules_test_read(path);
	struct rule_texts texts = {0};
	struct rule_set *set = NULL;
	int code = EXIT_CODE_USAGE;

	if (file && !rules_test_texts(file, &texts))
		set = rules_compile(texts.items, texts.count);
	if (set)
		code = run_tests(out, file, set);
	rules_free(set);
	rules_texts_fini(&texts);
	rules_test_free(file);
	return code;
}

static int test_files(const struct strings *files)
{
	struct buf out = {0};
	int code = EXIT_CODE_OK;

	for (size_t i = 1; i < files->count; i++) {
		int one = test_file(&out, files->values[i]);

		if (verbs_print(&out))
			one = EXIT_CODE_RUNTIME;
		code = one > code ? one : code; /* a file that is wrong weighs more than a test that failed */
	}
	buf_fini(&out);
	return code;
}

/* ---- the verb ---- */

int verbs_rules(const struct options *options)
{
	const char *what = options->args.count ? options->args.values[0] : "";
	bool is_check = !strcmp(what, "check"), is_test = !strcmp(what, "test");

	if (!strcmp(what, "eval"))
		return verbs_rules_eval(options);
	if (!is_check && !is_test) {
		if (what[0])
			refuse(0, "rules knows check FILE|DIR..., test FILE... and eval EXPR RECORDING [WHEN], not '%s'",
			       what);
		else
			refuse(0, "rules what? say: ttsobs-bpf rules check FILE|DIR..., test FILE... or eval EXPR "
				  "RECORDING [WHEN]");
		return EXIT_CODE_USAGE;
	}
	if (options->args.count < 2) {
		refuse(0, "rules %s which file?", what);
		return EXIT_CODE_USAGE;
	}
	return is_check ? check_files(&options->args) : test_files(&options->args);
}
