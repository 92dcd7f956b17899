/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that cannot fail: out of memory ends the process with a sentence. Arenas for things that die together. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Called before that sentence is written, by whatever thread, amid anything; NULL = nobody. */
void mem_on_give_up(void (*call)(void));
void *mem_new(size_t size_bytes); /* zeroed */
void *mem_array(size_t count, size_t size_bytes); /* zeroed, overflow-checked */
/* Makes room for at least `want` elements in *array of *capacity elements (doubling); new room is zeroed. */
void mem_grow(void *array, size_t *capacity, size_t want, size_t size_bytes);
char *mem_string(const char *text);
char *mem_vformat(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct arena {
	struct arena_chunk *head;
	size_t used_bytes; /* of all chunks, for limits */
};
void *arena_new(struct arena *arena, size_t size_bytes); /* zeroed, 16-byte aligned */
char *arena_string(struct arena *arena, const char *text, size_t length);
void arena_fini(struct arena *arena);

#endif
