#pragma once

#include <QWidget>
#include <nlohmann/json.hpp>

#include "app/desktop/checked_config.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace ballast {

class ErrorLabel;

/// What a sweep varies: the Experiment page's config, or several methods on its data.
class SweepBase : public QWidget {
    Q_OBJECT
public:
    SweepBase();

    /// The Experiment page's config, which need not be valid. Returns whether the sweep is over it.
    bool setBase(const CheckedConfig& base);
    /// Makes the methods of a sweep's "presets", with what all of them take over, the base; null,
    /// or what are no presets: the Experiment page's config.
    void setPresets(const nlohmann::json& presets, const nlohmann::json& over);

    /// "base", and with methods "presets", of the sweep's JSON.
    nlohmann::json part() const;
    bool hasPresets() const { return !presets_.is_null(); }
    /// A full config with the fields that axes may vary; an empty object before there is one.
    const nlohmann::json& fields() const { return fields_; }
    /// What is wrong with the methods as typed; empty: nothing.
    QString problem() const;

Q_SIGNALS:
    /// The user changed the methods.
    void edited();

private:
    void typed();
    void add(const QString& method);
    bool usePresets(const nlohmann::json& presets, const nlohmann::json& over);
    void show();

    QLabel* text_;
    QLineEdit* methods_;
    ErrorLabel* problem_;
    QPushButton* leave_;
    nlohmann::json base_ = nlohmann::json::object();
    nlohmann::json full_base_ = nlohmann::json::object();  // of the last base that was right
    nlohmann::json presets_;                               // null: the sweep is over the base
    nlohmann::json over_;  // the part of a config that all methods take over; null: none
    nlohmann::json fields_ = nlohmann::json::object();
};

/// The sweep's "presets" and "base" that compare `methods` on `config`'s data, in its epochs: each
/// as choosing the method on the Experiment page would give it. Throws ConfigError where one is not
/// known.
std::pair<nlohmann::json, nlohmann::json> methodsOver(const RunConfig& config,
                                                      const std::vector<std::string>& methods);

}  // namespace ballast
