/* The channels of pair.c. */
#include "pair.h"

static int held = -1;
static pid_t children[32];

static void drop(int unused) {
    (void)unused;
    if (held != -1) close(held);
    held = -1;
}

/* --- sockets and files by name  */

static socklen_t address(struct sockaddr_un *to, const char *name, int is_abstract) {
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    strcpy(to->sun_path + is_abstract, name);
    return (socklen_t)(sizeof(sa_family_t) + strlen(name) + 1);
}

static void listen_at(const char *name, int is_abstract) {
    struct sockaddr_un here;
    socklen_t length = address(&here, name, is_abstract);
    held = socket(AF_UNIX, SOCK_STREAM, 0);
    if (!is_abstract) unlink(name);
    bind(held, (struct sockaddr *)&here, length);
    listen(held, 8);
}

static long can_connect(const char *name, int is_abstract) {
    struct sockaddr_un there;
    socklen_t length = address(&there, name, is_abstract);
    int from = socket(AF_UNIX, SOCK_STREAM, 0);
    long result = connect(from, (struct sockaddr *)&there, length) == 0;
    close(from);
    return result;
}

static void set_abstract(int bit) { if (bit) listen_at("meeting", 1); }
static long look_abstract(void) { return can_connect("meeting", 1); }
static void set_socket(int bit) { if (bit) listen_at("/tmp/meeting", 0); }
static void clear_socket(int bit) { drop(bit); unlink("/tmp/meeting"); }
static long look_socket(void) { return can_connect("/tmp/meeting", 0); }

static void set_file(int bit) { if (bit) held = make_file("/tmp/file%d", 1); }
static void clear_file(int bit) { drop(bit); unlink("/tmp/file1"); }
static long look_file(void) { return access("/tmp/file1", F_OK) == 0; }
static void set_shm(int bit) { if (bit) held = make_file("/dev/shm/file%d", 1); }
static void clear_shm(int bit) { drop(bit); unlink("/dev/shm/file1"); }
static long look_shm(void) { return access("/dev/shm/file1", F_OK) == 0; }

/* --- System V and POSIX objects  */

static int segment = -1, queue = -1, semaphores = -1;

static void set_segment(int bit) { if (bit) segment = shmget(77, 4096, IPC_CREAT | 0666); }
static void clear_segment(int bit) { if (bit) shmctl(segment, IPC_RMID, NULL); }
static long look_segment(void) { return shmget(77, 0, 0) != -1; }
static void set_queue(int bit) { if (bit) queue = msgget(77, IPC_CREAT | 0666); }
static void clear_queue(int bit) { if (bit) msgctl(queue, IPC_RMID, NULL); }
static long look_queue(void) { return msgget(77, 0) != -1; }
static void set_semaphore(int bit) { if (bit) semaphores = semget(77, 1, IPC_CREAT | 0666); }
static void clear_semaphore(int bit) { if (bit) semctl(semaphores, 0, IPC_RMID); }
static long look_semaphore(void) { return semget(77, 0, 0) != -1; }
static long open_queue(int flags) { return syscall(SYS_mq_open, "/77", flags, 0666, NULL); }
static void set_posix(int bit) { if (bit) held = (int)open_queue(O_CREAT | O_RDWR); }
static long look_posix(void) { return open_queue(O_RDONLY) != -1; }
static void set_key(int bit) { if (bit) syscall(SYS_add_key, "user", "pair", "x", 1, -4); }
static void clear_key(int bit) { if (bit) syscall(SYS_keyctl, 5, -4); }
static long look_key(void) { return syscall(SYS_request_key, "user", "pair", NULL, 0) != -1; }

/* --- locks and events on inodes that both see  */

static void lock(const char *path, int flags, int command, short kind) {
    struct flock range = {.l_type = kind};
    held = open(path, flags);
    fcntl(held, command, &range);
}

static long is_locked(const char *path, int flags, int command, short kind) {
    struct flock range = {.l_type = kind};
    int file = open(path, flags);
    int result = fcntl(file, command, &range);
    int error = errno;
    close(file);
    return result == -1 ? error == EAGAIN || error == EACCES : range.l_type != kind;
}

