/* SPDX-License-Identifier: Apache-2.0 */
/* ttsobs-bpf: see inside a running text-to-speech service. */
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "app/ctl.h"
#include "app/options.h"
#include "app/verbs.h"

/* Were a standard stream closed, the next file that we open would take its place, and be written to. */
static void fill_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options options;
	int code;

	fill_standard_streams();
	setlocale(LC_CTYPE, ""); /* only the character set: numbers and times stay in the C locale */
	if (argc > 1 && !strcmp(argv[1], "ctl"))
		return ctl_main(argc, argv);
	options_parse(&options, argc, argv);
	code = options.verb->run(&options);
	options_fini(&options);
	return code;
}
