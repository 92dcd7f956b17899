// SPDX-License-Identifier: Apache-2.0
/*
 * In: an fd of an ELF file. Out: headers, bytes, symbols. Bounds and relocations are in
 * image_code.c. The rule that surprises: tables are read when first asked for and kept, so that a
 * process with a hundred objects costs a few header reads for each.
 */
#include "source/image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "source/image_parts.h"

static size_t read_all(int fd, uint64_t offset, void *bytes, size_t wanted_bytes)
{
	size_t done = 0;

	while (done < wanted_bytes) {
		ssize_t got = pread(fd, (char *)bytes + done, wanted_bytes - done,
				    (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

size_t image_read_offset(struct image *image, uint64_t offset, void *bytes, size_t wanted_bytes)
{
	uint64_t page = offset & ~4095ull;
	size_t skip = (size_t)(offset - page);

	if (offset >= image->size_bytes)
		return 0;
	if (wanted_bytes > image->size_bytes - offset)
		wanted_bytes = (size_t)(image->size_bytes - offset);
	if (wanted_bytes > 4096)
		return read_all(image->fd, offset, bytes, wanted_bytes);
	if (!image->window_bytes || image->window_offset != page) {
		image->window_bytes =
			read_all(image->fd, page, image->window, sizeof(image->window));
		image->window_offset = page;
	}
	if (skip >= image->window_bytes)
		return 0;
	if (wanted_bytes > image->window_bytes - skip)
		wanted_bytes = image->window_bytes - skip;
	memcpy(bytes, image->window + skip, wanted_bytes);
	return wanted_bytes;
}

static const Elf64_Phdr *segment_at(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->segments_count; i++) {
		const Elf64_Phdr *segment = &image->segments[i];

		if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
		    address - segment->p_vaddr < segment->p_filesz)
			return segment;
	}
	return NULL;
}

size_t image_read(struct image *image, uint64_t address, void *bytes, size_t wanted_bytes)
{
	const Elf64_Phdr *segment = segment_at(image, address);
	uint64_t left;

	if (!segment)
		return 0;
	left = segment->p_filesz - (address - segment->p_vaddr);
	if (wanted_bytes > left)
		wanted_bytes = (size_t)left;
	return image_read_offset(image, address - segment->p_vaddr + segment->p_offset, bytes,
				 wanted_bytes);
}

bool image_offset(const struct image *image, uint64_t address, uint64_t *offset)
{
	const Elf64_Phdr *segment = segment_at(image, address);

	if (!segment)
		return false;
	*offset = address - segment->p_vaddr + segment->p_offset;
	return *offset < image->size_bytes;
}

bool image_address(const struct image *image, uint64_t offset, uint64_t *address)
{
	for (size_t i = 0; i < image->segments_count; i++) {
		const Elf64_Phdr *segment = &image->segments[i];
		uint64_t first = segment->p_offset & ~4095ull; /* the loader maps whole pages */

		if (segment->p_type == PT_LOAD && offset >= first &&
		    offset < segment->p_offset + segment->p_filesz) {
			*address = segment->p_vaddr + (offset - segment->p_offset);
			return true;
		}
	}
	return false;
}

bool image_is_code(const struct image *image, uint64_t address)
{
	const Elf64_Phdr *segment = segment_at(image, address);

	return segment && (segment->p_flags & PF_X);
}

/*
 * `count` elements of the file in new memory with one zero byte after them; NULL when they are not
 * wholly there.
 */
void *image_table(struct image *image, uint64_t offset, uint64_t count, size_t size_bytes,
		  uint64_t limit_bytes)
{
	uint64_t total;
	char *table;

	if (__builtin_mul_overflow(count, (uint64_t)size_bytes, &total) || total > limit_bytes ||
	    offset > image->size_bytes || total > image->size_bytes - offset)
		return NULL;
	table = mem_new((size_t)total + 1);
	if (read_all(image->fd, offset, table, (size_t)total) == total)
		return table;
	free(table);
	return NULL;
}

static int headers_read(struct image *image, const char **why)
{
	const Elf64_Ehdr *header = &image->header;
	const Elf64_Shdr *names;

	*why = "the file is shorter than its own ELF header";
	if (read_all(image->fd, 0, &image->header, sizeof(image->header)) != sizeof(image->header))
		return -ENOEXEC;
	*why = "not an ELF file";
	if (memcmp(header->e_ident, ELFMAG, SELFMAG))
		return -ENOEXEC;
	*why = "not a 64-bit x86 ELF program or library";
	if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
	    header->e_machine != EM_X86_64 ||
	    (header->e_type != ET_DYN && header->e_type != ET_EXEC))
		return -ENOEXEC;
	*why = "its program headers cannot be read";
	if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > IMAGE_LIMIT_SEGMENTS)
		return -ENOEXEC;
	image->segments = image_table(image, header->e_phoff, header->e_phnum, sizeof(Elf64_Phdr),
				      UINT32_MAX);
	if (!image->segments)
		return -ENOEXEC;
	image->segments_count = header->e_phnum;

	/*
	 * Sections are a help, not a must: a file stripped of them has no symbols for us, and that
	 * is said per symbol.
	 */
	if (!header->e_shoff || header->e_shentsize != sizeof(Elf64_Shdr) ||
	    header->e_shnum > IMAGE_LIMIT_SECTIONS)
		return 0;
	image->sections = image_table(image, header->e_shoff, header->e_shnum, sizeof(Elf64_Shdr),
				      UINT32_MAX);
	if (!image->sections)
		return 0;
	image->sections_count = header->e_shnum;
	if (header->e_shstrndx >= image->sections_count)
		return 0;
	names = &image->sections[header->e_shstrndx];
	image->section_names = image_table(image, names->sh_offset, names->sh_size, 1, 1u << 20);
	image->section_names_bytes = image->section_names ? (size_t)names->sh_size : 0;
	return 0;
}

