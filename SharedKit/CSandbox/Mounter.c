/* The mounter: beside the warden, so that no run waits while the warden makes the next sandbox.
 *
 * It clones what the service has opened for reading, read-only, and can do nothing else: it has one
 * capability and keeps nothing between frames. It ends with the service or the warden.
 */
#include "Cells.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int csb_keep_capabilities(uint64_t mask) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2];
    if (syscall(SYS_capget, &header, sets) == -1) return -1;
    for (int i = 0; i < 2; i++) {
        sets[i].permitted &= (uint32_t)(mask >> (32 * i));
        sets[i].effective = sets[i].permitted;
        sets[i].inheritable = 0;
    }
    return (int)syscall(SYS_capset, &header, sets);
}

static void close_all(const int *fds, int count) {
    for (int i = 0; i < count; i++) {
        if (fds[i] != -1) close(fds[i]);
    }
}

static int clone_each(const int *opened, int *trees, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        trees[i] = opened[i] == -1 ? -1 : csb_clone_opened(opened[i]);
        if (trees[i] == -1) return opened[i] == -1 ? EBADF : errno;
    }
    return 0;
}

static void serve_frame(int socket) {
    struct csb_trees frame;
    int opened[CSB_PARTS];
    int trees[CSB_PARTS];
    memset(trees, -1, sizeof trees);
    ssize_t came = csb_receive(socket, &frame, sizeof frame, opened, CSB_PARTS, 1);
    if (came == 0 || (came == -1 && errno != EMSGSIZE)) _exit(0);
    struct csb_answer answer = {.error = EINVAL};
    int count = 0;
    if (came == sizeof frame && frame.count >= 1 && frame.count <= CSB_PARTS) {
        answer.error = clone_each(opened, trees, frame.count);
        if (answer.error == 0) count = (int)frame.count;
    }
    close_all(opened, CSB_PARTS);
    if (csb_send(socket, &answer, sizeof answer, NULL, 0, trees, count) == -1) _exit(0);
    close_all(trees, CSB_PARTS);
}

_Noreturn void csb_mounter(int socket) {
    prctl(PR_SET_NAME, CSB_MOUNTER);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (csb_keep_capabilities(1ull << CAP_SYS_ADMIN) == -1) _exit(1);
    for (;;) serve_frame(socket);
}
