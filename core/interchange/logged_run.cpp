#include "core/interchange/logged_run.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config_json.h"
#include "core/experiment/imbalance.h"
#include "core/interchange/foreign_arguments.h"

namespace ballast {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// The arguments by name, with errors that name them.
class Arguments {
public:
    Arguments(json values, std::string file) : values_(std::move(values)), file_(std::move(file)) {}

    bool has(const char* name) const {
        return values_.contains(name) && !values_.at(name).is_null();
    }
    const json& at(const char* name) const { return values_.at(name); }

    double number(const char* name, double otherwise) const {
        if (!has(name)) return otherwise;
        if (!at(name).is_number()) fail(name, "a number");
        return at(name).get<double>();
    }
    std::int64_t integer(const char* name, std::int64_t otherwise) const {
        if (!has(name)) return otherwise;
        if (!at(name).is_number_integer()) fail(name, "a whole number");
        return at(name).get<std::int64_t>();
    }
    std::string text(const char* name, const std::string& otherwise) const {
        if (!has(name)) return otherwise;
        if (!at(name).is_string()) fail(name, "a text");
        return cleanedName(at(name).get<std::string>());
    }

    [[noreturn]] void fail(const char* name, const std::string& expected) const {
        throw DataError(file_ + ": " + name + "=" + at(name).dump() + " is not " + expected);
    }

private:
    json values_;
    std::string file_;
};

bool nearly(double a, double b, double error = 0.0) {
    return std::abs(a - b) <= error + 1e-5 * std::max(std::abs(a), std::abs(b));
}

template<class Entries>
bool knows(const Entries& entries, const std::string& name) {
    return std::ranges::any_of(entries, [&](const auto& entry) { return entry.name == name; });
}

/// SAM's radius before and from T0 on: the argument rho, or the part of store_name after "_sam_".
std::vector<double> samRadii(const Arguments& arguments, std::vector<std::string>& notes) {
    json radii = arguments.has("rho") ? arguments.at("rho") : json();
    const std::string store = arguments.text("store_name", "");
    const std::size_t begin = store.find("_sam_");
    if (radii.is_null() && begin != std::string::npos) {
        const std::string rest = store.substr(begin + 5);
        const std::string value = rest.substr(0, rest.find('_'));
        try {
            radii = pythonLiteral(value, "store_name");
        } catch (const DataError&) {
            notes.push_back("the SAM radius \"" + value + "\" in store_name was not understood");
        }
    }
    if (radii.is_number()) radii = json::array({radii});
    std::vector<double> result;
    for (const json& radius : radii) {
        if (radius.is_number()) result.push_back(radius.get<double>());
    }
    if (result.size() > 2) {
        notes.push_back("SAM has " + std::to_string(result.size()) +
                        " radii; the first two were taken");
    }
    if (result.empty()) result.push_back(0.0);
    result.resize(2, result.back());
    return result;
}

/// Phases and loss from loss_type, train_rule and their parameters.
void translateLoss(const Arguments& arguments, json& config, std::vector<std::string>& notes) {
    const std::string loss = arguments.text("loss_type", "CE");
    const std::string rule = arguments.text("train_rule", "None");
    std::string name = "ce";
    if (loss == "VS" || loss == "LDAM") {
        name = "vs";
    } else if (loss == "Focal") {
        name = "focal";
    } else if (loss != "CE") {
        std::string lower = loss;
        std::ranges::transform(lower, lower.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (knows(losses(), lower)) {
            name = lower;
        } else {
            notes.push_back("the loss " + loss + " is not one of Ballast's; the config says CE");
        }
    }
    config["loss"] = {{"name", name}};
    if (name == "focal") config["loss"]["reduction"] = "mean";
    config["model"]["head"] = loss == "LDAM" ? "cosine" : "linear";

    const std::vector<double> radii = samRadii(arguments, notes);
    json first = {{"from", 0}, {"sam_radius", radii[0]}};
    if (loss == "LDAM") {
        first["beta"] = {{"rule", "constant"}, {"scale", 30.0}};
        first["delta"] = {{"rule", "ldam"}, {"max_margin", 0.5}};
    } else if (loss == "VS") {
        first["beta"] = {{"rule", "cdt"}, {"gamma", arguments.number("gamma", 0.0)}};
        first["delta"] = {{"rule", "la"}, {"tau", arguments.number("tau", 0.0)}};
    }
    const json effective = {{"rule", "effective-number"}, {"p", 0.9999}};
    if (rule == "Reweight" || rule == "RW") first["alpha"] = effective;
    json second = first;
    second["sam_radius"] = radii[1];
    if (rule == "DRW" || rule == "DRW-T") second["alpha"] = effective;
    if (rule == "ADRW" || rule == "ADRW-T") {
        second["alpha"] = {{"rule", "power"}, {"nu", arguments.number("tro", 1.0)}};
    }
    if (rule.ends_with("-T") && loss == "VS") second["beta"] = "one";
    const std::vector<std::string> known = {"None",  "Reweight", "RW",    "DRW",
                                            "DRW-T", "ADRW",     "ADRW-T"};
    if (std::ranges::find(known, rule) == known.end()) {
        notes.push_back("the train_rule " + rule + " was not translated; the class weights say 1");
    }
    config["phases"] = {first};
    if (second == first) return;
    const std::int64_t epochs = arguments.integer("epochs", 200);
    const std::int64_t switch_at = arguments.integer("t_reweight", epochs / 200 * 160);
    const auto logged = config["training"]["epochs"].get<std::int64_t>();
    if (switch_at > 0 && switch_at < logged) {
        second["from"] = switch_at;
        config["phases"].push_back(second);
    } else if (switch_at <= 0) {
        config["phases"] = {second};
        config["phases"][0]["from"] = 0;
    } else {
        notes.push_back("the log ends before the second phase begins, after " +
                        std::to_string(switch_at) + " epochs");
    }
}

json translateData(const Arguments& arguments, std::vector<std::string>& notes) {
    const std::string profile = arguments.text("imb_type", "exp");
    json imbalance = {{"seed", arguments.integer("rand_number", 0)}};
    if (profile == "exp" || profile == "step") {
        const double factor = arguments.number("imb_factor", 0.01);
        if (!(factor > 0.0 && factor <= 1.0)) arguments.fail("imb_factor", "above 0 and at most 1");
        const double ratio = 1.0 / factor;
        const double whole = std::round(ratio);
        imbalance["profile"] = profile == "exp" ? "long-tailed" : "step";
        imbalance["ratio"] = nearly(ratio, whole) ? whole : ratio;
    } else {
        imbalance["profile"] = "none";
        if (profile != "None" && profile != "none") {
            notes.push_back("the imb_type " + profile + " is read as balanced");
        }
    }
    return {{"dataset", arguments.text("dataset", "cifar10")}, {"imbalance", imbalance}};
}

std::vector<std::int64_t> translateCounts(const Arguments& arguments, const DataConfig& data,
                                          std::vector<std::string>& notes) {
    std::vector<std::int64_t> counts = classCounts(data);
    if (!arguments.has("cls_num_list")) return counts;
    const json& list = arguments.at("cls_num_list");
    const bool valid = list.is_array() && std::ranges::all_of(list, [](const json& count) {
                           return count.is_number_integer() && count.get<std::int64_t>() > 0;
                       });
    if (!valid || list.size() != counts.size()) {
        arguments.fail("cls_num_list", "a list of " + std::to_string(counts.size()) + " counts");
    }
    auto given = list.get<std::vector<std::int64_t>>();
    if (given != counts) {
        notes.push_back(
            "cls_num_list differs from the class counts of the profile and ratio; "
            "cls_num_list was taken");
    }
    return given;
}

}  // namespace

LrScheduleConfig scheduleFromLog(std::span<const ForeignEpoch> logged, double base,
                                 int warmup_epochs) {
    LrScheduleConfig schedule;
    schedule.warmup_epochs = 0;
    if (logged.empty()) return schedule;
    const auto factor = [&](std::size_t i) { return logged[i].learning_rate / base; };
    const auto is = [&](std::size_t i, double wanted) {
        return nearly(factor(i), wanted, logged[i].rate_error / base);
    };
    if (logged.front().epoch > 0) {
        schedule.warmup_epochs = std::min(warmup_epochs, logged.front().epoch);
    } else if (factor(0) < 1.0) {
        const auto length = static_cast<std::size_t>(std::lround(1.0 / factor(0)));
        bool rises = length <= logged.size();
        for (std::size_t i = 0; rises && i < length; ++i) {
            rises = is(i, static_cast<double>(i + 1) / static_cast<double>(length));
        }
        if (rises) schedule.warmup_epochs = static_cast<int>(length);
    }
    double current = 1.0;
    for (std::size_t i = 0; i < logged.size(); ++i) {
        const bool unknown = std::isnan(factor(i));  // the config keeps the rate before
        if (logged[i].epoch < schedule.warmup_epochs || unknown || is(i, current)) continue;
        current = factor(i);
        for (const double shorter : {1e3, 1e6, 1e9}) {  // 0.01, not 0.010000000000000002
            const double rounded = std::round(current * shorter) / shorter;
            if (nearly(rounded, current)) {
                current = rounded;
                break;
            }
        }
        schedule.steps.push_back({logged[i].epoch, current});
    }
    return schedule;
}

LoggedRun readLoggedRun(const fs::path& folder) {
    const fs::path file = folder / kArgumentsFile;
    ForeignArguments given = readForeignArguments(file);
    const Arguments arguments(std::move(given.values), file.string());
    ForeignLogs logs = readForeignLogs(folder);
    const std::vector<ForeignEpoch>& logged = logs.epochs;
    LoggedRun run;
    run.config_as_given = {{kArgumentsFile, given.text}};
    std::vector<std::string>& notes = run.notes;
    notes = std::move(given.notes);
    notes.insert(notes.end(), logs.notes.begin(), logs.notes.end());

    const int epochs = logged.back().epoch + 1;
    const std::string loss = arguments.text("loss_type", "CE");
    const std::string rule = arguments.text("train_rule", "None");
    json config = {{"name", loss + (rule == "None" ? "" : "+" + rule) + " (imported)"},
                   {"data", translateData(arguments, notes)},
                   {"model", {{"name", arguments.text("arch", "resnet32")}}},
                   {"optimizer",
                    {{"lr", arguments.number("lr", 0.1)},
                     {"momentum", arguments.number("momentum", 0.9)},
                     {"weight_decay", arguments.number("weight_decay", 2e-4)}}},
                   {"training",
                    {{"epochs", epochs},
                     {"batch_size", arguments.integer("batch_size", 128)},
                     {"seed", arguments.integer("seed", 0)}}}};
    translateLoss(arguments, config, notes);

    const double base = arguments.number("lr", 0.1);
    const auto warmup = static_cast<int>(arguments.integer("warmup_epochs", 5));
    const LrScheduleConfig schedule = scheduleFromLog(logged, base, warmup);
    config["lr_schedule"] = {{"warmup_epochs", schedule.warmup_epochs}, {"steps", json::array()}};
    for (const LrStep& step : schedule.steps) {
        config["lr_schedule"]["steps"].push_back({{"from", step.from}, {"factor", step.factor}});
    }

    if (!residualDepth(config["model"]["name"].get<std::string>())) {
        notes.push_back("the arch " + config["model"]["name"].get<std::string>() +
                        " is not one of Ballast's models; the config says resnet32");
        config["model"]["name"] = "resnet32";
    }
    if (arguments.integer("randaug", 0) != 0) {
        notes.push_back(
            "randaug (AutoAugment and Cutout) was not translated; the config says "
            "crop-flip");
    }
    if (arguments.has("warmup_epochs") && warmup != schedule.warmup_epochs) {
        notes.push_back("the log shows a warm-up of " + std::to_string(schedule.warmup_epochs) +
                        " epochs, args.txt says " + std::to_string(warmup) +
                        "; the log was followed");
    }
    if (const auto planned = arguments.integer("epochs", epochs); planned != epochs) {
        notes.push_back("args.txt says " + std::to_string(planned) + " epochs, the log has " +
                        std::to_string(epochs));
    }
    if (const int first = logged.front().epoch; first > 0) {
        notes.push_back("the log begins at epoch " + std::to_string(first) +
                        "; nothing is known of the epochs before");
    }
    if (std::isnan(logged.back().balanced_test_accuracy)) {
        notes.push_back("the last epoch has no test accuracy");
    }
    run.config = configFromJson(config, file.string());
    run.class_counts = translateCounts(arguments, run.config.data, notes);
    run.records = recordsFromLogs(logged, epochs, run.class_counts);
    for (EpochRecord& record : run.records) {
        record.phase = static_cast<int>(phaseIndexAt(run.config.phases, record.epoch));
        record.weight_decay = run.config.optimizer.weight_decay;
    }
    return run;
}

}  // namespace ballast
