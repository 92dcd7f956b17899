/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run mode.
 *
 * In:  a command.  Out: a child that execs when told, stops seen, its exit status.
 * The rule that surprises: the child asks the kernel for SIGCONT when we die, so that a command stopped by us never
 * stays stopped when we are killed.
 */
#include "source/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/refuse.h"

/* As a shell would start it: nothing of our signal handling is inherited. */
static void signals_default(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

__attribute__((noreturn)) static void child_run(int go_fd, int error_fd, pid_t parent,
						char *const *command)
{
	char go;
	int error;

	signals_default();
	prctl(PR_SET_PDEATHSIG, SIGCONT);
	if (getppid() != parent || read(go_fd, &go, 1) != 1)
		_exit(127);
	close(go_fd);
	execvp(command[0], command);
	error = errno;
	if (write(error_fd, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

int spawn_start(struct spawn *spawn, char *const *command)
{
	int go[2], error[2];
	pid_t parent = getpid();

	if (pipe2(go, O_CLOEXEC))
		return refuse(-errno, "no pipe: %s", strerror(errno));
	if (pipe2(error, O_CLOEXEC)) {
		int number = errno;

		close(go[0]);
		close(go[1]);
		return refuse(-number, "no pipe: %s", strerror(number));
	}
	spawn->pid = fork();
	if (!spawn->pid) {
		close(go[1]);
		close(error[0]);
		child_run(go[0], error[1], parent, command);
	}
	close(go[0]);
	close(error[1]);
	spawn->go_fd = go[1];
	spawn->error_fd = error[0];
	if (spawn->pid > 0)
		return 0;
	spawn->pid = 0;
	close(spawn->go_fd);
	close(spawn->error_fd);
	return refuse(-errno, "no process: %s", strerror(errno));
}

int spawn_go(struct spawn *spawn, char *const *command)
{
	int error = 0;
	ssize_t got;

	got = write(spawn->go_fd, "g", 1);
	if (got == 1)
		do
			got = read(spawn->error_fd, &error, sizeof(error));
		while (got < 0 && errno == EINTR);
	close(spawn->go_fd);
	close(spawn->error_fd);
	spawn->go_fd = spawn->error_fd = -1;
	if (got == (ssize_t)sizeof(error)) {
		spawn_reap(spawn);
		return refuse(-ESRCH, "cannot run %s: %s", command[0], strerror(error));
	}
	return 0;
}

bool spawn_has_stopped(const struct spawn *spawn)
{
	siginfo_t info = {0};

	return spawn->pid && !waitid(P_PID, (id_t)spawn->pid, &info, WSTOPPED | WNOHANG) &&
	       info.si_pid == spawn->pid;
}

void spawn_continue(const struct spawn *spawn)
{
	if (spawn->pid)
		kill(spawn->pid, SIGCONT);
}

uint32_t spawn_reap(struct spawn *spawn)
{
	int status = 0;

	if (!spawn->pid)
		return 0;
	while (waitpid(spawn->pid, &status, 0) < 0 && errno == EINTR)
		;
	spawn->pid = 0;
	return (uint32_t)status;
}

void spawn_fini(struct spawn *spawn)
{
	if (!spawn->pid)
		return;
	if (spawn->go_fd < 0)
		return;
	close(spawn->go_fd);
	close(spawn->error_fd);
	spawn_reap(spawn);
}
