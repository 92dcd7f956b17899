// SPDX-License-Identifier: Apache-2.0
/*
 * In: names and values. Out: interned sets: equal sets are the same pointer.
 * The rule that surprises: strings are interned as well, so equal names and values of two sets of a
 * pool are the same pointer, and the hash of a set is made of its strings' hashes: the same in
 * every run, whatever came before.
 */
#include "rules/labels.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "rules/labels_node.h"

#define LABELS_FEW  24 /* sets up to this size are put together on the stack */
#define LABELS_NAME "__name__"

struct labels_text {
	struct labels_text *next; /* another string of the same hash */
	uint64_t hash;
	size_t length;
	char text[];
};

struct labels_pool {
	struct arena arena; /* sets and strings */
	struct table sets;  /* by hash: struct labels_node */
	struct table texts; /* by hash: struct labels_text */
	uint32_t count;
	const char *name; /* "__name__" as interned */
	const char *empty;
};

/* Room for `count` labels, on the stack when they are few. */
struct labels_room {
	struct label few[LABELS_FEW];
	struct label *items;
};

static struct label *labels_room_init(struct labels_room *room, size_t count)
{
	room->items = count > LABELS_FEW ? mem_array(count, sizeof(*room->items)) : room->few;
	return room->items;
}

static void labels_room_fini(struct labels_room *room)
{
	if (room->items != room->few)
		free(room->items);
}

static uint64_t labels_hash_bytes(const char *text, size_t length)
{
	return table_mix(table_hash(TABLE_HASH, text, length));
}

static struct labels_text *labels_text_find(struct labels_text *head, const char *text,
					    size_t length)
{
	while (head && (head->length != length || memcmp(head->text, text, length)))
		head = head->next;
	return head;
}

const char *labels_pool_find(const struct labels_pool *pool, const char *text)
{
	size_t length = strlen(text);
	const struct labels_text *found = labels_text_find(
		table_find(&pool->texts, labels_hash_bytes(text, length)), text, length);

	return found ? found->text : NULL;
}

static const char *labels_text(struct labels_pool *pool, const char *text)
{
	size_t length = strlen(text);
	uint64_t hash = labels_hash_bytes(text, length);
	struct labels_text *head = table_find(&pool->texts, hash);
	struct labels_text *found = labels_text_find(head, text, length);

	if (found)
		return found->text;
	found = arena_new(&pool->arena, sizeof(*found) + length + 1);
	found->hash = hash;
	found->length = length;
	memcpy(found->text, text, length);
	if (head) { /* the head stays in the table */
		found->next = head->next;
		head->next = found;
	} else {
		table_put(&pool->texts, hash, found);
	}
	return found->text;
}

static uint64_t labels_text_hash(const char *text)
{
	return ((const struct labels_text *)(text - offsetof(struct labels_text, text)))->hash;
}

static uint64_t labels_hash(const struct label *items, size_t count)
{
	uint64_t hash = count;
	size_t i;

	for (i = 0; i < count; i++) {
		hash = table_mix(hash * 3 + labels_text_hash(items[i].name));
		hash = table_mix(hash * 5 + labels_text_hash(items[i].value));
	}
	return hash;
}

/* Of interned strings, sorted, no name twice. */
static const struct labels *labels_put(struct labels_pool *pool, const struct label *items,
				       size_t count)
{
	uint64_t hash = labels_hash(items, count);
	struct labels_node *head = table_find(&pool->sets, hash);
	struct labels_node *node;

	for (node = head; node; node = node->next)
		if (node->set.count == count &&
		    (!count || !memcmp(node->set.items, items, count * sizeof(*items))))
			return &node->set;
	node = arena_new(&pool->arena, sizeof(*node) + count * sizeof(*items));
	node->id = pool->count++;
	node->set.hash = hash;
	node->set.count = count;
	if (count)
		memcpy(node->set.items, items, count * sizeof(*items));
	while (node->name_at < count && items[node->name_at].name != pool->name)
		node->name_at++;
	if (head) {
		node->next = head->next;
		head->next = node;
	} else {
		table_put(&pool->sets, hash, node);
	}
	return &node->set;
}

struct labels_pool *labels_pool_new(void)
{
	struct labels_pool *pool = mem_new(sizeof(*pool));

	pool->name = labels_text(pool, LABELS_NAME);
	pool->empty = labels_text(pool, "");
	labels_put(pool, NULL, 0);
	return pool;
}

void labels_pool_free(struct labels_pool *pool)
{
	if (!pool)
		return;
	table_fini(&pool->sets);
	table_fini(&pool->texts);
	arena_fini(&pool->arena);
	free(pool);
}

size_t labels_pool_bytes(const struct labels_pool *pool)
{
	size_t slot = sizeof(uint64_t) + sizeof(void *);

	return sizeof(*pool) + pool->arena.used_bytes +
	       (pool->sets.capacity + pool->texts.capacity) * slot;
}

uint32_t labels_pool_count(const struct labels_pool *pool)
{
	return pool->count;
}

/* Puts one label where it belongs; of the same name it takes the place of the former. */
static size_t labels_insert(struct label *sorted, size_t count, struct label label)
{
	size_t at = count;

	while (at > 0 && strcmp(sorted[at - 1].name, label.name) > 0)
		at--;
	if (at > 0 && sorted[at - 1].name == label.name) {
		sorted[at - 1] = label;
		return count;
	}
	memmove(&sorted[at + 1], &sorted[at], (count - at) * sizeof(*sorted));
	sorted[at] = label;
	return count + 1;
}

