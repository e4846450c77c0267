#include "app/desktop/training_obstacle.h"

#include <QCoreApplication>

#include "core/experiment/catalog.h"
#include "core/experiment/config_meaning.h"
#include "core/experiment/field_words.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(TrainingObstacle)
};

}  // namespace

QString trainingObstacle(const CheckedConfig& checked, const DataStore& store) {
    std::vector<Problem> problems = checked.problems;
    if (checked.config) problems = checkClassWeights(*checked.config);
    if (!problems.empty()) {
        const Problem& problem = problems.front();
        QString reason = Words::tr("Cannot start: %1: %2")
                             .arg(text(fieldInWords(problem.pointer)), text(problem.message));
        if (problems.size() > 1) {
            reason += Words::tr(" (and %1 more)").arg(problems.size() - 1);
        }
        return reason;
    }
    return dataObstacle(checked.config->data, store);
}

QString dataObstacle(const DataConfig& data, const DataStore& store) {
    if (store.find(data)) return {};
    const DatasetInfo& dataset = *findDataset(data.dataset);
    return (dataset.listed()
                ? Words::tr(
                      "Cannot start: there is no folder with the lists of %1; Data → Fetch %1 says "
                      "where to get it.")
                : Words::tr(
                      "Cannot start: %1 is not on this machine; fetch it with Data → Fetch %1."))
        .arg(text(dataset.label));
}

}  // namespace ballast
