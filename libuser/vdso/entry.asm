; Where a program begins that has a C library of its own, and where each of its system calls comes to.

        bits 32
        global  vdso_call, vdso_jump
        extern  vdso_begin, vdso_table

THREAD_AREA equ 0x8f0000 - 1024
USER_AREA   equ 0x2b
CALLS       equ 512

        section .first progbits alloc exec nowrite align=16
; ecx = the program's entry, edx = its program headers, esp = their number
        mov     eax, esp
        mov     esp, THREAD_AREA
        xor     ebp, ebp
        mov     ebx, USER_AREA
        mov     gs, ebx
        push    ebp             ; the stack is aligned when the C function begins
        push    eax
        push    edx
        push    ecx
        call    vdso_begin
        ud2

        section .text
; eax = number; arguments in ebx, ecx, edx, esi, edi, ebp; the result comes in eax, the others are kept.
        align   16
vdso_call:
        push    ebp
        push    edi
        push    esi
        push    edx
        push    ecx
        push    ebx
        mov     edx, eax
        cmp     eax, CALLS
        jb      .known
        mov     eax, CALLS - 1  ; which is none
.known: mov     ecx, [vdso_table + eax * 4]
        mov     eax, esp
        cld
        call    ecx
        pop     ebx
        pop     ecx
        pop     edx
        pop     esi
        pop     edi
        pop     ebp
        ret

; The arguments are on the stack: the stack pointer, the entry.
vdso_jump:
        mov     eax, [esp + 8]
        mov     esp, [esp + 4]
        xor     edx, edx
        jmp     eax
