#pragma once

#include <QString>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace ballast {

/// What people type for values that a field takes one after the other, as core/experiment/sweep.h
/// reads it: "0, 0.05, 0.1" a list; "0 … 0.5 step 0.05", "0 … 1 count 5" or "1e-4 … 1e-1 log 7" a
/// range ("..", "..." and "–" between spaces also do). `problem` is a sentence where it is neither.
struct AxisText {
    nlohmann::json values;
    QString problem;
};
AxisText axisValues(const QString& text);

/// Seeds: whole numbers and ranges of them, "0–4" or "0, 1, 7–9". Empty: none, which is no problem.
AxisText seedValues(const QString& text);

/// The text that axisValues() or seedValues() reads as `values`.
QString axisText(const nlohmann::json& values);
QString seedText(const nlohmann::json& seeds);

}  // namespace ballast
