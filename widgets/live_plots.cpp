#include "widgets/live_plots.h"

#include <QFontMetrics>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPixmap>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/flow_layout.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/plot_panel.h"
#include "widgets/plot_style.h"

namespace ballast {
namespace {

constexpr int kFrame = 40;            // ms between repaints: 25 a second
constexpr double kLeastEpochs = 2.0;  // in view
constexpr int kChipLetters = 44;      // of a run's name

/// Says what the lines and markers mean, once for all plots.
class Key : public QWidget {
public:
    explicit Key(QWidget* parent) : QWidget(parent) {
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
        setAccessibleName(LivePlots::tr(
            "Key: solid line majority, dashed line minority, markers exact values, band from the "
            "smallest to the largest class"));
    }
    QSize sizeHint() const override {
        const QFontMetrics metrics(screenScale().font);
        int width = 0;
        for (const QString& text : texts()) width += metrics.horizontalAdvance(text) + kSample + 22;
        return {width, metrics.height() + kSpace2};
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const PlotColors colors = plotColors();
        const QFont font = screenScale().font;
        const QFontMetrics metrics(font);
        painter.setFont(font);
        const QStringList labels = texts();
        double x = 0.0;
        const double y = height() / 2.0;
        for (int i = 0; i < labels.size(); ++i) {
            QPen pen(colors.muted, 1.7);
            pen.setCapStyle(Qt::FlatCap);
            if (i == 1) pen.setDashPattern({4.0, 2.4});
            painter.setPen(pen);
            if (i < 2) painter.drawLine(QPointF(x, y), QPointF(x + kSample, y));
            if (i == 2) {
                painter.setBrush(colors.muted);
                painter.drawEllipse(QPointF(x + kSample / 2.0 - 5, y), 2.7, 2.7);
                painter.setBrush(colors.background);
                painter.drawEllipse(QPointF(x + kSample / 2.0 + 5, y), 2.7, 2.7);
            }
            if (i == 3) {
                QColor fill = colors.muted;
                fill.setAlpha(60);
                painter.fillRect(QRectF(x, y - 5, kSample, 10), fill);
            }
            x += kSample + 6;
            painter.setPen(colors.muted);
            painter.drawText(QPointF(x, y + (metrics.ascent() - metrics.descent()) / 2.0),
                             labels[i]);
            x += metrics.horizontalAdvance(labels[i]) + 16;
        }
    }

private:
    static constexpr int kSample = 24;
    static QStringList texts() {
        return {LivePlots::tr("majority"), LivePlots::tr("minority"), LivePlots::tr("exact"),
                LivePlots::tr("lowest to highest class")};
    }
};

QIcon swatch(int color_index, bool on, qreal scale) {
    QPixmap pixels(QSize(12, 12) * scale);
    pixels.setDevicePixelRatio(scale);
    pixels.fill(Qt::transparent);
    QPainter painter(&pixels);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor color = seriesColor(color_index);
    painter.setPen(QPen(color, 1.5));
    painter.setBrush(on ? QBrush(color) : Qt::NoBrush);
    painter.drawRoundedRect(QRectF(1, 1, 10, 10), 2.5, 2.5);
    return QIcon(pixels);
}

}  // namespace

class LivePlots::Private {
public:
    struct Run {
        RunCurves curves;
        bool visible = true;
        QToolButton* chip = nullptr;
    };

    explicit Private(LivePlots* owner) : q(owner) {}

    Run* find(const QString& id) {
        const auto found =
            std::ranges::find_if(runs, [&](const Run& run) { return run.curves.info().id == id; });
        return found == runs.end() ? nullptr : &*found;
    }

    std::vector<const RunCurves*> visible() const {
        std::vector<const RunCurves*> list;
        for (const Run& run : runs) {
            if (run.visible) list.push_back(&run.curves);
        }
        return list;
    }

