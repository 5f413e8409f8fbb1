// Products of tiles by four warps (wgmma): asynchronous, their sums poison until a wait names them.
//
//     multiply_tiles<bf16, major::k, major::mn>(e, sums, a, b, true, place);   commit_products(e, place);
//     wait_products(e, 0, sums, place);
//
// Every warp does its own 16 rows. Shared memory is read by the warp's tensor core, an agent of the asynchronous proxy:
// as late as the wait for the product's group, or with landing::early at once.
#pragma once
#include "matrix.hpp"
#include "tile_operand.hpp"

namespace fovea::simt {

inline constexpr word poisoned_sum = 0x7fa0f00du; // a signalling NaN: whatever is computed from it is another one

enum class operand_side : std::uint8_t { rows, columns };

// The race detector's part: 16 bytes at a time, as far as an instruction reaches.
inline void check_operand(engine& e, warp& w, operand_tile const& tile, word first, word lines, word tick,
                          operation what, place at) {
    thread const& t = *w.lane[0];
    block& b = *t.block;
    common_knowledge knows, fenced;
    for (thread const* one : w.lane) {
        knows.add(one->knows);
        fenced.add(one->fenced);
    }
    const epoch me{tick, e.agents.tensor_core(b.rank, w.index), e.site(at, what)};
    const bool by_k = tile.order == major::k;
    for (word i = 0; i < (by_k ? lines : lines / 8); ++i)
        for (word k = 0; k < (by_k ? 2u : 32 / tile.element); ++k) {
            const word address = by_k ? tile.byte(first + i, k * 16) : tile.byte(first + i * 8, k * tile.element);
            const word offset = shared_offset(e, t, address, 16, 16, what, at);
            if (!e.how.races) continue;
            if (const auto found = b.shadow.read(offset, 16, me, knows, fenced))
                judge(e, b, found, me, [&] { return engine::who(t); });
        }
}

inline word operand_word(block const& b, operand_tile const& tile, word line, word index) {
    word value = 0;
    for (word i = 0; i < 4; i += tile.element == 2 ? 2 : 4) {
        const word bytes = tile.element == 2 ? 2 : 4;
        word part = 0;
        std::memcpy(&part, b.memory.at(tile.byte(line, index * 4 + i) - shared_base_address), bytes);
        value |= part << (8 * i);
    }
    return value;
}

template <class Sum> struct product_arguments {
    Sum* sums;
    word const* registers; // null: a is in shared memory
    std::uint64_t a, b;
    bool add;
};

// One warp's share: 16 rows from row 16 (warp % 4) on, n columns.
template <class Format, class Sum>
void do_product(block const& b, warp const& w, held_sums& sums, word n, std::array<word, 128> const* registers,
                operand_tile const& a, operand_tile const& columns, bool add) {
    word rows[16][8];
    for (word i = 0; i < 16; ++i)
        for (word t = 0; t < 8; ++t)
            rows[i][t] = registers ? (*registers)[(i % 8 * 4 + t % 4) * 4 + i / 8 + 2 * (t / 4)]
                                   : operand_word(b, a, w.index % 4 * 16 + i, t);
    const split_lines<Format, 16> left(rows);
    for (word first = 0; first < n; first += 8) {
        word lines[8][8];
        for (word j = 0; j < 8; ++j)
            for (word t = 0; t < 8; ++t) lines[j][t] = operand_word(b, columns, first + j, t);
        Sum total[16][8];
        const auto at = [&](word i, word j) -> word& {
            return sums.values[(i % 8 * 4 + j / 2) * (n / 2) + first / 2 + 2 * (i / 8) + j % 2];
        };
        for (word i = 0; i < 16; ++i)
            for (word j = 0; j < 8; ++j) total[i][j] = add ? std::bit_cast<Sum>(at(i, j)) : Sum{0};
        multiply_accumulate<Format>(total, left, split_lines<Format, 8>(lines));
        for (word i = 0; i < 16; ++i)
            for (word j = 0; j < 8; ++j) at(i, j) = std::bit_cast<word>(total[i][j]);
    }
}

// Whoever reads or writes sums before a wait names them finds poison there, or leaves something else.
inline void check_untouched(engine& e, warp const& w, held_sums const& sums, place at) {
    const std::size_t count = sums.values.size() / 32;
    for (void const* registers : sums.at)
        for (std::size_t i = 0; i < count; ++i)
            if (static_cast<word const*>(registers)[i] != poisoned_sum)
                return e.note(fault::protocol, at,
                              spell({"the sums of warp ", w.index, " of ", w.lane[0]->block->text(),
                                     " were written while their products were under way"}));
}

// The sums of this product: those still under way, or the registers' own, which become poison.
inline std::shared_ptr<held_sums> hold(engine& e, warp& w, std::array<void*, 32> const& at, word count, place where) {
    for (auto const& one : w.products.held)
        if (one->at[0] == at[0] && one->values.size() == 32 * count) {
            check_untouched(e, w, *one, where);
            return one;
        }
    auto const& fenced = w.products.fenced;
    if (std::find(fenced.begin(), fenced.end(), at[0]) == fenced.end())
        e.note(fault::protocol, where,
               spell({"a product by warp ", w.index, " of ", w.lane[0]->block->text(),
                      " into sums that no fence_products was given since they were last readable"}));
    auto fresh = std::make_shared<held_sums>(held_sums{at, std::vector<word>(32 * count)});
    for (word lane = 0; lane < 32; ++lane) {
        std::memcpy(&fresh->values[lane * count], at[lane], count * 4);
        std::fill_n(static_cast<word*>(at[lane]), count, poisoned_sum);
    }
    w.products.held.push_back(fresh);
    return fresh;
}

inline void products_ended(engine& e) {
    for (auto const& b : e.blocks)
        for (std::size_t i = 0; i < b->warps.size(); ++i) {
            tile_products const& p = b->warps[i].products;
            tile_products const& first = b->warps[i / 4 * 4].products;
            const auto say = [&](char const* what) {
                e.note(fault::protocol, p.count ? p.last : first.last,
                       spell({"warp ", static_cast<index>(i), " of ", b->text(), what}));
            };
            if (!p.open.empty() || !p.groups.empty()) say(" left the kernel with products under way");
            if (p.count != first.count || p.sequence != first.sequence)
                say(" issued other products than the first warp of its group");
        }
}

template <class Format, class Sum>
void issue_product(engine& e, warp& w, void** all, word n, major a_order, major b_order, operation what, place at) {
    using arguments = product_arguments<Sum>;
    auto const& first = *static_cast<arguments const*>(all[0]);
    std::array<void*, 32> sums;
    for (std::size_t i = 0; i < 32; ++i) {
        auto const& one = *static_cast<arguments const*>(all[i]);
        sums[i] = one.sums;
        if (one.a != first.a || one.b != first.b || one.add != first.add) {
            e.note(fault::divergence, at, spell({engine::act(what, *w.lane[i]), " with other operands than lane 0"}));
            e.stop();
        }
    }
    block& b = *w.lane[0]->block;
    constexpr word element = 4 / words_of<Format>::numbers;
    const operand_tile left(first.a, a_order, element), right(first.b, b_order, element);
    if (!right.on_an_atom() || (!first.registers && !left.on_an_atom()))
        e.note(
            fault::protocol, at,
            spell({engine::act(what, *w.lane[0]), " with a descriptor that does not start on an atom of its swizzle"}));
    tile_products& p = w.products;
    if (first.registers && !p.fenced_since_wait)
        e.note(fault::protocol, at,
               spell({engine::act(what, *w.lane[0]), " of registers without a fence_products since the last wait"}));
    e.proxies_used = true;
    e.check_at_end(products_ended);
    if (!first.registers) check_operand(e, w, left, w.index % 4 * 16, 16, p.tick, what, at);
    check_operand(e, w, right, 0, n, p.tick, what, at);
    p.sequence = p.sequence * 1099511628211u + (first.a ^ first.b * 31 ^ at.line ^ std::uint64_t{first.add} << 60);
    ++p.count;
    p.last = at;
    std::shared_ptr<std::array<word, 128>> registers;
    if (first.registers) {
        registers = std::make_shared<std::array<word, 128>>();
        for (std::size_t i = 0; i < 32; ++i)
            std::memcpy(registers->data() + i * 4, static_cast<arguments const*>(all[i])->registers, 16);
    }
    tile_product product{hold(e, w, sums, n / 2, at), {}};
    product.run = [&b, &w, held = product.sums.get(), n, registers, left, right, add = first.add] {
        do_product<Format, Sum>(b, w, *held, n, registers.get(), left, right, add);
    };
    if (e.how.landing == landing::early) {
        product.run();
        product.run = {};
    }
    p.open.push_back(std::move(product));
}

template <class Format, major A, major B, class Sum, std::size_t Count>
void multiply_tiles(engine& e, Sum (&sums)[Count], word const* registers, std::uint64_t a, std::uint64_t b, bool add,
                    operation what, place at) {
    constexpr word n = 2 * Count;
    constexpr bool small = !std::is_same_v<Format, fp16> && !std::is_same_v<Format, bf16>;
    constexpr bool counts = std::is_same_v<Format, std::int8_t>;
    static_assert(n % 8 == 0 && n <= 256, "fovea: a tile product has 8 to 256 columns, by 8");
    static_assert(std::is_same_v<Sum, std::conditional_t<counts, std::int32_t, float>>);
    static_assert(!counts || n <= 32 || n % 16 == 0, "fovea: a tile product of int8 has columns by 16 beyond 32");
    static_assert(!small || (A == major::k && B == major::k), "fovea: only 16-bit operands may be contiguous along mn");
    product_arguments<Sum> mine{sums, registers, a, b, add};
    e.collective(what, at, &mine,
                 [&](warp& w, void** all) { issue_product<Format, Sum>(e, w, all, n, A, B, what, at); });
}

inline void fence_products(engine& e, void* sums, place at) {
    e.collective(operation::fence_products, at, sums, [&](warp& w, void** all) {
        tile_products& p = w.products;
        p.fenced_since_wait = true;
        if (std::find(p.fenced.begin(), p.fenced.end(), all[0]) == p.fenced.end()) p.fenced.push_back(all[0]);
    });
}
inline void commit_products(engine& e, place at) {
    e.collective(operation::commit_products, at, nullptr, [&](warp& w, void**) {
        tile_products& p = w.products;
        p.groups.push_back({std::move(p.open), p.tick++});
        p.open.clear();
    });
}

inline bool under_way(tile_products const& p, held_sums const* sums) {
    const auto uses = [&](tile_product const& one) { return one.sums.get() == sums; };
    bool any = std::any_of(p.open.begin(), p.open.end(), uses);
    for (auto const& group : p.groups) any = any || std::any_of(group.products.begin(), group.products.end(), uses);
    return any;
}

// The sums named become readable, in lane 0's order of registers.
inline void publish_sums(engine& e, warp& w, void* named, place at) {
    tile_products& p = w.products;
    std::erase(p.fenced, named);
    for (auto one = p.held.begin(); one != p.held.end(); ++one) {
        held_sums& sums = **one;
        if (sums.at[0] != named) continue;
        if (under_way(p, &sums)) {
            e.note(fault::protocol, at,
                   spell({"wait_products by warp ", w.index, " of ", w.lane[0]->block->text(),
                          " leaves products of the sums it names under way"}));
            return;
        }
        const std::size_t count = sums.values.size() / 32;
        check_untouched(e, w, sums, at);
        for (std::size_t lane = 0; lane < 32; ++lane) std::memcpy(sums.at[lane], &sums.values[lane * count], count * 4);
        p.held.erase(one);
        return;
    }
}
inline void wait_products(engine& e, word still_under_way, void* sums, place at) {
    e.collective(operation::wait_products, at, sums, [&](warp& w, void** all) {
        tile_products& p = w.products;
        word done = 0;
        while (p.groups.size() > still_under_way) {
            for (tile_product& one : p.groups.front().products)
                if (one.run) one.run();
            done = p.groups.front().tick;
            p.groups.pop_front();
        }
        p.fenced_since_wait = false;
        const agent core = e.agents.tensor_core(w.lane[0]->block->rank, w.index);
        acquisition same;
        for (thread* t : w.lane) {
            if (!e.how.races || !done) break;
            if (!same.before || !same.before.is(t->knows.base)) {
                same.before = same.after = t->knows.base;
                same.after.raise(core, done);
            }
            t->knows.base = same.after;
        }
        publish_sums(e, w, all[0], at);
    });
}

} // namespace fovea::simt
