// How a call is refused: a sentence that names the argument, the two values that disagree, and what to do.
//
//     if (fovea::status s = fovea::try_run(fovea::cpu(), o = fovea::sum(p * v)); !s.ok()) log(s.sentence());
//
// The sentence is an array of its own: std::string would be half of what including fovea.hpp costs.
#pragma once
#if !defined(__cpp_exceptions)
#include <cstdio>
#endif
#include <cstring>
#include <exception>
#include <initializer_list>
#include <type_traits>
#include <utility>

#include "fovea/base/config.hpp"
#include "fovea/base/integers.hpp"

namespace fovea::inline v0_1 {

// A text or a number of a sentence.
struct piece {
    char const* text = nullptr;
    index number = 0;
    piece(char const* t) : text(t) {}
    template <class T>
        requires std::is_integral_v<T>
    piece(T n) : number(saturated(n)) {}
};

// The outcome of try_run: ok when the call ran, otherwise one sentence, which begins with the library's name. Nothing
// was written when it is not ok.
class [[nodiscard]] status {
public:
    status() = default;
    [[gnu::visibility("hidden")]] FOVEA_COLD explicit status(std::initializer_list<piece> pieces) {
        constexpr char library[] = "fovea: ";
        char digits[digits_most];
        std::size_t size = sizeof library; // its end is the sentence's
        for (piece const& p : pieces) size += std::strlen(spelt(p, digits));
        char* end = std::strcpy(sentence_ = new char[size], library);
        for (piece const& p : pieces) end = std::strcpy(end + std::strlen(end), spelt(p, digits));
    }
    status(status&& other) noexcept : sentence_(std::exchange(other.sentence_, nullptr)) {}
    [[gnu::visibility("hidden")]] status(status const& other)
        : sentence_(other.ok() ? nullptr : std::strcpy(new char[std::strlen(other.sentence_) + 1], other.sentence_)) {}
    // Returns nothing: nvcc would take the result of an assignment for a discarded status.
    void operator=(status other) noexcept { std::swap(sentence_, other.sentence_); }
    ~status() { delete[] sentence_; }

    bool ok() const { return sentence_ == nullptr; }
    char const* sentence() const { return ok() ? "" : sentence_; }

private:
    static constexpr int digits_most = 21; // -9223372036854775808 and the end

    [[gnu::visibility("hidden")]] static char const* spelt(piece const& p, char (&digits)[digits_most]) {
        if (p.text != nullptr) return p.text;
        char* first = digits + digits_most - 1;
        *first = 0;
        const auto number = static_cast<unsigned long long>(p.number);
        for (unsigned long long left = p.number < 0 ? 0 - number : number; left != 0 || *first == 0; left /= 10)
            *--first = static_cast<char>('0' + left % 10);
        if (p.number < 0) *--first = '-';
        return first;
    }

    char* sentence_ = nullptr;
};

// What run throws: a refused call; what() is the sentence.
class error : public std::exception {
public:
    explicit error(status refused) : status_(std::move(refused)) {}
    char const* what() const noexcept override { return status_.sentence(); }

private:
    status status_;
};

// The refusal of what returns no status: an error is thrown, or, in a program without exceptions (-fno-exceptions),
// the sentence written to standard error and the program ended.
[[noreturn, gnu::visibility("hidden")]] FOVEA_COLD inline void throw_refusal(status why) {
#if defined(__cpp_exceptions)
    throw error(std::move(why));
#else
    std::fprintf(stderr, "%s\n", why.sentence());
    std::terminate();
#endif
}

} // namespace fovea::inline v0_1
