/* H6: more zeroed memory than the limit, asked for by the executable's own header. */
#include <string.h>

static char zeroes[256 << 20];

int main(int argc, char **argv) {
    if (argc > 1) memset(zeroes, 1, sizeof zeroes);
    return argv[0] == zeroes;
}