static const char *const shared = "/usr/bin/env";
static void set_read_lock(int bit) { if (bit) lock(shared, O_RDONLY, F_SETLK, F_RDLCK); }
static long look_get_lock(void) { return is_locked(shared, O_RDONLY, F_GETLK, F_WRLCK); }
static long look_read_lock(void) { return is_locked(shared, O_RDONLY, F_SETLK, F_RDLCK); }
static void set_ofd(int bit) { if (bit) lock(shared, O_RDONLY, F_OFD_SETLK, F_RDLCK); }
static long look_ofd(void) { return is_locked(shared, O_RDONLY, F_OFD_GETLK, F_WRLCK); }
static void set_device_lock(int bit) { if (bit) lock("/dev/null", O_RDWR, F_SETLK, F_WRLCK); }
static long look_device_lock(void) { return is_locked("/dev/null", O_RDWR, F_SETLK, F_WRLCK); }
static void set_stdin_lock(int bit) { if (bit) lock("/proc/self/fd/0", O_RDWR, F_SETLK, F_WRLCK); }
static long look_stdin_lock(void) { return is_locked("/proc/self/fd/0", O_RDWR, F_SETLK, F_WRLCK); }
static void set_flock(int bit) {
    held = open(shared, O_RDONLY);
    if (bit) flock(held, LOCK_EX | LOCK_NB);
}
static long look_flock(void) {
    int file = open(shared, O_RDONLY);
    long result = flock(file, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK;
    close(file);
    return result;
}
static void set_lease(int bit) {
    held = open(shared, O_RDONLY);
    if (bit) fcntl(held, F_SETLEASE, F_RDLCK);
}
static long look_lease(void) {
    int file = open(shared, O_WRONLY | O_NONBLOCK);
    return file == -1 && errno == EWOULDBLOCK;
}
static void set_opened(int bit) { if (bit) held = open(shared, O_RDONLY); }
static long look_opened(void) {
    static int watch = -2;
    if (watch == -2) {
        watch = inotify_init1(IN_NONBLOCK);
        inotify_add_watch(watch, shared, IN_OPEN);
    }
    char events[4096];
    return read(watch, events, sizeof events) > 0;
}
static void set_access_time(int bit) {
    held = open(shared, O_RDONLY);
    if (bit) pread(held, block, 4096, 0);
    if (bit) utimensat(AT_FDCWD, shared, NULL, 0);
}
static long look_access_time(void) {
    struct stat about;
    stat(shared, &about);
    return about.st_atim.tv_nsec % 1000003 + about.st_ctim.tv_nsec % 1000003;
}

/* --- the page cache of a shared file  */

static const char *const cached = "/usr/lib/x86_64-linux-gnu/libc.so.6";
enum { PAGE_AT = 1 << 20 };
static void set_cache(int bit) {
    held = open(cached, O_RDONLY);
    if (bit) pread(held, block, 4096, PAGE_AT);
    if (!bit) posix_fadvise(held, PAGE_AT, 4096, POSIX_FADV_DONTNEED);
}
static long look_cache(void) {
    int file = open(cached, O_RDONLY);
    struct iovec part = {block, 4096};
    long result = preadv2(file, &part, 1, PAGE_AT, 8) > 0;
    close(file);
    return result;
}
static long look_resident(void) {
    int file = open(cached, O_RDONLY);
    void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, PAGE_AT);
    unsigned char resident = 0;
    mincore(page, 4096, &resident);
    munmap(page, 4096);
    close(file);
    return resident & 1;
}
static long look_cachestat(void) {
    uint64_t range[2] = {PAGE_AT, 4096}, found[5] = {0};
    int file = open(cached, O_RDONLY);
    syscall(451, file, range, found, 0);
    close(file);
    return (long)found[0];
}

/* --- processes, limits, names  */

