#pragma once

#include <QTemporaryDir>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace ballast {

/// The smallest real run: the largest class alone has 6,000 images.
inline constexpr const char* kSmallestConfig = R"({
    "data": {"dataset": "fashion-mnist", "imbalance": {"ratio": 6000}},
    "model": {"name": "resnet8"}, "lr_schedule": {"warmup_epochs": 0},
    "training": {"epochs": 3, "device": "cpu", "threads": 2, "exact_every": 0}})";

/// What the tests of ballast-cli share: a folder of their own, and reading what was answered.
class CliFolder {
protected:
    QString path(const QString& name) const { return folder_.filePath(name); }

    QString file(const QString& name, const std::string& content) const {
        std::ofstream(path(name).toStdString(), std::ios::binary) << content;
        return path(name);
    }

    static nlohmann::json parsed(const QByteArray& text) {
        return nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
    }

    QTemporaryDir folder_;
};

}  // namespace ballast
