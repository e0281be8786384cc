/* What a service without rights forbids itself on top. */
#include "CSandbox.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

int csb_filter_self(const void *filter, uint16_t length) {
    struct sock_fprog program = {.len = length, .filter = (struct sock_filter *)filter};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

long csb_any_call(long number, long one, long two, long three) {
    return syscall(number, one, two, three, 0, 0, 0);
}
