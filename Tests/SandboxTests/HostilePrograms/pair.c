/* Two sandboxes that share a clock and a secret plan: `pair send|receive|both START SLOT BITS`.
 *
 * In each slot the sender brings one bit about on one channel, the receiver looks in its middle. Inside one
 * sandbox ("both") most channels work, which shows that the test could see a leak.
 */
#include "pair.h"

static long long slot_start, slot_length;

static void wait_until(long long instant) {
    struct timespec when = {instant / 1000000000, instant % 1000000000};
    while (clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &when, NULL) == EINTR) {
    }
}

static void send_bits(const struct channel *channel, const char *bits) {
    for (int i = 0; bits[i] != 0; i++) {
        int bit = bits[i] == '1';
        wait_until(slot_start + i * slot_length + slot_length / 6);
        if (channel->set != NULL) channel->set(bit);
        wait_until(slot_start + i * slot_length + slot_length / 6 * 5);
        if (channel->clear != NULL) channel->clear(bit);
    }
}

static void receive_bits(const struct channel *channel, const char *bits) {
    printf("%s", channel->name);
    for (int i = 0; bits[i] != 0; i++) {
        wait_until(slot_start + i * slot_length + slot_length / 2);
        printf(" %ld", channel->look());
    }
    printf("\n");
    fflush(stdout);
}

static void use(const struct channel *channels, int count, int sends, const char *bits) {
    for (int i = 0; i < count; i++) {
        if (sends) {
            send_bits(channels + i, bits);
        } else {
            receive_bits(channels + i, bits);
        }
        slot_start += slot_length * (long long)strlen(bits);
    }
}

PROGRAM(pair) {
    slot_start = atoll(given[1]);
    slot_length = atoll(given[2]);
    int sends = given[0][0] == 's';
    pid_t sender = 0;
    if (given[0][0] == 'b') {
        sender = fork();
        sends = sender == 0;
    }
    signal(SIGIO, SIG_IGN); /* what a broken lease would send */
    use(shut_channels, shut_count, sends, given[3]);
    use(known_channels, known_count, sends, given[3]);
    if (sender > 0) waitpid(sender, NULL, 0);
    return 0;
}
