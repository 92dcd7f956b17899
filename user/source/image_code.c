// SPDX-License-Identifier: Apache-2.0
/*
 * In: an image. Out: where functions begin and end, and where the words lead that the loader fills
 * in. The rule that surprises: libraries are stripped, but their unwind tables are not:
 * .eh_frame_hdr lists every function, the local ones included, and is trusted for bounds when
 * symbols say nothing.
 */
#include "source/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "source/image_parts.h"

static int bounds_compare(const void *a, const void *b)
{
	const struct image_function *left = a, *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->end > right->end ? -1 : left->end < right->end;
}

static void bounds_load(struct image *image)
{
	const struct image_symbols *tables[] = {&image->dynsym, &image->symtab};
	size_t kept = 0;

	if (image->loaded & IMAGE_BOUNDS)
		return;
	image->loaded |= IMAGE_BOUNDS;
	image_load_symbols(image);
	image->bounds =
		mem_array(image->dynsym.count + image->symtab.count + 1, sizeof(*image->bounds));
	for (size_t t = 0; t < 2; t++)
		for (size_t i = 1; i < tables[t]->count; i++) {
			const Elf64_Sym *symbol = &tables[t]->symbols[i];
			unsigned type = ELF64_ST_TYPE(symbol->st_info);

			if ((type != STT_FUNC && type != STT_GNU_IFUNC) ||
			    symbol->st_shndx == SHN_UNDEF ||
			    !image_is_code(image, symbol->st_value))
				continue;
			if (symbol->st_size > UINT64_MAX - symbol->st_value)
				continue;
			image->bounds[image->bounds_count].start = symbol->st_value;
			image->bounds[image->bounds_count++].end =
				symbol->st_value + symbol->st_size;
		}
	qsort(image->bounds, image->bounds_count, sizeof(*image->bounds), bounds_compare);
	for (size_t i = 0; i < image->bounds_count; i++) /* one per start: the longest */
		if (!kept || image->bounds[kept - 1].start != image->bounds[i].start)
			image->bounds[kept++] = image->bounds[i];
	image->bounds_count = kept;
}

