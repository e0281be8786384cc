#include "ck_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* Above every number that the child is given, so that moving descriptors never overwrites one. */
#define PARKING 64

static int fail(int report) {
    int code = errno;
    ssize_t written = write(report, &code, sizeof code);
    _exit(written == sizeof code ? 127 : 126);
}

static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int die_with(pid_t parent, int death_signal) {
    if (death_signal == 0) return 0;
    if (prctl(PR_SET_PDEATHSIG, death_signal) == -1) return -1;
    /* The parent may have died before the call above: then nobody will ever send the signal. */
    if (getppid() != parent) _exit(125);
    return 0;
}

static int parked(int descriptor) {
    if (descriptor == -1) descriptor = open("/dev/null", O_RDWR | O_CLOEXEC);
    return descriptor == -1 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, PARKING);
}

static int place_descriptors(const struct ck_spawn *what) {
    int sources[3 + CK_SPAWN_SOCKETS] = {what->input, what->output, what->error};
    int count = 3 + what->socket_count;
    for (int index = 3; index < count; index++) sources[index] = what->sockets[index - 3];
    for (int index = 0; index < count; index++) {
        sources[index] = parked(sources[index]);
        if (sources[index] == -1) return -1;
    }
    for (int index = 0; index < count; index++) {
        if (dup2(sources[index], index) == -1) return -1;
    }
    /* Close-on-exec instead of closing: the report to the parent must live until then. */
    return (int)syscall(SYS_close_range, (unsigned)count, ~0U, CLOSE_RANGE_CLOEXEC);
}

static int limit(const struct ck_spawn *what) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) == -1) return -1;
    if (what->open_files == 0) return 0;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == -1) return -1;
    int may = files.rlim_max == RLIM_INFINITY || files.rlim_max > what->open_files;
    if (may) files.rlim_max = what->open_files;
    files.rlim_cur = files.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &files);
}

/* Writes the decimal number into the space left for it; snprintf(3) is not async-signal-safe. */
static void say_pid(char *const *environment) {
    static const char name[] = "LISTEN_PID=";
    for (; *environment; environment++) {
        if (strncmp(*environment, name, sizeof name - 1) != 0) continue;
        char digits[10];
        int count = 0;
        for (long pid = getpid(); pid > 0 && count < 10; pid /= 10) digits[count++] = (char)('0' + pid % 10);
        char *to = *environment + sizeof name - 1;
        while (count > 0) *to++ = digits[--count];
        *to = '\0';
    }
}

static void become(const struct ck_spawn *what, pid_t parent, int report) {
    reset_signals();
    if ((what->own_session ? setsid() : setpgid(0, 0)) == -1) fail(report);
    if (die_with(parent, what->death_signal) == -1) fail(report);
    if (what->directory && chdir(what->directory) == -1) fail(report);
    int moved_report = fcntl(report, F_DUPFD_CLOEXEC, PARKING);
    if (moved_report == -1 || place_descriptors(what) == -1) fail(moved_report);
    if (limit(what) == -1) fail(moved_report);
    say_pid(what->environment);
    execve(what->path, what->arguments, what->environment);
    fail(moved_report);
}

/* The errno that the child left before execve(2) succeeded, or 0. */
static int reported(int report) {
    int code = 0;
    ssize_t count;
    do count = read(report, &code, sizeof code);
    while (count == -1 && errno == EINTR);
    return count == sizeof code ? code : 0;
}

pid_t ck_spawn(const struct ck_spawn *what) {
    int report[2];
    if (what->socket_count > CK_SPAWN_SOCKETS) {
        errno = E2BIG;
        return -1;
    }
    if (pipe2(report, O_CLOEXEC) == -1) return -1;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) become(what, parent, report[1]);
    int fork_error = errno;
    close(report[1]);
    int code = child == -1 ? fork_error : reported(report[0]);
    close(report[0]);
    if (code == 0) return child;
    if (child != -1) waitpid(child, NULL, 0);
    errno = code;
    return -1;
}

int ck_signals(unsigned long mask) {
    sigset_t set;
    sigemptyset(&set);
    for (int number = 1; number <= 64; number++) {
        if (mask & (1UL << (number - 1))) sigaddset(&set, number);
    }
    if (sigprocmask(SIG_BLOCK, &set, NULL) == -1) return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int ck_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

int ck_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1); }

struct ck_ended ck_reap(void) {
    struct ck_ended ended = {0, -1, 0};
    int status = 0;
    do ended.pid = waitpid(-1, &status, WNOHANG);
    while (ended.pid == -1 && errno == EINTR);
    if (ended.pid > 0 && WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
    if (ended.pid > 0 && WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
    return ended;
}

int ck_pipe(int ends[2], int blocks) {
    if (pipe2(ends, O_CLOEXEC) == -1) return -1;
    return blocks ? 0 : fcntl(ends[0], F_SETFL, O_NONBLOCK);
}
