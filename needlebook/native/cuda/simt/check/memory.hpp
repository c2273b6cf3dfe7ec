// Extracted from the book: edit the chapter, or edit here and run "make sync".
// Which array does an address belong to?
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace simt {

using Address = std::uintptr_t;

struct Piece {
    std::string name;
    Address start;
    std::size_t bytes;
    bool shared;
    int number;
};

class Memory {
  public:
    void add(const void* start, std::size_t bytes, const std::string& name);
    int remove(const void* start);  // the number of the piece there, -1 for none
    void find_shared_arrays();

    // The piece that holds `bytes` at `at`, or nullptr.
    const Piece* find(Address at, std::size_t bytes);
    // The same, where a variable of the device becomes a piece when it is first used.
    const Piece* find_or_add(Address at, std::size_t bytes);
    // In words: where an address lies that is in none.
    std::string describe(Address at) const;

    // "word 33 of tile"
    static std::string word(const Piece& piece, Address at);

  private:
    std::map<Address, Piece> pieces_;
    const Piece* last_ = nullptr;
    int number_ = 0;
    std::vector<Address> shared_;
};

}  // namespace simt