int image_open(struct image **opened, int fd, const char **why)
{
	struct image *image = mem_new(sizeof(*image));
	struct stat stat;
	int error;

	image->fd = fd;
	*why = "it is not a regular file";
	error = fstat(fd, &stat) ? -errno : S_ISREG(stat.st_mode) ? 0 : -ENOEXEC;
	if (!error) {
		image->size_bytes = (uint64_t)stat.st_size;
		error = headers_read(image, why);
	}
	if (error) {
		image_free(image);
		return error;
	}
	*opened = image;
	return 0;
}

static void symbols_fini(struct image_symbols *symbols)
{
	free(symbols->symbols);
	free(symbols->strings);
	free(symbols->versions);
}

void image_free(struct image *image)
{
	if (!image)
		return;
	close(image->fd);
	free(image->segments);
	free(image->sections);
	free(image->section_names);
	symbols_fini(&image->dynsym);
	symbols_fini(&image->symtab);
	free(image->relocs);
	free(image->frames);
	free(image->frame_entries);
	free(image->bounds);
	free(image);
}

const Elf64_Shdr *image_section(const struct image *image, const char *name)
{
	for (size_t i = 1; i < image->sections_count; i++)
		if (image->sections[i].sh_name < image->section_names_bytes &&
		    !strcmp(image->section_names + image->sections[i].sh_name, name))
			return &image->sections[i];
	return NULL;
}

const Elf64_Shdr *image_section_at(const struct image *image, uint64_t address)
{
	for (size_t i = 1; i < image->sections_count; i++) {
		const Elf64_Shdr *section = &image->sections[i];

		if ((section->sh_flags & SHF_ALLOC) && section->sh_type != SHT_NOBITS &&
		    address >= section->sh_addr && address - section->sh_addr < section->sh_size)
			return section;
	}
	return NULL;
}

