/* SPDX-License-Identifier: Apache-2.0 */
/* What image.c and image_code.c share, and nobody else needs. */
#ifndef SOURCE_IMAGE_PARTS_H
#define SOURCE_IMAGE_PARTS_H

#include "source/image.h"

void *image_table(struct image *image, uint64_t offset, uint64_t count, size_t size_bytes,
		  uint64_t limit_bytes);
/* By its size, else the next symbol, else the end of its section. */
uint64_t image_function_end(struct image *image, const Elf64_Sym *symbol);

#endif
