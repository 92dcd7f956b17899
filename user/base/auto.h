/* SPDX-License-Identifier: Apache-2.0 */
/* Things that end with their block. */
#ifndef BASE_AUTO_H
#define BASE_AUTO_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void auto_free_(void *pointer)
{
	free(*(void **)pointer);
}

static inline void auto_fd_(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void auto_file_(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define auto_free __attribute__((cleanup(auto_free_)))
#define auto_fd __attribute__((cleanup(auto_fd_)))
#define auto_file __attribute__((cleanup(auto_file_)))

#endif
