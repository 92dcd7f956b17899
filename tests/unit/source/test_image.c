// SPDX-License-Identifier: Apache-2.0
/* ELF files: what the tools say of them, and every way of being damaged that we could think of. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/auto.h"
#include "source/exits.h"
#include "source/image.h"
#include "tests/unit/source/live.h"

static const char source[] =
	"#include <stdlib.h>\n"
	"int data_here = 3; int unused_bss[64];\n"
	"int plain(int a) { return a * 3; }\n"
	"static __attribute__((noinline)) int local_one(int a) { return a + data_here; }\n"
	"int outer(int a) { return local_one(a) * 2; }\n"
	"int tail(int a) { return plain(a + 1); }\n"
	"void *wants(size_t n) { return malloc(n); }\n"
	"static int r1(int a) { return a; }\n"
	"static void *choose(void) { return (void *)r1; }\n"
	"int chosen(int a) __attribute__((ifunc(\"choose\")));\n"
	"int versioned_old(int a) { return a - 1; }\n"
	"int versioned_new(int a) { return a - 2 + data_here; }\n"
	"__asm__(\".symver versioned_old,versioned@V_1\");\n"
	"__asm__(\".symver versioned_new,versioned@@V_2\");\n"
	"__asm__(\".text\\n.globl sizeless\\n.type sizeless,@function\\nsizeless: nop\\nret\\n"
	".globl after_sizeless\\n.type after_sizeless,@function\\nafter_sizeless: ret\\n.size "
	"after_sizeless,1\\n\");\n";

static int set_up(void **state)
{
	if (live_set_up(state))
		return -1;
	live_write("lib.c", source);
	live_write("lib.map", "V_1 { global: *; };\nV_2 { } V_1;\n");
	return live_run("gcc -w -O2 -shared -fPIC -Wl,--build-id -Wl,--version-script=lib.map -o "
			"lib.so lib.c && "
			"strip -o stripped.so lib.so")
		       ? 0
		       : -1;
}

static unsigned long long nm_address(const char *object, const char *options, const char *name)
{
	char command[400], line[300], symbol[200];
	unsigned long long address = 0, found = 0;
	FILE *pipe;

	snprintf(command, sizeof(command), "nm %s '%s'", options, object);
	pipe = popen(command, "r");
	while (fgets(line, sizeof(line), pipe))
		if (sscanf(line, "%llx %*c %199s", &address, symbol) == 2 && !strcmp(symbol, name))
			found = address;
	pclose(pipe);
	return found;
}

static void a_function_is_found_by_its_exact_name_and_with_its_bounds(void **state)
{
	struct image *image = live_image(live_path("lib.so"));
	struct image_function function, again;
	uint64_t offset;

	(void)state;
	assert_int_equal(image_find(image, "plain", &function), IMAGE_FOUND);
	assert_true(function.start == nm_address(live_path("lib.so"), "-D", "plain@@V_1"));
	assert_true(function.end > function.start);
	assert_true(image_offset(image, function.start, &offset));
	assert_true(image_function_at(image, function.end - 1, &again));
	assert_true(again.start == function.start && again.end == function.end);
	assert_int_equal(image_find(image, "plai", &function), IMAGE_MISSING);
	assert_int_equal(image_find(image, "plain2", &function), IMAGE_MISSING);
	assert_int_equal(image_find(image, "", &function), IMAGE_MISSING);
	image_free(image);
}

static void what_is_no_function_here_is_told_apart(void **state)
{
	struct image *image = live_image(live_path("stripped.so"));
	struct image_function function;

	(void)state;
	assert_int_equal(image_find(image, "malloc", &function), IMAGE_UNDEFINED);
	assert_int_equal(image_find(image, "chosen", &function), IMAGE_IFUNC);
	assert_int_equal(image_find(image, "data_here", &function), IMAGE_DATA);
	assert_int_equal(image_find(image, "unused_bss", &function), IMAGE_DATA);
	assert_int_equal(image_find(image, "nothing", &function), IMAGE_MISSING);
	assert_int_equal(image_find(image, "local_one", &function), IMAGE_MISSING);
	image_free(image);
	image = live_image(live_path("lib.so"));
	assert_int_equal(image_find(image, "local_one", &function), IMAGE_FOUND);
	image_free(image);
}

static void the_default_version_of_a_symbol_is_taken(void **state)
{
	struct image *image = live_image(live_path("stripped.so"));
	struct image_function function;

	(void)state;
	assert_int_equal(image_find(image, "versioned", &function), IMAGE_FOUND);
	assert_true(function.start == nm_address(live_path("stripped.so"), "-D", "versioned@@V_2"));
	image_free(image);
}

static void a_symbol_without_a_size_ends_at_the_next(void **state)
{
	struct image *image = live_image(live_path("lib.so"));
	struct image_function function, next;

	(void)state;
	assert_int_equal(image_find(image, "sizeless", &function), IMAGE_FOUND);
	assert_int_equal(image_find(image, "after_sizeless", &next), IMAGE_FOUND);
	assert_true(function.end == next.start && next.start == function.start + 2);
	image_free(image);
}

static void equal_local_names_are_ambiguous(void **state)
{
	struct image_function function;
	struct image *image;

	(void)state;
	live_write("a.c", "static __attribute__((noinline,used)) int twin(int a) { return a + 1; } "
			  "int a(int x) { return twin(x) * 2; }\n");
	live_write("b.c", "static __attribute__((noinline,used)) int twin(int a) { return a - 1; } "
			  "int b(int x) { return twin(x) * 2; }\n");
	assert_true(live_run("gcc -O1 -shared -fPIC -o twins.so a.c b.c"));
	image = live_image(live_path("twins.so"));
	assert_int_equal(image_find(image, "twin", &function), IMAGE_AMBIGUOUS);
	assert_int_equal(image_find(image, "a", &function), IMAGE_FOUND);
	image_free(image);
}

static void the_build_id_is_what_readelf_says(void **state)
{
	struct image *image = live_image(live_path("lib.so"));
	char hex[41], command[300], line[300], wanted[64] = "";
	FILE *pipe;

	(void)state;
	snprintf(command, sizeof(command), "readelf -n '%s'", live_path("lib.so"));
	pipe = popen(command, "r");
	while (fgets(line, sizeof(line), pipe))
		sscanf(line, " Build ID: %63s", wanted);
	pclose(pipe);
	image_build_id(image, hex);
	assert_int_equal(strlen(hex), 40);
	assert_string_equal(hex, wanted);
	image_free(image);
}

/* Of a stripped file: every frame that readelf lists, against image_function_at. */
static void local_functions_of_a_stripped_file_have_bounds(void **state)
{
	unsigned long long local = nm_address(live_path("lib.so"), "", "local_one");
	struct image *image = live_image(live_path("stripped.so"));
	char command[300], line[300];
	bool has_local = false;
	size_t frames = 0;
	FILE *pipe;

	(void)state;
	assert_true(local != 0);
	snprintf(command, sizeof(command), "readelf --debug-dump=frames '%s' 2>/dev/null",
		 live_path("stripped.so"));
	pipe = popen(command, "r");
	while (fgets(line, sizeof(line), pipe)) {
		char *at = strstr(line, "pc=");
		struct image_function function;
		unsigned long long start, end;

		if (!at || sscanf(at, "pc=%llx..%llx", &start, &end) != 2)
			continue;
		frames++;
		assert_true(image_function_at(image, start, &function));
		assert_true(function.start == start && function.end == end);
		assert_true(image_function_at(image, end - 1, &function));
		assert_true(function.start == start && function.end == end);
		has_local |= start == local;
	}
	pclose(pipe);
	assert_true(frames > 5 && has_local);
	assert_null(image_name(image, local));
	image_free(image);
}

