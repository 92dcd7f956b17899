/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of source/ share: a directory of their own, a compiler, live processes, and
 * objdump as a second opinion. The rule that surprises: nothing here waits by time. A started
 * program writes a line when it is where it should be.
 */
#ifndef TESTS_SOURCE_LIVE_H
#define TESTS_SOURCE_LIVE_H

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "source/image.h"

#define LIVE_UNUSED __attribute__((unused))

static char live_directory[64];

static LIVE_UNUSED int live_set_up(void **state)
{
	(void)state;
	snprintf(live_directory, sizeof(live_directory), "/tmp/ttsobs-unit-XXXXXX");
	return mkdtemp(live_directory) ? 0 : -1;
}

/* True: the command ended with 0. Its output is shown only when it did not. */
static LIVE_UNUSED __attribute__((format(printf, 1, 2))) bool live_run(const char *format, ...)
{
	char command[2048], whole[2200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	snprintf(whole, sizeof(whole), "cd %s && { %s; } >out.txt 2>&1 || { cat out.txt; exit 1; }",
		 live_directory, command);
	return system(whole) == 0;
}

static LIVE_UNUSED int live_tear_down(void **state)
{
	(void)state;
	return live_run("rm -rf %s", live_directory) ? 0 : 0;
}

static LIVE_UNUSED const char *live_path(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", live_directory, name);
	return path;
}

static LIVE_UNUSED void live_write(const char *name, const char *text)
{
	FILE *file = fopen(live_path(name), "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Starts a program and returns when it has written its first byte to standard output. */
static LIVE_UNUSED pid_t live_start(const char *const *argv)
{
	int ends[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing behind */
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		fail_msg("%s said nothing", argv[0]);
	close(ends[0]);
	return pid;
}

static LIVE_UNUSED void live_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Opening what a process maps takes a privilege, also for one's own process. */
static LIVE_UNUSED bool live_may_open_maps(void)
{
	char path[100], line[400];
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long long start, end;
	int fd = -1;

	while (maps && fd < 0 && fgets(line, sizeof(line), maps)) {
		if (!strchr(line, '/') || sscanf(line, "%llx-%llx", &start, &end) != 2)
			continue;
		snprintf(path, sizeof(path), "/proc/self/map_files/%llx-%llx", start, end);
		fd = open(path, O_RDONLY);
		break;
	}
	if (maps)
		fclose(maps);
	if (fd < 0)
		print_message("skipped: /proc/PID/map_files may not be opened by this user\n");
	else
		close(fd);
	return fd >= 0;
}

static LIVE_UNUSED struct image *live_image(const char *path)
{
	struct image *image = NULL;
	const char *why;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(image_open(&image, fd, &why), 0);
	return image;
}

/* --- objdump --- */

struct dump_line {
	uint64_t address;
	char text[120]; /* "call   *%rax" */
};

struct dump {
	struct dump_line *lines; /* by address */
	size_t count;
	size_t capacity;
};

static LIVE_UNUSED struct dump dump_read(const char *object)
{
	struct dump dump = {0};
	char command[300], line[512];
	FILE *pipe;

	snprintf(command, sizeof(command), "objdump -d --no-show-raw-insn '%s'", object);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe)) {
		unsigned long long address;
		int used = 0;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] != ' ' || sscanf(line, " %llx:%n", &address, &used) != 1 || !used)
			continue;
		mem_grow(&dump.lines, &dump.capacity, dump.count + 1, sizeof(*dump.lines));
		dump.lines[dump.count].address = address;
		snprintf(dump.lines[dump.count++].text, sizeof(dump.lines[0].text), "%.110s",
			 line + used + strspn(line + used, " \t"));
	}
	assert_int_equal(pclose(pipe), 0);
	return dump;
}

/* The first line at or after the address. */
static LIVE_UNUSED size_t dump_at(const struct dump *dump, uint64_t address)
{
	size_t low = 0, high = dump->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (dump->lines[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Does the instruction's mnemonic, prefixes aside, begin with this? */
static LIVE_UNUSED bool dump_is(const struct dump_line *line, const char *mnemonic)
{
	static const char *const prefixes[] = {"bnd ", "notrack ", "repz ", "rep ", "data16 "};
	const char *text = line->text;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strncmp(text, prefixes[i], strlen(prefixes[i])))
			text += strlen(prefixes[i]);
	return !strncmp(text, mnemonic, strlen(mnemonic));
}

static LIVE_UNUSED void dump_fini(struct dump *dump)
{
	free(dump->lines);
	*dump = (struct dump){0};
}

#endif
