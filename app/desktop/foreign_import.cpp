#include "app/desktop/foreign_import.h"

#include <QFileInfo>
#include <QStringList>
#include <QWidget>
#include <optional>

#include "app/desktop/run_controller.h"
#include "app/desktop/settings.h"
#include "core/interchange/foreign_logs.h"
#include "core/interchange/scalar_files.h"
#include "core/runs/foreign_runs.h"
#include "core/runs/scalar_import.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

fs::path importPath(const QString& path) {
    return fs::absolute(path.toStdString()).lexically_normal();
}

/// The sentences that all runs share once, whatever their number.
QString importedInWords(const std::vector<ForeignRun>& runs) {
    const auto count = static_cast<qlonglong>(runs.size());
    QStringList sentences{count == 1 ? ForeignImport::tr("The run is imported.")
                                     : ForeignImport::tr("%L1 runs are imported.").arg(count)};
    for (const ForeignRun& run : runs) {
        for (const std::string& line : run.said) {
            const QString sentence = text(line) + QLatin1Char('.');
            if (!sentences.contains(sentence)) sentences << sentence;
        }
    }
    constexpr int kMostSentences = 6;
    if (sentences.size() > kMostSentences) {
        sentences.resize(kMostSentences);
        sentences << ForeignImport::tr("The runs' logs say the rest.");
    }
    return sentences.join(QLatin1Char(' '));
}

}  // namespace

ForeignImport::ForeignImport(RunController& controller, Settings& settings, QWidget* window)
    : QObject(window), controller_(controller), settings_(settings), window_(window) {}

void ForeignImport::cancel() {
    reading_.cancel();
    importing_.cancel();
}

void ForeignImport::ask(std::vector<NamedConfig> configs) {
    if (dialog_ != nullptr) dialog_->reject();
    if (controller_.readOnly()) {
        Q_EMIT failed(tr("Read-only: %1.").arg(controller_.readOnlyReason()));
        return;
    }
    dialog_ = new ImportDialog(std::move(configs), settings_.lastFolder(), window_);
    dialog_->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog_, &ImportDialog::pathChosen, this, &ForeignImport::read);
    connect(dialog_, &QDialog::finished, this, [this] { reading_.cancel(); });
    connect(dialog_, &QDialog::accepted, this, [this] {
        settings_.setLastFolder(QFileInfo(dialog_->path()).absolutePath());
        if (dialog_->importsAuthorsLogs()) return importLogs(importPath(dialog_->path()));
        importScalarsOf(*dialog_);
    });
    dialog_->open();
}

void ForeignImport::read(const QString& path) {
    if (path.isEmpty()) return reading_.cancel();
    using Found = std::optional<std::vector<LoggedScalars>>;  // nothing: the public code's logs
    reading_.restart(
        [file = importPath(path)](BackgroundJob::Task& task) {
            return hasForeignLogs(file) ? Found() : Found(readScalarFiles(file, task.cancelled()));
        },
        [this](Found found) {
            if (dialog_ == nullptr) return;
            if (!found) return dialog_->setAuthorsLogs();
            dialog_->setScalars(std::move(*found));
        },
        [this](const QString& sentence) {
            if (dialog_ != nullptr) dialog_->setProblem(sentence);
        });
}

template<class Work>
void ForeignImport::begin(const QString& what, Work work) {
    if (controller_.readOnly()) {
        Q_EMIT failed(tr("Read-only: %1.").arg(controller_.readOnlyReason()));
        return;
    }
    const bool begun = importing_.start(
        std::move(work),
        [this](const std::vector<ForeignRun>& runs) {
            controller_.lookSoon();
            Q_EMIT said(importedInWords(runs));
            Q_EMIT imported();
        },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
    Q_EMIT said(begun ? tr("Importing %1…").arg(what)
                      : tr("Another run is being imported; wait for it."));
}

void ForeignImport::importLogs(const fs::path& folder) {
    begin(text(folder.string()),
          [&learning = controller_.learning(), workspace = controller_.workspace(),
           folder](BackgroundJob::Task& task) {
              return std::vector{importRun(learning, workspace, folder, task.cancelled())};
          });
}

void ForeignImport::importScalarsOf(const ImportDialog& dialog) {
    const fs::path path = importPath(dialog.path());
    const ScalarImport request{dialog.runs(), dialog.columns(), dialog.config(),
                               path.filename().string()};
    begin(text(path.string()),
          [store = controller_.dataStore(), workspace = controller_.workspace(),
           request](BackgroundJob::Task& task) {
              return importScalars(workspace, request, store, task.cancelled());
          });
}

}  // namespace ballast