static void addresses_and_offsets_are_told_by_segments(void **state)
{
	struct image *image = live_image(live_path("lib.so"));
	struct image_function function;
	uint64_t offset, address;
	uint8_t by_address[8], by_offset[8];

	(void)state;
	assert_int_equal(image_find(image, "outer", &function), IMAGE_FOUND);
	assert_true(image_offset(image, function.start, &offset));
	assert_true(image_address(image, offset, &address));
	assert_true(address == function.start);
	assert_int_equal(image_read(image, function.start, by_address, 8), 8);
	assert_int_equal(image_read_offset(image, offset, by_offset, 8), 8);
	assert_memory_equal(by_address, by_offset, 8);
	assert_true(image_is_code(image, function.start));
	assert_false(image_is_code(image, 0));
	assert_false(image_is_code(image, UINT64_MAX));
	assert_int_equal(image_read(image, UINT64_MAX - 2, by_address, 8), 0);
	assert_int_equal(image_read_offset(image, UINT64_MAX - 2, by_address, 8), 0);
	assert_false(image_offset(image, nm_address(live_path("lib.so"), "", "unused_bss") + 200,
				  &offset));
	image_free(image);
}

/* --- damage --- */

struct bytes {
	uint8_t *at;
	size_t length;
};

static struct bytes file_bytes(const char *path)
{
	FILE *file = fopen(path, "r");
	struct bytes bytes = {0};
	struct stat stat;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &stat), 0);
	bytes.length = (size_t)stat.st_size;
	bytes.at = malloc(bytes.length);
	assert_int_equal(fread(bytes.at, 1, bytes.length, file), bytes.length);
	fclose(file);
	return bytes;
}

