#include "core/results/result_table.h"

#include <cmath>
#include <vector>

#include "core/experiment/catalog.h"
#include "core/results/run_query.h"

namespace ballast {
namespace {

using RowOfCells = std::vector<std::string>;  // one row

std::string percent(double share, TableFormat format) {
    if (std::isnan(share)) {
        return format == TableFormat::csv ? "" : format == TableFormat::latex ? "--" : "–";
    }
    return format == TableFormat::csv ? fixedText(share * 100.0, 6) : fixedText(share * 100.0, 1);
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

RowOfCells row(const IndexedRun& run, TableFormat format) {
    const RunConfig& config = run.description.config;
    const auto best_epoch = run.bestEpoch();
    const EpochScalars none;
    const EpochScalars& best = best_epoch ? run.epochs[*best_epoch] : none;
    const EpochScalars& last = run.epochs.empty() ? none : run.epochs.back();
    const bool exact = !std::isnan(last.exact_majority_accuracy);
    return {escaped(config.name.empty() ? run.id : config.name, format),
            escaped(dataText(config.data), format),
            run.interrupted ? "interrupted" : stateName(run.status.state),
            std::to_string(run.epochs.size()) + "/" + std::to_string(config.training.epochs),
            percent(best.balanced_test_accuracy, format),
            std::string(nameOf(config.training.selection)),
            best_epoch ? std::to_string(*best_epoch + 1) : percent(kMissing, format),
            percent(last.balanced_test_accuracy, format),
            percent(exact ? last.exact_majority_accuracy : last.majority_accuracy, format),
            percent(exact ? last.exact_minority_accuracy : last.minority_accuracy, format),
            percent(best.many, format),
            percent(best.medium, format),
            percent(best.few, format)};
}

constexpr const char* kCaption =
    "Balanced test accuracy in %, of the best epoch and of the last; the best epoch is selected on "
    "the test set, as the papers do, or on a validation split. "
    "Training accuracies after the last epoch. Many, medium, few: classes with more than 100, 20 "
    "to "
    "100, fewer than 20 training images, at the best epoch.";

}  // namespace

std::string resultTable(std::span<const RunSummary> runs, TableFormat format) {
    std::vector<IndexedRun> all;
    for (const RunSummary& run : runs) all.push_back(indexed(run));
    std::vector<const IndexedRun*> pointers;
    for (const IndexedRun& run : all) pointers.push_back(&run);
    return resultTable(pointers, format);
}

std::string resultTable(std::span<const IndexedRun* const> runs, TableFormat format) {
    std::vector<RowOfCells> rows;
    for (const IndexedRun* run : runs) {
        if (run->error.empty()) rows.push_back(row(*run, format));
    }
    std::string text;
    switch (format) {
        case TableFormat::csv:
            text = joined(header(format), "", ",", "");
            for (const RowOfCells& cells : rows) text += joined(cells, "", ",", "");
            break;
        case TableFormat::markdown:
            text = joined(header(format), "| ", " | ", " |");
            text += "|---|---|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|\n";
            for (const RowOfCells& cells : rows) text += joined(cells, "| ", " | ", " |");
            text += "\n" + std::string(kCaption) + "\n";
            break;
        case TableFormat::html:
            text = "<table>\n<caption>" + std::string(kCaption) + "</caption>\n<thead>\n";
            text += joined(header(format), "<tr><th>", "</th><th>", "</th></tr>");
            text += "</thead>\n<tbody>\n";
            for (const RowOfCells& cells : rows) {
                text += joined(cells, "<tr><td>", "</td><td>", "</td></tr>");
            }
            text += "</tbody>\n</table>\n";
            break;
        case TableFormat::latex: {
            std::string caption(kCaption);
            caption.replace(caption.find('%'), 1, "\\%");
            text = "\\begin{tabular}{lllrrlrrrrrrr}\n\\toprule\n";
            text += joined(header(format), "", " & ", " \\\\");
            text += "\\midrule\n";
            for (const RowOfCells& cells : rows) text += joined(cells, "", " & ", " \\\\");
            text += "\\bottomrule\n\\end{tabular}\n% " + caption + "\n";
            break;
        }
    }
    return text;
}

}  // namespace ballast
