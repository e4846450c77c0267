#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMimeData>
#include <QStackedWidget>
#include <QUrl>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/desktop/config_text.h"
#include "app/desktop/demo.h"
#include "app/desktop/export_requests.h"
#include "app/desktop/figures.h"
#include "app/desktop/foreign_import.h"
#include "app/desktop/main_window.h"
#include "app/desktop/pages/compare_page.h"
#include "app/desktop/pages/experiment_page.h"
#include "app/desktop/pages/explain_page.h"
#include "app/desktop/pages/explain_what_if.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/pages/sweep_page.h"
#include "app/desktop/recent_files.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/working_set.h"
#include "core/analysis/capsule_file.h"
#include "core/analysis/capsule_runs.h"
#include "core/base/atomic_file.h"
#include "core/base/json_text.h"
#include "core/experiment/config_json.h"
#include "core/runs/saved_sweeps.h"
#include "widgets/banner.h"
#include "widgets/live_plots.h"
#include "widgets/qt_text.h"
#include "widgets/ranking_table.h"

// What the window reads from files and writes to them.

namespace ballast {
namespace {

std::filesystem::path toPath(const QString& path) {
    return path.toStdString();
}

}  // namespace

void MainWindow::newDraft() {
    experiment_->addDraft(newExperiment());
    showExperiment();
}

void MainWindow::storeDrafts() {
    settings_.setDrafts(QString::fromStdString(experiment_->drafts().toJson().dump()));
}

void MainWindow::openConfigDialog() {
    const QString file = QFileDialog::getOpenFileName(
        this, tr("Open config, sweep or figure"), settings_.lastFolder(),
        tr("Configs and figures (*.json *.pdf *.svg *.png);;All files (*)"));
    if (file.isEmpty()) return;
    settings_.setLastFolder(QFileInfo(file).absolutePath());
    openConfig(toPath(file));
}

void MainWindow::openConfig(const std::filesystem::path& file) {
    if (mayCarryCapsule(file)) return openFigure(file);
    carryOut([&] {
        const nlohmann::json config = parseJson(readFile(file), file.string());
        if (!config.is_object())
            throw ConfigError(file.string() + " is not a config: not a JSON object");
        if (config.contains("base") || config.contains("axes") || config.contains("presets")) {
            showSweepOf(config);
            recent_->add(text(file.string()));
            return;
        }
        if (config.contains("figure")) {
            const FigureDescription figure = figureFromJson(config, file.string());
            if (figure.figure == FigureKind::curves) return showCurves(figure);
            if (explainsRuns(figure.figure)) return showExplained(figure);
            compare_->setFigure(figure);
            return showCompare();
        }
        const QString path = QFileInfo(text(file.string())).absoluteFilePath();
        experiment_->openConfig(config, path);
        recent_->add(path);
        showExperiment();
    });
}

/// Over a config of its own this is edited on the Experiment page.
void MainWindow::showSweepOf(const nlohmann::json& sweep) {
    sweep_->setSweep(sweep);
    if (sweep.contains("base") && !sweep.contains("presets")) {
        experiment_->openConfig(sweep.at("base"));
    }
    showSweep();
}

void MainWindow::addToSweep(const QString& name) {
    carryOut([&] {
        showSweepOf(savedSweep(controller_.workspace(), name.toStdString()));
        banner_->showMessage(
            tr("The sweep %1 as it was made. Give it more values or seeds and start "
               "it again: only the runs that are missing are trained.")
                .arg(name));
    });
}

void MainWindow::importRuns() {
    const Drafts& drafts = experiment_->drafts();
    std::vector<NamedConfig> configs;
    const auto add = [&](const Draft& draft) {
        configs.push_back({text(draft.name()), draft.config()});
    };
    add(drafts.current());
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        if (i != drafts.currentIndex()) add(drafts.at(i));
    }
    import_->ask(std::move(configs));
}

void MainWindow::saveConfig() {
    const std::string& file = experiment_->drafts().current().file;
    if (file.empty()) return saveConfigDialog();
    saveConfigTo(text(file));
}

void MainWindow::saveConfigDialog() {
    const Draft& draft = experiment_->drafts().current();
    const QString proposed =
        draft.file.empty()
            ? QDir(settings_.lastFolder())
                  .filePath(text(draft.name()).replace(QLatin1Char('/'), QLatin1Char('-')) +
                            QStringLiteral(".json"))
            : text(draft.file);
    QString file = QFileDialog::getSaveFileName(this, tr("Save config"), proposed,
                                                tr("Configs (*.json);;All files (*)"));
    if (file.isEmpty()) return;
    if (QFileInfo(file).suffix().isEmpty()) file += QStringLiteral(".json");
    settings_.setLastFolder(QFileInfo(file).absolutePath());
    saveConfigTo(QFileInfo(file).absoluteFilePath());
}

