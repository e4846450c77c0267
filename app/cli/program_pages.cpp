#include "app/cli/program_pages.h"

#include "core/base/error.h"

namespace ballast {
namespace {

/// A command and all commands within it, each with the words that call it: {"data", "get"}.
struct NamedCommand {
    std::vector<std::string> path;
    const CLI::App* app;
};

void addCommands(const CLI::App& app, const std::vector<std::string>& path,
                 std::vector<NamedCommand>& all) {
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_group().empty()) continue;  // not in --help either
        std::vector<std::string> own = path;
        own.push_back(command->get_name());
        all.push_back({own, command});
        addCommands(*command, own, all);
    }
}

std::vector<NamedCommand> commandsOf(const CLI::App& app) {
    std::vector<NamedCommand> all;
    addCommands(app, {}, all);
    return all;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

std::vector<const CLI::Option*> optionsOf(const CLI::App& app, bool positional) {
    std::vector<const CLI::Option*> options;
    for (const CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
        if (option->get_group().empty() || option->nonpositional() == positional) continue;
        options.push_back(option);
    }
    return options;
}

/// "--workspace", "-o".
std::vector<std::string> namesOf(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    return names;
}

bool takesValue(const CLI::Option& option) {
    return option.get_items_expected_max() > 0;
}

/// Text as roff prints it: nothing in it is a request or an escape.
std::string roff(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        const bool line_begins = safe.empty() || safe.back() == '\n';
        if (line_begins && (c == '.' || c == '\'')) safe += "\\&";
        if (c == '\\') {
            safe += "\\e";
        } else if (c == '-') {
            safe += "\\-";
        } else {
            safe += c;
        }
    }
    return safe;
}

std::string valueOf(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    return takesValue(option) ? (type.empty() ? "VALUE" : type.substr(0, type.find(':'))) : "";
}

std::string roffOption(const CLI::Option& option) {
    std::string text = ".TP\n";
    std::string names;
    for (const std::string& name : namesOf(option)) {
        names += (names.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
    }
    text += names;
    if (takesValue(option)) text += " \\fI" + roff(valueOf(option)) + "\\fR";
    text += "\n" + roff(option.get_description());
    if (!option.get_default_str().empty()) {
        text += " (default: " + roff(option.get_default_str()) + ")";
    }
    return text + "\n";
}

std::string roffCommand(const NamedCommand& command) {
    const CLI::App& app = *command.app;
    std::string text = ".SS \"" + roff(joined(command.path)) + "\"\n";
    text += ".B ballast\\-cli " + roff(joined(command.path)) + "\n";
    for (const CLI::Option* option : optionsOf(app, true)) {
        const std::string name = roff(option->get_name(true));
        text += option->get_required() ? ".I " + name + "\n" : ".RI [ " + name + " ]\n";
    }
    text += ".RI [ OPTION ...]\n.PP\n" + roff(app.get_description()) + ".\n";
    for (const CLI::Option* option : optionsOf(app, true)) {
        text += ".TP\n.I " + roff(option->get_name(true)) + "\n" + roff(option->get_description()) +
                "\n";
    }
    for (const CLI::Option* option : optionsOf(app, false)) text += roffOption(*option);
    return text;
}

/// A word in single quotes of a shell.
std::string shellQuoted(std::string_view text) {
    std::string safe = "'";
    for (const char c : text) safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return safe + "'";
}

/// What may follow a command: the commands within it and its options' names.
std::string wordsAfter(const CLI::App& app) {
    std::string words;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (!command->get_group().empty()) words += command->get_name() + " ";
    }
    for (const CLI::Option* option : optionsOf(app, false)) words += joined(namesOf(*option)) + " ";
    if (!words.empty()) words.pop_back();
    return words;
}

std::string bashScript(const CLI::App& app) {
    std::string known;
    std::string cases = "        '') words=" + shellQuoted(wordsAfter(app)) + ";;\n";
    for (const NamedCommand& command : commandsOf(app)) {
        const std::string path = shellQuoted(" " + joined(command.path));
        known += (known.empty() ? "" : "|") + path;
        cases += "        " + path + ") words=" + shellQuoted(wordsAfter(*command.app)) + ";;\n";
    }
    return "# Completes ballast-cli in bash.\n"
           "_ballast_cli() {\n"
           "    local current=\"${COMP_WORDS[COMP_CWORD]}\" path='' words='' word\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "        case \"$path $word\" in " +
           known +
           ") path=\"$path $word\";; esac\n"
           "    done\n"
           "    case \"$path\" in\n" +
           cases +
           "    esac\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
           "}\n"
           "complete -o default -F _ballast_cli ballast-cli\n";
}

