/* Programs that want more of the machine than they may have: H1 to H20. */
#include "hostile.h"

PROGRAM(h1_forks) {
    for (;;) fork();
}

/* The polite bomb: every process waits, the first refused one ends it all. */
PROGRAM(h1_gives_up) {
    for (;;) {
        pid_t pid = fork();
        if (pid == -1) return 1;
        if (pid == 0) {
            for (;;) pause();
        }
    }
}

static void *sleeper(void *unused) {
    for (;;) pause();
    return unused;
}

PROGRAM(h2_threads) {
    pthread_t thread;
    while (pthread_create(&thread, NULL, sleeper, NULL) == 0) {
    }
    return 1;
}

PROGRAM(h3_churn) {
    for (;;) {
        pid_t pid = vfork();
        if (pid == 0) _exit(0);
        if (fork() == 0) _exit(0);
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
    }
}

static void eat(void) {
    for (;;) {
        char *memory = malloc(1 << 20);
        if (memory != NULL) memset(memory, 1, 1 << 20);
    }
}

PROGRAM(h4_touches) { eat(); return 0; }

PROGRAM(h4_in_a_child) {
    if (fork() == 0) eat();
    wait(NULL);
    for (;;) pause();
}

/* Each process is small, all together are not. */
PROGRAM(h4_in_many) {
    for (int i = 0; i < 16; i++) {
        if (fork() != 0) continue;
        char *memory = malloc(6 << 20);
        memset(memory, 1, 6 << 20);
        for (;;) pause();
    }
    for (;;) pause();
}

PROGRAM(h5_untouched) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    mmap(NULL, 100l << 30, PROT_READ | PROT_WRITE, flags, -1, 0);
    return calloc(100l << 30, 1) == (void *)1;
}

static int deeper(int depth) {
    volatile char frame[4096];
    frame[0] = (char)depth;
    return deeper(depth + 1) + frame[0];
}

PROGRAM(h7_recursion) { return deeper(0); }

PROGRAM(h8_fills_the_disk) {
    for (int i = 0;; i++) {
        int file = make_file("f%d", i);
        if (file == -1 || write(file, block, sizeof block) < (long)sizeof block) return 1;
        close(file);
    }
}

PROGRAM(h9_inodes) {
    for (int i = 0; i < 1000000; i++) {
        int file = make_file("/tmp/%d", i);
        if (file == -1) return 1;
        close(file);
    }
    return 0;
}

PROGRAM(h9_long_names) {
    char format[200] = "/box/%d-";
    memset(format + 8, 'n', 180);
    for (int i = 0; i < 1000000; i++) {
        if (make_file(format, i) == -1) return 1;
    }
    return 0;
}

PROGRAM(h9_deep) {
    for (;;) {
        if (mkdir("d", 0700) == -1 || chdir("d") == -1) return 1;
    }
}

PROGRAM(h10_sparse) {
    int file = make_file("sparse%d", 0);
    return ftruncate(file, 1l << 40);
}

PROGRAM(h11_floods_stdout) {
    for (;;) write(1, block, 65536);
}

PROGRAM(h12_floods_stderr) {
    for (;;) write(2, block, 65536);
}

PROGRAM(h14_one_line) {
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 100; i++) write(1, block, sizeof block);
    return 0;
}

PROGRAM(h14_raw_bytes) {
    for (int i = 0; i < 65536; i++) block[i] = (char)(i * 7 + (i >> 8));
    for (int sent = 0; sent < 65536;) sent += (int)write(1, block + sent, 65536 - sent);
    return 0;
}

PROGRAM(h15_bigger_pipes) {
    int ends[2];
    pipe(ends);
    SHUT(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20));
    return open_doors;
}

/* As much kernel memory in pipes as descriptors allow. */
PROGRAM(h15_fills_pipes) {
    int ends[2];
    while (pipe(ends) == 0) {
        fcntl(ends[1], F_SETFL, O_NONBLOCK);
        while (write(ends[1], block, 65536) > 0) {
        }
    }
    return 0;
}

