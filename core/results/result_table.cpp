#include "core/results/result_table.h"

#include <cmath>
#include <cstdio>
#include <vector>

#include "core/experiment/catalog.h"

namespace ballast {
namespace {

using Cells = std::vector<std::string>;  // one row

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string percent(double share, TableFormat format) {
    if (std::isnan(share)) {
        return format == TableFormat::csv ? "" : format == TableFormat::latex ? "--" : "–";
    }
    return format == TableFormat::csv ? fixed(share * 100.0, 6) : fixed(share * 100.0, 1);
}

std::string dataText(const DataConfig& data) {
    const DatasetInfo* info = findDataset(data.dataset);
    std::string text(info != nullptr ? info->label : std::string_view(data.dataset));
    if (data.imbalance.profile == "none") return text;
    text += data.imbalance.profile == "step" ? " step " : " LT ";
    char ratio[32];
    std::snprintf(ratio, sizeof ratio, "%g", data.imbalance.ratio);
    return text + ratio;
}

std::string escaped(const std::string& text, TableFormat format) {
    std::string result;
    for (const char c : text) {
        if (format == TableFormat::latex && std::string("&%$#_{}").find(c) != std::string::npos) {
            result += '\\';
        }
        if (format == TableFormat::markdown && c == '|') result += '\\';
        if (format == TableFormat::csv && c == '"') result += '"';
        result += c == '\n' ? ' ' : c;
    }
    const bool quoted =
        format == TableFormat::csv && result.find_first_of(",\"") != std::string::npos;
    return quoted ? "\"" + result + "\"" : result;
}

const std::vector<std::string>& header(TableFormat format) {
    static const std::vector<std::string> kPeople = {
        "Method",      "Data",     "State", "Epochs",           "Best",
        "Selected on", "at epoch", "Last",  "Majority (train)", "Minority (train)",
        "Many",        "Medium",   "Few"};
    static const std::vector<std::string> kCsv = {"method",
                                                  "data",
                                                  "state",
                                                  "epochs",
                                                  "best_balanced_test_accuracy",
                                                  "best_selected_on",
                                                  "best_epoch",
                                                  "last_balanced_test_accuracy",
                                                  "last_majority_train_accuracy",
                                                  "last_minority_train_accuracy",
                                                  "best_many",
                                                  "best_medium",
                                                  "best_few"};
    return format == TableFormat::csv ? kCsv : kPeople;
}

Cells row(const RunSummary& run, TableFormat format) {
    const RunConfig& config = run.description.config;
    const EpochRecord* best = bestRecord(run.records, config.training.selection);
    const EpochRecord* last = run.records.empty() ? nullptr : &run.records.back();
    const ClassStatistics none;
    const ClassStatistics& train = last == nullptr ? none
                                   : last->exact   ? *last->exact
                                                   : last->streaming;
    const std::string missing = percent(kMissing, format);
    return {escaped(config.name.empty() ? run.id : config.name, format),
            escaped(dataText(config.data), format),
            run.interrupted ? "interrupted" : stateName(run.status.state),
            std::to_string(run.records.size()) + "/" + std::to_string(config.training.epochs),
            percent(best ? best->balanced_test_accuracy : kMissing, format),
            config.training.selection,
            best ? std::to_string(best->epoch + 1) : missing,
            percent(last ? last->balanced_test_accuracy : kMissing, format),
            percent(train.majority_accuracy, format),
            percent(train.minority_accuracy, format),
            percent(best ? best->shots.many : kMissing, format),
            percent(best ? best->shots.medium : kMissing, format),
            percent(best ? best->shots.few : kMissing, format)};
}

std::string joined(const std::vector<std::string>& cells, const std::string& before,
                   const std::string& between, const std::string& after) {
    std::string line = before;
    for (std::size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : between) + cells[i];
    return line + after + "\n";
}

constexpr const char* kCaption =
    "Balanced test accuracy in %, of the best epoch and of the last; the best epoch is selected on "
    "the test set, as the papers do, or on a validation split. "
    "Training accuracies after the last epoch. Many, medium, few: classes with more than 100, 20 "
    "to "
    "100, fewer than 20 training images, at the best epoch.";

}  // namespace

std::string resultTable(std::span<const RunSummary> runs, TableFormat format) {
    std::vector<Cells> rows;
    for (const RunSummary& run : runs) {
        if (run.error.empty()) rows.push_back(row(run, format));
    }
    std::string text;
    switch (format) {
        case TableFormat::csv:
            text = joined(header(format), "", ",", "");
            for (const Cells& cells : rows) text += joined(cells, "", ",", "");
            break;
        case TableFormat::markdown:
            text = joined(header(format), "| ", " | ", " |");
            text += "|---|---|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|\n";
            for (const Cells& cells : rows) text += joined(cells, "| ", " | ", " |");
            text += "\n" + std::string(kCaption) + "\n";
            break;
        case TableFormat::latex: {
            std::string caption(kCaption);
            caption.replace(caption.find('%'), 1, "\\%");
            text = "\\begin{tabular}{lllrrlrrrrrrr}\n\\toprule\n";
            text += joined(header(format), "", " & ", " \\\\");
            text += "\\midrule\n";
            for (const Cells& cells : rows) text += joined(cells, "", " & ", " \\\\");
            text += "\\bottomrule\n\\end{tabular}\n% " + caption + "\n";
            break;
        }
    }
    return text;
}

}  // namespace ballast
