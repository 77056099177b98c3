; Entry to the kernel and exit from it.
;
; The user's registers are saved straight into the thread: esp0 of the task-state segment (TSS) points to the end
; of the running thread's struct registers. SYSENTER_ESP points to esp0, from which sysenter's entry loads esp.
; Everything else happens on the processor's one kernel stack, which is empty again after each event. C gets the
; thread in eax and returns the thread to run, or null. A system call returns a status; most are done at once, and
; the thread continues. Messages that switch directly do not return, but jump to a resume_ label.
;
; With one processor the kernel lock is not used. With several, system calls begin at sysenter_locked,
; and interrupts test SEVERAL. Code at the labels ..._locked takes or releases the lock; at ..._unlocked it is not
; used, or released already.

%include "asm_offsets.inc"

USER_DATA   equ 0x23

; After pusha into the thread: loads flat segments, the stack and clean flags (no nested task, trap, alignment
; check or direction) for C. Sets eax = thread. The stack is %1; without %1, it is that of the thread's
; processor, and ebp = that processor.
%macro enter_c 0-1
    lea     eax, [esp - THREAD_PUSHA]
    mov     edx, USER_DATA
    mov     ds, edx
    mov     es, edx
%if %0
    mov     esp, %1
%else
    mov     ebp, [eax + THREAD_CPU]
    mov     esp, [ebp + CPU_STACK]
%endif
    push    2
    popf
%endmacro

; esp = the address of esp0 in the TSS; the user's esp and eip are in ecx and edx.
%macro enter_by_sysenter 0-1
    mov     esp, [esp]
    sub     esp, VECTOR_TO_END      ; no vector is pushed: in every thread that runs it is SYSCALL already
    pusha
    enter_c %1
%endmacro

; Loads the words of a message into registers, for the waiting call of another thread. edx = the sender, which has them
; in its saved registers (in the order of pusha). Keeps eax = the call's result and ecx = its thread.
%macro load_words 0
    mov     edi, [edx + THREAD_PUSHA]
    mov     esi, [edx + THREAD_PUSHA + 4]
    mov     ebp, [edx + THREAD_PUSHA + 8]
    mov     ebx, [edx + THREAD_PUSHA + 16]
%endmacro

; Runs the call of the thread in eax. If the call is done and the thread may continue, stores the status and sets
; eax = the thread; else jumps to call_ends. %1 = its processor, in a register that C functions keep.
%macro run_call 1
    movzx   edx, byte [eax + THREAD_EAX]
    mov     ebx, eax
    call    [call_table + edx * 4]
    test    eax, eax
    jg      call_ends
    cmp     byte [%1 + CPU_RESCHEDULE], 0
    jne     call_ends
    mov     [ebx + THREAD_EAX], eax
    mov     eax, ebx
%endmacro

; %1 = this processor (a reference, as in a thread), from the task register.
%macro this_processor 1
    str     %1
    shl     %1, CPU_SHIFT - 3
    lea     %1, [%1 + kernel - (TASK_STATE << (CPU_SHIFT - 3))]
%endmacro

; Takes the kernel lock, a semaphore: if processors wait for it, C decides which is next (struct kernel_lock). %1 = this
; processor. Keeps all registers but flags.
%macro take_lock 1
    lock dec dword [kernel_lock + LOCK_FREE]
    jz      %%mine
    pusha
    mov     eax, %1
    call    kernel_lock_wait
    popa
%%mine:
    mov     [kernel_lock + LOCK_HOLDER], %1
%endmacro

; Releases the kernel lock, to the next waiting processor if there is one. Keeps all registers but flags.
%macro give_lock 0
    lock inc dword [kernel_lock + LOCK_FREE]
    jg      %%given
    pusha
    call    kernel_lock_pass
    popa
%%given:
%endmacro

; Leaves the kernel for the thread in ecx, whose words are in registers already.
%macro load_exit 0
    mov     edx, [ecx + THREAD_PUSHA + 20]
    mov     ecx, [ecx + THREAD_PUSHA + 24]
    sti
.exit:
    sysexit
%endmacro

section .text align=64             ; the way in and out in two lines of the cache
extern call_table, call_end, event_stale, trap_user, trap_interrupt, trap_kernel, tlb_sync, kernel
extern lock_halt, kernel_lock, kernel_lock_wait, kernel_lock_pass, kernel_handle_ipi

global sysenter_entry
sysenter_entry:
    enter_by_sysenter kernel_stacks + STACK_BYTES ; the first processor's: there is no other
    run_call kernel
leave_by_sysexit:
    lea     esp, [eax + THREAD_PUSHA]
    popa
    sti                             ; takes effect after the next instruction
.exit:
    sysexit

global resume_with_unlocked
resume_with_unlocked:
    load_words
    load_exit

; eax = the status, ebx = the thread.
call_ends:
    mov     edx, eax
    mov     eax, ebx
    call    call_end
; eax = the thread to run, or null.
global leave_kernel
leave_kernel:
    cmp     dword [kernel_lock + LOCK_SEVERAL], 0
    jne     leave_locked
leave_unlocked:
    test    eax, eax
    jz      idle
    cmp     dword [eax + THREAD_VECTOR], SYSCALL
    je      leave_by_sysexit
leave_by_iret:
    lea     esp, [eax + THREAD_PUSHA]
    mov     dword [eax + THREAD_VECTOR], SYSCALL
    popa
    add     esp, 8                  ; vector, error code
    iret

