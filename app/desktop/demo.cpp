#include "app/desktop/demo.h"

#include <QFile>
#include <array>

#include "core/base/error.h"

// Resources of a static library must be asked for, from outside any namespace.
static void initDemoResources() {
    Q_INIT_RESOURCE(demo);
}

namespace ballast {
namespace {

constexpr std::array kDemo = {"1-ce", "2-cb", "3-ce-drw"};

nlohmann::json demoConfig(const char* name) {
    initDemoResources();
    QFile file(QStringLiteral(":/experiments/demo/%1.json").arg(QLatin1String(name)));
    if (!file.open(QIODevice::ReadOnly)) {
        throw StorageError("the demo " + std::string(name) + " is not built in");
    }
    return nlohmann::json::parse(file.readAll().toStdString());
}

}  // namespace

std::vector<nlohmann::json> demoConfigs() {
    std::vector<nlohmann::json> configs;
    for (const char* name : kDemo) configs.push_back(demoConfig(name));
    return configs;
}

nlohmann::json newExperiment() {
    return demoConfig(kDemo.back());
}

}  // namespace ballast
