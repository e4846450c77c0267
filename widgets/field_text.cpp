#include "widgets/field_text.h"

#include <QKeyEvent>
#include <QPainter>
#include <array>
#include <charconv>
#include <cmath>

#include "widgets/palette.h"

namespace ballast {
namespace {

using nlohmann::json;

template<class T>
bool parsed(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

QString textOf(const json& value) {
    if (value.is_null()) return {};
    if (value.is_string()) return QString::fromStdString(value.get<std::string>());
    if (!value.is_number_float()) return QString::fromStdString(value.dump());
    std::array<char, 64> buffer{};
    const auto [end, error] =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value.get<double>());
    std::string text(buffer.data(), error == std::errc() ? end : buffer.data());
    // "2e-04" is 2e-4 to people.
    const std::size_t exponent = text.find('e');
    if (exponent != std::string::npos && text.size() == exponent + 4 && text[exponent + 2] == '0') {
        text.erase(exponent + 2, 1);
    }
    return QString::fromStdString(text);
}

json numberOrText(const QString& text) {
    const std::string typed = text.trimmed().toStdString();
    std::string_view digits(typed);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::int64_t whole = 0;
    if (parsed(digits, whole)) return whole;
    std::uint64_t large = 0;
    if (parsed(digits, large)) return large;
    double number = 0.0;
    if (parsed(digits, number) && std::isfinite(number)) return number;
    return typed;
}

QString listText(const json& list) {
    if (!list.is_array()) return textOf(list);
    QStringList parts;
    for (const json& entry : list) parts << textOf(entry);
    return parts.join(QStringLiteral(", "));
}

json listOf(const QString& text) {
    json list = json::array();
    if (text.trimmed().isEmpty()) return list;
    for (const QString& part : text.split(QLatin1Char(','))) list.push_back(numberOrText(part));
    return list;
}

NumberEdit::NumberEdit(bool whole, QWidget* parent) : QLineEdit(parent), whole_(whole) {}

void NumberEdit::keyPressEvent(QKeyEvent* event) {
    const int step = event->key() == Qt::Key_Up ? 1 : event->key() == Qt::Key_Down ? -1 : 0;
    const json value = numberOrText(text());
    if (step != 0 && whole_ && !isReadOnly() && value.is_number_integer()) {
        const auto number = value.get<std::int64_t>();
        if (number + step < 0) return;
        setText(QString::number(number + step));
        Q_EMIT textEdited(text());
        return;
    }
    QLineEdit::keyPressEvent(event);
}

ErrorLabel::ErrorLabel(QWidget* parent) : QLabel(parent) {
    setWordWrap(true);
    setTextFormat(Qt::PlainText);
}

void ErrorLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(plotColors().error);
    painter.drawText(contentsRect(), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, text());
}

}  // namespace ballast