    void addChip(Run& run) {
        const QString id = run.curves.info().id;
        run.chip = new QToolButton(q);
        run.chip->setObjectName(QStringLiteral("chip/") + id);
        run.chip->setCheckable(true);
        run.chip->setChecked(run.visible);
        run.chip->setAutoRaise(true);
        run.chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        run.chip->setFocusPolicy(Qt::StrongFocus);
        chips->addWidget(run.chip);
        QObject::connect(run.chip, &QToolButton::toggled, q, [this, id](bool on) {
            Run* toggled = find(id);
            if (!toggled || toggled->visible == on) return;
            toggled->visible = on;
            dressChip(*toggled);
            changed();
            Q_EMIT q->runVisibilityChanged(id, on);
        });
        dressChip(run);
        run.chip->show();
    }

    void dressChip(Run& run) const {
        const RunPlotInfo& info = run.curves.info();
        // Long names would take a line each; the tool tip has them whole.
        const QFontMetrics metrics = run.chip->fontMetrics();
        run.chip->setText(metrics.elidedText(info.name, Qt::ElideRight,
                                             kChipLetters * metrics.averageCharWidth()));
        run.chip->setIcon(swatch(info.color_index, run.visible, q->devicePixelRatioF()));
        run.chip->setIconSize(QSize(12, 12));
        run.chip->setAccessibleName(LivePlots::tr("Show %1 on the plots").arg(info.name));
        run.chip->setToolTip(run.visible ? LivePlots::tr("Hide %1").arg(info.name)
                                         : LivePlots::tr("Show %1").arg(info.name));
    }

    /// Something to draw has changed: draw it with the next frame, or when shown again.
    void changed() {
        dirty = true;
        if (q->isVisible() && !frame.isActive()) frame.start();
    }

    void draw() {
        if (!q->isVisible() || !dirty) return;
        dirty = false;
        const std::vector<const RunCurves*> list = visible();
        if (fit_epochs) {
            int epochs = 0;
            for (const RunCurves* run : list) {
                epochs = std::max({epochs, run->info().epochs, run->epochsDone()});
            }
            showEpochs(0.0, epochs > 0 ? epochs : 10, false);
        }
        for (std::size_t i = 0; i < panels.size(); ++i) panels[i]->draw(list, emptyText(i, list));
        if (crosshair > mostEpochs()) q->setCrosshair(mostEpochs());
        updateValues();
    }

    QString emptyText(std::size_t panel, const std::vector<const RunCurves*>& list) const {
        const bool any =
            std::ranges::any_of(list, [](const RunCurves* run) { return run->epochsDone() > 0; });
        if (any) return {};
        if (!runs.empty() && list.empty()) return LivePlots::tr("All runs are hidden");
        if (panel != 0) return {};
        return runs.empty() ? LivePlots::tr(
                                  "Start a run: its accuracy on majority and minority classes\n"
                                  "appears here, epoch by epoch")
                            : LivePlots::tr("The first values appear here after the first epoch");
    }

    void updateValues() {
        const std::vector<const RunCurves*> list = visible();
        for (PlotPanel* panel : panels) panel->setValues(list, crosshair);
    }

    void showEpochs(double first, double last, bool by_user) {
        if (by_user) fit_epochs = false;
        const double room = std::max(1.0, (last - first) * 0.01);
        if (!by_user) last += std::min(room, 0.5);
        if (last - first < kLeastEpochs) {
            const double center = (first + last) / 2.0;
            first = center - kLeastEpochs / 2.0;
            last = center + kLeastEpochs / 2.0;
        }
        first_epoch = first;
        last_epoch = last;
        for (PlotPanel* panel : panels) {
            panel->setEpochs(first, last);
            panel->replotSoon();
        }
    }

    static QString nameOf(const Panel& panel) {
        return QString::fromUtf8(panel.name.data(), static_cast<qsizetype>(panel.name.size()));
    }

