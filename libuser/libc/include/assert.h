#undef assert

#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : __assert_failed(#condition, __FILE__, __LINE__))
#endif

#ifndef __ASSERT_FAILED
#define __ASSERT_FAILED
#define static_assert _Static_assert
_Noreturn void __assert_failed(const char *condition, const char *file, int line);
#endif
