#include "app/desktop/training_obstacle.h"

#include <QCoreApplication>

#include "core/experiment/catalog.h"
#include "core/experiment/config_fields.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(TrainingObstacle)
};

}  // namespace

QString trainingObstacle(const CheckedConfig& checked, const DataStore& store) {
    if (!checked.config) {
        const Problem& problem = checked.problems.front();
        const Field* field = findField(problem.pointer);
        QString reason =
            Words::tr("Cannot start: %1: %2")
                .arg(text(field ? field->label : problem.pointer), text(problem.message));
        if (checked.problems.size() > 1) {
            reason += Words::tr(" (and %1 more)").arg(checked.problems.size() - 1);
        }
        return reason;
    }
    if (store.find(checked.config->data)) return {};
    const DatasetInfo& dataset = *findDataset(checked.config->data.dataset);
    return (dataset.listed()
                ? Words::tr(
                      "Cannot start: there is no folder with the lists of %1; Data → Fetch %1 says "
                      "where to get it.")
                : Words::tr(
                      "Cannot start: %1 is not on this machine; fetch it with Data → Fetch %1."))
        .arg(text(dataset.label));
}

}  // namespace ballast
