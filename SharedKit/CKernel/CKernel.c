#include "CKernel.h"

#include <pthread.h>

int ck_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

char **ck_environment(void) {
    extern char **environ;
    return environ;
}
