#include <algorithm>
#include <cmath>

#include "core/analysis/paper_results.h"

namespace ballast {
namespace {

struct Printed {
    double mean;
    double deviation;
};

/// A row of Table 1, in its columns' order: CIFAR-10 LT 100, LT 10, step 100, step 10, CIFAR-100.
struct Table1Row {
    std::string_view method;
    bool sam;
    std::string_view preset;
    Printed cells[8];
};

constexpr Table1Row kTable1[] = {
    {"CE",
     false,
     "CE",
     {{71.5, 0.4},
      {87.0, 0.2},
      {64.8, 0.9},
      {85.1, 0.3},
      {38.3, 0.4},
      {56.7, 0.4},
      {38.6, 0.2},
      {54.4, 0.3}}},
    {"LDAM",
     false,
     "LDAM",
     {{73.8, 0.4},
      {86.4, 0.4},
      {65.8, 0.6},
      {85.0, 0.3},
      {39.9, 0.7},
      {55.7, 0.5},
      {39.2, 0.0},
      {50.5, 0.2}}},
    {"VS",
     false,
     "VS",
     {{78.8, 0.2},
      {88.7, 0.1},
      {76.1, 0.7},
      {88.3, 0.1},
      {41.8, 0.7},
      {58.4, 0.2},
      {46.2, 0.3},
      {59.9, 0.2}}},
    {"CE+DRW",
     false,
     "CE+DRW",
     {{75.8, 0.3},
      {87.9, 0.3},
      {72.2, 0.8},
      {88.0, 0.3},
      {40.8, 0.6},
      {58.1, 0.3},
      {45.4, 0.4},
      {59.1, 0.3}}},
    {"LDAM+DRW",
     false,
     "LDAM+DRW",
     {{77.7, 0.4},
      {87.5, 0.2},
      {77.8, 0.5},
      {87.8, 0.3},
      {42.7, 0.5},
      {57.5, 0.3},
      {45.3, 0.6},
      {56.9, 0.2}}},
    {"VS+DRW",
     false,
     "VS+DRW",
     {{80.1, 0.1},
      {88.6, 0.1},
      {78.2, 0.2},
      {88.1, 0.1},
      {41.3, 0.4},
      {57.6, 0.3},
      {44.0, 0.3},
      {58.0, 0.3}}},
    {"CE+ADRW",
     false,
     "CE+ADRW",
     {{78.6, 0.5},
      {88.2, 0.3},
      {75.5, 0.6},
      {88.5, 0.2},
      {41.8, 0.6},
      {58.3, 0.4},
      {46.5, 0.3},
      {59.2, 0.3}}},
    {"LDAM+ADRW",
     false,
     "LDAM+ADRW",
     {{79.1, 0.2},
      {87.6, 0.2},
      {78.5, 0.4},
      {88.1, 0.2},
      {43.0, 0.2},
      {58.0, 0.1},
      {45.8, 0.2},
      {57.6, 0.3}}},
    {"VS+TLA+DRW",
     false,
     "VS+TLA+DRW",
     {{80.8, 0.2},
      {88.8, 0.1},
      {80.0, 0.1},
      {89.2, 0.1},
      {43.0, 0.4},
      {58.9, 0.1},
      {46.8, 0.1},
      {60.0, 0.3}}},
    {"VS+TLA+ADRW",
     false,
     "VS+TLA+ADRW",
     {{81.1, 0.2},
      {89.0, 0.2},
      {80.9, 0.2},
      {89.3, 0.1},
      {43.4, 0.6},
      {59.2, 0.2},
      {47.8, 0.1},
      {60.5, 0.3}}},
    {"CE+DRW",
     true,
     "CE+DRW+SAM",
     {{80.5, 0.2},
      {89.8, 0.2},
      {79.5, 0.3},
      {90.2, 0.2},
      {44.7, 0.6},
      {60.7, 0.4},
      {48.5, 0.3},
      {61.7, 0.2}}},
    {"LDAM+DRW",
     true,
     "LDAM+DRW+SAM",
     {{81.6, 0.2},
      {89.4, 0.2},
      {81.2, 0.7},
      {89.4, 0.1},
      {45.2, 0.3},
      {59.9, 0.2},
      {49.1, 0.2},
      {59.3, 0.2}}},
    {"VS",
     true,
     "VS+SAM",
     {{82.6, 0.2},
      {90.0, 0.1},
      {83.2, 0.4},
      {90.5, 0.1},
      {45.9, 0.3},
      {61.0, 0.3},
      {47.4, 0.3},
      {61.6, 0.3}}},
    {"CE+ADRW",
     true,
     "CE+ADRW+SAM",
     {{82.6, 0.2},
      {90.1, 0.1},
      {82.8, 0.9},
      {90.2, 0.3},
      {44.9, 0.6},
      {61.0, 0.4},
      {48.9, 0.2},
      {62.1, 0.2}}},
    {"LDAM+ADRW",
     true,
     "LDAM+ADRW+SAM",
     {{83.0, 0.1},
      {89.7, 0.1},
      {82.4, 0.3},
      {90.0, 0.2},
      {46.3, 0.4},
      {60.3, 0.3},
      {49.3, 0.4},
      {60.3, 0.2}}},
    {"VS+TLA+ADRW",
     true,
     "VS+TLA+ADRW+SAM",
     {{83.6, 0.2},
      {90.3, 0.2},
      {83.8, 0.1},
      {90.8, 0.1},
      {46.4, 0.6},
      {61.9, 0.3},
      {49.1, 0.2},
      {62.3, 0.3}}},
};

constexpr double kDash = kMissing;  // printed "-"

/// A row of Table 2: ImageNet-LT many, medium, few, all; iNaturalist the same.
struct Table2Row {
    std::string_view method;
    std::string_view preset;
    double cells[8];
};

/// "SAM" is LDAM+DRW+SAM and "Ours" VS+TLA+ADRW+SAM, as the text says.
constexpr Table2Row kTable2[] = {
    {"OLTR", "", {43.2, 35.1, 18.5, 35.6, 59.0, 64.1, 64.9, 63.9}},
    {"LFMR", "", {47.1, 35.0, 17.5, 37.2, kDash, kDash, kDash, kDash}},
    {"BBN", "", {kDash, kDash, kDash, kDash, 49.4, 70.8, 65.3, 66.3}},
    {"cRT", "cRT", {61.8, 46.2, 27.3, 49.6, 69.0, 66.0, 63.2, 65.2}},
    {"τ-norm", "tau-norm", {59.1, 46.9, 30.7, 49.4, 65.6, 65.3, 65.5, 65.6}},
    {"DiVE", "", {64.1, 50.4, 31.5, 53.1, 70.6, 70.0, 67.6, 69.1}},
    {"DisAlign", "DisAlign", {61.3, 52.2, 31.4, 52.9, 69.0, 71.1, 70.2, 70.6}},
    {"WB", "WB", {62.5, 50.4, 41.5, 53.9, 71.2, 70.4, 69.7, 70.2}},
    {"CE", "CE", {65.9, 37.5, 7.7, 44.4, 72.2, 63.0, 57.2, 61.7}},
    {"CE+CB", "CB", {39.6, 32.7, 16.8, 33.2, 53.4, 54.8, 53.2, 54.0}},
    {"Focal", "Focal", {36.4, 29.9, 16.0, 30.5, kDash, kDash, kDash, 61.1}},
    {"De-confound", "De-confound", {62.7, 48.8, 31.6, 51.8, kDash, kDash, kDash, kDash}},
    {"DRO-LT", "", {64.0, 49.8, 33.1, 53.5, kDash, kDash, kDash, 69.7}},
    {"SAM", "LDAM+DRW+SAM", {62.0, 52.1, 34.8, 53.1, 64.1, 70.5, 71.2, 70.1}},
    {"Ours", "VS+TLA+ADRW+SAM", {62.9, 52.6, 37.1, 54.1, 64.7, 70.7, 72.1, 70.7}},
};

std::vector<PaperNumber> allNumbers() {
    constexpr std::string_view kValues[] = {"many", "medium", "few", "best"};
    std::vector<PaperNumber> numbers;
    for (const Table1Row& row : kTable1) {
        for (std::size_t i = 0; i < 8; ++i) {
            numbers.push_back({.table = 1,
                               .method = row.method,
                               .sam = row.sam,
                               .preset = row.preset,
                               .dataset = i < 4 ? "cifar10" : "cifar100",
                               .profile = i % 4 < 2 ? Profile::long_tailed : Profile::step,
                               .ratio = i % 2 == 0 ? 100.0 : 10.0,
                               .mean = row.cells[i].mean,
                               .deviation = row.cells[i].deviation,
                               .seeds = 5});
        }
    }
    for (const Table2Row& row : kTable2) {
        for (std::size_t i = 0; i < 8; ++i) {
            if (std::isnan(row.cells[i])) continue;
            numbers.push_back({.table = 2,
                               .method = row.method,
                               .sam = row.preset.ends_with("+SAM"),
                               .preset = row.preset,
                               .dataset = i < 4 ? "imagenet-lt" : "inaturalist2018",
                               .value = kValues[i % 4],
                               .mean = row.cells[i]});
        }
    }
    return numbers;
}

}  // namespace

std::span<const PaperNumber> paperNumbers() {
    static const std::vector<PaperNumber> numbers = allNumbers();
    return numbers;
}

const PaperNumber* paperNumber(std::string_view preset, std::string_view dataset, Profile profile,
                               double ratio, std::string_view value) {
    if (preset.empty()) return nullptr;
    const auto numbers = paperNumbers();
    const auto found = std::ranges::find_if(numbers, [&](const PaperNumber& number) {
        return number.preset == preset && number.dataset == dataset && number.value == value &&
               (number.table == 2 || (number.profile == profile && number.ratio == ratio));
    });
    return found == numbers.end() ? nullptr : &*found;
}

}  // namespace ballast
