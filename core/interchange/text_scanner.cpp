#include "core/interchange/text_scanner.h"

#include <algorithm>
#include <cctype>

#include "core/base/error.h"
#include "core/base/text_encoding.h"

namespace ballast {
namespace {

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

void TextScanner::fail(const std::string& expected) {
    skipSpace();
    std::size_t line = 1;
    std::size_t start = 0;
    for (std::size_t i = 0; i < at_; ++i) {
        if (text_[i] == '\n') {
            ++line;
            start = i + 1;
        }
    }
    std::string found(beginningOf(text_.substr(at_), 24));
    found = found.substr(0, found.find_first_of("\r\n"));
    throw DataError(source_ + ", line " + std::to_string(line) + ", column " +
                    std::to_string(at_ - start + 1) + ": expected " + expected + ", found " +
                    (found.empty() ? "the end" : "\"" + found + "\""));
}

bool TextScanner::accept(std::string_view literal) {
    skipSpace();
    if (!text_.substr(at_).starts_with(literal)) return false;
    at_ += literal.size();
    return true;
}

void TextScanner::expect(std::string_view literal) {
    if (!accept(literal)) fail("\"" + std::string(literal) + "\"");
}

int TextScanner::integer() {
    int value = 0;
    if (!acceptNumber(value)) fail("a whole number");
    return value;
}

double TextScanner::number() {
    double value = 0.0;
    if (!acceptNumber(value)) fail("a number");
    return value;
}

bool TextScanner::atEnd() {
    skipSpace();
    return at_ == text_.size();
}

char TextScanner::peek() {
    skipSpace();
    return at_ < text_.size() ? text_[at_] : '\0';
}

std::string_view TextScanner::word() {
    skipSpace();
    const std::size_t start = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
        ++at_;
    }
    return text_.substr(start, at_ - start);
}

void TextScanner::skipLine() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
}

void TextScanner::skipSpace() {
    while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
}

}  // namespace ballast
