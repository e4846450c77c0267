#include "core/interchange/mlflow_store.h"

#include <charconv>
#include <cmath>
#include <sstream>

#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/interchange/foreign_text.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

void readMetric(const fs::path& file, std::map<std::int64_t, double>& values,
                std::vector<std::string>& notes) {
    std::istringstream lines(readForeignText(file, notes));
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (line.empty()) continue;
        std::istringstream parts(line);
        std::string time, value_text;
        std::int64_t step = 0;
        double value = 0.0;
        parts >> time >> value_text;
        const char* const end = value_text.data() + value_text.size();
        const auto read = std::from_chars(value_text.data(), end, value);
        if (read.ec != std::errc() || read.ptr != end) {
            throw DataError(file.string() + ", line " + std::to_string(number) + ": \"" +
                            cleanedName(line) + "\" is not \"TIMESTAMP VALUE STEP\"");
        }
        parts >> step;  // not in the oldest files
        if (!std::isnan(value)) values[step] = value;
    }
}

}  // namespace

bool isMlflowRun(const fs::path& folder) {
    return fs::is_directory(folder / "metrics") && fs::exists(folder / "meta.yaml");
}

LoggedScalars readMlflowRun(const fs::path& folder) {
    LoggedScalars run;
    run.name = cleanedName(fs::canonical(folder).filename().string());
    if (const fs::path tag = folder / "tags" / "mlflow.runName"; fs::exists(tag)) {
        run.name = cleanedName(readForeignText(tag, run.notes));
    }
    const fs::path metrics = folder / "metrics";
    for (const auto& entry : fs::recursive_directory_iterator(metrics)) {
        if (!entry.is_regular_file()) continue;
        const std::string name = cleanedName(fs::relative(entry.path(), metrics).string());
        readMetric(entry.path(), run.series[name], run.notes);
    }
    std::erase_if(run.series, [](const auto& series) { return series.second.empty(); });
    return run;
}

}  // namespace ballast
