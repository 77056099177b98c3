; The entry points of the vdso: the start of a program, its system calls, and interruption by a signal.

        bits 32
        global  vdso_call, vdso_jump, vdso_resume_frame, vdso_handler_returns, vdso_wait_in_registers, vdso_fpu_save, vdso_fpu_load
        global  vdso_wait_begins, vdso_wait_ends, vdso_wait_given_up, vdso_unchecked
        global  vdso_back, vdso_back_ends, vdso_back_jumps
        extern  vdso_begin, vdso_table, vdso_interrupted, vdso_frame_of, vdso_framed, vdso_check_signals, vdso_next
        extern  vdso_handler_returned, vdso_called

THREAD_AREA equ 0x8e8000 - 1024
USER_AREA   equ 0x2b
CALLS       equ 512
VDSO_GIVEN_UP equ 33 ; wait.h

; struct vdso_state
SIGNAL_PENDING equ THREAD_AREA + 24
NEXT_LEVEL  equ THREAD_AREA + 40
ESP_THEN    equ THREAD_AREA + 44

; struct vdso_level
LEVEL       equ 400
OUTER_END   equ 0x8f8000 + 2048 + LEVEL
INNER_END   equ OUTER_END + LEVEL

; struct vdso_interruption
SAVED_ESP   equ 36
SAVED_EIP   equ 40
SAVED       equ 52
OUTER       equ OUTER_END - SAVED
INNER       equ INNER_END - SAVED

; struct signal_frame
FRAME       equ 1360
HANDLER     equ 16
REGISTERS   equ 20 + 128 + 20           ; of its context: gs, fs, es, ds, edi, ...
EDI_        equ REGISTERS + 16
ESP_        equ REGISTERS + 28
EIP_        equ REGISTERS + 56
FINAL_ESP   equ REGISTERS + 68

        section .first progbits alloc exec nowrite align=16
        jmp     near begin
        align   16
        jmp     near interrupted        ; VDSO_INTERRUPTED
        align   16
        jmp     near called             ; VDSO_CALLED

        section .text
; ecx = the program's entry, edx = its program headers, esp = their number, esi = the ignored signals, edi = the blocked
; ones.
begin:  mov     eax, esp
        mov     esp, THREAD_AREA
        xor     ebp, ebp
        mov     ebx, USER_AREA
        mov     gs, ebx
        push    ebp                     ; aligns the stack for the C function
        push    ebp
        push    ebp
        push    edi
        push    esi
        push    eax
        push    edx
        push    ecx
        call    vdso_begin
        ud2

; eax = number; arguments in ebx, ecx, edx, esi, edi, ebp. The result is in eax; the other registers are preserved.
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
        mov     eax, CALLS - 1          ; an unused number
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
        cmp     dword [SIGNAL_PENDING], 0
unchecked_call:
        jne     check_signals
        ret
unchecked_call_end:

; The arguments are on the stack: the stack pointer, the entry.
vdso_jump:
        mov     eax, [esp + 8]
        mov     esp, [esp + 4]
        xor     edx, edx
        jmp     eax

; Makes a call that may wait long, unless a signal must be handled first. eax = the head; ebx, esi, edi, ecx = the
; words, which become the reply's. Returns eax = the kernel's error, or VDSO_GIVEN_UP, with the words
; unchanged. A thread that is interrupted between `begins` and `ends` continues at `given_up`.
vdso_wait_in_registers:
        push    ebp
        mov     ebp, ecx
vdso_wait_begins:
        cmp     dword [SIGNAL_PENDING], 0
        jne     vdso_wait_given_up
        mov     ecx, esp
        mov     edx, wait_returns
vdso_wait_ends:
        sysenter
wait_returns:
        mov     ecx, ebp
        pop     ebp
        ret
vdso_wait_given_up:
        mov     ecx, ebp
        mov     eax, VDSO_GIVEN_UP
        pop     ebp
        ret

; Saves the FPU's state at eax, and resets it for a handler; or loads it from eax.
vdso_fpu_save:
        fxsave  [eax]
        fninit
        ret
vdso_fpu_load:
        fxrstor [eax]
        ret

