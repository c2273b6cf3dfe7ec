// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The functions that the compiler calls before every access, in place of libtsan's.
#include "watcher.hpp"

using simt::seen;

extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}

#define READ_AND_WRITE(bytes)                                \
    void __tsan_read##bytes(void* at) {                      \
        seen(at, bytes, false, __builtin_return_address(0)); \
    }                                                        \
    void __tsan_write##bytes(void* at) {                     \
        seen(at, bytes, true, __builtin_return_address(0));  \
    }
READ_AND_WRITE(1)
READ_AND_WRITE(2)
READ_AND_WRITE(4)
READ_AND_WRITE(8)
READ_AND_WRITE(16)
#undef READ_AND_WRITE

void __tsan_read_range(void* at, std::size_t bytes) {
    seen(at, bytes, false, __builtin_return_address(0));
}
void __tsan_write_range(void* at, std::size_t bytes) {
    seen(at, bytes, true, __builtin_return_address(0));
}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}

// What -fsanitize=bounds calls when an index leaves an array whose size is known.
struct ArrayType {
    std::uint16_t kind, info;
    char name[1];
};
struct OutOfBounds {
    const char* file;
    std::uint32_t line, column;
    const ArrayType *array, *index;
};

void __ubsan_handle_out_of_bounds(OutOfBounds* what, std::uintptr_t index) {
    simt::out_of_array(what->array->name, static_cast<std::intptr_t>(index),
                       __builtin_return_address(0));
}
}
