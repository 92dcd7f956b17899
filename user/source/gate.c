// SPDX-License-Identifier: Apache-2.0
/*
 * In: mapped objects. Out: the verdict on uretprobes.
 * The rule that surprises: a stripped program does not say that C++ or Rust is linked into it, but
 * code that can be unwound through needs exception tables (.gcc_except_table), and those cannot be
 * stripped.
 */
#include "source/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/auto.h"

#define RODATA_BYTES (8u << 20) /* of one object that are searched for a runtime's strings */

/* --- by name --- */

static bool has_part(const char *base, size_t length, const char *part)
{
	return memmem(base, length, part, strlen(part)) != NULL;
}

enum gate_runtime gate_by_path(const char *path)
{
	static const struct {
		const char *part;
		bool is_start;
		enum gate_runtime runtime;
	} names[] = {
		{"libstdc++", true, RUNTIME_CPP},
		{"libc++", true, RUNTIME_CPP},
		{"libstd-", true, RUNTIME_RUST},
		{"libgo.so", true, RUNTIME_GO},
		{"greenlet", false, RUNTIME_FIBERS},
		{"gevent", false, RUNTIME_FIBERS},
		{"libboost_context", true, RUNTIME_FIBERS},
		{"libboost_fiber", true, RUNTIME_FIBERS},
		{"libboost_coroutine", true, RUNTIME_FIBERS},
		{"libbrpc", true, RUNTIME_FIBERS},
		{"libbthread", true, RUNTIME_FIBERS},
		{"libtask.so", true, RUNTIME_FIBERS},
		{"libco.so", true, RUNTIME_FIBERS},
		{"libcolib.so", true, RUNTIME_FIBERS},
		{"libaco.so", true, RUNTIME_FIBERS},
	};
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t length = strlen(base);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].is_start ? !strncmp(base, names[i].part, strlen(names[i].part))
				      : has_part(base, length, names[i].part))
			return names[i].runtime;
	/* gevent's own extension modules have plain names in a package directory */
	return strstr(path, "/gevent/") || strstr(path, "/greenlet/") ? RUNTIME_FIBERS
								      : RUNTIME_NONE;
}

bool gate_path_is_system(const char *path)
{
	static const char *const roots[] = {"/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"};

	if (strstr(path, "/site-packages/") || strstr(path, "/dist-packages/") ||
	    strstr(path, "/node_modules/"))
		return false;
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		if (!strncmp(path, roots[i], strlen(roots[i])))
			return true;
	return false;
}

/* --- by content --- */

/* With its terminator: also the tail of a longer name, as linkers merge them. */
static bool tables_have(const struct image *image, const char *name, bool whole)
{
	size_t length = strlen(name) + (whole ? 1 : 0);

	return (image->dynsym.strings &&
		memmem(image->dynsym.strings, image->dynsym.strings_bytes, name, length)) ||
	       (image->symtab.strings &&
		memmem(image->symtab.strings, image->symtab.strings_bytes, name, length));
}

static enum gate_runtime by_symbols(const struct image *image, bool is_app)
{
	if (tables_have(image, "__gxx_personality_v0", true) ||
	    tables_have(image, "__cxa_throw", true))
		return RUNTIME_CPP;
	/* since 1.87 these are mangled, so look for the part */
	if (tables_have(image, "rust_eh_personality", false) ||
	    tables_have(image, "rust_begin_unwind", false) ||
	    tables_have(image, "rust_panic", false))
		return RUNTIME_RUST;
	if (is_app &&
	    (tables_have(image, "swapcontext", true) || tables_have(image, "make_fcontext", true) ||
	     tables_have(image, "jump_fcontext", true)))
		return RUNTIME_FIBERS;
	return RUNTIME_NONE;
}

static enum gate_runtime by_strings(struct image *image)
{
	const Elf64_Shdr *section = image_section(image, ".rodata");
	size_t wanted = section && section->sh_size < RODATA_BYTES ? (size_t)section->sh_size
								   : RODATA_BYTES;
	enum gate_runtime runtime = RUNTIME_NONE;
	auto_free char *bytes = NULL;
	size_t length;

	if (!section || section->sh_type == SHT_NOBITS)
		return RUNTIME_NONE;
	bytes = mem_new(wanted);
	length = image_read_offset(image, section->sh_offset, bytes, wanted);
	if (memmem(bytes, length, "/rustc/", 7))
		runtime = RUNTIME_RUST;
	else if (memmem(bytes, length, "St9bad_alloc", 12))
		runtime = RUNTIME_CPP;
	return runtime;
}

/* It has exception tables of its own, for thread cancellation, and it offers swapcontext without
 * using it. */
static bool is_c_library(const struct image *image)
{
	const struct image_symbols *dynsym = &image->dynsym;

	for (size_t i = 1; i < dynsym->count; i++)
		if (dynsym->symbols[i].st_shndx != SHN_UNDEF &&
		    dynsym->symbols[i].st_name < dynsym->strings_bytes &&
		    !strcmp(dynsym->strings + dynsym->symbols[i].st_name, "__libc_start_main"))
			return true;
	return false;
}