PROGRAM(h16_descriptors) {
    int count = 3;
    while (dup(0) >= 0) count++;
    return count > 4096 || errno != EMFILE;
}

/* Descriptors that only a socket's queue holds. */
PROGRAM(h16_in_flight) {
    int ends[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    char space[CMSG_SPACE(sizeof(int))] = {0}, byte = 0;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = space};
    message.msg_controllen = sizeof space;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    int sent = 0;
    for (; sent < 100000; sent++) {
        int file = eventfd(0, 0);
        memcpy(CMSG_DATA(header), &file, sizeof file);
        if (file == -1 || sendmsg(ends[0], &message, 0) == -1) break;
        close(file);
    }
    return sent >= 100000;
}

PROGRAM(h17_locked) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    SHUT(mlockall(MCL_CURRENT | MCL_FUTURE));
    door("mlock", mlock(block, sizeof block) == 0);
    door("MAP_LOCKED", mmap(NULL, 1 << 20, PROT_WRITE, flags | MAP_LOCKED, -1, 0) != MAP_FAILED);
    void *huge = mmap(NULL, 64 << 20, PROT_WRITE, flags | MAP_HUGETLB, -1, 0);
    door("MAP_HUGETLB", huge != MAP_FAILED);
    return open_doors;
}

PROGRAM(h18_posix_queues) {
    SHUT(syscall(SYS_mq_open, "/q", O_CREAT | O_RDWR, 0600, NULL));
    return open_doors;
}

PROGRAM(h18_shared_memory) {
    for (;;) {
        int segment = shmget(IPC_PRIVATE, 1 << 20, 0600);
        if (segment == -1) return 1;
        char *memory = shmat(segment, NULL, 0);
        if (memory == (void *)-1) return 1;
        memset(memory, 1, 1 << 20);
    }
}

PROGRAM(h18_message_queues) {
    struct {
        long type;
        char text[8000];
    } message = {1, {0}};
    for (;;) {
        int queue = msgget(IPC_PRIVATE, 0600);
        if (queue == -1) return 1;
        while (msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT) == 0) {
        }
    }
}

PROGRAM(h18_semaphores) {
    while (semget(IPC_PRIVATE, 32000, 0600) != -1) {
    }
    return 1;
}

PROGRAM(h19_kernel_objects) {
    SHUT(inotify_init());
    int many = 0;
    for (int made = 0; made != -1; many++) {
        made = many % 3 == 0 ? epoll_create1(0) : many % 3 == 1 ? eventfd(0, 0) : timerfd_create(1, 0);
    }
    door("more descriptors than allowed", many > 4096);
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    for (many = 0; timer_create(CLOCK_MONOTONIC, &event, &timer) == 0; many++) {
    }
    door("more timers than pending signals", many > 1024);
    return open_doors;
}

/* Every descriptor watches every other. */
PROGRAM(h19_watchers) {
    int polls[256], count = 0;
    while (count < 256 && (polls[count] = epoll_create1(0)) != -1) count++;
    int pair[2] = {eventfd(0, 0), 0};
    for (int i = 0; i < count; i++) {
        for (int other = 0; other < count; other++) {
            struct epoll_event event = {.events = EPOLLIN};
            epoll_ctl(polls[i], EPOLL_CTL_ADD, polls[other], &event);
        }
    }
    return pair[1];
}

PROGRAM(h20_arguments) {
    char *big = malloc(1 << 20);
    memset(big, 'a', (1 << 20) - 1);
    big[(1 << 20) - 1] = 0;
    char *arguments[] = {"x", big, NULL};
    execv("/bin/true", arguments);
    door("a megabyte in one argument", errno != E2BIG);
    big[100000] = 0;
    static char *many[5000];
    for (int i = 0; i < 4999; i++) many[i] = big;
    execve("/bin/true", arguments + 2, many);
    door("500 MB of environment", errno != E2BIG);
    return open_doors;
}
