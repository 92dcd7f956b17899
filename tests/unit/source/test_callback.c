// SPDX-License-Identifier: Apache-2.0
/*
 * Calls through a variable that a setter fills: in code of our own as several compilers write it,
 * and in libespeak-ng, against what objdump shows.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/auto.h"
#include "source/callback.h"
#include "tests/unit/source/live.h"

#define ESPEAK "/usr/lib/x86_64-linux-gnu/libespeak-ng.so.1"

static const char source[] =
	"#define KEEP __attribute__((noinline,noclone))\n"
	"typedef int callback_fn(short *, int, void *);\n"
	"static callback_fn *hidden; callback_fn *exported; static callback_fn *unused; static int "
	"(*other)(int);\n"
	"static volatile int sink; extern void elsewhere(void);\n"
	"KEEP void set_hidden(callback_fn *f) { hidden = f; }\n"
	"KEEP void set_second(int a, callback_fn *f) { sink = a; hidden = f; }\n"
	"KEEP void set_exported(callback_fn *f) { exported = f; }\n"
	"KEEP void set_unused(callback_fn *f) { unused = f; }\n"
	"KEEP void set_other(int (*f)(int)) { other = f; }\n"
	"KEEP callback_fn *set_nothing(callback_fn *f) { return f; }\n"
	"KEEP callback_fn *get_unused(void) { return unused; }\n"
	"KEEP int call_checked(short *w, int n) { int r = 7; if (hidden) r = hidden(w, n, 0); sink "
	"= r; return r + 1; }\n"
	"KEEP int call_unchecked(short *w, int n) { sink = n; sink = hidden(w, n + 1, w); return "
	"3; }\n"
	"KEEP int call_by_jump(void *e) { return hidden ? hidden(0, 0, e) : 0; }\n"
	"KEEP int call_over_a_call(short *w, int n) { callback_fn *f = hidden; elsewhere(); n = "
	"f(w, n, w); sink = n; return n; }\n"
	"KEEP int call_exported(short *w, int n) { if (exported) sink = exported(w, n, w); return "
	"1; }\n"
	"KEEP int call_other(int n) { sink = other(n); return sink; }\n"
	"KEEP int only_compares(void) { return hidden != 0; }\n";

static int set_up(void **state)
{
	if (live_set_up(state))
		return -1;
	live_write("c.c", source);
	return live_run("gcc -w -O2 -fPIC -shared -o o2.so c.c && gcc -w -O2 -fPIC -shared -s -o "
			"stripped.so c.c && "
			"gcc -w -O0 -fPIC -shared -o o0.so c.c && gcc -w -Os -fPIC -shared "
			"-fcf-protection -o os.so c.c && "
			"gcc -w -O3 -fPIC -shared -fno-plt -fstack-protector-all -o o3.so c.c")
		       ? 0
		       : -1;
}

struct asked {
	struct image *image;
	struct decoder decoder;
	struct dump dump;
	struct callback callback;
};

static void ask_object(struct asked *asked, const char *path)
{
	*asked = (struct asked){.image = live_image(path), .dump = dump_read(path)};
	assert_int_equal(decoder_init(&asked->decoder, asked->image), 0);
}

static int ask(struct asked *asked, const char *setter, unsigned arg_index)
{
	struct image_function function;
	const char *why = NULL;
	int error;

	assert_int_equal(image_find(asked->image, setter, &function), IMAGE_FOUND);
	error = callback_find(&asked->callback, &asked->decoder, &function, arg_index, &why);
	assert_non_null(why);
	return error;
}

static void ask_no_more(struct asked *asked)
{
	decoder_fini(&asked->decoder);
	image_free(asked->image);
	dump_fini(&asked->dump);
}

/* Every use is an indirect call or jump by objdump, and `next` is the line behind it. */
static void assert_on_calls(const struct asked *asked)
{
	for (size_t i = 0; i < asked->callback.uses_count; i++) {
		const struct callback_use *use = &asked->callback.uses[i];
		size_t at = dump_at(&asked->dump, use->address);
		const char *star;

		assert_true(asked->dump.lines[at].address == use->address);
		assert_true(dump_is(&asked->dump.lines[at], use->is_call ? "call" : "jmp"));
		star = strchr(asked->dump.lines[at].text, '*');
		assert_non_null(star);
		if (use->is_call)
			assert_true(asked->dump.lines[at + 1].address == use->next);
	}
}

