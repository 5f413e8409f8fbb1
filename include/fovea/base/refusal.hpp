// How a call is refused: a sentence that names the argument, the two values that disagree, and what to do.
//
//     if (fovea::status s = fovea::try_run(fovea::cpu(), o = fovea::sum(p * v)); !s.ok()) log(s.sentence());
#pragma once
#include <exception>
#include <string>
#include <utility>

namespace fovea {

// The outcome of try_run: empty when the call ran, otherwise one sentence. Nothing was written when it is not ok.
class [[nodiscard]] status {
public:
    status() = default;
    explicit status(std::string sentence) : sentence_(std::move(sentence)) {}
    bool ok() const { return sentence_.empty(); }
    std::string const& sentence() const { return sentence_; }

private:
    std::string sentence_;
};

// What run throws: a refused call; what() is the sentence.
class error : public std::exception {
public:
    explicit error(std::string sentence) : sentence_(std::move(sentence)) {}
    char const* what() const noexcept override { return sentence_.c_str(); }

private:
    std::string sentence_;
};

} // namespace fovea