static bool ask_symbol(void *arg, const char *name, const Elf64_Sym *symbol)
{
	*(size_t *)arg += strlen(name) + symbol->st_info;
	return true;
}

/* Everything that is ever asked of an image. The answers do not matter. */
static void ask_all(const char *path)
{
	static const char *const names[] = {"plain",	"tail",	 "versioned",
					    "sizeless", "wants", "outer"};
	struct image_function function;
	struct decoder decoder;
	struct image *image;
	const char *why, *import;
	uint64_t target;
	char hex[41];
	size_t sum = 0;

	if (image_open(&image, open(path, O_RDONLY | O_CLOEXEC), &why)) {
		assert_non_null(why);
		return;
	}
	assert_int_equal(decoder_init(&decoder, image), 0);
	image_build_id(image, hex);
	assert_true(strlen(hex) <= 40);
	image_each_symbol(image, ask_symbol, &sum);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (image_find(image, names[i], &function) == IMAGE_FOUND) {
			struct exits exits;

			exits_walk(&exits, &decoder, &function, function.start);
			exits_fini(&exits);
			image_function_at(image, function.start + 1, &function);
			image_name(image, function.start);
		}
	for (uint64_t address = 0x1000; address < 0x5000; address += 8) {
		image_slot(image, address, &target, &import);
		image_function_at(image, address, &function);
	}
	image_got_slot(image, 0x1000);
	image_section(image, ".text");
	decoder_fini(&decoder);
	image_free(image);
}

static void ask_bytes(const uint8_t *bytes, size_t length)
{
	FILE *file = fopen(live_path("hurt.so"), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	ask_all(live_path("hurt.so"));
}

static void a_file_cut_anywhere_is_read_or_refused(void **state)
{
	struct bytes whole = file_bytes(live_path("lib.so"));

	(void)state;
	for (size_t length = 0; length < whole.length; length += length < 1024 ? 7 : 509)
		ask_bytes(whole.at, length);
	free(whole.at);
}

static void a_file_with_any_bytes_changed_is_read_or_refused(void **state)
{
	struct bytes whole = file_bytes(live_path("lib.so"));
	uint64_t random = 88172645463325252ull;

	(void)state;
	for (unsigned round = 0; round < 500; round++) {
		uint8_t *hurt = malloc(whole.length);
		/* mostly in the headers and tables, where it hurts */
		size_t reach = round % 3 ? whole.length : round % 2 ? 64 : 1024;

		memcpy(hurt, whole.at, whole.length);
		for (unsigned i = 0; i < 1 + round % 9; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			hurt[(random >> 8) % reach] = (uint8_t)(i % 2 ? 0xff : random);
		}
		ask_bytes(hurt, whole.length);
		free(hurt);
	}
	free(whole.at);
}

/* Headers that promise more than anybody has. */
static void counts_beyond_reason_take_no_memory(void **state)
{
	struct bytes whole = file_bytes(live_path("lib.so"));
	Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)whole.at;
	Elf64_Shdr *sections = (Elf64_Shdr *)(void *)(whole.at + header->e_shoff);
	struct rusage before, after;

	(void)state;
	getrusage(RUSAGE_SELF, &before);
	for (unsigned i = 0; i < header->e_shnum; i++) {
		Elf64_Shdr kept = sections[i];

		sections[i].sh_size = 1ull << 40;
		ask_bytes(whole.at, whole.length);
		sections[i].sh_size = UINT64_MAX - 7;
		ask_bytes(whole.at, whole.length);
		sections[i] = kept;
		sections[i].sh_offset = UINT64_MAX - 64;
		ask_bytes(whole.at, whole.length);
		sections[i] = kept;
		sections[i].sh_link = 0xfffffff0;
		ask_bytes(whole.at, whole.length);
		sections[i] = kept;
	}
	header->e_shnum = 0xffff;
	ask_bytes(whole.at, whole.length);
	header->e_phnum = 0xffff;
	ask_bytes(whole.at, whole.length);
	getrusage(RUSAGE_SELF, &after);
	assert_true(after.ru_maxrss - before.ru_maxrss < 64 * 1024); /* KiB */
	free(whole.at);
}

