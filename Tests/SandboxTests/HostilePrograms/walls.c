/* What a program can see of its own walls, and regressions of other people's holes: E1 to E18. */
#include "hostile.h"

#include <sys/sysmacros.h>

/* The value of a line of /proc/self/status. */
static const char *status(const char *name) {
    static char text[8192];
    int file = open("/proc/self/status", O_RDONLY);
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    text[count > 0 ? count : 0] = 0;
    char *line = strstr(text, name);
    if (line == NULL) return "";
    line += strlen(name);
    while (*line == '\t' || *line == ' ') line++;
    char *end = strchr(line, '\n');
    if (end != NULL) *end = 0;
    return line;
}

/* No privilege, now or later. */
PROGRAM(walls) {
    static const char *const capabilities[] = {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"};
    for (int i = 0; i < 5; i++) {
        door(capabilities[i], strcmp(status(capabilities[i]), "0000000000000000") != 0);
    }
    door("new privileges", strcmp(status("NoNewPrivs:"), "1") != 0);
    door("no filter", strcmp(status("Seccomp:"), "2") != 0);
    door("groups", strcmp(status("Groups:"), "") != 0 || getgroups(0, NULL) != 0);
    uid_t real, effective, saved;
    getresuid(&real, &effective, &saved);
    door("user", real < 1000000 || real != effective || real != saved);
    gid_t group, effective_group, saved_group;
    getresgid(&group, &effective_group, &saved_group);
    door("group", group != real || group != effective_group || group != saved_group);
    door("not the leader of a session", getsid(0) != getpid() || getpid() != 2);
    door("dumpable init", access("/proc/1", F_OK) == 0);
    return open_doors;
}

/* Landlock alone denies this: the file is the program's own, the mount and the filter would allow it. */
PROGRAM(second_wall) { return open("/proc/self/comm", O_WRONLY) >= 0 ? 0 : errno; }

PROGRAM(e1_replaces_everything) {
    unlink("/box/program");
    symlink("/etc/passwd", "/box/program");
    symlink("/etc/passwd", "/box/out");
    rename("/box", "/tmp/box");
    symlink("/etc", "/tmp/etc");
    mkdir("/box/dir", 0777);
    rmdir("/box/dir");
    symlink("/etc", "/box/dir");
    unlink("/box/given/file");
    rmdir("/box/given");
    symlink("/etc", "/box/given");
    return 0;
}

PROGRAM(e2_ownership) {
    SHUT(link("/box/bound", "/box/hard"));
    SHUT(chmod("/box/bound", 04777));
    SHUT(fchmod(open("/box/bound", O_RDONLY), 0777));
    SHUT(chown("/box/bound", getuid(), getuid()));
    SHUT(unlink("/box/bound"));
    SHUT(rename("/box/bound", "/box/other"));
    symlink("/etc/passwd", "/box/link");
    SHUT(lchown("/box/link", 0, 0));
    return open_doors;
}

PROGRAM(e4_arguments) {
    for (char **argument = given; *argument != NULL; argument++) {
        write(1, *argument, strlen(*argument));
        write(1, "\1", 1);
    }
    return 0;
}

/* Named as the collector will ask for them. */
PROGRAM(e5_artifacts) {
    symlink("/etc/passwd", "link");
    mkfifo("pipe", 0666);
    mkdir("directory", 0777);
    symlink("/etc", "directory/up");
    symlink("link", "chain");
    link("link", "hard");
    symlink("/proc/self/exe", "magic");
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = {AF_UNIX, "socket"};
    bind(listener, (struct sockaddr *)&name, sizeof name);
    for (int i = 0; i < 100; i++) close(make_file("directory/%d", i));
    int huge = make_file("huge%d", 0);
    ftruncate(huge, 4 << 20);
    chmod("/box/huge0", 0);
    mkdir("locked", 0);
    write(make_file("good%d", 0), "good", 4);
    return 0;
}

PROGRAM(e6_descriptors) {
    for (int i = 0; i < 3; i++) door("closed", fcntl(i, F_GETFD) == -1);
    for (int i = 3; i < 4096; i++) SHUT(fcntl(i, F_GETFD));
    return open_doors;
}

PROGRAM(e7_runtime) {
    SHUT(open("/proc/self/exe", O_WRONLY));
    SHUT(open("/proc/self/exe", O_RDWR | O_TRUNC));
    SHUT(open("/proc/1/exe", O_RDONLY));
    for (int pid = 1; pid < 300; pid++) {
        char path[40];
        snprintf(path, sizeof path, "/proc/%d/exe", pid);
        if (pid != getpid()) SHUT(open(path, O_RDONLY));
    }
    return open_doors;
}

static void is_device(const char *path, unsigned number) {
    struct stat about = {0};
    door(path, stat(path, &about) != 0 || !S_ISCHR(about.st_mode) || about.st_rdev != makedev(1, number));
}

PROGRAM(e8_mounts) {
    struct statfs proc;
    door("/proc is something else", statfs("/proc", &proc) != 0 || proc.f_type != 0x9fa0);
    is_device("/dev/null", 3);
    is_device("/dev/zero", 5);
    is_device("/dev/full", 7);
    is_device("/dev/random", 8);
    is_device("/dev/urandom", 9);
    SHUT(symlink("/box", "/proc/self/attr"));
    SHUT(rename("/dev/null", "/dev/zero"));
    return open_doors;
}

PROGRAM(e9_cgroups) {
    SHUT(open("/sys/fs/cgroup", O_RDONLY));
    SHUT(open("/sys", O_RDONLY));
    FILE *own = fopen("/proc/self/cgroup", "r");
    char line[512];
    while (own != NULL && fgets(line, sizeof line, own) != NULL) {
        door(line, strstr(line, ":/\n") == NULL);
    }
    return open_doors;
}

static int runs_as_root(const char *path) {
    int ends[2];
    char answer[16] = {0};
    pipe(ends);
    pid_t pid = fork();
    if (pid == 0) {
        char *arguments[] = {(char *)path, "e10_who", NULL};
        dup2(ends[1], 1);
        execv(path, arguments);
        _exit(1);
    }
    close(ends[1]);
    read(ends[0], answer, sizeof answer - 1);
    waitpid(pid, NULL, 0);
    return answer[0] == '0';
}

PROGRAM(e10_who) { return dprintf(1, "%d", (int)geteuid()) < 0; }

PROGRAM(e10_setuid) {
    chmod("/box/program", 06755);
    door("a setuid file of its own", runs_as_root("/box/program"));
    static const char *const tools[] = {"/usr/bin/su", "/usr/bin/mount", "/usr/bin/passwd", "/bin/ping"};
    for (int i = 0; i < 4; i++) door(tools[i], runs_as_root(tools[i]));
    return open_doors;
}

PROGRAM(e11_evades) {
    for (int i = 0; i < 6; i++) {
        if (fork() != 0) continue;
        for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
        setsid();
        if (fork() != 0) _exit(0);
        for (;;) usleep(1000);
    }
    usleep(20000);
    return 0;
}

PROGRAM(e17_limits_of_others) {
    struct rlimit none = {0, 0};
    SHUT(syscall(SYS_prlimit64, 1, RLIMIT_CPU, &none, NULL));
    SHUT(syscall(SYS_prlimit64, 1, RLIMIT_CPU, NULL, &none));
    struct rlimit most = {1 << 20, 1 << 20};
    SHUT(setrlimit(RLIMIT_NOFILE, &most));
    SHUT(setrlimit(RLIMIT_NPROC, &most));
    SHUT(setrlimit(RLIMIT_MEMLOCK, &most));
    return open_doors;
}