; All registers except eip are those of the interrupted code: the program, the vdso, or the vdso at the outer level. The
; outer level is in use from here to `back_jumps` or `framed`. In that time the vdso is interrupted at most once more:
; by a signal (S4), or by a fault when it makes a frame in a file's page that is not mapped yet.
interrupted:
        mov     [ESP_THEN], esp         ; mov and lea change no flags
        mov     esp, [NEXT_LEVEL]
        lea     esp, [esp - (SAVED - SAVED_EIP)]
        push    dword [ESP_THEN]
        pushfd
        pusha
        mov     dword [NEXT_LEVEL], INNER_END
        cld
        mov     eax, esp
        call    vdso_interrupted
        test    eax, eax
        jnz     framed
        cmp     esp, INNER
        je      inner_back

; Returns to the code that the outer level interrupted. If that is the program and a signal came, makes a frame instead.
; A thread that is interrupted before `back_ends` starts again at `back`.
vdso_back:
        mov     esp, OUTER
        cmp     dword [SIGNAL_PENDING], 0
        jne     back_checks_signals
back_goes:
        popa
        popfd
        pop     esp
vdso_back_ends:
        mov     dword [NEXT_LEVEL], OUTER_END
vdso_back_jumps:
        jmp     [OUTER + SAVED_EIP]     ; an interruption here counts as one at the jump's target
back_checks_signals:
        mov     eax, esp
        call    vdso_frame_of
        test    eax, eax
        jz      back_goes

; eax = a frame. The outer level is free again.
framed: mov     dword [NEXT_LEVEL], OUTER_END
        lea     esp, [eax - 12]         ; aligns the stack for the C function
        call    vdso_framed
        jmp     leave

; Returns to the code at the outer level, which has a stack for the return address.
inner_back:
        mov     eax, [esp + SAVED_ESP]
        mov     ecx, [esp + SAVED_EIP]
        sub     eax, 4
        mov     [eax], ecx
        mov     [esp + SAVED_ESP], eax
        popa
        popfd
        pop     esp
        ret

; The program has called by `int $0x80`. All registers except eip are the program's. The call is made as by %gs:16, but
; keeps the flags.
called: push    ebp                     ; room for the return address
        pushfd
        pusha
        cld
        call    vdso_called
        mov     [esp + 36], eax
        popa
        call    vdso_call
unchecked_called:
        popfd
        ret
unchecked_called_end:

; Handles signals, and returns as from a function that changes nothing.
check_signals:
        pushfd
        pusha
        cld
        mov     edx, esp
        lea     eax, [esp - FRAME - 16]
        and     eax, -16
        mov     esp, eax
        sub     eax, 4
        sub     esp, 16
        call    vdso_check_signals

; eax = a frame. Continues at its handler or, without one, at the interrupted code.
leave:  mov     esp, eax
        cmp     dword [esp + HANDLER], 0
        je      restore
        cmp     dword [SIGNAL_PENDING], 0
unchecked_handler:
        jne     handler_later
        jmp     [esp + HANDLER]
unchecked_handler_end:
handler_later:
        push    dword [esp + HANDLER]   ; as if the signal had come at the handler's first instruction
        jmp     check_signals

restore:
        cmp     dword [SIGNAL_PENDING], 0
unchecked_restore:
        jne     restore_later
        mov     ecx, [esp + ESP_]
        mov     edx, [esp + EIP_]
        sub     ecx, 4
        mov     [ecx], edx
        mov     [esp + FINAL_ESP], ecx
        lea     esp, [esp + EDI_]
        popa
        lea     esp, [esp + 16]
        popfd
        pop     esp
        ret
unchecked_restore_end:
restore_later:
        mov     eax, esp
        sub     esp, 12
        call    vdso_next
        jmp     leave

; esp = behind the first word of the frame.
vdso_handler_returns:
        lea     eax, [esp - 4]
; eax = the frame of a handler that has returned.
vdso_resume_frame:
        lea     esp, [eax - 12]
        cld
        call    vdso_handler_returned
        jmp     leave

        section .rodata
; Pairs of addresses: code that does not check for signals any more before the program or its handler runs.
vdso_unchecked:
        dd      unchecked_call, unchecked_call_end, unchecked_handler, unchecked_handler_end
        dd      unchecked_called, unchecked_called_end, unchecked_restore, unchecked_restore_end
