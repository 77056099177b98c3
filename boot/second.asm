; The first instructions of every processor but the first.
;
; A startup interrupt begins in real mode at the start of a page below 1 MiB, to which the first
; processor has copied second_start. From there it continues as in multiboot.asm: protected mode at
; the image's physical addresses, then paging with boot's double mapping, then the upper half.

%include "asm_offsets.inc"

CODE            equ 8               ; the kernel's segments, the first in its table
USED            equ 24

section .boot progbits alloc exec write align=8
extern enter_paging, gdt

bits 16
global second_start, second_start_end
second_start:
    cli
    mov     ax, cs
    mov     ds, ax
    o32 lgdt [gdt_pointer - second_start]
    mov     eax, cr0
    or      al, 1
    mov     cr0, eax
    jmp     dword CODE:second_protected
    align 8
gdt_pointer:
    dw USED - 1
    dd gdt - PHYSMAP_BASE
second_start_end:

bits 32
second_protected:
    mov     esi, second_high
    jmp     enter_paging

; second_cpu: the number for this processor. The first processor sets it for one processor at a time; one that
; starts so late that the first no longer waits for it finds 0, and halts.
section .text
extern second_cpu, second_main, leave_locked, kernel_stacks
second_high:
    xor     eax, eax
    xchg    eax, [second_cpu]
    test    eax, eax
    jz      .unwanted
    imul    ecx, eax, STACK_BYTES
    lea     esp, [kernel_stacks + STACK_BYTES + ecx]
    xor     ebp, ebp                ; the last frame of every backtrace
    call    second_main             ; eax = number; returns the thread to run
    jmp     leave_locked
.unwanted:
    hlt
    jmp     .unwanted
