// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "accesses.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "../counts.hpp"

namespace simt {

namespace {

std::size_t distinct(const Access* begin, const Access* end, unsigned size) {
    std::set<Address> touched;
    for (const Access* a = begin; a != end; ++a)
        for (Address unit = a->at / size; unit <= (a->at + a->bytes - 1) / size; ++unit)
            touched.insert(unit);
    return touched.size();
}

// Passes through 32 banks of 4 bytes: a bank gives one word at a time.
std::size_t passes(const Access* begin, const Access* end) {
    std::set<Address> words[32];
    for (const Access* a = begin; a != end; ++a)
        for (Address word = a->at / 4; word <= (a->at + a->bytes - 1) / 4; ++word)
            words[word % 32].insert(word);
    std::size_t most = 0;
    for (const auto& bank : words) most = std::max(most, bank.size());
    return most;
}

void count_shared(const Access* begin, const Access* end) {
    Counters& c = counters();
    (begin->kind == Kind::read ? c.shared_loads : c.shared_stores) += end - begin;
    c.shared_requests += 1;
    // Wide accesses go in rounds: 16 lanes of 8 bytes, or 8 lanes of 16 bytes.
    const unsigned lanes = 128 / std::clamp(begin->bytes, 4u, 128u);
    while (begin != end) {
        const unsigned round = begin->thread % 32 / lanes;
        const Access* next = begin;
        while (next != end && next->thread % 32 / lanes == round) ++next;
        const std::size_t needed = passes(begin, next);
        c.shared_passes += needed;
        c.bank_conflicts += needed - 1;
        begin = next;
    }
}

void count_global(const Access* begin, const Access* end) {
    Counters& c = counters();
    std::uint64_t bytes = 0;
    for (const Access* a = begin; a != end; ++a) bytes += a->bytes;
    const std::size_t sectors = distinct(begin, end, 32),
                      lines = distinct(begin, end, 128);
    if (begin->kind == Kind::read) {
        c.global_loads += end - begin, c.global_load_bytes += bytes;
        c.load_requests += 1, c.load_sectors += sectors, c.load_lines += lines;
    } else {
        c.global_stores += end - begin, c.global_store_bytes += bytes;
        c.store_requests += 1, c.store_sectors += sectors, c.store_lines += lines;
    }
}

auto by_instruction(const Access& a) {
    return std::make_tuple(a.thread / 32, a.where, a.times, a.thread);
}

}  // namespace

void Accesses::note(const Access& access) {
    log_.push_back(access);
}

void Accesses::reset(bool trace) {
    tracing_ = trace;
    trace_.clear();
}

// Each thread's accesses of a phase are its steps 0, 1, 2, ...
void Accesses::record(unsigned block, unsigned phase) {
    std::map<unsigned, unsigned> steps;
    for (const Access& a : log_)
        trace_.push_back({block, phase, steps[a.thread]++, a.thread, a.where,
                          a.piece->name, a.at - a.piece->start, a.bytes,
                          a.kind != Kind::read});
}

void Accesses::flush(unsigned block, unsigned phase) {
    if (tracing_) record(block, phase);
    auto same_thread = [](const Access& a) {
        return std::make_tuple(a.thread, a.where);
    };
    std::stable_sort(log_.begin(), log_.end(), [&](const Access& a, const Access& b) {
        return same_thread(a) < same_thread(b);
    });
    for (std::size_t i = 1; i < log_.size(); ++i)
        if (same_thread(log_[i]) == same_thread(log_[i - 1]))
            log_[i].times = log_[i - 1].times + 1;
    std::sort(log_.begin(), log_.end(), [](const Access& a, const Access& b) {
        return by_instruction(a) < by_instruction(b);
    });
    auto one_request = [](const Access& a, const Access& b) {
        return a.thread / 32 == b.thread / 32 && a.where == b.where &&
               a.times == b.times;
    };
    for (std::size_t begin = 0, end = 0; begin < log_.size(); begin = end) {
        while (end < log_.size() && one_request(log_[begin], log_[end])) ++end;
        count(&log_[begin], log_.data() + end);
    }
    log_.clear();
}

void Accesses::count(const Access* begin, const Access* end) {
    if (begin->kind == Kind::atomic)
        counters().atomics += end - begin;
    else if (begin->piece->shared)
        count_shared(begin, end);
    else
        count_global(begin, end);
}

}  // namespace simt
