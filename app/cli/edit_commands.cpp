#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/results/run_folder.h"
#include "core/runs/run_edits.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

/// "/phase/sam_radius=0.1" as pointer and value; the value is JSON, or else plain text.
RunEdit editOf(const std::vector<std::string>& settings, bool next_phase_now) {
    RunEdit edit;
    edit.next_phase_now = next_phase_now;
    for (const std::string& setting : settings) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos || !setting.starts_with('/')) {
            throw ConfigError("--set " + setting +
                              ": expected /pointer=value, e.g. /phase/sam_radius=0.1");
        }
        const std::string text = setting.substr(equals + 1);
        json value = json::parse(text, nullptr, false);
        if (value.is_discarded()) value = text;
        edit.settings.push_back({setting.substr(0, equals), std::move(value)});
    }
    return edit;
}

const char* kindName(ContractRow::Kind kind) {
    switch (kind) {
        case ContractRow::Kind::inherited:
            return "inherited";
        case ContractRow::Kind::changed:
            return "changed";
        case ContractRow::Kind::reset:
            return "reset";
    }
    return "";
}

void printContract(const ConfigEdit& edit, bool as_json) {
    if (as_json) {
        ordered_json rows = ordered_json::array();
        for (const ContractRow& row : edit.contract) {
            rows.push_back({{"kind", kindName(row.kind)},
                            {"label", row.label},
                            {"pointer", row.pointer},
                            {"before", row.before},
                            {"after", row.after},
                            {"from", row.from},
                            {"note", row.note}});
        }
        std::cout << ordered_json{{"event", "contract"}, {"rows", rows}}.dump() << std::endl;
        return;
    }
    for (const auto kind :
         {ContractRow::Kind::changed, ContractRow::Kind::reset, ContractRow::Kind::inherited}) {
        for (const ContractRow& row : edit.contract) {
            if (row.kind != kind) continue;
            std::cout << "  " << kindName(kind) << "  " << row.label;
            if (kind == ContractRow::Kind::changed) {
                std::cout << "  " << row.before.dump() << " → " << row.after.dump()
                          << ", from epoch " << row.from;
            } else if (!row.pointer.empty()) {
                std::cout << "  " << row.after.dump();
            }
            if (!row.note.empty()) std::cout << "  (" << row.note << ")";
            std::cout << "\n";
        }
    }
    std::cout << std::flush;
}

fs::path runFolder(const std::string& run, const fs::path& workspace) {
    const fs::path folder = fs::is_directory(run) ? fs::path(run) : workspace / "runs" / run;
    if (!fs::exists(folder / "run.json")) {
        throw ConfigError("there is no run " + run + ", neither as a folder nor in " +
                          (workspace / "runs").string());
    }
    return fs::canonical(folder);
}

}  // namespace

int forkRunCommand(const ForkOptions& options) {
    const fs::path run = runFolder(options.checkpoint.string(), options.workspace);
    if (!options.epoch) throw ConfigError("say where to fork, with --epoch");
    const RunEdit edit = editOf(options.settings, options.next_phase_now);
    printContract(forkContract(run, *options.epoch, edit), options.json);
    if (options.dry_run) return 0;
    const fs::path folder = forkRunAt(run, *options.epoch, edit);
    if (options.json) {
        std::cout << ordered_json{{"event", "run"}, {"run", folder.string()}}.dump() << std::endl;
    } else {
        std::cout << folder.string() << "\ngo on with: ballast-cli resume " << folder.string()
                  << std::endl;
    }
    return 0;
}

int editCommand(const ForkOptions& options) {
    const fs::path run = runFolder(options.checkpoint.string(), options.workspace);
    const RunEdit edit = editOf(options.settings, options.next_phase_now);
    if (edit.settings.empty() && !edit.next_phase_now) {
        throw ConfigError("nothing to change: give --set or --next-phase-now");
    }
    printContract(editPreview(run, edit).edit, options.json);
    if (!options.dry_run) editRun(run, edit);
    return 0;
}

int configCommand(const std::string& name, const fs::path& workspace,
                  const std::vector<std::string>& settings, const fs::path& output) {
    const RunDescription description = readDescription(runFolder(name, workspace));
    RunConfig config = description.config;
    if (description.threads > 0) {  // numbers depend on them
        config.training.threads = description.threads;
        config.training.device = description.device;
    }
    json object = toJson(config);
    for (const std::string& setting : settings) applySetting(object, setting);
    const std::string text = toJson(configFromJson(object, name)).dump(2) + "\n";
    if (output.empty()) {
        std::cout << text << std::flush;
    } else {
        replaceFile(output, text);
    }
    return 0;
}

}  // namespace ballast
