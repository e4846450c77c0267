#include "app/cli/commands.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

#include "app/cli/console.h"
#include "core/base/atomic_file.h"
#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/data/download.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_meaning.h"
#include "core/experiment/config_schema.h"
#include "core/experiment/imbalance.h"
#include "core/theory/fisher_consistency.h"

namespace ballast {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kShownClasses = 100;  // of more, the first and last rows of a table

std::atomic<bool> cancelled{false};

extern "C" void cancel(int) {
    cancelled.store(true);
}

std::string readInput(const std::string& file) {
    if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    if (!std::filesystem::exists(file)) throw ConfigError("there is no file " + file);
    try {
        return readFile(file);
    } catch (const StorageError& error) {
        throw ConfigError(error.what());
    }
}

ordered_json termsJson(const ClassTerms& terms, std::span<const std::int64_t> counts) {
    const FisherConsistency fisher = fisherConsistency(terms, counts);
    return {{"alpha", terms.alpha},
            {"beta", terms.beta},
            {"delta", terms.delta},
            {"delta_on_true_class", terms.delta_on_true_class},
            {"fisher_consistent", fisher.consistent},
            {"fisher_reason", fisher.reason}};
}

struct LossQuestion {
    LossRequest request;
    std::vector<std::int64_t> counts;
};

/// Checks and reads {"class_counts", "loss", "phases", "epoch", "kappa", "logits", "labels"}.
LossQuestion lossQuestion(const json& object, const std::string& subject) {
    std::vector<Problem> problems;
    const auto fail = [&](const std::string& pointer, const std::string& message) {
        problems.push_back({pointer, message});
    };
    const auto give_up = [&] {
        if (!problems.empty()) throw ConfigError(subject + " is not a valid loss file", problems);
    };
    const std::vector<std::string> known = {"class_counts", "loss",   "phases", "epoch",
                                            "kappa",        "logits", "labels"};
    if (!object.is_object()) fail("", "is not an object");
    give_up();
    for (const auto& [key, value] : object.items()) {
        if (std::ranges::find(known, key) == known.end()) {
            const std::string nearest = nearestWord(key, known);
            fail("/" + key, "unknown key \"" + key + "\"" +
                                (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
        }
    }
    bool whole = true;
    for (const char* key : {"class_counts", "logits", "labels"}) {
        if (!object.contains(key) || !object[key].is_array() || object[key].empty()) {
            fail(std::string("/") + key, "is missing or not a list with elements");
            whole = false;
        }
    }
    if (!whole) give_up();

    std::vector<std::int64_t> counts;
    for (std::size_t y = 0; y < object["class_counts"].size(); ++y) {
        const json& count = object["class_counts"][y];
        if (!count.is_number_integer() || count.get<std::int64_t>() < 1) {
            fail("/class_counts/" + std::to_string(y),
                 count.dump() + " is not a number of images; allowed: whole numbers from 1");
        } else {
            counts.push_back(count.get<std::int64_t>());
        }
    }
    const std::size_t classes = object["class_counts"].size();
    LossRequest request;
    const json& rows = object["logits"];
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string at = "/logits/" + std::to_string(i);
        if (!rows[i].is_array() || rows[i].size() != classes) {
            fail(at, "needs one number for each of the " + std::to_string(classes) + " classes");
            continue;
        }
        for (std::size_t y = 0; y < classes; ++y) {
            if (rows[i][y].is_number()) {
                request.logits.push_back(rows[i][y].get<double>());
            } else {
                fail(at + "/" + std::to_string(y), rows[i][y].dump() + " is not a number");
            }
        }
    }
    const json& labels = object["labels"];
    if (labels.size() != rows.size()) {
        fail("/labels", "has " + std::to_string(labels.size()) + " labels for " +
                            std::to_string(rows.size()) + " rows of logits");
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const bool valid = labels[i].is_number_integer() && labels[i].get<std::int64_t>() >= 0 &&
                           labels[i].get<std::int64_t>() < static_cast<std::int64_t>(classes);
        if (valid) {
            request.labels.push_back(labels[i].get<std::int64_t>());
        } else {
            fail("/labels/" + std::to_string(i),
                 labels[i].dump() + " is not a class; allowed: 0 … " + std::to_string(classes - 1));
        }
    }
    int epoch = 0;
    if (object.contains("epoch")) {
        const json& given = object["epoch"];
        if (!given.is_number_integer() || given.get<std::int64_t>() < 0 ||
            given.get<std::int64_t>() > std::numeric_limits<int>::max()) {
            fail("/epoch", given.dump() + " is not an epoch; allowed: whole numbers from 0");
        } else {
            epoch = given.get<int>();
        }
    }
    std::vector<double> kappa;  // of the rules of CVS
    if (object.contains("kappa")) {
        const json& given = object["kappa"];
        const bool list = given.is_array() && given.size() == classes;
        if (!list) fail("/kappa", "needs one number for each of the classes");
        for (std::size_t y = 0; list && y < classes; ++y) {
            if (given[y].is_number() && given[y].get<double>() > 0.0) {
                kappa.push_back(given[y].get<double>());
            } else {
                fail("/kappa/" + std::to_string(y), given[y].dump() + " is not above 0");
            }
        }
    }
    const LossAndPhases parts =
        lossAndPhasesFromJson(object, std::numeric_limits<int>::max(), problems);
    for (std::size_t i = 0; i < parts.phases.size(); ++i) {
        const Phase& phase = parts.phases[i];
        const std::pair<const char*, const ClassRule*> rules[] = {
            {"/alpha", &phase.alpha}, {"/beta", &phase.beta}, {"/delta", &phase.delta}};
        for (const auto& [key, rule] : rules) {
            const bool listed = rule->rule == "values" || !rule->values.empty();
            if (listed && rule->values.size() != classes) {
                fail("/phases/" + std::to_string(i) + key,
                     "the list has " + std::to_string(rule->values.size()) +
                         " numbers; there are " + std::to_string(classes) + " classes");
            }
        }
    }
    give_up();
    LossQuestion question;
    question.counts = counts;
    question.request = std::move(request);
    question.request.terms =
        classTerms(parts.phases[phaseIndexAt(parts.phases, epoch)], counts, {kappa});
    question.request.loss = parts.loss;
    return question;
}

}  // namespace

const DatasetInfo& datasetNamed(const std::string& name) {
    if (const DatasetInfo* dataset = findDataset(name)) return *dataset;
    std::vector<std::string> names;
    std::string all;
    for (const DatasetInfo& info : datasets()) {
        names.emplace_back(info.name);
        all += (all.empty() ? "" : ", ") + names.back();
    }
    const std::string nearest = nearestWord(name, names);
    throw ConfigError("unknown data set \"" + name + "\"" +
                      (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
                      "; known: " + all);
}

json readConfigJson(const std::string& file, const std::vector<std::string>& settings) {
    json config = parseJson(readInput(file), file);
    for (const std::string& setting : settings) applySetting(config, setting);
    return config;
}

int dataListCommand(bool as_json, const DataStore& store) {
    ordered_json list = ordered_json::array();
    const auto known = [](int number) {  // 0: the lists say
        return number > 0 ? ordered_json(number) : ordered_json(nullptr);
    };
    for (const DatasetInfo& dataset : datasets()) {
        const auto folder = store.find(dataset);
        list.push_back(
            {{"name", dataset.name},
             {"label", dataset.label},
             {"classes", known(dataset.classes)},
             {"train_images", known(dataset.trainImages())},
             {"test_images", known(dataset.test_images)},
             {"folder", folder ? ordered_json(folder->string()) : ordered_json(nullptr)}});
    }
    if (as_json) {
        std::cout << list.dump(2) << "\n";
        return 0;
    }
    for (const auto& entry : list) {
        const std::string name = entry["name"].get<std::string>();
        const bool listed = findDataset(name)->listed();
        const std::string place =
            !entry["folder"].is_null()
                ? entry["folder"].get<std::string>()
                : (listed ? "not here; where to get it: ballast-cli data get "
                          : "not here; fetch it with: ballast-cli data get ") +
                      name;
        if (entry["classes"].is_null()) {
            std::printf("%-15s  classes and images as its lists say   %s\n", name.c_str(),
                        place.c_str());
            continue;
        }
        std::printf("%-15s  %4d classes  %6d + %5d images  %s\n", name.c_str(),
                    entry["classes"].get<int>(), entry["train_images"].get<int>(),
                    entry["test_images"].get<int>(), place.c_str());
    }
    return 0;
}

int dataGetCommand(const std::string& name, const DataStore& store) {
    const DatasetInfo& dataset = datasetNamed(name);
    std::signal(SIGINT, cancel);
    std::signal(SIGTERM, cancel);
    try {
        ProgressLine line;
        const auto folder = getDataset(
            store, dataset,
            [&](const FetchProgress& progress) {
                std::string text = progress.what;
                if (progress.total_bytes > 0) {
                    const double share = static_cast<double>(progress.bytes) /
                                         static_cast<double>(progress.total_bytes);
                    char percent[32];
                    std::snprintf(percent, sizeof percent, "%.0f %%", 100.0 * share);
                    text += std::string(": ") + percent + " of " + sizeText(progress.total_bytes);
                } else if (progress.bytes > 0) {
                    text += ": " + sizeText(progress.bytes);
                }
                line.show(text);
            },
            cancelled);
        std::cout << dataset.label << " is in " << folder.string() << "\n";
    } catch (const DataError& error) {
        if (!cancelled.load()) throw;
        std::cerr << "ballast-cli: " << error.what() << "\n";
        return static_cast<int>(ExitCode::interrupted);
    }
    return 0;
}

int dataShowCommand(const std::string& file, const std::vector<std::string>& settings, bool as_json,
                    const DataStore& store) {
    const RunConfig config = configFromJson(readConfigJson(file, settings), file);
    const DatasetInfo& dataset = datasetNamed(config.data.dataset);
    const std::vector<std::int64_t> counts = store.classCounts(config.data);
    std::vector<Problem> problems = checkClassLists(config, counts.size(), dataset.label);
    if (!problems.empty()) throw ConfigError(file + ": the config is not valid", problems);
    const DataSplit split = store.split(config.data, counts);
    const std::vector<std::int64_t>& subset = split.train;
    const std::size_t test_images = dataset.listed()
                                        ? store.list(config.data, Split::test).labels.size()
                                        : static_cast<std::size_t>(dataset.test_images);
    ordered_json phases = ordered_json::array();
    for (const Phase& phase : config.phases) {
        phases.push_back(
            {{"from", phase.from}, {"class_terms", termsJson(classTerms(phase, counts), counts)}});
    }
    const ordered_json shown = {
        {"dataset", dataset.name},
        {"folder", store.find(config.data)->string()},
        {"train_images", subset.size()},
        {"validation_images", split.validation.size()},
        {"test_images", test_images},
        {"classes", counts.size()},
        {"class_counts", counts},
        {"majority_classes", majorityClasses(counts)},
        {"subset_sha256", sha256Hex(std::as_bytes(std::span(subset)))},
        {"first_indices",
         std::vector<std::int64_t>(
             subset.begin(), subset.begin() + std::min<std::ptrdiff_t>(
                                                  6, static_cast<std::ptrdiff_t>(subset.size())))},
        {"phases", phases}};
    if (as_json) {
        std::cout << shown.dump(2) << "\n";
        return 0;
    }
    std::cout << dataset.label << ", " << config.data.imbalance.profile;
    if (config.data.imbalance.profile != "none") {
        std::cout << ", imbalance ratio " << config.data.imbalance.ratio;
    }
    std::cout << ": " << subset.size() << " training images, " << test_images
              << " test images\nsubset SHA-256 " << shown["subset_sha256"].get<std::string>()
              << "\n\n";
    std::printf("%5s  %-12s %7s", "class", "name", "images");
    for (const Phase& phase : config.phases) {
        std::printf("  | from %-5d %8s %8s %8s", phase.from, "alpha", "beta", "delta");
    }
    std::printf("\n");
    const bool whole = counts.size() <= kShownClasses;
    for (std::size_t y = 0; y < counts.size(); ++y) {
        if (!whole && y == kShownClasses / 2) {
            y = counts.size() - kShownClasses / 2;
            std::printf("  ...  %zu classes left out; --json shows all\n",
                        counts.size() - kShownClasses);
        }
        const std::string name(dataset.class_names.empty() ? "" : dataset.class_names[y]);
        std::printf("%5zu  %-12s %7lld", y, name.c_str(), static_cast<long long>(counts[y]));
        for (const auto& phase : phases) {
            const auto& terms = phase["class_terms"];
            std::printf("  | %10s %8.4f %8.4f %8.4f", "", terms["alpha"][y].get<double>(),
                        terms["beta"][y].get<double>(), terms["delta"][y].get<double>());
        }
        std::printf("\n");
    }
    std::printf("\n");
    for (const auto& phase : phases) {
        const auto& terms = phase["class_terms"];
        std::printf("from %d: %s (%s)\n", phase["from"].get<int>(),
                    terms["fisher_consistent"].get<bool>() ? "Fisher consistent"
                                                           : "not in the Fisher-consistent family",
                    terms["fisher_reason"].get<std::string>().c_str());
    }
    return 0;
}

int lossCommand(const std::string& file) {
    const LossQuestion question = lossQuestion(parseJson(readInput(file), file), file);
    const LossRequest& request = question.request;
    const LossResult result = learningLibrary().loss(request);
    const std::size_t classes = request.terms.alpha.size();
    ordered_json gradient = ordered_json::array();
    for (std::size_t i = 0; i < request.labels.size(); ++i) {
        const auto row = result.gradient.begin() + static_cast<std::ptrdiff_t>(i * classes);
        gradient.push_back(std::vector<double>(row, row + static_cast<std::ptrdiff_t>(classes)));
    }
    std::cout << ordered_json{{"value", result.value},
                              {"gradient", gradient},
                              {"class_terms", termsJson(request.terms, question.counts)}}
                     .dump(2)
              << "\n";
    return 0;
}

int schemaCommand() {
    std::cout << configSchema().dump(2) << "\n";
    return 0;
}

int benchTrainCommand(const BenchOptions& options, bool as_json) {
    if (!residualDepth(options.model)) {
        throw ConfigError("--model: unknown model \"" + options.model +
                          "\"; allowed: resnet and a depth of 6n+2");
    }
    const ordered_json result = benchmarks().train(options);
    if (as_json) {
        std::cout << result.dump(2) << "\n";
        return 0;
    }
    std::printf(
        "%s, 3×32×32, batch %d, %s, %d threads%s, median of %d interleaved rounds of %d %s\n",
        options.model.c_str(), options.batch_size, result["device"].get<std::string>().c_str(),
        result["threads"].get<int>(), options.sam_radius > 0.0 ? ", SAM" : "",
        result["rounds"].get<int>(), result["steps_per_round"].get<int>(),
        options.what == BenchPart::evaluation ? "batches" : "steps");
    for (const auto& [name, each] : result["contenders"].items()) {
        std::printf("%-10s %9.1f images/s  ratio %5.2f", name.c_str(),
                    each["images_per_second"].get<double>(), each["ratio"].get<double>());
        if (each.contains("gflops")) {
            std::printf("  %7.1f GFLOP/s  %3.0f %% of the ceiling", each["gflops"].get<double>(),
                        100.0 * each["share_of_ceiling"].get<double>());
        }
        std::printf("\n");
    }
    if (!result.contains("ceiling_gflops")) return 0;
    if (!result["contenders"].contains("fast")) {
        std::printf("fast       as exact: oneDNN has no Winograd's algorithm here\n");
    }
    std::printf("%-10s %9s           %12s  %7.1f GFLOP/s  (a large convolution)\n", "ceiling", "",
                "", result["ceiling_gflops"].get<double>());
    for (const auto& [name, each] : result["contenders"].items()) {
        if (!each.contains("parts_ms")) continue;
        std::printf("\n%s, milliseconds a step\n", name.c_str());
        for (const auto& [part, value] : each["parts_ms"].items()) {
            std::printf("  %-30s %8.2f\n", part.c_str(), value.get<double>());
        }
    }
    return 0;
}

int benchStoreCommand(const std::filesystem::path& workspace, bool as_json) {
    const ordered_json result = benchmarks().store(workspace);
    if (as_json) {
        std::cout << result.dump(2) << std::endl;
        return 0;
    }
    for (const auto& [key, value] : result.items()) {
        std::printf("%-20s %.4g\n", key.c_str(), value.get<double>());
    }
    return 0;
}

int benchDataCommand(const BenchDataOptions& options, bool as_json, const DataStore& store) {
    const ordered_json result = benchmarks().data(options, store);
    if (as_json) {
        std::cout << result.dump(2) << "\n";
        return 0;
    }
    std::printf(
        "%d JPEG files of about 500×375 pixels and %.0f kB, to %d×%d, %d threads, median of %d "
        "interleaved rounds\n",
        options.images, result["kilobytes_per_file"].get<double>(), options.size, options.size,
        result["threads"].get<int>(), result["rounds"].get<int>());
    for (const auto& [key, label] :
         {std::pair{"training", "resized-crop-jitter"}, std::pair{"test", "resize, centre crop"}}) {
        const ordered_json& rates = result[key];
        std::printf(
            "%-20s  ballast %7.1f images/s (%.2f ms of CPU each)  plain loop %7.1f (%.2f)  ratio "
            "%5.2f\n",
            label, rates["ballast_images_per_second"].get<double>(),
            rates["ballast_cpu_milliseconds"].get<double>(),
            rates["plain_images_per_second"].get<double>(),
            rates["plain_cpu_milliseconds"].get<double>(), rates["ratio"].get<double>());
    }
    return 0;
}

}  // namespace ballast
