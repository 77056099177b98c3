; Into the kernel and out of it.
;
; The user's registers are saved straight into the thread: the task state's esp0, and SYSENTER_ESP
; through it, name the end of the running thread's struct registers. Everything else happens on the
; processor's one kernel stack, of which nothing survives an event: C gets the thread in eax and
; returns the thread to run, null for none. A system call returns a status; most are done at once, and
; the thread goes on. Messages that switch directly do not return, but jump to a resume_.
;
; While one processor runs, nothing here knows of the kernel lock. When there are several, system
; calls come to sysenter_locked, and interrupts look at SEVERAL.

%include "asm_offsets.inc"

USER_DATA   equ 0x23

; After pusha into the thread: flat segments, the stack, clean flags (no nested task, trap, alignment
; check or direction) for C. eax = thread; %1 = the stack, or ebp = the thread's processor, which has it.
%macro enter_c 0-1
    lea     eax, [esp - THREAD_REGISTERS]
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

; esp = the address of esp0 in the task state; the user's esp and eip are in ecx and edx.
%macro enter_by_sysenter 0-1
    mov     esp, [esp]
    sub     esp, FROM_VECTOR        ; which says SYSCALL, as in every thread that runs
    pusha
    enter_c %1
%endmacro

; eax = what the call of ecx's thread returns, edx = whose registers have the words: in the order of pusha.
%macro load_words 0
    mov     edi, [edx + THREAD_REGISTERS]
    mov     esi, [edx + THREAD_REGISTERS + 4]
    mov     ebp, [edx + THREAD_REGISTERS + 8]
    mov     ebx, [edx + THREAD_REGISTERS + 16]
%endmacro

; Runs the call of eax's thread. Goes to call_ends, unless it is done and the thread may go on, which is then in eax.
; %1 = its processor: what C functions keep.
%macro run_call 1
    movzx   edx, byte [eax + THREAD_EAX]
    mov     ebx, eax
    call    [call_table + edx * 4]
    test    eax, eax
    jg      call_ends
    cmp     byte [%1 + CPU_CHOOSE], 0
    jne     call_ends
    mov     [ebx + THREAD_EAX], eax
    mov     eax, ebx
%endmacro

; %1 = the processor that this runs on (a reference, as in a thread), by the task register.
%macro this_processor 1
    str     %1
    shl     %1, CPU_SHIFT - 3
    lea     %1, [%1 + kernel - (TASK_STATE << (CPU_SHIFT - 3))]
%endmacro

; The kernel lock, a semaphore: where others wait, lock.c says whose turn it is. %1 = the processor.
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

%macro give_lock 0
    lock inc dword [kernel_lock + LOCK_FREE]
    jg      %%given
    pusha
    call    kernel_lock_pass
    popa
%%given:
%endmacro

; To the thread whose words are in registers. ecx = the thread; ends with the exit.
%macro load_exit 0
    mov     edx, [ecx + THREAD_REGISTERS + 20]
    mov     ecx, [ecx + THREAD_REGISTERS + 24]
    sti
.exit:
    sysexit
%endmacro

section .text
extern call_table, call_end, event_stale, trap_user, trap_interrupt, trap_kernel, tlb_sync, kernel
extern lock_halt, kernel_lock, kernel_lock_wait, kernel_lock_pass, kernel_handle_ipi

global sysenter_entry
sysenter_entry:
    enter_by_sysenter kernel_stacks + STACK_BYTES ; the first processor's, who is alone
    run_call kernel
leave_by_sysexit:
    lea     esp, [eax + THREAD_REGISTERS]
    popa
    sti                             ; takes effect after the next instruction
.exit:
    sysexit

global resume_with_alone
resume_with_alone:
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
leave_alone:
    test    eax, eax
    jz      idle
    cmp     dword [eax + THREAD_VECTOR], SYSCALL
    je      leave_by_sysexit
leave_by_iret:
    lea     esp, [eax + THREAD_REGISTERS]
    mov     dword [eax + THREAD_VECTOR], SYSCALL
    popa
    add     esp, 8                  ; vector, error code
    iret

; By several processors: the thread may have died before the lock was ours.
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

; Without the lock nothing is known of who sent the words any more.
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
    jmp     leave_alone
stale_call:
    call    event_stale
    jmp     leave_locked

; The kernel's own space is loaded: whoever unmaps anything leaves this processor in peace.
idle:
    this_processor ecx
    mov     esp, [ecx + CPU_STACK]
    sti
.halt:
    hlt
    jmp     .halt

; Another processor, which has the lock, asks this one to drop translations, and waits. In the kernel
; an interrupt finds the idle, which has none, or who waits for the lock or is about to, and looks.
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

; It is this processor's turn to have the lock, which it looks at itself.
global wake_entry
wake_entry:
    mov     dword [ss:APIC_END_OF_INTERRUPT], 0
    iret

; An NMI comes at any moment of the kernel, too: it uses no more than the three words that the processor has pushed, for
; which there is room wherever esp may be (struct thread, struct arch_cpu), and is counted. A tick tells it.
; One between sti and an instruction before which no interrupt may come goes back to that sti: after iret
; nothing would hold interrupts off any more.
global nmi_entry
nmi_entry:
    lock inc dword [ss:kernel + KERNEL_NMIS]
    test    byte [esp + 4], 3
    jnz     .done
    cmp     dword [esp], leave_by_sysexit.exit
    je      .again
    cmp     dword [esp], resume_with_alone.exit
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

; An interrupt that went away before it was taken: it is not ended.
global spurious_entry
spurious_entry:
    iret

; void kernel_lock_take(void): where C begins to need it.
global kernel_lock_take
kernel_lock_take:
    this_processor ecx
    take_lock ecx
    ret

; void arch_preemption_point(void): interrupts are let in for one instruction. One that comes finds the
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

; Exceptions and interrupts. The processor has pushed ss, esp, eflags, cs, eip: into the thread, or,
; if it was in the kernel, the last three on the kernel's stack.
trap_common:
    test    byte [esp + 12], 3
    jz      .in_kernel
    pusha
    enter_c
    cmp     dword [kernel_lock + LOCK_SEVERAL], 0
    je      .alone
    take_lock ebp
.alone:
    xor     ebp, ebp                ; the last frame of a backtrace
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
    xor     eax, eax                ; of no thread
    call    trap_interrupt
    jmp     leave_kernel
.broken:
    pusha
    lea     eax, [esp - FROM_START]
    call    trap_kernel             ; does not return

; A debug trap on the first instruction of an entry by sysenter, with the user's trap flag still set:
; it goes on without. The stack is then the room below the task state, or the thread.
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