    void addPanel(const Panel& shown) {
        auto* panel = new PlotPanel(shown, q);
        panels.push_back(panel);
        column->addWidget(panel, 1);
        QObject::connect(panel, &PlotPanel::fitRequested, q, &LivePlots::fit);
        QObject::connect(panel, &PlotPanel::pointedAt, q, &LivePlots::setCrosshair);
        QObject::connect(panel, &PlotPanel::pressed, q,
                         [this] { q->setFocus(Qt::MouseFocusReason); });
        QObject::connect(panel, &PlotPanel::epochsChangedByUser, q,
                         [this](double first, double last) { showEpochs(first, last, true); });
        QObject::connect(panel, &PlotPanel::panelChosen, q,
                         [this, panel](const QString& name) { choose(panel, name); });
        // Later: the button that asks goes with the panel.
        QObject::connect(
            panel, &PlotPanel::removeRequested, q, [this, panel] { choose(panel, {}); },
            Qt::QueuedConnection);
    }

    /// Puts another panel in the place of one, or takes it away; one that is shown elsewhere
    /// changes places with it.
    void choose(const PlotPanel* panel, const QString& name) {
        QStringList names = q->panelNames();
        const auto at = std::ranges::find(panels, panel) - panels.begin();
        if (at == std::ssize(panels)) return;
        if (name.isEmpty()) {
            names.removeAt(at);
        } else {
            const qsizetype other = names.indexOf(name);
            if (other >= 0) names[other] = names[at];
            names[at] = name;
        }
        q->setPanels(names);
        Q_EMIT q->panelsChanged();
    }

    /// Fills the menu of those that can be added.
    void offerPanels() {
        more->clear();
        const QStringList shown = q->panelNames();
        for (const Panel& panel : ballast::panels()) {
            const QString name = nameOf(panel);
            if (shown.contains(name)) continue;
            QObject::connect(more->addAction(panel.title), &QAction::triggered, q, [this, name] {
                q->setPanels(q->panelNames() << name);
                Q_EMIT q->panelsChanged();
            });
        }
        if (more->isEmpty())
            more->addAction(LivePlots::tr("All plots are shown"))->setEnabled(false);
    }

    int mostEpochs() const {
        int most = 0;
        for (const RunCurves* run : visible()) most = std::max(most, run->epochsDone());
        return most;
    }

    LivePlots* q;
    std::vector<Run> runs;
    std::vector<PlotPanel*> panels;
    QVBoxLayout* column = nullptr;
    FlowLayout* chips = nullptr;
    QMenu* more = nullptr;
    QTimer frame;
    bool dirty = true;
    bool fit_epochs = true;
    int crosshair = 0;
    double first_epoch = 0.0;
    double last_epoch = 10.0;
};

LivePlots::LivePlots(QWidget* parent) : QWidget(parent), d(std::make_unique<Private>(this)) {
    setObjectName(QStringLiteral("live_plots"));
    setAccessibleName(tr("Live plots"));
    setFocusPolicy(Qt::StrongFocus);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kSpace1, 0, 0);
    layout->setSpacing(0);

    auto* legend = new QHBoxLayout;
    legend->setContentsMargins(kSpace2, 0, kSpace3, 0);
    legend->setSpacing(kSpace3);
    auto* chips = new QWidget(this);
    d->chips = new FlowLayout(kSpace1, chips);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    chips->setSizePolicy(policy);
    legend->addWidget(chips, 1);
    legend->addWidget(new Key(this));
    auto* fit_button = new QToolButton(this);
    fit_button->setObjectName(QStringLiteral("fit"));
    fit_button->setAutoRaise(true);
    fit_button->setIcon(icon(QStringLiteral("fit")));
    fit_button->setToolTip(tr("Show everything (F, or double-click a plot)"));
    fit_button->setAccessibleName(tr("Show everything"));
    connect(fit_button, &QToolButton::clicked, this, &LivePlots::fit);
    auto* add_button = new QToolButton(this);
    add_button->setObjectName(QStringLiteral("add_panel"));
    add_button->setAutoRaise(true);
    add_button->setIcon(icon(QStringLiteral("add")));
    add_button->setToolTip(tr("Add a plot"));
    add_button->setAccessibleName(tr("Add a plot"));
    add_button->setPopupMode(QToolButton::InstantPopup);
    d->more = new QMenu(add_button);
    add_button->setMenu(d->more);
    connect(d->more, &QMenu::aboutToShow, this, [this] { d->offerPanels(); });
    legend->addWidget(add_button);
    legend->addWidget(fit_button);
    layout->addLayout(legend);