static size_t uses_in(const struct asked *asked, const char *name, bool is_call)
{
	struct image_function function;
	size_t count = 0;

	assert_int_equal(image_find(asked->image, name, &function), IMAGE_FOUND);
	for (size_t i = 0; i < asked->callback.uses_count; i++)
		count += asked->callback.uses[i].is_call == is_call &&
			 asked->callback.uses[i].address >= function.start &&
			 asked->callback.uses[i].address < function.end;
	return count;
}

static const char *const builds[] = {"o2.so", "stripped.so", "o0.so", "os.so", "o3.so"};

static void every_call_through_the_variable_is_found_and_no_other(void **state)
{
	static const char *const callers[] = {"call_checked", "call_unchecked", "call_over_a_call"};
	struct asked asked;

	(void)state;
	for (size_t b = 0; b < sizeof(builds) / sizeof(*builds); b++) {
		bool jumps = strcmp(builds[b], "o0.so") != 0;

		ask_object(&asked, live_path(builds[b]));
		assert_int_equal(ask(&asked, "set_hidden", 0), 0);
		assert_on_calls(&asked);
		for (size_t i = 0; i < sizeof(callers) / sizeof(*callers); i++) {
			if (uses_in(&asked, callers[i], true) != 1)
				print_message("%s in %s\n", callers[i], builds[b]);
			assert_int_equal(uses_in(&asked, callers[i], true), 1);
		}
		assert_int_equal(uses_in(&asked, "call_by_jump", !jumps), 1);
		assert_int_equal(asked.callback.uses_count, 4);
		assert_int_equal(asked.callback.skipped_count, 0);
		ask_no_more(&asked);
	}
}

static void the_argument_may_be_any_that_is_in_a_register(void **state)
{
	struct asked asked;
	uint64_t variable;

	(void)state;
	for (size_t b = 0; b < sizeof(builds) / sizeof(*builds); b++) {
		ask_object(&asked, live_path(builds[b]));
		assert_int_equal(ask(&asked, "set_hidden", 0), 0);
		variable = asked.callback.variable;
		assert_int_equal(ask(&asked, "set_second", 1), 0);
		assert_true(asked.callback.variable == variable);
		assert_int_not_equal(ask(&asked, "set_second", 2), 0);
		assert_int_not_equal(ask(&asked, "set_second", 6), 0);
		ask_no_more(&asked);
	}
}

static void a_variable_that_is_exported_is_followed_through_the_global_offset_table(void **state)
{
	struct asked asked;

	(void)state;
	for (size_t b = 0; b < sizeof(builds) / sizeof(*builds); b++) {
		ask_object(&asked, live_path(builds[b]));
		assert_int_equal(ask(&asked, "set_exported", 0), 0);
		assert_on_calls(&asked);
		assert_int_equal(uses_in(&asked, "call_exported", true), 1);
		assert_int_equal(asked.callback.uses_count, 1);
		ask_no_more(&asked);
	}
}

static void without_a_variable_or_without_a_call_there_is_a_reason(void **state)
{
	struct asked asked;

	(void)state;
	for (size_t b = 0; b < sizeof(builds) / sizeof(*builds); b++) {
		ask_object(&asked, live_path(builds[b]));
		assert_int_not_equal(ask(&asked, "set_nothing", 0), 0);
		assert_int_not_equal(ask(&asked, "set_unused", 0), 0);
		assert_int_equal(asked.callback.uses_count, 0);
		assert_int_not_equal(ask(&asked, "call_checked", 0), 0);
		ask_no_more(&asked);
	}
}

static void clang_writes_calls_that_are_found_too(void **state)
{
	struct asked asked;

	(void)state;
	if (!live_run("clang -w -O2 -fPIC -shared -o clang.so c.c")) {
		print_message("skipped: no clang\n");
		skip();
	}
	ask_object(&asked, live_path("clang.so"));
	assert_int_equal(ask(&asked, "set_hidden", 0), 0);
	assert_on_calls(&asked);
	assert_int_equal(asked.callback.uses_count, 4);
	assert_int_equal(uses_in(&asked, "call_by_jump", false), 1);
	ask_no_more(&asked);
}

