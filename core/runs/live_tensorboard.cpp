#include "core/runs/live_tensorboard.h"

#include "core/base/error.h"
#include "core/interchange/tensorboard.h"

namespace ballast {

void LiveTensorboard::update() {
    if (folder_.empty()) return;
    try {
        updateTensorboardFile(folder_, readableRun(run_));
        failed_ = false;
    } catch (const std::exception& error) {
        if (!failed_) {
            observer_.said("TensorBoard's file was not written: " + sentenceOf(error));
        }
        failed_ = true;
    }
}

void LiveTensorboard::epochFinished(const EpochRecord& record) {
    update();
    observer_.epochFinished(record);
}

void LiveTensorboard::recordsReplaced(const std::vector<EpochRecord>& records) {
    update();
    observer_.recordsReplaced(records);
}

}  // namespace ballast
