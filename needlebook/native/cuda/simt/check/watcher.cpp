// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "watcher.hpp"

#include "../names.hpp"
#include "accesses.hpp"
#include "memory.hpp"
#include "races.hpp"

namespace simt {

namespace {

const char* verb(Kind kind, bool past) {
    if (kind == Kind::atomic) return past ? "changed it" : "changes it";
    if (kind == Kind::write) return past ? "wrote it" : "writes it";
    return past ? "read it" : "reads it";
}

class Watcher : public Observer {
  public:
    Watcher() {
        observer = this;
    }
    void launch_begins() override {
        memory_.find_shared_arrays();
        races_.launch_begins();
    }
    void launch_ends() override {
        block_ = nullptr;
    }
    void block_begins(const Block& block) override {
        const dim3 grid = block.launch->grid;
        number_ = block.index.x + grid.x * (block.index.y + grid.y * block.index.z);
        races_.block_begins(number_, block.threads.size());
        phase_ = 0;
        block_ = Block::here();
    }
    void block_ends() override {
        accesses_.flush(number_, phase_);
        block_ = nullptr;
    }
    void barrier_passed(const Block& block) override;
    void warp_passed(unsigned first, unsigned mask, Ask ask) override {
        if (ask == Ask::sync) races_.warp_passed(first, mask);
    }

    void atomic(const void* address, std::size_t bytes, const void* where) override {
        access(address, bytes, Kind::atomic, where);
    }
    void found(const Finding& finding) override;
    void watch(const void* start, std::size_t bytes, const char* name) override {
        memory_.add(start, bytes, name);
    }
    void unwatch(const void* start) override {
        races_.forget(memory_.remove(start));
    }
    void written(const void* start, std::size_t bytes, bool yes) override {
        const auto at = reinterpret_cast<Address>(start);
        if (const Piece* piece = memory_.find(at, bytes))
            races_.written(*piece, at, bytes, yes);
    }
    void reset(bool trace) override {
        findings_.clear();
        accesses_.reset(trace);
    }
    const std::vector<Finding>& findings() override {
        return findings_;
    }
    const std::vector<Traced>& trace() override {
        return accesses_.trace();
    }

    void access(const void* address, std::size_t bytes, Kind kind, const void* where);
    void out_of_array(const char* type, std::intptr_t index, const void* where);

  private:
    void race(const Piece& piece, Address at, Kind kind, const Touch& earlier,
              const void* where);

    Memory memory_;
    Races races_;
    Accesses accesses_;
    std::vector<Finding> findings_;
    Block* block_ = nullptr;
    unsigned number_ = 0, phase_ = 0;
};

Watcher& watcher() {
    static Watcher kept;
    return kept;
}
const Watcher& at_load = watcher();

// Every access of a kernel comes through here, before it is made.
void Watcher::access(const void* address, std::size_t bytes, Kind kind,
                     const void* where) {
    if (block_ == nullptr || !block_->in_kernel || block_->owns(address)) return;
    const Away away(*block_);
    const auto at = reinterpret_cast<Address>(address);
    const Piece* piece = memory_.find_or_add(at, bytes);
    if (piece == nullptr) {
        Finding finding = block_->finding("out of bounds", memory_.describe(at), where);
        finding.doing = kind == Kind::read ? "reads there" : "writes there";
        block_->stop(finding);
    }
    const auto place = static_cast<std::uint32_t>(offset_in_module(where));
    const auto thread = static_cast<std::uint16_t>(block_->running);
    const auto size = static_cast<std::uint32_t>(bytes);
    accesses_.note({at, place, 0, size, thread, kind, piece});
    const Conflict conflict = races_.touch(*piece, at, bytes, kind, thread, place);
    if (conflict.uninitialized) {
        Finding finding = block_->finding(
            "uninitialized", Memory::word(*piece, at) + " was never written", where);
        finding.doing = verb(kind, false);
        found(finding);
    }
    if (conflict.found) race(*piece, at, kind, conflict.earlier, where);
}

void Watcher::race(const Piece& piece, Address at, Kind kind, const Touch& earlier,
                   const void* where) {
    Finding finding = block_->finding("race", Memory::word(piece, at), where);
    finding.doing = verb(kind, false);
    finding.other =
        static_cast<const char*>(where) - offset_in_module(where) + earlier.where;
    finding.other_doing =
        block_->name_of_thread(earlier.thread) + " " + verb(earlier.kind, true);
    if (earlier.block != number_)
        finding.other_doing += " in another block";
    else if (earlier.thread / 32 == block_->running / 32)
        finding.other_doing += ", same warp, with no __syncwarp between";
    else
        finding.other_doing += " with no barrier between";
    found(finding);
}

// Threads may wait at different barriers of the text: that is a finding too.
void Watcher::barrier_passed(const Block& block) {
    accesses_.flush(number_, phase_++);
    races_.barrier_passed();
    const Thread& first = block.threads[0];
    for (std::size_t t = 1; t < block.threads.size(); ++t) {
        if (block.threads[t].where == first.where) continue;
        Finding finding =
            block_->finding("barrier", "threads wait at two barriers", first.where);
        finding.thread = first.index;
        finding.doing = "waits here";
        finding.other = block.threads[t].where;
        finding.other_doing = block_->name_of_thread(t) + " waits here";
        found(finding);
        break;
    }
}

// The same two lines of the text make one finding, however often.
void Watcher::found(const Finding& finding) {
    for (Finding& known : findings_) {
        if (known.kind == finding.kind && known.where == finding.where &&
            known.other == finding.other && known.kernel == finding.kernel) {
            ++known.times;
            return;
        }
    }
    findings_.push_back(finding);
}

void Watcher::out_of_array(const char* type, std::intptr_t index, const void* where) {
    if (block_ == nullptr || !block_->in_kernel) return;
    const Away away(*block_);
    Finding finding = block_->finding(
        "out of bounds", "index " + std::to_string(index) + " of an array " + type,
        where);
    finding.doing = "asks for it";
    block_->stop(finding);
}

}  // namespace

void seen(const void* at, std::size_t bytes, bool write, const void* where) {
    watcher().access(at, bytes, write ? Kind::write : Kind::read, where);
}

void out_of_array(const char* type, std::intptr_t index, const void* where) {
    watcher().out_of_array(type, index, where);
}

}  // namespace simt