/*
 * The same question put to objdump's text: the setter's `mov %rdi,...# VARIABLE`, then each line
 * that loads from it, and the next line of that function that calls or jumps by the loaded
 * register.
 */
static size_t oracle(const struct dump *dump, uint64_t setter, uint64_t *variable, uint64_t *uses,
		     size_t uses_max)
{
	size_t count = 0, at = dump_at(dump, setter);
	char mark[40], reg[8], by_call[24], by_jump[24];
	unsigned long long address = 0;
	const char *comment;

	for (size_t i = at; i < at + 16 && !address; i++)
		if (!strncmp(dump->lines[i].text, "mov    %rdi,", 12) &&
		    (comment = strchr(dump->lines[i].text, '#')))
			sscanf(comment, "# %llx", &address);
	*variable = address;
	snprintf(mark, sizeof(mark), "# %llx ", address);
	for (size_t i = 0; i < dump->count && address; i++) {
		const char *text = dump->lines[i].text;

		if (!strstr(text, mark) || strncmp(text, "mov    0x", 9) ||
		    !strstr(text, "(%rip),%"))
			continue;
		sscanf(strstr(text, "(%rip),%"), "(%%rip),%%%7[a-z0-9]", reg);
		snprintf(by_call, sizeof(by_call), "call   *%%%s", reg);
		snprintf(by_jump, sizeof(by_jump), "jmp    *%%%s", reg);
		for (size_t k = i + 1; k < i + 24 && k < dump->count; k++)
			if (!strcmp(dump->lines[k].text, by_call) ||
			    !strcmp(dump->lines[k].text, by_jump)) {
				assert_true(count < uses_max);
				uses[count++] = dump->lines[k].address;
				break;
			}
	}
	return count;
}

static void check_espeak(const char *path)
{
	uint64_t variable, uses[32];
	struct image_function setter;
	struct asked asked;
	size_t count;

	ask_object(&asked, path);
	assert_int_equal(image_find(asked.image, "espeak_SetSynthCallback", &setter), IMAGE_FOUND);
	count = oracle(&asked.dump, setter.start, &variable, uses, 32);
	assert_int_equal(ask(&asked, "espeak_SetSynthCallback", 0), 0);
	assert_on_calls(&asked);
	assert_true(variable != 0 && asked.callback.variable == variable);
	assert_true(count >= 3);
	assert_int_equal(asked.callback.uses_count, count);
	for (size_t i = 0; i < count; i++)
		assert_true(asked.callback.uses[i].address == uses[i]);
	assert_int_equal(asked.callback.skipped_count, 0);
	ask_no_more(&asked);
}

/* TTSOBS_ESPEAK_LIBRARIES: more builds of it to be checked, apart by colons. */
static void the_callback_of_espeak_ng_is_called_where_objdump_says(void **state)
{
	const char *list = getenv("TTSOBS_ESPEAK_LIBRARIES");
	auto_free char *copy = list ? mem_string(list) : NULL;

	(void)state;
	for (char *path = copy ? strtok(copy, ":") : NULL; path; path = strtok(NULL, ":"))
		check_espeak(path);
	if (access(ESPEAK, R_OK)) {
		print_message("skipped: no %s\n", ESPEAK);
		skip();
	}
	check_espeak(ESPEAK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_through_the_variable_is_found_and_no_other),
		cmocka_unit_test(the_argument_may_be_any_that_is_in_a_register),
		cmocka_unit_test(
			a_variable_that_is_exported_is_followed_through_the_global_offset_table),
		cmocka_unit_test(without_a_variable_or_without_a_call_there_is_a_reason),
		cmocka_unit_test(clang_writes_calls_that_are_found_too),
		cmocka_unit_test(the_callback_of_espeak_ng_is_called_where_objdump_says),
	};

	return cmocka_run_group_tests(tests, set_up, live_tear_down);
}
