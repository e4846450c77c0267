#include "widgets/plot_view.h"

#include <QCoreApplication>
#include <QDataStream>
#include <QIODevice>

#include "widgets/saved_list.h"

namespace ballast {
namespace {

constexpr int kVersion = 1;

}  // namespace

QString spreadName(Spread spread) {
    const auto tr = [](const char* text) {
        return QCoreApplication::translate("ballast::Plots", text);
    };
    switch (spread) {
        case Spread::standard_deviation:
            return tr("standard deviation");
        case Spread::standard_error:
            return tr("standard error");
        case Spread::range:
            return tr("smallest to largest");
        case Spread::t_interval:
            return tr("95 % t interval");
    }
    return {};
}

QByteArray viewBytes(const PlotView& view) {
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream << kVersion << view.since_t0 << view.smoothing << view.means
           << static_cast<int>(view.spread) << view.single_seeds << view.log_panels;
    return bytes;
}

PlotView viewFromBytes(const QByteArray& bytes) {
    QDataStream stream(bytes);
    PlotView view;
    int version = 0;
    int spread = 0;
    stream >> version >> view.since_t0 >> view.smoothing >> view.means >> spread >>
        view.single_seeds >> SavedList(view.log_panels);
    const bool sane = stream.status() == QDataStream::Ok && version == kVersion &&
                      view.smoothing >= 0.0 && view.smoothing < 1.0 && spread >= 0 &&
                      spread <= static_cast<int>(Spread::t_interval);
    if (!sane) return {};
    view.spread = static_cast<Spread>(spread);
    return view;
}

}  // namespace ballast