static void set_children(int bit) {
    for (int i = 0; bit && i < 8; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            for (;;) pause();
        }
    }
}
static void clear_children(int bit) {
    for (int i = 0; bit && i < 8; i++) {
        if (children[i] <= 0) continue;
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
}
static long look_pids(void) {
    long seen = 0;
    for (int pid = 1; pid < 400; pid++) seen += kill(pid, 0) == 0 || errno == EPERM;
    return seen;
}
static long look_proc(void) {
    long seen = 0;
    char path[32];
    for (int pid = 1; pid < 400; pid++) {
        snprintf(path, sizeof path, "/proc/%d", pid);
        seen += access(path, F_OK) == 0;
    }
    return seen;
}
static long look_forks(void) {
    static pid_t last;
    pid_t pid = fork();
    if (pid == 0) _exit(0);
    waitpid(pid, NULL, 0);
    long distance = last == 0 ? 1 : pid - last;
    last = pid;
    return distance > 1;
}
static void set_host_name(int bit) { if (bit) sethostname("one", 3); }
static void clear_host_name(int bit) { if (bit) sethostname("zero", 4); }
static long look_host_name(void) {
    char name[65] = "";
    gethostname(name, sizeof name);
    return strcmp(name, "one") == 0;
}
static void set_disk(int bit) {
    held = make_file("/tmp/big%d", 1);
    for (int i = 0; bit && i < 4; i++) write(held, block, sizeof block);
}
static void clear_disk(int bit) { drop(bit); unlink("/tmp/big1"); }
static long look_disk(void) {
    struct statfs space;
    statfs("/tmp", &space);
    return (long)space.f_bfree;
}
static long look_loadavg(void) { return open("/proc/loadavg", O_RDONLY) != -1; }
static long look_cgroup(void) { return open("/sys/fs/cgroup/pids/pids.current", O_RDONLY) != -1; }
static void set_vsock(int bit) { if (bit) held = socket(40, SOCK_STREAM, 0); }
static long look_vsock(void) { return socket(40, SOCK_STREAM, 0) != -1; }
static long look_internet(void) { return socket(AF_INET, SOCK_STREAM, 0) != -1; }

/* --- what no sandbox that shares a kernel can shut  */

static long look_process_count(void) {
    struct sysinfo about;
    sysinfo(&about);
    return about.procs;
}
static void set_spin(int bit) {
    for (long long end = bit ? 8000 : 0; end > 0; end--) {
        for (volatile int i = 0; i < 300; i++) {
        }
    }
}
static long look_speed(void) {
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    for (volatile int i = 0; i < 300000; i++) {
    }
    clock_gettime(CLOCK_MONOTONIC, &after);
    return (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
}
static void set_numbers(int bit) {
    int ends[2];
    for (int i = 0; bit && i < 4000 && pipe(ends) == 0; i++) {
        close(ends[0]);
        close(ends[1]);
    }
}
static long look_numbers(void) {
    static ino_t last;
    int ends[2];
    struct stat about;
    pipe(ends);
    fstat(ends[0], &about);
    close(ends[0]);
    close(ends[1]);
    long distance = last == 0 ? 0 : (long)(about.st_ino - last);
    last = about.st_ino;
    return distance;
}
static void set_memory(int bit) {
    for (int i = 0; i < 16; i++) {
        if (bit) memset(mmap(NULL, 1 << 20, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1, 1 << 20);
    }
}
static long look_free_memory(void) {
    struct sysinfo about;
    sysinfo(&about);
    return (long)(about.freeram >> 20);
}

const struct channel shut_channels[] = {
    {"abstract", set_abstract, drop, look_abstract},
    {"socket", set_socket, clear_socket, look_socket},
    {"file", set_file, clear_file, look_file},
    {"shm", set_shm, clear_shm, look_shm},
    {"segment", set_segment, clear_segment, look_segment},
    {"queue", set_queue, clear_queue, look_queue},
    {"semaphore", set_semaphore, clear_semaphore, look_semaphore},
    {"mqueue", set_posix, drop, look_posix},
    {"key", set_key, clear_key, look_key},
    {"getlk", set_read_lock, drop, look_get_lock},
    {"setlk", set_read_lock, drop, look_read_lock},
    {"ofd", set_ofd, drop, look_ofd},
    {"device", set_device_lock, drop, look_device_lock},
    {"stdin", set_stdin_lock, drop, look_stdin_lock},
    {"flock", set_flock, drop, look_flock},
    {"lease", set_lease, drop, look_lease},
    {"inotify", set_opened, drop, look_opened},
    {"times", set_access_time, drop, look_access_time},
    {"cached", set_cache, drop, look_cache},
    {"mincore", set_cache, drop, look_resident},
    {"cachestat", set_cache, drop, look_cachestat},
    {"pids", set_children, clear_children, look_pids},
    {"proc", set_children, clear_children, look_proc},
    {"forks", set_children, clear_children, look_forks},
    {"hostname", set_host_name, clear_host_name, look_host_name},
    {"disk", set_disk, clear_disk, look_disk},
    {"loadavg", set_children, clear_children, look_loadavg},
    {"cgroup", set_children, clear_children, look_cgroup},
    {"vsock", set_vsock, drop, look_vsock},
    {"internet", NULL, NULL, look_internet},
};
const int shut_count = sizeof shut_channels / sizeof *shut_channels;

const struct channel known_channels[] = {
    {"procs", set_children, clear_children, look_process_count},
    {"freeram", set_memory, NULL, look_free_memory},
    {"inodes", set_numbers, NULL, look_numbers},
    {"contention", set_spin, NULL, look_speed},
};
const int known_count = sizeof known_channels / sizeof *known_channels;
