// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "races.hpp"

#include <algorithm>

namespace simt {

void Races::launch_begins() {
    ++launch_;
    ++serial_;
}

void Races::forget(int piece) {
    words_.erase(piece);
}

// What nothing is known of counts as written, unless it is shared.
std::vector<Races::Word>& Races::words_of(const Piece& piece) {
    std::vector<Word>& words = words_[piece.number];
    Word unknown;
    unknown.written = piece.shared ? 0 : 15;
    if (words.empty()) words.assign((piece.bytes + 7) / 4, unknown);
    return words;
}

void Races::written(const Piece& piece, Address at, std::size_t bytes, bool yes) {
    std::vector<Word>& words = words_of(piece);
    const std::size_t begin = (at - piece.start) / 4, end = (at - piece.start + bytes);
    for (std::size_t w = begin; w * 4 < end; ++w) words[w].written = yes ? 15 : 0;
}

void Races::block_begins(unsigned block, unsigned threads) {
    ++serial_;
    block_ = block;
    epoch_ = 0;
    clocks_.assign(threads, Clock{});
}

void Races::barrier_passed() {
    ++epoch_;
}

// After __syncwarp every lane of the mask has seen what the others did before it.
void Races::warp_passed(unsigned first, unsigned mask) {
    std::uint32_t known[32] = {};
    for (unsigned t = 0; t < 32; ++t) {
        if (!(mask >> t & 1)) continue;
        const Clock& clock = clocks_[first + t];
        for (unsigned u = 0; u < 32; ++u) known[u] = std::max(known[u], clock.seen[u]);
        known[t] = std::max(known[t], clock.own);
    }
    for (unsigned t = 0; t < 32; ++t) {
        if (!(mask >> t & 1)) continue;
        std::copy(known, known + 32, clocks_[first + t].seen);
        ++clocks_[first + t].own;
    }
}

bool Races::ordered(const Touch& earlier, const Touch& now) const {
    if (earlier.block != now.block) return false;
    if (earlier.thread == now.thread || earlier.epoch < now.epoch) return true;
    if (earlier.thread / 32 != now.thread / 32) return false;
    return clocks_[now.thread].seen[earlier.thread % 32] >= earlier.clock;
}

bool Races::conflicts(const Touch& earlier, const Touch& now) const {
    if (!(earlier.bytes & now.bytes)) return false;
    if (earlier.kind == Kind::read && now.kind == Kind::read) return false;
    if (earlier.kind == Kind::atomic && now.kind == Kind::atomic) return false;
    return !ordered(earlier, now);
}

// Three reads are enough: the last one, one of another thread, one of another warp.
void Races::remember_read(Word& word, const Touch& now) {
    const Touch last = word.read;
    if (last.bytes && (last.thread != now.thread || last.block != now.block))
        word.other_thread = last;
    if (last.bytes && (last.thread / 32 != now.thread / 32 || last.block != now.block))
        word.other_warp = last;
    word.read = now;
}

Conflict Races::touch(const Piece& piece, Address at, std::size_t bytes, Kind kind,
                      unsigned thread, std::uint32_t where) {
    Conflict result;
    std::vector<Word>& words = words_of(piece);
    const std::uint32_t stamp = piece.shared ? serial_ : launch_;
    const std::size_t begin = at - piece.start, end = begin + bytes;
    for (std::size_t w = begin / 4; w * 4 < end; ++w) {
        Word& word = words[w];
        if (word.stamp != stamp && piece.shared) word.written = 0;
        if (word.stamp != stamp) word = Word{stamp, word.written};
        unsigned mask = 0;
        for (std::size_t byte = 0; byte < 4; ++byte)
            if (w * 4 + byte >= begin && w * 4 + byte < end) mask |= 1u << byte;
        Touch now{block_, epoch_, clocks_[thread].own, where};
        now.thread = thread, now.bytes = mask, now.kind = kind;
        if (kind != Kind::write && (word.written & mask) != mask)
            result.uninitialized = true;
        const Touch earlier[] = {word.write, word.read, word.other_thread,
                                 word.other_warp};
        for (const Touch& touch : earlier)
            if (!result.found && touch.bytes && conflicts(touch, now))
                result.found = true, result.earlier = touch;
        if (kind == Kind::read) {
            remember_read(word, now);
        } else {
            word.write = now;
            word.written |= mask;
        }
    }
    return result;
}

}  // namespace simt
