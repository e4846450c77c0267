#pragma once

#include <QMenu>

#include "app/desktop/background_job.h"
#include "core/data/download.h"

namespace ballast {

/// The menu of the data sets: fetches one at a time, or says where it is.
class DataMenu : public QMenu {
    Q_OBJECT
public:
    explicit DataMenu(DataStore store, QWidget* parent = nullptr);

Q_SIGNALS:
    /// What there is to say meanwhile and in the end.
    void said(const QString& sentence);
    void failed(const QString& sentence);
    /// A data set is there that was not.
    void fetched();

private:
    void fetch(const DatasetInfo& dataset);
    void cancel();

    const DataStore store_;
    BackgroundJob job_;
};

}  // namespace ballast
