// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "names.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>

namespace simt {

namespace {

struct Symbol {
    std::string mangled;
    std::size_t value, bytes;
    int type;
};

std::string readable(const std::string& mangled) {
    int status = 0;
    std::unique_ptr<char, void (*)(void*)> text(
        abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), std::free);
    return status == 0 ? text.get() : mangled;
}

Dl_info this_module() {
    Dl_info info{};
    dladdr(reinterpret_cast<const void*>(&this_module), &info);
    return info;
}

template <typename T>
const T* at(const std::string& file, std::size_t offset) {
    return reinterpret_cast<const T*>(file.data() + offset);
}

// The functions and variables that the linker wrote down in this module.
std::vector<Symbol> read_symbols() {
    std::vector<Symbol> found;
    std::ifstream stream(this_module().dli_fname, std::ios::binary);
    const std::string file{std::istreambuf_iterator<char>(stream), {}};
    if (file.size() < sizeof(ElfW(Ehdr)) || file.compare(0, 4, ELFMAG) != 0)
        return found;
    const auto* header = at<ElfW(Ehdr)>(file, 0);
    const auto* sections = at<ElfW(Shdr)>(file, header->e_shoff);
    for (int s = 0; s < header->e_shnum; ++s) {
        if (sections[s].sh_type != SHT_SYMTAB) continue;
        const std::size_t names = sections[sections[s].sh_link].sh_offset;
        const auto* symbols = at<ElfW(Sym)>(file, sections[s].sh_offset);
        for (std::size_t i = 0; i < sections[s].sh_size / sizeof(ElfW(Sym)); ++i) {
            const ElfW(Sym) & one = symbols[i];
            const int type = ELF64_ST_TYPE(one.st_info);
            const bool wanted =
                type == STT_FUNC || type == STT_OBJECT || type == STT_TLS;
            if (wanted && one.st_shndx != SHN_UNDEF)
                found.push_back({at<char>(file, names + one.st_name), one.st_value,
                                 one.st_size, type});
        }
    }
    return found;
}

const std::vector<Symbol>& symbols() {
    static const std::vector<Symbol> kept = read_symbols();
    return kept;
}

// The linker's own name of a function: `_Z5tiledILi16EEvPKfi`.
std::string mangled_name_of(const void* function) {
    const std::size_t place = offset_in_module(function);
    for (const Symbol& symbol : symbols())
        if (symbol.type == STT_FUNC && place >= symbol.value &&
            place < symbol.value + std::max<std::size_t>(symbol.bytes, 1))
            return symbol.mangled;
    return "kernel";
}

}  // namespace

std::size_t offset_in_module(const void* code) {
    static const auto base = reinterpret_cast<std::size_t>(this_module().dli_fbase);
    return reinterpret_cast<std::size_t>(code) - base;
}

// The part of the full name that a reader would say: `tiled<16>`.
std::string name_of(const void* function) {
    const std::string name = readable(mangled_name_of(function));
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '<') ++depth;
        if (name[i] == '>') --depth;
        if (depth == 0 && name[i] == ' ') begin = i + 1;
        if (depth == 0 && name[i] == '(') return name.substr(begin, i - begin);
    }
    return name;
}

namespace {
// Where this module's thread-local memory lies for the calling thread.
char* thread_local_memory() {
    static thread_local char mark;
    struct Search {
        char *mark, *found;
    } search{&mark, nullptr};
    auto visit = [](dl_phdr_info* info, std::size_t, void* data) {
        auto& search = *static_cast<Search*>(data);
        auto* start = static_cast<char*>(info->dlpi_tls_data);
        for (int i = 0; start != nullptr && i < info->dlpi_phnum; ++i)
            if (info->dlpi_phdr[i].p_type == PT_TLS && search.mark >= start &&
                search.mark < start + info->dlpi_phdr[i].p_memsz)
                search.found = start;
        return 0;
    };
    mark = 1;
    dl_iterate_phdr(visit, &search);
    return search.found;
}

using Arrays = std::vector<std::pair<std::string, const Symbol*>>;

// The thread-local variables of a function, of all when it is empty, with short names.
// Those of `_Z5tiledILi16EEvPKfi` begin with `_ZZ5tiledILi16EEvPKfiE`.
Arrays arrays_of(const std::string& function) {
    const std::string start =
        function.empty() ? "_ZZ" : "_Z" + function.substr(1) + "E";
    Arrays found;
    for (const Symbol& symbol : symbols()) {
        if (symbol.type != STT_TLS || symbol.mangled.compare(0, start.size(), start) ||
            symbol.mangled.find("_ZZN4simt") == 0)
            continue;
        const std::string name = readable(symbol.mangled);
        found.push_back({name.substr(name.rfind("::") + 2), &symbol});
    }
    return found;
}

std::vector<Variable> located(const Arrays& arrays) {
    static thread_local char* const memory = thread_local_memory();
    std::vector<Variable> result;
    for (const auto& [name, symbol] : arrays)
        if (memory != nullptr)
            result.push_back({name, memory + symbol->value, symbol->bytes});
    return result;
}

}  // namespace

std::vector<Variable> shared_arrays() {
    static const Arrays all = arrays_of("");
    return located(all);
}

std::vector<Variable> shared_arrays(const void* kernel) {
    static std::map<const void*, Arrays> known;
    static std::mutex lock;
    std::lock_guard guard(lock);
    auto place = known.find(kernel);
    if (place == known.end())
        place = known.emplace(kernel, arrays_of(mangled_name_of(kernel))).first;
    return located(place->second);
}

Variable device_variable(const void* address) {
    const std::size_t place = offset_in_module(address);
    for (const Symbol& symbol : symbols()) {
        if (symbol.type != STT_OBJECT || place < symbol.value ||
            place >= symbol.value + symbol.bytes ||
            symbol.mangled.find("N4simt") != std::string::npos)
            continue;
        const std::string name = readable(symbol.mangled);
        const std::size_t last = name.rfind("::");
        auto* start = static_cast<const char*>(address) - (place - symbol.value);
        return {name.substr(last == std::string::npos ? 0 : last + 2),
                const_cast<char*>(start), symbol.bytes};
    }
    return {};
}

}  // namespace simt
