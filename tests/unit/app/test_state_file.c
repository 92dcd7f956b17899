/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/state_file.h"
#include "app/state_load.h"
#include "app/state_text.h"
#include "app/state_writer.h"
#include "base/refuse.h"
#include "world.h"

/* --- a disk that can hang or be full: our own fsync and unlink stand before the C library's --- */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool hangs;	    /* at fsync */
	bool takes_nothing; /* it hangs where a new file is begun */
	bool is_full;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

int fsync(int fd)
{
	bool is_full;

	pthread_mutex_lock(&disk.lock);
	while (disk.hangs)
		pthread_cond_wait(&disk.changed, &disk.lock);
	is_full = disk.is_full;
	pthread_mutex_unlock(&disk.lock);
	if (is_full) {
		errno = ENOSPC;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

/* PATH.part is unlinked before it is made. */
int unlink(const char *path)
{
	size_t length = strlen(path);

	pthread_mutex_lock(&disk.lock);
	while (disk.takes_nothing && length > 5 && !strcmp(path + length - 5, ".part"))
		pthread_cond_wait(&disk.changed, &disk.lock);
	pthread_mutex_unlock(&disk.lock);
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

static void part_set(bool takes_nothing)
{
	pthread_mutex_lock(&disk.lock);
	disk.takes_nothing = takes_nothing;
	pthread_cond_broadcast(&disk.changed);
	pthread_mutex_unlock(&disk.lock);
}

static void disk_set(bool hangs, bool is_full)
{
	pthread_mutex_lock(&disk.lock);
	disk.hangs = hangs;
	disk.is_full = is_full;
	pthread_cond_broadcast(&disk.changed);
	pthread_mutex_unlock(&disk.lock);
}

/* --- a place, and what was said there --- */

struct place {
	char directory[64];
	char path[128];
	struct buf said; /* by any thread */
};

static pthread_mutex_t said_lock = PTHREAD_MUTEX_INITIALIZER;

static void said_line(void *arg, const char *line)
{
	struct buf *said = arg;

	pthread_mutex_lock(&said_lock);
	buf_text(said, line);
	buf_char(said, '\n');
	pthread_mutex_unlock(&said_lock);
}

static int setup(void **state)
{
	struct place *place = mem_new(sizeof(*place));

	snprintf(place->directory, sizeof(place->directory), "/tmp/ttsobs-state.XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->path, sizeof(place->path), "%s/state.json", place->directory);
	buf_text(&place->said, "");
	refuse_redirect(said_line, &place->said);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;
	char *command = mem_format("rm -rf '%s'", place->directory);

	disk_set(false, false);
	part_set(false);
	refuse_redirect(NULL, NULL);
	assert_int_equal(system(command), 0);
	free(command);
	buf_fini(&place->said);
	free(place);
	return 0;
}

static char *read_text(const char *path, size_t *length)
{
	FILE *file = fopen(path, "r");
	char *text = mem_new(1 << 20);

	assert_non_null(file);
	*length = fread(text, 1, (1 << 20) - 1, file);
	fclose(file);
	return text;
}

static void write_text(const char *path, const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
}

/* Names in the directory that begin so; the last one's path in found. */
static unsigned count_of(const struct place *place, const char *prefix, char *found,
			 size_t found_bytes)
{
	DIR *directory = opendir(place->directory);
	struct dirent *entry;
	unsigned count = 0;

	while ((entry = readdir(directory))) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		count++;
		if (found)
			snprintf(found, found_bytes, "%s/%.150s", place->directory, entry->d_name);
	}
	closedir(directory);
	return count;
}

/* --- runs --- */

static struct state_file *begin(struct world *world, const char *path)
{
	const struct state_file_options options = {.path = path, .service = "speaker", .pid = 77};
	struct state_file *state = state_file_new(&options);

	world_init(world);
	world->sink = state_file_sink(state);
	state_file_restore(state, &world->view, &world->feed);
	world_tick(world);
	return state;
}

static void end(struct world *world, struct state_file *state)
{
	state_file_free(state);
	world_fini(world);
}

/* As after a kill: nobody writes at the end. */
static void cut(struct world *world, struct state_file *state)
{
	assert_true(state_file_wait(state, world->view.state_generation, 5000));
	end(world, state);
}

static struct alert *busy(struct world *world)
{
	struct alert *alert = world_alert(
		world, "{alertname=\"TooSlow\",engine=\"x\",severity=\"critical\"}", ALERT_FIRING);
	struct tt_control silence = {.what = TT_CONTROL_SILENCE,
				     .uid = 5,
				     .id = 3,
				     .start_at_real_ns = WORLD_REAL_NS,
				     .end_at_real_ns = WORLD_REAL_NS + 3600 * NS_PER_S};

	alert->value = 0.1;
	alert->has_threshold = true;
	alert->threshold = 5;
	alert->is_unknown = true;
	alert->trace_id[15] = 9;
	world_alert(world, "{alertname=\"Stuck\",service=\"a \\\"b\\\"\\n\\\\c\"}", ALERT_PENDING);
	free((char *)(uintptr_t)alert->ack.comment);
	alert->ack = (struct alert_ack){.at_real_ns = WORLD_REAL_NS + 1,
					.uid = 1000,
					.comment = mem_string("on it \xe2\x80\xae \x1b")};
	world_add_silence(world, &silence, "{engine=\"x\"}", "night\nshift");
	world_tick(world);
	return alert;
}

static void alerts_acknowledgements_and_silences_survive(void **arg)
{
	struct place *place = *arg;
	struct world before, after;
	struct state_file *state = begin(&before, place->path), *again;
	const struct alert *was = busy(&before), *is;

	assert_true(state_file_wait(state, before.view.state_generation, 5000));
	state_file_free(state);
	again = begin(&after, place->path);
	assert_int_equal(after.restores_count, 2);
	is = after.view.alerts;
	assert_true(is->id == was->id);
	assert_int_equal(labels_compare(is->labels, was->labels), 0);
	assert_int_equal(is->state, ALERT_FIRING);
	assert_true(is->active_at_real_ns == was->active_at_real_ns &&
		    is->fired_at_real_ns == was->fired_at_real_ns);
	assert_true(is->value == 0.1 && is->threshold == 5 && is->has_threshold && is->is_unknown);
	assert_memory_equal(is->trace_id, was->trace_id, 16);
	assert_true(is->ack.at_real_ns == was->ack.at_real_ns && is->ack.uid == 1000);
	assert_string_equal(is->ack.comment, was->ack.comment);
	assert_int_equal(is->next->state, ALERT_PENDING);
	assert_true(is->next->id == was->next->id);
	assert_string_equal(labels_find(is->next->labels, "service"), "a \"b\"\n\\c");
	assert_true(after.view.silences->id == 3 && after.view.silences->uid == 5);
	assert_string_equal(after.view.silences->text, "{engine=\"x\"}");
	assert_string_equal(after.view.silences->comment, "night\nshift");
	assert_true(after.view.silences->end_at_real_ns == WORLD_REAL_NS + 3600 * NS_PER_S);
	assert_non_null(strstr(place->said.bytes, "2 alerts and 1 silence;"));
	world_fini(&before);
	end(&after, again);
}

/* It is on its way to view->muted while that is told, and there afterwards: the file has it in both places. */
static void what_was_resolved_by_hand_survives_from_the_moment_it_is_told(void **arg)
{
	for (int is_moved = 0; is_moved < 2; is_moved++) {
		struct place *place = *arg;
		struct world world;
		struct state_file *state = begin(&world, place->path);
		struct alert *alert = world_alert(&world, "{alertname=\"TooSlow\"}", ALERT_FIRING);
		uint64_t fired_at_real_ns = alert->fired_at_real_ns;

		alert->is_muted = true;
		alert->state = ALERT_ENDED;
		world_tell(&world, alert, ALERT_CHANGE_STATE);
		if (is_moved) {
			world.view.alerts = NULL;
			world.view.muted = alert;
			world.view.state_generation++;
			world_tick(&world);
		}
		assert_true(state_file_wait(state, world.view.state_generation, 5000));
		world.view.alerts = alert;
		world.view.muted = NULL;
		end(&world, state);
		buf_reset(&place->said);
		state = begin(&world, place->path);
		assert_int_equal(world.restores_count, 1);
		assert_true(world.view.alerts->is_muted);
		assert_true(world.view.alerts->fired_at_real_ns == fired_at_real_ns);
		assert_int_equal(state_file_health(state).restored_alerts_count, 0);
		assert_non_null(strstr(place->said.bytes, "1 alert resolved by hand"));
		end(&world, state);
		assert_int_equal(unlink(place->path), 0);
	}
}

static void silences_that_ended_meanwhile_are_dropped_and_counted(void **arg)
{
	struct place *place = *arg;
	struct world world;
	struct state_file *state = begin(&world, place->path);

	busy(&world);
	cut(&world, state);
	state = state_file_new(&(struct state_file_options){.path = place->path});
	world_init(&world);
	world.view.axis_real_ns += 3600 * NS_PER_S;
	state_file_restore(state, &world.view, &world.feed);
	assert_null(world.view.silences);
	assert_int_equal(world.restores_count, 2);
	assert_non_null(strstr(place->said.bytes, "1 silence had ended"));
	end(&world, state);
}

static void a_damaged_file_is_set_aside_said_and_kept(void **arg)
{
	struct place *place = *arg;
	struct world world;
	struct state_file *state = begin(&world, place->path);
	char found[256], *text, *kept;
	size_t length, kept_length;

	busy(&world);
	cut(&world, state);
	text = read_text(place->path, &length);
	text[length / 2] ^= 1;
	write_text(place->path, text, length);
	state = begin(&world, place->path);
	assert_null(world.view.alerts);
	assert_int_equal(count_of(place, "state.json.damaged-", found, sizeof(found)), 1);
	kept = read_text(found, &kept_length);
	assert_int_equal(kept_length, length);
	assert_memory_equal(kept, text, length);
	assert_non_null(strstr(place->said.bytes, "is damaged (its checksum"));
	assert_non_null(strstr(world.damaged, found));
	assert_true(state_file_wait(state, world.view.state_generation,
				    5000)); /* the new run keeps its own */
	end(&world, state);
	free(text);
	free(kept);
}

static void every_flipped_bit_is_set_aside(void **arg)
{
	struct place *place = *arg;
	struct world world;
	struct state_file *state = begin(&world, place->path);
	size_t length;
	char *text;

	busy(&world);
	cut(&world, state);
	text = read_text(place->path, &length);
	for (size_t bit = 0; bit < 8 * length;
	     bit += 37) { /* the text's own test flips all of them */
		char found[256];

		text[bit / 8] ^= (char)(1 << (bit % 8));
		write_text(place->path, text, length);
		text[bit / 8] ^= (char)(1 << (bit % 8));
		buf_reset(&place->said);
		state_file_free(state_file_new(&(struct state_file_options){.path = place->path}));
		assert_int_equal(count_of(place, "state.json.damaged-", found, sizeof(found)), 1);
		assert_non_null(strstr(place->said.bytes, "is damaged"));
		assert_int_equal(unlink(found), 0);
	}
	free(text);
}

/* What is at the path is moved away, and the run begins with nothing. */
static void assert_set_aside(struct place *place, const char *why)
{
	struct world world;
	struct state_file *state;
	char found[256];

	buf_reset(&place->said);
	state = begin(&world, place->path);
	assert_int_equal(count_of(place, "state.json.damaged-", found, sizeof(found)), 1);
	assert_non_null(strstr(place->said.bytes, why));
	assert_non_null(strstr(world.damaged, why));
	assert_true(state_file_wait(state, world.view.state_generation, 5000));
	end(&world, state);
	assert_int_equal(remove(found), 0);
	assert_int_equal(remove(place->path), 0);
}

static void whatever_lies_at_the_path_is_no_crash(void **arg)
{
	struct place *place = *arg;
	int fd;

	write_text(place->path, "", 0);
	assert_set_aside(place, "it is empty");
	write_text(place->path, "hello\n", 6);
	assert_set_aside(place, "does not begin as a state file");
	write_text(place->path, "{\"ttsobs_state\":99,\"bytes\":0,\"crc32\":\"00000000\",\n", 49);
	assert_set_aside(place, "newer version");
	fd = open(place->path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, 100 << 20), 0);
	close(fd);
	assert_set_aside(place, "larger than 64 MiB");
	fd = open(place->path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	close(fd);
	assert_set_aside(place, "does not begin as a state file");
	assert_int_equal(mkfifo(place->path, 0600), 0);
	assert_set_aside(place, "not a regular file");
	assert_int_equal(mkdir(place->path, 0700), 0);
	assert_set_aside(place, "not a regular file");
}

static void somebodys_directory_is_left_where_it_is(void **arg)
{
	struct place *place = *arg;
	struct world world;
	struct state_file *state;
	char *inside = mem_format("%s/file", place->path);

	assert_int_equal(mkdir(place->path, 0700), 0);
	write_text(inside, "x", 1);
	state = begin(&world, place->path);
	assert_null(state_file_health(state).path);
	assert_int_equal(access(inside, F_OK), 0);
	assert_non_null(strstr(place->said.bytes, "it is left alone"));
	end(&world, state);
	free(inside);
}

static void two_damaged_files_of_one_second_are_both_kept(void **arg)
{
	struct place *place = *arg;

	for (unsigned i = 0; i < 4; i++) {
		write_text(place->path, "x", 1);
		state_file_free(state_file_new(&(struct state_file_options){.path = place->path}));
	}
	assert_int_equal(count_of(place, "state.json.damaged-", NULL, 0), 4);
}

static void a_second_tracer_says_whose_the_file_is(void **arg)
{
	struct place *place = *arg;
	struct world first_world, second_world;
	struct state_file *first = begin(&first_world, place->path), *second;
	char *owner = mem_format("pid %d", (int)getpid());
	size_t length;
	char *text;

	busy(&first_world);
	assert_true(state_file_wait(first, first_world.view.state_generation, 5000));
	second = begin(&second_world, place->path);
	assert_non_null(strstr(place->said.bytes, owner));
	assert_null(state_file_health(second).path);
	assert_int_equal(state_file_fd(second), -1);
	assert_false(state_file_wait(second, 0, 100));
	assert_int_equal(second_world.restores_count, 0);
	end(&second_world, second);
	text = read_text(place->path, &length);
	assert_non_null(strstr(text, "TooSlow"));
	free(text);
	cut(&first_world, first);
	free(owner);
}

static struct state_file *by_service(struct world *world, uint32_t pid)
{
	const struct state_file_options options = {.service = "../sp eak@1.service", .pid = pid};
	struct state_file *state = state_file_new(&options);

	world_init(world);
	world->sink = state_file_sink(state);
	state_file_restore(state, &world->view, &world->feed);
	world_tick(world);
	return state;
}

static void tracers_of_one_service_find_their_own_in_any_order(void **arg)
{
	struct place *place = *arg;
	struct world one, two;
	struct state_file *first, *second;
	char *shared = mem_format("%s/_._sp_eak@1.service.json", place->directory);
	char *own = mem_format("%s/_._sp_eak@1.service-200.json", place->directory);

	setenv("STATE_DIRECTORY", place->directory, 1);
	first = by_service(&one, 100);
	second = by_service(&two, 200);
	assert_string_equal(state_file_health(first).path, shared);
	assert_string_equal(state_file_health(second).path, own);
	world_alert(&one, "{alertname=\"One\"}", ALERT_FIRING);
	world_alert(&two, "{alertname=\"Two\"}", ALERT_FIRING);
	cut(&one, first);
	cut(&two, second);
	second = by_service(&two, 200);
	first = by_service(&one, 100);
	assert_string_equal(one.view.alerts->name, "One");
	assert_string_equal(two.view.alerts->name, "Two");
	cut(&two, second);
	cut(&one, first);
	first = by_service(&one, 300); /* the service has started again, and only one tracer: the
					  shared file is its */
	assert_string_equal(one.view.alerts->name, "One");
	cut(&one, first);
	unsetenv("STATE_DIRECTORY");
	free(shared);
	free(own);
}

static void a_place_that_cannot_be_written_is_said_once(void **arg)
{
	struct place *place = *arg;
	struct world world;
	struct state_file *state;

	state = begin(&world, "/proc/ttsobs/state.json");
	busy(&world);
	assert_null(state_file_health(state).path);
	assert_non_null(strstr(place->said.bytes, "will not survive"));
	assert_null(strstr(strchr(place->said.bytes, '\n'), "will not survive"));
	end(&world, state);
	buf_reset(&place->said);
	state = begin(&world, "none");
	assert_null(state_file_health(state).path);
	assert_int_equal(place->said.length, 0);
	end(&world, state);
}

static void a_file_from_before_lives_until_its_content_is_in_the_view(void **arg)
{
	struct place *place = *arg;
	struct world world;
	struct state_file *state = begin(&world, place->path);
	size_t length;
	char *text;

	busy(&world);
	cut(&world, state);
	state = state_file_new(&(struct state_file_options){.path = place->path});
	world_init(&world);
	world.sink = state_file_sink(state);
	world_tick(&world); /* no rules yet, nothing restored */
	world.is_late = true;
	state_file_restore(state, &world.view, &world.feed);
	world_alert(&world, "{alertname=\"Early\"}", ALERT_FIRING);
	assert_false(state_file_holds(state, 0));
	state_file_free(state); /* ends here: what was in the file is still in it */
	text = read_text(place->path, &length);
	assert_non_null(strstr(text, "TooSlow"));
	assert_non_null(strstr(text, "Stuck"));
	assert_null(strstr(text, "Early"));
	free(text);
	world_fini(&world);
}

static void our_own_end_keeps_what_fires_and_the_targets_end_does_not(void **arg)
{
	static const struct {
		uint32_t reason;
		bool is_kept;
	} ends[] = {{TT_END_STOPPED, true},
		    {TT_END_DURATION, true},
		    {TT_END_ERROR, true},
		    {TT_END_TARGET, false}};
	struct place *place = *arg;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct world world;
		struct state_file *state = begin(&world, place->path);

		if (!world.view.alerts)
			busy(&world);
		world.view.end_reason = ends[i].reason;
		world_end_alert(&world, (struct alert *)(uintptr_t)world.view.alerts);
		world_tick(&world);
		state_file_free(state);
		world_fini(&world);
		state = begin(&world, place->path);
		assert_int_equal(!strcmp(world.view.alerts->name, "TooSlow"), ends[i].is_kept);
		cut(&world, state);
	}
}

/* As the next run would read it. */
static bool newest_holds(const struct place *place, const char *labels)
{
	struct state_content content;
	char *aside;
	bool is_there = false;

	assert_int_equal(state_load(place->path, &content, &aside), STATE_LOAD_FOUND);
	assert_null(aside);
	for (size_t i = 0; i < content.alerts_count; i++)
		is_there |= !strcmp(content.alerts[i].labels, labels);
	state_content_fini(&content);
	return is_there;
}

static void nobody_is_told_before_a_kill_would_lose_nothing(void **arg)
{
	struct place *place = *arg;
	struct world world;
	struct state_file *state = begin(&world, place->path);

	for (unsigned i = 0; i < 20; i++) {
		char *labels = mem_format("{alertname=\"A%u\"}", i);

		world_alert(&world, labels,
			    ALERT_FIRING); /* on_alert of the first sink has returned */
		assert_true(newest_holds(place, labels));
		free(labels);
		world_tick(&world);
	}
	end(&world, state);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void until_saved(struct state_file *state, uint64_t generation)
{
	while (!state_file_holds(state, generation)) {
		struct pollfd fd = {.fd = state_file_fd(state), .events = POLLIN};
		uint64_t count;

		assert_int_equal(poll(&fd, 1, 10000), 1);
		assert_int_equal(read(fd.fd, &count, sizeof(count)), sizeof(count));
	}
}

static void a_disk_that_hangs_delays_nobody_and_a_kill_loses_nothing(void **arg)
{
	struct place *place = *arg;
	struct world world, after;
	struct state_file *state = begin(&world, place->path), *again;
	char *copy = mem_format("%s/copy", place->directory),
	     *command = mem_format("cp %s.new %s", place->path, copy);
	uint64_t begun_ms;

	assert_true(state_file_wait(state, world.view.state_generation, 5000));
	disk_set(true, false);
	begun_ms = now_ms();
	for (unsigned i = 0; i < 50; i++) {
		char *labels = mem_format("{alertname=\"A%u\"}", i);

		world_alert(&world, labels, ALERT_FIRING);
		assert_true(newest_holds(place, labels));
		world_tick(&world);
		free(labels);
	}
	assert_true(now_ms() - begun_ms < 50 * STATE_FILE_WAIT_MS / 4); /* not a wait each */
	assert_false(state_file_holds(state, world.view.state_generation));
	assert_int_equal(system(command), 0); /* what a kill now would leave */
	disk_set(false, false);
	until_saved(state, world.view.state_generation);
	assert_int_equal(count_of(place, "state.json.new", NULL, 0), 0);
	again = begin(&after, copy);
	assert_int_equal(after.restores_count, 50);
	end(&after, again);
	end(&world, state);
	free(copy);
	free(command);
}

static void a_disk_that_takes_nothing_costs_one_wait(void **arg)
{
	struct place *place = *arg;
	struct world world;
	struct state_file *state = begin(&world, place->path);
	uint64_t begun_ms, once_ms;

	world_tick(&world); /* a new wait is due */
	assert_true(state_file_wait(state, world.view.state_generation, 5000));
	part_set(true);
	begun_ms = now_ms();
	world_alert(&world, "{alertname=\"First\"}", ALERT_FIRING);
	once_ms = now_ms() - begun_ms;
	assert_true(once_ms >= STATE_FILE_WAIT_MS - 1);
	begun_ms = now_ms();
	for (unsigned i = 0; i < 50; i++) {
		char *labels = mem_format("{alertname=\"A%u\"}", i);

		world_alert(&world, labels, ALERT_FIRING);
		world_tick(&world);
		free(labels);
	}
	assert_true(now_ms() - begun_ms < 50 * STATE_FILE_WAIT_MS / 4);
	part_set(false);
	until_saved(state, world.view.state_generation);
	end(&world, state);
}

static void a_full_disk_is_said_once_and_the_file_recovers(void **arg)
{
	struct place *place = *arg;
	struct world world, after;
	struct state_file *state = begin(&world, place->path);
	const char *said;

	disk_set(false, true);
	world_alert(&world, "{alertname=\"First\"}", ALERT_FIRING);
	assert_false(state_file_wait(state, world.view.state_generation, 100));
	assert_int_equal(state_file_health(state).error, -ENOSPC);
	world_alert(&world, "{alertname=\"Second\"}", ALERT_FIRING);
	world_tick(&world);
	disk_set(false, false);
	until_saved(state, world.view.state_generation);
	state_file_free(state);
	said = strstr(place->said.bytes, "cannot be written: No space left on device");
	assert_non_null(said);
	assert_null(strstr(said + 1, "cannot be written"));
	assert_non_null(strstr(said, "is written again"));
	state = begin(&after, place->path);
	assert_int_equal(after.restores_count, 2);
	world_fini(&world);
	end(&after, state);
}

/* --- what was told --- */

struct told {
	char text[64];
	char loaded[64];
	uint64_t restores_at_load;
	struct world *world;
};

static void told_save(void *arg, struct buf *text)
{
	buf_text(text, ((struct told *)arg)->text);
}

static void told_load(void *arg, const char *text, size_t length)
{
	struct told *told = arg;

	snprintf(told->loaded, sizeof(told->loaded), "%.*s", (int)length, text);
	told->restores_at_load = told->world->restores_count;
}

static void what_was_told_is_kept_and_comes_first(void **arg)
{
	struct place *place = *arg;
	struct world world;
	struct told told = {.text = "{\"a\":1}", .world = &world};
	const struct state_file_options options = {
		.path = place->path, .told_save = told_save, .told_load = told_load, .arg = &told};
	struct state_file *state = begin(&world, place->path);
	uint64_t writes_count;

	busy(&world);
	cut(&world, state);
	for (unsigned run = 0; run < 2; run++) {
		state = state_file_new(&options);
		world_init(&world);
		world.sink = state_file_sink(state);
		state_file_restore(state, &world.view, &world.feed);
		world_tick(&world);
		assert_string_equal(told.loaded, run ? "{\"b\":2}" : "");
		assert_int_equal(told.restores_at_load, 0);
		snprintf(told.text, sizeof(told.text), "{\"b\":2}");
		assert_true(state_file_wait(state, world.view.state_generation, 5000));
		writes_count = state_file_health(state).writes_count;
		world_tick(&world);
		world_tick(&world);
		assert_int_equal(state_file_health(state).writes_count,
				 writes_count); /* nothing new, nothing written */
		state_file_touch(state);
		world_tick(&world);
		end(&world, state);
	}
}

static void text_that_no_file_can_hold_is_not_written(void **arg)
{
	struct place *place = *arg;
	struct state_writer *writer = state_writer_new(place->path);
	struct buf body = {0};

	buf_fill(&body, "x", STATE_TEXT_MAX_BYTES);
	state_writer_put(writer, &body, 1);
	assert_false(state_writer_wait_written(writer, 1, 5000));
	assert_int_equal(state_writer_figures(writer).error, -EFBIG);
	assert_int_equal(access(place->path, F_OK), -1);
	assert_true(state_writer_free(writer, 5000));
	assert_int_equal(count_of(place, "state.json", NULL, 0), 0);
	buf_fini(&body);
}

static void the_file_is_whole_while_it_is_written_again_and_again(void **arg)
{
	struct place *place = *arg;
	struct world world;
	struct state_file *state = begin(&world, place->path);

	assert_true(state_file_wait(state, world.view.state_generation, 5000));
	for (unsigned i = 0; i < 200; i++) {
		char *labels = mem_format("{alertname=\"A%u\"}", i), *text;
		struct state_content content;
		char why[200];
		size_t length;

		world_alert(&world, labels, i % 2 ? ALERT_FIRING : ALERT_PENDING);
		text = read_text(place->path, &length);
		if (state_text_parse(&content, text, length, why, sizeof(why)))
			fail_msg("in round %u the file is broken: %s", i, why);
		assert_true(content.alerts_count <= i + 1);
		state_content_fini(&content);
		free(text);
		free(labels);
		world_tick(&world);
	}
	assert_true(state_file_wait(state, world.view.state_generation, 5000));
	assert_int_equal(count_of(place, "state.json.", NULL, 0), 1); /* the lock */
	end(&world, state);
	assert_int_equal(count_of(place, "state.json.lock", NULL, 0), 0);
}

/* What a kill at each step of a write leaves: PATH, PATH.sync, PATH.new, PATH.part. The newest
 * whole one counts. */
static void a_kill_at_any_step_leaves_the_newest_text(void **arg)
{
	static const char *const suffixes[] = {"", ".sync", ".new"};
	struct place *place = *arg;
	struct world world;

	for (unsigned present = 1; present < 8; present++) {
		struct state_file *state;
		char wanted[8] = "";

		for (unsigned i = 0; i < 3; i++) {
			char *path = mem_format("%s%s", place->path, suffixes[i]),
			     *labels = mem_format("{alertname=\"A%u\"}", i);

			if (present & (1u << i)) {
				char *apart = mem_format("%s/apart", place->directory);

				state = begin(&world, apart);
				world_alert(&world, labels, ALERT_FIRING);
				cut(&world, state);
				assert_int_equal(rename(apart, path), 0);
				snprintf(wanted, sizeof(wanted), "A%u", i);
				free(apart);
			}
			free(path);
			free(labels);
		}
		buf_reset(&place->said);
		state = begin(&world, place->path);
		assert_int_equal(world.restores_count, 1);
		assert_string_equal(world.view.alerts->name, wanted);
		assert_null(strstr(place->said.bytes, "damaged"));
		cut(&world, state);
		assert_int_equal(count_of(place, "state.json.", NULL, 0), 0);
		state = begin(&world, place->path); /* and it is the state from now on */
		assert_string_equal(world.view.alerts->name, wanted);
		cut(&world, state);
	}
}

static void a_damaged_newer_text_is_set_aside_and_the_one_before_counts(void **arg)
{
	struct place *place = *arg;
	char *newer = mem_format("%s.new", place->path), *part = mem_format("%s.part", place->path);
	struct world world;
	struct state_file *state = begin(&world, place->path);

	busy(&world);
	cut(&world, state);
	write_text(newer, "{\"ttsobs_state\":1,", 19);
	write_text(part, "{\"ttsobs", 9);
	state = begin(&world, place->path);
	assert_int_equal(world.restores_count, 2);
	assert_non_null(world.damaged[0] ? world.damaged : NULL);
	assert_int_equal(count_of(place, "state.json.new.damaged-", NULL, 0), 1);
	assert_int_equal(count_of(place, "state.json.part.damaged-", NULL, 0),
			 0); /* that one was never whole */
	assert_non_null(strstr(place->said.bytes, "restored is what"));
	cut(&world, state);
	free(newer);
	free(part);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(alerts_acknowledgements_and_silences_survive),
		TEST(what_was_resolved_by_hand_survives_from_the_moment_it_is_told),
		TEST(silences_that_ended_meanwhile_are_dropped_and_counted),
		TEST(a_damaged_file_is_set_aside_said_and_kept),
		TEST(every_flipped_bit_is_set_aside),
		TEST(whatever_lies_at_the_path_is_no_crash),
		TEST(somebodys_directory_is_left_where_it_is),
		TEST(two_damaged_files_of_one_second_are_both_kept),
		TEST(a_second_tracer_says_whose_the_file_is),
		TEST(tracers_of_one_service_find_their_own_in_any_order),
		TEST(a_place_that_cannot_be_written_is_said_once),
		TEST(a_file_from_before_lives_until_its_content_is_in_the_view),
		TEST(our_own_end_keeps_what_fires_and_the_targets_end_does_not),
		TEST(nobody_is_told_before_a_kill_would_lose_nothing),
		TEST(a_disk_that_hangs_delays_nobody_and_a_kill_loses_nothing),
		TEST(a_disk_that_takes_nothing_costs_one_wait),
		TEST(a_full_disk_is_said_once_and_the_file_recovers),
		TEST(what_was_told_is_kept_and_comes_first),
		TEST(a_kill_at_any_step_leaves_the_newest_text),
		TEST(a_damaged_newer_text_is_set_aside_and_the_one_before_counts),
		TEST(text_that_no_file_can_hold_is_not_written),
		TEST(the_file_is_whole_while_it_is_written_again_and_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