static size_t labels_drop_empty(const struct labels_pool *pool, struct label *items, size_t count)
{
	size_t kept = 0, i;

	for (i = 0; i < count; i++)
		if (items[i].value != pool->empty)
			items[kept++] = items[i];
	return kept;
}

const struct labels *labels_intern(struct labels_pool *pool, const struct label *items,
				   size_t count)
{
	const struct labels *labels;
	struct labels_room room;
	struct label *sorted = labels_room_init(&room, count);
	size_t used = 0, i;

	for (i = 0; i < count; i++)
		used = labels_insert(sorted, used,
				     (struct label){labels_text(pool, items[i].name),
						    labels_text(pool, items[i].value)});
	labels = labels_put(pool, sorted, labels_drop_empty(pool, sorted, used));
	labels_room_fini(&room);
	return labels;
}

const char *labels_find(const struct labels *labels, const char *name)
{
	size_t i;

	for (i = 0; i < labels->count; i++)
		if (!strcmp(labels->items[i].name, name))
			return labels->items[i].value;
	return NULL;
}

static bool labels_named(const char *name, const char *const *names, size_t names_count)
{
	size_t i;

	for (i = 0; i < names_count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

const struct labels *labels_without(struct labels_pool *pool, const struct labels *labels,
				    const char *const *names, size_t names_count, bool drop_name)
{
	struct labels_room room;
	struct label *kept = labels_room_init(&room, labels->count);
	const struct labels *made;
	size_t count = 0, i;

	for (i = 0; i < labels->count; i++)
		if (!(drop_name && labels->items[i].name == pool->name) &&
		    !labels_named(labels->items[i].name, names, names_count))
			kept[count++] = labels->items[i];
	made = labels_put(pool, kept, count);
	labels_room_fini(&room);
	return made;
}

const struct labels *labels_only(struct labels_pool *pool, const struct labels *labels,
				 const char *const *names, size_t names_count)
{
	struct labels_room room;
	struct label *kept = labels_room_init(&room, labels->count);
	const struct labels *made;
	size_t count = 0, i;

	for (i = 0; i < labels->count; i++)
		if (labels_named(labels->items[i].name, names, names_count))
			kept[count++] = labels->items[i];
	made = labels_put(pool, kept, count);
	labels_room_fini(&room);
	return made;
}

const struct labels *labels_nameless(struct labels_pool *pool, const struct labels *labels)
{
	/* the pool made it, the pool may note in it: nobody else sees that member change */
	struct labels_node *node = (struct labels_node *)(uintptr_t)labels_node(labels);

	if (!node->nameless)
		node->nameless = node->name_at == labels->count
					 ? labels
					 : labels_without(pool, labels, NULL, 0, true);
	return node->nameless;
}

const struct labels *labels_set(struct labels_pool *pool, const struct labels *labels,
				const char *name, const char *value)
{
	struct labels_room room;
	struct label *sorted = labels_room_init(&room, labels->count + 1);
	const struct labels *made;
	size_t count = labels->count;

	if (count)
		memcpy(sorted, labels->items, count * sizeof(*sorted));
	count = labels_insert(sorted, count,
			      (struct label){labels_text(pool, name), labels_text(pool, value)});
	made = labels_put(pool, sorted, labels_drop_empty(pool, sorted, count));
	labels_room_fini(&room);
	return made;
}

static int labels_compare_texts(const char *a, const char *b)
{
	return a == b ? 0 : strcmp(a, b);
}

int labels_compare(const struct labels *a, const struct labels *b)
{
	size_t i;

	if (a == b)
		return 0;
	for (i = 0; i < a->count && i < b->count; i++) {
		int order = labels_compare_texts(a->items[i].name, b->items[i].name);

		if (!order)
			order = labels_compare_texts(a->items[i].value, b->items[i].value);
		if (order)
			return order;
	}
	return a->count < b->count ? -1 : a->count > b->count;
}

/* As Go quotes: what a terminal could take for a command comes escaped. */
static void labels_print_quoted(struct buf *out, const char *text)
{
	const char *end = text + strlen(text);

	buf_char(out, '"');
	while (text < end) {
		const char *plain = text;

		while (text < end && *text != '"' && *text != '\\' && *text != '\n' &&
		       *text != '\t' && *text != '\r')
			text++;
		text_clean(out, plain, (size_t)(text - plain), false);
		if (text == end)
			break;
		buf_char(out, '\\');
		buf_char(out, *text == '\n'   ? 'n'
			      : *text == '\t' ? 't'
			      : *text == '\r' ? 'r'
					      : *text);
		text++;
	}
	buf_char(out, '"');
}

static void labels_print_pairs(struct buf *out, const struct labels *labels, size_t left_out,
			       const char *between)
{
	bool is_first = true;
	size_t i;

	buf_char(out, '{');
	for (i = 0; i < labels->count; i++) {
		if (i == left_out)
			continue;
		if (!is_first)
			buf_text(out, between);
		is_first = false;
		buf_text(out, labels->items[i].name);
		buf_char(out, '=');
		labels_print_quoted(out, labels->items[i].value);
	}
	buf_char(out, '}');
}

void labels_print(struct buf *out, const struct labels *labels)
{
	size_t name_at = labels_node(labels)->name_at;

	if (name_at < labels->count)
		text_clean(out, labels->items[name_at].value, strlen(labels->items[name_at].value),
			   false);
	if (name_at == labels->count || labels->count > 1)
		labels_print_pairs(out, labels, name_at, ",");
}

void labels_print_braced(struct buf *out, const struct labels *labels)
{
	labels_print_pairs(out, labels, labels->count, ", ");
}
