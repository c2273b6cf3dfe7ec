// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "warp.hpp"

#include "block.hpp"
#include "observer.hpp"

using simt::Ask;
using simt::Block;

namespace simt {

uint3 thread_index() {
    const Block& block = *Block::here();
    return block.threads[block.running].index;
}
uint3 block_index() {
    return Block::here()->index;
}
dim3 block_size() {
    return Block::here()->launch->block;
}
dim3 grid_size() {
    return Block::here()->launch->grid;
}
unsigned lane() {
    return Block::here()->running % warpSize;
}

std::uint64_t exchange(Ask ask, unsigned mask, std::uint64_t value, int source,
                       const void* where) {
    Thread question{};
    question.ask = ask;
    question.mask = mask;
    question.value = value;
    question.source = source;
    question.where = where;
    return Block::here()->exchange(question);
}

}  // namespace simt

void __syncthreads() {
    Block::here()->wait_at_barrier(__builtin_return_address(0));
}
void __syncwarp(unsigned mask) {
    simt::exchange(Ask::sync, mask, 0, 0, __builtin_return_address(0));
}
void __threadfence() {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
void __threadfence_block() {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

unsigned __ballot_sync(unsigned mask, int predicate) {
    return simt::exchange(Ask::ballot, mask, predicate != 0, 0,
                          __builtin_return_address(0));
}
int __any_sync(unsigned mask, int predicate) {
    return simt::exchange(Ask::ballot, mask, predicate != 0, 0,
                          __builtin_return_address(0)) != 0;
}
int __all_sync(unsigned mask, int predicate) {
    return simt::exchange(Ask::ballot, mask, predicate == 0, 0,
                          __builtin_return_address(0)) == 0;
}
