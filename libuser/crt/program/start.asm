; Where a program begins: the stack is empty, the other registers mean nothing. The objects of this
; folder are linked to every program.

        bits 32
        global  _start
        extern  __program_start

        section .text
_start:
        xor     ebp, ebp
        and     esp, -16
        call    __program_start
        ud2
