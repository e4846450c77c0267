#include "app/desktop/slot_words.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <thread>

#include "app/desktop/run_controller.h"
#include "app/desktop/run_status.h"
#include "core/base/human_text.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

struct SlotWords {
    Q_DECLARE_TR_FUNCTIONS(SlotWords)
};

const IndexedRun* runIn(const SlotState& slot, const RunController& controller) {
    return slot.run.empty() ? nullptr : controller.find(text(slot.run));
}

}  // namespace

int coresHere() {
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int threadsOf(const SlotState& slot, const RunController& controller) {
    const IndexedRun* run = runIn(slot, controller);
    if (run == nullptr) return slot.threads;
    const int own = run->description.config.training.threads;
    return own > 0 ? own : slot.run_threads;
}

SlotRow slotRow(const SlotState& slot, const RunController& controller) {
    SlotRow row;
    row.device = text(slot.device);
    row.ending = slot.ending;
    const int threads = threadsOf(slot, controller);
    row.threads =
        threads == 1 ? SlotWords::tr("1 thread") : SlotWords::tr("%1 threads").arg(threads);
    const IndexedRun* run = runIn(slot, controller);
    if (run == nullptr) {
        row.state = SlotWords::tr("free");
        return row;
    }
    row.run = nameOf(*run);
    row.done = std::max(0.0, progressOf(*run, controller));
    const auto progress = controller.progress(text(slot.run));
    if (progress) {
        row.state = SlotWords::tr("epoch %1/%2").arg(progress->epoch + 1).arg(progress->epochs);
        row.pace = SlotWords::tr("%L1 images/s").arg(std::lround(progress->images_per_second));
        if (progress->seconds_left >= 0) {
            row.left = SlotWords::tr("%1 left").arg(text(estimateInWords(progress->seconds_left)));
        }
    }
    if (run->status.state == RunState::paused) {
        row.state = SlotWords::tr("paused");
    } else if (!progress) {
        row.state = SlotWords::tr("loading the data…");
    }
    if (slot.ending) row.state += SlotWords::tr(" · goes after this run");
    return row;
}

QString machineSentence(const std::optional<MachineState>& machine,
                        const std::optional<QueueForecast>& forecast) {
    const int cores = coresHere();
    QStringList parts{cores == 1 ? SlotWords::tr("1 core") : SlotWords::tr("%1 cores").arg(cores)};
    if (machine && machine->memory.total > 0) {
        parts << SlotWords::tr("memory %1 of %2 used")
                     .arg(text(sizeText(machine->memory.used)),
                          text(sizeText(machine->memory.total)));
    }
    if (machine && machine->free_bytes) {
        QString disk = SlotWords::tr("disk %1 free").arg(text(sizeText(*machine->free_bytes)));
        if (forecast && forecast->bytes_needed > 0) {
            disk += SlotWords::tr(", %1 for the queue").arg(text(sizeText(forecast->bytes_needed)));
        }
        parts << disk;
    }
    return SlotWords::tr("This machine: %1").arg(parts.join(QStringLiteral(" · ")));
}

}  // namespace ballast
