#include "widgets/run_words.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include "core/base/human_text.h"

namespace ballast {
namespace {

struct RunWords {
    Q_DECLARE_TR_FUNCTIONS(RunWords)
};

}  // namespace

QString runningText(const StepProgress& progress) {
    QStringList parts{RunWords::tr("epoch %1/%2").arg(progress.epoch + 1).arg(progress.epochs)};
    if (progress.images_per_second > 0.0) {
        parts << RunWords::tr("%1 images/s")
                     .arg(QLocale(QLocale::English).toString(progress.images_per_second, 'f', 0));
    }
    if (progress.seconds_left >= 0.0) {
        parts << RunWords::tr("about %1 left")
                     .arg(QString::fromStdString(estimateInWords(progress.seconds_left)));
    }
    return parts.join(QStringLiteral(" · "));
}

}  // namespace ballast
