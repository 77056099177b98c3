/* bench_nothing: a program that ends at once. */
int main(void)
{
    return 0;
}
