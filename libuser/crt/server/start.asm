; A server begins here, with an empty stack, and with ebx, esi and edi from init. The objects of this
; folder are linked to every server:
;     void server_main(uint32_t ebx, uint32_t esi, uint32_t edi);
; If it returns, that is a fault, which is reported to init.

        bits 32
        global  _start
        extern  server_main

        section .text
_start:
        xor     ebp, ebp
        and     esp, -16
        sub     esp, 4                          ; three arguments and this: the stack stays aligned
        push    edi
        push    esi
        push    ebx
        call    server_main
        ud2
