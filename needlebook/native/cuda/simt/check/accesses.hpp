// Extracted from the book: edit the chapter, or edit here and run "make sync".
// The accesses of a warp: 32 threads at one instruction are one request to memory.
#pragma once
#include <cstdint>
#include <vector>

#include "../observer.hpp"
#include "memory.hpp"
#include "races.hpp"

namespace simt {

struct Access {
    Address at;
    std::uint32_t where, times, bytes;
    std::uint16_t thread;
    Kind kind;
    const Piece* piece;
};

class Accesses {
  public:
    void note(const Access& access);
    // Group what each warp did since the last call, and count it.
    void flush(unsigned block, unsigned phase);
    void reset(bool trace);
    const std::vector<Traced>& trace() const {
        return trace_;
    }

  private:
    void record(unsigned block, unsigned phase);
    static void count(const Access* begin, const Access* end);
    std::vector<Access> log_;
    std::vector<Traced> trace_;
    bool tracing_ = false;
};

}  // namespace simt
