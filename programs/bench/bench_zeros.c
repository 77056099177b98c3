/* bench_zeros: a program that is 30 MiB of zeros, and looks at its first and its last page. */
enum { BYTES = 30 << 20 };

static volatile char zeros[BYTES];

int main(void)
{
    int sum = zeros[0] + zeros[BYTES - 1];

    zeros[0] = zeros[BYTES - 1] = 1;
    return sum;
}
