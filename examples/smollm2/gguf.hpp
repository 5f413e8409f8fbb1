// Reads a GGUF version 3 file through mmap: metadata as values, tensors as spans of the mapped bytes.
//
//   const smollm2::gguf_file file("model.gguf");
//   std::int64_t layers = file.integer("llama.block_count");
//   const smollm2::gguf_tensor& norm = file.tensor("output_norm.weight");
//
// Every length in the file is checked against what is left of it, so a truncated or damaged file ends in a
// sentence (std::runtime_error), never in a read outside the mapping.
// Source: the GGUF specification (ggml, docs/gguf.md).
#pragma once

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace smollm2 {

static_assert(std::endian::native == std::endian::little, "smollm2: GGUF files are read in place, little endian only");

// A file mapped read-only; the bytes live as long as the object.
class mapped_file {
public:
    explicit mapped_file(const std::string& path) {
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) throw std::runtime_error("cannot open " + path + ": " + std::strerror(errno));
        struct stat about = {};
        void* mapping = MAP_FAILED;
        if (::fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0) {
            size_ = static_cast<std::size_t>(about.st_size);
            mapping = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
        }
        ::close(descriptor);
        if (mapping == MAP_FAILED)
            throw std::runtime_error(path + " is empty or not a regular file that can be mapped");
        data_ = static_cast<const std::byte*>(mapping);
    }
    mapped_file(const mapped_file&) = delete;
    mapped_file& operator=(const mapped_file&) = delete;
    ~mapped_file() { ::munmap(const_cast<std::byte*>(data_), size_); }

    std::span<const std::byte> bytes() const { return {data_, size_}; }

private:
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

// The element formats this example reads, with the numbers the file uses for them.
enum class tensor_format : std::uint32_t { f32 = 0, q4_1 = 3, q8_0 = 8 };

// Elements in one block of a format, and the bytes that block takes.
struct block_size {
    std::uint64_t elements;
    std::uint64_t bytes;
};

inline block_size block_of(tensor_format format) {
    switch (format) {
    case tensor_format::f32: return {.elements = 1, .bytes = 4};
    case tensor_format::q4_1: return {.elements = 32, .bytes = 20};
    case tensor_format::q8_0: return {.elements = 32, .bytes = 34};
    }
    throw std::runtime_error("tensor format " + std::to_string(static_cast<std::uint32_t>(format)) +
                             " is not one of F32 (0), Q4_1 (3), Q8_0 (8)");
}

struct gguf_tensor {
    tensor_format format;
    std::vector<std::int64_t> shape; // the fastest axis first: a matrix is {columns, rows}
    std::span<const std::byte> data;

    std::int64_t elements() const {
        std::int64_t product = 1;
        for (const std::int64_t extent : shape) product *= extent;
        return product;
    }
};

class gguf_file {
public:
    using value = std::variant<std::int64_t, double, std::string_view, std::vector<std::int64_t>, std::vector<double>,
                               std::vector<std::string_view>>;

    explicit gguf_file(const std::string& path) : file_(path), left_(file_.bytes()) {
        if (left_.size() < 4 || std::memcmp(left_.data(), "GGUF", 4) != 0)
            throw std::runtime_error(path + " is not a GGUF file: its first four bytes are not \"GGUF\"");
        left_ = left_.subspan(4);
        const auto version = take<std::uint32_t>();
        if (version != 3)
            throw std::runtime_error(path + " is GGUF version " + std::to_string(version) +
                                     "; this reader knows version 3");
        const auto tensors = take<std::uint64_t>();
        const auto entries = take<std::uint64_t>();
        for (std::uint64_t i = 0; i < entries; ++i) {
            const std::string key(take_string());
            metadata_[key] = take_value(take<std::uint32_t>());
        }
        take_tensors(tensors);
    }

    bool has(const std::string& key) const { return metadata_.contains(key); }
    std::int64_t integer(const std::string& key) const { return get<std::int64_t>(key, "an integer"); }
    double number(const std::string& key) const { return get<double>(key, "a floating point number"); }
    std::string_view text(const std::string& key) const { return get<std::string_view>(key, "a string"); }
    const std::vector<std::string_view>& texts(const std::string& key) const {
        return get<std::vector<std::string_view>>(key, "an array of strings");
    }
    const std::vector<std::int64_t>& integers(const std::string& key) const {
        return get<std::vector<std::int64_t>>(key, "an array of integers");
    }

    bool has_tensor(const std::string& name) const { return tensors_.contains(name); }
    const gguf_tensor& tensor(const std::string& name) const {
        const auto found = tensors_.find(name);
        if (found == tensors_.end()) throw std::runtime_error("the GGUF file has no tensor named " + name);
        return found->second;
    }

private:
    template <class T>
    const T& get(const std::string& key, const char* wanted) const {
        const auto found = metadata_.find(key);
        if (found == metadata_.end()) throw std::runtime_error("the GGUF file has no metadata entry " + key);
        const T* held = std::get_if<T>(&found->second);
        if (held == nullptr) throw std::runtime_error("the GGUF metadata entry " + key + " is not " + wanted);
        return *held;
    }

    std::span<const std::byte> take_bytes(std::uint64_t count) {
        if (count > left_.size())
            throw std::runtime_error("the GGUF file ends early: " + std::to_string(count) + " bytes are announced, " +
                                     std::to_string(left_.size()) + " are left");
        const auto taken = left_.first(static_cast<std::size_t>(count));
        left_ = left_.subspan(static_cast<std::size_t>(count));
        return taken;
    }

    template <class T>
    T take() {
        T result;
        std::memcpy(&result, take_bytes(sizeof(T)).data(), sizeof(T));
        return result;
    }

    std::string_view take_string() {
        const auto bytes = take_bytes(take<std::uint64_t>());
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    // Calls f with a zero of the C++ type behind a scalar type number; false when it is not a number's.
    template <class F>
    static bool with_number_type(std::uint32_t type, F f) {
        switch (type) {
        case 0: f(std::uint8_t{}); return true;
        case 1: f(std::int8_t{}); return true;
        case 2: f(std::uint16_t{}); return true;
        case 3: f(std::int16_t{}); return true;
        case 4: f(std::uint32_t{}); return true;
        case 5: f(std::int32_t{}); return true;
        case 6: f(float{}); return true;
        case 7: f(std::uint8_t{}); return true; // bool, one byte
        case 10: f(std::uint64_t{}); return true;
        case 11: f(std::int64_t{}); return true;
        case 12: f(double{}); return true;
        default: return false;
        }
    }

    value take_value(std::uint32_t type) {
        constexpr std::uint32_t string_type = 8;
        constexpr std::uint32_t array_type = 9;
        if (type == string_type) return take_string();
        if (type == array_type) {
            const auto element_type = take<std::uint32_t>();
            return take_array(element_type, take<std::uint64_t>());
        }
        value result;
        const bool known = with_number_type(type, [&](auto zero) {
            using T = decltype(zero);
            if constexpr (std::is_floating_point_v<T>) result = static_cast<double>(take<T>());
            else result = static_cast<std::int64_t>(take<T>());
        });
        if (!known)
            throw std::runtime_error("the GGUF file holds a metadata value of unknown type " + std::to_string(type));
        return result;
    }

    value take_array(std::uint32_t type, std::uint64_t count) {
        constexpr std::uint32_t string_type = 8;
        value result;
        if (type == string_type) {
            std::vector<std::string_view> texts;
            for (std::uint64_t i = 0; i < count; ++i) texts.push_back(take_string());
            result = std::move(texts);
            return result;
        }
        const bool known = with_number_type(type, [&](auto zero) {
            using T = decltype(zero);
            using wide = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
            std::vector<wide> numbers;
            for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(static_cast<wide>(take<T>()));
            result = std::move(numbers);
        });
        if (!known)
            throw std::runtime_error("the GGUF file holds an array of unsupported type " + std::to_string(type));
        return result;
    }

    // The tensor table; the data begins at the next multiple of general.alignment behind it.
    void take_tensors(std::uint64_t count) {
        std::vector<std::uint64_t> offsets;
        std::vector<gguf_tensor*> order;
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::string name(take_string());
            gguf_tensor& tensor = tensors_[name];
            const auto axes = take<std::uint32_t>();
            if (axes < 1 || axes > 4)
                throw std::runtime_error("tensor " + name + " has " + std::to_string(axes) +
                                         " axes; 1 to 4 are possible");
            std::uint64_t elements = 1;
            for (std::uint32_t axis = 0; axis < axes; ++axis) {
                const auto extent = take<std::uint64_t>();
                if (extent == 0 || extent > most_elements / elements)
                    throw std::runtime_error("tensor " + name + " has an impossible extent " + std::to_string(extent));
                elements *= extent;
                tensor.shape.push_back(static_cast<std::int64_t>(extent));
            }
            tensor.format = static_cast<tensor_format>(take<std::uint32_t>());
            offsets.push_back(take<std::uint64_t>());
            order.push_back(&tensor);
        }
        const auto whole = file_.bytes();
        const std::uint64_t alignment =
            has("general.alignment") ? static_cast<std::uint64_t>(integer("general.alignment")) : 32;
        if (!std::has_single_bit(alignment)) throw std::runtime_error("general.alignment is not a power of two");
        const std::uint64_t position = whole.size() - left_.size();
        take_bytes((alignment - position % alignment) % alignment);
        for (std::size_t i = 0; i < order.size(); ++i) {
            const block_size block = block_of(order[i]->format);
            const auto elements = static_cast<std::uint64_t>(order[i]->elements());
            if (static_cast<std::uint64_t>(order[i]->shape[0]) % block.elements != 0)
                throw std::runtime_error("a quantised tensor has rows of " + std::to_string(order[i]->shape[0]) +
                                         " elements, not a multiple of " + std::to_string(block.elements));
            const std::uint64_t bytes = elements / block.elements * block.bytes;
            if (offsets[i] > left_.size() || bytes > left_.size() - offsets[i])
                throw std::runtime_error("the GGUF file ends early: a tensor of " + std::to_string(bytes) +
                                         " bytes at " + std::to_string(offsets[i]) + " does not fit the " +
                                         std::to_string(left_.size()) + " bytes of data");
            order[i]->data = left_.subspan(static_cast<std::size_t>(offsets[i]), static_cast<std::size_t>(bytes));
        }
    }

    static constexpr std::uint64_t most_elements = std::uint64_t{1}
                                                   << 40; // far above any model; keeps products in range

    mapped_file file_;
    std::span<const std::byte> left_; // what the reader has not consumed
    std::map<std::string, value> metadata_;
    std::map<std::string, gguf_tensor> tensors_;
};

} // namespace smollm2
