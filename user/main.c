/* SPDX-License-Identifier: Apache-2.0 */
/* ttsobs-bpf: see inside a running text-to-speech service. */
#include <locale.h>

#include "app/options.h"
#include "app/verbs.h"

int main(int argc, char **argv)
{
	struct options options;
	int code;

	setlocale(LC_CTYPE, ""); /* only the character set: numbers and times stay in the C locale */
	options_parse(&options, argc, argv);
	code = options.verb->run(&options);
	options_fini(&options);
	return code;
}
