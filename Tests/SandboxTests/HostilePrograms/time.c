/* Programs that want more time than they may have, or another clock: H21 to H30. */
#include "hostile.h"

PROGRAM(h21_spins) {
    for (;;) {
    }
}

PROGRAM(h22_sleeps) { return (int)sleep(60); }

PROGRAM(h23_waits_for_input) { return getchar() + (int)sleep(60); }

PROGRAM(h24_shares_the_work) {
    for (int i = 0; i < 16; i++) {
        if (fork() != 0) continue;
        burn(200000);
        _exit(0);
    }
    while (wait(NULL) > 0) {
    }
    return 0;
}

PROGRAM(h25_orphans) {
    if (fork() == 0) {
        for (int i = 0; i < 3; i++) {
            if (fork() == 0) burn(60000000);
        }
        _exit(0);
    }
    return (int)sleep(60);
}

/* Children that nobody waits for have used their time all the same. */
PROGRAM(h25_unreaped) {
    for (int i = 0; i < 8; i++) {
        if (fork() != 0) continue;
        burn(100000);
        _exit(0);
    }
    return (int)sleep(60);
}

PROGRAM(h26_stops) {
    kill(0, SIGSTOP);
    raise(SIGSTOP);
    return pause();
}

static void ignore_everything(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
}

PROGRAM(h27_ignores) {
    ignore_everything();
    for (;;) pause();
}

PROGRAM(h27_ignores_and_spins) {
    ignore_everything();
    setsid();
    if (fork() == 0) ignore_everything();
    for (;;) {
    }
}

/* Reading clocks is fine, setting them is not. */
PROGRAM(h28_clocks) {
    struct timespec zero = {0};
    struct timeval none = {0};
    SHUT(clock_settime(CLOCK_REALTIME, &zero));
    SHUT(settimeofday(&none, NULL));
    SHUT(syscall(SYS_adjtimex, NULL));
    SHUT(syscall(SYS_clock_adjtime, 0, NULL));
    uint64_t before = __builtin_ia32_rdtsc();
    for (int i = 0; i < 100000; i++) clock_gettime(CLOCK_MONOTONIC, &zero);
    return open_doors + (__builtin_ia32_rdtsc() <= before);
}

PROGRAM(h29_priorities) {
    struct sched_param realtime = {1};
    uint32_t attributes[14] = {56, SCHED_FIFO, 0, 0, 0, 1};
    SHUT(sched_setscheduler(0, SCHED_FIFO, &realtime));
    SHUT(syscall(SYS_sched_setattr, 0, attributes, 0));
    SHUT(setpriority(PRIO_PROCESS, 0, -20));
    SHUT(syscall(SYS_ioprio_set, 1, 0, 1 << 13));
    door("nice", nice(-20) == -20);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof one, &one);
    SHUT(sched_setaffinity(1, sizeof one, &one));
    return open_doors;
}

/* Uses or waits exactly that many microseconds. */
PROGRAM(h30_burns) {
    burn(atol(given[0]));
    return 0;
}

PROGRAM(h30_waits) {
    struct timespec length = {.tv_nsec = atol(given[0]) * 1000};
    return nanosleep(&length, NULL);
}
