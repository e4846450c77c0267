#include <iostream>
#include <memory>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/program_pages.h"

namespace ballast {

void addPagesCommands(CommandLine& cli) {
    const auto shell = std::make_shared<std::string>();
    CLI::App* completion = cli.add("completion", "A script that completes ballast-cli in a shell");
    completion->add_option("SHELL", *shell, "bash, zsh or fish")->required();
    cli.perform(completion, [shell, &cli] {
        std::cout << completionScript(cli.app, *shell);
        return 0;
    });
    CLI::App* page = cli.add("man-page", "The man page, for packages");
    page->group("");  // nobody else asks for it
    cli.perform(page, [&cli] {
        std::cout << manPage(cli.app, BALLAST_VERSION);
        return 0;
    });
}

}  // namespace ballast
