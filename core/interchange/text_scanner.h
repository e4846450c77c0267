#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace ballast {

/// Reads a text piece by piece; spaces and line ends between pieces do not count. What it expects
/// and does not find is a DataError with source, line and column.
class TextScanner {
public:
    /// From `at` on; what is before counts for the position in errors.
    TextScanner(std::string_view text, std::string source, std::size_t at = 0)
        : text_(text), source_(std::move(source)), at_(at) {}

    [[noreturn]] void fail(const std::string& expected);

    bool accept(std::string_view literal);
    void expect(std::string_view literal);

    template<class Number>
    bool acceptNumber(Number& value) {
        skipSpace();
        const char* const first = text_.data() + at_;
        const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
        if (error != std::errc()) return false;
        at_ += static_cast<std::size_t>(end - first);
        return true;
    }
    int integer();
    double number();

    bool atEnd();
    char next() { return at_ < text_.size() ? text_[at_++] : '\0'; }
    char peek();
    std::string_view word();
    void skipLine();
    bool ended() const { return at_ == text_.size(); }

    /// Where it is; spaces before the next piece are not skipped yet.
    std::size_t position() const { return at_; }

private:
    void skipSpace();

    std::string_view text_;
    std::string source_;
    std::size_t at_ = 0;
};

}  // namespace ballast
