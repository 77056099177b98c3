# cmake -DIN=file.c -DOUT=copy.c -P foreign_copy.cmake: the copy's diagnostics name the original.
file(READ "${IN}" text)
file(WRITE "${OUT}" "#line 1 \"${IN}\"\n${text}")
