/* Formats of directories, and limits, for programs. */
#pragma once

#define ROOTINO 1
#define BSIZE   512
#define DIRSIZ  14

#define NDIRECT   12
#define NINDIRECT (BSIZE / sizeof(uint))
#define MAXFILE   (NDIRECT + NINDIRECT)

struct dirent {
    ushort inum;
    char name[DIRSIZ];
};
