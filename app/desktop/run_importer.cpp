#include "app/desktop/run_importer.h"

#include <memory>

#include "core/runs/foreign_runs.h"
#include "core/runs/learning_library.h"

namespace ballast {

RunImporter::~RunImporter() {
    if (thread_) thread_->wait();
}

void RunImporter::start(const std::filesystem::path& workspace,
                        const std::filesystem::path& folder) {
    if (thread_) return;
    struct Outcome {
        QStringList said;
        QString error;
    };
    const auto outcome = std::make_shared<Outcome>();
    thread_ = QThread::create([outcome, workspace, folder] {
        try {
            for (const std::string& line : importRun(learningLibrary(), workspace, folder).said) {
                outcome->said << QString::fromStdString(line);
            }
        } catch (const std::exception& error) {
            outcome->error = QString::fromUtf8(error.what());
        }
    });
    connect(thread_, &QThread::finished, this, [this, outcome, thread = thread_.data()] {
        thread_.clear();
        thread->deleteLater();
        Q_EMIT done(outcome->said, outcome->error);
    });
    thread_->start();
}

}  // namespace ballast
