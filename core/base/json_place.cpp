#include "core/base/json_place.h"

#include <limits>

#include "core/base/error.h"
#include "core/base/json_text.h"

namespace ballast {

using nlohmann::json;

std::string JsonPlace::pointer() const {
    if (parent_ == nullptr) return "";
    return parent_->pointer() + "/" + (key_ != nullptr ? key_ : std::to_string(index_));
}

void JsonPlace::fail(std::string_view what) const {
    const std::string at = pointer();
    throw DamagedFileError(std::string(file_) + " is damaged: " + (at.empty() ? "it" : at) +
                           " is " + shownJson(value_) + ", not " + std::string(what));
}

JsonPlace JsonPlace::at(const char* key) const {
    if (!value_.is_object()) fail("an object");
    const auto found = value_.find(key);
    if (found == value_.end()) {
        throw DamagedFileError(std::string(file_) + " is damaged: it has no " + pointer() + "/" +
                               key);
    }
    return {*found, *this, key, 0};
}

JsonPlace JsonPlace::at(std::size_t index) const {
    return {value_.at(index), *this, nullptr, index};
}

std::size_t JsonPlace::size() const {
    if (!value_.is_array()) fail("a list");
    return value_.size();
}

std::string JsonPlace::text() const {
    if (!value_.is_string()) fail("a text");
    return value_.get<std::string>();
}

int JsonPlace::integer() const {
    const std::int64_t wide = integer64();
    if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) {
        fail("a whole number of 32 bits");
    }
    return static_cast<int>(wide);
}

std::int64_t JsonPlace::integer64() const {
    const bool too_large = value_.is_number_unsigned() &&
                           value_.get<std::uint64_t>() >
                               static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!value_.is_number_integer() || too_large) fail("a whole number");
    return value_.get<std::int64_t>();
}

double JsonPlace::number() const {
    if (!value_.is_number()) fail("a number");
    return value_.get<double>();
}

bool JsonPlace::boolean() const {
    if (!value_.is_boolean()) fail("true or false");
    return value_.get<bool>();
}

std::vector<std::int64_t> JsonPlace::integers() const {
    std::vector<std::int64_t> values;
    values.reserve(size());
    for (std::size_t i = 0; i < value_.size(); ++i) values.push_back(at(i).integer64());
    return values;
}

}  // namespace ballast