enum gate_runtime gate_by_image(struct image *image, bool is_app)
{
	bool has_tables = image_section(image, ".gcc_except_table") != NULL;
	enum gate_runtime runtime;

	if (image_section(image, ".gopclntab") || image_section(image, ".go.buildinfo") ||
	    image_section(image, ".note.go.buildid"))
		return RUNTIME_GO;
	if (!has_tables && !is_app)
		return RUNTIME_NONE;
	image_load_symbols(image);
	if (is_c_library(image))
		return RUNTIME_NONE;
	runtime = by_symbols(image, is_app);
	if (runtime == RUNTIME_NONE)
		runtime = by_strings(image);
	if (runtime != RUNTIME_NONE || !has_tables)
		return runtime;
	/* exception tables without C++ and Rust: plain C with cleanups, if the symbols can tell */
	if (image->symtab.count || tables_have(image, "__gcc_personality_v0", true))
		return RUNTIME_NONE;
	return RUNTIME_UNKNOWN;
}

/* --- the kernel --- */

static bool version_parse(const char *text, unsigned version[3])
{
	version[2] = 0;
	return sscanf(text, "%u.%u.%u", &version[0], &version[1], &version[2]) >= 2;
}

bool gate_kernel_kills_seccomp(const char *release, const char *version, const char *signature)
{
	const char *debian = strstr(version, "Debian ");
	const char *upstream = strrchr(signature, ' ');
	unsigned number[3];

	if (!(debian && version_parse(debian + 7, number)) &&
	    !(upstream && version_parse(upstream + 1, number)) && !version_parse(release, number))
		return true; /* a version that cannot be read is not trusted with somebody's life */
	if (number[0] != 6)
		return false;
	return number[1] == 11 || (number[1] == 12 && number[2] <= 13) ||
	       (number[1] == 13 && number[2] <= 2);
}

static bool this_kernel_kills_seccomp(void)
{
	char signature[256] = "";
	struct utsname name;
	auto_file FILE *file = fopen("/proc/version_signature", "re");

	if (file && fgets(signature, sizeof(signature), file))
		signature[strcspn(signature, "\n")] = '\0';
	return uname(&name) || gate_kernel_kills_seccomp(name.release, name.version, signature);
}

/* --- the whole --- */

static void close_gate(struct gate *gate, struct arena *arena, const char *path, const char *what)
{
	char *text;

	if (gate->refused)
		return;
	text = mem_format("%s%s%s", path, *path ? " " : "", what);
	gate->refused = arena_string(arena, text, strlen(text));
	free(text);
}

static void judge(struct gate *gate, struct arena *arena, const char *path,
		  enum gate_runtime runtime)
{
	static const char *const texts[] = {
		[RUNTIME_CPP] = "holds C++: an exception may cross the probed call",
		[RUNTIME_RUST] = "holds Rust: a panic may cross the probed call",
		[RUNTIME_GO] = "is Go: goroutines move between stacks",
		[RUNTIME_FIBERS] = "switches stacks (fibers)",
		[RUNTIME_UNKNOWN] = "has exception tables of an unknown language",
	};

	if (runtime == RUNTIME_NONE)
		return;
	gate->has_fibers |= runtime == RUNTIME_FIBERS || runtime == RUNTIME_GO;
	close_gate(gate, arena, path, texts[runtime]);
}

static void check_object(struct gate *gate, struct arena *arena, const struct maps *maps,
			 const struct mapping *mapping, bool is_app)
{
	struct image *image;
	const char *why;
	char path[80];
	int fd;

	maps_file_path(path, sizeof(path), maps->tid, mapping);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		if (errno != ENOENT) /* gone meanwhile: nothing to fear from it */
			close_gate(gate, arena, mapping->path,
				   "could not be opened to be looked at");
		return;
	}
	if (image_open(&image, fd, &why))
		return; /* no program code that could throw: a font, a device */
	judge(gate, arena, mapping->path, gate_by_image(image, is_app));
	image_free(image);
}

void gate_check(struct gate *gate, struct arena *arena, const struct target *target,
		const struct maps *maps)
{
	*gate = (struct gate){0};
	if (target->has_shadow_stack)
		close_gate(gate, arena, "", "the process runs with a user shadow stack");
	if (target->has_seccomp && this_kernel_kills_seccomp())
		close_gate(gate, arena, "",
			   "this kernel kills a process under seccomp at a uretprobe");
	for (size_t i = 0; i < maps->count; i++)
		if (maps->mappings[i].is_object)
			judge(gate, arena, maps->mappings[i].path,
			      gate_by_path(maps->mappings[i].path));
	for (size_t i = 0; i < maps->count; i++) {
		const struct mapping *mapping = &maps->mappings[i];
		bool is_app =
			!strcmp(mapping->path, target->exe) || !gate_path_is_system(mapping->path);

		if (mapping->is_object && !(gate->refused && gate->has_fibers))
			check_object(gate, arena, maps, mapping, is_app);
	}
	if (maps->let_go_count)
		close_gate(gate, arena, "", "the process has more mappings than can be looked at");
}