void image_build_id(struct image *image, char hex[41])
{
	uint8_t note[1024];

	hex[0] = '\0';
	for (size_t i = 0; i < image->segments_count && !hex[0]; i++) {
		const Elf64_Phdr *segment = &image->segments[i];
		size_t wanted =
			segment->p_filesz < sizeof(note) ? (size_t)segment->p_filesz : sizeof(note);
		size_t got, at = 0;

		if (segment->p_type != PT_NOTE)
			continue;
		got = image_read_offset(image, segment->p_offset, note, wanted);
		while (got - at >= sizeof(Elf64_Nhdr)) {
			Elf64_Nhdr head;
			size_t name_bytes, words_bytes, room = got - at - sizeof(head);

			memcpy(&head, note + at, sizeof(head));
			name_bytes = ((size_t)head.n_namesz + 3) & ~3ull;
			words_bytes = ((size_t)head.n_descsz + 3) & ~3ull;
			if (name_bytes > room || words_bytes > room - name_bytes)
				break;
			at += sizeof(head);
			if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
			    !memcmp(note + at, "GNU", 4)) {
				for (size_t b = 0; b < head.n_descsz && b < 20; b++)
					snprintf(hex + 2 * b, 3, "%02x", note[at + name_bytes + b]);
				break;
			}
			at += name_bytes + words_bytes;
		}
	}
}

static void symbols_read(struct image *image, uint32_t type, struct image_symbols *symbols)
{
	const Elf64_Shdr *section = NULL, *strings;

	for (size_t i = 1; i < image->sections_count && !section; i++)
		if (image->sections[i].sh_type == type)
			section = &image->sections[i];
	if (!section || section->sh_entsize != sizeof(Elf64_Sym) ||
	    section->sh_link >= image->sections_count)
		return;
	strings = &image->sections[section->sh_link];
	if (strings->sh_type != SHT_STRTAB)
		return;
	symbols->strings = image_table(image, strings->sh_offset, strings->sh_size, 1,
				       IMAGE_LIMIT_TABLE_BYTES);
	if (!symbols->strings)
		return;
	symbols->strings_bytes = (size_t)strings->sh_size;
	symbols->symbols =
		image_table(image, section->sh_offset, section->sh_size / sizeof(Elf64_Sym),
			    sizeof(Elf64_Sym), IMAGE_LIMIT_SYMBOLS * sizeof(Elf64_Sym));
	if (symbols->symbols)
		symbols->count = (size_t)(section->sh_size / sizeof(Elf64_Sym));
}

void image_load_symbols(struct image *image)
{
	const Elf64_Shdr *versions;

	if (!(image->loaded & IMAGE_DYNSYM)) {
		image->loaded |= IMAGE_DYNSYM;
		symbols_read(image, SHT_DYNSYM, &image->dynsym);
		versions = image_section(image, ".gnu.version");
		if (versions && versions->sh_size / sizeof(uint16_t) >= image->dynsym.count)
			image->dynsym.versions =
				image_table(image, versions->sh_offset, image->dynsym.count,
					    sizeof(uint16_t), IMAGE_LIMIT_TABLE_BYTES);
	}
	if (!(image->loaded & IMAGE_SYMTAB)) {
		image->loaded |= IMAGE_SYMTAB;
		symbols_read(image, SHT_SYMTAB, &image->symtab);
	}
}

static const char *symbol_name(const struct image_symbols *symbols, const Elf64_Sym *symbol)
{
	return symbol->st_name < symbols->strings_bytes ? symbols->strings + symbol->st_name : "";
}