static void a_sparse_terabyte_is_not_read(void **state)
{
	struct bytes whole = file_bytes(live_path("lib.so"));
	Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)whole.at;
	Elf64_Shdr *sections = (Elf64_Shdr *)(void *)(whole.at + header->e_shoff);
	struct rusage before, after;

	(void)state;
	getrusage(RUSAGE_SELF, &before);
	for (unsigned i = 1; i < header->e_shnum; i++)
		if (sections[i].sh_type == SHT_DYNSYM || sections[i].sh_type == SHT_SYMTAB ||
		    sections[i].sh_type == SHT_STRTAB || sections[i].sh_type == SHT_RELA)
			sections[i].sh_size = 1ull << 39;
	ask_bytes(whole.at, whole.length);
	if (truncate(live_path("hurt.so"), 1ll << 40)) {
		print_message("skipped: no sparse file of a terabyte here\n");
		free(whole.at);
		skip();
	}
	ask_all(live_path("hurt.so"));
	getrusage(RUSAGE_SELF, &after);
	assert_true(after.ru_maxrss - before.ru_maxrss < 64 * 1024);
	assert_int_equal(truncate(live_path("hurt.so"), 0), 0);
	free(whole.at);
}

static void what_is_no_program_is_refused_with_a_sentence(void **state)
{
	static const struct {
		const char *name, *command;
	} cases[] = {
		{"text", "echo hello, this is a text and longer than an ELF header, so that it can "
			 "be judged >text"},
		{"empty", ": >empty"},
		{"fifo", "mkfifo fifo"},
		{"object.o", "gcc -c -o object.o lib.c"},
	};
	struct image *image;
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(live_run("%s", cases[i].command));
		why = NULL;
		assert_int_equal(image_open(&image,
					    open(live_path(cases[i].name), O_RDONLY | O_NONBLOCK),
					    &why),
				 -ENOEXEC);
		assert_non_null(why);
	}
}

static void a_file_that_shrinks_while_open_is_no_bus_error(void **state)
{
	struct image_function function;
	struct image *image;

	(void)state;
	assert_true(live_run("cp lib.so shrink.so"));
	image = live_image(live_path("shrink.so"));
	assert_int_equal(truncate(live_path("shrink.so"), 100), 0);
	assert_int_equal(image_find(image, "plain", &function), IMAGE_UNREADABLE);
	assert_false(image_function_at(image, 0x1100, &function) && function.end < function.start);
	image_free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_is_found_by_its_exact_name_and_with_its_bounds),
		cmocka_unit_test(what_is_no_function_here_is_told_apart),
		cmocka_unit_test(the_default_version_of_a_symbol_is_taken),
		cmocka_unit_test(a_symbol_without_a_size_ends_at_the_next),
		cmocka_unit_test(equal_local_names_are_ambiguous),
		cmocka_unit_test(the_build_id_is_what_readelf_says),
		cmocka_unit_test(local_functions_of_a_stripped_file_have_bounds),
		cmocka_unit_test(addresses_and_offsets_are_told_by_segments),
		cmocka_unit_test(a_file_cut_anywhere_is_read_or_refused),
		cmocka_unit_test(a_file_with_any_bytes_changed_is_read_or_refused),
		cmocka_unit_test(counts_beyond_reason_take_no_memory),
		cmocka_unit_test(a_sparse_terabyte_is_not_read),
		cmocka_unit_test(what_is_no_program_is_refused_with_a_sentence),
		cmocka_unit_test(a_file_that_shrinks_while_open_is_no_bus_error),
	};

	return cmocka_run_group_tests(tests, set_up, live_tear_down);
}
