/* Calls the main of a program written for xv6, which user.h renames. */
int xv6_main(int argc, char **argv);
int main(int argc, char **argv);

int main(int argc, char **argv)
{
    xv6_main(argc, argv);
    return 0;
}