std::string zshScript(const CLI::App& app) {
    std::string commands;
    std::string cases;
    for (const NamedCommand& command : commandsOf(app)) {
        if (command.path.size() == 1) {
            commands += "        " +
                        shellQuoted(command.path[0] + ":" + command.app->get_description()) + "\n";
        }
        cases += "        " + shellQuoted(joined(command.path)) + ") words_after=(" +
                 wordsAfter(*command.app) + ");;\n";
    }
    return "#compdef ballast-cli\n"
           "_ballast_cli() {\n"
           "    local -a commands words_after\n"
           "    commands=(\n" +
           commands +
           "    )\n"
           "    if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
           "    local called=\"${words[2]}\"\n"
           "    if (( CURRENT > 3 )) && [[ \"${words[3]}\" != -* ]]; then\n"
           "        case \"$called ${words[3]}\" in\n" +
           cases +
           "        esac\n"
           "    fi\n"
           "    if (( ! ${#words_after} )); then\n"
           "        case \"$called\" in\n" +
           cases +
           "        esac\n"
           "    fi\n"
           "    compadd -- $words_after\n"
           "    [[ \"${words[CURRENT]}\" == -* ]] || _files\n"
           "}\n"
           "_ballast_cli \"$@\"\n";
}

std::string fishScript(const CLI::App& app) {
    std::string script = "# Completes ballast-cli in fish.\n";
    for (const NamedCommand& command : commandsOf(app)) {
        const std::string& name = command.path.back();
        const std::string above =
            command.path.size() == 1
                ? "__fish_use_subcommand"
                : "__fish_seen_subcommand_from " + command.path[command.path.size() - 2];
        script += "complete -c ballast-cli -n " + shellQuoted(above) + " -a " + name + " -d " +
                  shellQuoted(command.app->get_description()) + "\n";
        for (const CLI::Option* option : optionsOf(*command.app, false)) {
            script +=
                "complete -c ballast-cli -n " + shellQuoted("__fish_seen_subcommand_from " + name);
            for (const std::string& letter : option->get_snames()) script += " -s " + letter;
            for (const std::string& word : option->get_lnames()) script += " -l " + word;
            if (takesValue(*option)) script += " -r";
            script += " -d " + shellQuoted(option->get_description()) + "\n";
        }
    }
    return script;
}

constexpr std::pair<const char*, std::string (*)(const CLI::App&)> kShells[] = {
    {"bash", bashScript}, {"zsh", zshScript}, {"fish", fishScript}};

}  // namespace

std::string manPage(const CLI::App& app, std::string_view version) {
    std::string text = ".TH BALLAST\\-CLI 1 \"\" \"Ballast " + std::string(version) +
                       "\" \"User Commands\"\n"
                       ".SH NAME\nballast\\-cli \\- laboratory for imbalanced learning\n"
                       ".SH SYNOPSIS\n.B ballast\\-cli\n.RI [ OPTION ...]\n.I COMMAND\n"
                       ".RI [ ARGUMENT ...]\n"
                       ".SH DESCRIPTION\n" +
                       roff(app.get_description()) + "\n.SH OPTIONS\n";
    for (const CLI::Option* option : optionsOf(app, false)) text += roffOption(*option);
    text += ".SH COMMANDS\n";
    for (const NamedCommand& command : commandsOf(app)) text += roffCommand(command);
    return text + ".SH SEE ALSO\n.BR ballast (1)\n";
}

std::vector<std::string> completionShells() {
    std::vector<std::string> names;
    for (const auto& [name, make] : kShells) names.emplace_back(name);
    return names;
}

std::string completionScript(const CLI::App& app, const std::string& shell) {
    for (const auto& [name, make] : kShells) {
        if (shell == name) return make(app);
    }
    throw ConfigError("unknown shell \"" + shell + "\"; known: " + joined(completionShells()));
}

}  // namespace ballast
