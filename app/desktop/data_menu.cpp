#include "app/desktop/data_menu.h"

#include "core/experiment/catalog.h"
#include "widgets/qt_text.h"

namespace ballast {

DataMenu::DataMenu(DataStore store, QWidget* parent)
    : QMenu(tr("&Data"), parent), store_(std::move(store)) {
    for (const DatasetInfo& dataset : datasets()) {
        connect(addAction(tr("Fetch %1").arg(text(dataset.label))), &QAction::triggered, this,
                [this, &dataset] { fetch(dataset); });
    }
    addSeparator();
    connect(addAction(tr("&Cancel fetching")), &QAction::triggered, this, &DataMenu::cancel);
    connect(&job_, &BackgroundJob::progressed, this, [this](const QString& what, int percent) {
        Q_EMIT said(percent < 0 ? tr("%1…").arg(what) : tr("%1: %2 %").arg(what).arg(percent));
    });
}

void DataMenu::fetch(const DatasetInfo& dataset) {
    const QString name = text(dataset.label);
    if (const auto folder = store_.find(dataset)) {
        Q_EMIT said(tr("%1 is in %2").arg(name, text(folder->string())));
        return;
    }
    const bool begun = job_.start(
        [store = store_, &dataset](BackgroundJob::Task& task) {
            const auto report = [&task](const FetchProgress& progress) {
                const std::int64_t total = progress.total_bytes;
                task.report(text(progress.what),
                            total > 0 ? static_cast<int>(100 * progress.bytes / total) : -1);
            };
            return getDataset(store, dataset, report, task.cancelled());
        },
        [this, name](const std::filesystem::path&) {
            Q_EMIT said(tr("%1 is ready.").arg(name));
            Q_EMIT fetched();
        },
        [this](const QString& error) { Q_EMIT failed(error); });
    if (!begun) Q_EMIT said(tr("Another data set is being fetched; wait for it or cancel it."));
}

void DataMenu::cancel() {
    if (!job_.busy()) return;
    job_.cancel();
    Q_EMIT said(tr("Fetching was cancelled; the next attempt goes on from here."));
}

}  // namespace ballast
