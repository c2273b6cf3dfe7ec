// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Who touched a word last, and is anything between that touch and this one?
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "../block.hpp"
#include "memory.hpp"

namespace simt {

enum class Kind : std::uint8_t { read, write, atomic };

// One access to a word: by whom, and at what time of its block and of its thread.
struct Touch {
    std::uint32_t block = 0, epoch = 0, clock = 0, where = 0;
    std::uint16_t thread = 0;
    std::uint8_t bytes = 0;
    Kind kind = Kind::read;
};

struct Conflict {
    bool found = false, uninitialized = false;
    Touch earlier;
};

class Races {
  public:
    void launch_begins();
    // Say whether the host has written these bytes of global memory.
    void written(const Piece& piece, Address at, std::size_t bytes, bool yes);
    void forget(int piece);
    void block_begins(unsigned block, unsigned threads);
    void barrier_passed();
    void warp_passed(unsigned first, unsigned mask);

    // Note an access to `bytes` bytes and say what it conflicts with.
    Conflict touch(const Piece& piece, Address at, std::size_t bytes, Kind kind,
                   unsigned thread, std::uint32_t where);

  private:
    struct Word {
        std::uint32_t stamp = 0;
        std::uint8_t written = 0;
        Touch write = {}, read = {}, other_thread = {}, other_warp = {};
    };
    struct Clock {
        std::uint32_t own = 1;
        std::uint32_t seen[32] = {};
    };

    std::vector<Word>& words_of(const Piece& piece);
    bool ordered(const Touch& earlier, const Touch& now) const;
    bool conflicts(const Touch& earlier, const Touch& now) const;
    void remember_read(Word& word, const Touch& now);

    std::unordered_map<int, std::vector<Word>> words_;
    std::vector<Clock> clocks_;
    std::uint32_t launch_ = 0, serial_ = 0, block_ = 0, epoch_ = 0;
};

}  // namespace simt
