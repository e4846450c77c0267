#include <algorithm>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/nearest_word.h"
#include "core/experiment/config_json.h"
#include "core/experiment/teacher.h"
#include "core/runs/learning_library.h"

namespace ballast {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

struct LossQuestion {
    LossRequest request;
    std::vector<std::int64_t> counts;
};

/// `at`, a list of rows with a number for each class, row after row.
std::vector<double> rowsOfNumbers(const json& rows, const std::string& at, std::size_t classes,
                                  std::vector<Problem>& problems) {
    std::vector<double> numbers;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string row = at + "/" + std::to_string(i);
        if (!rows[i].is_array() || rows[i].size() != classes) {
            problems.push_back(
                {row, "needs one number for each of the " + std::to_string(classes) + " classes"});
            continue;
        }
        for (std::size_t y = 0; y < classes; ++y) {
            if (rows[i][y].is_number()) {
                numbers.push_back(rows[i][y].get<double>());
            } else {
                problems.push_back(
                    {row + "/" + std::to_string(y), rows[i][y].dump() + " is not a number"});
            }
        }
    }
    return numbers;
}

/// Checks and reads {"class_counts", "loss", "phases", "epoch", "kappa", "logits",
/// "teacher_logits", "labels"}.
LossQuestion lossQuestion(const json& object, const std::string& subject) {
    std::vector<Problem> problems;
    const auto fail = [&](const std::string& pointer, const std::string& message) {
        problems.push_back({pointer, message});
    };
    const auto give_up = [&] {
        if (!problems.empty()) throw ConfigError(subject + " is not a valid loss file", problems);
    };
    const std::vector<std::string> known = {"class_counts", "loss",   "phases",         "epoch",
                                            "kappa",        "logits", "teacher_logits", "labels"};
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
    request.logits = rowsOfNumbers(rows, "/logits", classes, problems);
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
    const Phase& phase = parts.phases[phaseIndexAt(parts.phases, epoch)];
    request.phase = phase;
    if (phase.mixing != Mixing::none) {
        fail("/phases/" + std::to_string(phaseIndexAt(parts.phases, epoch)) + "/mixing",
             "\"" + std::string(nameOf(phase.mixing)) +
                 "\" gives each image two labels, and here it has one; allowed: none");
    }
    if (learnsFromTeacher(phase)) {
        const json answers = object.value("teacher_logits", json());
        if (!answers.is_array() || answers.size() != rows.size()) {
            fail("/teacher_logits", "the phase of epoch " + std::to_string(epoch) +
                                        " learns from a teacher; needed: as many rows as logits, " +
                                        std::to_string(rows.size()));
        } else {
            request.teacher_logits = rowsOfNumbers(answers, "/teacher_logits", classes, problems);
        }
    } else if (object.contains("teacher_logits")) {
        fail("/teacher_logits", "the phase of epoch " + std::to_string(epoch) +
                                    " learns from no teacher; allowed with targets "
                                    "\"labels+teacher\"");
    }
    give_up();
    LossQuestion question;
    question.counts = counts;
    question.request = std::move(request);
    question.request.terms = classTerms(phase, counts, {kappa});
    question.request.loss = lossOf(parts.loss, phase);
    return question;
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
                              {"class_terms", termsJson(request.phase, request.loss, request.terms,
                                                        question.counts)}}
                     .dump(2)
              << "\n";
    return 0;
}

}  // namespace

void addLossCommand(CommandLine& cli) {
    const auto file = std::make_shared<std::string>();
    CLI::App* command =
        cli.add("loss", "Value, gradient and class terms of a loss on given logits");
    command
        ->add_option("FILE", *file,
                     "JSON: class_counts, loss, phases, epoch, logits, labels, with a teacher also "
                     "teacher_logits; - is standard input")
        ->required();
    addJson(command);
    cli.perform(command, [file] { return lossCommand(*file); });
}

}  // namespace ballast
