/* The cgroups of a sandbox: one per hierarchy, made, limited and removed by nobody but the warden. */
#include "Cells.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a new cgroup is told, in this order; a lever can be moved once more before the program executes. */
enum value { MEMORY, PROCESSES, ZERO, ONE };
enum lever { MEMORY_LEVER, SWAP_LEVER, PROCESS_LEVER, NO_LEVER };
static const struct rule {
    uint32_t kind;
    const char *file;
    enum value value;
    int may_be_missing;
    enum lever lever;
} rules[] = {
    {CSB_MEMORY, "memory.limit_in_bytes", MEMORY, 0, MEMORY_LEVER},
    {CSB_MEMORY, "memory.memsw.limit_in_bytes", MEMORY, 1, SWAP_LEVER},
    {CSB_PIDS, "pids.max", PROCESSES, 0, PROCESS_LEVER},
    {CSB_UNIFIED, "memory.max", MEMORY, 0, MEMORY_LEVER},
    {CSB_UNIFIED, "memory.swap.max", ZERO, 1, NO_LEVER},
    {CSB_UNIFIED, "memory.oom.group", ONE, 1, NO_LEVER},
    {CSB_UNIFIED, "pids.max", PROCESSES, 0, PROCESS_LEVER},
};

static int follow(const struct rule *rule, const struct csb_limits *limits, int directory, int *levers) {
    const uint64_t values[] = {
        [MEMORY] = limits->memory_bytes, [PROCESSES] = limits->processes, [ZERO] = 0, [ONE] = 1};
    int file = openat(directory, rule->file, O_WRONLY | O_CLOEXEC);
    if (file == -1) return errno == ENOENT && rule->may_be_missing ? 0 : errno;
    int error = csb_write_number(file, values[rule->value]) == -1 ? errno : 0;
    if (error == 0 && rule->lever != NO_LEVER) {
        levers[rule->lever] = file;
    } else {
        close(file);
    }
    return error;
}

/* Version 1: an event that counts whenever memory runs out. cgroup.event_control takes its number and that of
 * the file it belongs to. */
static int watch_memory(int directory, int *event) {
    char text[64];
    int control = openat(directory, "memory.oom_control", O_RDONLY | O_CLOEXEC);
    int registry = openat(directory, "cgroup.event_control", O_WRONLY | O_CLOEXEC);
    *event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int error = control == -1 || registry == -1 || *event == -1 ? errno : 0;
    if (error == 0) {
        int numbers[] = {*event, control};
        size_t length = 0;
        for (int i = 0; i < 2; i++) {
            int divisor = 1;
            while (numbers[i] / divisor >= 10) divisor *= 10;
            for (; divisor > 0; divisor /= 10) text[length++] = (char)('0' + numbers[i] / divisor % 10);
            text[length++] = ' ';
        }
        error = write(registry, text, length - 1) == (ssize_t)length - 1 ? 0 : errno;
    }
    if (control != -1) close(control);
    if (registry != -1) close(registry);
    return error;
}

static int make_one(
    const struct csb_branch *branch, int index, const char *name, const struct csb_limits *limits,
    struct csb_group *group) {
    if (mkdirat(branch->directory, name, 0755) == -1) return errno;
    int directory = openat(branch->directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory == -1) return errno;
    group->directories[index] = directory;
    group->members[index] = openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    int error = group->members[index] == -1 ? errno : 0;
    for (size_t i = 0; i < sizeof rules / sizeof *rules && error == 0; i++) {
        if (rules[i].kind == branch->kind) error = follow(&rules[i], limits, directory, group->levers);
    }
    if (branch->kind != CSB_MEMORY && branch->kind != CSB_PIDS && group->idle == -1) {
        const char *share = branch->kind == CSB_UNIFIED ? "cpu.weight" : "cpu.shares";
        group->idle = openat(directory, "cpu.idle", O_WRONLY | O_CLOEXEC);
        if (group->idle != -1) group->share = openat(directory, share, O_WRONLY | O_CLOEXEC);
    }
    if (branch->is_kept && branch->kind == CSB_CPUACCT) {
        group->usage = openat(directory, "cpuacct.usage", O_WRONLY | O_CLOEXEC);
        if (group->usage == -1) return errno;
    }
    return error == 0 && branch->kind == CSB_MEMORY ? watch_memory(directory, &group->event) : error;
}

int csb_group_make(
    const struct csb_branch *branches, int count, int is_kept, const char *name,
    const struct csb_limits *limits, struct csb_group *group) {
    memset(group, -1, sizeof *group);
    int error = 0;
    for (int i = 0; i < count && error == 0; i++) {
        if (branches[i].is_kept == is_kept) error = make_one(&branches[i], i, name, limits, group);
    }
    if (error == 0) return 0;
    csb_group_close(group);
    csb_group_remove(branches, count, is_kept, name);
    return error;
}

int csb_group_clean(const struct csb_group *group) {
    enum { USUAL_SHARES = 1024 };
    if (group->usage != -1 && csb_write_number(group->usage, 0) == -1) return errno;
    if (group->idle != -1 && csb_write_number(group->idle, 0) == -1) return errno;
    return group->share != -1 && csb_write_number(group->share, USUAL_SHARES) == -1 ? errno : 0;
}

static void close_each(int *fds, int count) {
    for (int i = 0; i < count; i++) {
        if (fds[i] != -1) close(fds[i]);
        fds[i] = -1;
    }
}

void csb_group_close(struct csb_group *group) {
    close_each(group->directories, CSB_CGROUPS);
    close_each(group->members, CSB_CGROUPS);
    close_each(group->levers, CSB_LEVERS);
    close_each(&group->event, 1);
    close_each(&group->idle, 1);
    close_each(&group->share, 1);
    close_each(&group->usage, 1);
}

int csb_group_remove(const struct csb_branch *branches, int count, int is_kept, const char *name) {
    int left = 0;
    for (int i = 0; i < count; i++) {
        if (branches[i].is_kept != is_kept) continue;
        if (unlinkat(branches[i].directory, name, AT_REMOVEDIR) == -1 && errno != ENOENT) left++;
    }
    return left;
}
