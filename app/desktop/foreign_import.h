#pragma once

#include <QObject>
#include <QPointer>
#include <filesystem>
#include <vector>

#include "app/desktop/background_job.h"
#include "app/desktop/import_dialog.h"

namespace ballast {

class RunController;
class Settings;

/// Imports runs of other programs from the window: asks which, reads them and makes runs of them
/// beside the window's thread.
class ForeignImport : public QObject {
    Q_OBJECT
public:
    /// The dialogue belongs to `window`.
    ForeignImport(RunController& controller, Settings& settings, QWidget* window);

    /// Opens the dialogue, in place of an open one. `configs`: what a tracker's runs may have been
    /// trained with, at least one.
    void ask(std::vector<NamedConfig> configs);

    /// The open dialogue, or nullptr.
    ImportDialog* dialog() const { return dialog_; }

    /// Makes a run of what the authors' public code left in `folder`.
    void importLogs(const std::filesystem::path& folder);

    /// What is being read or imported is no longer wanted, where nothing of it is here yet.
    void cancel();

Q_SIGNALS:
    void failed(const QString& sentence);
    /// What is being done, and what the runs' makers should know of them.
    void said(const QString& sentence);
    /// The runs are there.
    void imported();

private:
    void read(const QString& path);
    void importScalarsOf(const ImportDialog& dialog);
    template<class Work>
    void begin(const QString& what, Work work);

    RunController& controller_;
    Settings& settings_;
    QWidget* window_;
    QPointer<ImportDialog> dialog_;
    BackgroundJob reading_;
    BackgroundJob importing_;
};

}  // namespace ballast
