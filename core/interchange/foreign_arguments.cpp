#include "core/interchange/foreign_arguments.h"

#include "core/base/text_encoding.h"
#include "core/interchange/foreign_text.h"
#include "core/interchange/text_scanner.h"

namespace ballast {
namespace {

using nlohmann::json;

json literal(TextScanner& scanner, int depth);

std::string quotedText(TextScanner& scanner) {
    const char quote = scanner.next();
    std::string text;
    for (;;) {
        if (scanner.ended()) scanner.fail("the end of a text");
        char c = scanner.next();
        if (c == quote) return text;
        if (c == '\\') {
            c = scanner.next();
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
        text += c;
    }
}

json sequence(TextScanner& scanner, std::string_view end, int depth) {
    json list = json::array();
    while (!scanner.accept(end)) {
        list.push_back(literal(scanner, depth));
        if (!scanner.accept(",")) {
            scanner.expect(end);
            break;
        }
    }
    return list;
}

json literal(TextScanner& scanner, int depth) {
    constexpr int kDeepest = 16;
    if (depth > kDeepest) scanner.fail("a value nested less deeply");
    const char first = scanner.peek();
    if (first == '\'' || first == '"') return quotedText(scanner);
    if (scanner.accept("[")) return sequence(scanner, "]", depth + 1);
    if (scanner.accept("(")) return sequence(scanner, ")", depth + 1);
    if (scanner.accept("True")) return true;
    if (scanner.accept("False")) return false;
    if (scanner.accept("None")) return nullptr;
    if (scanner.accept("{")) {
        json object = json::object();
        while (!scanner.accept("}")) {
            const json key = literal(scanner, depth + 1);
            scanner.expect(":");
            object[key.is_string() ? key.get<std::string>() : key.dump()] =
                literal(scanner, depth + 1);
            if (!scanner.accept(",")) {
                scanner.expect("}");
                break;
            }
        }
        return object;
    }
    TextScanner as_integer = scanner;
    std::int64_t integer = 0;
    if (as_integer.acceptNumber(integer)) {
        const char after = as_integer.ended() ? ',' : as_integer.next();
        if (after != '.' && after != 'e' && after != 'E') {
            scanner.acceptNumber(integer);
            return integer;
        }
    }
    double value = 0.0;
    if (!scanner.acceptNumber(value)) scanner.fail("a Python value");
    return value;
}

}  // namespace

json pythonLiteral(std::string_view text, const std::string& source) {
    TextScanner scanner(text, source);
    json value = literal(scanner, 0);
    if (!scanner.atEnd()) scanner.fail("the end");
    return value;
}

ForeignArguments readForeignArguments(const std::filesystem::path& file) {
    ForeignArguments arguments;
    arguments.values = json::object();
    arguments.text = readForeignText(file, arguments.notes);
    TextScanner scanner(arguments.text, file.string());
    scanner.expect("Namespace(");
    while (!scanner.accept(")")) {
        const std::string name(scanner.word());
        if (name.empty()) scanner.fail("the name of an argument or \")\"");
        scanner.expect("=");
        arguments.values[name] = literal(scanner, 0);
        if (!scanner.accept(",")) {
            scanner.expect(")");
            break;
        }
    }
    if (!scanner.atEnd()) {
        const std::string rest = cleanedName(arguments.text.substr(scanner.position()));
        arguments.notes.push_back(cleanedName(file.filename().string()) + ": " +
                                  std::to_string(rest.size()) +
                                  " bytes behind the arguments were skipped");
    }
    return arguments;
}

}  // namespace ballast
