#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/experiment/config_schema.h"

namespace ballast {

void addSchemaCommand(CommandLine& cli) {
    cli.perform(cli.add("schema", "JSON Schema of a run's config"), [] {
        std::cout << configSchema().dump(2) << "\n";
        return 0;
    });
}

}  // namespace ballast
