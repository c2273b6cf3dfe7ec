// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "memory.hpp"

#include "../names.hpp"

namespace simt {

void Memory::add(const void* start, std::size_t bytes, const std::string& name) {
    const auto at = reinterpret_cast<Address>(start);
    pieces_[at] = {name, at, bytes, false, number_++};
    last_ = nullptr;
}

int Memory::remove(const void* start) {
    const auto place = pieces_.find(reinterpret_cast<Address>(start));
    last_ = nullptr;
    if (place == pieces_.end()) return -1;
    const int number = place->second.number;
    pieces_.erase(place);
    return number;
}

void Memory::find_shared_arrays() {
    const std::vector<Variable> arrays = shared_arrays();
    if (arrays.size() == shared_.size() &&
        (arrays.empty() || reinterpret_cast<Address>(arrays[0].start) == shared_[0]))
        return;
    for (const Address start : shared_) {
        const auto place = pieces_.find(start);
        if (place != pieces_.end() && place->second.shared) pieces_.erase(place);
    }
    shared_.clear();
    last_ = nullptr;
    for (const Variable& array : arrays) {
        const auto start = reinterpret_cast<Address>(array.start);
        shared_.push_back(start);
        const int number = -1 - static_cast<int>(shared_.size());
        pieces_[start] = {array.name, start, array.bytes, true, number};
    }
}

const Piece* Memory::find(Address at, std::size_t bytes) {
    auto holds = [&](const Piece& piece) {
        return at >= piece.start && at + bytes <= piece.start + piece.bytes;
    };
    if (last_ && holds(*last_)) return last_;
    auto above = pieces_.upper_bound(at);
    if (above == pieces_.begin()) return nullptr;
    const Piece& piece = std::prev(above)->second;
    return holds(piece) ? last_ = &piece : nullptr;
}

const Piece* Memory::find_or_add(Address at, std::size_t bytes) {
    if (const Piece* known = find(at, bytes)) return known;
    const Variable found = device_variable(reinterpret_cast<const void*>(at));
    if (found.bytes == 0) return nullptr;
    add(found.start, found.bytes, found.name);
    return find(at, bytes);
}

std::string Memory::word(const Piece& piece, Address at) {
    return "word " + std::to_string((at - piece.start) / 4) + " of " + piece.name;
}

std::string Memory::describe(Address at) const {
    const Piece* nearest = nullptr;
    std::size_t least = 1 << 20;
    for (const auto& [start, piece] : pieces_) {
        const Address end = start + piece.bytes;
        const std::size_t distance = at < start ? start - at : at < end ? 0 : at - end;
        if (distance < least) nearest = &piece, least = distance;
    }
    if (nearest == nullptr) return "no memory that this kernel was given";
    const auto byte = static_cast<std::ptrdiff_t>(at - nearest->start);
    return "byte " + std::to_string(byte) + " of " + nearest->name + ", which has " +
           std::to_string(nearest->bytes) + " bytes";
}

}  // namespace simt
