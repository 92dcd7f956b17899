/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ELF file, read by pread through an fd that somebody else may be writing to.
 * In: an fd. Out: segments, sections, symbols, relocations of code pointers, function bounds, bytes
 * by address. The rule that surprises: nothing is mapped (a file that shrinks would be SIGBUS) and
 * nothing is believed: every count and offset is held against the file's size and a limit before
 * memory is taken for it. libelf does neither for us. "Address" is an ELF virtual address, "offset"
 * one in the file.
 */
#ifndef SOURCE_IMAGE_H
#define SOURCE_IMAGE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef IMAGE_LIMIT_SEGMENTS
#define IMAGE_LIMIT_SEGMENTS 256
#endif
#ifndef IMAGE_LIMIT_SECTIONS
#define IMAGE_LIMIT_SECTIONS 4096
#endif
#ifndef IMAGE_LIMIT_SYMBOLS
#define IMAGE_LIMIT_SYMBOLS (4u << 20)
#endif
#ifndef IMAGE_LIMIT_TABLE_BYTES
#define IMAGE_LIMIT_TABLE_BYTES (128u << 20) /* one string or relocation table */
#endif

struct image_symbols {
	Elf64_Sym *symbols;
	size_t count;
	char *strings; /* NUL-terminated as a whole */
	size_t strings_bytes;
	uint16_t *versions; /* .dynsym only; NULL = unversioned */
};

struct image_reloc { /* that the loader writes into a pointer-sized word */
	uint64_t address;
	uint32_t type;
	uint32_t symbol; /* index in .dynsym */
	int64_t addend;
};

struct image_function { /* [start, end) */
	uint64_t start;
	uint64_t end;
};

enum image_part {
	IMAGE_DYNSYM = 1,
	IMAGE_SYMTAB = 2,
	IMAGE_RELOCS = 4,
	IMAGE_FRAMES = 8,
	IMAGE_BOUNDS = 16
};

struct image {
	int fd; /* owned */
	uint64_t size_bytes;
	Elf64_Ehdr header;
	Elf64_Phdr *segments;
	size_t segments_count;
	Elf64_Shdr *sections;
	size_t sections_count;
	char *section_names;
	size_t section_names_bytes;
	unsigned loaded; /* enum image_part, read when first asked for */
	struct image_symbols dynsym;
	struct image_symbols symtab;
	struct image_reloc *relocs; /* by address */
	size_t relocs_count;
	uint64_t *frames; /* start address of each function in .eh_frame_hdr, rising */
	uint64_t *frame_entries;
	size_t frames_count;
	struct image_function *bounds; /* of symbols, by start */
	size_t bounds_count;
	uint64_t window_offset; /* the last page read */
	size_t window_bytes;
	uint8_t window[8192];
};

/*
 * Takes the fd in every case. 0, or -errno with a sentence in *why: -ENOEXEC not a 64-bit x86 ELF
 * file, -EIO, -E2BIG. Not said.
 */
int image_open(struct image **image, int fd, const char **why);
void image_free(struct image *image);

/* How many of `wanted_bytes` at a file offset could be read. */
size_t image_read_offset(struct image *image, uint64_t offset, void *bytes, size_t wanted_bytes);
/* The same at an address; stops at the end of the segment's file part. */
size_t image_read(struct image *image, uint64_t address, void *bytes, size_t wanted_bytes);
bool image_offset(const struct image *image, uint64_t address, uint64_t *offset);
bool image_address(const struct image *image, uint64_t offset, uint64_t *address);
bool image_is_code(const struct image *image,
		   uint64_t address); /* in an executable segment, file-backed */
const Elf64_Shdr *image_section(const struct image *image, const char *name); /* NULL = none */
const Elf64_Shdr *image_section_at(const struct image *image, uint64_t address);
void image_build_id(struct image *image, char hex[41]);

/* Reads both symbol tables into the image; those who ask by name need not. */
void image_load_symbols(struct image *image);

enum image_found {
	IMAGE_FOUND,
	IMAGE_MISSING,
	IMAGE_UNDEFINED,  /* imported from another object */
	IMAGE_IFUNC,	  /* its address is chosen by a resolver at run time */
	IMAGE_DATA,	  /* not a function */
	IMAGE_NOT_CODE,	  /* outside every executable segment */
	IMAGE_AMBIGUOUS,  /* several functions of that name */
	IMAGE_UNREADABLE, /* the symbol tables could not be read */
};
/* By exact name, .dynsym (default version) before .symtab. */
enum image_found image_find(struct image *image, const char *name, struct image_function *function);
const char *image_found_text(enum image_found found);
/* Every symbol of both tables, until `each` returns false. `name` is NUL-terminated. */
void image_each_symbol(struct image *image,
		       bool (*each)(void *arg, const char *name, const Elf64_Sym *symbol),
		       void *arg);
/* A name of the function that starts at the address; NULL = none known. */
const char *image_name(struct image *image, uint64_t address);
/* The function that holds the address, by symbols, else by unwind tables. false: unknown. */
bool image_function_at(struct image *image, uint64_t address, struct image_function *function);

/*
 * What the loader writes into the word at `address`: *target gets an address in this object, or
 * *import the name of a symbol of another one. False: neither is known.
 */
bool image_slot(struct image *image, uint64_t address, uint64_t *target, const char **import);
/* The other way: the GOT slot that holds the address of an exported symbol at `target`; 0 = none.
 */
uint64_t image_got_slot(struct image *image, uint64_t target);

#endif
