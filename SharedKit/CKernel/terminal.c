#include "ck_terminal.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <termios.h>

/* Written before `changed` is set, read by handlers after it is. */
static struct termios before;
static volatile sig_atomic_t changed = -1;

static const int deadly[] = {SIGHUP,  SIGINT, SIGQUIT, SIGILL,  SIGTRAP, SIGABRT,
                             SIGBUS,  SIGFPE, SIGSEGV, SIGTERM, SIGPIPE, SIGALRM};

void ck_terminal_restore(void) {
    int fd = changed;
    if (fd < 0) return;
    changed = -1;
    int error = errno;
    tcsetattr(fd, TCSADRAIN, &before);
    errno = error;
}

/* The handler is gone when it runs (SA_RESETHAND): raised again, the signal does what it always did. */
static void end(int number) {
    ck_terminal_restore();
    raise(number);
}

int ck_terminal_raw(int fd) {
    struct termios raw;
    if (tcgetattr(fd, &before) == -1) return -1;
    raw = before;
    cfmakeraw(&raw);
    struct sigaction action = {.sa_handler = end, .sa_flags = (int)SA_RESETHAND | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        struct sigaction now;
        /* What is ignored (nohup) stays ignored. */
        if (sigaction(deadly[i], NULL, &now) == 0 && now.sa_handler == SIG_IGN) continue;
        sigaction(deadly[i], &action, NULL);
    }
    changed = fd;
    if (tcsetattr(fd, TCSADRAIN, &raw) == 0) return 0;
    changed = -1;
    return -1;
}

int ck_terminal_size(int fd, unsigned *columns, unsigned *rows) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == -1) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}
