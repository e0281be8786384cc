/* A program that is started ahead of its run: an interpreter, held when it first asks for its script.
 *
 * It lets its init trace it before it gives up the right to say so, and executes. Init takes it from system
 * call to system call of its first thread until one names the script, which is not there yet. There it
 * stays, past its own start and before anything of a run's. When a run comes its files are put in place and
 * init lets go: the call happens then, and nothing of ours is left in the process.
 *
 * Init has given up all it could change a sandbox with before the program executes, as beside any other.
 */
#include "Inside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Calls that find out about what a run may bring along; which argument is the path. Where it is the second,
 * the first is the directory that it is relative to. */
static const struct {
    long number;
    int path;
} calls[] = {
#ifdef SYS_open
    {SYS_open, 0}, {SYS_creat, 0}, {SYS_stat, 0}, {SYS_lstat, 0}, {SYS_access, 0}, {SYS_readlink, 0},
    {SYS_mkdir, 0}, {SYS_unlink, 0}, {SYS_rename, 0}, {SYS_newfstatat, 1},
#endif
    {SYS_chdir, 0}, {SYS_statfs, 0}, {SYS_truncate, 0}, {SYS_execve, 0}, {SYS_getxattr, 0},
    {SYS_lgetxattr, 0}, {SYS_openat, 1}, {SYS_openat2, 1}, {SYS_statx, 1}, {SYS_faccessat, 1},
    {SYS_faccessat2, 1}, {SYS_readlinkat, 1}, {SYS_mkdirat, 1}, {SYS_unlinkat, 1}, {SYS_execveat, 1},
};

int csb_let_me_be_traced(void) { return (int)syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0); }

/* The path at an address of the stopped program; its length, or -1 when there is none or it is too long. */
static int path_at(pid_t program, uint64_t address, char path[CSB_TOUCHED]) {
    for (size_t length = 0; length + sizeof(long) <= CSB_TOUCHED; length += sizeof(long)) {
        long word;
        if (syscall(SYS_ptrace, PTRACE_PEEKDATA, program, address + length, &word) == -1) return -1;
        memcpy(path + length, &word, sizeof word);
        const char *end = memchr(path + length, '\0', sizeof word);
        if (end != NULL) return (int)(end - path);
    }
    return -1;
}

/* The path that a call names, as one below the box; NULL when it is elsewhere. /tmp is as empty as before
 * any run. */
static const char *below_the_box(const char *path, int is_relative_to_other) {
    if (path[0] != '/') return is_relative_to_other ? NULL : path;
    return strncmp(path, "/box/", 5) == 0 ? path + 5 : strcmp(path, "/box") == 0 ? "" : NULL;
}

enum { GOES_ON, IS_HELD };

/* A call that begins: whether it is the one, or if not, what it finds out that a run's files could change. */
static int look(
    pid_t program, const struct ptrace_syscall_info *call, const char *script, struct csb_held *held) {
    char path[CSB_TOUCHED];
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if ((uint64_t)calls[i].number != call->entry.nr) continue;
        int length = path_at(program, call->entry.args[calls[i].path], path);
        if (length == -1) return GOES_ON; /* the kernel's business: it will say EFAULT or ENAMETOOLONG */
        int is_at = calls[i].path == 1 && (int)call->entry.args[0] != AT_FDCWD;
        const char *name = below_the_box(path, is_at);
        if (name == NULL) return GOES_ON;
        if (strcmp(name, script) == 0) return IS_HELD;
        size_t size = strlen(name) + 1;
        if (held->size + size > CSB_TOUCHED) return -E2BIG;
        memcpy(held->touched + held->size, name, size);
        held->size += (uint32_t)size;
        return GOES_ON;
    }
    return GOES_ON;
}

/* Waits for the next stop. Returns its signal, or -1 when there is no program any more. */
static int next_stop(pid_t program) {
    int status;
    while (wait4(program, &status, __WALL, NULL) == -1) {
        if (errno != EINTR) return -1;
    }
    return WIFSTOPPED(status) ? WSTOPSIG(status) : -1;
}

static uint64_t used_microseconds(pid_t program) {
    enum { OF_A_PROCESS = 2 };
    struct timespec used = {0};
    clock_gettime((clockid_t)(~(unsigned)program << 3 | OF_A_PROCESS), &used);
    return (uint64_t)used.tv_sec * 1000000u + (uint64_t)used.tv_nsec / 1000u;
}

int csb_hold(pid_t program, const struct launch *launch, struct csb_held *held) {
    enum { OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL, CALL = SIGTRAP | 0x80 };
    struct ptrace_syscall_info call;
    if (next_stop(program) != SIGTRAP) return ECHILD; /* the kernel's word that it has executed */
    if (launch->script == NULL) return EPROTO;
    if (syscall(SYS_ptrace, PTRACE_SETOPTIONS, program, 0, OPTIONS) == -1) return errno;
    for (long number = 0;;) {
        if (syscall(SYS_ptrace, PTRACE_SYSCALL, program, 0, number) == -1) return errno;
        int stop = next_stop(program);
        if (stop == -1) return ECHILD;
        number = stop == CALL ? 0 : stop;
        if (stop != CALL) continue;
        if (syscall(SYS_ptrace, PTRACE_GET_SYSCALL_INFO, program, sizeof call, &call) == -1) return errno;
        if (call.op != PTRACE_SYSCALL_INFO_ENTRY) continue;
        int found = look(program, &call, launch->script, held);
        if (found < 0) return -found;
        if (found == IS_HELD) break;
    }
    held->message.kind = CSB_HELD;
    held->message.born_microseconds = used_microseconds(program);
    return 0;
}

void csb_let_go(pid_t program) { syscall(SYS_ptrace, PTRACE_DETACH, program, 0, 0); }
