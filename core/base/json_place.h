#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// A value in a JSON file that Ballast wrote, and the way to it, so that what is missing or of
/// another type is named: "FILE is damaged: /provenance/threads is \"two\", not a whole number".
/// Costs nothing where nothing is wrong. A place refers to the one it was reached from and to the
/// value: both must outlive it. Every function throws DamagedFileError.
class JsonPlace {
public:
    JsonPlace(const nlohmann::json& value, std::string_view file) : value_(value), file_(file) {}

    const nlohmann::json& value() const { return value_; }
    bool isNull() const { return value_.is_null(); }
    bool has(const char* key) const { return value_.is_object() && value_.contains(key); }

    /// The member `key` of an object.
    JsonPlace at(const char* key) const;

    /// The element `index` of a list.
    JsonPlace at(std::size_t index) const;

    /// How many elements a list has.
    std::size_t size() const;

    std::string text() const;
    int integer() const;  // within int
    std::int64_t integer64() const;
    double number() const;
    bool boolean() const;
    std::vector<std::int64_t> integers() const;

    /// Says that the value is not `what`, e.g. "one of queued, running".
    [[noreturn]] void fail(std::string_view what) const;

private:
    JsonPlace(const nlohmann::json& value, const JsonPlace& parent, const char* key,
              std::size_t index)
        : value_(value), parent_(&parent), key_(key), index_(index), file_(parent.file_) {}

    std::string pointer() const;

    const nlohmann::json& value_;
    const JsonPlace* parent_ = nullptr;
    const char* key_ = nullptr;  // null: it is an element of a list
    std::size_t index_ = 0;
    std::string_view file_;
};

}  // namespace ballast
