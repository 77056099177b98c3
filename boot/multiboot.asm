; The first instructions, and the headers by which loaders recognise the kernel.
;
; A Multiboot loader (1: GRUB, QEMU -kernel; 2: GRUB under BIOS and UEFI) enters _start in 32-bit
; protected mode, paging and interrupts off: eax = the loader's magic, ebx = its information. This
; section is linked at its physical address; the rest of the kernel runs in the physmap. It gets
; there twice: first by segments with a base, to check whether the processor has the paging we need;
; then by paging, with memory up to 896 MiB mapped twice, at 0 and at the physmap's base.

%include "asm_offsets.inc"

PHYSMAP_ENTRIES equ 448             ; of 2 MiB
LARGE_PAGE      equ 0x83            ; present, writable, 2 MiB

MAGIC1          equ 0x1badb002
FLAGS1          equ 0x00000003      ; modules page-aligned, memory map
MAGIC2          equ 0xe85250d6

CODE            equ 8               ; the kernel's segments, too, begin with these
DATA            equ 16
HIGH_CODE       equ 24
HIGH_DATA       equ 32

CR4_PSE_PAE     equ 0x30
CR0_PG_WP       equ 0x80010000
CR0_CD_NW       equ 0x60000000

section .boot progbits alloc exec write align=8

    align 4
    dd MAGIC1, FLAGS1, -(MAGIC1 + FLAGS1)

    align 8
header2:
    dd MAGIC2, 0, header2_end - header2, -(MAGIC2 + (header2_end - header2))
    dd 6, 8                         ; tag: modules page-aligned
    dd 0x10005, 20, 0, 0, 0, 0      ; tag: a framebuffer, optional, of any size
    dd 0, 8                         ; tag: end
header2_end:

    align 8
early_gdt:
    dq 0
    dq 0x00cf9a000000ffff           ; CODE, DATA: flat
    dq 0x00cf92000000ffff
    dq 0x40cf9a000000ffff           ; HIGH_CODE, HIGH_DATA: with the base -PHYSMAP_BASE
    dq 0x40cf92000000ffff
early_gdt_pointer:
    dw $ - early_gdt - 1
    dd early_gdt

global _start
extern kernel_main, kernel_stacks, log_init, processor_check

_start:
    cli
    cld
    lgdt    [early_gdt_pointer]
    mov     ecx, HIGH_DATA
    mov     ds, ecx
    mov     es, ecx
    mov     ss, ecx
    jmp     HIGH_CODE:early

; Enables paging, loads flat segments and jumps to esi. Caches are off after INIT, so it enables them, too.
global enter_paging
enter_paging:
    mov     eax, DATA
    mov     ds, eax
    mov     es, eax
    mov     ss, eax
    mov     eax, cr4
    or      eax, CR4_PSE_PAE
    mov     cr4, eax
    mov     eax, boot_tops - PHYSMAP_BASE
    mov     cr3, eax
    mov     eax, cr0
    and     eax, ~CR0_CD_NW
    or      eax, CR0_PG_WP
    mov     cr0, eax
    jmp     esi

section .text
early:
    mov     esp, kernel_stacks + STACK_BYTES
    xor     ebp, ebp                ; the last frame of every backtrace
    mov     edi, eax                ; magic and information stay in edi, ebx
    call    log_init
    call    processor_check
    mov     esi, first_high
    jmp     CODE:enter_paging

first_high:
    mov     eax, edi                ; arguments: magic, information
    mov     edx, ebx
    call    kernel_main
    extern  leave_kernel
    jmp     leave_kernel            ; eax: the first thread

section .data align=4096
boot_directory:
%assign page LARGE_PAGE
%rep PHYSMAP_ENTRIES
    dd page, 0
%assign page page + 0x200000
%endrep
    times 512 - PHYSMAP_ENTRIES dq 0
boot_tops:
    dd boot_directory - PHYSMAP_BASE + 1, 0, 0, 0, 0, 0, boot_directory - PHYSMAP_BASE + 1, 0