void MainWindow::saveConfigTo(const QString& file) {
    carryOut([&] {
        replaceFile(toPath(file), configText(experiment_->config()));
        experiment_->savedTo(file);
        recent_->add(file);
        banner_->showMessage(tr("Saved %1").arg(file));
    });
}

void MainWindow::saveSweepDialog() {
    QString file = QFileDialog::getSaveFileName(this, tr("Save sweep"), settings_.lastFolder(),
                                                tr("Sweeps (*.json);;All files (*)"));
    if (file.isEmpty()) return;
    if (QFileInfo(file).suffix().isEmpty()) file += QStringLiteral(".json");
    settings_.setLastFolder(QFileInfo(file).absolutePath());
    carryOut([&] {
        sweep_->setBase(experiment_->checked());
        replaceFile(toPath(file), sweep_->sweep().dump(2) + "\n");
        banner_->showMessage(tr("Saved %1").arg(file));
    });
}

void MainWindow::exportFiguresDialog() {
    carryOut([&] {
        const auto export_by = [this](ExportRequest request) {
            request.read_only = controller_.readOnlyReason();
            ExportDialog dialog(std::move(request), settings_, this);
            if (dialog.exec() != QDialog::Accepted) return;
            const auto& written = dialog.written();
            banner_->showMessage(
                written.size() == 1
                    ? tr("Wrote %1").arg(text(written.front().string()))
                    : tr("Wrote %1 files to %2").arg(written.size()).arg(settings_.lastFolder()));
        };
        if (pages_->currentWidget() == compare_) {
            return export_by(
                exportOf(compare_->shown(), compare_->ranking().asTsv(), controller_.workspace()));
        }
        if (pages_->currentWidget() == explain_) {
            if (explain_->showsWhatIf()) {
                return export_by(explain_->whatIf().exportRequest(controller_.workspace()));
            }
            const ExplainBound& bound = explain_->bound();
            return export_by(exportOf(bound.inspections(), bound.series(),
                                      runFolders(controller_.runs()), controller_.workspace()));
        }
        runs_->finishReading();
        // Copies, as runs go on while the dialogue is open.
        const std::vector<RunCurves> curves = runs_->plots().visibleCurves();
        if (curves.empty())
            throw ConfigError("no run is visible; tick the runs to export in the table");
        std::vector<const IndexedRun*> runs;
        for (const RunCurves& curve : curves) runs.push_back(controller_.find(curve.info().id));
        export_by(exportOf(over({runs_->plots().shownSeries(), runs_->plots().view()}, curves),
                           runs, controller_.workspace()));
    });
}

void MainWindow::showCurves(const FigureDescription& figure) {
    QStringList runs;
    for (const IndexedRun* run : shownRuns(figure, controller_.runs())) runs << text(run->id);
    runs_->showFigure(figure, runs);
    showRuns();
}

void MainWindow::showExplained(const FigureDescription& figure) {
    QStringList runs;
    for (const std::string& run : figure.explain.runs) {
        if (controller_.find(text(run)) != nullptr) runs << text(run);
    }
    runs_->workingSet().setOnly(runs);
    explain_->showFigure(figure);
    showExplain();
}

void MainWindow::openFigure(const std::filesystem::path& file) {
    carryOut([&] {
        const FigureCapsule capsule = readCapsule(file);
        FigureDescription figure = capsule.figure;
        figure.style = capsule.style;
        const CapsuleCheck check = checkRuns(capsule, controller_.workspace());
        if (figure.figure == FigureKind::curves) {
            showCurves(figure);
        } else if (explainsRuns(figure.figure)) {
            showExplained(figure);
        } else {
            compare_->setFigure(figure);
            QStringList runs;
            for (const std::string& run : check.here) runs << text(run);
            runs_->workingSet().setOnly(runs);
            compare_->setTickedOnly(true);
            showCompare();
        }
        banner_->showMessage(tr("%1 was drawn by Ballast %2. %3")
                                 .arg(QFileInfo(text(file.string())).fileName(),
                                      text(capsule.version), text(check.sentence())));
    });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (!urls.isEmpty() && std::ranges::all_of(urls, &QUrl::isLocalFile)) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    for (const QUrl& url : urls) {
        const std::filesystem::path file = toPath(url.toLocalFile());
        if (file.empty()) continue;
        event->acceptProposedAction();
        openConfig(file);
    }
}

}  // namespace ballast
