/* The main of a program that has xv6's instead: user.h renames it. */
int xv6_main(int argc, char **argv);
int main(int argc, char **argv);

int main(int argc, char **argv)
{
    xv6_main(argc, argv);
    return 0;
}
