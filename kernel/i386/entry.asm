; Into the kernel and out of it.
;
; The user's registers are saved straight into the thread: the task state's esp0, and SYSENTER_ESP
; through it, name the end of the running thread's struct registers. Everything else happens on the
; processor's one kernel stack, of which nothing survives an event: C gets the thread in eax and
; returns the thread to run, null for none.

%include "asm_offsets.inc"

USER_DATA   equ 0x23

; Flat segments and clean flags (no nested task, trap, alignment check or direction) for C.
%macro enter_c 0
    mov     ecx, USER_DATA
    mov     ds, ecx
    mov     es, ecx
    mov     ecx, [eax + THREAD_CPU]
    mov     esp, [ecx + CPU_STACK + WINDOW]
    push    2
    popf
    xor     ebp, ebp
%endmacro

; The stack of the processor that this runs on.
%macro empty_stack 0
    str     ecx
    shl     ecx, CPU_SHIFT - 3
    mov     esp, [ecx + CPU_STACK + kernel - (TASK_STATE << (CPU_SHIFT - 3))]
%endmacro

section .text

; sysenter: esp = the address of esp0 in the task state; the user's esp and eip are in ecx and edx.
global sysenter_entry
extern event_syscalls, kernel
sysenter_entry:
    mov     esp, [esp]
    sub     esp, BELOW_VECTOR
    push    SYSCALL
    pusha
    lea     eax, [esp - THREAD_REGISTERS]
    enter_c
    movzx   ecx, byte [eax + THREAD_EAX]
    call    [event_syscalls + ecx * 4]

; eax = the thread to run. One that came by sysenter leaves by sysexit.
global leave_kernel
leave_kernel:
    test    eax, eax
    jz      idle
    lea     esp, [eax + THREAD_REGISTERS]
    cmp     dword [eax + THREAD_VECTOR], SYSCALL
    jne     .by_iret
    popa
    sti                             ; takes effect after the next instruction
    sysexit
.by_iret:
    popa
    add     esp, 8                  ; vector, error code
    iret

idle:
    empty_stack
    sti
.halt:
    hlt
    jmp     .halt

; void arch_breathe(void): interrupts are let in for one instruction. One that comes finds the
; kernel's code segment in its frame and starts on an empty stack.
global arch_breathe
arch_breathe:
    sti
    nop
    cli
    ret

; Exceptions and interrupts. The processor has pushed ss, esp, eflags, cs, eip: into the thread, or,
; if it was in the kernel, the last three on the kernel's stack.
extern trap_user, trap_idle, trap_kernel
trap_common:
    test    byte [esp + 12], 3
    jz      .in_kernel
    pusha
    lea     eax, [esp - THREAD_REGISTERS]
    enter_c
    call    trap_user
    jmp     leave_kernel
.in_kernel:
    cmp     dword [esp], 32
    jb      .broken
    mov     eax, [esp]
    empty_stack
    xor     ebp, ebp
    call    trap_idle               ; eax = vector
    jmp     leave_kernel
.broken:
    pusha
    mov     eax, esp
    call    trap_kernel             ; does not return

; A debug trap on the first instruction of sysenter_entry, with the user's trap flag still set: it
; goes on without. The stack is then the room below the task state, or the thread.
debug_trap:
    test    byte [esp + 4], 3
    jnz     .user
    and     dword [esp + 8], ~0x100
    iret
.user:
    push    0
    push    1
    jmp     trap_common

; One stub a vector; 8, 10-14, 17 bring an error code.
%assign v 0
%rep 48
trap_stub_%+v:
%if v == 1
    jmp     debug_trap
%else
%if !(v == 8 || (v >= 10 && v <= 14) || v == 17)
    push    0
%endif
    push    v
    jmp     trap_common
%endif
%assign v v+1
%endrep

section .rodata
global trap_stubs
trap_stubs:
%assign v 0
%rep 48
    dd      trap_stub_%+v
%assign v v+1
%endrep

section .bss align=4096
global kernel_stacks
kernel_stacks:
    resb STACK_BYTES * CPUS

section .note.GNU-stack noalloc noexec nowrite progbits
