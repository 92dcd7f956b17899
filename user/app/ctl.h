/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verb `ctl`: the client of the control socket (control.h). In: argv, argv[1] being "ctl".
 * Out: text or JSON, and the exit code: 0 done, 1 refused or failed, 2 usage (also: several tracers
 * run and none was named), 3 not permitted, 4 no tracer runs.
 */
#ifndef APP_CTL_H
#define APP_CTL_H

int ctl_main(int argc, char **argv);

#endif