/* The first bound whose start is above the address. */
static size_t bounds_after(const struct image *image, uint64_t address)
{
	size_t low = 0, high = image->bounds_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (image->bounds[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t code_end(const struct image *image, uint64_t address)
{
	const Elf64_Shdr *section = image_section_at(image, address);

	if (section)
		return section->sh_addr + section->sh_size;
	for (size_t i = 0; i < image->segments_count; i++) {
		const Elf64_Phdr *segment = &image->segments[i];

		if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
		    address - segment->p_vaddr < segment->p_filesz)
			return segment->p_vaddr + segment->p_filesz;
	}
	return address;
}

static uint64_t end_before_next(const struct image *image, uint64_t address)
{
	uint64_t end = code_end(image, address);
	size_t next = bounds_after(image, address);

	if (next < image->bounds_count && image->bounds[next].start < end)
		end = image->bounds[next].start;
	return end;
}

uint64_t image_function_end(struct image *image, const Elf64_Sym *symbol)
{
	uint64_t end = code_end(image, symbol->st_value);

	if (symbol->st_size && symbol->st_size <= end - symbol->st_value)
		return symbol->st_value + symbol->st_size;
	bounds_load(image);
	return end_before_next(image, symbol->st_value);
}

/* --- .eh_frame_hdr and .eh_frame --- */

static void frames_load(struct image *image)
{
	const Elf64_Phdr *segment = NULL;
	uint8_t head[12];
	uint32_t count;
	int32_t *pairs;

	if (image->loaded & IMAGE_FRAMES)
		return;
	image->loaded |= IMAGE_FRAMES;
	for (size_t i = 0; i < image->segments_count; i++)
		if (image->segments[i].p_type == PT_GNU_EH_FRAME)
			segment = &image->segments[i];
	/*
	 * version 1; count as udata4; table of two sdata4 relative to the header: what every linker
	 * writes
	 */
	if (!segment || segment->p_filesz < sizeof(head) ||
	    image_read_offset(image, segment->p_offset, head, sizeof(head)) != sizeof(head) ||
	    head[0] != 1 || head[2] != 0x03 || head[3] != 0x3b)
		return;
	memcpy(&count, head + 8, sizeof(count));
	if (count > (segment->p_filesz - sizeof(head)) / 8)
		return;
	pairs = image_table(image, segment->p_offset + sizeof(head), count, 8,
			    IMAGE_LIMIT_TABLE_BYTES);
	if (!pairs)
		return;
	image->frames = mem_array(count + 1ull, sizeof(uint64_t));
	image->frame_entries = mem_array(count + 1ull, sizeof(uint64_t));
	for (uint32_t i = 0; i < count; i++) {
		image->frames[i] = segment->p_vaddr + (uint64_t)(int64_t)pairs[2 * i];
		image->frame_entries[i] = segment->p_vaddr + (uint64_t)(int64_t)pairs[2 * i + 1];
		if (i && image->frames[i] < image->frames[i - 1])
			break; /* not sorted: what follows is not believed */
		image->frames_count = i + 1;
	}
	free(pairs);
}

struct bytes { /* a cursor that cannot leave its bytes; `is_bad` once it tried */
	const uint8_t *at;
	const uint8_t *end;
	bool is_bad;
};

static uint64_t bytes_take(struct bytes *bytes, size_t size_bytes)
{
	uint64_t value = 0;

	if ((size_t)(bytes->end - bytes->at) < size_bytes) {
		bytes->is_bad = true;
		return 0;
	}
	memcpy(&value, bytes->at, size_bytes);
	bytes->at += size_bytes;
	return value;
}

static uint64_t bytes_leb(struct bytes *bytes)
{
	uint64_t value = 0, byte;
	unsigned shift = 0;

	do {
		byte = bytes_take(bytes, 1);
		if (shift < 64)
			value |= (byte & 0x7f) << shift;
		shift += 7;
	} while ((byte & 0x80) && !bytes->is_bad);
	return value;
}

/* Width of a pointer by its DW_EH_PE_ encoding; 0 = not of fixed width. */
static size_t encoded_bytes(uint8_t encoding)
{
	switch (encoding & 0x0f) {
	case 0x00:
	case 0x04:
	case 0x0c:
		return 8;
	case 0x02:
	case 0x0a:
		return 2;
	case 0x03:
	case 0x0b:
		return 4;
	default:
		return 0;
	}
}

/* How the CIE at the address says that code pointers are written; 0xff = not known. */
static uint8_t cie_encoding(struct image *image, uint64_t address)
{
	uint8_t raw[128];
	struct bytes bytes = {.at = raw, .end = raw + image_read(image, address, raw, sizeof(raw))};
	const char *letters;
	uint8_t version;

	if (bytes_take(&bytes, 4) == UINT32_MAX || bytes_take(&bytes, 4) != 0)
		return 0xff;
	version = (uint8_t)bytes_take(&bytes, 1);
	letters = (const char *)bytes.at;
	if (!memchr(letters, '\0', (size_t)(bytes.end - bytes.at)))
		return 0xff;
	bytes.at += strlen(letters) + 1;
	if (*letters != 'z')
		return *letters ? 0xff : 0x00;
	bytes_leb(&bytes);
	bytes_leb(&bytes);
	if (version == 1)
		bytes_take(&bytes, 1);
	else
		bytes_leb(&bytes);
	bytes_leb(&bytes);
	for (letters++; *letters && !bytes.is_bad; letters++) {
		if (*letters == 'R')
			return (uint8_t)bytes_take(&bytes, 1);
		if (*letters == 'L')
			bytes_take(&bytes, 1);
		else if (*letters == 'P')
			bytes_take(&bytes, encoded_bytes((uint8_t)bytes_take(&bytes, 1)));
		else if (*letters != 'S' && *letters != 'B')
			return 0xff;
	}
	return 0x00;
}

static uint64_t frame_length(struct image *image, uint64_t entry)
{
	uint8_t raw[32];
	struct bytes bytes = {.at = raw, .end = raw + image_read(image, entry, raw, sizeof(raw))};
	uint64_t length = bytes_take(&bytes, 4);
	uint64_t back = bytes_take(&bytes, 4);
	size_t size_bytes;

	if (bytes.is_bad || length == UINT32_MAX || !back)
		return 0;
	size_bytes = encoded_bytes(cie_encoding(image, entry + 4 - back));
	if (!size_bytes)
		return 0;
	bytes_take(&bytes, size_bytes);
	length = bytes_take(&bytes, size_bytes);
	return bytes.is_bad ? 0 : length;
}

static bool frame_at(struct image *image, uint64_t address, struct image_function *function)
{
	size_t low = 0, high;
	uint64_t length;

	frames_load(image);
	for (high = image->frames_count; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (image->frames[middle] <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	length = frame_length(image, image->frame_entries[low - 1]);
	if (address - image->frames[low - 1] >= length ||
	    length > UINT64_MAX - image->frames[low - 1])
		return false;
	function->start = image->frames[low - 1];
	function->end = function->start + length;
	return image_is_code(image, function->start) && image_is_code(image, function->end - 1);
}

bool image_function_at(struct image *image, uint64_t address, struct image_function *function)
{
	size_t after;

	if (!image_is_code(image, address))
		return false;
	bounds_load(image);
	after = bounds_after(image, address);
	/*
	 * A symbol inside another one (an alias into the middle) must not hide the outer one: look
	 * a few back.
	 */
	for (size_t back = 1; back <= 4 && back <= after; back++) {
		*function = image->bounds[after - back];
		if (address < function->end)
			return true;
	}
	if (frame_at(image, address, function))
		return true;
	if (after &&
	    image->bounds[after - 1].start == address) { /* without a size, without unwind tables */
		function->start = address;
		function->end = end_before_next(image, address);
		return true;
	}
	return false;
}

/* --- words that the loader fills in --- */

static int relocs_compare(const void *a, const void *b)
{
	const struct image_reloc *left = a, *right = b;

	return left->address < right->address ? -1 : left->address > right->address;
}

static void relocs_load(struct image *image)
{
	size_t capacity = 0;

	if (image->loaded & IMAGE_RELOCS)
		return;
	image->loaded |= IMAGE_RELOCS;
	image_load_symbols(image);
	for (size_t s = 1; s < image->sections_count; s++) {
		const Elf64_Shdr *section = &image->sections[s];
		uint64_t count = section->sh_size / sizeof(Elf64_Rela);
		Elf64_Rela *relas;

		if (section->sh_type != SHT_RELA || !(section->sh_flags & SHF_ALLOC) ||
		    section->sh_entsize != sizeof(Elf64_Rela))
			continue;
		relas = image_table(image, section->sh_offset, count, sizeof(Elf64_Rela),
				    IMAGE_LIMIT_TABLE_BYTES);
		if (!relas)
			continue;
		mem_grow(&image->relocs, &capacity, image->relocs_count + count + 1,
			 sizeof(*image->relocs));
		for (uint64_t i = 0; i < count; i++)
			image->relocs[image->relocs_count++] = (struct image_reloc){
				.address = relas[i].r_offset,
				.type = (uint32_t)ELF64_R_TYPE(relas[i].r_info),
				.symbol = (uint32_t)ELF64_R_SYM(relas[i].r_info),
				.addend = relas[i].r_addend,
			};
		free(relas);
	}
	if (image->relocs_count)
		qsort(image->relocs, image->relocs_count, sizeof(*image->relocs), relocs_compare);
}

static const struct image_reloc *reloc_at(const struct image *image, uint64_t address)
{
	size_t low = 0, high = image->relocs_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (image->relocs[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == image->relocs_count || image->relocs[low].address != address)
		return NULL;
	return &image->relocs[low];
}

/* A word that the program may change later says nothing about where it leads. */
static bool slot_is_constant(const struct image *image, uint64_t address)
{
	const Elf64_Shdr *section = image_section_at(image, address);
	const char *name;

	if (!section || section->sh_name >= image->section_names_bytes)
		return false;
	name = image->section_names + section->sh_name;
	return !strcmp(name, ".got") || !strcmp(name, ".got.plt") || !strcmp(name, ".data.rel.ro");
}

bool image_slot(struct image *image, uint64_t address, uint64_t *target, const char **import)
{
	const struct image_reloc *reloc;
	const Elf64_Sym *symbol;

	*target = 0;
	*import = NULL;
	relocs_load(image);
	reloc = reloc_at(image, address);
	if (!reloc || !slot_is_constant(image, address))
		return false;
	if (reloc->type == R_X86_64_RELATIVE) {
		*target = (uint64_t)reloc->addend;
		return true;
	}
	if ((reloc->type != R_X86_64_JUMP_SLOT && reloc->type != R_X86_64_GLOB_DAT &&
	     reloc->type != R_X86_64_64) ||
	    reloc->symbol >= image->dynsym.count)
		return false;
	symbol = &image->dynsym.symbols[reloc->symbol];
	if (symbol->st_shndx == SHN_UNDEF) {
		if (symbol->st_name >= image->dynsym.strings_bytes)
			return false;
		*import = image->dynsym.strings + symbol->st_name;
		return true;
	}
	if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
		return false;
	*target = symbol->st_value + (reloc->type == R_X86_64_64 ? (uint64_t)reloc->addend : 0);
	return true;
}

uint64_t image_got_slot(struct image *image, uint64_t target)
{
	relocs_load(image);
	for (size_t i = 0; i < image->relocs_count; i++) {
		const struct image_reloc *reloc = &image->relocs[i];

		if (reloc->type == R_X86_64_GLOB_DAT && reloc->symbol < image->dynsym.count &&
		    image->dynsym.symbols[reloc->symbol].st_shndx != SHN_UNDEF &&
		    image->dynsym.symbols[reloc->symbol].st_value == target)
			return reloc->address;
	}
	return 0;
}
