/* SPDX-License-Identifier: Apache-2.0 */
/* Where our own files are: a source tree and an installation are both found from the program. */
#ifndef APP_PLACES_H
#define APP_PLACES_H

#ifndef TTSOBS_SYSCONFDIR
#define TTSOBS_SYSCONFDIR "/etc/ttsobs"
#endif

/* rules/NAME of the source tree, else share/ttsobs/NAME of the installation; NULL when neither is there. The caller frees it. */
char *places_find(const char *name);
/* Where the installation would have it: for messages. */
char *places_installed(const char *name);

#endif
