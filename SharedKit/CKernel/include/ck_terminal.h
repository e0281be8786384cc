/* The terminal of a person: raw while a program elsewhere has it, then as it was, whatever ends us. */
#pragma once

/* Raw mode: every key is a byte, nothing is echoed. Undone by ck_terminal_restore, and by the handlers that
 * this sets for signals that end a process, before they do. -1 with errno when fd is no terminal. */
int ck_terminal_raw(int fd);

/* The mode before ck_terminal_raw; nothing if it was not called. May be called in a signal handler. */
void ck_terminal_restore(void);

/* TIOCGWINSZ: characters of a line, and lines. -1 with errno when fd is no terminal. */
int ck_terminal_size(int fd, unsigned *columns, unsigned *rows);