; Another processor may destroy the thread while this one waits for the lock.
global sysenter_locked, leave_locked
sysenter_locked:
    enter_by_sysenter
    take_lock ebp
    cmp     byte [eax + THREAD_STATE], RUNNING
    jne     stale_call
    run_call ebp
    cmp     dword [kernel + KERNEL_TLB_PENDING], 0
    jne     leave_locked
    give_lock
    jmp     leave_by_sysexit

; The words are loaded before the lock is released: after that the sender may change or be destroyed.
global resume_with_locked
resume_with_locked:
    load_words
    give_lock
    load_exit

leave_locked:
    push    eax
    call    tlb_sync
    pop     eax
    give_lock
    jmp     leave_unlocked
stale_call:
    call    event_stale
    jmp     leave_locked

; The kernel's own space is loaded, so this processor gets no shootdown IPIs.
idle:
    this_processor ecx
    mov     esp, [ecx + CPU_STACK]
    sti
.halt:
    hlt
    jmp     .halt

; Another processor, which holds the lock, makes this one drop translations, and waits until that is done. If this one
; is in the kernel, there is nothing to do here: it is idle and has no translations of user addresses, or it waits
; for the lock and polls for the IPI.
global ipi_entry
ipi_entry:
    test    byte [esp + 4], 3
    jz      wake_entry
    push    0
    push    SYSCALL
    pusha
    enter_c
    push    eax
    mov     eax, ebp
    call    kernel_handle_ipi     ; eax = processor
    pop     eax
    mov     dword [APIC_END_OF_INTERRUPT], 0
    jmp     leave_by_iret

; Wakes this processor, which waits for the lock: after hlt, it checks itself whether the lock is its.
global wake_entry
wake_entry:
    mov     dword [ss:APIC_END_OF_INTERRUPT], 0
    iret

; An NMI may come at any moment, also in the kernel. It is counted, and a tick reports it. It uses only the three words
; that the processor has pushed, for which there is room wherever esp may be (struct thread, struct arch_cpu).
; If it came between sti and the instruction that sti protects from interrupts, it returns to the sti: after iret
; that protection would be gone.
global nmi_entry
nmi_entry:
    lock inc dword [ss:kernel + KERNEL_NMIS]
    test    byte [esp + 4], 3
    jnz     .done
    cmp     dword [esp], leave_by_sysexit.exit
    je      .again
    cmp     dword [esp], resume_with_unlocked.exit
    je      .again
    cmp     dword [esp], resume_with_locked.exit
    je      .again
    cmp     dword [esp], lock_halt
    jne     .done
.again:
    dec     dword [esp]
    and     byte [esp + 9], ~2      ; the interrupt flag
.done:
    iret

; An interrupt that went away before it was taken: it needs no end of interrupt.
global spurious_entry
spurious_entry:
    iret

; void kernel_lock_take(void): for C.
global kernel_lock_take
kernel_lock_take:
    this_processor ecx
    take_lock ecx
    ret

; void arch_preemption_point(void): lets interrupts in for one instruction. An interrupt here finds the
; kernel's code segment in its frame and starts on an empty stack.
global arch_preemption_point
arch_preemption_point:
    cmp     dword [kernel_lock + LOCK_SEVERAL], 0
    jne     .several
    sti
    nop
    cli
    ret
.several:
    give_lock
    sti
    nop
    cli
    jmp     kernel_lock_take

; Exceptions and interrupts. From user mode the processor has pushed ss, esp, eflags, cs, eip into the thread; in the
; kernel it has pushed the last three on the kernel's stack. There an exception is a bug, and an interrupt comes only
; while the processor is idle or at a preemption point, so what was on the stack is abandoned.
trap_common:
    test    byte [esp + 12], 3
    jz      .in_kernel
    pusha
    enter_c
    cmp     dword [kernel_lock + LOCK_SEVERAL], 0
    je      .entered
    take_lock ebp
.entered:
    xor     ebp, ebp                ; ends a backtrace
    call    trap_user
    jmp     leave_kernel
.in_kernel:
    cmp     dword [esp], 32
    jb      .broken
    mov     edx, [esp]              ; the vector
    this_processor ebp
    mov     esp, [ebp + CPU_STACK]
    cmp     dword [kernel_lock + LOCK_SEVERAL], 0
    je      .idle
    take_lock ebp
.idle:
    xor     ebp, ebp
    xor     eax, eax                ; no thread
    call    trap_interrupt
    jmp     leave_kernel
.broken:
    pusha
    lea     eax, [esp - REGISTERS_PUSHA]
    call    trap_kernel             ; does not return

; A debug trap in the kernel is on the first instruction after sysenter, with the user's trap flag still
; set: this clears the flag and returns. The stack is then `room` of struct arch_cpu, below the TSS, or the thread.
debug_trap:
    test    byte [esp + 4], 3
    jnz     .user
    and     dword [esp + 8], ~0x100
    iret
.user:
    push    0
    push    1
    jmp     trap_common

; One stub for each vector; 8, 10-14 and 17 push an error code.
%assign v 0
%rep VECTORS
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
%rep VECTORS
    dd      trap_stub_%+v
%assign v v+1
%endrep

section .bss align=4096
global kernel_stacks
kernel_stacks:
    resb STACK_BYTES * CPUS