    d->column = layout;
    setPanels({QStringLiteral("training-accuracy"), QStringLiteral("min-logit"),
               QStringLiteral("balanced-test-accuracy")});

    d->frame.setSingleShot(true);
    d->frame.setInterval(kFrame);
    connect(&d->frame, &QTimer::timeout, this, [this] { d->draw(); });
}

LivePlots::~LivePlots() {
    // The chips' signals reach into d, which dies before them.
    for (const Private::Run& run : d->runs) run.chip->disconnect(this);
}

void LivePlots::setRuns(const std::vector<RunPlotInfo>& runs) {
    std::vector<QString> hidden;
    for (const Private::Run& run : d->runs) {
        if (!run.visible) hidden.push_back(run.curves.info().id);
    }
    for (const QString& id : runIds()) removeRun(id);
    for (const RunPlotInfo& run : runs) {
        addRun(run);
        if (std::ranges::find(hidden, run.id) != hidden.end()) setRunVisible(run.id, false);
    }
}

void LivePlots::addRun(const RunPlotInfo& run) {
    if (Private::Run* old = d->find(run.id)) {
        old->curves = RunCurves(run);
        d->dressChip(*old);
    } else {
        d->runs.push_back({RunCurves(run), true, nullptr});
        d->addChip(d->runs.back());
    }
    d->changed();
}

void LivePlots::removeRun(const QString& run_id) {
    Private::Run* run = d->find(run_id);
    if (!run) return;
    run->chip->disconnect(this);
    run->chip->hide();
    d->chips->removeWidget(run->chip);
    run->chip->deleteLater();
    std::erase_if(d->runs, [&](const Private::Run& r) { return r.curves.info().id == run_id; });
    d->changed();
}

void LivePlots::setRunName(const QString& run_id, const QString& name) {
    Private::Run* run = d->find(run_id);
    if (run == nullptr || run->curves.info().name == name) return;
    run->curves.setName(name);
    d->dressChip(*run);
    d->changed();
}

void LivePlots::appendRecord(const QString& run_id, const EpochRecord& record) {
    if (Private::Run* run = d->find(run_id)) {
        run->curves.append(record);
        d->changed();
    }
}

void LivePlots::setRecords(const QString& run_id, std::span<const EpochRecord> records) {
    if (Private::Run* run = d->find(run_id)) {
        run->curves.setRecords(records);
        d->changed();
    }
}

void LivePlots::setRunVisible(const QString& run_id, bool visible) {
    Private::Run* run = d->find(run_id);
    if (!run || run->visible == visible) return;
    run->visible = visible;
    run->chip->setChecked(visible);
    d->dressChip(*run);
    d->changed();
}

bool LivePlots::isRunVisible(const QString& run_id) const {
    const Private::Run* run = d->find(run_id);
    return run && run->visible;
}

QStringList LivePlots::runIds() const {
    QStringList ids;
    for (const Private::Run& run : d->runs) ids << run.curves.info().id;
    return ids;
}

