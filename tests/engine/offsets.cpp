// Element offsets past 2^31: in the strides of batch, head, position and channel, for operands and for results.
#include <sys/mman.h>

#include <fovea/fovea.hpp>

#include "engine/random_case.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using std::int64_t;

namespace {

// Address space without memory behind it: pages come as they are touched.
template <class T> class sparse {
public:
    explicit sparse(int64_t n) : bytes_(static_cast<std::size_t>(n) * sizeof(T)) {
        data_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    sparse(sparse const&) = delete;
    sparse& operator=(sparse const&) = delete;
    ~sparse() {
        if (there()) munmap(data_, bytes_);
    }
    bool there() const { return data_ != MAP_FAILED; }
    T* data() const { return static_cast<T*>(data_); }

private:
    std::size_t bytes_;
    void* data_;
};

constexpr int64_t far = (int64_t{1} << 31) + 12345; // elements from one index to the next of the axis that is far

// The same problem close together and spread out along one axis: the same bits.
void spread_out(fv::strides const& s, int64_t queries, int64_t keys) {
    constexpr int64_t batches = 2, heads = 2, channels = 8;
    const int64_t longest = std::max(queries, keys);
    const auto last =
        (batches - 1) * s.batch + (heads - 1) * s.head + (longest - 1) * s.position + (channels - 1) * s.channel;
    sparse<fv::bf16> memory[3] = {sparse<fv::bf16>(last + 1), sparse<fv::bf16>(last + 1), sparse<fv::bf16>(last + 1)};
    sparse<fv::bf16> result(last + 1);
    if (!memory[0].there() || !memory[1].there() || !memory[2].there() || !result.there()) {
        WARN("no address space for sparse operands here; not tested");
        return;
    }
    std::vector<fv::bf16> near_memory[4];
    const auto run = [](auto q, auto k, auto v, auto o) {
        q = fv::align_ends(q, k);
        auto engine = fv::cpu();
        fv::run(engine, o = fv::sum(fv::softmax(fv::where(fv::causal, fv::scaled_dot(q, k))) * v));
    };
    tests::draws draw{61};
    const int64_t lengths[3] = {queries, keys, keys};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto close = fv::bhsd(batches, heads, lengths[i], channels);
        near_memory[i].resize(static_cast<std::size_t>(batches * heads * lengths[i] * channels));
        const auto a = fv::tensor(near_memory[i].data(), close);
        const auto b = fv::tensor(memory[i].data(), fv::strided(close.extent, channels, s));
        for (int64_t n = 0; n < batches; ++n)
            for (int64_t h = 0; h < heads; ++h)
                for (int64_t p = 0; p < lengths[i]; ++p)
                    for (int64_t c = 0; c < channels; ++c)
                        a.at(n, h, p, c) = b.at(n, h, p, c) = fv::bf16{draw.normal()};
    }
    const auto close = [&](std::size_t i) {
        return fv::tensor(near_memory[i].data(), fv::bhsd(batches, heads, lengths[i], channels));
    };
    const auto wide = [&](std::size_t i) {
        return fv::tensor(memory[i].data(), fv::strided({batches, heads, lengths[i]}, channels, s));
    };
    near_memory[3].resize(near_memory[0].size());
    const auto o = fv::tensor(near_memory[3].data(), fv::bhsd(batches, heads, queries, channels));
    const auto far_o = fv::tensor(result.data(), fv::strided({batches, heads, queries}, channels, s));
    run(close(0), close(1), close(2), o);
    run(wide(0), wide(1), wide(2), far_o);
    int wrong = 0;
    for (int64_t n = 0; n < batches; ++n)
        for (int64_t h = 0; h < heads; ++h)
            for (int64_t p = 0; p < queries; ++p)
                for (int64_t c = 0; c < channels; ++c) wrong += o.at(n, h, p, c).bits != far_o.at(n, h, p, c).bits;
    CHECK(wrong == 0);
}

} // namespace

TEST_CASE("offsets past 2^31 elements in every stride", "[offsets]") {
    for (int64_t queries : {2, 20}) { // decoding and tiles
        INFO(queries << " queries");
        spread_out({.batch = far, .head = 8 * 32, .position = 8, .channel = 1}, queries, 30);
        spread_out({.batch = 8 * 32, .head = far, .position = 8, .channel = 1}, queries, 30);
        spread_out({.batch = 16, .head = 8, .position = far, .channel = 1}, queries, 22);
        spread_out({.batch = 1000, .head = 100, .position = 1, .channel = far}, queries, 30);
    }
}
