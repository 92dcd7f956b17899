// SPDX-License-Identifier: Apache-2.0
/*
 * In: sizes. Out: zeroed memory. The rule that surprises: nothing here returns NULL; what cannot be
 * had, an absurd size included, ends the process with a sentence on stderr and exit code 1.
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/refuse.h"

#define ARENA_CHUNK_MIN_BYTES 1024u
#define ARENA_CHUNK_MAX_BYTES (256u << 10)

struct arena_chunk {
	struct arena_chunk *next;
	size_t capacity_bytes; /* of the room after this struct */
	size_t used_bytes;
	size_t pad; /* keeps the room 16-byte aligned */
};
_Static_assert(sizeof(struct arena_chunk) % 16 == 0, "arena alignment");

/* Of the whole process, as its end is: whoever gives up knows nobody. */
static void (*_Atomic mem_last_call)(void);

void mem_on_give_up(void (*call)(void))
{
	atomic_store(&mem_last_call, call);
}

/* Neither malloc nor stdio here: both may be what has just failed. */
static _Noreturn void mem_give_up(size_t size_bytes)
{
	char line[80];
	int length = snprintf(line, sizeof(line), "ttsobs-bpf: out of memory (%zu bytes wanted)\n",
			      size_bytes);
	void (*call)(void) = atomic_exchange(&mem_last_call, NULL);
	ssize_t written;

	if (call)
		call();
	written = write(STDERR_FILENO, line, (size_t)length);
	(void)written;
	_exit(EXIT_CODE_RUNTIME);
}

void *mem_new(size_t size_bytes)
{
	void *memory = calloc(1, size_bytes ? size_bytes : 1);

	if (!memory)
		mem_give_up(size_bytes);
	return memory;
}

void *mem_array(size_t count, size_t size_bytes)
{
	size_t total;

	if (__builtin_mul_overflow(count, size_bytes, &total))
		mem_give_up(SIZE_MAX);
	return mem_new(total);
}

void mem_grow(void *array, size_t *capacity, size_t want, size_t size_bytes)
{
	size_t bigger = *capacity < 8 ? 8 : *capacity;
	size_t total;
	char *memory;

	if (want <= *capacity)
		return;
	while (bigger < want)
		if (__builtin_mul_overflow(bigger, 2, &bigger))
			mem_give_up(SIZE_MAX);
	if (__builtin_mul_overflow(bigger, size_bytes, &total))
		mem_give_up(SIZE_MAX);
	/* The caller's pointer may be of any object type: memcpy keeps the aliasing rules. */
	memcpy(&memory, array, sizeof(memory));
	memory = realloc(memory, total);
	if (!memory)
		mem_give_up(total);
	memset(memory + *capacity * size_bytes, 0, total - *capacity * size_bytes);
	memcpy(array, &memory, sizeof(memory));
	*capacity = bigger;
}

char *mem_string(const char *text)
{
	size_t size_bytes = strlen(text) + 1;

	return memcpy(mem_new(size_bytes), text, size_bytes);
}

char *mem_vformat(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		mem_give_up(strlen(format));
	return text;
}

char *mem_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = mem_vformat(format, arguments);
	va_end(arguments);
	return text;
}

static struct arena_chunk *arena_chunk_new(struct arena *arena, size_t room_bytes)
{
	size_t wanted = arena->used_bytes;
	struct arena_chunk *chunk;
	size_t total;

	if (wanted < ARENA_CHUNK_MIN_BYTES)
		wanted = ARENA_CHUNK_MIN_BYTES;
	if (wanted > ARENA_CHUNK_MAX_BYTES)
		wanted = ARENA_CHUNK_MAX_BYTES;
	if (wanted < room_bytes)
		wanted = room_bytes;
	if (__builtin_add_overflow(wanted, sizeof(*chunk), &total))
		mem_give_up(SIZE_MAX);
	chunk = mem_new(total);
	chunk->capacity_bytes = wanted;
	arena->used_bytes += total;
	return chunk;
}

void *arena_new(struct arena *arena, size_t size_bytes)
{
	struct arena_chunk *chunk = arena->head;
	size_t rounded;
	char *memory;

	if (__builtin_add_overflow(size_bytes ? size_bytes : 1, 15, &rounded))
		mem_give_up(SIZE_MAX);
	rounded &= ~(size_t)15;
	if (!chunk || chunk->capacity_bytes - chunk->used_bytes < rounded) {
		chunk = arena_chunk_new(arena, rounded);
		/* A chunk made for one big thing goes second, so that the room left in the first
		 * stays in use. */
		if (arena->head && chunk->capacity_bytes == rounded) {
			chunk->next = arena->head->next;
			arena->head->next = chunk;
		} else {
			chunk->next = arena->head;
			arena->head = chunk;
		}
	}
	memory = (char *)(chunk + 1) + chunk->used_bytes;
	chunk->used_bytes += rounded;
	return memory;
}

char *arena_string(struct arena *arena, const char *text, size_t length)
{
	char *copy;

	if (length == SIZE_MAX)
		mem_give_up(length);
	copy = arena_new(arena, length + 1);
	if (length)
		memcpy(copy, text, length);
	return copy;
}

void arena_fini(struct arena *arena)
{
	struct arena_chunk *chunk = arena->head;

	while (chunk) {
		struct arena_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	arena->head = NULL;
	arena->used_bytes = 0;
}
