// Extracted from the book: edit the chapter, or edit here and run "make sync".
#include "device_buffer.hpp"
#include "gpu_ladder.hpp"
#include "ladder_notes.cuh"
#include "ladder_plain.cuh"
#include "ladder_tile.cuh"
#include "ladder_vector.cuh"

static int parts(int size, int part) {
    return (size + part - 1) / part;
}

using Kernel = void (*)(const float*, const float*, float*, int, int, int);

template <Kernel kernel, int BM, int BN, int X, int Y>
void start(const float* a, const float* b, float* c, int m, int n, int k) {
    simt::launch(kernel, dim3(parts(n, BN), parts(m, BM)), dim3(X, Y), 0, a, b, c, m, n,
                 k);
}

// The first rung counts its blocks the other way round.
static void start_uncoalesced(const float* a, const float* b, float* c, int m, int n,
                              int k) {
    simt::launch(uncoalesced, dim3(parts(m, 32), parts(n, 8)), dim3(32, 8), 0, a, b, c,
                 m, n, k);
}

template <int L>
Rung shared_rung() {
    return {"shared_tile", L, L, L, 1, 1, false, start<shared_tile<L>, L, L, L, L>};
}

template <int BM, int BN, int BK, int TM, int TN>
Rung register_rung() {
    constexpr Kernel kernel = register_tile<BM, BN, BK, TM, TN>;
    constexpr auto launch = start<kernel, BM, BN, BN / TN, BM / TM>;
    return {"register_tile", BM, BN, BK, TM, TN, false, launch};
}

template <int BM, int BN, int BK, int TM, int TN>
Rung vector_rung() {
    constexpr Kernel kernel = vectorized<BM, BN, BK, TM, TN>;
    constexpr auto launch = start<kernel, BM, BN, BM * BN / (TM * TN), 1>;
    return {"vectorized", BM, BN, BK, TM, TN, false, launch};
}

template <int BM, int BN, int BK, int TM, int TN, int LX = BN / TN>
Rung double_rung() {
    constexpr Kernel kernel = double_buffered<BM, BN, BK, TM, TN, LX>;
    constexpr auto launch = start<kernel, BM, BN, BM * BN / (TM * TN), 1>;
    const char* name = LX == BN / TN ? "double_buffered" : "warp_tile";
    return {name, BM, BN, BK, TM, TN, false, launch};
}

template <int V>
Rung notes_register_rung() {
    constexpr Kernel kernel = transposed_registers<V>;
    constexpr auto launch = start<kernel, 8 * V, 8 * V, 8, 8>;
    return {"transposed_registers", V, V, 1, V, V, true, launch};
}

template <int L, int S, int V>
Rung notes_shared_rung() {
    constexpr Kernel kernel = transposed_shared<L, S, V>;
    constexpr auto launch = start<kernel, L, L, L / V, L / V>;
    return {"transposed_shared", L, L, S, V, V, true, launch};
}

static const std::vector<Rung> all_rungs = {
    {"uncoalesced", 1, 1, 1, 1, 1, false, start_uncoalesced},
    {"coalesced", 1, 1, 1, 1, 1, false, start<coalesced, 8, 32, 32, 8>},
    shared_rung<32>(),
    shared_rung<16>(),
    register_rung<64, 64, 8, 8, 1>(),
    register_rung<128, 128, 8, 8, 8>(),
    register_rung<32, 32, 8, 4, 4>(),
    register_rung<64, 64, 8, 4, 4>(),
    register_rung<64, 64, 8, 8, 8>(),
    vector_rung<128, 128, 8, 8, 8>(),
    vector_rung<32, 32, 8, 4, 4>(),
    vector_rung<64, 64, 8, 8, 8>(),
    vector_rung<64, 64, 16, 4, 4>(),
    double_rung<128, 128, 8, 8, 8>(),
    double_rung<32, 32, 8, 4, 4>(),
    double_rung<128, 128, 16, 8, 8>(),
    double_rung<64, 64, 16, 4, 4>(),
    double_rung<128, 128, 8, 8, 8, 8>(),
    double_rung<64, 64, 16, 4, 4, 8>(),
    double_rung<128, 64, 16, 8, 4, 8>(),
    double_rung<128, 128, 16, 8, 8, 8>(),
    notes_register_rung<1>(),
    notes_register_rung<2>(),
    notes_register_rung<4>(),
    notes_register_rung<8>(),
    notes_shared_rung<48, 8, 4>(),
    notes_shared_rung<16, 8, 2>(),
    notes_shared_rung<32, 8, 4>(),
    notes_shared_rung<64, 8, 4>(),
    notes_shared_rung<64, 8, 8>()};

const std::vector<Rung>& rungs() {
    return all_rungs;
}

double product_on_device(const Rung& rung, const float* a, const float* b, float* c,
                         Sizes size, int repeats) {
    const std::size_t m = size.m, n = size.n, k = size.k;
    DeviceBuffer on_a(m * k), on_b(k * n), on_c(m * n);
    on_a.from_host(a);
    on_b.from_host(b);
    auto once = [&] {
        rung.launch(on_a.get(), on_b.get(), on_c.get(), size.m, size.n, size.k);
        finish(rung.kernel.c_str());
    };
    const double seconds = timed(once, repeats);
    on_c.to_host(c);
    return seconds;
}
