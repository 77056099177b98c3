; The first instructions of every processor but the first.
;
; A startup interrupt begins in real mode at the start of a page below 1 MiB: the first processor
; has copied second_start there. The way from there is that of multiboot.asm: protected mode at
; the image's physical addresses, then paging with the boot's double mapping, then up.

%include "asm_offsets.inc"

WINDOW_BASE     equ 0xc0000000
CODE            equ 8
DATA            equ 16
CR4_PSE_PAE     equ 0x30
CR0_CD_NW       equ 0x60000000
CR0_PG_WP       equ 0x80010000

section .boot progbits alloc exec write align=8
extern boot_tops

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
    dw gdt_end - gdt - 1
    dd gdt
second_start_end:

    align 8
gdt:
    dq 0
    dq 0x00cf9b000000ffff           ; flat code
    dq 0x00cf93000000ffff           ; flat data
gdt_end:

bits 32
second_protected:
    mov     eax, DATA
    mov     ds, eax
    mov     es, eax
    mov     ss, eax
    mov     eax, cr4
    or      eax, CR4_PSE_PAE
    mov     cr4, eax
    mov     eax, boot_tops - WINDOW_BASE
    mov     cr3, eax
    mov     eax, cr0
    and     eax, ~CR0_CD_NW         ; caches are off after INIT
    or      eax, CR0_PG_WP
    mov     cr0, eax
    mov     eax, enter_high
    jmp     eax

; second_cpu: the number that the processor gets, set by the first one for one at a time. One that
; comes when it has been given up finds 0.
section .text
extern second_cpu, second_main, leave_locked
enter_high:
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
    cli
    hlt
    jmp     .unwanted

extern kernel_stacks

section .note.GNU-stack noalloc noexec nowrite progbits
