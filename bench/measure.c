// measure OUTPUT COMMAND [ARGUMENT]...
//
// Runs a command and waits until it and every process that descends from it have ended, detached ones too: as the
// subreaper it becomes their parent. Writes to OUTPUT, as JSON, what all of them used, and the share of the command's own
// process, which is counted in the kernel's ticks.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

static void fail(const char *what) {
  perror(what);
  exit(125);
}

// A process that has ended and is not reaped yet still has its figures in /proc, without those of its children.
static double own_seconds(pid_t pid) {
  char path[64], line[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) fail(path);
  char *read = fgets(line, sizeof line, file);
  fclose(file);
  char *after_name = read == NULL ? NULL : strrchr(line, ')');
  unsigned long user, system;
  if (after_name == NULL ||
      sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) {
    fail(path);
  }
  return (double)(user + system) / sysconf(_SC_CLK_TCK);
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: measure OUTPUT COMMAND [ARGUMENT]...\n");
    return 125;
  }
  FILE *output = fopen(argv[1], "we");
  if (output == NULL) fail(argv[1]);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) fail("prctl");

  double begin = now(), own = 0;
  int command_status = 0;
  pid_t command = fork();
  if (command < 0) fail("fork");
  if (command == 0) {
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  for (;;) {
    siginfo_t ended;
    if (waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) != 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (ended.si_pid == command) own = own_seconds(command);
    int status;
    waitpid(ended.si_pid, &status, 0);
    if (ended.si_pid == command) command_status = status;
  }

  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  fprintf(output,
          "{\"exitCode\":%d,\"wallSeconds\":%.6f,\"cpuSeconds\":%.6f,\"ownCpuSeconds\":%.2f,\"peakBytes\":%ld}\n",
          WIFEXITED(command_status) ? WEXITSTATUS(command_status) : 128 + WTERMSIG(command_status), now() - begin,
          seconds(usage.ru_utime) + seconds(usage.ru_stime), own, usage.ru_maxrss * 1024);
  return fclose(output) == 0 ? 0 : 125;
}
