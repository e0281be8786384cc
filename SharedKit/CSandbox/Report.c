/* The system calls of a program whose filter asks us for every answer. */
#include "CSandbox.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

int csb_next_call(int listener, struct csb_call *call) {
    for (;;) {
        struct pollfd event = {.fd = listener, .events = POLLIN};
        if (poll(&event, 1, -1) == -1 && errno != EINTR) return -1;
        if ((event.revents & POLLIN) == 0) {
            if (event.revents != 0) return 0; /* nobody is left who could call */
            continue;
        }
        struct seccomp_notif request;
        memset(&request, 0, sizeof request); /* the kernel refuses anything else */
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) == -1) {
            if (errno == EINTR || errno == ENOENT) continue; /* the caller has died meanwhile */
            return -1;
        }
        call->id = request.id;
        call->number = (uint32_t)request.data.nr;
        call->architecture = request.data.arch;
        for (int i = 0; i < 6; i++) call->arguments[i] = request.data.args[i];
        return 1;
    }
}

int csb_answer_call(int listener, uint64_t id, int error) {
    struct seccomp_notif_resp answer = {.id = id, .error = -error};
    if (error == CSB_GOES_ON) {
        answer.error = 0;
        answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    }
    int result = ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    return result == -1 && errno == ENOENT ? 0 : result;
}