/* FOUND beats every refusal; among refusals the first one met stands. */
static enum image_found find_in(struct image *image, const struct image_symbols *symbols,
				const char *name, const Elf64_Sym **best)
{
	enum image_found found = IMAGE_MISSING;
	bool best_is_hidden = false;

	*best = NULL;
	for (size_t i = 1; i < symbols->count; i++) {
		const Elf64_Sym *symbol = &symbols->symbols[i];
		enum image_found this = IMAGE_FOUND;
		unsigned type = ELF64_ST_TYPE(symbol->st_info);
		bool is_hidden = symbols->versions && (symbols->versions[i] & 0x8000);

		if (symbol->st_name >= symbols->strings_bytes ||
		    strcmp(symbols->strings + symbol->st_name, name))
			continue;
		if (type == STT_FILE || type == STT_SECTION)
			continue;
		if (type == STT_GNU_IFUNC)
			this = IMAGE_IFUNC;
		else if (symbol->st_shndx == SHN_UNDEF)
			this = IMAGE_UNDEFINED;
		else if (type != STT_FUNC)
			this = IMAGE_DATA;
		else if (!image_is_code(image, symbol->st_value))
			this = IMAGE_NOT_CODE;
		if (this != IMAGE_FOUND) {
			if (found == IMAGE_MISSING)
				found = this;
			continue;
		}
		if (!*best || (best_is_hidden && !is_hidden)) {
			*best = symbol;
			best_is_hidden = is_hidden;
			found = IMAGE_FOUND;
		} else if (is_hidden == best_is_hidden && (*best)->st_value != symbol->st_value) {
			found = IMAGE_AMBIGUOUS;
		}
	}
	return found;
}

enum image_found image_find(struct image *image, const char *name, struct image_function *function)
{
	enum image_found found, second;
	const Elf64_Sym *symbol;

	image_load_symbols(image);
	if (!image->dynsym.count && !image->symtab.count)
		return IMAGE_UNREADABLE;
	found = find_in(image, &image->dynsym, name, &symbol);
	if (found != IMAGE_FOUND && found != IMAGE_AMBIGUOUS) {
		second = find_in(image, &image->symtab, name, &symbol);
		if (found == IMAGE_MISSING || second == IMAGE_FOUND)
			found = second;
	}
	if (found != IMAGE_FOUND)
		return found;
	function->start = symbol->st_value;
	function->end = image_function_end(image, symbol);
	return IMAGE_FOUND;
}

const char *image_found_text(enum image_found found)
{
	switch (found) {
	case IMAGE_FOUND:
		return "found";
	case IMAGE_MISSING:
		return "no such symbol";
	case IMAGE_UNDEFINED:
		return "only imported here, not defined";
	case IMAGE_IFUNC:
		return "an indirect function (IFUNC): its address is chosen at run time";
	case IMAGE_DATA:
		return "not a function";
	case IMAGE_NOT_CODE:
		return "its address is in no executable segment";
	case IMAGE_AMBIGUOUS:
		return "several functions have this name";
	case IMAGE_UNREADABLE:
		return "the file has no readable symbol table";
	}
	return "unknown";
}

void image_each_symbol(struct image *image,
		       bool (*each)(void *arg, const char *name, const Elf64_Sym *symbol),
		       void *arg)
{
	const struct image_symbols *tables[] = {&image->dynsym, &image->symtab};

	image_load_symbols(image);
	for (size_t t = 0; t < 2; t++)
		for (size_t i = 1; i < tables[t]->count; i++)
			if (!each(arg, symbol_name(tables[t], &tables[t]->symbols[i]),
				  &tables[t]->symbols[i]))
				return;
}

const char *image_name(struct image *image, uint64_t address)
{
	const struct image_symbols *tables[] = {&image->symtab, &image->dynsym};

	image_load_symbols(image);
	for (size_t t = 0; t < 2; t++)
		for (size_t i = 1; i < tables[t]->count; i++) {
			const Elf64_Sym *symbol = &tables[t]->symbols[i];

			if (symbol->st_value == address && symbol->st_shndx != SHN_UNDEF &&
			    ELF64_ST_TYPE(symbol->st_info) == STT_FUNC)
				return symbol_name(tables[t], symbol);
		}
	return NULL;
}
