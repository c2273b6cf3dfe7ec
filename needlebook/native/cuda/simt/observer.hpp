// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Where the checking build listens. The plain simulator has no observer.
#pragma once
#include <string>
#include <vector>

#include "block.hpp"

namespace simt {

// One access, for a picture of a block at work.
struct Traced {
    unsigned block, phase, step, thread, where;
    std::string array;
    std::size_t byte, bytes;
    bool write;
};

struct Observer {
    virtual ~Observer() = default;
    virtual void launch_begins() = 0;
    virtual void launch_ends() = 0;
    virtual void block_begins(const Block& block) = 0;
    virtual void block_ends() = 0;
    virtual void barrier_passed(const Block& block) = 0;
    virtual void warp_passed(unsigned first, unsigned mask, Ask ask) = 0;
    virtual void atomic(const void* address, std::size_t bytes, const void* where) = 0;
    virtual void found(const Finding& finding) = 0;
    virtual void watch(const void* start, std::size_t bytes, const char* name) = 0;
    virtual void unwatch(const void* start) = 0;
    virtual void written(const void* start, std::size_t bytes, bool yes) = 0;
    virtual void reset(bool trace) = 0;
    virtual const std::vector<Finding>& findings() = 0;
    virtual const std::vector<Traced>& trace() = 0;
};

extern Observer* observer;

}  // namespace simt
