/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a directory of configuration. */
#ifndef CONFIG_FILES_H
#define CONFIG_FILES_H

/*
 * Each file whose name matches one of the patterns (fnmatch(3), ended by NULL; hidden files never), by name, its path below `path`.
 * Every one is visited even after a bad one, so that all mistakes are said at once. The first error of a visit; -ENOENT, not said:
 * there is no such directory; else -errno, said.
 */
int files_each(const char *path, const char *const *patterns, int (*visit)(void *arg, const char *file), void *arg);

#endif
