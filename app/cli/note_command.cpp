#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/results/run_notes.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

struct NoteOptions {
    std::string run;  // folder or ID
    std::filesystem::path workspace;
    std::optional<std::string> note;
    std::vector<std::string> tags;
    std::vector<std::string> untags;
    bool pin = false;
    bool unpin = false;
    bool archive = false;
    bool unarchive = false;
    bool json = false;
};

void apply(const NoteOptions& options, RunNotes& notes) {
    if (options.note) notes.note = *options.note;
    for (const std::string& tag : options.untags) std::erase(notes.tags, tag);
    for (const std::string& tag : options.tags) addTag(notes, tag);
    if (options.pin || options.unpin) notes.pinned = options.pin;
    if (options.archive || options.unarchive) notes.archived = options.archive;
}

void print(const RunNotes& notes, bool as_json) {
    if (as_json) {
        const ordered_json object = {{"note", notes.note},
                                     {"tags", notes.tags},
                                     {"pinned", notes.pinned},
                                     {"archived", notes.archived}};
        std::cout << object.dump(2) << "\n";
        return;
    }
    std::cout << "note      " << notes.note << "\n"
              << "tags      " << tagText(notes) << "\n"
              << "pinned    " << (notes.pinned ? "yes" : "no") << "\n"
              << "archived  " << (notes.archived ? "yes" : "no") << "\n";
}

int noteCommand(const NoteOptions& options) {
    const std::filesystem::path run = runFolder(options.run, options.workspace);
    print(changeNotes(run, [&](RunNotes& notes) { apply(options, notes); }), options.json);
    return 0;
}

}  // namespace

void addNoteCommand(CommandLine& cli) {
    const auto options = std::make_shared<NoteOptions>();
    CLI::App* command = cli.add("note", "Note, tag, pin or archive a run, and print what is noted");
    command->add_option("RUN", options->run, "The run's folder, or its ID in the workspace")
        ->required();
    addWorkspace(command, options->workspace);
    command->add_option("--note", options->note, "The note; \"\" takes it away")->type_name("TEXT");
    command->add_option("--tag", options->tags, "Add a tag; may be repeated")
        ->type_name("TAG")
        ->allow_extra_args(false);
    command->add_option("--untag", options->untags, "Take a tag away; may be repeated")
        ->type_name("TAG")
        ->allow_extra_args(false);
    const auto either = [&](const char* on, bool& is_on, const char* off, bool& is_off,
                            const char* help_on, const char* help_off) {
        CLI::Option* first = command->add_flag(on, is_on, help_on);
        command->add_flag(off, is_off, help_off)->excludes(first);
    };
    either("--pin", options->pin, "--unpin", options->unpin, "Hold it on top of the window's table",
           "As it was before --pin");
    either("--archive", options->archive, "--unarchive", options->unarchive,
           "Leave it out of the window's list and table", "As it was before --archive");
    addJson(command, options->json);
    cli.perform(command, [options] { return noteCommand(*options); });
}

}  // namespace ballast
