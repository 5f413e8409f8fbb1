// Writes small GGUF files for the tests, and counts what the tests expected in vain.
//
//   smollm2::tiny_gguf gguf;
//   gguf.text("general.architecture", "llama");
//   gguf.tensor("a.weight", smollm2::tensor_format::f32, {3}, bytes);
//   const smollm2::temporary_file file(gguf.bytes());
#pragma once

#include "gguf.hpp"

#include <concepts>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <vector>

namespace smollm2 {

class tiny_gguf {
public:
    void text(std::string_view key, std::string_view value) {
        entry(key, 8);
        put(metadata_, value);
    }
    void texts(std::string_view key, const std::vector<std::string>& values) {
        entry(key, 9);
        put(metadata_, std::uint32_t{8});
        put(metadata_, static_cast<std::uint64_t>(values.size()));
        for (const std::string& value : values) put(metadata_, std::string_view(value));
    }
    void integers(std::string_view key, const std::vector<std::int32_t>& values) {
        entry(key, 9);
        put(metadata_, std::uint32_t{5});
        put(metadata_, static_cast<std::uint64_t>(values.size()));
        for (const std::int32_t value : values) put(metadata_, value);
    }
    void integer(std::string_view key, std::uint32_t value) {
        entry(key, 4);
        put(metadata_, value);
    }
    void number(std::string_view key, float value) {
        entry(key, 6);
        put(metadata_, value);
    }
    void tensor(std::string_view name, tensor_format format, const std::vector<std::uint64_t>& shape,
                std::string_view data) {
        ++tensors_;
        put(table_, name);
        put(table_, static_cast<std::uint32_t>(shape.size()));
        for (const std::uint64_t extent : shape) put(table_, extent);
        put(table_, static_cast<std::uint32_t>(format));
        put(table_, static_cast<std::uint64_t>(data_.size()));
        data_ += data;
        pad(data_);
    }
    void tensor(std::string_view name, const std::vector<std::uint64_t>& shape, const std::vector<float>& values) {
        tensor(name, tensor_format::f32, shape,
               {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
    }

    std::string bytes() const {
        std::string result = "GGUF";
        put(result, std::uint32_t{3});
        put(result, tensors_);
        put(result, entries_);
        result += metadata_ + table_;
        pad(result);
        return result + data_;
    }

    // Appends a number, little endian, or a string with its length before it.
    template <class T>
        requires std::integral<T> || std::floating_point<T>
    static void put(std::string& out, T value) {
        out.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    static void put(std::string& out, std::string_view value) {
        put(out, static_cast<std::uint64_t>(value.size()));
        out += value;
    }

private:
    void entry(std::string_view key, std::uint32_t type) {
        ++entries_;
        put(metadata_, key);
        put(metadata_, type);
    }
    static void pad(std::string& out) { out.resize((out.size() + 31) / 32 * 32); }

    std::uint64_t tensors_ = 0;
    std::uint64_t entries_ = 0;
    std::string metadata_, table_, data_;
};

// A file with these bytes, gone with the object.
class temporary_file {
public:
    explicit temporary_file(std::string_view bytes)
        : path_((std::filesystem::temp_directory_path() / ("smollm2_test_" + std::to_string(::getpid()) + ".gguf"))
                    .string()) {
        std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() { std::filesystem::remove(path_); }

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

inline int failures = 0;

inline void expect(bool holds, const std::string& sentence) {
    if (holds) return;
    ++failures;
    std::fprintf(stderr, "failed: %s\n", sentence.c_str());
}

// f must throw a sentence that contains `words`.
template <class F>
void expect_refusal(F f, const std::string& words) {
    try {
        f();
        expect(false, "no refusal with \"" + words + "\"");
    } catch (const std::exception& error) {
        expect(std::string(error.what()).find(words) != std::string::npos,
               "the refusal \"" + std::string(error.what()) + "\" says \"" + words + "\"");
    }
}

} // namespace smollm2
