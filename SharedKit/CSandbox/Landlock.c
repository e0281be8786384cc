/* A second wall, of another make: the program gives up by landlock what mounts and the filter deny already.
 *
 * Everything below the root may be read and executed; only the box, /tmp and devices may be written, not even
 * the program's own /proc/self/mem; no TCP; no signal and no abstract socket reaches beyond the sandbox.
 * Called between clone and exec: system calls only. The numbers are the kernel's; older headers lack some.
 */
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    READ = 1 << 0 | 1 << 2 | 1 << 3, /* execute, read file, read directory */
    WRITE_FILE = 1 << 1,
    DEVICES = 1 << 6 | 1 << 11, /* make character and block devices */
    BASE = (1 << 13) - 1,
    REFER = 1 << 13,    /* version 2 */
    TRUNCATE = 1 << 14, /* version 3 */
    CONTROL = 1 << 15,  /* ioctl on devices; version 5 */
    TCP = 1 << 0 | 1 << 1,    /* bind, connect; version 4 */
    SCOPES = 1 << 0 | 1 << 1, /* abstract sockets, signals; version 6 */
};

/* The kernel's struct, with what this machine's header may not have yet. */
struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

static uint64_t known_to(int version) {
    uint64_t files = BASE;
    if (version >= 2) files |= REFER;
    if (version >= 3) files |= TRUNCATE;
    if (version >= 5) files |= CONTROL;
    return files;
}

static int allow(int ruleset, const char *path, uint64_t rights) {
    struct landlock_path_beneath_attr rule = {.allowed_access = rights};
    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd == -1) return -1;
    int result = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    int error = errno;
    close(rule.parent_fd);
    errno = error;
    return result;
}

int csb_landlock_version(void) {
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

int csb_landlock_prepare(int version) {
    uint64_t files = known_to(version);
    struct ruleset handled = {.files = files, .network = TCP, .scopes = SCOPES};
    size_t size = version >= 6 ? sizeof handled : version >= 4 ? 16 : 8;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
    if (ruleset == -1) return -1;
    uint64_t own = files & ~(uint64_t)(DEVICES | CONTROL);
    uint64_t device = (WRITE_FILE | TRUNCATE | CONTROL) & files;
    if (allow(ruleset, "/", READ) == 0 && allow(ruleset, "/box", own) == 0 && allow(ruleset, "/tmp", own) == 0
        && allow(ruleset, "/dev", device) == 0) {
        return ruleset;
    }
    int error = errno;
    close(ruleset);
    errno = error;
    return -1;
}

int csb_landlock_enter(int ruleset) { return (int)syscall(SYS_landlock_restrict_self, ruleset, 0); }
