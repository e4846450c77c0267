#pragma once

#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QThread>
#include <filesystem>

namespace ballast {

/// Makes runs of what the authors' public code left in a folder, on a thread of its own: the first
/// checkpoint loads the training library. An import ends by itself, and half of one is never seen.
class RunImporter : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    ~RunImporter() override;

    /// Does nothing while another import is under way.
    void start(const std::filesystem::path& workspace, const std::filesystem::path& folder);

Q_SIGNALS:
    /// What there is to say about the run; `error` is empty where all went well.
    void done(const QStringList& said, const QString& error);

private:
    QPointer<QThread> thread_;
};

}  // namespace ballast