void LivePlots::setPanels(const QStringList& names) {
    std::vector<const Panel*> wanted;
    for (const QString& name : names) {
        const Panel* panel = findPanel(name.toStdString());
        if (panel != nullptr && std::ranges::find(wanted, panel) == wanted.end()) {
            wanted.push_back(panel);
        }
    }
    if (wanted.empty()) wanted.push_back(&panels().front());
    while (d->panels.size() > wanted.size()) {
        d->panels.back()->hide();
        d->panels.back()->deleteLater();
        d->panels.pop_back();
    }
    while (d->panels.size() < wanted.size()) d->addPanel(*wanted[d->panels.size()]);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        PlotPanel* panel = d->panels[i];
        if (&panel->panel() != wanted[i]) panel->setPanel(*wanted[i]);
        panel->setPlace(i == 0, i + 1 == wanted.size());
        panel->setRemovable(wanted.size() > 1);
        panel->setEpochs(d->first_epoch, d->last_epoch);
        panel->setCrosshair(d->crosshair);
    }
    d->changed();
}

QStringList LivePlots::panelNames() const {
    QStringList names;
    for (const PlotPanel* panel : d->panels) names << Private::nameOf(panel->panel());
    return names;
}

void LivePlots::setCrosshair(int epochs_done) {
    // Where there is nothing to read there is no line.
    epochs_done = std::clamp(epochs_done, 0, d->mostEpochs());
    if (epochs_done == d->crosshair) return;
    d->crosshair = epochs_done;
    for (PlotPanel* panel : d->panels) panel->setCrosshair(epochs_done);
    d->updateValues();
    Q_EMIT crosshairMoved(epochs_done);
}

int LivePlots::crosshair() const {
    return d->crosshair;
}
double LivePlots::firstEpoch() const {
    return d->first_epoch;
}
double LivePlots::lastEpoch() const {
    return d->last_epoch;
}

std::vector<QPointF> LivePlots::curve(const QString& run_id, const CurveKey& key) const {
    const Private::Run* run = d->find(run_id);
    return run ? run->curves.points(key) : std::vector<QPointF>{};
}

std::vector<QPointF> LivePlots::drawnCurve(const QString& run_id, const CurveKey& key) const {
    for (const PlotPanel* panel : d->panels) {
        std::vector<QPointF> points = panel->drawnCurve(run_id, key);
        if (!points.empty()) return points;
    }
    return {};
}

std::vector<RunCurves> LivePlots::visibleCurves() const {
    std::vector<RunCurves> list;
    for (const RunCurves* run : d->visible()) list.push_back(*run);
    return list;
}

int LivePlots::replotCount() const {
    int count = 0;
    for (const PlotPanel* panel : d->panels) count += panel->replotCount();
    return count;
}

void LivePlots::fit() {
    d->fit_epochs = true;
    for (PlotPanel* panel : d->panels) panel->fitValues();
    d->changed();
}

void LivePlots::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    d->changed();
}

void LivePlots::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    const bool restyle = event->type() == QEvent::PaletteChange ||
                         event->type() == QEvent::ApplicationPaletteChange ||
                         event->type() == QEvent::FontChange;
    if (!restyle) return;
    for (PlotPanel* panel : d->panels) panel->restyle();
    for (Private::Run& run : d->runs) d->dressChip(run);
    d->changed();
}

void LivePlots::keyPressEvent(QKeyEvent* event) {
    const int most = d->mostEpochs();
    const double middle = (d->first_epoch + d->last_epoch) / 2.0;
    const double half = (d->last_epoch - d->first_epoch) / 2.0;
    switch (event->key()) {
        case Qt::Key_Left:
            setCrosshair(std::max(1, d->crosshair ? d->crosshair - 1 : most));
            break;
        case Qt::Key_Right:
            setCrosshair(std::min(most, d->crosshair + 1));
            break;
        case Qt::Key_Home:
            setCrosshair(1);
            break;
        case Qt::Key_End:
            setCrosshair(most);
            break;
        case Qt::Key_Escape:
            setCrosshair(0);
            break;
        case Qt::Key_Plus:
            d->showEpochs(middle - half * 0.8, middle + half * 0.8, true);
            break;
        case Qt::Key_Minus:
            d->showEpochs(middle - half / 0.8, middle + half / 0.8, true);
            break;
        case Qt::Key_F:
            fit();
            break;
        default:
            QWidget::keyPressEvent(event);
    }
}

}  // namespace ballast
