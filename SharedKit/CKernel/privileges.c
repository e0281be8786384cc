/* How a process that was started as root becomes somebody who may do nothing. */
#include "CKernel.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LAST_CAPABILITY = 63 };

static int empty_bounding_set(void) {
    for (int capability = 0; capability <= LAST_CAPABILITY; capability++) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == -1 && errno != EINVAL) return -1;
    }
    return 0;
}

/* The kernel forgets what a process that changes its user wanted at its parent's death. */
static int die_with(int death_signal, pid_t parent) {
    if (death_signal == 0) return 0;
    if (prctl(PR_SET_PDEATHSIG, death_signal) == -1) return -1;
    if (getppid() != parent) raise(death_signal);
    return 0;
}

int ck_leave_privileges(uint32_t user, uint32_t group) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    int death_signal = 0;
    pid_t parent = getppid();
    if (prctl(PR_GET_PDEATHSIG, &death_signal) == -1) return -1;
    if (empty_bounding_set() == -1) return -1;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1) return -1;
    if (syscall(SYS_setgroups, 0, NULL) == -1 || syscall(SYS_setresgid, group, group, group) == -1
        || syscall(SYS_setresuid, user, user, user) == -1) {
        return -1;
    }
    if (syscall(SYS_capset, &header, none) == -1) return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) return -1;
    return die_with(death_signal, parent);
}
