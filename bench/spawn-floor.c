// spawn-floor JOBS PARALLEL: starts `bash -c true` JOBS times, at most PARALLEL at once, and does nothing else. No program
// that runs its commands through bash can cost less.
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: spawn-floor JOBS PARALLEL\n");
    return 2;
  }
  long jobs = atol(argv[1]), parallel = atol(argv[2]), running = 0;
  char *command[] = {"bash", "-c", "true", NULL};
  for (long started = 0; started < jobs || running > 0;) {
    if (started < jobs && running < parallel) {
      pid_t pid;
      if (posix_spawnp(&pid, "bash", NULL, NULL, command, environ) != 0) return 1;
      started += 1;
      running += 1;
    } else {
      int status;
      if (wait(&status) < 0 || status != 0) return 1;
      running -= 1;
    }
  }
  return 0;
}
